# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Return the length of a recording in milliseconds from its container, without decoding its sound."""

from __future__ import annotations

import io

from .container import MP3_RATES_HZ, content_problem, first_mp3_frame, kind_of, mp3_frame_bytes

_OGG_HEADER_BYTES = 27
#: Opus always counts samples at this rate, whatever rate was recorded.
_OPUS_RATE_HZ = 48000
#: A position of this value means that no packet ends on the page.
_NO_POSITION = 2**64 - 1
#: Samples of a frame by layer, for MPEG 1 and for MPEG 2 and 2.5.
_MP3_SAMPLES = {1: (384, 384), 2: (1152, 1152), 3: (1152, 576)}


def duration_of(content: bytes) -> int | None:
    """Return the length of a complete WAV, MP3 or Ogg recording in milliseconds, or None if unknown."""
    if content_problem(content) is not None:
        return None
    seconds = {"wav": _wav_seconds, "mp3": _mp3_seconds, "ogg": _ogg_seconds}.get(kind_of(content[:16]), _unknown)(
        content
    )
    return None if seconds is None else round(1000 * seconds)


def _unknown(content: bytes) -> float | None:
    return None


def _wav_seconds(content: bytes) -> float | None:
    position, bytes_per_second = 12, 0
    while position + 8 <= len(content):
        name, length = content[position : position + 4], int.from_bytes(content[position + 4 : position + 8], "little")
        position += 8
        if name == b"fmt ":
            bytes_per_second = int.from_bytes(content[position + 8 : position + 12], "little")
        elif name == b"data":
            present = min(length, len(content) - position)
            return present / bytes_per_second if bytes_per_second else None
        position += length + length % 2
    return None


def _mp3_seconds(content: bytes) -> float | None:
    position = first_mp3_frame(io.BytesIO(content), len(content))
    if position is None:
        return None
    seconds, first = 0.0, True
    while (frame := mp3_frame_bytes(content[position : position + 4])) is not None:
        if frame == 0:
            # The length of a frame with a free bit rate shows only at the start of the next one.
            return None
        if position + frame > len(content):
            break
        # The first frame of some encoders contains an index instead of sound.
        if not (first and _is_table(content[position : position + frame])):
            seconds += _mp3_frame_seconds(content[position : position + 4])
        position, first = position + frame, False
    return seconds


def _is_table(frame: bytes) -> bool:
    return any(mark in frame[:64] for mark in (b"Xing", b"Info", b"VBRI"))


def _mp3_frame_seconds(header: bytes) -> float:
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    samples = _MP3_SAMPLES[layer][0 if version == 3 else 1]
    return samples / MP3_RATES_HZ[version][header[2] >> 2 & 3]


def _ogg_seconds(content: bytes) -> float | None:
    position = last = 0
    rate: int | None = None
    skipped = 0
    while position + _OGG_HEADER_BYTES <= len(content):
        segments = content[26 + position]
        body = position + _OGG_HEADER_BYTES + segments
        reached = int.from_bytes(content[position + 6 : position + 14], "little")
        if position == 0:
            rate, skipped = _ogg_rate(content[body : body + 48])
        if reached != _NO_POSITION:
            last = max(last, reached)
        position = body + sum(content[position + _OGG_HEADER_BYTES : body])
    return None if not rate else max(0, last - skipped) / rate


def _ogg_rate(start: bytes) -> tuple[int | None, int]:
    """Return the rate of positions, and the samples before the sound, from the first packet of a stream."""
    if start.startswith(b"\x01vorbis"):
        return int.from_bytes(start[12:16], "little"), 0
    if start.startswith(b"OpusHead"):
        return _OPUS_RATE_HZ, int.from_bytes(start[10:12], "little")
    if start.startswith(b"Speex   "):
        return int.from_bytes(start[36:40], "little"), 0
    return None, 0
