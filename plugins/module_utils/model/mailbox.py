# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declared and existing boxes, the two sides of every comparison."""

from __future__ import annotations

import dataclasses
import enum
import typing as t

from .fields import Values
from .kinds import Canonical
from .problem import Subject


class PinPolicy(enum.StrEnum):
    """When a declared PIN is written."""

    IF_CHANGED = "if_changed"
    ON_CREATE = "on_create"
    ALWAYS = "always"


def is_usable_id(text: str) -> bool:
    """Check whether an id can be part of a URL: quoting does not neutralize dots."""
    return 0 < len(text) <= 200 and text.isprintable() and text not in (".", "..")


@dataclasses.dataclass(frozen=True, slots=True)
class Box:
    """One box as returned by the vendor.

    :param number: its number.
    :param id: the vendor's id; None only for a planned box.
    :param values: canonical values by option.
    :param full: whether every option is known; otherwise only those of the vendor's summary.
    :param native: the vendor's object, including secrets; None if not requested.
    :param revision: revision of the vendor's object, if the vendor refuses writes to others; otherwise None.
    """

    number: str
    id: str | None
    values: t.Mapping[str, Canonical]
    full: bool = True
    native: t.Mapping[str, t.Any] | None = None
    revision: str | None = None

    def covers(self, options: frozenset[str]) -> bool:
        """Check whether all of these options are known."""
        return self.full or self.values.keys() >= options


@dataclasses.dataclass(frozen=True, slots=True)
class Desired:
    """One declared box.

    :param subject: subject of errors, with the place of the declaration.
    :param number: number to find it by; None if only the id is declared.
    :param values: canonical values of the declared options; None clears.
    :param id: the vendor's id to find it by, instead of the number.
    :param lines: line of each option in the item's file, if known.
    """

    subject: Subject
    number: str | None
    values: Values
    id: str | None = None
    present: bool = True
    new_number: str | None = None
    update_pin: PinPolicy = PinPolicy.IF_CHANGED
    delete_messages: bool = False
    lines: t.Mapping[str, int] = dataclasses.field(default_factory=dict, compare=False)

    @property
    def source(self) -> str | None:
        """File and line of the declaration, if it was read from a file."""
        return self.subject.source or None

    def at(self, option: str) -> Subject:
        """Return the subject with the line of one of its options, if known."""
        return self.subject.at_line(self.lines.get(option))


@dataclasses.dataclass(frozen=True, slots=True)
class SkippedItem:
    """An invalid declaration that is skipped on request. Its box does not count as undeclared.

    :param number: its number, or None if uncertain.
    :param numbers: all numbers that the box may have.
    :param id: the declared vendor's id.
    :param problems: problems of the declaration.
    :param source: file and line of the declaration, if it was read from a file.
    """

    number: str | None
    numbers: frozenset[str]
    id: str | None
    problems: tuple[str, ...]
    source: str | None = None

    @property
    def is_known(self) -> bool:
        """Check whether the box of the declaration is certain."""
        return self.number is not None or self.id is not None


@dataclasses.dataclass(frozen=True, slots=True)
class ListQuery:
    """The query of a listing, so that a vendor can answer it with few requests.

    :param numbers: the numbers of interest; None for every box.
    :param ids: ids of further boxes of interest.
    :param options: the required options.
    :param declared: the declarations, for options that are read only if declared.
    """

    numbers: frozenset[str] | None = None
    ids: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    declared: tuple[Desired, ...] = ()

    @property
    def everything(self) -> bool:
        """Check whether all boxes are requested."""
        return self.numbers is None


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """The boxes found by a query. A vendor returns all requested boxes or raises, never a partial list.

    :param whole: whether these are all boxes of the account.
    """

    boxes: tuple[Box, ...]
    whole: bool = False
