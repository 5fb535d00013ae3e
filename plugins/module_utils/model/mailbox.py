# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared and what is there: the two sides of every comparison."""

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
    """Check whether an id can be part of an address: quoting does not keep dots from leading to another place."""
    return 0 < len(text) <= 200 and text.isprintable() and text not in (".", "..")


@dataclasses.dataclass(frozen=True, slots=True)
class Box:
    """One box as the vendor shows it.

    :param number: its number.
    :param id: the vendor's own id; None only for a box that is foreseen and not made yet.
    :param values: canonical values by option.
    :param full: every option was shown; otherwise only the options of the vendor's summary were.
    :param native: the vendor's object, secrets included; None where nobody asked for it.
    :param revision: the state that was read, where the vendor refuses a write to any other; None where nothing tells.
    """

    number: str
    id: str | None
    values: t.Mapping[str, Canonical]
    full: bool = True
    native: t.Mapping[str, t.Any] | None = None
    revision: str | None = None

    def covers(self, options: t.Iterable[str]) -> bool:
        """Check whether every one of these options was shown."""
        return self.full or all(option in self.values for option in options)


@dataclasses.dataclass(frozen=True, slots=True)
class Desired:
    """One box as the user declares it.

    :param subject: what errors name, and where it is declared.
    :param number: number to find it by; None where only the id is given.
    :param values: canonical values of the options given; None for what is to be cleared.
    :param id: the vendor's id to find it by, instead of the number.
    :param lines: line of an option in the file of the item, where that is known.
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
        """File and line that it was read from, where it was."""
        return self.subject.source or None

    def at(self, option: str) -> Subject:
        """Return the item with the line of one of its options, where that is known."""
        return self.subject.at_line(self.lines.get(option))


@dataclasses.dataclass(frozen=True, slots=True)
class SkippedItem:
    """A declaration that is wrong and left out, as the user asked. The box that it means is not absent.

    :param number: its number, or None where that is not sure.
    :param numbers: every number under which the box may exist.
    :param id: the vendor's id that it gives.
    :param problems: what is wrong with it.
    :param source: file and line that it was read from, where it was.
    """

    number: str | None
    numbers: frozenset[str]
    id: str | None
    problems: tuple[str, ...]
    source: str | None = None

    @property
    def is_known(self) -> bool:
        """Check whether it is sure which box the declaration means."""
        return self.number is not None or self.id is not None


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """What a listing is asked for, so that a vendor can answer with the fewest requests.

    :param numbers: the numbers of interest; None for every box.
    :param ids: boxes of interest by id, beside the numbers.
    :param options: the options that will be looked at.
    :param declared: the declarations behind it, for options whose reading depends on what is declared.
    """

    numbers: frozenset[str] | None = None
    ids: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    declared: tuple[Desired, ...] = ()

    @property
    def everything(self) -> bool:
        """Check whether all boxes are asked for."""
        return self.numbers is None


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """Boxes found. A vendor answers all that were asked for or raises: a short listing is never handed on.

    :param whole: these are all boxes of the account.
    """

    boxes: tuple[Box, ...]
    whole: bool = False
