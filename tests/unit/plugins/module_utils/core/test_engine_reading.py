# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's reads, its progress, and its handling of duplicate numbers."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import RejectedError
from helpers.memory_vendor import Store
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = ("1000", "1001", "1002", "1003")
NAMES = frozenset({"name"})
ANY = frozenset()


def finds(store: Store) -> int:
    """Count the individually read mailboxes."""
    return sum(request == "find" for request, _number in store.requests)


@pytest.mark.parametrize("summary", [None, NAMES, ANY], ids=["all", "names", "what was asked"])
@pytest.mark.parametrize("by", ["mailbox", "id"])
def test_only_required_mailboxes_are_read(summary: frozenset[str] | None, by: str) -> None:
    """Check the reads of a list that contains names only, unless other options are requested."""
    store = Store().numbered(*NUMBERS)
    store.summary = summary
    ids = {box.number: box_id for box_id, box in store.boxes.items()}
    keys = [{by: number if by == "mailbox" else ids[number]} for number in NUMBERS[:3]]
    result = store.run(
        mailboxes=[{**key, "name": f"Desk {number}"} for key, number in zip(keys, NUMBERS, strict=False)]
    )
    assert not result["changed"], result["msg"]
    assert finds(store) == 0
    store.requests.clear()
    result = store.run(mailboxes=[{**keys[0], "require_pin": False}, {**keys[1], "name": "Desk 1001"}])
    assert not result["changed"], result["msg"]
    assert finds(store) == (summary is NAMES)
    store.requests.clear()
    assert store.run(True, mailboxes=[{**keys[0], "state": "absent"}, {**keys[1], "state": "absent"}])["changed"]
    assert finds(store) == 0


@pytest.mark.parametrize("summary", [None, NAMES, ANY], ids=["all", "names", "what was asked"])
def test_a_single_mailbox_is_returned_in_full(summary: frozenset[str] | None) -> None:
    store = Store()
    store.add("1000", emails=["a@example.com"], timezone="Europe/Paris")
    store.summary = summary
    result = store.run(module="vmbox", mailbox="1000", name="Desk 1000")
    assert result["mailbox"]["emails"] == ["a@example.com"]
    assert result["mailbox"]["timezone"] == "Europe/Paris"
    (shown,) = store.run(module="vmbox_info", mailbox="1000")["mailboxes"]
    assert shown["emails"] == ["a@example.com"]


def test_a_mailbox_that_disappears_during_a_read_does_not_exist() -> None:
    store = Store().numbered("1000", "1001")
    store.summary = NAMES
    (gone, _other) = store.boxes

    def vanish(request: str, _number: str) -> None:
        if request == "find":
            store.boxes.pop(gone, None)

    store.before = vanish
    items = [{"mailbox": number, "name": "New", "require_pin": True} for number in ("1000", "1001")]
    result = store.run(True, mailboxes=items, report="all")
    assert [row["action"] for row in result["results"]] == ["create", "update"]
    assert [box["mailbox"] for box in store.run(module="vmbox_info")["mailboxes"]] == ["1001"]


@given(changed=st.integers(0, 4), broken=st.booleans())
def test_progress_counts_reads_and_changes(changed: int, broken: bool) -> None:
    store = Store().numbered(*NUMBERS)
    store.summary = NAMES

    def fail(request: str, number: str) -> None:
        if broken and (request, number) == ("update", "1000"):
            raise RejectedError("no room")

    store.before = fail
    items = [
        {"mailbox": number, "name": f"Desk {number}", "require_pin": place < changed}
        for place, number in enumerate(NUMBERS)
    ]
    store.run(mailboxes=items)
    read = [counts for counts in store.progress if counts[-1] == "read"]
    assert sorted(read) == [(count, 4, 0, "read") for count in range(1, 5)]
    done = [counts for counts in store.progress if counts[-1] == "done"]
    assert len(done) == changed
    assert [counts[0] for counts in done] == sorted(counts[0] for counts in done)
    assert [counts[:2] for counts in done[-1:]] == [(changed, changed)] * bool(changed)
    assert [counts[2] for counts in done[-1:]] == [int(broken)] * bool(changed)


def test_advice_about_written_values_is_a_warning() -> None:
    store = Store().numbered("1000")
    store.advice = {"name": "names are cut", "pin": "PINs are shared"}
    assert store.run(True, mailboxes=[{"mailbox": "1000", "name": "x"}])["warnings"] == ["names are cut"]
    assert store.run(mailboxes=[{"mailbox": "1000", "name": "x"}])["warnings"] == ["names are cut"]
    assert "warnings" not in store.run(mailboxes=[{"mailbox": "1000", "name": "x"}])


@pytest.mark.parametrize("check", [True, False])
def test_a_failed_mailbox_is_returned_in_its_current_state(check: bool) -> None:
    store = Store().numbered("1000")
    store.advice = {"name": "names are cut"}

    def fail(request: str, _number: str) -> None:
        if request in ("create", "update"):
            raise RejectedError("no room")

    store.before = fail
    for number in ("1000", "3000"):
        result = store.run(check, module="vmbox", mailbox=number, name="New")
        assert result["failed"] is not check
        assert result["warnings"] == ["names are cut"]
        assert result["changed"] is check
        if not check:
            assert "no room" in result["msg"]
            assert result["error"]["mailbox"] == number
            assert result["mailbox"].get("name") == ("Desk 1000" if number == "1000" else None)
        else:
            assert result["mailbox"]["name"] == "New"
        assert result["diff"]["after"]["name"] == "New"


def rival_before(store: Store, look: int, act: t.Callable[[], object]) -> None:
    """Act before a check for duplicates, counted from 1."""
    looks = [0]

    def before(request: str, _number: str) -> None:
        if request == "holders":
            looks[0] += 1
            if looks[0] == look:
                act()

    store.before = before


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("larger", [True, False])
@pytest.mark.parametrize("name", ["Mine", "Theirs"])
def test_a_concurrent_creation_is_withdrawn_or_reported(name: str, larger: bool) -> None:
    store = Store()
    rival = ("f" if larger else "0") * 32

    def create() -> None:
        made = store.add("3000", name=name)
        store.boxes[rival] = dataclasses.replace(store.boxes.pop(made), id=rival)
        store.messages[rival] = 0

    rival_before(store, 1, create)
    result = store.run(mailboxes=[{"mailbox": "3000", "name": "Mine"}], report="all")
    assert not result["failed"], result["msg"]
    assert list(store.boxes) == [rival]
    assert store.boxes[rival].values["name"] == "Mine"
    (row,) = result["results"]
    assert (row["id"], row["action"]) == (rival, "none" if name == "Mine" else "update")
    assert any("the box of this task was withdrawn" in text for text in result["warnings"])
    assert "mailbox 3000 at the same time" in result["warnings"][0]


@pytest.mark.usefixtures("no_waiting")
def test_a_mailbox_that_is_always_deleted_is_an_error() -> None:
    store = Store()

    def delete(request: str, _number: str) -> None:
        if request == "holders":
            store.boxes.clear()

    store.before = delete
    result = store.run(mailboxes=[{"mailbox": "3000", "name": "Mine"}], verify=False)
    # The mailbox read by id counts until a list shows another one.
    assert not result["failed"]
    assert [request for request, _number in store.requests].count("create") == 1


@pytest.mark.usefixtures("no_waiting")
def test_the_duplicate_disappears_during_the_wait() -> None:
    store = Store()
    made: list[str] = []

    def before(request: str, _number: str) -> None:
        looks = [one for one, _number in store.requests].count("holders")
        if request == "holders" and looks == 1:
            made.append(store.add("3000"))
        elif request == "holders" and looks == 3:
            store.boxes.pop(made[0])

    store.before = before
    result = store.run(mailboxes=[{"mailbox": "3000", "name": "Mine"}], report="all")
    assert (result["results"][0]["action"], result["failed"]) == ("create", False)
    assert store.stored == {"3000": "Mine"}
    assert "warnings" not in result


@pytest.mark.usefixtures("no_waiting")
def test_unidentified_duplicates_are_an_error() -> None:
    store = Store().numbered("1000")

    def before(request: str, _number: str) -> None:
        if request == "holders" and len(store.boxes) == 1:
            store.add("2000")

    store.before = before
    result = store.run(mailboxes=[{"mailbox": "1000", "new_mailbox": "2000"}], report="all")
    assert result["failed"]
    assert result["changed"]
    assert all(box_id in result["results"][0]["error"] for box_id in store.boxes)
    assert len(store.boxes) == 2


@pytest.mark.usefixtures("no_waiting")
def test_a_failed_duplicate_check_is_reported() -> None:
    store = Store()

    def before(request: str, _number: str) -> None:
        if request == "holders":
            raise RejectedError("the list is closed")

    store.before = before
    result = store.run(mailboxes=[{"mailbox": "3000", "name": "Mine"}, {"mailbox": "3001", "name": "Mine"}])
    assert result["failed"]
    assert result["changed"]
    assert result["summary"]["failed"] == 2
    for row in result["results"]:
        assert f"mailbox {row['mailbox']}: somebody else may have created it as well" in row["error"]
        assert "the list is closed" in row["error"]
