# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the steps from the existing boxes to the declared ones. Sends no requests."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from ..model.cautions import Caution, cautions_of
from ..model.fields import FieldTable, Values
from ..model.kinds import UNKNOWN, Canonical
from ..model.mailbox import Box, Desired, PinPolicy
from ..model.problem import Problem


class Action(enum.StrEnum):
    """The action for one box."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    NONE = "none"


@dataclasses.dataclass(slots=True)
class Step:
    """The planned change of one box.

    :param action: the reported action; ``none`` with ``writes`` is a PIN that is written at every run.
    :param number: number of the box after the step.
    :param desired: the declaration; None for a box that is pruned.
    :param current: the existing box; None for a creation.
    :param changes: option to (before, after); includes the key option if the number changes.
    :param writes: values to send; None clears.
    :param after: all values of the box after the step.
    :param spares_messages: whether the box may be deleted only while it contains no messages.
    :param waits_for: the step that frees this step's number.
    :param detour: whether the box gets a free number first, to break a cycle of steps.
    :param messages: number of its messages, if a deletion counted them.
    """

    action: Action
    number: str
    desired: Desired | None = None
    current: Box | None = None
    changes: dict[str, tuple[Canonical, Canonical]] = dataclasses.field(default_factory=dict)
    writes: Values = dataclasses.field(default_factory=dict)
    after: t.Mapping[str, Canonical] = dataclasses.field(default_factory=dict)
    warnings: list[Caution] = dataclasses.field(default_factory=list)
    spares_messages: bool = False
    waits_for: Step | None = None
    detour: bool = False
    messages: int | None = None

    @property
    def source(self) -> str | None:
        """File and line of the declaration, if known."""
        return self.desired.source if self.desired else None

    @property
    def new_number(self) -> str | None:
        """The number to change to, or None."""
        return self.number if self.current is not None and self.current.number != self.number else None

    @property
    def writing(self) -> bool:
        """Check whether the step sends a write to the vendor."""
        return self.action is not Action.NONE or bool(self.writes)


@dataclasses.dataclass(slots=True)
class Plan:
    """The steps of a task in the order of the declaration, followed by pruned boxes.

    :param refused: declarations that cannot be applied, with reasons.
    """

    table: FieldTable
    steps: list[Step]
    present: int = 0
    refused: list[tuple[Desired, Problem]] = dataclasses.field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        """The problems that prevent the plan from being carried out."""
        return [problem for _desired, problem in self.refused]

    @property
    def deletions(self) -> list[Step]:
        """Steps that delete."""
        return [step for step in self.steps if step.action is Action.DELETE]

    @property
    def updates(self) -> list[Step]:
        """Steps that change an existing box."""
        return [step for step in self.steps if step.action is Action.UPDATE]


@dataclasses.dataclass(frozen=True)
class Index:
    """Boxes by number and by id."""

    numbers: t.Mapping[str, list[Box]]
    ids: t.Mapping[str, Box]
    _by_key: dict[str, list[Box]] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, boxes: t.Iterable[Box]) -> Index:
        """Index boxes. Two with one number are both kept, so that they can be reported."""
        numbers: dict[str, list[Box]] = {}
        ids: dict[str, Box] = {}
        for box in boxes:
            if box.id is not None:
                if box.id in ids:
                    continue
                ids[box.id] = box
            numbers.setdefault(box.number, []).append(box)
        return cls(numbers, ids)

    def same(self, number: str, table: FieldTable) -> list[Box]:
        """Return the boxes whose number the vendor treats as equal to this one."""
        if not self._by_key:
            for text, boxes in self.numbers.items():
                self._by_key.setdefault(table.number.key(text), []).extend(boxes)
        return self._by_key.get(table.number.key(number), [])


class AmbiguousError(ValueError):
    """Two boxes match one declaration; the only argument is the :class:`Problem`."""

    @property
    def problem(self) -> Problem:
        """The problem of the declaration."""
        return t.cast(Problem, self.args[0])


def match(desired: Desired, index: Index, table: FieldTable, renumbered: bool = False) -> Box | None:
    """Find the box of a declaration.

    :param renumbered: whether the box already has its new number, so that a box with the old number is another one.
    :raises AmbiguousError: if several boxes match, with a problem that lists their ids.
    """
    wanted = desired.new_number or desired.number
    if desired.id is not None:
        found = index.ids.get(desired.id)
    elif renumbered:
        found = None
    elif not desired.present and len(index.numbers.get(desired.number or "", ())) == 1:
        # Of two numbers that the vendor treats as equal, the one with this spelling can be deleted.
        (found,) = index.numbers[desired.number or ""]
    else:
        found = _only(index, desired.number or "", desired, table)
    if not desired.present or wanted is None or (found is not None and table.same_number(found.number, wanted)):
        return found
    holder = _only(index, wanted, desired, table)
    return found if desired.id is not None else found or holder


def _only(index: Index, number: str, desired: Desired, table: FieldTable) -> Box | None:
    boxes = index.same(number, table)
    if len(boxes) > 1:
        ids = " and ".join(str(box.id) + ("" if box.number == number else f" ({box.number})") for box in boxes)
        text = f"the vendor has {len(boxes)} boxes with this number, ids {ids}; delete or renumber one"
        raise AmbiguousError(Problem(text, subject=desired.subject))
    return boxes[0] if boxes else None


def compared(table: FieldTable, desired: Desired) -> frozenset[str]:
    """Return the options of a declaration whose current values affect the plan."""
    fields = (table.by_option[option] for option in desired.values)
    ignored = desired.update_pin is PinPolicy.ON_CREATE
    return frozenset(
        field.option for field in fields if not (ignored and field.secret and not field.required_on_update)
    )


def compared_by_any(table: FieldTable, desired: t.Iterable[Desired]) -> frozenset[str]:
    """Return the options whose current values affect the plan of any declaration; most declare the same ones."""
    different = {(item.update_pin, *item.values): item for item in desired}
    return frozenset().union(*(compared(table, item) for item in different.values()))


def plan(table: FieldTable, desired: t.Sequence[Desired], index: Index, renumbered: t.Collection[int] = ()) -> Plan:
    """Compare the declarations with the existing boxes.

    :param table: field table of the vendor.
    :param desired: the declarations.
    :param index: the existing boxes; declared ones must cover the declared options.
    :param renumbered: identities (``id``) of the items whose boxes already have their new numbers.
    :returns: the plan. Its ``problems`` must be empty before it is carried out.
    """
    result = Plan(table, [], present=len(index.ids))
    meant: dict[str, Desired] = {}
    for item in desired:
        try:
            current = match(item, index, table, id(item) in renumbered)
        except AmbiguousError as error:
            result.refused.append((item, error.problem))
            continue
        # One by its number and one by its id, which is unknown before the boxes are read.
        first = meant.setdefault(current.id, item) if current is not None and current.id is not None else item
        if current is not None and first is not item:
            text = f"is the same {table.resource} as {first.subject}, id {current.id}"
            result.refused.append((item, Problem(text, subject=item.subject)))
            continue
        step, problems = _step(table, item, current)
        result.refused += [(item, problem.about(item.at(problem.option))) for problem in problems]
        result.steps.append(step)
    return result


def _step(table: FieldTable, desired: Desired, current: Box | None) -> tuple[Step, list[Problem]]:
    if not desired.present:
        number = current.number if current else desired.number or ""
        action = Action.DELETE if current else Action.NONE
        problems = []
        if current and desired.number not in (None, current.number):
            spelled = f"{table.product} has it as {current.number}; use this spelling to delete it"
            known_by_id = f"id {desired.id} is {table.resource} {current.number}; correct one of the two"
            problems.append(Problem(spelled if desired.id is None else known_by_id))
        return Step(action, number, desired, current, after=current.values if current else {}), problems
    if current is None:
        return _creation(table, desired)
    return _alteration(table, desired, current)


def _creation(table: FieldTable, desired: Desired) -> tuple[Step, list[Problem]]:
    number = desired.new_number or desired.number or ""
    step = Step(Action.CREATE, number, desired)
    if desired.id is not None:
        text = f"does not belong to a {table.resource}; it must be the id of an existing one"
        return step, [Problem(text, option="id")]
    if not table.can_create:
        return step, [Problem(table.refused.get("create", f"{table.product} cannot create one"))]
    missing = [option for option in table.required if desired.values.get(option) is None]
    problems = [Problem(f"does not exist, and `{option}` is required to create it") for option in missing]
    declared = {option: table.by_option[option].value_after_write(value) for option, value in desired.values.items()}
    step.after = {**table.defaults, **declared}
    step.writes = {option: value for option, value in desired.values.items() if value is not None}
    step.changes = {option: (None, value) for option, value in step.writes.items()}
    step.warnings.extend(cautions_of(table, desired))
    problems.extend(table.conflicts(desired.values, step.after))
    return step, problems


def _unknown_parts(table: FieldTable, step: Step) -> list[Problem]:
    current = step.current.values if step.current else {}
    unknown = (
        field.option
        for field in table.fields
        if field.required_on_update and current.get(field.option) in (None, UNKNOWN)
    )
    return [
        Problem(
            f"{table.product} requires `{option}` with every update and does not show the current one;"
            f" set `{option}`, and set `update_pin` to always"
        )
        for option in unknown
        if step.writes.get(option) is None
    ]


def _alteration(table: FieldTable, desired: Desired, current: Box) -> tuple[Step, list[Problem]]:
    step = Step(Action.NONE, current.number, desired, current, after=current.values)
    problems = [*_set_number(table, step, desired, current), *_set_values(table, step, desired, current)]
    if step.changes:
        step.action = Action.UPDATE
    if step.writing:
        problems.extend(_unknown_parts(table, step))
        step.warnings.extend(cautions_of(table, desired))
    problems.extend(table.conflicts(desired.values, step.after))
    return step, problems


def _set_number(table: FieldTable, step: Step, desired: Desired, current: Box) -> list[Problem]:
    """Renumber a box where that is declared, and return what is wrong with it."""
    number = desired.new_number or desired.number or current.number
    if number == current.number:
        return []
    if desired.new_number is None and table.same_number(number, current.number):
        text = (
            f"{table.product} has it as {current.number}, and treats both as the same number; use {current.number},"
            f" or set `new_{table.key}` to change it"
        )
        step.warnings.append(Caution(desired.subject, text))
        return []
    step.number = number
    step.changes[table.key] = (current.number, number)
    if table.can_renumber:
        return []
    return [Problem(f"has the number {current.number}, but {table.product} cannot change numbers")]


def _set_values(table: FieldTable, step: Step, desired: Desired, current: Box) -> list[Problem]:
    """Write what differs of a box, and return what is wrong with it."""
    problems = []
    settled: Values = {}
    for option, value in desired.values.items():
        field = table.by_option[option]
        if field.creation_only:
            continue
        before, after = current.values.get(option), field.value_after_write(value)
        if field.secret:
            write, change = _secret(desired.update_pin, before, after)
            if before is UNKNOWN and not write and desired.update_pin is PinPolicy.IF_CHANGED:
                text = (
                    f"the vendor does not show the {option}, so it was not changed;"
                    " set `update_pin` to always to write it at every run"
                )
                step.warnings.append(Caution(desired.subject, text))
        else:
            write = change = before != after
        if change and value is None and not field.clearable:
            problems.append(Problem(f"cannot be cleared by {table.product}", option=option))
        if write:
            step.writes[option] = value
            settled[option] = after
        if change:
            step.changes[option] = (before, after)
    if settled:
        step.after = {**current.values, **settled}
    return problems


def _secret(policy: PinPolicy, before: Canonical, after: Canonical) -> tuple[bool, bool]:
    """Return (write it, report a change) for the PIN of an existing box."""
    if policy is PinPolicy.ON_CREATE:
        return False, False
    differs = before is not UNKNOWN and before != after
    if policy is PinPolicy.ALWAYS:
        return True, differs or before is UNKNOWN
    return differs, differs


def moved(step: Step, before: Box, now: Box, table: FieldTable) -> list[str]:
    """Return the options whose changes by somebody else prevent a step from being carried out as planned.

    An update checks the options that it writes, unless they already have the new value. A deletion checks
    every option: a mailbox that somebody changes is in use.

    :param before: the box for which the step was planned.
    :param now: the same box, read again.
    """
    deletes = step.action is Action.DELETE
    found = []
    for option in before.values if deletes else step.writes:
        field, old, new = table.by_option[option], before.values.get(option), now.values.get(option)
        known = option in before.values and option in now.values and UNKNOWN not in (old, new)
        if (
            known
            and not field.creation_only
            and new != old
            and (deletes or new != field.value_after_write(step.writes[option]))
        ):
            found.append(option)
    return found


def unapplied_options(step: Step, box: Box, table: FieldTable) -> list[str]:
    """Return the written options of a step whose values differ in the box."""
    missed = []
    if box.number != step.number:
        missed.append(table.key)
    for option, value in step.writes.items():
        field, holds = table.by_option[option], box.values.get(option)
        if not field.creation_only and holds is not UNKNOWN and holds != field.value_after_write(value):
            missed.append(option)
    return missed
