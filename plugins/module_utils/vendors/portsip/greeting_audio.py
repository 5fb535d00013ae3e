# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check recordings for PortSIP's greetings (docs/vendors/portsip.md, "Greetings and uploads")."""

from __future__ import annotations

import io
import wave

MOST_BYTES = 50 * 1024 * 1024
MOST_SECONDS = 180
RATES = (16000, 32000, 48000)
_CONVERT = "convert it, such as with: ffmpeg -i INPUT -ac 1 -ar 16000 -c:a pcm_s16le OUTPUT.wav"


def problem(content: bytes) -> str | None:
    """Return why PortSIP would refuse a recording and how to convert it, or None if it is valid."""
    try:
        with wave.open(io.BytesIO(content), "rb") as audio:
            channels, width, rate = audio.getnchannels(), audio.getsampwidth(), audio.getframerate()
            frames = audio.getnframes()
            whole = len(audio.readframes(frames)) == frames * channels * width
    except (wave.Error, EOFError):
        return f"is not a WAV file with PCM audio; {_CONVERT}"
    wrong = []
    if channels != 1:
        wrong.append(f"has {channels} channels instead of one")
    if width != 2:
        wrong.append(f"has {width * 8} bits per sample instead of 16")
    if rate not in RATES:
        wrong.append(f"has {rate} Hz instead of 16000, 32000 or 48000")
    if wrong:
        return f"{' and '.join(wrong)}; {_CONVERT}"
    if not frames or not whole:
        return "contains no sound" if not frames else "is shorter than its header states; copy it again"
    if frames > rate * MOST_SECONDS:
        return f"is {frames / rate:.0f} seconds long, but PortSIP accepts at most {MOST_SECONDS}; shorten it"
    return None
