# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validate the entries of files by the rules of a vendor, while their places and columns are known."""

from __future__ import annotations

import dataclasses
import typing as t

from ..errors import InvalidInputError
from ..mailboxes.parse import INVALID, LINES, SOURCE, Reader, deep_merge, type_name
from ..model.cautions import Caution, cautions_of, grouped
from ..model.fields import FieldTable, value_at
from ..model.masks import mask_problems
from ..model.problem import Problem
from ..model.refusals import reason_of
from ..resources import MAILBOXES, Resource
from ..vendors.registry import NAMES, vendor
from .tables import Entry


@dataclasses.dataclass
class Checks:
    """Options of the validation.

    :param defaults: default options of every item.
    :param vendor: also validate values for this vendor; unsupported options are left to the module.
    :param sources: whether to add the place of each item as ``source``.
    :param on_unsupported: ``error`` refuses unsupported shared options; ``ignore`` leaves them to the
        module.
    :param skip: replace an invalid item by its number, place and problems, instead of an error.
    :param warnings: collects warnings about permitted values, such as a PIN with letters.
    """

    defaults: t.Mapping[str, t.Any] | None = None
    vendor: str | None = None
    sources: bool = False
    skip: bool = False
    resource: Resource = MAILBOXES
    on_unsupported: str = "ignore"
    warnings: list[str] = dataclasses.field(default_factory=list)

    @property
    def table(self) -> FieldTable | None:
        """The field table of the vendor, if set and it has the resource."""
        return vendor(self.vendor).tables.get(self.resource.key) if self.vendor in NAMES else None


def check_entries(entries: t.Sequence[Entry], problems: t.Sequence[Problem], checks: Checks) -> list[t.Any]:
    """Return the items merged over the defaults.

    :param problems: known problems of the files as a whole.
    :raises InvalidInputError: with those problems and, unless items are skipped, all others with their places.
    """
    checker = _Checker(checks)
    checked = [(entry, checker.check(entry)) for entry in entries]
    checker.refuse_twins()
    checks.warnings += grouped(checker.cautions)
    return _without_problems(checked, problems, checks)


def unchecked_items(entries: t.Sequence[Entry], problems: t.Sequence[Problem], checks: Checks) -> list[t.Any]:
    """Return the items with their places, for a module that validates them itself.

    :raises InvalidInputError: as :func:`check_entries`.
    """
    lined = [(entry, {**entry.item, LINES: dict(entry.lines)} if entry.lines else entry.item) for entry in entries]
    return _without_problems(lined, problems, checks)


def _without_problems(
    checked: t.Sequence[tuple[Entry, t.Any]], problems: t.Sequence[Problem], checks: Checks
) -> list[t.Any]:
    found = [] if checks.skip else [problem for entry, _item in checked for problem in entry.problems]
    if problems or found:
        raise InvalidInputError.of([*problems, *found])
    items = []
    for entry, item in checked:
        if entry.problems:
            items.append(_skipped(entry, item, checks))
        else:
            items.append({**item, SOURCE: entry.place} if checks.sources else item)
    return items


def _skipped(entry: Entry, item: t.Any, checks: Checks) -> dict[str, t.Any]:
    """Return the remainder of an invalid item. Without a certain number, nothing can be pruned."""
    keys = _keys(checks.resource)
    is_sure = isinstance(item, dict) and not any(problem.option in keys for problem in entry.problems)
    named = _key_of(item, checks.resource) if is_sure else None
    key = {named[0]: named[1]} if named else {}
    new = f"new_{checks.resource.number}"
    if named and isinstance(item.get(new), str):
        key[new] = item[new]
    return {**key, SOURCE: entry.place, INVALID: list(map(str, entry.problems))}


class _Checker:
    def __init__(self, checks: Checks) -> None:
        self._checks = checks
        self._table = checks.table
        self._seen: dict[tuple[str, str], list[Entry]] = {}
        self.cautions: list[Caution] = []

    def check(self, entry: Entry) -> t.Any:
        """Return the item of an entry, and add problems to the entry."""
        checks = self._checks
        if not isinstance(entry.item, dict):
            if not entry.problems:
                text = f"must be a dictionary with `{checks.resource.number}`, not {type_name(entry.item)}"
                entry.problems.append(Problem(text, subject=entry.subject()))
            return entry.item
        item = deep_merge(checks.defaults, entry.item) if checks.defaults else entry.item
        named = _key_of(item, checks.resource)
        had_key_problem = any(problem.option in _keys(checks.resource) for problem in entry.problems)
        if self._table is not None:
            self._check_values(entry, item, self._table, had_key_problem)
        else:
            name = {"kind": checks.resource.key, "name": named[1] if named else ""}
            entry.problems += [one.about(entry.subject(one.option, **name)) for one in mask_problems(item)]
            if named is None and not had_key_problem:
                subject = entry.subject(kind=checks.resource.key)
                entry.problems.append(Problem("is missing", option=checks.resource.number, subject=subject))
        if named is not None:
            option, value = named
            same = value if option == "id" or self._table is None else self._table.number.key(value)
            self._seen.setdefault((option, same), []).append(entry)
        return item

    def _check_values(self, entry: Entry, item: dict[str, t.Any], table: FieldTable, keyless: bool) -> None:
        """Check values with a column one by one, so that errors name it, and the others together."""
        named = _key_of(item, self._checks.resource)
        name = named[1] if named else ""
        rest = item
        for option in entry.origins:
            value = value_at(item, option.split("."))
            kind = table.number if option in (table.key, table.alias) else None
            field = table.by_option.get(option)
            kind = field.kind if field is not None else kind
            if kind is None or value is None or value == []:
                continue
            try:
                kind.parse(value)
            except ValueError as error:
                # The cell shows the value already, so that equal mistakes are one line.
                origin = entry.origins[option]
                text = reason_of(error) if origin.is_value and origin.value else str(error)
                entry.problems.append(Problem(text, option=option, subject=entry.subject(option, table.resource, name)))
                rest = _without(rest, option)
        if keyless or any(option in item and option not in rest for option in _keys(self._checks.resource)):
            # Without the unusable number, it would be reported as missing.
            return
        shared, on_unsupported = tuple(self._checks.resource.shared), self._checks.on_unsupported
        reader = Reader(table, shared, NAMES, on_unsupported=on_unsupported, single=True)
        desired = reader.read([entry.placed(rest)])
        self.cautions += [caution for one in desired for caution in cautions_of(table, one)]
        entry.problems += [problem if isinstance(problem, Problem) else Problem(problem) for problem in reader.problems]

    def refuse_twins(self) -> None:
        """Add a problem to entries that declare the same number as an earlier one."""
        resource = self._checks.resource.key
        for (option, _same), entries in self._seen.items():
            for entry in entries[1:]:
                value = (_key_of(entry.item, self._checks.resource) or ("", ""))[1]
                subject = entry.subject(kind=resource, name=f"id {value}" if option == "id" else value)
                twin = dataclasses.replace(subject, note=f"first in {entries[0].place}")
                entry.problems.append(Problem("is declared twice", subject=twin))
            if len(entries) > 1 and self._checks.skip:
                # Only a person can decide which one is right.
                text = f"is declared again in {entries[1].place}"
                entries[0].problems.append(Problem(text, subject=entries[0].subject(kind=resource)))


def _keys(resource: Resource) -> tuple[str, ...]:
    return (resource.number, "extension", "id")


def _key_of(item: t.Mapping[str, t.Any], resource: Resource) -> tuple[str, str] | None:
    """Return the identifying option of an item, its number or ``id``, and its value."""
    for option in _keys(resource):
        if item.get(option) not in (None, ""):
            return "id" if option == "id" else resource.number, str(item[option])
    return None


def _without(item: dict[str, t.Any], option: str) -> dict[str, t.Any]:
    """Return an item without one option."""
    first, _dot, rest = option.partition(".")
    if rest and isinstance(item.get(first), dict):
        return {**item, first: _without(item[first], rest)}
    return {key: value for key, value in item.items() if key != first}


__all__ = ("Checks", "check_entries", "unchecked_items")
