# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads tables, as CSV text or as the rows of a spreadsheet, into declarations.

Every entry keeps the place it came from, so that whatever is found wrong with it later can be told by its line.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import typing as t

from ..mailboxes.parse import LINES, SOURCE, did_you_mean, type_name
from ..model.artefacts import clean_cell
from ..model.problem import Problem, Subject

#: Separates the entries of a list in one cell, unless something else is asked for.
LIST_SEPARATOR = ";"
DELIMITERS = ",;\t|"
#: Options that name a mailbox or shared voicemail; a table needs a column for one of them.
KEYS = ("mailbox", "extension", "extension_number", "id")
# What a spreadsheet makes of the digits of a number: powers of ten, groups of three, a fraction.
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,'\u2019\u00a0\u202f][0-9]{3})+")
_FRACTION = re.compile(r"([0-9]+)[.,]0+")
# A formula that makes text of a number, so that its leading zeros stay.
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_LOST = "is a number, which has lost its leading zeros; format the column as text"
# What it writes into a cell that it could not compute.
_FAILED_FORMULA = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)")
# Options with free text, whose apostrophes and invisible characters may have a meaning.
_NAMES = ("name", "description", "flags")
_NO_ROWS = "An empty list is written as `[]` in a YAML or JSON file"


@dataclasses.dataclass(frozen=True)
class Layout:
    """How a table is read.

    :param columns: heading of a column to the option it holds, dotted inside a vendor's dictionary; None leaves the
        column out. A heading that is not named here is the option itself.
    :param lists: options that are lists.
    :param known: options there are; None takes any heading for an option.
    :param list_separator: stands between the entries of a list in one cell.
    :param delimiter: stands between the cells of CSV text; None tells it from the first row.
    :param ignore_unknown: leave columns out that hold no known option; otherwise they are an error.
    :param key: option that names an entry, for the error of a table that has no column for it.
    :param mapped: the user can give ``columns``.
    """

    columns: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    lists: t.Collection[str] = ()
    known: t.Collection[str] | None = None
    list_separator: str = LIST_SEPARATOR
    delimiter: str | None = None
    ignore_unknown: bool = False
    key: str = KEYS[0]
    mapped: bool = True


class Entry(t.NamedTuple):
    """One declaration and the place it came from, such as ``staff.csv:7``.

    :param lines: line of each of its keys in the file, dotted inside dictionaries, where they are in several.
    """

    place: str
    item: t.Any
    lines: t.Mapping[str, int] | None = None

    def placed(self, item: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return an item, this one or one that is made of it, with its place."""
        return {**item, SOURCE: self.place, **({LINES: dict(self.lines)} if self.lines else {})}

    def problem(self, text: str, hint: str = "") -> Problem:
        """Return a problem of this entry."""
        return Problem(text, subject=Subject(source=self.place), hint=hint)


def read_csv(text: str, layout: Layout, problems: list[Problem], source: str = "") -> list[Entry]:
    """Return the entries of CSV text whose first row holds the headings.

    :param problems: takes what is wrong, each with its line; the entries that are right come back all the same.
    :param source: name of the file, for the places of what is read.
    """
    known = len(problems)
    records = _records(text, layout, problems, source)
    place, headings = next(records, ("", []))
    if not headings:
        if len(problems) == known:
            problems.append(Problem("is empty", subject=Subject(source=source or "the table"), hint=_NO_ROWS))
        return []
    table = _Table(layout, headings, place, problems)
    rows = 0
    for place, cells in records:
        filled = [position for position, cell in enumerate(cells) if clean_cell(cell)]
        if not filled:
            continue
        rows += 1
        if len(cells) < len(headings) or filled[-1] >= len(headings):
            than = "fewer" if len(cells) < len(headings) else "more"
            problems.append(Problem(f"it has {than} cells than the first row", subject=Subject(source=place)))
            continue
        table.add(place, cells)
    if not rows and len(problems) == known:
        # Half a file that ends after its headings would otherwise prune every mailbox.
        problems.append(
            Problem("has headings and no rows", subject=Subject(source=source or "the table"), hint=_NO_ROWS)
        )
    return table.entries


def read_rows(rows: t.Sequence[t.Any], layout: Layout, problems: list[Problem]) -> list[Entry]:
    """Return the entries of rows that are dictionaries of heading to cell; places are ``row 1`` and on.

    :param problems: takes what is wrong, each with its row; the entries that are right come back all the same.
    """
    headings = list(dict.fromkeys(str(heading) for row in rows if isinstance(row, dict) for heading in row))
    table = _Table(layout, headings, "headings", problems) if headings else None
    for position, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            text = f"must be a dictionary of column to value, not {type_name(row)}"
            problems.append(Problem(text, subject=Subject(source=f"row {position}")))
            continue
        cells = {str(heading): cell for heading, cell in row.items()}
        if table and not all(map(_is_empty, cells.values())):
            table.add(f"row {position}", [cells.get(heading) for heading in headings])
    return table.entries if table else []


def _records(text: str, layout: Layout, problems: list[Problem], source: str) -> t.Iterator[tuple[str, list[str]]]:
    """Give every record of CSV text that is not blank, with the line where it begins."""
    text = text.removeprefix("\ufeff")
    first, _newline, rest = text.partition("\n")
    hint = re.fullmatch(r"sep=(.)\r?", first)
    offset = 1
    if hint:
        text, offset = rest, 2
    if layout.delimiter is not None and len(layout.delimiter) != 1:
        problems.append(Problem("must be one character", option="delimiter"))
        return
    delimiter = layout.delimiter or (hint[1] if hint else _tell_delimiter(text))
    # Strict: a quote that is never closed would otherwise swallow the rest of the file into one cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        line = reader.line_num + offset
        place = f"{source}:{line}" if source else f"line {line}"
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(Problem(f"is not valid CSV: {error}", subject=Subject(source=place)))
            return
        if cells:
            yield place, cells


def _tell_delimiter(text: str) -> str:
    # The first row alone: names, addresses and lists further down hold all of these marks.
    headings = next((line for line in text.splitlines() if line.strip()), "")
    try:
        return csv.Sniffer().sniff(headings, DELIMITERS).delimiter
    except csv.Error:
        return ","


class _Table:
    """Turns the rows of one table into entries, and gathers what is wrong with them."""

    def __init__(self, layout: Layout, headings: t.Sequence[str], place: str, problems: list[Problem]) -> None:
        self._layout = layout
        self.entries: list[Entry] = []
        self.problems = problems
        self._place = place
        self._strangers: dict[int, str] = {}
        mapping = {clean_cell(heading): option for heading, option in layout.columns.items()}
        headings = [clean_cell(heading) for heading in headings]
        self._options = [self._option(position, heading, mapping) for position, heading in enumerate(headings)]
        self._check_headings(mapping, set(headings))

    def _option(self, position: int, heading: str, mapping: t.Mapping[str, str | None]) -> str | None:
        if heading in mapping:
            return mapping[heading]
        known = self._layout.known
        if not heading or (known is not None and heading not in known):
            self._strangers[position] = heading
            return None
        return heading

    def _check_headings(self, mapping: t.Mapping[str, str | None], headings: t.AbstractSet[str]) -> None:
        known, options = self._layout.known, [option for option in self._options if option]
        self._keyed = known is None or not set(KEYS).isdisjoint(options)
        self._has_headings = self._keyed or not headings.isdisjoint(mapping)
        if not self._layout.ignore_unknown:
            for position, heading in self._strangers.items():
                if heading:
                    self._add(self._stranger(position, heading))
        for heading, option in mapping.items():
            if heading not in headings:
                self._add(f"`columns` names {heading!r}, and there is no such column")
            if option and known is not None and option not in known:
                self.problems.append(
                    Problem(f"names the unknown option `{option}`{did_you_mean(option, known)}", option="columns")
                )
        for option in sorted({option for option in options if options.count(option) > 1}):
            self._add(f"two columns hold `{option}`")
        for option in sorted(set(options)):
            if any(other.startswith(f"{option}.") for other in options):
                self._add(f"`{option}` is a dictionary; columns hold its options")
        if not self._keyed:
            hint = "name the one that does in `columns`" if self._layout.mapped else "the first row must name it"
            self._add(f"no column holds `{self._layout.key}`; {hint}")

    def _stranger(self, position: int, heading: str) -> str:
        names = [*(self._layout.known or ()), *self._layout.columns]
        hint = did_you_mean(heading, names)
        if not self._has_headings or not re.match(r"[^\W\d]", heading):
            # Where the headings were forgotten, this is somebody's data, and may be a PIN.
            return f"column {position + 1} has no heading that names an option{hint}"
        return f"unknown column {heading!r}{hint}"

    def _add(self, text: str) -> None:
        self.problems.append(Problem(text, subject=Subject(source=self._place)))

    def add(self, place: str, cells: t.Sequence[t.Any]) -> None:
        """Take one row with a cell for each heading."""
        item: dict[str, t.Any] = {}
        named = self._keyed
        for position, (option, cell) in enumerate(zip(self._options, cells, strict=False)):
            if isinstance(cell, str):
                cell = clean_cell(cell, _is_name(option))
            if _is_empty(cell):
                continue
            if option:
                # Without its number an entry would be told once more, for having none.
                named = self._set(item, option, cell, place) and named
            elif self._strangers.get(position) == "":
                text = f"column {position + 1} has a value and no heading"
                self.problems.append(Problem(text, subject=Subject(source=place)))
        if named:
            self.entries.append(Entry(place, item))

    def _set(self, item: dict[str, t.Any], option: str, cell: t.Any, place: str) -> bool:
        """Take one cell; False when it would have named the entry, and cannot be used."""
        try:
            value = _value(cell, option)
        except ValueError as error:
            self.problems.append(Problem(str(error), option=option, subject=Subject(source=place)))
            return option not in KEYS
        if option in self._layout.lists and isinstance(value, str):
            parts = (clean_cell(part, _is_name(option)) for part in value.split(self._layout.list_separator))
            value = [part for part in parts if part]
        *groups, last = option.split(".")
        for group in groups:
            item = item.setdefault(group, {})
            if not isinstance(item, dict):
                return True
        item[last] = value
        return True


def _is_name(option: str | None) -> bool:
    """Check whether an option holds free text."""
    return option is None or option.rpartition(".")[2] in _NAMES


def _is_empty(cell: t.Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _value(cell: t.Any, option: str) -> t.Any:
    """Return the value of a cell as it may be declared.

    :raises ValueError: when a spreadsheet has spoilt it; never with the cell's content.
    """
    is_pin = option.rpartition(".")[2] == "pin"
    if isinstance(cell, str):
        if _FAILED_FORMULA.fullmatch(cell):
            raise ValueError("holds the error of a formula")
        return _digits(cell, is_pin) if is_pin or option in KEYS or option == "new_mailbox" else cell
    if is_pin and isinstance(cell, (int, float)):
        raise ValueError(_LOST)
    if isinstance(cell, float) and cell.is_integer():
        # Spreadsheets keep every number as a fraction: 3000 arrives as 3000.0.
        return int(cell)
    if isinstance(cell, (bool, int, float, list, dict)):
        return cell
    raise ValueError(f"is of the type {type(cell).__name__}; format the column as text")


def _digits(text: str, is_pin: bool) -> str:
    """Return a number or PIN as it was before a spreadsheet took it for a quantity.

    :raises ValueError: when that cannot be known.
    """
    formula = _TEXT_FORMULA.fullmatch(text)
    if formula:
        return formula[1]
    if _SCIENTIFIC.fullmatch(text):
        raise ValueError("was rounded to powers of ten by a spreadsheet; format the column as text")
    if _GROUPED.fullmatch(text):
        raise ValueError("has marks between its digits, which a spreadsheet put there; format the column as text")
    fraction = _FRACTION.fullmatch(text)
    if fraction and is_pin:
        raise ValueError(_LOST)
    return fraction[1] if fraction else text


__all__ = ("KEYS", "LIST_SEPARATOR", "Entry", "Layout", "read_csv", "read_rows")
