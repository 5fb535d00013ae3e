# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are replaced as a whole: their mode, links in their place, and errors."""

from __future__ import annotations

import contextlib
import errno
import os
import pathlib
import stat

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.disk import replace_file, sync_folder


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444])
def test_a_file_is_replaced_and_has_the_mode(tmp_path: pathlib.Path, mode: int) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(b"old")
    path.chmod(0o666)
    replace_file(path, b"new", mode)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", mode)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("symbolic", [True, False])
def test_a_link_is_not_written_through(tmp_path: pathlib.Path, symbolic: bool) -> None:
    precious, path = tmp_path / "precious", tmp_path / "list.json"
    precious.write_bytes(b"of another user")
    if symbolic:
        path.symlink_to(precious)
    else:
        path.hardlink_to(precious)
    replace_file(path, b"new")
    assert (path.read_bytes(), precious.read_bytes()) == (b"new", b"of another user")
    assert not path.is_symlink()


@pytest.mark.parametrize("call", ["fdopen", "fchmod", "fsync"])
def test_an_error_leaves_the_old_file_and_nothing_else(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(b"old")

    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_need_not_be_durable_is_not_synced(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    replace_file(tmp_path / "one.yml", b"text", durable=False)
    assert synced == []
    replace_file(tmp_path / "two.yml", b"text")
    assert len(synced) == 2, "the file and its folder"


@pytest.mark.parametrize(("number", "is_raised"), [(errno.EINVAL, False), (errno.EACCES, False), (errno.EIO, True)])
def test_a_file_system_that_cannot_sync_folders_is_no_error(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, number: int, is_raised: bool
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match=os.strerror(number)) if is_raised else contextlib.nullcontext():
        sync_folder(tmp_path)
