# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check whether a file is a complete recording, from its container and without decoding its sound."""

from __future__ import annotations

import io
import pathlib
import typing as t

#: From this value on, a length in a WAV header means that it was unknown, as programs that stream write it.
_WAV_UNSTATED = 0x7FFF_F000
_OGG_HEADER_BYTES = 27
_MP4_HEADER_BYTES = 8
#: Latest start of the first frame of an MP3 file after its tag: some encoders pad with zeros.
_MP3_SEARCHED_BYTES = 4096
# Kilobits per second by the index in a frame's header, for MPEG 1 and for MPEG 2 and 2.5, layers I to III; 0 is "free".
_MP3_RATES = {
    (1, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
MP3_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


class _Damaged(Exception):
    """The file is not a complete recording, for the reason in the text."""


def kind_of(start: bytes) -> str:
    """Return the kind of a file by its first bytes: ``wav``, ``ogg``, ``mp4``, ``mp3``, or empty."""
    if start[:4] == b"RIFF" and start[8:12] == b"WAVE":
        return "wav"
    if start[:4] == b"OggS":
        return "ogg"
    if start[4:8] == b"ftyp":
        return "mp4"
    if start[:3] == b"ID3" or (len(start) > 1 and start[0] == 0xFF and start[1] & 0xE6 == 0xE2):
        return "mp3"
    return ""


def container_problem(path: pathlib.Path) -> str | None:
    """Return why a file is not a complete WAV, MP3, Ogg or MP4 file, or None if it is.

    :raises OSError: if it cannot be read.
    """
    with path.open("rb") as opened:
        return _problem(opened)


def content_problem(content: bytes) -> str | None:
    """Return why bytes are not a complete WAV, MP3, Ogg or MP4 file, or None if they are."""
    return _problem(io.BytesIO(content))


def _problem(opened: t.BinaryIO) -> str | None:
    size = opened.seek(0, 2)
    opened.seek(0)
    kind = kind_of(opened.read(16))
    if not kind:
        return "it is neither a WAV, an MP3, an Ogg nor an MP4 file"
    try:
        _CHECKS[kind](opened, size)
    except _Damaged as problem:
        return str(problem)
    return None


def _read(file: t.BinaryIO, position: int, length: int) -> bytes:
    file.seek(position)
    return file.read(length)


def _check_wav(file: t.BinaryIO, size: int) -> None:
    whole = 8 + int.from_bytes(_read(file, 4, 4), "little")
    # A last chunk of odd length should be padded by a byte, which some writers count but do not write.
    if 8 < whole < _WAV_UNSTATED and whole > size + 1:
        raise _Damaged(f"its header states {whole} bytes, but it has {size}")
    position, has_format = 12, False
    while position + 8 <= size:
        header = _read(file, position, 8)
        name, length = header[:4], int.from_bytes(header[4:], "little")
        position += 8
        if name == b"fmt ":
            form = _read(file, position, 16)
            has_format = len(form) == 16 and any(form[2:4]) and any(form[4:8])
        elif name == b"data":
            if not has_format:
                raise _Damaged("its sound has no format")
            if length < _WAV_UNSTATED and position + length > size:
                raise _Damaged(f"its header states {length} bytes of sound, but it has {size - position}")
            return
        elif not name.isascii() or not name.strip().isalnum():
            break
        position += length + length % 2
    raise _Damaged("it contains no sound")


def _check_mp3(file: t.BinaryIO, size: int) -> None:
    if first_mp3_frame(file, size) is None:
        raise _Damaged("it contains no complete frame of sound")


def first_mp3_frame(file: t.BinaryIO, size: int) -> int | None:
    """Return the position of the first frame of an MP3 file, or None if there is none.

    :raises _Damaged: if its tag is damaged.
    """
    position = 0
    tag = _read(file, 0, 10)
    if tag[:3] == b"ID3":
        if len(tag) < 10 or any(byte & 0x80 for byte in tag[6:]):
            raise _Damaged("its tag is damaged")
        length = tag[6] << 21 | tag[7] << 14 | tag[8] << 7 | tag[9]
        position = 10 + length + (10 if tag[5] & 0x10 else 0)
    searched = _read(file, position, _MP3_SEARCHED_BYTES)
    for offset in range(len(searched) - 3):
        frame = mp3_frame_bytes(searched[offset : offset + 4])
        if frame is None:
            continue
        # Two bytes may look like a frame by chance, so the next frame must start where this one ends.
        if frame == 0:
            following = searched.find(searched[offset : offset + 2], offset + 4)
            if following > 0 and mp3_frame_bytes(searched[following : following + 4]) == 0:
                return position + offset
            continue
        after = position + offset + frame
        if after == size or mp3_frame_bytes(_read(file, after, 4)) is not None:
            return position + offset
    return None


def mp3_frame_bytes(header: bytes) -> int | None:
    """Return the length of a frame; 0 if its bit rate is "free", or None if there is no frame."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return None
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    rate, samples = header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or layer == 4 or rate == 15 or samples == 3:
        return None
    bits = 1000 * _MP3_RATES[1 if version == 3 else 2, layer][rate]
    frequency, padding = MP3_RATES_HZ[version][samples], header[2] >> 1 & 1
    if layer == 1:
        return (12 * bits // frequency + padding) * 4 if bits else 0
    per_frame = 72 if layer == 3 and version != 3 else 144
    return per_frame * bits // frequency + padding if bits else 0


def _check_ogg(file: t.BinaryIO, size: int) -> None:
    position = 0
    while position < size:
        header = _read(file, position, _OGG_HEADER_BYTES)
        if len(header) < _OGG_HEADER_BYTES or header[:4] != b"OggS":
            raise _Damaged(f"its page at byte {position} is damaged")
        segments = file.read(header[26])
        end = position + _OGG_HEADER_BYTES + header[26] + sum(segments)
        if len(segments) < header[26] or end > size:
            raise _Damaged("its last page is not complete")
        position = end


def _check_mp4(file: t.BinaryIO, size: int) -> None:
    position, names = 0, set()
    while position < size:
        header = _read(file, position, 16)
        length, name = int.from_bytes(header[:4]), header[4:8]
        if length == 1:
            length = int.from_bytes(header[8:])
        elif length == 0:
            length = size - position
        if length < _MP4_HEADER_BYTES or position + length > size:
            raise _Damaged(f"its box at byte {position} is not complete")
        names.add(name)
        position += length
    if not {b"moov", b"mdat"} <= names:
        raise _Damaged("it contains no sound")


_CHECKS: dict[str, t.Callable[[t.BinaryIO, int], None]] = {
    "wav": _check_wav,
    "mp3": _check_mp3,
    "ogg": _check_ogg,
    "mp4": _check_mp4,
}
