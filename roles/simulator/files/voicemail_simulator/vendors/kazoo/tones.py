# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Short computed recordings."""

from __future__ import annotations

import math
import struct
from functools import lru_cache

from ...mp3 import tone as mp3_tone
from ...wav import wav_file

RATE = 8000
PITCHES = (440.0, 523.25, 587.33, 659.25)


@lru_cache(maxsize=32)
def recording(number: int) -> tuple[str, bytes]:
    """Return a content type and a recording: every third one is MP3, the others are WAV."""
    if number % 3 == 1:
        return "audio/mpeg", mp3_tone(0.25, PITCHES[number % len(PITCHES)])
    return "audio/x-wav", tone(number)


@lru_cache(maxsize=8)
def tone(number: int = 0, seconds: float = 0.25) -> bytes:
    """Return a WAV file, 16 bit mono, with a tone whose pitch depends on `number`."""
    pitch = PITCHES[number % len(PITCHES)]
    samples = (int(9000 * math.sin(2 * math.pi * pitch * index / RATE)) for index in range(int(RATE * seconds)))
    return wav_file(b"".join(struct.pack("<h", sample) for sample in samples), RATE)
