# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan for one declaration: which box it means, what is written, reported and refused, and in which words."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import (
    Action,
    AmbiguousError,
    Index,
    Plan,
    Step,
    compared,
    match,
    moved,
    plan,
    unapplied_options,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import Composite, Field, FieldTable
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import (
    UNKNOWN,
    Boolean,
    Canonical,
    Integer,
    Pin,
    Text,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box, Desired, PinPolicy
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem, Subject
from helpers.spellings import LetterNumber

CONFLICT = Composite(
    ("keep", "forward"),
    ("after",),
    lambda native: {},
    lambda values: {},
    lambda values: Problem("contradicts `forward`", option="keep") if values["keep"] and values["forward"] else None,
)
TABLE = FieldTable(
    "example",
    "mailbox",
    "mailbox",
    LetterNumber(),
    (
        Field("name", Text(), "name", required=True, caution=lambda value: "is odd" if value == "Odd" else None),
        Field("pin", Pin(4, 6), "pin", secret=True, clearable=False),
        Field("limit", Integer(), "limit", default=10),
        Field("keep", Boolean(), default=False),
        Field("forward", Boolean(), default=False),
        Field("welcome", Boolean(), "welcome", creation_only=True),
    ),
    (CONFLICT,),
    number_caution=lambda number: "is long" if len(number) > 9 else None,
)
#: A vendor that can do neither, and has to be sent the PIN with each update.
NARROW = dataclasses.replace(
    TABLE,
    fields=(TABLE.fields[0], dataclasses.replace(TABLE.fields[1], required_on_update=True), *TABLE.fields[2:]),
    refused={"create": "mailboxes belong to users", "new_mailbox": "numbers are fixed"},
)
VALUES: dict[str, Canonical] = {"name": "Desk", "pin": UNKNOWN, "limit": 10, "keep": False, "forward": False}
BOX = Box("3000a", "one", VALUES)
OTHER = Box("3001a", "two", {**VALUES, "pin": "4821"})
ALWAYS, ON_CREATE = PinPolicy.ALWAYS, PinPolicy.ON_CREATE


def declared(number: str | None = "3000a", values: dict[str, Canonical] | None = None, **fields: t.Any) -> Desired:
    """Declare a mailbox."""
    name = number or f"id {fields.get('id')}"
    return Desired(Subject("mailbox", name), number, values or {}, **fields)


def planned(desired: Desired, *boxes: Box, table: FieldTable = TABLE) -> tuple[Step, list[str]]:
    """Return the only step of a plan and its problems."""
    result = plan(table, [desired], Index.of(boxes))
    (step,) = result.steps
    return step, [str(problem) for problem in result.problems]


def test_a_box_is_indexed_once_by_id_and_always_by_number() -> None:
    planned_box = Box("3000a", None, {})
    index = Index.of([BOX, BOX, planned_box, OTHER])
    assert index.ids == {"one": BOX, "two": OTHER}
    assert index.numbers == {"3000a": [BOX, planned_box], "3001a": [OTHER]}
    assert index.same("3001A", TABLE) == [OTHER]
    assert index.same("3002a", TABLE) == []


@pytest.mark.parametrize(
    ("desired", "found"),
    [
        (declared("3000a"), BOX),
        (declared("3000A"), BOX),
        (declared("3009"), None),
        (declared(None, id="two"), OTHER),
        (declared(None, id="gone"), None),
        (declared("3000a", id="gone"), None),
        (declared("3009", new_number="3001a"), OTHER),
        (declared("3000a", new_number="3009"), BOX),
        (declared("3000a", new_number="3001a"), BOX),
        (declared("3001a", id="one"), BOX),
        (declared("3009", id="gone", new_number="3001a"), None),
        (declared("3000a", present=False), BOX),
        (declared("3000A", present=False), BOX),
        (declared("3009", present=False), None),
    ],
)
def test_the_box_of_a_declaration(desired: Desired, found: Box | None) -> None:
    assert match(desired, Index.of([BOX, OTHER]), TABLE) is found


def test_a_renumbered_box_has_its_new_number_only() -> None:
    desired = declared("3000a", new_number="3001a")
    assert match(desired, Index.of([BOX, OTHER]), TABLE, renumbered=True) is OTHER
    assert match(desired, Index.of([BOX]), TABLE, renumbered=True) is None


def test_of_two_spellings_the_declared_one_is_deleted_and_none_is_changed() -> None:
    upper = Box("3000A", "upper", VALUES)
    index = Index.of([BOX, upper, OTHER])
    assert match(declared("3000A", present=False), index, TABLE) is upper
    with pytest.raises(AmbiguousError) as caught:
        match(declared("3000A"), index, TABLE)
    assert str(caught.value.problem) == (
        "mailbox 3000A: the vendor has 2 boxes with this number, ids one (3000a) and upper; delete or renumber one"
    )
    with pytest.raises(AmbiguousError):
        match(declared("3001a", new_number="3000a"), index, TABLE)
    with pytest.raises(AmbiguousError):
        match(declared("3000a", present=False), Index.of([BOX, dataclasses.replace(BOX, id="twin")]), TABLE)


def test_an_ambiguous_declaration_is_refused_and_the_next_one_is_planned() -> None:
    upper = Box("3000A", "upper", VALUES)
    desired = [declared("3000A"), declared("3001a", {"limit": 5}), declared("3009", {"name": "New"})]
    result = plan(TABLE, desired, Index.of([BOX, upper, OTHER]))
    assert [refused for refused, _problem in result.refused] == desired[:1]
    assert [(step.number, step.action) for step in result.steps] == [("3001a", "update"), ("3009", "create")]
    assert (result.present, result.updates, result.deletions) == (3, result.steps[:1], [])


def test_two_declarations_of_one_box_are_refused_and_the_next_one_is_planned() -> None:
    desired = [declared("3000a"), declared(None, id="one"), declared("3001a", present=False)]
    result = plan(TABLE, desired, Index.of([BOX, OTHER]))
    assert list(map(str, result.problems)) == ["mailbox id one: is the same mailbox as mailbox 3000a, id one"]
    assert [step.desired for step in result.steps] == [desired[0], desired[2]]
    assert [step.number for step in result.deletions] == ["3001a"]


def test_a_creation() -> None:
    desired = declared("3009", {"name": "Odd", "limit": None, "welcome": True}, new_number="3010" * 3)
    step, problems = planned(desired)
    assert problems == []
    assert (step.action, step.number, step.current, step.new_number) == (Action.CREATE, "3010" * 3, None, None)
    assert step.writes == {"name": "Odd", "welcome": True}
    assert step.changes == {"name": (None, "Odd"), "welcome": (None, True)}
    assert step.after == {
        "name": "Odd", "pin": None, "limit": 10, "keep": False, "forward": False, "welcome": True,
    }  # fmt: skip
    assert [caution.text for caution in step.warnings] == ["`new_mailbox` is long", "`name` is odd"]
    assert step.writing


@pytest.mark.parametrize(
    ("desired", "table", "problem"),
    [
        (
            declared(None, {"name": "A"}, id="gone"),
            TABLE,
            "mailbox id gone: `id` does not belong to a mailbox; it must be the id of an existing one",
        ),
        (declared(values={"name": "A"}), NARROW, "mailbox 3000a: mailboxes belong to users"),
        (declared(), TABLE, "mailbox 3000a: does not exist, and `name` is required to create it"),
        (
            declared(values={"name": None}),
            TABLE,
            "mailbox 3000a: does not exist, and `name` is required to create it",
        ),
        (
            declared(values={"name": "A", "keep": True, "forward": True}),
            TABLE,
            "mailbox 3000a: `keep` contradicts `forward`",
        ),
    ],
)
def test_what_cannot_be_created(desired: Desired, table: FieldTable, problem: str) -> None:
    assert planned(desired, table=table)[1] == [problem]


def test_a_deletion() -> None:
    step, problems = planned(declared(present=False), BOX)
    assert (step.action, step.number, step.current, step.after, problems) == (Action.DELETE, "3000a", BOX, VALUES, [])
    assert step.writing
    step, problems = planned(declared(present=False), OTHER)
    assert (step.action, step.number, step.current, step.after, problems) == (Action.NONE, "3000a", None, {}, [])
    assert not step.writing
    step, problems = planned(declared(None, present=False, id="one"), BOX)
    assert (step.action, step.number, problems) == (Action.DELETE, "3000a", [])
    assert planned(declared(None, present=False, id="gone"), BOX)[0].number == ""


@pytest.mark.parametrize(
    ("desired", "problem"),
    [
        (declared("3000A", present=False), "example has it as 3000a; use this spelling to delete it"),
        (declared("3001a", present=False, id="one"), "id one is mailbox 3000a; correct one of the two"),
    ],
)
def test_a_deletion_by_another_number_is_refused(desired: Desired, problem: str) -> None:
    assert planned(desired, BOX)[1] == [f"mailbox {desired.number}: {problem}"]


def test_an_update_writes_what_differs() -> None:
    desired = declared(values={"welcome": True, "name": "Odd", "limit": 10, "keep": True})
    step, problems = planned(desired, BOX)
    assert problems == []
    assert (step.action, step.number, step.new_number) == (Action.UPDATE, "3000a", None)
    assert step.writes == {"name": "Odd", "keep": True}
    assert step.changes == {"name": ("Desk", "Odd"), "keep": (False, True)}
    assert step.after == {**VALUES, "name": "Odd", "keep": True}
    assert [caution.text for caution in step.warnings] == ["`name` is odd"]


def test_what_is_so_already_needs_no_write_and_no_warning() -> None:
    odd = dataclasses.replace(BOX, values={**VALUES, "name": "Odd"})
    step, problems = planned(declared(values={"name": "Odd", "limit": None}), odd)
    assert (step.action, step.writes, step.changes, step.warnings, problems) == (Action.NONE, {}, {}, [], [])
    assert step.after is odd.values
    assert not step.writing


def test_clearing_returns_to_the_default() -> None:
    limited = dataclasses.replace(BOX, values={**VALUES, "limit": 5})
    step, problems = planned(declared(values={"limit": None}), limited)
    assert (step.writes, step.changes, problems) == ({"limit": None}, {"limit": (5, 10)}, [])
    assert step.after["limit"] == 10
    _step, problems = planned(declared("3001a", values={"pin": None}), OTHER)
    assert problems == ["mailbox 3001a: `pin` cannot be cleared by example"]
    assert planned(declared("3001a", values={"pin": "4821"}), OTHER)[1] == []


def test_a_conflict_with_a_value_that_is_not_declared() -> None:
    forwarding = dataclasses.replace(BOX, values={**VALUES, "forward": True})
    assert planned(declared(values={"keep": True}), forwarding)[1] == ["mailbox 3000a: `keep` contradicts `forward`"]
    both = dataclasses.replace(BOX, values={**VALUES, "forward": True, "keep": True})
    assert planned(declared(values={"name": "New"}), both)[1] == []


@pytest.mark.parametrize(
    ("policy", "current", "pin", "writes", "changes", "warns"),
    [
        (PinPolicy.IF_CHANGED, UNKNOWN, "4821", False, False, True),
        (PinPolicy.IF_CHANGED, "4821", "4821", False, False, False),
        (PinPolicy.IF_CHANGED, "4821", "4822", True, True, False),
        (PinPolicy.IF_CHANGED, None, "4822", True, True, False),
        (ON_CREATE, UNKNOWN, "4821", False, False, False),
        (ON_CREATE, "4821", "4822", False, False, False),
        (ALWAYS, UNKNOWN, "4821", True, True, False),
        (ALWAYS, "4821", "4821", True, False, False),
        (ALWAYS, "4821", "4822", True, True, False),
    ],
)
def test_a_pin_is_written_according_to_update_pin(
    policy: PinPolicy, current: Canonical, pin: str, writes: bool, changes: bool, warns: bool
) -> None:
    box = dataclasses.replace(BOX, values={**VALUES, "pin": current})
    step, problems = planned(declared(values={"pin": pin}, update_pin=policy), box)
    assert problems == []
    assert (step.writes, step.changes) == ({"pin": pin} if writes else {}, {"pin": (current, pin)} if changes else {})
    assert step.after["pin"] == (pin if writes else current)
    assert step.action is (Action.UPDATE if changes else Action.NONE)
    assert step.writing is writes
    assert len(step.warnings) == warns
    if warns:
        assert step.warnings[0].text == (
            "the vendor does not show the pin, so it was not changed;"
            " set `update_pin` to always to write it at every run"
        )


def test_compared_options() -> None:
    values: dict[str, Canonical] = {"name": "A", "pin": "4821"}
    assert compared(TABLE, declared(values=values)) == {"name", "pin"}
    assert compared(TABLE, declared(values=values, update_pin=ON_CREATE)) == {"name"}
    assert compared(NARROW, declared(values=values, update_pin=ON_CREATE)) == {"name", "pin"}


def test_an_update_that_must_contain_what_the_vendor_hides() -> None:
    problem = (
        "mailbox 3000a: example requires `pin` with every update and does not show the current one; set `pin`,"
        " and set `update_pin` to always"
    )
    named: dict[str, Canonical] = {"name": "New"}
    with_pin: dict[str, Canonical] = {**named, "pin": "4821"}
    without = dataclasses.replace(BOX, values={**VALUES, "pin": None})
    assert planned(declared(values=named), BOX, table=NARROW)[1] == [problem]
    assert planned(declared(values=named), without, table=NARROW)[1] == [problem]
    assert planned(declared(values=with_pin), BOX, table=NARROW)[1] == [problem]
    assert planned(declared(values=with_pin, update_pin=ALWAYS), BOX, table=NARROW)[1] == []
    assert planned(declared("3001a", values=named), OTHER, table=NARROW)[1] == []
    assert planned(declared(values={"name": "Desk"}), BOX, table=NARROW)[1] == []
    assert planned(declared(values=named), BOX)[1] == []


def test_a_new_number() -> None:
    step, problems = planned(declared(new_number="3009"), BOX)
    assert problems == []
    assert (step.action, step.number, step.new_number, step.writes) == (Action.UPDATE, "3009", "3009", {})
    assert step.changes == {"mailbox": ("3000a", "3009")}
    step, _problems = planned(declared("3009", id="one"), BOX)
    assert (step.number, step.changes) == ("3009", {"mailbox": ("3000a", "3009")})
    step, _problems = planned(declared(None, id="one"), BOX)
    assert (step.number, step.action) == ("3000a", Action.NONE)
    step, _problems = planned(declared(None, {"name": "New"}, id="one"), BOX)
    assert (step.number, step.action, step.warnings) == ("3000a", Action.UPDATE, [])
    assert planned(declared(new_number="3009"), BOX, table=dataclasses.replace(NARROW, fields=TABLE.fields))[1] == [
        "mailbox 3000a: has the number 3000a, but example cannot change numbers"
    ]


def test_another_spelling_of_a_number_is_changed_only_on_request() -> None:
    step, problems = planned(declared("3000A"), BOX)
    assert (step.action, step.number, problems) == (Action.NONE, "3000a", [])
    assert [caution.text for caution in step.warnings] == [
        "example has it as 3000a, and treats both as the same number; use 3000a, or set `new_mailbox` to change it"
    ]
    step, problems = planned(declared("3000a", new_number="3000A"), BOX)
    assert (step.action, step.number, problems, step.warnings) == (Action.UPDATE, "3000A", [], [])


@pytest.mark.parametrize(
    ("action", "now", "found"),
    [
        (Action.UPDATE, {}, []),
        (Action.UPDATE, {"name": "Theirs"}, ["name"]),
        (Action.UPDATE, {"name": "Ours"}, []),
        (Action.UPDATE, {"limit": 7}, []),
        (Action.UPDATE, {"name": UNKNOWN}, []),
        (Action.UPDATE, {"welcome": False}, []),
        (Action.DELETE, {"limit": 7}, ["limit"]),
        (Action.DELETE, {"name": "Ours"}, ["name"]),
        (Action.DELETE, {"pin": "4821"}, []),
        (Action.DELETE, {}, []),
    ],
)
def test_changes_by_somebody_else(action: Action, now: dict[str, Canonical], found: list[str]) -> None:
    step = Step(action, "3000a", declared(), BOX, writes={"name": "Ours", "welcome": True})
    before = dataclasses.replace(BOX, values={**VALUES, "welcome": True})
    assert moved(step, before, dataclasses.replace(BOX, values={**before.values, **now}), TABLE) == found


def test_an_option_that_only_one_reading_shows_proves_no_change() -> None:
    step = Step(Action.UPDATE, "3000a", declared(), BOX, writes={"name": "Ours"})
    unread = dataclasses.replace(BOX, values={"limit": 10})
    assert moved(step, BOX, unread, TABLE) == moved(step, unread, BOX, TABLE) == []


@pytest.mark.parametrize(
    ("number", "now", "missed"),
    [
        ("3000a", {"name": "Ours", "limit": 10}, []),
        ("3009", {"name": "Ours", "limit": 10}, ["mailbox"]),
        ("3000a", {"name": "Theirs", "limit": 5}, ["name", "limit"]),
        ("3000a", {"name": UNKNOWN, "limit": 10, "welcome": False}, []),
    ],
)
def test_what_was_written_and_is_not_there(number: str, now: dict[str, Canonical], missed: list[str]) -> None:
    step = Step(Action.UPDATE, "3000a", declared(), BOX, writes={"name": "Ours", "limit": None, "welcome": True})
    assert unapplied_options(step, Box(number, "one", now), TABLE) == missed


def test_the_source_of_a_step() -> None:
    subject = Subject("mailbox", "3000a", "office.yml:12")
    desired = Desired(subject, "3000a", {}, lines={"name": 14})
    assert Step(Action.UPDATE, "3000a", desired).source == "office.yml:12"
    assert Step(Action.DELETE, "3000a").source is None
    assert Step(Action.UPDATE, "3000a", declared()).source is None
    assert (Plan(TABLE, []).updates, Plan(TABLE, []).deletions, Plan(TABLE, []).problems) == ([], [], [])
