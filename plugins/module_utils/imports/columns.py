# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assign columns of a table to options, and check its headings."""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing as t

from ..model.problem import Problem, Subject
from .cells import BadCell, Row, column_letters, column_position
from .layout import Column, Layout, folded
from .options import ItemOptions

#: Characters of a heading that errors show.
_LONGEST_SHOWN = 60


class Columns:
    """The columns of a table by a layout.

    :param headings: the row of headings.
    :param lettered: whether columns without a heading are named by letters.
    :param problems: collects problems.
    """

    def __init__(
        self, layout: Layout, options: ItemOptions, headings: Row, lettered: bool, problems: list[Problem]
    ) -> None:
        self.headings = headings
        self._layout = layout
        self._options = options
        self._lettered = lettered
        self._problems = problems
        self._folded = [folded(cell) if isinstance(cell, str) else "" for cell in headings.cells]
        self._held = self._mapped()
        #: Options that do not exist. They are reported once, and not again in each row.
        self.unknown_options: set[str] = set()
        self.is_usable = self._check()

    def __len__(self) -> int:
        return len(self._folded)

    def at(self, position: int) -> Column | None:
        """Return the column at a position, or None if it is ignored."""
        return self._held.get(position)

    def has(self, heading: str) -> bool:
        """Check whether a folded heading names a column."""
        return heading in self._folded or not self._layout.has_headings

    def is_stray(self, position: int) -> bool:
        """Check whether a cell at a position belongs to no column."""
        lenient = self._layout.ignore_unknown_columns or self._layout.only_mapped_columns
        return not lenient and not (position < len(self._folded) and self._folded[position])

    def why_stray(self, position: int) -> str:
        """Return why a cell at a position belongs to no column."""
        if position >= len(self):
            return "is beyond the headings"
        heading = self.headings.cells[position]
        return f"has a heading that {heading}" if isinstance(heading, BadCell) else "has a value but no heading"

    def cell(self, cells: t.Sequence[t.Any], heading: str) -> t.Any:
        """Return the cell of a row below a folded heading, or None."""
        if self._layout.has_headings:
            return cells[self._folded.index(heading)] if heading in self._folded else None
        position = (column_position(heading) or 0) - 1
        return cells[position] if 0 <= position < len(cells) else None

    def name(self, position: int) -> str:
        """Return the name of a column for users."""
        cell = self.headings.cells[position] if position < len(self.headings.cells) else None
        heading = " ".join(cell.split()) if isinstance(cell, str) else ""
        if heading and self._layout.has_headings:
            return f"column {heading[:_LONGEST_SHOWN]}"
        return f"column {column_letters(position + 1) if self._lettered else position + 1}"

    def _problem(self, text: str, hint: str = "", option: str = "") -> None:
        self._problems.append(Problem(text, option=option, subject=Subject(source=self.headings.place), hint=hint))

    def _mapped(self) -> dict[int, Column]:
        """Return the column of each position."""
        by_position = {} if self._layout.has_headings else self._named_by_position()
        known = {folded(option): option for option in self._options.types}
        found: dict[int, Column] = {}
        for position, heading in enumerate(self._folded):
            column = by_position.get(position) or (self._layout.columns.get(heading) if heading else None)
            if column is not None:
                option = known.get(heading) if column.option == "" else column.option
                found[position] = dataclasses.replace(column, option=option)
            elif heading in known and not self._layout.only_mapped_columns and self._layout.has_headings:
                found[position] = Column(known[heading])
        return found

    def _named_by_position(self) -> dict[int, Column]:
        found = {}
        for heading, column in self._layout.columns.items():
            position = column_position(heading)
            if position is None:
                name = self._layout.names.get(heading, heading)
                self._problem(
                    f"`columns` contains {name!r}, but the table has no headings", "Name columns such as A or 1"
                )
            elif position > len(self) and not self._layout.is_optional(heading):
                name = self._layout.names.get(heading, heading)
                self._problem(f"`columns` contains column {name}, but no row has more than {len(self)}")
            else:
                found[position - 1] = column
        return found

    def _check(self) -> bool:
        """Report problems of the headings, and return whether rows can be read."""
        layout = self._layout
        self._check_references()
        if layout.has_headings and not layout.ignore_unknown_columns and not layout.only_mapped_columns:
            self._check_strangers()
        for position, heading in enumerate(self.headings.cells):
            if isinstance(heading, BadCell) and position in self._held:
                self._problem(f"the heading of {self.name(position)} {heading}")
        self._check_options()
        if self._has_key():
            return True
        hint = "Map it in `columns`" if layout.mapped else "The first row must contain it"
        self._problem(f"no column contains `{self._options.key}`", hint)
        return False

    def _check_options(self) -> None:
        known = self._options.types
        wanted = [column.option for column in self._held.values() if column.option]
        named = {option for column in self._held.values() for option in column.options()}
        for option in sorted({*named, *self._layout.templates}):
            if known and option not in known:
                where = "columns" if option in named else "templates"
                self.unknown_options.add(option)
                self._problems.append(Problem(f"`{where}`: unknown option `{option}`{_did_you_mean(option, known)}"))
            if any(other.startswith(f"{option}.") for other in wanted):
                self._problem(f"`{option}` is a dictionary; map columns to its options")
        for option in sorted({option for option in wanted if wanted.count(option) > 1}):
            if not self._options.is_list(option):
                self._problem(f"two columns contain `{option}`", "Map one of them to null, or join them in `templates`")

    def _has_key(self) -> bool:
        held = {option for column in self._held.values() for option in column.options()}
        return not held.union(self._layout.templates).isdisjoint(self._options.keys)

    def _check_references(self) -> None:
        if not self._layout.has_headings:
            return
        missing: dict[str, str] = {}
        for heading, option in self._layout.references():
            if heading not in self._folded and not self._layout.is_optional(heading):
                missing.setdefault(heading, option)
        for heading, option in missing.items():
            name = self._layout.names.get(heading, heading)
            near = difflib.get_close_matches(heading, [one for one in self._folded if one], n=1)
            hint = (
                f"Its heading may be {self._spelled(near[0])!r}" if near else "Add it, or list it in `optional_columns`"
            )
            self._problem(f"`{option}` refers to {name!r}, but there is no such column", hint)

    def _spelled(self, heading: str) -> str:
        return " ".join(str(self.headings.cells[self._folded.index(heading)]).split())

    def _check_strangers(self) -> None:
        layout = self._layout
        referenced = {heading for heading, _option in layout.references()}
        names = [*self._options.types, *layout.names.values()]
        has_headings = self._has_key() or bool(referenced.intersection(self._folded))
        for position, heading in enumerate(self._folded):
            if not heading or position in self._held or heading in referenced:
                continue
            shown = self._spelled(heading)
            hint = _did_you_mean(shown, names)
            if not has_headings or not re.match(r"[^\W\d]", heading):
                # If the headings are missing, this is data, and may be a PIN.
                self._problem(f"column {position + 1} has no heading of an option{hint}")
            else:
                advice = "" if hint else "Map it to an option or to null in `columns`, or set `only_mapped_columns`"
                self._problem(f"unknown column {shown!r}{hint}", advice if layout.mapped else "")


def _did_you_mean(word: str, words: t.Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(words), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


__all__ = ("Columns",)
