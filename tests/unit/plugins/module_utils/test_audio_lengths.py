# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The length of a recording is read from its container."""

from __future__ import annotations

import struct

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.lengths import duration_of
from helpers.recordings import mp3, mp4, wav
from voicemail_simulator.mp3 import tone

FRAME_MS = 36  # 576 samples at 16 kHz


def ogg_page(body: bytes, position: int, flags: int = 0) -> bytes:
    segments = [255] * (len(body) // 255) + [len(body) % 255]
    header = b"OggS\0" + bytes((flags,)) + position.to_bytes(8, "little") + bytes(12)
    return header + bytes((len(segments),)) + bytes(segments) + body


def ogg(first_packet: bytes, last_position: int) -> bytes:
    nothing_ends = 2**64 - 1
    pages = (ogg_page(first_packet, 0, 2), ogg_page(bytes(300), nothing_ends), ogg_page(bytes(20), last_position, 4))
    return b"".join(pages)


def wav_of(format_tag: int, bytes_per_second: int, sound: bytes) -> bytes:
    form = struct.pack("<HHIIHH", format_tag, 1, 8000, bytes_per_second, 1, 8)
    chunks = b"fmt " + len(form).to_bytes(4, "little") + form + b"data" + len(sound).to_bytes(4, "little") + sound
    return b"RIFF" + (4 + len(chunks)).to_bytes(4, "little") + b"WAVE" + chunks


def test_the_length_of_wav() -> None:
    assert duration_of(wav(frames=12000)) == 1500


def test_the_length_of_wav_with_a_telephone_codec() -> None:
    assert duration_of(wav_of(7, 8000, bytes(4000))) == 500


def test_the_length_of_streamed_wav() -> None:
    content = bytearray(wav(frames=8000))
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    assert duration_of(bytes(content)) == 1000


@pytest.mark.parametrize("frames", [2, 7, 1000])
def test_the_length_of_mp3(frames: int) -> None:
    assert duration_of(tone(frames * FRAME_MS / 1000 - 0.001, 440)) == frames * FRAME_MS


def test_the_length_of_mp3_with_tag_and_table_of_contents() -> None:
    sound = tone(1, 440)
    frame = sound[:36]
    table = bytearray(frame)
    table[13:17] = b"Info"
    tag = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10)
    assert duration_of(tag + bytes(table) + sound) == duration_of(sound)


def test_the_length_of_mp3_with_a_trailing_tag() -> None:
    sound = tone(1, 440)
    assert duration_of(sound + b"TAG" + bytes(125)) == duration_of(sound)


def test_the_length_of_ogg() -> None:
    opus = b"OpusHead\x01\x01" + (312).to_bytes(2, "little") + bytes(7)
    vorbis = b"\x01vorbis" + bytes(4) + b"\x01" + (22050).to_bytes(4, "little") + bytes(14)
    speex = b"Speex   " + bytes(28) + (16000).to_bytes(4, "little") + bytes(40)
    assert duration_of(ogg(opus, 48000 * 3 + 312)) == 3000
    assert duration_of(ogg(vorbis, 22050 * 2)) == 2000
    assert duration_of(ogg(speex, 8000)) == 500
    assert duration_of(ogg(b"\x80theora" + bytes(40), 8000)) is None


@pytest.mark.parametrize(
    "content", [b"", b"no recording", mp4(), wav()[:-10], mp3()[:20], b"ID3\x04\0\0\xff\xff\xff\xff"]
)
def test_incomplete_recordings_have_no_length(content: bytes) -> None:
    assert duration_of(content) is None
