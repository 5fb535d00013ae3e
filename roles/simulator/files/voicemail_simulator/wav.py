# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""WAV files."""

from __future__ import annotations

import io
import wave

SAMPLE_BYTES = 2
HEADER_BYTES = 44


def wav_file(samples: bytes, rate: int) -> bytes:
    """Return a WAV file, PCM 16-bit mono, with these samples at `rate` samples per second."""
    target = io.BytesIO()
    with wave.open(target, "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(SAMPLE_BYTES)
        stream.setframerate(rate)
        stream.writeframes(samples)
    return target.getvalue()
