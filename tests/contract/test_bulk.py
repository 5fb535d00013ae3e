# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many mailboxes in one task: exact requests, guards before the first write, deletions last, partial failures."""

from __future__ import annotations

import typing as t

import pytest
from helpers.runners import RUNNERS, Result
from helpers.subjects import KAZOO, ONSIP, PERSONAL, SHARED, SUBJECTS, TEL4VN, Subject
from voicemail_simulator.server import SimulatorServer

CREATING = tuple(subject for subject in SUBJECTS if subject.can_create)
DELETING = [subject for subject in CREATING if subject is not ONSIP]


def declared(subject: Subject, count: int) -> list[dict[str, t.Any]]:
    """Return declarations of many mailboxes, each with a different name or text."""
    first = 3000 if subject.module == "vmbox" else 8200
    items = []
    for number in range(first, first + count):
        item = {key: value for key, value in subject.create.items() if key != "kazoo"}
        text = next(option for option in ("name", "description") if option in item)
        items.append({**item, text: f"Box {number}", subject.key: str(number)})
    return items


def many(
    subject: Subject, server: SimulatorServer, items: list[t.Any], check: bool = False, **options: t.Any
) -> Result:
    """Clear the journal and run the plural module."""
    server.journal.clear()
    arguments = subject.arguments(server, **{subject.listed: items}, **options)
    return RUNNERS["worker"](subject.plural, arguments, check=check)


@pytest.mark.parametrize("subject", CREATING, ids=lambda subject: subject.name)
def test_a_hundred_mailboxes_are_applied(subject: Subject) -> None:
    items = declared(subject, 100)
    with subject.serve() as server:
        predicted = many(subject, server, items, check=True)
        assert (predicted["changed"], predicted["summary"]["create"]) == (True, 100)
        assert subject.writes(server) == []
        made = many(subject, server, items, expect_checksum=predicted["plan_checksum"])
        assert (made["failed"], made["summary"]["create"]) == (False, 100), made
        assert {row["status"] for row in made["results"]} == {"changed"}
        again = many(subject, server, items)
        assert (again["changed"], again["results"], again["summary"]["none"]) == (False, [], 100)
        assert subject.writes(server) == []
        checked = many(subject, server, items, check=True)
        assert not checked["changed"]
        assert subject.writes(server) == []
        everything = many(subject, server, items, report="all")
        assert len(everything["results"]) == 100


def test_a_hundred_personal_mailboxes_are_applied() -> None:
    items = [{"mailbox": str(number), "pin": "482159", "notify": True} for number in range(1001, 1101)]
    with PERSONAL.serve(mailboxes=100) as server:
        assert many(PERSONAL, server, items)["summary"]["update"] == 100
        again = many(PERSONAL, server, items)
        assert not again["changed"]
        assert PERSONAL.writes(server) == []


@pytest.mark.parametrize(
    ("subject", "behaviors", "created", "unchanged", "changed"),
    [
        # One login and one list, and another list after creations to find duplicates of other clients. KAZOO M reads
        # the mailboxes whose options are not in its summary. A changed mailbox is read, written, and read back. KAZOO
        # replies to a write with the mailbox, and reads contain its revision.
        (KAZOO, {"profile": "5"}, 1 + 1 + 200 + 1, 2, 2),
        (KAZOO, {"profile": "M"}, 1 + 1 + 200 + 1, 2 + 200, 1),
        (TEL4VN, {"max_limit": 0}, 1 + 1 + 200 + 2, 3, 3),
    ],
    ids=["kazoo-5", "kazoo-M", "tel4vn"],
)
def test_the_number_of_requests_is_exact(
    subject: Subject, behaviors: dict[str, t.Any], created: int, unchanged: int, changed: int
) -> None:
    items = declared(subject, 200)
    with subject.serve(behaviors) as server:
        assert many(subject, server, items)["summary"]["requests"] == created
        assert len(server.journal) == created
        assert many(subject, server, items)["summary"]["requests"] == unchanged
        assert len(server.journal) == unchanged
        items[7]["emails"] = ["new@example.com"]
        one = many(subject, server, items)
        assert one["summary"]["update"] == 1
        assert one["summary"]["requests"] == unchanged + changed


@pytest.mark.parametrize("subject", CREATING, ids=lambda subject: subject.name)
def test_prune_is_guarded_before_the_first_write(subject: Subject) -> None:
    items = declared(subject, 20)
    guarded = {"prune": True, "delete_messages": True}
    with subject.serve() as server:
        many(subject, server, items)
        too_many = many(subject, server, items[:5], **guarded)
        assert too_many["failed"]
        assert "`max_deletions` to 15" in too_many["msg"]
        assert subject.writes(server) == []
        too_large_a_part = many(subject, server, items[:5], **guarded, max_deletions=15)
        assert "`max_delete_percent` to 75" in too_large_a_part["msg"]
        assert subject.writes(server) == []
        nothing = many(subject, server, [], **guarded)
        assert "`allow_empty`" in nothing["msg"]
        assert len(server.journal) == 0
        kept = many(subject, server, items[:5], **guarded, prune_match="nothing", max_deletions=15)
        assert not kept["changed"]
        allowed = many(subject, server, items[:5], **guarded, max_deletions=15, max_delete_percent=75)
        assert (allowed["failed"], allowed["summary"]["delete"]) == (False, 15), allowed
        assert not many(subject, server, items[:5], **guarded)["changed"]


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_updates_are_guarded_before_the_first_write(subject: Subject) -> None:
    count = 8
    changed = {option: value for option, value in subject.update.items() if option != "kazoo"}
    if subject.can_create:
        items = declared(subject, count)
    else:
        items = [{**subject.create, "mailbox": str(1001 + number)} for number in range(count)]
    with subject.serve(mailboxes=0 if subject.can_create else count) as server:
        many(subject, server, items)
        # The declaration updates three of the eight mailboxes. It also creates a ninth, which counts for neither limit.
        items = [{**item, **changed} if position < 3 else item for position, item in enumerate(items)]
        items += declared(subject, count + 1)[count:] if subject.can_create else []
        too_many = many(subject, server, items, max_updates=2)
        assert too_many["failed"]
        assert "3 updates planned, more than `max_updates`, which is 2" in too_many["msg"]
        assert "Set `max_updates` to 3" in too_many["msg"]
        too_large_a_part = many(subject, server, items, max_updates=3, max_update_percent=37)
        assert "38 percent of the 8 declared ones that exist" in too_large_a_part["msg"]
        predicted = many(subject, server, items, check=True, max_updates=0)
        assert predicted["failed"], "check mode predicts the refusal"
        assert subject.writes(server) == []
        allowed = many(subject, server, items, max_updates=3, max_update_percent=38)
        assert (allowed["failed"], allowed["summary"]["updated"]) == (False, 3), allowed
        assert not many(subject, server, items, max_updates=0, max_update_percent=0)["changed"]


@pytest.mark.parametrize(
    ("limit", "problem"),
    [
        ({"max_updates": -1}, "`max_updates` must be at least 0"),
        ({"max_update_percent": 101}, "`max_update_percent` must be between 0 and 100"),
    ],
    ids=["count", "percent"],
)
def test_invalid_update_limits_are_refused(limit: dict[str, int], problem: str) -> None:
    with KAZOO.serve() as server:
        result = many(KAZOO, server, declared(KAZOO, 1), **limit)
        assert problem in result["msg"]
        assert len(server.journal) == 0


@pytest.mark.parametrize("subject", DELETING, ids=lambda subject: subject.name)
def test_mailboxes_with_messages_are_not_deleted(subject: Subject) -> None:
    with subject.serve(mailboxes=3, messages=2) as server:
        found = RUNNERS["worker"](subject.info, subject.arguments(server))[subject.listed]
        gone = [{subject.key: box[subject.key], "state": "absent"} for box in found]
        refused = many(subject, server, gone)
        assert refused["failed"]
        assert "contain messages" in refused["msg"]
        assert "`delete_messages`" in refused["msg"]
        assert subject.writes(server) == []
        done = many(subject, server, gone, delete_messages=True)
        assert done["summary"]["delete"] == 3
        (reported,) = done["warnings"]
        assert reported.startswith("messages are lost with their boxes, 6 in all: ")


def test_pruning_undeletable_mailboxes_is_refused() -> None:
    with PERSONAL.serve() as server:
        result = many(PERSONAL, server, [{"mailbox": "1001", "notify": True}], prune=True)
        assert result["failed"]
        assert "`prune`" in result["msg"]
        assert PERSONAL.writes(server) == []


@pytest.mark.parametrize("subject", [KAZOO, SHARED], ids=lambda subject: subject.name)
def test_an_unreviewed_plan_is_not_applied(subject: Subject) -> None:
    items = declared(subject, 3)
    with subject.serve() as server:
        reviewed = many(subject, server, items, check=True)["plan_checksum"]
        many(subject, server, items[:1])
        stopped = many(subject, server, items, expect_checksum=reviewed)
        assert stopped["failed"]
        assert reviewed in stopped["msg"]
        assert subject.writes(server) == []


def test_a_failure_does_not_stop_the_others_but_prevents_deletions() -> None:
    items = declared(KAZOO, 6)
    with KAZOO.serve({"max_pin_length": 4}) as server:
        many(KAZOO, server, items)
        changed = [{**item, "name": "New"} for item in items[:4]]
        changed[1]["pin"] = "482159"
        doomed = [{"mailbox": items[5]["mailbox"], "state": "absent"}]
        result = many(KAZOO, server, [*changed, *doomed])
        reported = {row["mailbox"]: row["status"] for row in result["results"]}
        assert result["failed"]
        assert result["changed"]
        assert reported == {
            "3000": "changed",
            "3001": "failed",
            "3002": "changed",
            "3003": "changed",
            "3005": "skipped",
        }
        assert "pin" in next(row["error"] for row in result["results"] if row["mailbox"] == "3001")
        assert not any(write.startswith("DELETE") for write in KAZOO.writes(server))


def test_stop_on_error_starts_no_further_request() -> None:
    items = declared(KAZOO, 30)
    items[0]["pin"] = "482159"
    with KAZOO.serve({"max_pin_length": 4}) as server:
        result = many(KAZOO, server, items, on_error="stop", workers=1)
        assert result["summary"]["failed"] == 1
        assert result["summary"]["skipped"] == 29
        assert result["summary"]["create"] == 0
