# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renumber mailboxes to each other's numbers: chains by number, swaps and longer cycles by id."""

from __future__ import annotations

import typing as t

import pytest
from helpers.runners import RUNNERS, Result
from helpers.subjects import KAZOO, SUBJECTS, Subject
from voicemail_simulator.server import SimulatorServer

RENUMBERING = [subject for subject in SUBJECTS if subject.vendor in ("kazoo", "onsip")]
each_subject = pytest.mark.parametrize("subject", RENUMBERING, ids=lambda subject: subject.name)


def run(subject: Subject, server: SimulatorServer, items: list[dict[str, t.Any]], check: bool = False) -> Result:
    """Run the module that takes a list."""
    return RUNNERS["worker"]("vmboxes", subject.arguments(server, mailboxes=items), check=check)


def numbers(subject: Subject, server: SimulatorServer) -> dict[str, str]:
    """Return the number of each stored box by its id."""
    return {box.id: box.number for box in subject.stored(server)}


def first(subject: Subject, server: SimulatorServer, count: int) -> list[tuple[str, str]]:
    """Return id and number of some boxes."""
    return sorted(numbers(subject, server).items(), key=lambda pair: pair[1])[:count]


@each_subject
def test_a_chain_is_renumbered_by_number(subject: Subject) -> None:
    with subject.serve(mailboxes=4) as server:
        chain = first(subject, server, 3)
        final = str(int(chain[-1][1]) + 700)
        targets = [number for _id, number in chain[1:]] + [final]
        items = [
            {"mailbox": number, "new_mailbox": target} for (_id, number), target in zip(chain, targets, strict=True)
        ]
        planned = run(subject, server, items, check=True)
        assert planned["summary"]["update"] == 3, planned
        assert run(subject, server, items)["summary"]["update"] == 3
        assert [numbers(subject, server)[box_id] for box_id, _number in chain] == targets
        again = run(subject, server, items)
        assert not again["changed"], again


@each_subject
@pytest.mark.parametrize("done", [1, 2])
def test_an_interrupted_chain_is_continued(subject: Subject, done: int) -> None:
    with subject.serve(mailboxes=4) as server:
        chain = first(subject, server, 3)
        final = str(int(chain[-1][1]) + 700)
        targets = [number for _id, number in chain[1:]] + [final]
        items = [
            {"mailbox": number, "new_mailbox": target} for (_id, number), target in zip(chain, targets, strict=True)
        ]
        # The last one moves first.
        for item in reversed(items[-done:]):
            assert run(subject, server, [item])["changed"]
        assert run(subject, server, items)["summary"]["update"] == 3 - done
        assert [numbers(subject, server)[box_id] for box_id, _number in chain] == targets


@each_subject
@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("option", ["mailbox", "new_mailbox"])
def test_a_cycle_is_renumbered_by_id(subject: Subject, count: int, option: str) -> None:
    with subject.serve(mailboxes=5) as server:
        boxes = first(subject, server, count)
        targets = [number for _id, number in boxes[1:]] + [boxes[0][1]]
        items = [{"id": box_id, option: target} for (box_id, _number), target in zip(boxes, targets, strict=True)]
        planned = run(subject, server, items, check=True)
        assert planned["summary"]["update"] == count, planned
        result = run(subject, server, items)
        assert not result["failed"], result["msg"]
        assert [numbers(subject, server)[box_id] for box_id, _number in boxes] == targets
        assert not run(subject, server, items)["changed"]


@each_subject
def test_a_swap_by_number_is_refused(subject: Subject) -> None:
    with subject.serve(mailboxes=3) as server:
        (_a, one), (_b, two) = first(subject, server, 2)
        items = [{"mailbox": one, "new_mailbox": two}, {"mailbox": two, "new_mailbox": one}]
        result = run(subject, server, items)
        assert result["failed"]
        assert f"exchanges numbers ({one} to {two} to {one})" in result["msg"]
        assert "by `id`" in result["msg"]
        assert subject.writes(server) == []


@each_subject
def test_an_occupied_number_is_refused(subject: Subject) -> None:
    with subject.serve(mailboxes=3) as server:
        (_a, one), (_b, two) = first(subject, server, 2)
        result = run(subject, server, [{"mailbox": one, "new_mailbox": two}])
        assert f"cannot get the number {two}: mailbox {two} exists" in result["msg"]
        assert subject.writes(server) == []


def test_a_failed_step_keeps_the_numbers_that_depend_on_it() -> None:
    with KAZOO.serve(mailboxes=3) as server:
        (_a, one), (_b, two) = first(KAZOO, server, 2)
        before = numbers(KAZOO, server)
        server.faults.set(["status:500,method=PATCH"])
        items = [{"mailbox": one, "new_mailbox": two}, {"mailbox": two, "new_mailbox": "7777"}]
        result = RUNNERS["worker"]("vmboxes", KAZOO.arguments(server, mailboxes=items, retry_budget=0), check=False)
        assert (result["summary"]["failed"], result["summary"]["skipped"]) == (1, 1), result
        assert numbers(KAZOO, server) == before


def test_an_incomplete_cycle_is_reported_and_repaired() -> None:
    with KAZOO.serve(mailboxes=3) as server:
        (a, one), (b, two) = first(KAZOO, server, 2)
        items = [{"id": a, "new_mailbox": two}, {"id": b, "new_mailbox": one}]
        server.faults.set(["status:400,method=PATCH,skip=1,count=1"])
        result = run(KAZOO, server, items)
        assert result["summary"]["failed"] == 2, result
        temporary = numbers(KAZOO, server)[a]
        assert temporary not in (one, two)
        assert any(f"has the temporary number {temporary}" in str(row["error"]) for row in result["results"])
        assert not run(KAZOO, server, items)["failed"]
        found = numbers(KAZOO, server)
        assert (found[a], found[b]) == (two, one)
