# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards stop a plan at their exact limit, before the first write, and name the option to change."""

from __future__ import annotations

import dataclasses
import re
import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    UnsafeError,
    UnsupportedError,
    VoicemailError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.apply import Options, apply
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.describe import checksum
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.guards import (
    Limits,
    add_pruning,
    check_deletions,
    check_limits,
    check_updates,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import Action, Index, Plan, Step
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box, Desired
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Subject
from helpers.memory_vendor import TABLE, MemoryMailboxes, Store
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = tuple(str(1000 + position) for position in range(20))
COUNTS = st.integers(0, len(NUMBERS))
PERCENTS = st.integers(0, 100)


def absent(numbers: t.Iterable[str]) -> list[dict[str, t.Any]]:
    """Declare that mailboxes do not exist."""
    return [{"mailbox": number, "state": "absent"} for number in numbers]


def named(numbers: t.Iterable[str], name: str = "Changed") -> list[dict[str, t.Any]]:
    """Declare that mailboxes have a name."""
    return [{"mailbox": number, "name": name} for number in numbers]


@given(count=COUNTS, limit=COUNTS)
def test_the_deletion_limit_is_exact(count: int, limit: int) -> None:
    store = Store().numbered(*NUMBERS)
    result = store.run(mailboxes=absent(NUMBERS[:count]), max_deletions=limit)
    assert result["failed"] is (count > limit)
    assert len(store.boxes) == (20 if count > limit else 20 - count)
    if count > limit:
        assert store.writes == []
        assert f"{count} deletions planned, more than `max_deletions`, which is {limit}: mailbox 1000" in result["msg"]
        assert f"Set `max_deletions` to {count} to allow that; nothing was written" in result["msg"]
        assert not store.run(mailboxes=absent(NUMBERS[:count]), max_deletions=count)["failed"]


@given(present=st.integers(1, 20), kept=COUNTS, limit=PERCENTS)
def test_the_percentage_limit_of_prune_is_exact(present: int, kept: int, limit: int) -> None:
    numbers = NUMBERS[:present]
    store = Store().numbered(*numbers)
    declared = named(numbers[:kept], "Kept")
    options = {"mailboxes": declared, "prune": True, "allow_empty": True, "max_deletions": 100}
    result = store.run(**options, max_delete_percent=limit)
    pruned = max(0, present - kept)
    refused = 100 * pruned > limit * present
    assert result["failed"] is refused
    assert len(store.boxes) == (present if refused else present - pruned)
    if refused:
        assert store.writes == []
        needed = -(-100 * pruned // present)
        assert (
            f"percent of the {present} existing ones, more than `max_delete_percent`, which is {limit}" in result["msg"]
        )
        assert f"Set `max_delete_percent` to {needed}" in result["msg"]
        assert not store.run(**options, max_delete_percent=needed)["failed"]
        assert needed == 0 or needed > limit


def test_declared_deletions_do_not_count_for_the_percentage() -> None:
    store = Store().numbered(*NUMBERS[:4])
    result = store.run(mailboxes=[*absent(NUMBERS[:3]), *named(NUMBERS[3:4])], prune=True, max_delete_percent=0)
    assert not result["failed"], result["msg"]
    assert list(store.stored) == [NUMBERS[3]]


@given(count=st.integers(1, 20), limit=COUNTS)
def test_the_update_limit_is_exact(count: int, limit: int) -> None:
    store = Store().numbered(*NUMBERS)
    result = store.run(mailboxes=named(NUMBERS[:count]), max_updates=limit)
    assert result["failed"] is (count > limit)
    assert list(store.stored.values()).count("Changed") == (0 if count > limit else count)
    if count > limit:
        assert f"{count} updates planned, more than `max_updates`, which is {limit}" in result["msg"]
        assert f"Set `max_updates` to {count}" in result["msg"]


@given(declared=st.integers(1, 20), changed=COUNTS, new=st.integers(0, 3), limit=PERCENTS)
def test_the_percentage_limit_of_updates_is_exact(declared: int, changed: int, new: int, limit: int) -> None:
    """Check that the percentage refers to existing declared mailboxes, without new ones."""
    store = Store().numbered(*NUMBERS)
    changed = min(changed, declared)
    items = named(NUMBERS[:changed]) + [
        {"mailbox": number, "name": f"Desk {number}"} for number in NUMBERS[changed:declared]
    ]
    items += named(str(3000 + position) for position in range(new))
    result = store.run(mailboxes=items, max_update_percent=limit)
    percent = -(-100 * changed // declared)
    assert result["failed"] is (percent > limit)
    if percent > limit:
        assert store.writes == []
        assert f"{percent} percent of the {declared} declared ones that exist" in result["msg"]
        assert f"more than `max_update_percent`, which is {limit}" in result["msg"]
        assert f"Set `max_update_percent` to {percent}" in result["msg"]


def test_new_mailboxes_do_not_count_as_updates() -> None:
    store = Store()
    assert not store.run(mailboxes=named(NUMBERS), max_update_percent=0, max_updates=0)["failed"]
    assert len(store.boxes) == 20


@pytest.mark.parametrize("place", ["task", "item", "nowhere"])
def test_messages_are_deleted_only_on_request(place: str) -> None:
    store = Store()
    store.add("1000", messages=2)
    store.add("1001", messages=3)
    store.add("1002")
    items = absent(["1000", "1001", "1002"])
    if place == "item":
        items[0]["delete_messages"] = items[1]["delete_messages"] = True
    result = store.run(mailboxes=items, delete_messages=place == "task")
    if place == "nowhere":
        assert result["failed"]
        assert "2 of the boxes to delete contain messages, which would be lost: 1000 (2), 1001 (3)" in result["msg"]
        assert "Set `delete_messages` to true" in result["msg"]
        assert store.writes == []
    else:
        assert not result["failed"], result["msg"]
        assert result["warnings"] == ["messages are lost with their boxes, 5 in all: 1000 (2), 1001 (3)"]
        assert store.boxes == {}


def test_delete_messages_of_one_item_does_not_apply_to_others() -> None:
    store = Store()
    store.add("1000", messages=2)
    store.add("1001", messages=3)
    items = absent(["1000", "1001"])
    items[0]["delete_messages"] = True
    result = store.run(mailboxes=items)
    assert "1 of the boxes to delete contain messages, which would be lost: 1001 (3)" in result["msg"]
    assert len(store.boxes) == 2


@pytest.mark.parametrize("guard", ["deletions", "updates", "messages", "none"])
def test_guards_are_reported_in_check_mode(guard: str) -> None:
    store = Store()
    for number in NUMBERS[:4]:
        store.add(number, messages=1)
    items = {"updates": named(NUMBERS[:2]), "none": named(["3000"])}.get(guard, absent(NUMBERS[:2]))
    limits = {"deletions": {"max_deletions": 1, "delete_messages": True}, "updates": {"max_updates": 1}}.get(guard, {})
    result = store.run(True, mailboxes=items, on_guard="report", **limits)
    assert not result["failed"], result["msg"]
    assert len(result["guards"]) == (guard != "none")
    reported = [warning for warning in result.get("warnings", ()) if "the real run would be refused: " in warning]
    assert reported == [f"the real run would be refused: {text}" for text in result["guards"]]
    assert store.run(True, mailboxes=items, **limits)["failed"] is (guard != "none")
    assert "guards" not in store.run(mailboxes=named(["3001"]))
    assert "check mode only" in store.run(mailboxes=items, on_guard="report", **limits)["msg"]


@pytest.mark.parametrize(
    ("options", "shown_text"),
    [
        ({"max_deletions": -1}, "must be at least 0"),
        ({"max_updates": -1}, "must be at least 0"),
        ({"max_delete_percent": -1}, "must be between 0 and 100"),
        ({"max_delete_percent": 101}, "must be between 0 and 100"),
        ({"max_update_percent": -1}, "must be between 0 and 100"),
        ({"max_update_percent": 101}, "must be between 0 and 100"),
        ({"prune": True, "prune_match": " "}, "is empty"),
        ({"prune": True, "prune_match": "("}, "regular expression"),
    ],
)
def test_invalid_limits_are_refused(options: dict[str, t.Any], shown_text: str) -> None:
    store = Store().numbered("1000")
    result = store.run(mailboxes=named(["1000"]), **options)
    assert result["failed"]
    assert shown_text in result["msg"]
    assert list(options)[-1] in result["msg"]
    assert store.requests == []


@pytest.mark.parametrize("value", [0, 100])
def test_percentages_of_0_and_100_are_allowed(value: int) -> None:
    store = Store().numbered("1000")
    options = {"max_delete_percent": value, "max_update_percent": value, "max_deletions": 0}
    assert not store.run(mailboxes=named(["3000"]), **options)["failed"]


@pytest.mark.parametrize("items", [[], [{"mailbox": "1000", "state": "absent"}]], ids=["nothing", "absent"])
def test_an_empty_declaration_prunes_only_on_request(items: list[dict[str, t.Any]]) -> None:
    store = Store().numbered("1000", "1001")
    options = {"mailboxes": items, "prune": True, "max_delete_percent": 100}
    result = store.run(**options)
    assert "which would delete every box" in result["msg"]
    assert ("is empty" in result["msg"]) is (not items)
    assert store.requests == []
    assert not store.run(**options, allow_empty=True)["failed"]
    assert store.boxes == {}
    assert not store.run(mailboxes=items)["failed"]


@given(st.sampled_from(["1.*", "100", "100.", "(1000|1001)", ".*"]))
def test_prune_deletes_only_whole_numbers_that_match(pattern: str) -> None:

    store = Store().numbered("100", "1000", "1001", "2000")
    result = store.run(
        mailboxes=named(["2000"]), prune=True, prune_match=pattern, max_delete_percent=100, max_deletions=9
    )
    assert not result["failed"], result["msg"]
    left = [
        number for number in ("100", "1000", "1001", "2000") if number == "2000" or not re.fullmatch(pattern, number)
    ]
    assert sorted(store.stored) == left


def test_pruned_mailboxes_are_listed_in_order() -> None:
    store = Store().numbered("1002", "1000", "1001", "3000")
    result = store.run(mailboxes=named(["3000"], "Desk 3000"), prune=True, max_delete_percent=100)
    assert [row["mailbox"] for row in result["results"]] == ["1000", "1001", "1002"]
    assert {row["action"] for row in result["results"]} == {"delete"}


BOX = Box("1000", "one", {})
ITEM = Desired(Subject("mailbox", "1000"), "1000", {})


def plan_of(updates: int = 0, kept: int = 0, creations: int = 0, pruned: int = 0, present: int = 0) -> Plan:
    """Return a plan with so many steps of each kind."""
    counts = {"update": updates, "none": kept}
    steps = [Step(Action(action), "1000", ITEM, BOX) for action, count in counts.items() for _step in range(count)]
    steps += [Step(Action.CREATE, "1000", ITEM)] * creations + [Step(Action.DELETE, "1000", None, BOX)] * pruned
    return Plan(TABLE, steps, present=present)


@pytest.mark.parametrize(("updates", "kept", "percent"), [(3, 4, 43), (1, 2, 34), (2, 2, 50), (1, 0, 100), (1, 99, 1)])
def test_the_part_of_the_declared_mailboxes_that_is_updated(updates: int, kept: int, percent: int) -> None:
    plan = plan_of(updates, kept, creations=5, pruned=5)
    check_updates(plan, Limits(max_update_percent=percent, max_updates=updates))
    with pytest.raises(UnsafeError, match=f"{percent} percent of the {updates + kept} declared ones that exist"):
        check_updates(plan, Limits(max_update_percent=percent - 1))
    with pytest.raises(UnsafeError, match=f"{updates} updates planned, more than `max_updates`"):
        check_updates(plan, Limits(max_updates=updates - 1))


def test_nothing_is_no_part_of_nothing() -> None:
    empty = plan_of(creations=3)
    check_updates(empty, Limits(max_update_percent=0, max_updates=0))
    check_deletions(empty, Limits(max_delete_percent=0, max_deletions=0))


def test_prune_where_nothing_can_be_deleted() -> None:
    fixed = dataclasses.replace(TABLE, refused={"create": "x", "state": "users keep them"})
    with pytest.raises(UnsupportedError, match="`prune` is not possible: users keep them"):
        check_limits(fixed, Limits(prune=True), 1, 1)
    check_limits(fixed, Limits(), 1, 1)


def test_pruned_mailboxes_are_in_order() -> None:
    boxes = [Box("2", "b", {}), Box("1", "d", {}), Box("2", "a", {}), Box("3", "c", {})]
    plan = Plan(TABLE, [Step(Action.NONE, "3", ITEM, boxes[3])])
    add_pruning(plan, Index.of(boxes), Limits(prune=True))
    assert [step.current.id for step in plan.steps if step.current] == ["c", "d", "a", "b"]


def test_messages_that_cannot_be_counted() -> None:
    def fail(request: str, _number: str) -> None:
        if request == "count":
            raise VoicemailError("no access")

    store = Store(before=fail).numbered("1000")
    assert "no access" in store.run(mailboxes=absent(["1000"]))["msg"]
    assert list(store.stored) == ["1000"]
    result = store.run(mailboxes=absent(["1000"]), delete_messages=True)
    assert not result["failed"], result["msg"]
    assert "warnings" not in result
    assert store.stored == {}


def test_a_checksum_of_the_first_version_is_named() -> None:
    boxes: t.Any = MemoryMailboxes(types.SimpleNamespace(store=Store().numbered("1000")))
    options = Options(check=True, system=lambda: ("kazoo", "http://pbx", "key"))
    report = apply(boxes, [dataclasses.replace(ITEM, values={"name": "New"})], options)
    for expected, problem in (
        (report.checksum, None),
        (checksum(report.plan), "`expect_checksum` is a checksum of version 1.0"),
        ("x", "the plan differs from the reviewed one"),
    ):
        asked = dataclasses.replace(options, expect_checksum=expected)
        if problem is None:
            apply(boxes, [dataclasses.replace(ITEM, values={"name": "New"})], asked)
            continue
        with pytest.raises(UnsafeError, match=problem):
            apply(boxes, [dataclasses.replace(ITEM, values={"name": "New"})], asked)


def test_a_mailbox_that_exists_twice_does_not_hide_the_next() -> None:
    store = Store(summary=frozenset({"none"})).numbered("1000", "1000", "1001")
    items = [{"mailbox": "1000", "name": "New"}, {"mailbox": "1001", "name": "Desk 1001"}]
    result = store.run(mailboxes=items, invalid="skip")
    assert (result["failed"], result["changed"], result["summary"]["skipped"]) == (False, False, 1)
