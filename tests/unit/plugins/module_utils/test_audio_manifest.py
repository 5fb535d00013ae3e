# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several processes that write one manifest at the same time."""

from __future__ import annotations

import errno
import fcntl
import json
import multiprocessing
import os
import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import Message
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings import files as audio_files
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.files import (
    FileProblem,
    Folder,
    locked,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.manifest import Manifest
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.report import Recording
from ansible_collections.telephony.voicemail.plugins.module_utils.results import Status

PROCESSES = 4
MESSAGES = 25
FORK = multiprocessing.get_context("fork")


def recording(folder: Folder, name: str) -> Recording:
    """Return a recording that was downloaded."""
    path = folder.root / f"{name}.wav"
    return Recording(name, Message(name, "3000"), (name,), path, status=Status.CHANGED, size_bytes=1, sha256="0" * 64)


def add(root: pathlib.Path, number: int, barrier: t.Any) -> None:
    """Add entries like a task: read the manifest, and write it after the downloads."""
    folder = Folder(root, 0o600)
    for position in range(MESSAGES):
        manifest = Manifest.open(folder, "manifest.json")
        # All processes read the file before any writes it, so the last writer could overwrite the others.
        barrier.wait(30)
        assert manifest.write([recording(folder, f"{number}-{position}")], 0o600, check=False)


def test_concurrent_processes_lose_no_entry(tmp_path: pathlib.Path) -> None:
    barrier = FORK.Barrier(PROCESSES)
    processes = [FORK.Process(target=add, args=(tmp_path, number, barrier)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    listed = json.loads((tmp_path / "manifest.json").read_text())["messages"]
    assert {entry["id"] for entry in listed} == {f"{a}-{b}" for a in range(PROCESSES) for b in range(MESSAGES)}
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]


def test_an_unchanged_manifest_is_not_written(tmp_path: pathlib.Path) -> None:
    folder = Folder(tmp_path, 0o600)
    one = recording(folder, "one")
    assert Manifest.open(folder, "list.json").write([one], 0o600, check=True)
    assert list(tmp_path.iterdir()) == []
    assert Manifest.open(folder, "list.json").write([one], 0o600, check=False)
    before = (tmp_path / "list.json").stat()
    assert not Manifest.open(folder, "list.json").write([one], 0o600, check=False)
    assert (tmp_path / "list.json").stat().st_ino == before.st_ino


def test_entries_of_other_programs_are_kept(tmp_path: pathlib.Path) -> None:
    folder = Folder(tmp_path, 0o600)
    manifest = Manifest.open(folder, "list.json")
    (tmp_path / "list.json").write_text("mine")
    with pytest.raises(InvalidInputError, match="is not a manifest"):
        manifest.write([recording(folder, "one")], 0o600, check=False)
    assert (tmp_path / "list.json").read_text() == "mine"


def test_a_lock_timeout_is_reported(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_files, "LOCK_SECONDS", 0.1)
    path = tmp_path / "list.json"
    descriptor = os.open(tmp_path / ".list.json.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(FileProblem, match=r"cannot lock .*list\.json"), locked(path):
            pass
    finally:
        os.close(descriptor)
    with locked(path):
        assert (tmp_path / ".list.json.lock").exists()
    assert not (tmp_path / ".list.json.lock").exists()


def test_a_file_system_without_locks_is_refused_before_the_first_request(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(_descriptor: int, _operation: int) -> t.NoReturn:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(audio_files.fcntl, "flock", unsupported)
    with pytest.raises(InvalidInputError, match="has no file locks"):
        Folder.open(str(tmp_path), 0o600, check=False)
    with pytest.raises(FileProblem, match="No locks available"), locked(tmp_path / "list.json"):
        pass
