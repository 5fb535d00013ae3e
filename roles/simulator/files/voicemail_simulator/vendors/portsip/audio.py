# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Computed recordings, and the check of uploaded greetings (docs/vendors/portsip.md, "Greetings and uploads")."""

from __future__ import annotations

import io
import math
import struct
import wave

from ...wav import HEADER_BYTES, SAMPLE_BYTES, wav_file

SAMPLE_RATE = 16000
LOUDNESS = 6000
GREETING_RATES = (16000, 32000, 48000)
GREETING_MAXIMUM_BYTES = 50 * 1024 * 1024
GREETING_MAXIMUM_SECONDS = 180


def tone(seconds: int, frequency: int = 400) -> bytes:
    """Return a WAV file, PCM 16-bit mono, of `seconds` seconds with a tone of about `frequency` hertz."""
    period = SAMPLE_RATE // frequency
    wave_form = [int(LOUDNESS * math.sin(2 * math.pi * step / period)) for step in range(period)]
    cycle = struct.pack(f"<{period}h", *wave_form)
    length = seconds * SAMPLE_RATE * SAMPLE_BYTES
    return wav_file((cycle * (length // len(cycle) + 1))[:length], SAMPLE_RATE)


def tone_bytes(seconds: int) -> int:
    """Return the size of `tone(seconds)` without computing the tone."""
    return HEADER_BYTES + seconds * SAMPLE_RATE * SAMPLE_BYTES


def greeting_problem(content: bytes, limit_seconds: bool) -> str | None:
    """Return why a file cannot be a greeting, or None."""
    if len(content) > GREETING_MAXIMUM_BYTES:
        return "the file is larger than 50 MB"
    try:
        with wave.open(io.BytesIO(content), "rb") as stream:
            channels, width, rate = stream.getnchannels(), stream.getsampwidth(), stream.getframerate()
            seconds = stream.getnframes() / rate
    except (wave.Error, EOFError, ZeroDivisionError):
        return "the file is not a PCM WAV file"
    if (channels, width) != (1, SAMPLE_BYTES) or rate not in GREETING_RATES:
        return "the file must be 16-bit mono with 16, 32 or 48 kHz"
    if limit_seconds and seconds > GREETING_MAXIMUM_SECONDS:
        return "the file is longer than 3 minutes"
    return None
