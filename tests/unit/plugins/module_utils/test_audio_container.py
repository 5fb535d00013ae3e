# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognize complete recordings."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.container import (
    container_problem,
    kind_of,
)
from helpers.recordings import KINDS, mp3, ogg, wav

Check: t.TypeAlias = "t.Callable[[bytes], str | None]"


@pytest.fixture
def problem(tmp_path: pathlib.Path) -> Check:
    """Write a file and return its problem."""

    def check(content: bytes) -> str | None:
        path = tmp_path / "file"
        path.write_bytes(content)
        return container_problem(path)

    return check


@pytest.mark.parametrize("kind", KINDS)
def test_complete_files_of_every_format_are_accepted(kind: str, problem: Check) -> None:
    content = KINDS[kind]()
    assert kind_of(content[:16]) == kind
    assert problem(content) is None


@pytest.mark.parametrize("kind", ["wav", "ogg", "mp4"])
def test_truncated_files_are_detected(kind: str, problem: Check) -> None:
    content = KINDS[kind]()
    for length in (13, 30, len(content) // 2, len(content) - 2):
        assert problem(content[:length]), length


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        bytes(1000),
        b"\xff" * 1000,
        b"<html>not found</html>",
        b"RIFF\0\0\0\0WAVE" + bytes(500),
        b"RIFF\xf4\x01\0\0WAVEdata\0\0\0\0" + bytes(500),
        b"RIFF\xf4\x01\0\0WAVEfmt \x10\0\0\0" + bytes(480),
        b"ID3\x04\0\0\0\0\x02\x01" + bytes(5000),
        b"ID3\x04\0\0\xff\xff\xff\xff" + bytes(5000),
        b"ID3",
        b"\xff\xf3\x18\xc4",
        b"\xff\xfb" + bytes(4000),
        b"OggS" + bytes(100),
        b"\0\0\0\x10ftypM4A \0\0\0\0",
        b"\0\0\0\x01ftyp" + b"\xff" * 8,
        b"\0\0\0\0ftyp" + bytes(100),
    ],
)
def test_other_files_are_not_recordings(content: bytes, problem: Check) -> None:
    assert problem(content)


def test_streaming_headers_have_no_length(problem: Check) -> None:
    content = bytearray(wav())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    assert problem(bytes(content)) is None
    content[4:8] = content[40:44] = bytes(4)
    assert problem(bytes(content)) is None


def test_tags_and_padding_around_the_sound_are_accepted(problem: Check) -> None:
    assert problem(b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + bytes(500) + mp3()) is None
    assert problem(mp3() + b"TAG" + bytes(125)) is None
    assert problem(wav(399) + b"LIST\x04\0\0\0INFO") is None
    assert problem(ogg()[:-1]) == "its last page is not complete"
