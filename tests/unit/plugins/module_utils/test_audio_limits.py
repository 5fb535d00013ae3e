# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of downloads: size, speed and disk space."""

from __future__ import annotations

import errno
import os
import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings import bounds as audio_bounds
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings import part as audio_part
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import stream as streams
from helpers.recordings import SOUND, Archive, Response, wav, whole

MEBIBYTE = 2**20


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"duration_ms": 1000}, "a duration of 1000 ms"),
        ({"size_bytes": 1000}, "a size of 1000 bytes"),
        ({}, "without a stated duration or size"),
    ],
)
@pytest.mark.parametrize("sized", [True, False])
def test_a_download_above_the_limit_is_aborted(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, stated: dict[str, int], words: str, sized: bool
) -> None:
    monkeypatch.setattr(audio_bounds, "MOST_BYTES", 16 * MEBIBYTE)
    piece = SOUND + bytes(MEBIBYTE - len(SOUND))
    sent: list[Response] = []

    def flood(_start: int) -> Response:
        length = {"content_length": str(2**31)} if sized else {}
        sent.append(Response([piece] * 2048, content_type="audio/x-wav", **length))
        return sent[-1]

    archive = Archive(tmp_path, **stated)
    row = archive.row(flood)
    assert row.status == "failed"
    assert words in str(row.error)
    assert archive.files == {}
    assert len(sent) == 1, "it is not asked for again"
    # The excess piece was received, but not written.
    assert sent[0].sent <= (0 if sized else 17 * MEBIBYTE)


def test_max_bytes_replaces_the_formula(tmp_path: pathlib.Path) -> None:
    archive = Archive(tmp_path, duration_ms=1)
    large = wav(audio_bounds.MARGIN_BYTES)
    assert archive.row(whole(large)).status == "failed"
    assert archive.row(whole(large), max_bytes=len(large)).status == "changed"
    archive.path.unlink()
    row = archive.row(max_bytes=100)
    assert "larger than `max_bytes`, which is 100" in str(row.error)


def test_a_trickling_download_is_aborted(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Abort a download whose single waits are short, but which would take days."""
    clock = [0.0]
    monkeypatch.setattr(streams.time, "monotonic", lambda: clock[0])
    sent = 0

    def drip() -> t.Iterator[bytes]:
        nonlocal sent
        while True:
            clock[0] += 4
            sent += 1
            yield b"R"

    def reply(_start: int) -> Response:
        response = Response(b"", content_type="audio/x-wav", content_length="5000000")
        response.iter_raw = drip  # type: ignore[method-assign]
        return response

    row = archive.row(reply)
    assert row.status == "failed"
    assert "less than 1000 bytes per second" in str(row.error)
    # Two bytes in each of four attempts of five seconds.
    assert sent <= 8
    assert archive.files == {}


def test_a_slow_connection_is_accepted(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(streams.time, "monotonic", lambda: clock[0])
    content = wav(8000)

    def slow() -> t.Iterator[bytes]:
        for position in range(0, len(content), 500):
            clock[0] += 0.5
            yield content[position : position + 500]

    def reply(_start: int) -> Response:
        response = Response(b"", content_type="audio/x-wav", content_length=str(len(content)))
        response.iter_raw = slow  # type: ignore[method-assign]
        return response

    assert archive.row(reply).status == "changed"
    assert clock[0] > 10


def test_a_compressed_recording_is_refused(archive: Archive) -> None:
    row = archive.row(whole(b"x" * 100, content_encoding="gzip"))
    assert row.status == "failed"
    assert "the server compressed the recording" in str(row.error)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("call", ["open", "write", "fsync"])
def test_a_full_disk_is_reported(archive: Archive, monkeypatch: pytest.MonkeyPatch, number: int, call: str) -> None:
    words = {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk quota of the user is used up"}[number]
    real = getattr(os, call)

    def full(target: t.Any, *arguments: t.Any) -> t.Any:
        if call != "open" or str(target).endswith(".part"):
            raise OSError(number, os.strerror(number))
        return real(target, *arguments)

    monkeypatch.setattr(audio_part.os, call, full)
    row = archive.row()
    monkeypatch.undo()
    assert words in str(row.error)
    assert str(archive.root) in str(row.error)
    assert "Free space" in str(row.error)
    assert archive.files == {}
