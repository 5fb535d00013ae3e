# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which files count as the recording of a message, and which are replaced or downloaded."""

from __future__ import annotations

import json
import os
import pathlib
import threading
import typing as t

import httpx
import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import Message
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings import (
    part as audio_part,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings import (
    run as audio_run,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.files import (
    Folder,
    try_lock,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.order import Order
from helpers.recordings import KINDS, SOUND, Archive, Driver, Response, mp3, unsized, wav, whole

OTHER = wav(level=2)
GARBAGE = b"7 bytes"
MEBIBYTE = 2**20


@pytest.mark.parametrize("manifest", [None, "manifest.json"])
@pytest.mark.parametrize("earlier", [GARBAGE, bytes(len(SOUND)), SOUND[:50], b"RIFF"])
def test_garbage_under_the_right_name_is_downloaded_again(archive: Archive, earlier: bytes, manifest: str) -> None:
    archive.path.write_bytes(earlier)
    row = archive.row(manifest=manifest, verify=True)
    assert (row.status, row.action, row.verified) == ("changed", "download", True)
    assert archive.path.read_bytes() == SOUND


def test_garbage_of_the_stated_size_is_downloaded_again(tmp_path: pathlib.Path) -> None:
    archive = Archive(tmp_path, size_bytes=len(SOUND))
    archive.path.write_bytes(bytes(len(SOUND)))
    assert archive.row().status == "changed"
    assert archive.path.read_bytes() == SOUND
    assert archive.row().action == "none"
    assert archive.driver.starts == []


def test_the_same_recording_without_an_entry_is_compared_and_kept(archive: Archive) -> None:
    archive.path.write_bytes(SOUND)
    archive.path.chmod(0o600)
    before = archive.path.stat().st_ino
    report = archive.run(manifest="manifest.json")
    assert [(row.status, row.action) for row in report.steps] == [("ok", "none")]
    assert archive.path.stat().st_ino == before
    assert archive.run(manifest="manifest.json").steps[0].action == "none"
    assert archive.driver.starts == [], "the manifest contains it now"


@pytest.mark.parametrize("stated", [{}, {"size_bytes": len(SOUND)}])
def test_another_recording_is_never_overwritten(tmp_path: pathlib.Path, stated: dict[str, int]) -> None:
    archive = Archive(tmp_path, **stated)
    archive.path.write_bytes(OTHER)
    row = archive.row(verify=True)
    assert (row.status, row.verified) == ("failed", False)
    assert "m1.wav differs from the vendor's recording" in str(row.error)
    assert archive.files == {"m1.wav": OTHER}


def test_an_outdated_download_is_replaced(archive: Archive) -> None:
    archive.run(whole(mp3(), content_type="audio/mpeg"), manifest="manifest.json")
    assert set(archive.files) == {"m1.mp3", "manifest.json"}
    archive.message = Message("m1", "3000", size_bytes=len(SOUND))
    assert archive.row(manifest="manifest.json").status == "changed"
    assert set(archive.files) == {"m1.wav", "manifest.json"}


def test_a_valid_recording_is_never_replaced_by_garbage(archive: Archive) -> None:
    archive.run(manifest="manifest.json")
    archive.message = Message("m1", "3000", size_bytes=len(GARBAGE))
    assert archive.row(whole(GARBAGE), manifest="manifest.json").status == "failed"
    assert archive.path.read_bytes() == SOUND


def test_a_modified_file_does_not_match_the_manifest(archive: Archive) -> None:
    archive.run(manifest="manifest.json")
    archive.path.write_bytes(OTHER)
    # The same size, which is sufficient by default.
    assert archive.row(manifest="manifest.json").status == "ok"
    row = archive.row(manifest="manifest.json", verify=True)
    assert (row.status, row.verified) == ("failed", False)
    assert archive.path.read_bytes() == OTHER


def test_entries_of_another_system_are_ignored(archive: Archive) -> None:
    archive.run(manifest="manifest.json")
    listed = json.loads((archive.root / "manifest.json").read_text())
    listed["messages"][0]["call_id"] = "of another system"
    (archive.root / "manifest.json").write_text(json.dumps(listed))
    archive.message = Message("m1", "3000", call_id="of this one")
    row = archive.row(whole(OTHER), manifest="manifest.json")
    assert row.status == "failed"
    assert archive.path.read_bytes() == SOUND


@pytest.mark.parametrize("kind", KINDS)
def test_every_format_is_verified(archive: Archive, kind: str) -> None:
    row = archive.row(whole(KINDS[kind](), content_type="application/octet-stream"), verify=True)
    assert (row.status, row.verified, row.path and row.path.suffix) == ("changed", True, f".{kind}")


@pytest.mark.parametrize("content", [GARBAGE, bytes(5000), SOUND[:-10]])
def test_a_damaged_recording_is_stored_but_not_verified(archive: Archive, content: bytes) -> None:
    report = archive.run(whole(content), manifest="manifest.json")
    assert [row.status for row in report.steps] == ["changed"]
    assert "an incomplete recording" in report.notes[0]
    assert archive.run(manifest="manifest.json").steps[0].action == "none", "it is not asked for again"
    report = archive.run(whole(content), manifest="manifest.json", verify=True)
    assert [(row.status, row.verified) for row in report.steps] == [("failed", False)]
    assert report.as_result(everything=True)["failed"]


def test_a_file_changed_after_its_download_is_not_verified(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    finish = audio_part.Part.finish

    def spoil(part: audio_part.Part, ending: str) -> pathlib.Path:
        path = finish(part, ending)
        path.write_bytes(OTHER)
        return path

    monkeypatch.setattr(audio_part.Part, "finish", spoil)
    report = archive.run(verify=True)
    assert [(row.status, row.verified) for row in report.steps] == [("failed", False)]
    assert report.as_result(everything=False)["changed"], "the file was written"


def test_check_mode_writes_nothing_and_verifies_existing_files(archive: Archive) -> None:
    predicted = archive.row(check=True, verify=True, manifest="manifest.json")
    assert (predicted.status, predicted.verified, archive.driver.starts) == ("changed", False, [])
    assert archive.files == {}
    archive.run(manifest="manifest.json")
    there = archive.row(check=True, verify=True, manifest="manifest.json")
    assert (there.status, there.verified) == ("ok", True)


@pytest.mark.parametrize("left", [SOUND[:200], bytes(200), OTHER, bytes(len(SOUND) * 2)])
def test_a_partial_file_of_an_earlier_run_is_discarded(archive: Archive, left: bytes) -> None:
    (archive.root / ".m1.part").write_bytes(left)
    assert archive.row().status == "changed"
    assert archive.driver.starts == [0]
    assert archive.files == {"m1.wav": SOUND}


@pytest.mark.parametrize("link", ["hard", "symbolic", "dangling"])
def test_a_linked_partial_file_is_not_followed(tmp_path: pathlib.Path, link: str) -> None:
    (tmp_path / "dest").mkdir()
    archive = Archive(tmp_path / "dest")
    precious, part = tmp_path / "precious", archive.root / ".m1.part"
    if link != "dangling":
        precious.write_bytes(b"of another user")
    if link == "hard":
        part.hardlink_to(precious)
    else:
        part.symlink_to(precious)
    assert archive.row().status == "changed"
    assert archive.files == {"m1.wav": SOUND}
    assert not archive.path.is_symlink()
    assert precious.exists() is (link != "dangling")
    if precious.exists():
        assert precious.read_bytes() == b"of another user"


def test_a_partial_file_of_another_task_is_not_changed(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_run, "BUSY_SECONDS", 0.1)
    part = archive.root / ".m1.part"
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        assert try_lock(descriptor)
        row = archive.row()
        assert (row.status, archive.driver.starts) == ("failed", [])
        assert "another task is downloading" in str(row.error)
        assert part.exists()
    finally:
        os.close(descriptor)
    assert archive.row().status == "changed"


def test_a_recording_finished_by_another_task_is_compared(archive: Archive) -> None:
    part = archive.root / ".m1.part"
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT, 0o600)
    assert try_lock(descriptor)
    waited = threading.Event()

    def finish() -> None:
        waited.wait(30)
        os.write(descriptor, SOUND)
        os.fchmod(descriptor, 0o600)
        part.rename(archive.path)
        os.close(descriptor)

    other = threading.Thread(target=finish)
    other.start()

    class WaitSignal(threading.Event):
        """Signal that a task waits for another one."""

        def wait(self, timeout: float | None = None) -> bool:
            waited.set()
            return super().wait(timeout)

    driver = Driver([archive.message], whole(SOUND))
    order = Order(str(archive.root), "{id}", 0o600)
    run = audio_run.Run(t.cast("t.Any", driver), order, Folder(archive.root, 0o600), None, check=False)
    run.stop = WaitSignal()
    recording = run.plan(archive.message, ("m1",))
    run.fetch(recording)
    other.join()
    assert (recording.status, recording.action, driver.starts) == ("ok", "none", [0])
    assert archive.files == {"m1.wav": SOUND}


def test_an_interrupted_download_is_resumed_within_the_run(archive: Archive) -> None:
    broken = httpx.ReadError("gone")
    length = str(len(SOUND))

    def cut(_start: int) -> Response:
        return Response([SOUND[:100], broken], content_type="audio/x-wav", content_length=length)

    assert archive.row(cut, whole(SOUND)).status == "changed"
    assert archive.driver.starts == [0, 100]
    assert archive.path.read_bytes() == SOUND


def test_a_changed_recording_is_downloaded_from_the_start(archive: Archive) -> None:
    broken = httpx.ReadError("gone")

    def cut(_start: int) -> Response:
        return Response([OTHER[:100], broken], content_type="audio/x-wav", content_length=str(len(OTHER)), etag="1")

    assert archive.row(cut, whole(SOUND, etag="2")).status == "changed"
    assert archive.driver.starts == [0, 100, 0]
    assert archive.path.read_bytes() == SOUND


def test_a_truncated_recording_without_a_stated_size_fails(archive: Archive) -> None:
    row = archive.row(unsized(SOUND[:-50]))
    assert row.status == "failed"
    assert "its header states 844 bytes, but it has 794" in str(row.error)
    assert archive.files == {}
