# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role retention, run by ansible-playbook against the simulator. The simulator's journal shows every deletion."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import pathlib
import typing as t

import pytest
from helpers.message_subjects import KAZOO_MESSAGES, PORTSIP_MESSAGES, TEL4VN_MESSAGES, MessageSubject
from helpers.playbooks import Run, play
from helpers.runners import in_worker
from voicemail_simulator.control import PREFIX
from voicemail_simulator.server import SimulatorServer

Rule = dict[str, t.Any]
ROLE = "telephony.voicemail.retention"
#: Matches every existing message.
ALL = "2999-01-01"
deleting = pytest.mark.parametrize("subject", [KAZOO_MESSAGES, PORTSIP_MESSAGES], ids=lambda subject: subject.name)


def audible_copy(content: bytes) -> bytes:
    """Return a recording of the same type and size with another sound."""
    return content[:-10] + bytes(10 * [1])


@dataclasses.dataclass(frozen=True)
class Ended:
    """The end of a run of the role.

    :param failure: the result of the failed task, as JSON.
    :param requests: the number of requests to the telephone system so far.
    """

    failure: str
    summary: dict[str, t.Any]
    requests: int


class Bench:
    """A simulated telephone system, and a folder for the role."""

    def __init__(self, folder: pathlib.Path, subject: MessageSubject, server: SimulatorServer) -> None:
        self.folder = folder
        self.subject = subject
        self.server = server
        self.archive = folder / "archive"

    def run_each(
        self,
        *scenarios: tuple[t.Sequence[Rule], dict[str, t.Any]],
        check: bool = False,
        start: pathlib.Path | None = None,
    ) -> tuple[Run, list[Ended]]:
        """Run the role several times in one play, and continue after failures. Requests are counted from here.

        :param scenarios: the rules and other variables of each run.
        """
        self.server.journal.clear()
        control = f"lookup('ansible.builtin.url', '{self.server.origin}{PREFIX}requests', split_lines=false)"
        tasks = []
        for position, (rules, variables) in enumerate(scenarios):
            given = {"archive_folder": str(self.archive), **self.subject.arguments(self.server), **variables}
            kept = {
                "failure": "{{ failure | default('') }}",
                "summary": "{{ retention_summary | default({}) }}",
                "requests": f"{{{{ {control} | from_json | length }}}}",
            }
            file = self.folder / f"ended-{position}.json"
            file.unlink(missing_ok=True)
            failure = {"ansible.builtin.set_fact": {"failure": "{{ ansible_failed_result | to_json }}"}}
            tasks += [
                {
                    "block": [{"name": "The role", "ansible.builtin.include_role": {"name": ROLE}}],
                    "rescue": [failure],
                    "vars": {f"retention_{name}": value for name, value in {**given, "rules": list(rules)}.items()},
                },
                {"save_results": {"file": str(file), "results": kept}},
                {"ansible.builtin.set_fact": {"failure": ""}},
            ]
        done = play(self.folder, tasks, *(["--check"] if check else []), start=start)
        assert done.code == 0, done.output
        files = [self.folder / f"ended-{position}.json" for position in range(len(scenarios))]
        return done, [Ended(**json.loads(file.read_text())) for file in files]

    def run(self, *rules: Rule, **variables: t.Any) -> tuple[Run, Ended]:
        """Run the role once."""
        done, (ended,) = self.run_each((rules, variables))
        return done, ended

    def clean(self, *rules: Rule, changed: int, **variables: t.Any) -> dict[str, t.Any]:
        """Run the role in check mode, for real, and again. Return the summary of the real run.

        :param changed: tasks of the role that change something.
        """
        before = self.messages()
        done, (predicted,) = self.run_each((rules, variables), check=True)
        assert not predicted.failure, done.output
        assert self.subject.writes(self.server) == []
        assert self.messages() == before
        assert not self.archive.exists()
        done, (first, again) = self.run_each((rules, variables), (rules, variables))
        assert not first.failure, done.output
        assert not again.failure, done.output
        reported = {key: value for key, value in first.summary.items() if key != "bytes"}
        assert reported == {key: value for key, value in predicted.summary.items() if key != "bytes"}
        assert f"changed={changed} " in done.output, done.output
        assert again.summary["deleted"] == again.summary["selected"] == 0
        assert self.subject.writes(self.server)
        assert self.subject.writes(self.server, after=first.requests) == []
        return first.summary

    def messages(self, **options: t.Any) -> dict[str, dict[str, t.Any]]:
        """Return the remaining messages by id."""
        arguments = self.subject.arguments(self.server, **self.subject.all, **options)
        found = in_worker("voicemail_message_info", arguments)
        assert not found["failed"], found
        return {message["id"]: message for message in found["messages"] if message["status"] != "deleted"}

    def files(self) -> dict[str, str]:
        """Return the SHA-256 of each file in the archive."""
        found = [path for path in self.archive.rglob("*") if path.is_file()]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.fixture
def bench(tmp_path: pathlib.Path, subject: MessageSubject) -> t.Iterator[Bench]:
    with subject.serve() as server:
        yield Bench(tmp_path, subject, server)


def test_a_relative_archive_is_next_to_the_playbook(tmp_path: pathlib.Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "plays"
    elsewhere.mkdir()
    folder.mkdir()
    with KAZOO_MESSAGES.serve(mailboxes=1) as server:
        bench = Bench(folder, KAZOO_MESSAGES, server)
        rule = {"match": ".*", "action": "archive_then_delete", "older_than": ALL}
        done, (ended,) = bench.run_each(([rule], {"archive_folder": "old/recordings"}), start=elsewhere)
    assert not ended.failure, done.output
    assert ended.summary["archived"] == ended.summary["deleted"] == 4
    assert len(list((folder / "old" / "recordings").glob("*/*_*"))) == 4
    assert list(elsewhere.rglob("*")) == []


@deleting
def test_the_first_matching_rule_applies(bench: Bench, subject: MessageSubject) -> None:
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
        # A rule does not match a part of a number.
        {"match": boxes[2][:2], "action": "keep"},
        {"match": boxes[1], "action": "delete", "status": "unread", "older_than": age},
        {"match": ".*", "action": "delete", "older_than": ALL},
        changed=1,
    )
    assert set(bench.messages()) == set(everything) - expected
    deleted = [everything[identifier] for identifier in expected]
    assert summary["selected"] == summary["deleted"] == len(expected)
    assert summary["archived"] == summary["unarchived"] == 0
    assert summary["boxes"] == sorted({message["mailbox"] for message in deleted})
    assert summary["bytes"] == sum(message["size_bytes"] or 0 for message in deleted)
    assert not bench.archive.exists()


@deleting
def test_only_archived_messages_are_deleted(bench: Bench, subject: MessageSubject) -> None:
    everything = bench.messages()
    box = next(iter(subject.box.values()))
    mine = {identifier for identifier, message in everything.items() if message["mailbox"] == box}
    rule = {"match": box, "action": "archive_then_delete", "older_than": ALL, "permanent": True}
    # The folder, its recordings and the messages.
    summary = bench.clean(rule, changed=3)
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
    (bench.folder / ".list.json.lock").mkdir()
    # A folder that cannot be made, one where no list can be kept, and a list that cannot be written in the end.
    done, runs = bench.run_each(
        (rules, {"archive_folder": str(blocked / "below")}),
        (rules, {"archive_manifest": str(blocked / "below.json")}),
        (rules, {"archive_manifest": str(bench.folder / "list.json")}),
    )
    for ended in runs:
        assert ended.failure, done.output
        assert ended.summary["deleted"] == ended.summary["archived"] == 0
    assert subject.writes(bench.server) == []
    assert bench.messages() == everything


@deleting
def test_a_failed_download_keeps_only_its_message(bench: Bench, subject: MessageSubject) -> None:
    everything = bench.messages()
    box = next(iter(subject.box.values()))
    mine = {identifier for identifier, message in everything.items() if message["mailbox"] == box}
    bench.server.faults.set(["status:404,count=1,method=GET,path=.*(raw|blobs?|download|audio).*"])
    rule = {"match": box, "action": "archive_then_delete", "older_than": ALL, "permanent": True}
    done, (first, again) = bench.run_each(([rule], {}), ([rule], {}))
    assert "1 of 4 messages could not be archived and were not deleted" in first.failure
    assert [first.summary[count] for count in ("archived", "unarchived", "deleted")] == [3, 1, 3]
    assert not again.failure, done.output
    assert again.summary["deleted"] == 1
    assert set(bench.messages()) == set(everything) - mine


@deleting
def test_a_message_with_a_different_archived_recording_is_kept(bench: Bench, subject: MessageSubject) -> None:
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
    # The same size, so that the manifest accepts the file.
    zeros.write_bytes(bytes(zeros.stat().st_size))
    foreign.write_bytes(audible_copy(whole[foreign]))
    unlisted.write_bytes(b"7 bytes")
    spoilt_part.unlink()
    (bench.folder / f".{spoilt_part.stem}.part").write_bytes(bytes(40))
    manifest = json.loads((bench.folder / "manifest.json").read_text())
    manifest["messages"] = [entry for entry in manifest["messages"] if entry["file"] != unlisted.name]
    (bench.folder / "manifest.json").write_text(json.dumps(manifest))
    done, ended = bench.run(rule, archive_folder=str(bench.folder), archive_name_template="{id}")
    assert ended.failure, done.output
    assert [ended.summary[count] for count in ("archived", "unarchived", "deleted")] == [3, 1, 3]
    kept = downloaded["results"][1]["id"]
    assert set(everything) - set(bench.messages()) == {row["id"] for row in downloaded["results"]} - {kept}
    assert {path: path.read_bytes() for path in (zeros, unlisted, spoilt_part)} == {
        path: whole[path] for path in (zeros, unlisted, spoilt_part)
    }
    assert foreign.read_bytes() == audible_copy(whole[foreign])
    assert "differs from the vendor's recording" in done.output


@deleting
def test_more_deletions_than_allowed_are_refused(bench: Bench, subject: MessageSubject) -> None:
    everything = bench.messages()
    rules = (
        {"match": next(iter(subject.box.values())), "action": "archive_then_delete", "older_than": ALL},
        {"match": ".*", "action": "delete", "older_than": ALL},
    )
    _done, ended = bench.run(*rules, max_deletions=len(everything) - 1)
    assert f"{len(everything)} messages would be deleted, more than retention_max_deletions" in ended.failure
    assert ended.summary["deleted"] == 0
    assert subject.writes(bench.server) == []
    assert not bench.archive.exists()
    assert bench.messages() == everything


@pytest.mark.parametrize("subject", [PORTSIP_MESSAGES], ids=lambda subject: subject.name)
def test_messages_of_unknown_age_are_kept_and_counted(bench: Bench, subject: MessageSubject) -> None:
    number = subject.box["shared_voicemail"]
    stored = bench.server.vendor.state.messages.collection
    mine = [identifier for identifier, message in bench.messages().items() if message["mailbox"] == number]
    stored[mine[0]] = {**stored[mine[0]], "created_at": "some day"}
    rules = (
        {"match": number, "action": "delete", "older_than": ALL},
        {"match": "9.*", "action": "delete", "older_than": ALL},
    )
    done, (both, other) = bench.run_each((rules, {}), (rules[1:], {}))
    assert not both.failure, done.output
    assert (both.summary["deleted"], both.summary["undated"]) == (len(mine) - 1, 1)
    assert "the time of 1 messages cannot be read" in done.output
    assert "1 kept, because the vendor reports no readable time" in done.output
    assert mine[0] in bench.messages()
    assert (other.summary["deleted"], other.summary["undated"]) == (0, 0), done.output


@pytest.mark.parametrize("subject", [TEL4VN_MESSAGES], ids=lambda subject: subject.name)
def test_a_vendor_without_deletions_is_reported_once(bench: Bench, subject: MessageSubject) -> None:
    rules = [{"match": number, "action": "archive_then_delete", "older_than": "1h"} for number in ("1.*", ".*")]
    done, ended = bench.run(*rules)
    assert "TEL4VN cannot delete messages through its API" in ended.failure
    assert done.output.count("failed: [localhost] (item=") == 1, done.output
    assert len(bench.server.journal) == 0
    assert not bench.archive.exists()


#: Invalid rules, with a part of the message.
BAD_RULES: dict[str, tuple[list[Rule], list[str]]] = {
    "rules": (
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
    "age": ([{"match": ".*", "action": "delete", "older_than": "3 weeks ago"}], ["a number of hours, days or weeks"]),
    "action": ([{"match": ".*", "action": "forget", "older_than": "1d"}], ["value of action must be one of"]),
    # YAML reads 0123 as 83, so a number may select another mailbox.
    "number": (
        [{"match": 1001, "action": "delete", "older_than": ALL}],
        ["match is not text, and YAML reads 0123 as 83"],
    ),
}


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    """Run the role with each invalid rule."""
    with KAZOO_MESSAGES.serve() as server:
        bench = Bench(tmp_path_factory.mktemp("refused"), KAZOO_MESSAGES, server)
        _done, runs = bench.run_each(*((rules, {"archive_folder": ""}) for rules, _words in BAD_RULES.values()))
    return dict(zip(BAD_RULES, runs, strict=True))


@pytest.mark.parametrize("name", BAD_RULES)
def test_bad_rules_are_refused_before_the_first_request(refused: dict[str, Ended], name: str) -> None:
    ended = refused[name]
    assert [word for word in BAD_RULES[name][1] if word not in ended.failure] == [], ended.failure
    assert ended.requests == 0
