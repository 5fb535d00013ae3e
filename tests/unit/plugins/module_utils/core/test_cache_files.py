# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and folders of the cache: which are used, and why the others are not."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import dispatch
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import cache_file
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.caching import cache_folder
from ansible_collections.telephony.voicemail.plugins.module_utils.model.sealed import Keys
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import vendor

KEYS = Keys.derive("credential")


def test_a_file_is_read_as_it_was_written(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.cache"
    assert cache_file.read(path, "credential") is None
    cache_file.write(path, KEYS, {"a": "\xe4"})
    assert cache_file.read(path, "credential") == (KEYS, {"a": "\xe4"})
    with pytest.raises(cache_file.UnusableError, match="another credential"):
        cache_file.read(path, "other")
    header, body = path.read_bytes().split(b"\n")
    assert json.loads(body) == {"a": "\xe4"}
    for changed, problem in (
        (header + b"\n" + body + b" ", "another credential"),
        (header.replace(b"cache 1 ", b"cache 2 ") + b"\n" + body, "another version of this collection wrote it"),
        (header, "it is damaged or not a cache file"),
        (b"", "it is damaged or not a cache file"),
    ):
        path.write_bytes(changed)
        with pytest.raises(cache_file.UnusableError, match=problem):
            cache_file.read(path, "credential")


def test_files_that_are_not_read(tmp_path: pathlib.Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "target").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").touch()
    os.truncate(tmp_path / "large", 512 * 2**20 + 1)
    (tmp_path / "full").touch()
    os.truncate(tmp_path / "full", 10)
    for name, problem in (
        ("link", "it cannot be read: Too many levels of symbolic links"),
        ("pipe", "it is not a regular file"),
        ("large", "it is larger than 512 MiB"),
        ("full", "it is damaged or not a cache file"),
    ):
        with pytest.raises(cache_file.UnusableError, match=problem):
            cache_file.read(tmp_path / name, "credential")


def test_the_folder_of_the_cache(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "deep" / "cache"
    opened = len(list(pathlib.Path("/dev/fd").iterdir()))
    assert cache_file.prepare(folder) is None
    assert folder.stat().st_mode & 0o777 == 0o700
    assert cache_file.prepare(folder) is None
    assert list(folder.iterdir()) == []
    assert len(list(pathlib.Path("/dev/fd").iterdir())) == opened
    for mode in (0o720, 0o702):
        folder.chmod(mode)
        assert cache_file.prepare(folder) == (
            f"can be written to by other users. Run `chmod go-w {folder}`, or use another folder"
        )
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        assert cache_file.prepare(path) == "is not a folder. Set it to a folder for cache files"
    assert str(cache_file.prepare(pathlib.Path("/proc/nothing"))).startswith("cannot be written to: ")


def test_a_folder_of_somebody_else(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = tmp_path.stat().st_uid
    if owner == 0:
        monkeypatch.setattr(os, "geteuid", lambda: 4711)
        assert cache_file.prepare(tmp_path) is None
        os.chown(tmp_path, 4712, -1)
    monkeypatch.setattr(os, "geteuid", lambda: owner + 4711)
    assert cache_file.prepare(tmp_path) == "belongs to another user. Use a folder of your own"


def test_a_python_without_key_derivation(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(hashlib, "scrypt")
    assert str(cache_file.prepare(tmp_path)).startswith("cannot be protected: this Python has no scrypt")


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        (" ", "`cache` is empty. Set it to a folder, or remove it"),
        ("a\x00", "`cache` is not a usable path"),
        ("{}/file", "`cache`: {}/file is not a folder"),
    ],
)
def test_folders_that_a_task_cannot_use(path: str, problem: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").touch()
    task = dispatch.Task("vmboxes", {"cache": path.format(tmp_path)}, {})
    with pytest.raises(InvalidInputError) as caught:
        cache_folder(task, vendor("kazoo"), "mailbox")
    assert problem.format(tmp_path) in str(caught.value)
