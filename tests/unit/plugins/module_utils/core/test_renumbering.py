# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers that mailboxes pass on: the order of the steps, chains that are done, cycles and free numbers."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.cycles import (
    cycle_problem,
    cycles,
    find_cycles,
    renumberings,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import Action, Index, Plan, Step
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.renumber import (
    free_number,
    order,
    plan_in_order,
    renumbered,
    units,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import FieldTable
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import Kind, Text
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box, Desired
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Subject
from helpers.spellings import LetterNumber

TABLE = FieldTable("example", "mailbox", "mailbox", LetterNumber(), ())


def declared(number: str | None, new: str | None = None, **fields: t.Any) -> Desired:
    """Declare a mailbox."""
    return Desired(Subject("mailbox", number or f"id {fields['id']}"), number, {}, new_number=new, **fields)


def stored(*numbers: str) -> Index:
    """Return mailboxes whose ids are their numbers with a letter."""
    return Index.of([Box(number, f"id{number}", {}) for number in numbers])


def waiting(result: Plan) -> dict[str, str | None]:
    """Return the new number of each step and that of the step it waits for."""
    return {step.number: step.waits_for.number if step.waits_for else None for step in result.steps}


def test_what_renumbers_a_box_by_its_number() -> None:
    moving = declared("1", "2")
    others = [
        declared("1"),
        declared("1", "2", id="id1"),
        declared(None, "2", id="id1"),
        declared("1", "2", present=False),
    ]
    assert renumberings([*others, moving]) == [moving]


@pytest.mark.parametrize(
    ("following", "found"),
    [
        ({}, []),
        ({0: 1, 1: 2}, []),
        ({0: 1, 1: 0}, [[0, 1]]),
        ({0: 1, 1: 2, 2: 1}, [[1, 2]]),
        ({2: 2, 0: 1}, [[2]]),
        ({0: 2, 2: 0, 1: 2, 3: 4, 4: 3}, [[0, 2], [3, 4]]),
    ],
)
def test_cycles_among_items(following: dict[int, int], found: list[list[int]]) -> None:
    assert find_cycles(range(5), following.get) == found


def test_the_items_of_a_cycle_and_their_problem() -> None:
    items = [declared("9", "1A"), declared("1a", "2"), declared("2", "3"), declared("3", "1A"), declared("7", "7")]
    found = cycles(items, TABLE)
    assert [(item.number, text) for item, text in found] == [
        ("1a", "1a to 2 to 3 to 1a"),
        ("2", "2 to 3 to 1a to 2"),
        ("3", "3 to 1a to 2 to 3"),
    ]
    assert [text for _item, text in cycles([declared("1", "2"), declared("2", "1")], TABLE)] == [
        "1 to 2 to 1",
        "2 to 1 to 2",
    ]
    item, text = found[0]
    problem = cycle_problem("mailbox", dataclasses.replace(item, lines={"new_mailbox": 4}), text)
    assert str(problem) == (
        "mailbox 1a: `new_mailbox` exchanges numbers (1a to 2 to 3 to 1a), and the next run would exchange them again."
        " Identify these by `id` instead of `mailbox`"
    )


@pytest.mark.parametrize(
    ("present", "moves", "done"),
    [
        # A chain from 1 to 2 and from 2 to 3: done once 1 is gone.
        ("12", ["12", "23"], ""),
        ("23", ["12", "23"], "12"),
        ("13", ["12", "23"], "2"),
        ("123", ["12", "23"], ""),
        ("2", ["12"], "1"),
        ("1", ["12"], ""),
        ("", ["12"], "1"),
        ("234", ["12", "23", "34"], "123"),
        # The former 2 is 3 now, so 3 became 4.
        ("134", ["12", "23", "34"], "23"),
        ("234", ["34", "23", "12"], "321"),
        ("12", ["21", "12"], ""),
    ],
)
def test_which_boxes_have_their_new_numbers(present: str, moves: list[str], done: str) -> None:
    desired = [declared(old, new) for old, new in moves]
    found = renumbered(desired, stored(*present), TABLE)
    assert "".join(str(item.number) for item in desired if id(item) in found) == done


def test_spellings_of_a_chain() -> None:
    desired = [declared("1A", "2A"), declared("2a", "3a")]
    assert renumbered(desired, stored("2a", "3a"), TABLE) == {id(item) for item in desired}
    assert renumbered(desired, stored("1a", "2a"), TABLE) == frozenset()


def test_a_step_waits_for_the_one_that_frees_its_number() -> None:
    desired = [declared("1", "2"), declared("2", "3"), declared("8", "9")]
    result = plan_in_order(TABLE, desired, stored("1", "2", "8"))
    assert result.problems == []
    assert waiting(result) == {"2": "3", "3": None, "9": None}
    assert not any(step.detour for step in result.steps)
    done = plan_in_order(TABLE, desired, stored("2", "3", "9"))
    assert [step.action for step in done.steps] == [Action.NONE] * 3


def test_what_a_listing_settled_is_used() -> None:
    desired = [declared("1", "2"), declared("2", "3")]
    index = stored("2", "3")
    settled = plan_in_order(TABLE, desired, index, frozenset(map(id, desired)))
    assert [step.action for step in settled.steps] == [Action.NONE] * 2
    unsettled = plan_in_order(TABLE, desired, index, frozenset())
    assert [step.action for step in unsettled.steps] != [Action.NONE] * 2


def test_a_number_that_another_box_keeps() -> None:
    desired = [declared("9"), declared("1", "2"), declared("3", "4"), declared(None, "2", id="id5"), declared("2")]
    result = plan_in_order(TABLE, desired, stored("1", "2", "3", "5", "9"))
    exists = "cannot get the number 2: mailbox 2 exists (id id2); delete or renumber that one first"
    assert list(map(str, result.problems)) == [
        f"mailbox 1: {exists}",
        f"mailbox id id5: is mailbox 5 now, and {exists}",
    ]
    assert waiting(result) == {"9": None, "2": None, "4": None}
    undeclared = plan_in_order(TABLE, desired[:2], stored("1", "2", "9"))
    assert list(map(str, undeclared.problems)) == [f"mailbox 1: {exists}"]


def test_a_holder_that_only_respells_its_number() -> None:
    boxes = [Box("1", "id1", {}), Box("a", "ida", {})]
    desired = [declared("1", "A"), declared(None, "A", id="ida")]
    steps = plan_in_order(TABLE, desired[1:], Index.of(boxes)).steps
    first = Step(Action.UPDATE, "A", desired[0], boxes[0])
    assert [step for step, _problem in order([first, *steps], Index.of(boxes), TABLE)] == [first]
    assert order(steps, Index.of(boxes), TABLE) == []
    ((_step, problem),) = order([Step(Action.UPDATE, "A", None, boxes[0])], Index.of(boxes), TABLE)
    assert problem.startswith("cannot get the number A: mailbox A exists (id ida)")


def test_one_step_of_a_cycle_takes_a_detour() -> None:
    desired = [declared("9"), *(declared(None, new, id=f"id{old}") for old, new in ("12", "23", "31", "45", "54"))]
    result = plan_in_order(TABLE, desired, stored("1", "2", "3", "4", "5", "9"))
    assert result.problems == []
    assert [step.number for step in result.steps if step.detour] == ["2", "5"]
    groups = units(result.steps)
    assert [[step.number for step in group] for group in groups] == [["9"], ["1", "3", "2"], ["4", "5"]]


def test_the_first_declared_step_of_a_cycle_takes_the_detour() -> None:
    desired = [declared(None, new, id=f"id{old}") for old, new in ("01", "31", "23", "12")]
    steps = [Step(Action.UPDATE, str(item.new_number), item, Box(str(item.id)[2:], item.id, {})) for item in desired]
    order(steps, stored("1", "2", "3"), TABLE)
    assert [step.number for step in steps if step.detour] == ["1"]
    assert not steps[0].detour


def test_a_step_that_keeps_its_number_or_creates_waits_for_nobody() -> None:
    box, twin = Box("2", "id2", {}), Box("2", "twin", {})
    steps = [Step(Action.UPDATE, "2", None, box), Step(Action.CREATE, "2", declared("2"))]
    assert order(steps, Index.of([box, twin]), TABLE) == []
    assert [step.waits_for for step in steps] == [None, None]


def test_units_of_a_stage() -> None:
    first, second, third, single = (Step(Action.UPDATE, number) for number in "1234")
    second.waits_for, third.waits_for = first, second
    assert units([third, single, second, first]) == [[single], [first, second, third]]
    # Of a step whose predecessor is not part of the stage, the predecessor is done.
    assert units([third, second]) == [[second, third]]
    assert units([third]) == [[third]]


def number_kind(**limits: t.Any) -> FieldTable:
    """Return a table with this kind of number."""
    kind: Kind = Text(**limits)
    return dataclasses.replace(TABLE, number=kind)


def test_a_free_number() -> None:
    step = Step(Action.UPDATE, "200", None, Box("100", "id100", {}))
    assert free_number(step, TABLE, lambda number: False) == "1009"
    assert free_number(step, TABLE, lambda number: number == "1009") == "109"
    assert free_number(step, TABLE, lambda number: number in ("1009", "109")) == "1008"
    assert free_number(Step(Action.CREATE, "200"), TABLE, lambda number: False) == "2009"
    assert free_number(step, number_kind(longest=3), lambda number: False) == "109"
    assert free_number(step, number_kind(longest=3), lambda number: number != "100") == "100"
    assert free_number(step, TABLE, lambda number: True) is None
    assert free_number(step, number_kind(pattern="[a-z]*"), lambda number: False) is None
    tried: list[str] = []
    free_number(step, TABLE, lambda number: bool(tried.append(number)) or True)
    assert (len(tried), tried[20], tried[21], tried[-1]) == (60, "10099", "199", "180")
