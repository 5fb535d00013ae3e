# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the engine, compared with a reference model, for any declaration and any existing mailboxes."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import RejectedError
from helpers.memory_vendor import DEFAULTS, Store
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NUMBERS = ("1000", "1001", "1002", "1003")
PLAIN = ("name", "pin", "require_pin", "emails", "after_email", "timezone")
VALUES: dict[str, st.SearchStrategy[t.Any]] = {
    "name": st.sampled_from(["Desk", "Front desk", "Hall"]),
    "pin": st.sampled_from(["482159", "913728"]),
    "require_pin": st.booleans(),
    "emails": st.lists(st.sampled_from(["a@example.com", "b@example.com", "c@example.com"]), unique=True, max_size=3),
    "after_email": st.sampled_from(["keep", "save", "delete"]),
    "timezone": st.sampled_from(["Europe/Paris", "Europe/Oslo"]),
}
ITEMS = st.fixed_dictionaries({"name": VALUES["name"]}, optional={key: VALUES[key] for key in PLAIN if key != "name"})
DECLARED = st.dictionaries(st.sampled_from(NUMBERS), st.one_of(ITEMS, st.just({"state": "absent"})))
EXISTING = st.dictionaries(st.sampled_from(NUMBERS), ITEMS)
NO_LIMITS = {"max_deletions": 100, "max_delete_percent": 100, "allow_empty": True}


def store_of(existing: dict[str, dict[str, t.Any]]) -> Store:
    """Return an account with these mailboxes."""
    store = Store()
    for number, values in existing.items():
        store.add(number, **values)
    return store


def listed(declared: dict[str, dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Return a declaration as in a task."""
    return [{"mailbox": number, **item} for number, item in declared.items()]


def alike(option: str, one: t.Any, other: t.Any) -> bool:
    """Check whether two values of an option are equal. The order of addresses is irrelevant."""
    return sorted(one or ()) == sorted(other or ()) if option == "emails" else one == other


def expected_action(item: dict[str, t.Any], before: dict[str, t.Any] | None) -> str:
    """Return the action that a declaration requires."""
    if item.get("state") == "absent":
        return "none" if before is None else "delete"
    if before is None:
        return "create"
    complete = {**DEFAULTS, **before}
    return "none" if all(alike(key, value, complete[key]) for key, value in item.items()) else "update"


def contents(store: Store) -> dict[str, dict[str, t.Any]]:
    """Return the mailboxes of an account by number."""
    return {box.number: dict(box.values) for box in store.boxes.values()}


@given(existing=EXISTING, declared=DECLARED, prune=st.booleans(), summary=st.sampled_from([None, frozenset({"name"})]))
def test_a_declaration_is_predicted_applied_and_then_unchanged(
    existing: dict[str, t.Any], declared: dict[str, t.Any], prune: bool, summary: frozenset[str] | None
) -> None:
    store = store_of(existing)
    store.summary = summary
    options = {"mailboxes": listed(declared), "prune": prune, "report": "all", **NO_LIMITS}
    before = contents(store)
    actions = {number: expected_action(item, existing.get(number)) for number, item in declared.items()}
    if prune:
        actions |= {number: "delete" for number in existing if number not in declared}
    predicted = store.run(True, **options)
    assert store.writes == []
    done = store.run(**options)
    for result in (predicted, done):
        assert not result["failed"], result["msg"]
        assert {row["mailbox"]: row["action"] for row in result["results"]} == actions
        assert result["changed"] is any(action != "none" for action in actions.values())
        for row in result["results"]:
            assert row["status"] == ("ok" if row["action"] == "none" else "changed")
            item, had = declared.get(row["mailbox"], {}), before.get(row["mailbox"], {})
            if row["action"] == "update":
                assert row["changed_fields"] == sorted(key for key in item if not alike(key, item[key], had[key]))
        counts = {name: list(actions.values()).count(action) for action, name in DONE.items()}
        assert {name: result["summary"][name] for name in counts} == counts
    assert [one["mailbox"] for one in predicted["diff"]] == [one["mailbox"] for one in done["diff"]]
    assert predicted["plan_checksum"] == done["plan_checksum"]
    assert predicted["summary"]["requests"] + done["summary"]["requests"] == len(store.requests)
    assert predicted["summary"]["requests"] >= 1
    expected = {number: values for number, values in before.items() if actions.get(number) != "delete"}
    for number, item in declared.items():
        if item.get("state") != "absent":
            expected[number] = {**DEFAULTS, **before.get(number, {}), **item}
    after = contents(store)
    assert after.keys() == expected.keys()
    for number, values in expected.items():
        assert all(alike(option, values[option], after[number][option]) for option in PLAIN), number
    store.requests.clear()
    again = store.run(**options)
    assert (again["changed"], again["failed"], store.writes) == (False, False, [])
    assert {again["summary"][name] for name in ("created", "updated", "deleted", "failed", "skipped")} == {0}


DONE = {"create": "created", "update": "updated", "delete": "deleted", "none": "unchanged"}


@given(existing=EXISTING, declared=DECLARED)
def test_only_a_reviewed_plan_is_applied(existing: dict[str, t.Any], declared: dict[str, t.Any]) -> None:
    store = store_of(existing)
    options = {"mailboxes": listed(declared), **NO_LIMITS}
    checksum = store.run(True, **options)["plan_checksum"]
    other = store.run(expect_checksum="0" * 64, **options)
    assert other["failed"]
    assert f"its checksum is {checksum}, expected {'0' * 64}" in other["msg"]
    assert store.writes == []
    assert not store.run(expect_checksum=checksum, **options)["failed"]


@given(existing=EXISTING, declared=DECLARED, changed=st.sampled_from(NUMBERS))
def test_the_checksum_changes_with_the_planned_values(
    existing: dict[str, t.Any], declared: dict[str, t.Any], changed: str
) -> None:
    options = {"mailboxes": listed(declared), **NO_LIMITS}
    first = store_of(existing).run(True, **options)
    other = store_of({**existing, changed: {"name": "Somebody else's"}}).run(True, **options)
    rows = [[(row["mailbox"], row["action"]) for row in result["results"]] for result in (first, other)]
    if rows[0] != rows[1]:
        assert first["plan_checksum"] != other["plan_checksum"]


@pytest.mark.parametrize("on_error", ["continue", "stop"])
@given(existing=EXISTING, declared=DECLARED, broken=st.sampled_from(NUMBERS))
def test_a_failure_is_reported_and_nothing_is_deleted_after_it(
    existing: dict[str, t.Any], declared: dict[str, t.Any], broken: str, on_error: str
) -> None:
    store = store_of(existing)
    before = contents(store)

    def fail(request: str, number: str) -> None:
        if number == broken and request in ("create", "update"):
            raise RejectedError("no room")

    store.before = fail
    result = store.run(mailboxes=listed(declared), on_error=on_error, report="all", **NO_LIMITS)
    actions = {number: expected_action(item, existing.get(number)) for number, item in declared.items()}
    failed = actions.get(broken) in ("create", "update")
    assert result["failed"] is failed
    rows = {row["mailbox"]: row for row in result["results"]}
    for number, action in actions.items():
        status = rows[number]["status"]
        if number == broken and failed:
            assert status == "failed"
            assert "no room" in rows[number]["error"]
            assert contents(store).get(number) == before.get(number)
        elif action == "none":
            assert status == "ok"
        elif action == "delete" and failed:
            assert status == "skipped"
            assert number in contents(store)
        elif on_error == "continue" or not failed:
            assert status == "changed"
    assert result["changed"] is any(row["status"] == "changed" for row in rows.values())
    if failed:
        assert result["summary"]["failed"] == 1
        assert result["summary"]["skipped"] == sum(row["status"] == "skipped" for row in rows.values())
        assert {entry["mailbox"] for entry in result["diff"]} == {
            number for number in rows if actions[number] != "none"
        }


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(order=st.permutations(NUMBERS), count=st.integers(1, 4))
def test_mailboxes_are_renumbered_in_a_chain(order: list[str], count: int) -> None:
    """Renumber each mailbox to the number that the next one releases."""
    store = Store().numbered(*NUMBERS)
    ids = {box.number: box_id for box_id, box in store.boxes.items()}
    targets = [*order[1:count], "2000"]
    items = [{"mailbox": number, "new_mailbox": target} for number, target in zip(order[:count], targets, strict=True)]
    result = store.run(mailboxes=items, report="all")
    assert not result["failed"], result["msg"]
    after = {box_id: box.number for box_id, box in store.boxes.items()}
    assert {after[ids[number]] for number in order[:count]} == set(targets)
    assert all(after[ids[number]] == target for number, target in zip(order[:count], targets, strict=True))
    assert all(after[ids[number]] == number for number in order[count:])
    assert all(row["changed_fields"] == ["mailbox"] for row in result["results"])


@pytest.mark.parametrize(
    ("items", "shown_text"),
    [
        ([{"mailbox": "1000", "new_mailbox": "1001"}], "1001"),
        ([{"mailbox": "9000", "new_mailbox": "9001"}], "9000"),
        ([{"mailbox": "1000", "name": "a"}, {"mailbox": "1000", "name": "b"}], "twice"),
        ([{"mailbox": "1000", "new_mailbox": "2000"}, {"mailbox": "1001", "new_mailbox": "2000"}], "2000"),
        ([{"mailbox": "3000"}], "name"),
        ([{"id": "f" * 32, "name": "a"}], "f" * 32),
    ],
)
def test_declarations_that_cannot_be_applied_are_refused(items: list[dict[str, t.Any]], shown_text: str) -> None:
    store = Store().numbered("1000", "1001")
    result = store.run(mailboxes=items)
    assert result["failed"]
    assert shown_text in result["msg"]
    assert store.writes == []


@given(existing=EXISTING, number=st.sampled_from(NUMBERS), item=ITEMS, check=st.booleans())
def test_a_single_mailbox_is_applied(
    existing: dict[str, t.Any], number: str, item: dict[str, t.Any], check: bool
) -> None:
    store = store_of(existing)
    result = store.run(check, module="vmbox", mailbox=number, **item)
    assert not result["failed"], result["msg"]
    assert result["action"] == expected_action(item, existing.get(number))
    assert result["changed"] is (result["action"] != "none")
    if result["action"] == "update":
        had = {**DEFAULTS, **existing[number]}
        assert result["changed_fields"] == sorted(key for key in item if not alike(key, item[key], had[key]))
    shown = result["mailbox"]
    assert shown["mailbox"] == number
    assert all(alike(key, value, shown[key]) for key, value in item.items() if key != "pin" and key in shown)
    assert not {"482159", "913728"} & set(map(str, shown.values()))
    assert bool(store.writes) is (not check and result["changed"])
    store.requests.clear()
    gone = store.run(check, module="vmbox", mailbox=number, state="absent")
    assert not gone["failed"], gone["msg"]
    was_there = number in existing or not check
    assert gone["action"] == ("delete" if was_there else "none")
    assert (number in store.stored) is (check and number in existing)


@given(existing=EXISTING, match=st.sampled_from([None, "1", "100[12]", "^1000$", "2"]), pins=st.booleans())
def test_existing_mailboxes_are_listed(existing: dict[str, t.Any], match: str | None, pins: bool) -> None:
    for summary in (None, frozenset({"name"})):
        store = store_of(existing)
        store.summary = summary
        result = store.run(module="vmbox_info", include_pins=pins, **({"match": match} if match else {}))
        assert not result["failed"]
        assert result["changed"] is False
        wanted = sorted(number for number in existing if re.search(match or "", number))
        assert [box["mailbox"] for box in result["mailboxes"]] == wanted
        for box in result["mailboxes"]:
            values = {**DEFAULTS, **existing[box["mailbox"]]}
            assert all(alike(key, values[key], box.get(key)) for key in PLAIN if key != "pin")
            assert box.get("pin") == (values["pin"] if pins else None)
        assert len([one for one in store.requests if one[0] == "find"]) == (len(wanted) if summary else 0)
        for number in NUMBERS:
            found = store.run(module="vmbox_info", mailbox=number)["mailboxes"]
            assert [box["mailbox"] for box in found] == [number] * (number in existing)
