# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which declarations are skipped, what is known of them, which steps a plan loses, and how each is reported."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import VoicemailError
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.outcome import Outcome, Report, SkippedEntry
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import Reader
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import Action, Plan, Step
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.skipping import (
    keep_skipped,
    leave_out,
    read_valid,
    refused_by,
    refused_item,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import Field, FieldTable
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import Text
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box, Desired, SkippedItem
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem, Subject
from ansible_collections.telephony.voicemail.plugins.module_utils.results import Status
from helpers.spellings import LetterNumber

TABLE = FieldTable(
    "example",
    "mailbox",
    "mailbox",
    LetterNumber(pattern="[0-9a-zA-Z]*", expected="letters and digits"),
    (Field("name", Text(longest=9), "name"),),
    alias="extension",
)
WRONG = {"name": "ten letters"}
NAME = "`name` must be at most 9 characters long, got 11"


def read(*items: t.Any) -> tuple[list[str | None], list[SkippedItem]]:
    """Return the numbers of the valid items, and the skipped ones."""
    reader = Reader(TABLE, (), ("example",))
    desired, skipped = read_valid(reader, items, None)
    assert reader.problems == []
    return [one.number for one in desired], skipped


def desired(number: str | None, **fields: t.Any) -> Desired:
    """Declare a mailbox."""
    return Desired(Subject("mailbox", number or f"id {fields['id']}"), number, {}, **fields)


@pytest.mark.parametrize(
    ("item", "number", "numbers", "box_id"),
    [
        ({"mailbox": "3000"}, "3000", {"3000"}, None),
        ({"extension": "3000"}, "3000", {"3000"}, None),
        ({"mailbox": "3000", "extension": "3000"}, "3000", {"3000"}, None),
        ({"mailbox": "3000", "extension": "3001"}, None, {"3000", "3001"}, None),
        ({"mailbox": "3000", "new_mailbox": "3001"}, "3000", {"3000", "3001"}, None),
        ({"mailbox": "3000", "new_mailbox": "30 1"}, None, {"3000"}, None),
        ({"mailbox": 3000}, None, set(), None),
        ({"mailbox": 3000, "id": "one"}, None, set(), None),
        ({"mailbox": None, "id": "one"}, None, set(), "one"),
        ({"id": "one"}, None, set(), "one"),
        ({"id": 1}, None, set(), None),
        ({}, None, set(), None),
    ],
)
def test_what_is_known_of_an_invalid_item(
    item: dict[str, t.Any], number: str | None, numbers: set[str], box_id: str | None
) -> None:
    valid, (skipped,) = read({"mailbox": "1"}, {**item, **WRONG, "source": "a.yml:3"})
    assert valid == ["1"]
    assert (skipped.number, skipped.numbers, skipped.id, skipped.source) == (number, numbers, box_id, "a.yml:3")
    assert skipped.problems[-1].endswith(NAME)
    assert skipped.is_known is (number is not None or box_id is not None)


def test_each_item_has_its_own_problems_and_position() -> None:
    valid, skipped = read({"mailbox": "1", **WRONG}, {"mailbox": "2"}, "3", {"invalid": ["a.yml:1: wrong", 7]})
    assert valid == ["2"]
    assert [one.problems for one in skipped] == [
        (f"item 1 (mailbox 1): {NAME}",),
        ("item 3: must be a dictionary with `mailbox`, not text",),
        ("a.yml:1: wrong", "7"),
    ]
    assert [one.source for one in skipped] == [None] * 3


def test_items_that_declare_one_mailbox() -> None:
    items = [
        {"mailbox": "1A"},
        {"mailbox": "9", "new_mailbox": "1a"},
        {"mailbox": "2", "new_mailbox": "2"},
        {"id": "one"},
        {"id": "one"},
        {"mailbox": "3"},
        {"mailbox": "1a"},
    ]
    valid, skipped = read(*items)
    assert valid == ["2", "3"]
    assert [(one.number, one.id, one.problems) for one in skipped] == [
        ("1A", None, ("item 1 (mailbox 1A): is declared twice, also by item 2 and by item 7",)),
        ("9", None, ("item 2 (mailbox 9): is declared twice, also by item 1 and by item 7",)),
        (None, "one", ("item 4 (mailbox one): is declared twice, also by item 5",)),
        (None, "one", ("item 5 (mailbox one): is declared twice, also by item 4",)),
        ("1a", None, ("item 7 (mailbox 1a): is declared twice, also by item 1 and by item 2",)),
    ]


def test_the_skipped_item_of_a_declaration() -> None:
    one = Desired(Subject("mailbox", "1", "a.yml:1"), "1", {}, new_number="2")
    assert refused_item(one, ["wrong"], "3") == SkippedItem("1", frozenset("123"), None, ("wrong",), "a.yml:1")
    by_id = desired(None, id="one")
    assert refused_item(by_id, [], "3") == SkippedItem("3", frozenset("3"), "one", ())
    assert refused_item(by_id, []) == SkippedItem(None, frozenset(), "one", ())


def test_steps_of_refused_declarations_are_left_out() -> None:
    first, second, third, absent = desired("1"), desired(None, id="two"), desired("3"), desired("4")
    box = Box("2", "two", {})
    pruned = Step(Action.DELETE, "9", None, Box("9", "nine", {}))
    steps = [Step(Action.CREATE, "1", first), Step(Action.UPDATE, "2", second, box), Step(Action.UPDATE, "3", third)]
    result = Plan(TABLE, [*steps, pruned])
    refused = [(second, Problem("wrong")), (first, Problem("odd")), (second, Problem("bad")), (absent, Problem("x"))]
    assert leave_out(result, refused) == [
        SkippedItem("2", frozenset("2"), "two", ("wrong", "bad")),
        SkippedItem("1", frozenset("1"), None, ("odd",)),
        SkippedItem("4", frozenset("4"), None, ("x",)),
    ]
    assert result.steps == [steps[2], pruned]


def test_the_declaration_of_a_problem() -> None:
    one, two = desired("1"), desired("2")
    problems = [Problem("wrong", subject=Subject("mailbox", name)) for name in "291"]
    assert refused_by([one, two], problems) == [(two, problems[0]), (one, problems[2])]


def delete(number: str, declaration: Desired | None = None) -> Step:
    """Delete a mailbox; without a declaration, since it is pruned."""
    return Step(Action.DELETE, number, declaration, Box(number, f"id{number}", {}))


def test_the_mailboxes_of_skipped_items_are_not_pruned() -> None:
    steps = [
        delete("1a"),
        delete("2"),
        delete("3"),
        delete("4", desired("4", present=False)),
        Step(Action.CREATE, "1A"),
    ]
    result = Plan(TABLE, steps)
    skipped = [SkippedItem("1A", frozenset({"1A", "4"}), None, ()), SkippedItem(None, frozenset(), "id2", ())]
    assert keep_skipped(result, skipped) == []
    assert result.steps == steps[2:]
    without_box = Plan(TABLE, [Step(Action.DELETE, "5", None, Box("5", None, {})), Step(Action.DELETE, "1a")])
    assert keep_skipped(without_box, [*skipped, SkippedItem("6", frozenset("6"), None, ())]) == []
    assert [step.number for step in without_box.steps] == ["5"]


@pytest.mark.parametrize("count", [1, 5, 6])
def test_nothing_is_pruned_while_an_item_may_mean_any_mailbox(count: int) -> None:
    steps = [delete("1"), delete("2"), delete("4", desired("4", present=False))]
    result = Plan(TABLE, list(steps))
    skipped = [SkippedItem(None, frozenset(), None, (), f"a.yml:{line}" if line else None) for line in range(count)]
    (text,) = keep_skipped(result, [SkippedItem("1", frozenset("1"), None, ()), *skipped])
    places = ", ".join(["an item", "a.yml:1", "a.yml:2", "a.yml:3", "a.yml:4"][:count])
    assert text == f"`prune`: nothing was pruned, because the mailbox of {places} is uncertain. Correct its number"
    assert result.steps == steps[2:]
    assert keep_skipped(result, skipped) == []
    assert result.steps == steps[2:]


def test_how_a_skipped_item_is_reported() -> None:
    item = SkippedItem("1", frozenset("1"), "one", ("wrong", "odd"), "a.yml:1")
    report = Report([], plan=Plan(TABLE, [])).with_skipped([item])
    (entry,) = t.cast("list[SkippedEntry]", report.steps)
    assert (entry.subject, entry.label, entry.source) == (Subject("mailbox", "1"), "1", "a.yml:1")
    assert entry.as_row() == {
        "mailbox": "1", "id": "one", "action": "none", "status": "skipped", "changed_fields": [],
        "source": "a.yml:1", "error": "wrong; odd",
    }  # fmt: skip
    assert entry.difference() == {"before": {}, "after": {}}
    unknown = SkippedEntry(TABLE, SkippedItem(None, frozenset(), None, ()), status=Status.SKIPPED)
    assert (unknown.label, unknown.subject) == ("", Subject("mailbox"))
    assert SkippedEntry(TABLE, SkippedItem(None, frozenset(), "one", ()), status=Status.SKIPPED).label == "one"
    assert (report.nouns.one, report.nouns.many) == ("mailbox", "mailboxes")


def test_how_a_step_is_reported() -> None:
    box = Box("1", "one", {})
    declaration = Desired(Subject("mailbox", "1", "a.yml:1"), "1", {})
    step = Step(Action.UPDATE, "2", declaration, box, changes={"name": ("a", "b"), "mailbox": ("1", "2")})
    outcome = Outcome(TABLE, step, status=Status.CHANGED)
    row = {
        "mailbox": "2", "id": "one", "action": "update", "status": "changed", "changed_fields": ["mailbox", "name"],
        "source": "a.yml:1", "error": None,
    }  # fmt: skip
    assert outcome.as_row() == row
    assert (outcome.subject, outcome.label, outcome.action_name) == (Subject("mailbox", "2"), "2", "update")
    assert outcome.source == "a.yml:1"
    assert outcome.difference()["after"] == {"name": "b", "mailbox": "2"}
    outcome.box = Box("2", "two", {})
    outcome.fail(VoicemailError("went wrong"))
    assert outcome.as_row() == {**row, "id": "two", "status": "failed", "error": "went wrong."}
    created = Outcome(TABLE, Step(Action.CREATE, "2", declaration), status=Status.CHANGED)
    assert created.as_row()["id"] is None
