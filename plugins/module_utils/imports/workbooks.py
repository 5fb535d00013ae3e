# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read Excel workbooks through openpyxl, as their cells show what they contain."""

from __future__ import annotations

import datetime
import io
import re
import typing as t
import warnings

from ..deps import WORKBOOKS, import_openpyxl
from . import cells
from .archives import opened_archive
from .cells import BadCell, Row, Sheet, SheetFile
from .places import PlacedError

_MERGED = BadCell("is merged with others", "Unmerge the cells, and enter the value in each of them")
_NO_RESULT = BadCell(
    "is a formula without a value", "Open and save the file in the spreadsheet program, or enter the value as text"
)
# How these files write characters that XML does not have.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def read_workbook(content: bytes, name: str) -> list[SheetFile]:
    """Return the sheets of a workbook.

    :param name: name of the file, for the places of rows.
    :raises ValueError: if the file is not a workbook, is too large, or the library is missing.
    """
    try:
        openpyxl = import_openpyxl()
    except ImportError:
        raise ValueError(
            f"cannot be read without {WORKBOOKS}. Install it with `pip install openpyxl`, or save the file as CSV"
        ) from None
    opened_archive(content, "an Excel workbook").close()

    def load(**options: t.Any) -> t.Any:
        with warnings.catch_warnings():
            # About content other than cells, such as pivot tables.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(content), keep_links=False, **options)

    try:
        book = load()
    except Exception as error:
        # Errors of damaged parts, whose messages may quote cells.
        raise ValueError("is not an Excel workbook, or is damaged. Save it again in Excel") from error
    return [
        SheetFile(sheet.title, _Reader(sheet, load, name).read, sheet.sheet_state != "visible")
        for sheet in book.worksheets
    ]


class _Reader:
    """Reads one sheet."""

    def __init__(self, sheet: t.Any, load: t.Callable[..., t.Any], name: str) -> None:
        self._sheet = sheet
        self._load = load
        self._place = f"{name}, sheet {sheet.title}"
        self._merged: set[tuple[int, int]] = set()
        self._results: t.Any = None

    def read(self) -> Sheet:
        """Return the rows that are not blank.

        :raises ValueError: if there are too many.
        """
        self._merged = set(self._merged_cells())
        rows: dict[int, Row] = {}
        # Only cells that exist. A format up to the last row of a sheet would otherwise be a million rows to read.
        for (number, column), cell in sorted(self._sheet._cells.items()):
            value = self._value(cell)
            if value is None:
                continue
            row = rows.setdefault(number, Row(f"{self._place}, row {number}", number, [], self._place))
            if len(rows) > cells.MOST_ROWS or column > cells.MOST_COLUMNS:
                raise PlacedError(
                    f"{self._place}: has more than {cells.MOST_ROWS} rows or {cells.MOST_COLUMNS} columns"
                )
            row.cells.extend([None] * (column - 1 - len(row.cells)))
            row.cells.append(value)
        return Sheet(
            self._place, [row for row in rows.values() if not all(map(cells.is_blank, row.cells))], lettered=True
        )

    def _merged_cells(self) -> t.Iterator[tuple[int, int]]:
        for area in self._sheet.merged_cells.ranges:
            last_row = min(area.max_row, self._sheet.max_row)
            for row in range(area.min_row, last_row + 1):
                for column in range(area.min_col, min(area.max_col, cells.MOST_COLUMNS) + 1):
                    yield row, column

    def _is_merged(self, cell: t.Any) -> bool:
        return (cell.row, cell.column) in self._merged

    def _value(self, cell: t.Any) -> t.Any:
        if self._is_merged(cell):
            return _MERGED
        value = cell.value
        if value is None or isinstance(value, bool):
            return value
        if cell.data_type == "f":
            value = self._result(cell)
            if value is None or isinstance(value, (bool, BadCell)):
                return _NO_RESULT if value is None else value
        if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
            return BadCell("is a date or time")
        if isinstance(value, (int, float)):
            return cells.shown_number(value, str(cell.number_format))
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))

    def _result(self, cell: t.Any) -> t.Any:
        """Return what a formula was computed to when the file was saved."""
        if self._results is None:
            self._results = self._load(data_only=True)[self._sheet.title]
        return self._results.cell(cell.row, cell.column).value


__all__ = ("read_workbook",)
