# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the boxes of one system to mailboxes of another: what is carried, and what is not and why.

Both sides are known by their field tables only. An option is carried where the other table has an option of that name
and takes the value; everything else that is set becomes a :class:`Loss`, so that nothing is skipped in silence.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ..errors import InvalidInputError
from ..mailboxes.parse import READ_ONLY, Reader, type_name
from ..model.fields import FieldTable
from ..model.problem import Problem, Subject
from .translate import Choices, Crossing, Loss, Source

#: What no choice of the user may hold: it would find another box, or delete one.
_FORBIDDEN = ("id", "state", "delete_messages", *READ_ONLY)


@dataclasses.dataclass
class Translation:
    """What becomes of all boxes.

    :param mailboxes: mailboxes of the target, in the form that a user writes.
    :param losses: what is not carried of them.
    :param left_out: number of a box that is not carried at all to the reason.
    :param undecided: numbers on the target that must exist there already; left out as long as that is not known.
    :param without_pin: numbers on the target of mailboxes that would come without a PIN.
    :param renamed: option of the source to the option of the target that holds it under another name.
    :param unused: numbers of overrides that no box has.
    """

    mailboxes: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    losses: list[Loss] = dataclasses.field(default_factory=list)
    left_out: dict[str, str] = dataclasses.field(default_factory=dict)
    undecided: list[str] = dataclasses.field(default_factory=list)
    without_pin: list[str] = dataclasses.field(default_factory=list)
    renamed: dict[str, str] = dataclasses.field(default_factory=dict)
    unused: list[str] = dataclasses.field(default_factory=list)


def translate(
    sources: t.Sequence[Source],
    target: FieldTable,
    choices: Choices,
    shared: t.Collection[str],
    vendors: t.Collection[str],
) -> Translation:
    """Return the mailboxes of the target.

    :param shared: shared options of a mailbox, of all vendors.
    :param vendors: every vendor's name.
    :raises InvalidInputError: if boxes or choices are not what they must be, with every problem.
    """
    _check(sources, target, choices, shared)
    crossings = [Crossing(source, target, box, choices) for source in sources for box in source.boxes]
    key = target.number.key
    numbers = collections.Counter(key(crossing.number) for crossing in crossings if not crossing.excluded)
    result = Translation()
    problems: list[Problem] = []
    for crossing in crossings:
        if numbers[key(crossing.number)] > 1 and not crossing.excluded:
            crossing.left_out = f"{numbers[key(crossing.number)]} boxes would have the number {crossing.number} there"
        wrong = [] if crossing.left_out else crossing.cross(lambda: Reader(target, tuple(shared), vendors, single=True))
        problems += wrong
        if not wrong:
            _take(result, crossing, choices)
    if problems:
        raise InvalidInputError.of(
            dataclasses.replace(problem, text=f"{problem.text} (by `defaults` or `overrides`)") for problem in problems
        )
    known = {crossing.name for crossing in crossings}
    result.unused = [number for number in map(str, choices.overrides) if number not in known]
    return result


def _take(result: Translation, crossing: Crossing, choices: Choices) -> None:
    if crossing.left_out:
        result.left_out[crossing.name] = crossing.left_out
        return
    # Told of undecided ones as well: a PIN may be what they need to be made.
    if crossing.lacks_pin:
        result.without_pin.append(crossing.number)
    if crossing.needs_presence:
        if choices.present is None:
            result.undecided.append(crossing.number)
            return
        if crossing.number not in choices.present:
            result.left_out[crossing.name] = crossing.needs_presence
            return
    result.mailboxes.append(crossing.item)
    result.losses.extend(crossing.losses)
    result.renamed.update(crossing.renamed)


def grouped(losses: t.Iterable[Loss]) -> list[dict[str, t.Any]]:
    """Return one row for all boxes that lose the same for the same reason.

    Losses of a value that somebody chose come first, then those of values that every box has.
    """
    rows: dict[str, dict[str, t.Any]] = {}
    for loss in losses:
        told = {"option": loss.option, "value": loss.value, "reason": loss.reason, "instead": loss.instead}
        row = rows.setdefault(repr((told, loss.usual)), {**told, "usual": loss.usual, "mailboxes": []})
        row["mailboxes"].append(loss.number)
    return sorted(rows.values(), key=lambda row: (row["usual"], row["option"], -len(row["mailboxes"])))


def _check(sources: t.Sequence[Source], target: FieldTable, choices: Choices, shared: t.Collection[str]) -> None:
    problems: list[Problem] = []
    for source in sources:
        for position, box in enumerate(source.boxes, 1):
            problems += _box_problems(source.table, position, box)
    known = {*shared, *target.by_option, *(name for source in sources for name in source.options)}
    for name, entries in (("values", choices.values), ("renamed", choices.renamed)):
        problems += [
            Problem(f"names the unknown option `{option}`", option=name) for option in entries if option not in known
        ]
    problems += [
        Problem(f"must be a dictionary of value to value, not {type_name(value)}", option=f"values.{option}")
        for option, value in choices.values.items()
        if not isinstance(value, dict)
    ]
    forbidden = frozenset((*_FORBIDDEN, f"new_{target.key}"))
    places = [("`defaults`", choices.defaults, forbidden | {target.key, target.alias})]
    for number, override in choices.overrides.items():
        if isinstance(override, dict):
            places.append((f"`overrides` of {number}", override, forbidden))
        elif override is not None:
            text = f"of {number} must be a dictionary of options, or null to leave the mailbox out"
            problems.append(Problem(text, option="overrides"))
    problems += [
        Problem(f"{place} may not hold `{option}`")
        for place, options, refused in places
        for option in options
        if option in refused
    ]
    if problems:
        raise InvalidInputError.of(problems)


def _box_problems(table: FieldTable, position: int, box: t.Any) -> list[Problem]:
    if not isinstance(box, dict) or not isinstance(box.get(table.key), str):
        text = f"must be a dictionary with `{table.key}`, as the module that reads returns it"
        return [Problem(text, subject=Subject(table.resource, position=position))]
    known = {table.key, "id", *READ_ONLY, *table.by_option, *table.groups}
    return [
        Problem(f"{table.vendor} has no option `{option}`", subject=Subject(table.resource, box[table.key]))
        for option in box
        if option not in known
    ]


__all__ = ("Choices", "Loss", "Source", "Translation", "grouped", "translate")
