# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings of messages, computed from the message (docs/vendors/tel4vn.md, "Downloading recordings")."""

from __future__ import annotations

import math
import struct
import uuid
from functools import lru_cache
from typing import Any

from ...mp3 import tone
from ...wav import wav_file

SAMPLE_RATE = 8000
MEDIA_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg"}
# As in the vendor's sample, a recording and its message have different ids. Here each is computed from the other.
RECORDING_MASK = 0x5A5A5A5A_0F0F_0000_00C3_A5A5F0F01234


def recording_id(message_id: str) -> str:
    """Return the id of a message's recording. Applied twice, it returns the message's id. Raises ValueError."""
    return str(uuid.UUID(int=uuid.UUID(message_id).int ^ RECORDING_MASK))


@lru_cache(maxsize=64)
def recording(seconds: int, pitch: int, form: str = "wav") -> bytes:
    """Return a mono file with a tone of `pitch` hertz: MP3, or WAV with 16 bits and 8000 hertz."""
    if form == "mp3":
        return tone(seconds, pitch)
    second = b"".join(
        struct.pack("<h", round(8000 * math.sin(2 * math.pi * pitch * sample / SAMPLE_RATE)))
        for sample in range(SAMPLE_RATE)
    )
    return wav_file(second * seconds, SAMPLE_RATE)


def recording_of(message: dict[str, Any], form: str = "wav") -> bytes:
    """Return the recording of a message, as long as its `duration`, with a pitch derived from its id."""
    return recording(message["duration"], 300 + uuid.UUID(message["id"]).int % 500, form)
