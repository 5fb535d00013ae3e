# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Convert the rows of a table to declarations by a layout.

Entries keep their place and the column of each option for errors.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..mailboxes.parse import LINES, SOURCE, type_name
from ..model.problem import Problem, Subject
from .cells import BadCell, NumberText, Row, Sheet, column_position, is_blank
from .columns import Columns
from .delimited import separator_problem
from .layout import Column, Layout, filled, folded, text_of
from .options import ItemOptions, is_pin
from .values import UNMANAGED, CellReader, same_truth

_NO_ROWS = "For an empty list, use `[]` in a YAML or JSON file"
# Shorter values are shown, unless they may be a PIN in the wrong column.
_LONGEST_SHOWN = 60


class Origin(t.NamedTuple):
    """Where the value of an option comes from.

    :param column: such as ``column Zone``, or ``template {First} {Last}``.
    :param value: what the cell shows, in quotes; empty where that may be a PIN.
    :param is_value: the cell is the value, and no map translates it.
    """

    column: str
    value: str = ""
    is_value: bool = False

    def __str__(self) -> str:
        return f"{self.column}, value {self.value}" if self.value else self.column


@dataclasses.dataclass(slots=True)
class Entry:
    """One declaration of a file.

    :param place: its place, such as ``staff.csv:7``.
    :param lines: lines of its keys in the file, dotted inside dictionaries, if there are several.
    :param row: its row, if it comes from a table.
    :param origins: option to its cell, for errors.
    :param problems: its problems.
    """

    place: str
    item: t.Any
    row: Row | None = None
    origins: dict[str, Origin] = dataclasses.field(default_factory=dict)
    problems: list[Problem] = dataclasses.field(default_factory=list)
    lines: t.Mapping[str, int] | None = None

    def subject(self, option: str = "", kind: str = "", name: str = "") -> Subject:
        """Return the subject of a problem with an option of this entry."""
        origin = self.origins.get(option)
        if origin is not None:
            cell = self.row.cell(origin.column, origin.value) if self.row is not None else None
            return Subject(kind, name, f"{self.place}, {origin}", cell=cell)
        return Subject(kind, name, self.place).at_line((self.lines or {}).get(option))

    def placed(self, item: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return an item based on this entry, with its place."""
        return {**item, SOURCE: self.place, **({LINES: dict(self.lines)} if self.lines else {})}


def read_sheet(sheet: Sheet, layout: Layout, options: ItemOptions, problems: list[Problem]) -> list[Entry]:
    """Return the entries of a table.

    :param problems: collects problems of the table as a whole; each entry has its own.
    """
    headings = _heading_row(sheet, layout)
    if headings is None:
        text = f"row {layout.heading_row} is blank or does not exist" if layout.heading_row else "is empty"
        hint = "Set `heading_row` to the row of the headings" if layout.heading_row else _NO_ROWS
        problems.append(Problem(text, subject=Subject(source=sheet.place), hint=hint))
        return []
    rows = [row for row in sheet.rows if row.number > headings.number]
    table = _Table(layout, options, Columns(layout, options, headings, sheet.lettered, problems), sheet.delimiter)
    before = len(problems)
    if table.columns.is_usable:
        for row in rows:
            table.add(row)
        table.check_pins()
    if not rows and len(problems) == before:
        # Otherwise a truncated file would prune every mailbox.
        problems.append(Problem("has headings but no rows", subject=Subject(source=sheet.place), hint=_NO_ROWS))
    elif not table.entries and table.columns.is_usable and len(problems) == before:
        text = "has no row that matches `only_rows` and `skip_rows`"
        problems.append(Problem(text, subject=Subject(source=sheet.place), hint=_NO_ROWS))
    _hint_at_headings(sheet, table, layout, options, problems)
    return table.entries


def read_rows(rows: t.Sequence[t.Any], layout: Layout, options: ItemOptions, problems: list[Problem]) -> list[Entry]:
    """Return the entries of rows given as dictionaries of heading to cell; places are ``row 1`` and so on.

    :param problems: collects problems of the table as a whole; each entry has its own.
    """
    headings = list(dict.fromkeys(str(heading) for row in rows if isinstance(row, dict) for heading in row))
    entries: list[Entry] = []
    named = Row("headings", 0, headings)
    table = _Table(layout, options, Columns(layout, options, named, False, problems)) if headings else None
    for position, given in enumerate(rows, 1):
        place = f"row {position}"
        if not isinstance(given, dict):
            text = f"must be a dictionary of column to value, not {type_name(given)}"
            entries.append(Entry(place, None, problems=[Problem(text, subject=Subject(source=place))]))
            continue
        cells = {str(heading): cell for heading, cell in given.items()}
        if table and table.columns.is_usable and not all(map(is_blank, cells.values())):
            table.add(Row(place, position, [cells.get(heading) for heading in headings]))
    if table:
        table.check_pins()
        entries += table.entries
    return entries


def likeness_of(layout: Layout, options: ItemOptions) -> t.Callable[[t.Sequence[t.Any]], int]:
    """Return the function that counts the known headings of a row."""
    known = {heading for heading, _option in layout.references()}
    if not layout.only_mapped_columns:
        known |= {folded(option) for option in options.types}

    def count(cells: t.Sequence[t.Any]) -> int:
        if not layout.has_headings:
            # Without headings, the right delimiter results in the mapped columns.
            positions = [column_position(heading) or 0 for heading in layout.columns]
            return int(len(cells) >= max(positions, default=1)) and len(cells)
        return len({folded(cell) for cell in cells if isinstance(cell, str)} & known)

    return count


def _heading_row(sheet: Sheet, layout: Layout) -> Row | None:
    if not sheet.rows:
        return None
    if not layout.has_headings:
        width = max(len(row.cells) for row in sheet.rows)
        return Row(sheet.place, sheet.rows[0].number - 1, [str(position) for position in range(1, width + 1)])
    if layout.heading_row is None:
        return sheet.rows[0]
    return next((row for row in sheet.rows if row.number == layout.heading_row), None)


def _hint_at_headings(
    sheet: Sheet, table: _Table, layout: Layout, options: ItemOptions, problems: list[Problem]
) -> None:
    """Add a hint on the probable heading row, for a table with a title above it."""
    if table.columns.is_usable or not layout.has_headings:
        return
    count = likeness_of(layout, options)
    best = max(sheet.rows[:50], key=lambda row: count(row.cells))
    if best.place != table.columns.headings.place and count(best.cells) > count(table.columns.headings.cells):
        text = f"row {best.number} looks like the row of headings"
        problems.append(Problem(text, subject=Subject(source=sheet.place), hint=f"Set `heading_row: {best.number}`"))


class _Table:
    """Converts rows to entries."""

    def __init__(self, layout: Layout, options: ItemOptions, columns: Columns, delimiter: str = "") -> None:
        self._delimiter = delimiter
        self.entries: list[Entry] = []
        self.columns = columns
        self._layout = layout
        self._reader = CellReader(options, layout)
        self._pins: list[tuple[Entry, str, str]] = []

    def add(self, row: Row) -> None:
        """Read one row."""
        cells = [*row.cells, *[None] * (len(self.columns) - len(row.cells))]
        if not self._is_wanted(cells):
            return
        misread = separator_problem(row.cells, len(self.columns), self._delimiter) if self._delimiter else None
        if misread:
            subject = Subject(source=row.place, cell=row.cell("separator"))
            self.entries.append(Entry(row.place, None, row, problems=[Problem(misread, subject=subject)]))
            return
        entry = Entry(row.place, {}, row)
        self._refuse_conditions(entry, cells)
        for position, cell in enumerate(cells):
            column = self.columns.at(position)
            if column is not None:
                self._read(entry, position, cell, column)
            elif not is_blank(cell) and self.columns.is_stray(position):
                entry.problems.append(self._row_problem(row, position, self.columns.why_stray(position)))
        for option, template in self._layout.templates.items():
            self._fill(entry, option, template, cells)
        self.entries.append(entry)

    def _fill(self, entry: Entry, option: str, template: str, cells: t.Sequence[t.Any]) -> None:
        """Set an option from several cells."""
        try:
            text = filled(template, lambda heading: self._shown(cells, heading))
            if text:
                entry.origins[option] = Origin(f"template {template}")
                self._set(entry, option, self._reader.read(text, option, {}))
        except ValueError as error:
            entry.problems.append(Problem(str(error), option=option, subject=entry.subject(option)))

    def _row_problem(self, row: Row, position: int, text: str) -> Problem:
        column = self.columns.name(position)
        return Problem(text, subject=Subject(source=f"{row.place}, {column}", cell=row.cell(column)))

    def _shown(self, cells: t.Sequence[t.Any], heading: str) -> str:
        cell = self.columns.cell(cells, heading)
        if isinstance(cell, BadCell):
            raise ValueError(f"uses column {self._layout.names.get(heading, heading)}, which {cell}")
        return "" if cell is None else " ".join(str(cell).split())

    def _is_wanted(self, cells: t.Sequence[t.Any]) -> bool:
        layout, columns = self._layout, self.columns
        only = {heading: wanted for heading, wanted in layout.only_rows.items() if columns.has(heading)}
        skip = {heading: wanted for heading, wanted in layout.skip_rows.items() if columns.has(heading)}

        def holds(heading: str, wanted: tuple[str, ...]) -> bool:
            return matches(columns.cell(cells, heading), wanted)

        if any(isinstance(columns.cell(cells, heading), BadCell) for heading in (*only, *skip)):
            # The condition cannot be decided, so the row is read and then refused.
            return True
        return all(holds(*pair) for pair in only.items()) and not any(holds(*pair) for pair in skip.items())

    def _refuse_conditions(self, entry: Entry, cells: t.Sequence[t.Any]) -> None:
        for name, headings in (("only_rows", self._layout.only_rows), ("skip_rows", self._layout.skip_rows)):
            for heading in headings:
                cell = self.columns.cell(cells, heading)
                if isinstance(cell, BadCell):
                    text = f"`{name}` needs column {self._layout.names.get(heading, heading)}, which {cell}"
                    entry.problems.append(Problem(text, subject=entry.subject()))

    def _read(self, entry: Entry, position: int, cell: t.Any, column: Column) -> None:
        option = column.option
        if column.settings:
            self._read_settings(entry, position, cell, column)
            return
        if option is None:
            self._read_several(entry, position, cell, column)
            return
        name = self.columns.name(position)
        shown = "" if is_pin(option) else _shown_value(cell)
        entry.origins[option] = Origin(name, shown, is_value=not column.values)
        try:
            value = self._reader.read(cell, option, column.values)
        except ValueError as error:
            entry.problems.append(Problem(str(error), option=option, subject=entry.subject(option)))
            return
        if isinstance(value, dict) and column.values:
            self._set_all(entry, value, entry.origins[option])
        elif value is not UNMANAGED:
            self._set(entry, option, value)
            if is_pin(option) and isinstance(cell, NumberText) and isinstance(value, str):
                self._pins.append((entry, option, value))

    def _read_settings(self, entry: Entry, position: int, cell: t.Any, column: Column) -> None:
        """Read a cell such as ``attach=yes|delete=no``."""
        text = self._plain_text(entry, position, cell)
        pairs = (part.partition("=") for part in text.split("|"))
        given = {folded(name): value for name, mark, value in pairs if mark}
        for name, inner in column.settings.items():
            if name in given:
                self._read(entry, position, given[name], inner)

    def _plain_text(self, entry: Entry, position: int, cell: t.Any) -> str:
        if isinstance(cell, BadCell):
            source = f"{entry.place}, {self.columns.name(position)}"
            entry.problems.append(Problem(str(cell), subject=Subject(source=source)))
            return ""
        return "" if cell is None else str(cell)

    def _read_several(self, entry: Entry, position: int, cell: t.Any, column: Column) -> None:
        """Read a column whose value map contains the options."""
        if not column.values or (is_blank(cell) and "" not in column.values):
            return
        text = "" if is_blank(cell) else cell
        value = self._reader.read(text, "", column.values) if not isinstance(cell, BadCell) else cell
        origin = Origin(self.columns.name(position), _shown_value(cell))
        if isinstance(value, dict):
            self._set_all(entry, value, origin)
        elif value is not UNMANAGED:
            words = ", ".join(word or "an empty cell" for word in column.values)
            text = str(value) if isinstance(value, BadCell) else f"must be one of {words}"
            entry.problems.append(Problem(text, subject=Subject(source=f"{entry.place}, {origin}")))

    def _set_all(self, entry: Entry, values: t.Mapping[str, t.Any], origin: Origin) -> None:
        for option, value in values.items():
            entry.origins[option] = origin
            self._set(entry, option, value)

    def _set(self, entry: Entry, option: str, value: t.Any) -> None:
        if value is UNMANAGED or option in self.columns.unknown_options:
            return
        item = entry.item
        *groups, last = option.split(".")
        for group in groups:
            item = item.setdefault(group, {})
            if not isinstance(item, dict):
                return
        if isinstance(item.get(last), list) and isinstance(value, list):
            value = [*item[last], *(one for one in value if one not in item[last])]
        item[last] = value

    def check_pins(self) -> None:
        """Refuse PINs that are numbers with fewer digits than others in the column: they lost leading zeros."""
        longest = max((len(pin) for _entry, _option, pin in self._pins), default=0)
        for entry, option, pin in self._pins:
            if len(pin) < longest:
                text = "is a number with fewer digits than others in its column, so it may have lost leading zeros"
                hint = "Format the column as text, and enter the PIN again"
                entry.problems.append(Problem(text, option=option, subject=entry.subject(option), hint=hint))


def matches(cell: t.Any, wanted: tuple[str, ...]) -> bool:
    """Check whether a cell equals one of some texts; words for a boolean are equal in all languages."""
    text = text_of(cell) if not isinstance(cell, (BadCell, list, dict)) else "\0"
    return text in wanted or same_truth(text, wanted) is not None


def _shown_value(cell: t.Any) -> str:
    """Return a cell's value for an error, unless it may be a misplaced PIN or password."""
    text = " ".join(str(cell).split()) if isinstance(cell, (str, bool)) else ""
    may_be_secret = len(text) > 3 and any(map(str.isdigit, text)) and not re.search(r"[^\w*#.-]", text)
    return repr(text) if text and len(text) <= _LONGEST_SHOWN and not may_be_secret else ""


__all__ = ("Entry", "likeness_of", "read_rows", "read_sheet")
