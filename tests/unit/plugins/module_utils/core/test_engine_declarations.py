# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and comparing declarations: numbers, defaults, PINs, options that cannot be cleared, and cycles of
numbers."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import ConflictError, TransportError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import UNKNOWN
from helpers.memory_vendor import MemoryMailboxes, Store
from hypothesis import given
from hypothesis import strategies as st

PIN, OTHER_PIN = "48215937", "91372846"


@pytest.mark.parametrize("count", [1, 5, 6, 8])
def test_unquoted_numbers_are_one_warning(count: int) -> None:
    store = Store()
    items = [{"mailbox": 1000 + place, "name": "x"} for place in range(count)]
    result = store.run(mailboxes=items)
    assert sorted(store.stored) == [str(1000 + place) for place in range(count)]
    (warning,) = result["warnings"]
    assert "read as text although it is a number" in warning
    assert [f"(mailbox {1000 + place}): `mailbox`" in warning for place in range(count)] == [
        place < 5 for place in range(count)
    ]
    assert (f"and {count - 5} more" in warning) is (count > 5)


@pytest.mark.parametrize(
    ("items", "options", "shown_text"),
    [
        ([{"mailbox": 1000, "state": "absent"}], {}, "another one could be deleted"),
        ([{"mailbox": 1000, "name": "x"}], {"prune": True}, "`prune` could delete the intended one"),
        ([{"mailbox": "1000", "new_mailbox": 1002}], {"prune": True}, "`prune` could delete"),
        ([{"mailbox": "1000", "extension": "1001", "name": "x"}], {}, "are the same option and differ"),
        ([{"mailbox": "", "name": "x"}], {}, "mailbox"),
        ([{"name": "x"}], {}, "is missing"),
        ([{"mailbox": "1000", "state": "gone"}], {}, "state"),
        ([{"mailbox": "1000", "update_pin": "never"}], {}, "update_pin"),
        ([{"mailbox": "1000", "name": None}], {}, "name"),
        ([{"mailbox": "1000", "state": "absent", "new_mailbox": "1002"}], {}, "new_mailbox"),
        ([{"mailbox": "1000", "portsip": {"department": "x"}}], {}, "portsip"),
        ([{"mailbox": "1000", "kazoo": "x"}], {}, "kazoo"),
        ([{"mailbox": "1000", "kazoo": {"nothing": 1}}], {}, "nothing"),
        ([{"mailbox": "1000", "nmae": "x"}], {}, "did you mean `name`?"),
        (["1000"], {}, "must be a dictionary"),
        ([{"mailbox": "1000"}], {"defaults": ["x"]}, "unable to convert to dict"),
        ({"mailbox": "1000"}, {}, "unable to convert to list"),
        ([{"id": "a/b", "name": "x"}], {}, "id"),
        ([{"mailbox": "1000", "pin": "********"}], {}, "pin"),
    ],
)
def test_invalid_declarations_are_refused_before_the_first_request(
    items: t.Any, options: dict[str, t.Any], shown_text: str
) -> None:
    store = Store().numbered("1000", "1001")
    result = store.run(mailboxes=items, **options)
    assert result["failed"]
    assert shown_text in result["msg"], result["msg"]
    assert store.requests == []


@given(
    shared=st.fixed_dictionaries({}, optional={"name": st.just("Shared"), "require_pin": st.booleans()}),
    own=st.fixed_dictionaries({}, optional={"name": st.just("Own"), "require_pin": st.booleans()}),
)
def test_an_item_overrides_the_defaults(shared: dict[str, t.Any], own: dict[str, t.Any]) -> None:
    store = Store().numbered("1000")
    result = store.run(mailboxes=[{"mailbox": "1000", **own}], defaults=shared)
    assert not result["failed"], result["msg"]
    (box,) = store.boxes.values()
    expected = {"name": "Desk 1000", "require_pin": False, **shared, **own}
    assert {option: box.values[option] for option in expected} == expected


def test_dictionaries_of_the_defaults_are_merged() -> None:
    store = Store().numbered("1000")
    defaults = {"kazoo": {"skip_greeting": True, "skip_envelope": True}}
    store.run(
        mailboxes=[{"mailbox": "1000", "kazoo": {"skip_envelope": False, "skip_instructions": True}}], defaults=defaults
    )
    (box,) = store.boxes.values()
    options = ("kazoo.skip_greeting", "kazoo.skip_envelope", "kazoo.skip_instructions")
    assert [box.values[option] for option in options] == [True, False, True]


@pytest.mark.parametrize("policy", ["if_changed", "on_create", "always"])
@pytest.mark.parametrize("stored", [PIN, OTHER_PIN, None, UNKNOWN])
def test_a_pin_is_written_according_to_update_pin(stored: t.Any, policy: str) -> None:
    store = Store().numbered("1000")
    (box_id,) = store.boxes
    box = store.boxes[box_id]
    store.boxes[box_id] = dataclasses.replace(box, values={**box.values, "pin": stored})
    result = store.run(mailboxes=[{"mailbox": "1000", "pin": PIN, "update_pin": policy}])
    differs = stored not in (PIN, UNKNOWN)
    expected = {"if_changed": differs, "on_create": False, "always": True}[policy]
    assert bool(store.writes) is expected
    assert not result["failed"], result["msg"]
    if expected:
        assert store.boxes[box_id].values["pin"] == PIN
    warned = [text for text in result.get("warnings", ()) if "does not show the pin" in text]
    assert len(warned) == (stored is UNKNOWN and policy == "if_changed")
    shown = str({**result, "invocation": None})
    assert PIN not in shown
    assert OTHER_PIN not in shown


def test_a_new_mailbox_has_its_pin_whatever_the_policy() -> None:
    for policy in ("if_changed", "on_create", "always"):
        store = Store()
        store.run(mailboxes=[{"mailbox": "1000", "name": "x", "pin": PIN, "update_pin": policy}])
        assert next(iter(store.boxes.values())).values["pin"] == PIN


def test_options_are_cleared_by_null() -> None:
    store = Store()
    store.add("1000", emails=["a@example.com"], timezone="Europe/Paris", after_email="delete")
    result = store.run(mailboxes=[{"mailbox": "1000", "emails": None, "timezone": None}], report="all")
    assert result["results"][0]["changed_fields"] == ["emails", "timezone"]
    (box,) = store.boxes.values()
    assert (box.values["emails"], box.values["timezone"], box.values["after_email"]) == (None, None, "delete")
    assert not store.run(mailboxes=[{"mailbox": "1000", "emails": [], "timezone": None}])["changed"]


def test_another_spelling_of_a_number_is_the_same_mailbox() -> None:
    store = Store().numbered("08000")
    result = store.run(mailboxes=[{"mailbox": "8000", "name": "x"}], report="all")
    assert [row["mailbox"] for row in result["results"]] == ["08000"]
    assert store.stored == {"08000": "x"}
    assert any("treats both as the same number; use 08000" in text for text in result["warnings"])
    assert not store.run(mailboxes=[{"mailbox": "08000", "name": "x"}])["changed"]
    renumbered = store.run(mailboxes=[{"mailbox": "08000", "new_mailbox": "8000"}])
    assert not renumbered["failed"], renumbered["msg"]
    assert store.stored == {"8000": "x"}


@given(order=st.permutations(["1000", "1001", "1002"]), count=st.integers(2, 3))
def test_mailboxes_declared_by_id_swap_their_numbers(order: list[str], count: int) -> None:
    store = Store().numbered("1000", "1001", "1002")
    ids = {box.number: box_id for box_id, box in store.boxes.items()}
    cycle = order[:count]
    targets = dict(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    items = [{"id": ids[number], "new_mailbox": target} for number, target in targets.items()]
    checked = store.run(True, mailboxes=items, report="all")
    assert store.writes == []
    result = store.run(mailboxes=items, report="all")
    assert not result["failed"], result["msg"]
    assert [row["action"] for row in result["results"]] == [row["action"] for row in checked["results"]]
    after = {box_id: box.number for box_id, box in store.boxes.items()}
    assert {number: after[ids[number]] for number in ids} == {number: targets.get(number, number) for number in ids}
    assert len(store.writes) == count + 1
    assert not store.run(mailboxes=items)["changed"]


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_a_failed_swap_loses_no_mailbox(broken: int) -> None:
    store = Store().numbered("1000", "1001")
    ids = {box.number: box_id for box_id, box in store.boxes.items()}
    writes = [0]

    def fail(request: str, _number: str) -> None:
        if request == "update":
            writes[0] += 1
            if writes[0] == broken + 1:
                raise ConflictError("somebody was faster", status=409)

    store.before = fail
    items = [{"id": ids["1000"], "new_mailbox": "1001"}, {"id": ids["1001"], "new_mailbox": "1000"}]
    result = store.run(mailboxes=items, report="all")
    assert result["failed"]
    assert set(store.boxes) == set(ids.values())
    numbers = [box.number for box in store.boxes.values()]
    assert len(set(numbers)) == 2
    assert result["changed"] is (sorted(numbers) != ["1000", "1001"] or broken == 2)
    if broken == 1:
        assert any("has the temporary number" in (row["error"] or "") for row in result["results"])
    store.before = lambda request, number: None
    assert not store.run(mailboxes=items)["failed"]
    assert {box_id: box.number for box_id, box in store.boxes.items()} == {ids["1000"]: "1001", ids["1001"]: "1000"}


def test_a_failed_read_before_a_write_is_not_uncertain() -> None:
    store = Store().numbered("1000")

    def lose(request: str, _number: str) -> None:
        if request == "find":
            raise TransportError("the reply was lost", uncertain=True)

    store.before = lose
    result = store.run(mailboxes=[{"mailbox": "1000", "name": "x"}])
    assert (result["failed"], result["changed"], store.writes) == (True, False, [])


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("attempts", [1, 100])
def test_a_duplicate_that_cannot_be_withdrawn_is_reported(attempts: int, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store()
    withdraw, left = MemoryMailboxes.withdraw, [attempts]

    def before(request: str, _number: str) -> None:
        if request == "holders" and len(store.boxes) == 1 and left[0] == attempts:
            store.add("3000", name="Theirs")

    def refuse(self: MemoryMailboxes, box: t.Any, other: t.Any) -> bool:
        left[0] -= 1
        if left[0] >= 0:
            raise ConflictError("it holds messages")
        return withdraw(self, box, other)

    monkeypatch.setattr(MemoryMailboxes, "withdraw", refuse)
    store.before = before
    result = store.run(mailboxes=[{"mailbox": "3000", "name": "Mine"}], report="all")
    assert result["failed"] is (attempts == 100)
    assert result["changed"]
    if attempts == 100:
        error = result["results"][0]["error"]
        assert all(box_id in error for box_id in store.boxes)
        assert "cannot be withdrawn: it holds messages" in error
        assert len(store.boxes) == 2
    else:
        assert store.stored == {"3000": "Mine"}


def test_a_deletion_is_reported() -> None:
    store = Store()
    store.add("1000", messages=2, emails=["a@example.com"])
    store.add("1001")
    items = [{"mailbox": "1000", "state": "absent", "delete_messages": True}]
    limits = {"prune": True, "allow_empty": True, "max_delete_percent": 100}
    declared, pruned = store.run(True, mailboxes=items, **limits)["diff"]
    assert (declared["messages"], declared["pruned"], pruned["messages"], pruned["pruned"]) == (2, False, 0, True)
    assert declared["before"] == {"mailbox": "1000", "name": "Desk 1000", "emails": ["a@example.com"]}
    assert (declared["after"], declared["after_header"]) == ({}, "mailbox 1000 (absent)")
    single = store.run(True, module="vmbox", mailbox="1001", state="absent")
    assert (single["mailbox"], single["action"]) == ({}, "delete")
    assert store.run(True, module="vmbox", mailbox="9000", state="absent")["mailbox"] == {}


@pytest.mark.parametrize("length", [200, 201])
def test_an_id_has_at_most_two_hundred_characters(length: int) -> None:
    result = Store().run(mailboxes=[{"id": "a" * length, "name": "x"}])
    assert result["failed"]
    assert ("characters long" in result["msg"]) is (length > 200)


def test_a_single_mailbox_causes_warnings() -> None:
    store = Store().numbered("1000")
    result = store.run(module="vmbox", mailbox="1000", timezone="Europe/Nowhere")
    assert any("is not in the time zone database" in text for text in result["warnings"])
