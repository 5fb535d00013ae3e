# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invalid items are skipped, the others are applied, and mailboxes of skipped items are neither changed nor pruned."""

from __future__ import annotations

import typing as t

import pytest
from helpers.memory_vendor import Store
from hypothesis import given
from hypothesis import strategies as st

NO_LIMITS = {"max_deletions": 100, "max_delete_percent": 100, "allow_empty": True}
#: Invalid items, each with its number, or None where the number is uncertain.
WRONG: list[tuple[t.Any, str | None]] = [
    ({"mailbox": "1000", "name": "x", "pin": "1"}, "1000"),
    ({"mailbox": "1000", "name": "x", "no_such_option": 1}, "1000"),
    ({"extension": "1000", "name": "x", "pin": "1"}, "1000"),
    ({"mailbox": "1000", "extension": "1001", "name": "x"}, None),
    ({"mailbox": "10 00", "name": "x"}, None),
    ({"mailbox": 1000.5, "name": "x"}, None),
    ({"mailbox": "1000", "new_mailbox": "1 1", "pin": "482159"}, None),
    ({"name": "x"}, None),
    ("1000", None),
    ({}, None),
]
GOOD = {"mailbox": "3000", "name": "Good"}


def run(store: Store, items: list[t.Any], **options: t.Any) -> dict[str, t.Any]:
    """Apply a declaration, and skip invalid items."""
    result = store.run(mailboxes=items, invalid="skip", report="all", **NO_LIMITS, **options)
    assert not result["failed"], result["msg"]
    return result


@pytest.mark.parametrize("first", [True, False], ids=["first", "last"])
@pytest.mark.parametrize(("wrong", "number"), WRONG, ids=lambda value: str(value)[:40])
def test_the_mailbox_of_a_skipped_item_is_not_pruned(wrong: t.Any, number: str | None, first: bool) -> None:
    store = Store().numbered("1000", "1001", "2000")
    items = [wrong, GOOD] if first else [GOOD, wrong]
    result = run(store, items, prune=True)
    # Without a certain number, the item may refer to any mailbox.
    left = {"1000", "3000"} if number else {"1000", "1001", "2000", "3000"}
    assert set(store.stored) == left
    assert store.stored["1000"] == "Desk 1000"
    rows = [row for row in result["results"] if row["status"] == "skipped"]
    assert [row["mailbox"] for row in rows] == [number]
    assert rows[0]["error"]
    assert rows[0]["action"] == "none"
    assert rows[0]["changed_fields"] == []
    assert result["summary"]["skipped"] == 1
    shown_text = [text for text in result.get("warnings", ()) if "nothing was pruned" in text]
    assert len(shown_text) == (number is None)
    assert result["changed"]


@pytest.mark.parametrize(("wrong", "number"), WRONG, ids=lambda value: str(value)[:40])
def test_without_prune_there_is_no_warning(wrong: t.Any, number: str | None) -> None:
    store = Store().numbered("1000", "1001")
    result = run(store, [wrong, GOOD])
    assert "warnings" not in result
    assert store.stored == {"1000": "Desk 1000", "1001": "Desk 1001", "3000": "Good"}
    refused = store.run(mailboxes=[wrong, GOOD], **NO_LIMITS)
    assert refused["failed"]


def test_all_problems_of_an_item_are_reported() -> None:
    result = run(Store(), [{"mailbox": "1000", "pin": "1", "require_pin": "perhaps"}])
    (row,) = result["results"]
    assert "`pin`" in row["error"]
    assert "require_pin" in row["error"]


@given(names=st.lists(st.sampled_from(["1000", "1001", "1002"]), min_size=1, max_size=5))
def test_items_that_declare_one_mailbox_are_all_skipped(names: list[str]) -> None:
    store = Store()
    result = run(store, [{"mailbox": number, "name": f"Name {place}"} for place, number in enumerate(names)])
    once = {number for number in names if names.count(number) == 1}
    assert set(store.stored) == once
    skipped = [row for row in result["results"] if row["status"] == "skipped"]
    assert sorted(row["mailbox"] for row in skipped) == sorted(number for number in names if number not in once)
    assert all("is declared twice" in row["error"] for row in skipped)


def test_items_with_the_same_new_number_are_skipped_together() -> None:
    store = Store().numbered("1000", "1001", "2000")
    items = [
        {"mailbox": "1000", "new_mailbox": "3000"},
        {"mailbox": "3000", "name": "x"},
        {"mailbox": "2000", "name": "y"},
    ]
    result = run(store, items, prune=True)
    assert store.stored == {"1000": "Desk 1000", "2000": "y"}
    assert [row["mailbox"] for row in result["results"] if row["status"] == "skipped"] == ["1000", "3000"]


def test_an_id_identifies_the_mailbox_of_a_skipped_item() -> None:
    store = Store().numbered("1000", "1001")
    ids = {box.number: box_id for box_id, box in store.boxes.items()}
    result = run(store, [{"id": ids["1000"], "pin": "1"}, GOOD], prune=True)
    assert set(store.stored) == {"1000", "3000"}
    (row,) = [row for row in result["results"] if row["status"] == "skipped"]
    assert (row["mailbox"], row["id"]) == (None, ids["1000"])
    twice = run(store, [{"id": ids["1000"], "name": "a"}, {"id": ids["1000"], "name": "b"}])
    assert twice["summary"]["skipped"] == 2
    assert store.stored["1000"] == "Desk 1000"


def test_an_inapplicable_item_is_skipped_and_its_mailbox_kept() -> None:
    store = Store().numbered("1000", "1001", "2000")
    items = [{"mailbox": "1000", "new_mailbox": "1001"}, {"mailbox": "1001", "name": "x"}, GOOD]
    result = run(store, items)
    assert store.stored["1000"] == "Desk 1000"
    assert store.stored["3000"] == "Good"
    assert result["summary"]["skipped"] >= 1
    created = run(
        store, [{"mailbox": "4000", "emails": ["a@example.com"]}, {"mailbox": "4001", "name": "y"}], prune=True
    )
    assert [row["mailbox"] for row in created["results"] if row["status"] == "skipped"] == ["4000"]
    assert set(store.stored) == {"4001"}


def test_one_skipped_deletion_keeps_only_its_mailbox() -> None:
    store = Store().numbered("1000", "1001")
    result = run(store, [{"mailbox": "1000", "state": "absent", "no_such_option": 1}], prune=True)
    assert set(store.stored) == {"1000"}
    assert [row["action"] for row in result["results"]] == ["delete", "none"]
