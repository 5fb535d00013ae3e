# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows and cells of a table, independent of the file format."""

from __future__ import annotations

import dataclasses
import math
import re
import typing as t

from ..model.artefacts import clean_cell
from ..model.problem import Cell

#: Most rows and columns of a table. The largest telephone systems have some hundred thousand mailboxes.
MOST_ROWS = 200_000
MOST_COLUMNS = 1_000
#: Digits that spreadsheets store of a number; further ones become zeros.
MOST_DIGITS = 15
_AS_TEXT = "Format the column as text, and enter the value again"


class BadCell(t.NamedTuple):
    """A cell whose content cannot be the intended value.

    :param reason: the problem: "is a date".
    :param hint: what to do about it.
    """

    reason: str
    hint: str = _AS_TEXT

    def __str__(self) -> str:
        return f"{self.reason}. {self.hint}"


class NumberText(str):
    """The digits of a number whose cell stores no leading zeros."""


class Row(t.NamedTuple):
    """One row of a table.

    :param place: place for errors, such as ``staff.csv:7`` or ``staff.xlsx, sheet Staff, row 7``.
    :param number: its row or first line, as the user's program counts.
    :param cells: text, booleans, numbers, None for an empty cell, or :class:`BadCell`.
    :param table: name of the file and, in a spreadsheet, of the sheet.
    :param unit: what the user's program counts.
    """

    place: str
    number: int
    cells: list[t.Any]
    table: str = ""
    unit: str = "row"

    def cell(self, column: str, value: str = "") -> Cell:
        """Return the place of one of its cells.

        :param column: such as ``column Zone``.
        """
        return Cell(self.table, self.unit, self.number, column, value)


@dataclasses.dataclass
class Sheet:
    """The rows of one table without blank ones.

    :param place: name of the file and, in a spreadsheet, of the sheet.
    :param lettered: whether its columns are named by letters.
    :param delimiter: what separates the cells of text; empty for a spreadsheet.
    """

    place: str
    rows: list[Row]
    lettered: bool = False
    delimiter: str = ""


class SheetFile(t.NamedTuple):
    """A sheet of a spreadsheet, read on demand.

    :param hidden: whether the user's program hides it. It is then read only if `sheet` names it.
    """

    title: str
    read: t.Callable[[], Sheet]
    hidden: bool = False


#: Returns the number of known headings in a row, which identifies the heading row and the delimiter.
Likeness = t.Callable[[t.Sequence[t.Any]], int]


def is_blank(cell: t.Any) -> bool:
    """Check whether a cell has no content."""
    return cell is None or (isinstance(cell, str) and not clean_cell(cell))


def column_letters(position: int) -> str:
    """Return the name that spreadsheets give the column at a position, counted from 1: A, B, ..., AA."""
    letters = ""
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_position(name: str) -> int | None:
    """Return the position of a column named by number or letters, counted from 1, or None for any other name."""
    if re.fullmatch("[0-9]{1,4}", name):
        return int(name) or None
    if not re.fullmatch("[A-Za-z]{1,3}", name):
        return None
    position = 0
    for letter in name.upper():
        position = position * 26 + ord(letter) - ord("A") + 1
    return position


# What a format adds to the digits: quoted text, escaped characters, colors, and spaces of a character's width.
_DECORATION = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_QUANTITY = re.compile(r"[#0,.]*[#0]")
_PLACES = re.compile(r"[0#?](?:[^.,%]*[0#?])?")


def shown_number(value: float, number_format: str) -> str | BadCell:
    """Return a number as its cell shows it, or as a plain integer if the cell shows a quantity.

    :param number_format: the format of the cell, in the notation of spreadsheets.
    """
    if not math.isfinite(value):
        return BadCell("is not a number")
    if abs(value) >= 10**MOST_DIGITS:
        return BadCell(f"is a number with more than {MOST_DIGITS} digits, and the spreadsheet lost some of them")
    plain = str(int(value)) if value == int(value) else repr(float(value))
    section = number_format.split(";")[0].strip()
    bare = _DECORATION.sub("", section).strip()
    if section in ("", "General", "@") or re.fullmatch(r"0(\.0+)?E[+-]0+|##0\.0E[+-]0", bare):
        return NumberText(plain)
    if "%" in bare:
        return BadCell("is a percentage")
    if not isinstance(value, int) and value != int(value):
        return plain if _QUANTITY.fullmatch(bare) and section == bare else _unclear(number_format)
    if re.fullmatch("0+", section):
        sign = "-" if value < 0 else ""
        digits = plain.removeprefix("-").rjust(len(section), "0")
        return sign + digits if len(section) > 1 else NumberText(sign + digits)
    if _QUANTITY.fullmatch(section):
        return NumberText(plain)
    return _placed(plain, section) or _unclear(number_format)


def _unclear(number_format: str) -> BadCell:
    return BadCell(f"is a number with the format {number_format[:40]}, which differs from its value")


def _placed(digits: str, section: str) -> str | None:
    """Return digits in a format such as ``000-0000``, or None if the format has more than places and signs."""
    body = re.sub(r'"([^"]*)"|\\(.)', lambda found: found[1] or found[2] or "", section)
    letters = set(re.sub(r"[0#?\-() +/]", "", body))
    if letters or not _PLACES.search(body) or digits.startswith("-"):
        return None
    rest, shown = list(digits), []
    for mark in reversed(body):
        if mark not in "0#?":
            shown.append(mark)
        elif rest:
            shown.append(rest.pop())
        elif mark == "0":
            shown.append("0")
    first = next((position for position, mark in enumerate(body) if mark in "0#?"), 0)
    text = "".join(reversed(shown))
    return text[:first] + "".join(rest) + text[first:]


__all__ = (
    "MOST_COLUMNS",
    "MOST_ROWS",
    "BadCell",
    "Likeness",
    "NumberText",
    "Row",
    "Sheet",
    "SheetFile",
    "column_letters",
    "column_position",
    "is_blank",
    "shown_number",
)
