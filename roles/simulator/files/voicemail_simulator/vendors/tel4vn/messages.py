# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages: rows, recordings made on the spot, and links to them (contract: TEL4VN 5.6 to 5.8)."""

from __future__ import annotations

import io
import math
import struct
import uuid
import wave
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

from ...mp3 import tone
from .state import RECORDING_MASK

LOCAL_TIME = timezone(timedelta(hours=7))
SAMPLE_RATE = 8000
MEDIA_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg"}


def recording_id(message_id: str) -> str:
    """The uuid of a message's recording; applied again it gives the message's uuid. Raises ValueError."""
    return str(uuid.UUID(int=uuid.UUID(message_id).int ^ RECORDING_MASK))


def shown_message(message: dict[str, Any], origin: str) -> dict[str, Any]:
    """A message as replies show it; `origin` is scheme, host and port of the download link."""
    return {
        "id": message["id"],
        "created_at": datetime.fromtimestamp(message["created_epoch"], LOCAL_TIME).isoformat(timespec="seconds"),
        "caller_id_name": message["caller_id_name"],
        "caller_id_number": message["caller_id_number"],
        "duration": message["duration"],
        "extension": message["extension"],
        "download_url": f"{origin}/v1/voicemail/message/{recording_id(message['id'])}/download",
    }


def other_host(host: str) -> str:
    """Another name, with the same port, under which this simulator also answers."""
    name, colon, port = host.partition(":")
    return ("127.0.0.1" if name == "localhost" else "localhost") + colon + port


@lru_cache(maxsize=64)
def recording(seconds: int, pitch: int, form: str = "wav") -> bytes:
    """A mono file with a tone, `seconds` long, `pitch` in hertz: an MP3, or a WAV, 16 bits, 8000 hertz."""
    if form == "mp3":
        return tone(seconds, pitch)
    second = b"".join(
        struct.pack("<h", round(8000 * math.sin(2 * math.pi * pitch * sample / SAMPLE_RATE)))
        for sample in range(SAMPLE_RATE)
    )
    target = io.BytesIO()
    with wave.open(target, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(SAMPLE_RATE)
        audio.writeframes(second * seconds)
    return target.getvalue()


def recording_of(message: dict[str, Any], form: str = "wav") -> bytes:
    """The recording of a message, of the length its row tells, with a pitch of its own."""
    return recording(message["duration"], 300 + uuid.UUID(message["id"]).int % 500, form)
