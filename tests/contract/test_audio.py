# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Download recordings from every vendor that supports it."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import pathlib
import stat
import threading
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings import part as audio_part
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import client as http
from contract.test_messages import TaskRunner, each_runner, every_subject
from helpers.message_subjects import MESSAGE_SUBJECTS, MessageSubject

BOXES = 3


def files(folder: pathlib.Path) -> dict[str, bytes]:
    """Return every file below a folder, including hidden ones."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@each_runner
@every_subject
def test_a_second_run_transfers_nothing(subject: MessageSubject, runner_name: str, tmp_path: pathlib.Path) -> None:
    with subject.serve(BOXES) as server:
        runner = TaskRunner(subject, server, runner_name)
        options = {**subject.all, "dest": str(tmp_path), "manifest": "manifest.json"}
        expected = 4 * subject.seeded_boxes(BOXES)
        predicted = runner.run("voicemail_audio", check=True, **options)
        assert (predicted["changed"], predicted["summary"]["download"]) == (True, expected)
        assert files(tmp_path) == {}
        done = runner.run("voicemail_audio", **options)
        assert (done["failed"], done["changed"], done["summary"]["download"]) == (False, True, expected), done
        kept = files(tmp_path)
        listed = json.loads(kept.pop("manifest.json"))["messages"]
        assert {entry["file"]: entry["sha256"] for entry in listed} == {
            name: hashlib.sha256(content).hexdigest() for name, content in kept.items()
        }
        for row in done["results"]:
            path = pathlib.Path(row["path"])
            assert row["size_bytes"] == path.stat().st_size > 0
            assert row["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
            assert row["content_type"]
            assert path.suffix in (".wav", ".mp3")
            assert ":" not in path.name
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert {path.suffix for path in map(pathlib.Path, kept)} == subject.endings
        listing = len(subject.requests(server)) - expected
        for again in (runner.run("voicemail_audio", **options), runner.run("voicemail_audio", check=True, **options)):
            assert (again["failed"], again["changed"], again["results"]) == (False, False, [])
            assert again["summary"]["none"] == expected
            assert len(subject.requests(server)) == listing
        assert files(tmp_path).keys() == {*kept, "manifest.json"}


@every_subject
def test_a_file_of_another_size_or_mode_is_replaced(subject: MessageSubject, tmp_path: pathlib.Path) -> None:
    with subject.serve(BOXES) as server:
        runner = TaskRunner(subject, server)
        options = {**subject.box, "dest": str(tmp_path), "manifest": "manifest.json"}
        first, second, third, _fourth = runner.run("voicemail_audio", **options)["results"]
        pathlib.Path(first["path"]).write_bytes(b"RIFF")
        pathlib.Path(second["path"]).chmod(0o644)
        pathlib.Path(third["path"]).write_bytes(b"")
        predicted = runner.run("voicemail_audio", check=True, **options)
        done = runner.run("voicemail_audio", **options)
        for result in (predicted, done):
            actions = {row["id"]: row["action"] for row in result["results"]}
            assert actions == {first["id"]: "download", second["id"]: "mode", third["id"]: "download"}
        assert hashlib.sha256(pathlib.Path(first["path"]).read_bytes()).hexdigest() == first["sha256"]
        assert stat.S_IMODE(pathlib.Path(second["path"]).stat().st_mode) == 0o600


@every_subject
def test_a_template_creates_folders(subject: MessageSubject, tmp_path: pathlib.Path) -> None:
    with subject.serve(BOXES) as server:
        runner = TaskRunner(subject, server)
        template = "{mailbox}/{date}/../{caller_name}{id}"
        done = runner.run("voicemail_audio", **subject.all, dest=str(tmp_path), name_template=template, mode="0640")
        assert not done["failed"], done
        for row in done["results"]:
            path = pathlib.Path(row["path"])
            assert path.relative_to(tmp_path).parts[0] == row["mailbox"]
            assert path.resolve().is_relative_to(tmp_path.resolve())
            assert stat.S_IMODE(path.stat().st_mode) == 0o640


@each_runner
@every_subject
@pytest.mark.parametrize("broken", ["missing", "file", "mode", "template", "manifest"])
def test_unwritable_targets_are_reported_before_the_first_request(
    subject: MessageSubject, runner_name: str, broken: str, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "file").write_text("{}")
    options: dict[str, t.Any] = {"dest": str(tmp_path)}
    options |= {
        "missing": {"dest": str(tmp_path / "nowhere")},
        "file": {"dest": str(tmp_path / "file")},
        "mode": {"mode": "rw"},
        "template": {"name_template": "{mailbox}"},
        "manifest": {"manifest": "file"},
    }[broken]
    with subject.serve(1, 1) as server:
        result = TaskRunner(subject, server, runner_name).run("voicemail_audio", **subject.all, **options)
        assert result["failed"]
        assert str(options.get("dest")) in result["msg"] or broken in result["msg"]
        assert len(server.journal) == 0
        assert list(files(tmp_path)) == ["file"]


@every_subject
def test_a_folder_without_permission_is_reported(subject: MessageSubject, tmp_path: pathlib.Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    with subject.serve(1, 1) as server:
        result = TaskRunner(subject, server).run("voicemail_audio", **subject.all, dest=str(tmp_path))
        assert result["failed"]
        assert len(server.journal) == 0


@every_subject
def test_a_link_that_leaves_the_folder_is_not_followed(subject: MessageSubject, tmp_path: pathlib.Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    with subject.serve(BOXES) as server:
        runner = TaskRunner(subject, server)
        number = runner.messages()[0]["mailbox"]
        (inside / number).symlink_to(outside)
        result = runner.run("voicemail_audio", **subject.all, dest=str(inside), name_template="{mailbox}/{id}")
        assert result["failed"]
        assert files(outside) == {}
        reported = {row["mailbox"]: row["status"] for row in result["results"]}
        assert reported.pop(number) == "failed"
        assert set(reported.values()) <= {"changed"}


@every_subject
def test_downloads_are_reported_if_the_manifest_cannot_be_written(
    subject: MessageSubject, tmp_path: pathlib.Path
) -> None:
    with subject.serve(BOXES) as server:
        runner = TaskRunner(subject, server)
        options = {**subject.box, "dest": str(tmp_path), "manifest": "manifest.json"}
        # A folder has the name of the lock under which it is written.
        (tmp_path / ".manifest.json.lock").mkdir()
        result = runner.run("voicemail_audio", **options)
        assert (result["failed"], result["changed"], result["error"]["kind"]) == (True, True, "file")
        assert "the recordings are kept, but not their manifest" in result["msg"]
        assert [row["status"] for row in result["results"]] == ["changed"] * 4
        (tmp_path / ".manifest.json.lock").rmdir()
        result = runner.run("voicemail_audio", **options)
        assert (result["failed"], result["changed"], result["summary"]["download"]) == (False, True, 0)
        assert len(json.loads((tmp_path / "manifest.json").read_text())["messages"]) == 4


@every_subject
def test_a_full_disk_leaves_nothing_behind(
    subject: MessageSubject, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: audio_part.Part, piece: bytes) -> None:
        real(self, piece[:10])
        raise_full(self)

    def raise_full(part: audio_part.Part) -> None:
        # Simulate a full disk with a closed file. Only the errno matters.
        monkeypatch.setattr(audio_part.os, "write", no_space)
        try:
            real(part, b"x")
        finally:
            monkeypatch.setattr(audio_part.os, "write", write)

    def no_space(_descriptor: int, _content: bytes) -> t.NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    real, write = audio_part.Part.write, os.write
    monkeypatch.setattr(audio_part.Part, "write", full)
    with subject.serve(BOXES) as server:
        result = TaskRunner(subject, server).run("voicemail_audio", **subject.all, dest=str(tmp_path), workers=1)
        assert result["failed"]
        assert "No space left" in result["msg"]
        assert {row["status"] for row in result["results"]} == {"failed", "skipped"}
        assert files(tmp_path) == {}


@every_subject
def test_an_interrupted_download_is_resumed(subject: MessageSubject, tmp_path: pathlib.Path) -> None:
    with subject.serve(BOXES) as server:
        runner = TaskRunner(subject, server)
        options = {**subject.box, "dest": str(tmp_path)}
        audio = "path=.*/(raw|download|recording|blobs|files?).*"
        server.faults.set([f"truncated,count=2,method=GET,{audio}"])
        done = runner.run("voicemail_audio", **options)
        assert not done["failed"], done
        whole = files(tmp_path)
        assert len(whole) == 4
        # A killed run left half of each file under its hidden name. These are downloaded again.
        for name, content in whole.items():
            path = tmp_path / name
            path.unlink()
            (tmp_path / f".{path.stem}.part").write_bytes(content[: len(content) // 2])
        done = runner.run("voicemail_audio", **options)
        assert (done["failed"], done["summary"]["download"]) == (False, 4), done
        assert files(tmp_path) == whole
        for name, content in whole.items():
            path = tmp_path / name
            path.unlink()
            (tmp_path / f".{path.stem}.part").write_bytes(content)
        runner.run("voicemail_audio", **options)
        assert files(tmp_path) == whole


@every_subject
@pytest.mark.parametrize("options", [{}, {"manifest": "manifest.json"}])
def test_files_missing_from_the_manifest_are_downloaded_again(
    subject: MessageSubject, options: dict[str, str], tmp_path: pathlib.Path
) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "second").mkdir()
    with subject.serve(BOXES) as server:
        runner = TaskRunner(subject, server)
        runner.run("voicemail_audio", **subject.box, dest=str(tmp_path / "first"))
        whole = files(tmp_path / "first")
        for name in whole:
            (tmp_path / "second" / name).write_bytes(b"7 bytes")
        done = runner.run("voicemail_audio", **subject.box, dest=str(tmp_path / "second"), **options)
        assert (done["failed"], done["summary"]["download"]) == (False, 4), done
        again = runner.run("voicemail_audio", **subject.box, dest=str(tmp_path / "second"), **options)
        assert (again["failed"], again["changed"], again["summary"]["none"]) == (False, False, 4), again
        kept = files(tmp_path / "second")
        kept.pop("manifest.json", None)
        assert kept == whole


@every_subject
@pytest.mark.parametrize("left", ["zeros", "of another message", "hard link"])
def test_a_partial_file_of_another_run_is_never_resumed(
    subject: MessageSubject, left: str, tmp_path: pathlib.Path
) -> None:
    folder = tmp_path / "dest"
    folder.mkdir()
    precious = tmp_path / "precious"
    with subject.serve(BOXES) as server:
        runner = TaskRunner(subject, server)
        runner.run("voicemail_audio", **subject.box, dest=str(folder))
        whole = files(folder)
        *_others, other = whole.values()
        precious.write_bytes(other[:60])
        for name, content in whole.items():
            (folder / name).unlink()
            part = folder / f".{pathlib.Path(name).stem}.part"
            if left == "hard link":
                part.hardlink_to(precious)
            else:
                part.write_bytes(bytes(len(content) // 2) if left == "zeros" else other[: len(content) // 2])
        done = runner.run("voicemail_audio", **subject.box, dest=str(folder))
        assert (done["failed"], done["summary"]["download"]) == (False, 4), done
        assert files(folder) == whole
        assert precious.read_bytes() == other[:60]


@each_runner
@every_subject
def test_only_files_that_were_read_back_are_verified(
    subject: MessageSubject, runner_name: str, tmp_path: pathlib.Path
) -> None:
    with subject.serve(BOXES) as server:
        runner = TaskRunner(subject, server, runner_name)
        options = {**subject.box, "dest": str(tmp_path), "manifest": "manifest.json", "report": "all"}
        assert {row["verified"] for row in runner.run("voicemail_audio", **options)["results"]} == {False}
        spoilt = sorted(path for path in tmp_path.iterdir() if path.name != "manifest.json")[0]
        spoilt.write_bytes(bytes(spoilt.stat().st_size))
        done = runner.run("voicemail_audio", **options, verify=True)
        assert (done["failed"], done["summary"]["download"], done["summary"]["none"]) == (False, 1, 3), done
        assert {row["verified"] for row in done["results"]} == {True}


@every_subject
def test_a_failed_download_does_not_stop_the_others(subject: MessageSubject, tmp_path: pathlib.Path) -> None:
    with subject.serve(BOXES) as server:
        runner = TaskRunner(subject, server)
        gone = runner.messages(**subject.box)[0]
        server.faults.set(["status:404,path=.*/(raw|download|recording|blobs|files?).*,count=1"])
        result = runner.run("voicemail_audio", **subject.box, dest=str(tmp_path), workers=1)
        reported = [row["status"] for row in result["results"]]
        assert (result["failed"], result["changed"]) == (True, True)
        assert sorted(reported) == ["changed", "changed", "changed", "failed"]
        assert len(files(tmp_path)) == 3
        result = runner.run("voicemail_audio", **subject.box, ids=["nowhere", gone["id"]], dest=str(tmp_path))
        assert {row["id"]: row["status"] for row in result["results"]} == {"nowhere": "failed", gone["id"]: "changed"}


@every_subject
def test_messages_without_a_recording_can_be_ignored(subject: MessageSubject, tmp_path: pathlib.Path) -> None:
    with subject.serve(BOXES) as server:
        runner = TaskRunner(subject, server)
        server.faults.set(["status:404,path=.*/(raw|download|recording|blobs|files?).*,count=1"])
        result = runner.run("voicemail_audio", **subject.box, dest=str(tmp_path), workers=1, ignore_missing=True)
        assert (result["failed"], result["summary"]["skipped"], result["summary"]["download"]) == (False, 1, 3)
        assert [row["status"] for row in result["results"]].count("skipped") == 1


@every_subject
def test_downloads_run_concurrently(
    subject: MessageSubject, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_now: list[int] = []
    seen: list[int] = []
    original = http.Client.stream

    @contextlib.contextmanager
    def counted(client: http.Client, *arguments: t.Any, **options: t.Any) -> t.Iterator[t.Any]:
        open_now.append(1)
        seen.append(len(open_now))
        try:
            with original(client, *arguments, **options) as stream:
                yield stream
        finally:
            open_now.pop()

    monkeypatch.setattr(http.Client, "stream", counted)
    with subject.serve(10, 10) as server:
        runner = TaskRunner(subject, server)
        server.faults.set(["latency:0.02"])
        for workers, least, most in ((1, 1, 1), (16, 4, 16)):
            seen.clear()
            folder = tmp_path / str(workers)
            folder.mkdir()
            done = runner.run("voicemail_audio", **subject.all, dest=str(folder), workers=workers)
            assert done["summary"]["download"] == 10 * subject.seeded_boxes(10)
            assert least <= max(seen) <= most
        assert files(tmp_path / "1") == files(tmp_path / "16")


@every_subject
def test_concurrent_runs_do_not_mix_files(subject: MessageSubject, tmp_path: pathlib.Path) -> None:
    with subject.serve(BOXES) as server:
        server.faults.set(["latency:0.05"])
        results: list[t.Any] = []

        def run() -> None:
            results.append(TaskRunner(subject, server).run("voicemail_audio", **subject.all, dest=str(tmp_path)))

        threads = [threading.Thread(target=run) for _run in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 2
        runner = TaskRunner(subject, server)
        settled = runner.run("voicemail_audio", **subject.all, dest=str(tmp_path))
        assert not settled["failed"], settled
        assert len(files(tmp_path)) == 4 * subject.seeded_boxes(BOXES)


def test_there_are_subjects() -> None:
    assert MESSAGE_SUBJECTS
