# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""MP3 files with a computed tone: one line of the spectrum, the same in every frame."""

from __future__ import annotations

import math

SAMPLE_RATE = 16000
FRAME_SAMPLES = 576
FRAME_BYTES = 36
# MPEG-2 Layer III without a checksum, 8000 bits and 16000 samples a second, one channel, an original.
HEADER = bytes((0xFF, 0xF3, 0x18, 0xC4))
# The step of the quantizer, where 210 is full scale.
GAIN = 200
# Huffman table 1, for pairs of lines that are 0 or 1, before their signs.
SILENT, FIRST, SECOND = "1", "01", "001"
POSITIVE = "0"


def tone(seconds: float, pitch: float) -> bytes:
    """Return a mono MP3 file of about `seconds` seconds with a tone of about `pitch` hertz."""
    line = min(int(pitch * 2 * FRAME_SAMPLES / SAMPLE_RATE), 255)
    pairs = line // 2 + 1
    spectrum = SILENT * (pairs - 1) + (SECOND if line % 2 else FIRST) + POSITIVE
    side = _bits(
        (0, 8),  # the spectrum follows immediately
        (0, 1),
        (len(spectrum), 12),
        (pairs, 9),
        (GAIN, 8),
        (0, 9),  # no scale factors
        (0, 1),  # the usual window
        (1, 5),  # table 1, in each of the three regions
        (1, 5),
        (1, 5),
        (0, 4),
        (0, 3),
        (0, 1),
        (0, 1),
    )
    bits = (side + spectrum).ljust((FRAME_BYTES - len(HEADER)) * 8, "0")
    frame = HEADER + int(bits, 2).to_bytes(len(bits) // 8, "big")
    return frame * max(1, math.ceil(seconds * SAMPLE_RATE / FRAME_SAMPLES))


def _bits(*fields: tuple[int, int]) -> str:
    return "".join(f"{value:0{width}b}" for value, width in fields)
