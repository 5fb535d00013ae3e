# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Skip invalid entries with `invalid: skip`: the others are applied, and mailboxes of invalid entries are never
pruned."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from helpers.leaks import contains_secret
from helpers.runners import RUNNERS, Result
from helpers.subjects import KAZOO, ONSIP, PERSONAL, SHARED, SUBJECTS, TEL4VN, Subject
from voicemail_simulator.server import SimulatorServer

PRUNING = [KAZOO, SHARED, TEL4VN, ONSIP]
WRONG = {"pin": ["48219355"]}


def run(subject: Subject, server: SimulatorServer, runner: str = "worker", **options: t.Any) -> Result:
    server.journal.clear()
    arguments = subject.arguments(server, **options, invalid="skip", max_deletions=100, max_delete_percent=100)
    return RUNNERS[runner](subject.plural, arguments, check=False)


def numbers(subject: Subject, server: SimulatorServer) -> set[str]:
    """Return the numbers of the existing mailboxes."""
    found = RUNNERS["worker"](subject.info, subject.arguments(server), check=False)
    return {box[subject.key] for box in found[subject.listed]}


def declared(subject: Subject, number: str, **options: t.Any) -> dict[str, t.Any]:
    return {**subject.create, subject.key: number, **options}


def skipped(result: Result) -> list[dict[str, t.Any]]:
    return [row for row in result["results"] if row["status"] == "skipped"]


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_an_invalid_entry_is_skipped_and_the_others_are_applied(subject: Subject, runner: str) -> None:
    with subject.serve(mailboxes=2) as server:
        existing = sorted(numbers(subject, server)) or ["1000", "1001"]
        if not subject.can_create:
            items = [{subject.key: existing[0], **subject.update}, {subject.key: existing[1], **WRONG}]
        else:
            items = [declared(subject, "7101"), declared(subject, "7102", **WRONG)]
        result = run(subject, server, runner, **{subject.listed: items})
        assert not result["failed"], result
        (row,) = skipped(result)
        assert row[subject.key] == items[1][subject.key]
        assert row["action"] == "none"
        assert "`pin` must" in row["error"]
        assert not contains_secret("48219355", str(result))
        assert result["summary"]["skipped"] == 1
        assert result["summary"]["created"] + result["summary"]["updated"] == 1


@pytest.mark.parametrize("subject", PRUNING, ids=lambda subject: subject.name)
def test_the_mailbox_of_an_invalid_entry_is_not_pruned(subject: Subject) -> None:
    with subject.serve(mailboxes=0) as server:
        items = [declared(subject, number) for number in ("7101", "7102", "7103")]
        assert run(subject, server, **{subject.listed: items})["summary"]["created"] == 3
        items = [items[0], {**items[1], **WRONG}]
        result = run(subject, server, **{subject.listed: items}, prune=True)
        assert result["summary"]["deleted"] >= 1, result
        assert {"7101", "7102"} <= numbers(subject, server)
        assert "7103" not in numbers(subject, server)


@pytest.mark.parametrize(
    "entry",
    [
        {"name": "without a number"},
        {"mailbox": "30 00", "name": "with a blank"},
        {"mailbox": 3000, "name": "with a number of YAML"},
        "3000",
        {"mailbox": "3000", "extension": "3001", "name": "with two"},
    ],
)
def test_an_unidentified_entry_prevents_pruning(entry: t.Any) -> None:
    with KAZOO.serve(mailboxes=5) as server:
        before = numbers(KAZOO, server)
        result = run(KAZOO, server, mailboxes=[declared(KAZOO, "7101"), entry], prune=True)
        assert not result["failed"], result
        assert (result["summary"]["created"], result["summary"]["deleted"], len(skipped(result))) == (1, 0, 1)
        assert numbers(KAZOO, server) == {*before, "7101"}
        assert any("nothing was pruned" in warning for warning in result["warnings"])


def test_a_number_declared_twice_is_neither_written_nor_pruned() -> None:
    with KAZOO.serve(mailboxes=0) as server:
        run(KAZOO, server, mailboxes=[declared(KAZOO, "7101"), declared(KAZOO, "7102")])
        twice = [declared(KAZOO, "7101", name="one"), declared(KAZOO, "7101", name="two"), declared(KAZOO, "7102")]
        result = run(KAZOO, server, mailboxes=twice, prune=True)
        assert [row["mailbox"] for row in skipped(result)] == ["7101", "7101"]
        assert KAZOO.writes(server) == []
        assert numbers(KAZOO, server) == {"7101", "7102"}


def test_an_entry_that_cannot_be_applied_is_skipped_with_its_reason() -> None:
    with KAZOO.serve(mailboxes=0) as server:
        result = run(KAZOO, server, mailboxes=[{"mailbox": "7101"}, declared(KAZOO, "7102"), {"id": "0" * 32}])
        first, second = skipped(result)
        assert "`name` is required to create it" in first["error"]
        assert "`id` does not belong to a mailbox" in second["error"]
        assert result["summary"]["created"] == 1


def test_a_mailbox_declared_by_id_is_not_pruned() -> None:
    with KAZOO.serve(mailboxes=3) as server:
        found = RUNNERS["worker"]("vmbox_info", KAZOO.arguments(server), check=False)["mailboxes"]
        items = [{"id": found[0]["id"], **WRONG}, {"mailbox": found[1]["mailbox"]}]
        result = run(KAZOO, server, mailboxes=items, prune=True, delete_messages=True)
        assert result["summary"]["deleted"] == 1
        assert numbers(KAZOO, server) == {found[0]["mailbox"], found[1]["mailbox"]}


def test_an_invalid_row_is_skipped_with_its_file_and_line(tmp_path: pathlib.Path) -> None:
    source = tmp_path / "staff.csv"
    source.write_text("mailbox;name;timezone;pin\n7101;Ann;Europe/Paris;482193\n7102;Bob;Europe?;482193\n;Cid;;\n")
    with KAZOO.serve(mailboxes=2) as server:
        result = run(KAZOO, server, src=str(source), prune=True)
        assert not result["failed"], result
        first, second = skipped(result)
        assert first["mailbox"] == "7102"
        assert first["source"].endswith("staff.csv:3")
        assert "column timezone, value 'Europe?'" in first["error"]
        assert second["mailbox"] is None
        assert second["source"].endswith("staff.csv:4")
        assert (result["summary"]["created"], result["summary"]["deleted"]) == (1, 0)
        assert not contains_secret("482193", str(result))


def test_by_default_an_invalid_entry_stops_the_task() -> None:
    with PERSONAL.serve(mailboxes=2) as server:
        arguments = PERSONAL.arguments(
            server, mailboxes=[{"mailbox": "1001", "notify": True}, {"mailbox": "1002", **WRONG}]
        )
        result = RUNNERS["worker"]("vmboxes", arguments, check=False)
        assert result["failed"]
        assert PERSONAL.writes(server) == []
