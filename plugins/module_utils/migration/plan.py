# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translate the boxes of one system to mailboxes of another, and report losses with reasons.

Both systems are known only by their field tables. An option is carried over if the target has an option of that
name and accepts the value; every other set value becomes a :class:`Loss`, so that nothing is dropped silently.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from ..errors import InvalidInputError
from ..mailboxes.parse import READ_ONLY, Reader, type_name
from ..model.fields import FieldTable
from ..model.problem import Problem, Subject
from .translate import BoxTranslator, Choices, Loss, Source

#: Options not allowed in the user's choices: they would select another box, or delete one.
_FORBIDDEN = ("id", "state", "delete_messages", *READ_ONLY)


@dataclasses.dataclass
class Translation:
    """The translation of all boxes.

    :param mailboxes: mailboxes of the target, in the form of declarations.
    :param losses: values that are not carried over.
    :param left_out: number of each box that is not carried over, to the reason.
    :param undecided: numbers that must already exist on the target; left out while that is unknown.
    :param without_pin: numbers on the target of mailboxes without a PIN.
    :param renamed: option of the source to the differently named option of the target.
    :param unused: numbers of overrides without a box.
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
    :raises InvalidInputError: if boxes or choices are invalid, with all problems.
    """
    _check(sources, target, choices, shared)
    translators = [BoxTranslator(source, target, box, choices) for source in sources for box in source.boxes]
    key = target.number.key
    numbers = collections.Counter(key(translator.number) for translator in translators if not translator.excluded)
    result = Translation()
    problems: list[Problem] = []
    for translator in translators:
        if numbers[key(translator.number)] > 1 and not translator.excluded:
            translator.left_out = f"{numbers[key(translator.number)]} boxes would have the number {translator.number}"
        wrong = (
            []
            if translator.left_out
            else translator.translate(lambda: Reader(target.without_rules, tuple(shared), vendors, single=True))
        )
        problems += wrong
        if not wrong:
            _take(result, translator, choices)
    if problems:
        raise InvalidInputError.of(
            dataclasses.replace(problem, text=f"{problem.text} (by `defaults` or `overrides`)") for problem in problems
        )
    known = {translator.name for translator in translators}
    result.unused = [number for number in map(str, choices.overrides) if number not in known]
    return result


def _take(result: Translation, translator: BoxTranslator, choices: Choices) -> None:
    if translator.left_out:
        result.left_out[translator.name] = translator.left_out
        return
    # Includes undecided ones: a PIN may be required to create them.
    if translator.lacks_pin:
        result.without_pin.append(translator.number)
    if translator.needs_presence:
        if choices.present is None:
            result.undecided.append(translator.number)
            return
        if translator.number not in choices.present:
            result.left_out[translator.name] = translator.needs_presence
            return
    result.mailboxes.append(translator.item)
    result.losses.extend(translator.losses)
    result.renamed.update(translator.renamed)


def grouped(losses: t.Iterable[Loss]) -> list[dict[str, t.Any]]:
    """Return one row for all boxes with the same loss and reason.

    Losses of chosen values come first, then those of values that every box has.
    """
    rows: dict[str, dict[str, t.Any]] = {}
    for loss in losses:
        fields = {"option": loss.option, "value": loss.value, "reason": loss.reason, "instead": loss.instead}
        row = rows.setdefault(repr((fields, loss.usual)), {**fields, "usual": loss.usual, "mailboxes": []})
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
            Problem(f"contains the unknown option `{option}`", option=name) for option in entries if option not in known
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
        Problem(f"{place} must not contain `{option}`")
        for place, options, refused in places
        for option in options
        if option in refused
    ]
    if problems:
        raise InvalidInputError.of(problems)


def _box_problems(table: FieldTable, position: int, box: t.Any) -> list[Problem]:
    if not isinstance(box, dict) or not isinstance(box.get(table.key), str):
        text = f"must be a dictionary with `{table.key}`, as the info module returns it"
        return [Problem(text, subject=Subject(table.resource, position=position))]
    known = {table.key, "id", *READ_ONLY, *table.by_option, *table.groups}
    return [
        Problem(f"{table.product} has no option `{option}`", subject=Subject(table.resource, box[table.key]))
        for option in box
        if option not in known
    ]


__all__ = ("Choices", "Loss", "Source", "Translation", "grouped", "translate")
