# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role retention, run by ansible-playbook against the simulator, whose journal is the witness of every deletion."""

from __future__ import annotations

import hashlib
import json
import pathlib
import typing as t

import pytest
from message_subjects import KAZOO_MESSAGES, PORTSIP_MESSAGES, TEL4VN_MESSAGES, MessageSubject
from voicemail_simulator.server import SimulatorServer
from ways import in_worker

from playbooks import Run, play

Rule = dict[str, t.Any]
#: Older than nothing yet to come: every message that there is.
ALL = "2999-01-01"
deleting = pytest.mark.parametrize("subject", [KAZOO_MESSAGES, PORTSIP_MESSAGES], ids=lambda subject: subject.name)


def audible_copy(content: bytes) -> bytes:
    """Return a recording of the same kind and size with another sound."""
    return content[:-10] + bytes(10 * [1])


class Bench:
    """A simulated telephone system, and a folder to run the role in."""

    def __init__(self, folder: pathlib.Path, subject: MessageSubject, server: SimulatorServer) -> None:
        self.folder = folder
        self.subject = subject
        self.server = server
        self.archive = folder / "archive"

    def run(self, *rules: Rule, check: bool = False, **variables: t.Any) -> tuple[Run, dict[str, t.Any]]:
        """Run the role and return its summary as well; requests are counted from here."""
        self.server.journal.clear()
        summary = self.folder / "summary.json"
        summary.unlink(missing_ok=True)
        connection = self.subject.arguments(self.server)
        given = {f"retention_{name}": value for name, value in connection.items()}
        variables.setdefault("archive_folder", str(self.archive))
        given |= {f"retention_{name}": value for name, value in variables.items()}
        role = {"name": "The role", "ansible.builtin.include_role": {"name": "telephony.voicemail.retention"}}
        copy = {
            "ansible.builtin.copy": {"content": "{{ retention_summary | to_json }}", "dest": str(summary)},
            "check_mode": False,
            "changed_when": False,
            "when": "retention_summary is defined",
        }
        tasks = [{"block": [role], "always": [copy], "vars": {**given, "retention_rules": list(rules)}}]
        done = play(self.folder, tasks, *(["--check"] if check else []))
        return done, json.loads(summary.read_text() or "{}") if summary.exists() else {}

    def clean(self, *rules: Rule, **variables: t.Any) -> dict[str, t.Any]:
        """Foresee a run, run it, and make sure that the same again deletes nothing; return the summary of the run."""
        before = self.messages()
        done, foreseen = self.run(*rules, check=True, **variables)
        assert done.code == 0, done.output
        assert self.subject.writes(self.server) == []
        assert self.messages() == before
        assert not self.archive.exists()
        done, summary = self.run(*rules, **variables)
        assert done.code == 0, done.output
        told = {key: value for key, value in summary.items() if key != "bytes"}
        assert told == {key: value for key, value in foreseen.items() if key != "bytes"}
        left = self.messages()
        files = self.files()
        done, again = self.run(*rules, **variables)
        assert done.code == 0, done.output
        assert "changed=0 " in done.output
        assert again["deleted"] == again["selected"] == 0
        assert self.subject.writes(self.server) == []
        assert self.messages() == left
        assert self.files() == files
        return summary

    def messages(self, **options: t.Any) -> dict[str, dict[str, t.Any]]:
        """Messages that were not deleted, by id."""
        arguments = self.subject.arguments(self.server, **self.subject.all, **options)
        found = in_worker("voicemail_message_info", arguments)
        assert not found["failed"], found
        return {message["id"]: message for message in found["messages"] if message["status"] != "deleted"}

    def files(self) -> dict[str, str]:
        """SHA-256 of each file of the archive."""
        found = [path for path in self.archive.rglob("*") if path.is_file()]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.fixture
def bench(tmp_path: pathlib.Path, subject: MessageSubject) -> t.Iterator[Bench]:
    with subject.serve() as server:
        yield Bench(tmp_path, subject, server)


@deleting
def test_the_first_rule_that_fits_decides(bench: Bench, subject: MessageSubject) -> None:
    everything = bench.messages()
    boxes = sorted({message["mailbox"] for message in everything.values()})
    age = sorted(message["received_at"] for message in everything.values() if message["mailbox"] == boxes[1])[2]
    expected = {
        identifier
        for identifier, message in everything.items()
        if (message["mailbox"] == boxes[1] and message["status"] == "unread" and message["received_at"] < age)
        or (message["mailbox"] == boxes[1] and message["status"] == "read")
        or message["mailbox"] in boxes[2:]
    }
    summary = bench.clean(
        {"match": boxes[0], "action": "keep"},
        # A part of a number is not the number.
        {"match": boxes[2][:2], "action": "keep"},
        {"match": boxes[1], "action": "delete", "status": "unread", "older_than": age},
        {"match": ".*", "action": "delete", "older_than": ALL},
    )
    assert set(bench.messages()) == set(everything) - expected
    deleted = [everything[identifier] for identifier in expected]
    assert summary["selected"] == summary["deleted"] == len(expected)
    assert summary["archived"] == summary["unarchived"] == 0
    assert summary["boxes"] == sorted({message["mailbox"] for message in deleted})
    assert summary["bytes"] == sum(message["size_bytes"] or 0 for message in deleted)
    assert not bench.archive.exists()


@deleting
def test_what_is_archived_is_deleted_and_nothing_else(bench: Bench, subject: MessageSubject) -> None:
    everything = bench.messages()
    box = next(iter(subject.box.values()))
    mine = {identifier for identifier, message in everything.items() if message["mailbox"] == box}
    summary = bench.clean({"match": box, "action": "archive_then_delete", "older_than": ALL, "permanent": True})
    assert set(bench.messages()) == set(everything) - mine
    assert (summary["archived"], summary["deleted"], summary["boxes"]) == (len(mine), len(mine), [box])
    manifest = json.loads((bench.archive / "manifest.json").read_text())
    assert {entry["id"] for entry in manifest["messages"]} == mine
    kept = {pathlib.Path(entry["file"]).name: entry["sha256"] for entry in manifest["messages"]}
    files = bench.files()
    del files["manifest.json"]
    assert files == kept
    assert summary["bytes"] == sum(entry["size_bytes"] for entry in manifest["messages"])
    assert {path.stat().st_mode & 0o777 for path in bench.archive.rglob("*") if path.is_file()} == {0o600}


@deleting
def test_without_an_archive_nothing_is_deleted(bench: Bench, subject: MessageSubject) -> None:
    everything = bench.messages()
    box = next(iter(subject.box.values()))
    blocked = bench.folder / "file"
    blocked.write_text("in the way")
    rules = (
        {"match": box, "action": "archive_then_delete", "older_than": ALL},
        {"match": ".*", "action": "delete", "older_than": ALL},
    )
    (bench.folder / ".list.json.part").mkdir()
    # A folder that cannot be made, one where no list can be kept, and a list that cannot be written in the end.
    for options in (
        {"archive_folder": str(blocked / "below")},
        {"archive_manifest": str(blocked / "below.json")},
        {"archive_manifest": str(bench.folder / "list.json")},
    ):
        done, summary = bench.run(*rules, **options)
        assert done.code == 2, done.output
        assert summary["deleted"] == summary["archived"] == 0
        assert subject.writes(bench.server) == []
    assert bench.messages() == everything


@deleting
def test_a_recording_that_cannot_be_fetched_keeps_its_message_only(bench: Bench, subject: MessageSubject) -> None:
    everything = bench.messages()
    box = next(iter(subject.box.values()))
    mine = {identifier for identifier, message in everything.items() if message["mailbox"] == box}
    bench.server.faults.set(["status:404,count=1,method=GET,path=.*(raw|blobs?|download|audio).*"])
    rule = {"match": box, "action": "archive_then_delete", "older_than": ALL, "permanent": True}
    done, summary = bench.run(rule)
    assert done.code == 2, done.output
    assert "1 of 4 messages could not be archived and were not deleted" in done.output
    assert (summary["archived"], summary["unarchived"], summary["deleted"]) == (3, 1, 3)
    left = set(bench.messages()) & mine
    assert len(left) == 1
    assert set(bench.messages()) == set(everything) - mine | left
    done, summary = bench.run(rule)
    assert done.code == 0, done.output
    assert summary["deleted"] == 1


@deleting
def test_no_message_goes_for_an_archive_that_is_not_its_recording(bench: Bench, subject: MessageSubject) -> None:
    box = next(iter(subject.box.values()))
    rule = {"match": box, "action": "archive_then_delete", "older_than": ALL}
    everything = bench.messages()
    arguments = subject.arguments(
        bench.server, **subject.box, dest=str(bench.folder), manifest="manifest.json", name_template="{id}"
    )
    downloaded = in_worker("voicemail_audio", arguments)
    assert downloaded["summary"]["download"] == 4, downloaded
    zeros, foreign, unlisted, spoilt_part = (pathlib.Path(row["path"]) for row in downloaded["results"])
    whole = {path: path.read_bytes() for path in (zeros, foreign, unlisted, spoilt_part)}
    # Of the same size, which the manifest takes for the file that it tells of.
    zeros.write_bytes(bytes(zeros.stat().st_size))
    foreign.write_bytes(audible_copy(whole[foreign]))
    unlisted.write_bytes(b"7 bytes")
    spoilt_part.unlink()
    (bench.folder / f".{spoilt_part.stem}.part").write_bytes(bytes(40))
    manifest = json.loads((bench.folder / "manifest.json").read_text())
    manifest["messages"] = [entry for entry in manifest["messages"] if entry["file"] != unlisted.name]
    (bench.folder / "manifest.json").write_text(json.dumps(manifest))
    done, summary = bench.run(rule, archive_folder=str(bench.folder), archive_name_template="{id}")
    assert done.code == 2, done.output
    assert (summary["archived"], summary["unarchived"], summary["deleted"]) == (3, 1, 3)
    kept = downloaded["results"][1]["id"]
    assert set(everything) - set(bench.messages()) == {row["id"] for row in downloaded["results"]} - {kept}
    assert {path: path.read_bytes() for path in (zeros, unlisted, spoilt_part)} == {
        path: whole[path] for path in (zeros, unlisted, spoilt_part)
    }
    assert foreign.read_bytes() == audible_copy(whole[foreign])
    assert "is another recording than the vendor's" in done.output


@deleting
def test_more_than_is_allowed_is_refused(bench: Bench, subject: MessageSubject) -> None:
    everything = bench.messages()
    rules = (
        {"match": next(iter(subject.box.values())), "action": "archive_then_delete", "older_than": ALL},
        {"match": ".*", "action": "delete", "older_than": ALL},
    )
    done, summary = bench.run(*rules, max_deletions=len(everything) - 1)
    assert done.code == 2, done.output
    assert f"{len(everything)} messages would be deleted, more than retention_max_deletions" in done.output
    assert summary["deleted"] == 0
    assert subject.writes(bench.server) == []
    assert not bench.archive.exists()
    assert bench.messages() == everything


@pytest.mark.parametrize("subject", [PORTSIP_MESSAGES], ids=lambda subject: subject.name)
def test_messages_of_unknown_age_stay_and_are_counted(bench: Bench, subject: MessageSubject) -> None:
    number = subject.box["shared_voicemail"]
    stored = bench.server.vendor.state.messages.collection
    mine = [identifier for identifier, message in bench.messages().items() if message["mailbox"] == number]
    stored[mine[0]] = {**stored[mine[0]], "created_at": "some day"}
    rules = (
        {"match": number, "action": "delete", "older_than": ALL},
        {"match": "9.*", "action": "delete", "older_than": ALL},
    )
    done, summary = bench.run(*rules)
    assert done.code == 0, done.output
    assert (summary["deleted"], summary["undated"]) == (len(mine) - 1, 1)
    assert "the time of 1 messages cannot be read" in done.output
    assert "1 kept, because the vendor states no time that can be read" in done.output
    assert mine[0] in bench.messages()
    done, summary = bench.run(*rules[1:])
    assert (summary["deleted"], summary["undated"]) == (0, 0), done.output


@pytest.mark.parametrize("subject", [TEL4VN_MESSAGES], ids=lambda subject: subject.name)
def test_a_vendor_that_cannot_delete_is_told_once(bench: Bench, subject: MessageSubject) -> None:
    rules = [{"match": number, "action": "archive_then_delete", "older_than": "1h"} for number in ("1.*", ".*")]
    done, _summary = bench.run(*rules)
    assert done.code == 2, done.output
    assert "TEL4VN cannot delete messages through its API" in done.output
    assert done.output.count("failed: [localhost] (item=") == 1, done.output
    assert len(bench.server.journal) == 0
    assert not bench.archive.exists()


@pytest.mark.parametrize("subject", [KAZOO_MESSAGES], ids=lambda subject: subject.name)
@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (
            [
                {"match": "1", "action": "delete"},
                {"match": "2", "action": "delete", "older_than": "1d", "status": "deleted"},
                {"match": "3", "action": "archive_then_delete", "older_than": "1d"},
                {"match": "", "action": "delete", "older_than": "1d"},
                {"match": "(", "action": "delete", "older_than": "1d"},
            ],
            [
                "The rule for 1: older_than is missing",
                "The rule for 2: status deleted needs permanent",
                "The rule for 3: retention_archive_folder is missing",
                "match must not be empty",
                "unterminated subpattern",
            ],
        ),
        ([{"match": ".*", "action": "delete", "older_than": "3 weeks ago"}], ["a number of hours, days or weeks"]),
        ([{"match": ".*", "action": "forget", "older_than": "1d"}], ["value of action must be one of"]),
    ],
    ids=["rules", "age", "action"],
)
def test_bad_rules_are_refused_before_the_first_request(bench: Bench, rules: list[Rule], words: list[str]) -> None:
    done, _summary = bench.run(*rules, archive_folder="")
    assert done.code == 2, done.output
    assert [word for word in words if word not in done.output] == [], done.output
    assert len(bench.server.journal) == 0


@pytest.mark.parametrize("subject", [KAZOO_MESSAGES], ids=lambda subject: subject.name)
def test_a_rule_for_a_number_is_refused(bench: Bench) -> None:
    """YAML reads 0123 as 83, so a number may choose another mailbox."""
    done, _summary = bench.run({"match": 1001, "action": "delete", "older_than": ALL})
    assert done.code != 0
    assert "match is not text, and YAML reads 0123 as 83" in done.output
    assert bench.subject.writes(bench.server) == []
