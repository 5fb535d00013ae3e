# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read OpenDocument spreadsheets, whose cells contain the shown text in addition to the value."""

from __future__ import annotations

import re
import typing as t
from xml.etree import ElementTree

from . import cells
from .archives import opened_archive
from .cells import BadCell, Row, Sheet, SheetFile
from .places import PlacedError

_KIND = "an OpenDocument spreadsheet"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_MERGED = BadCell("is merged with others", "Unmerge the cells, and enter the value in each of them")
_NO_RESULT = BadCell(
    "is a formula without a value", "Open and save the file in the spreadsheet program, or enter the value as text"
)
_TYPES = {
    "date": BadCell("is a date or time"),
    "time": BadCell("is a date or time"),
    "percentage": BadCell("is a percentage"),
    "currency": BadCell("is an amount of money"),
}


def read_opendocument(content: bytes, name: str) -> list[SheetFile]:
    """Return the sheets of a spreadsheet.

    :param name: name of the file, for the places of rows.
    :raises ValueError: if the file is not such a spreadsheet, or too large.
    """
    with opened_archive(content, _KIND) as archive:
        try:
            root = ElementTree.fromstring(archive.read("content.xml"))
        except (KeyError, ElementTree.ParseError):
            raise ValueError(f"is not {_KIND}, or is damaged. Save it again in the program that created it") from None
    hidden = {
        str(style.get(f"{_STYLE}name"))
        for style in root.iter(f"{_STYLE}style")
        for properties in style.iter(f"{_STYLE}table-properties")
        if properties.get(f"{_TABLE}display") == "false"
    }
    found: list[SheetFile] = []
    for table in root.iterfind(f"{_OFFICE}body/{_OFFICE}spreadsheet/{_TABLE}table"):
        title = str(table.get(f"{_TABLE}name") or "")
        is_hidden = table.get(f"{_TABLE}style-name") in hidden
        found.append(SheetFile(title, _Reader(table, f"{name}, sheet {title}").read, is_hidden))
    if not found:
        raise ValueError(f"is not {_KIND}, or has no sheet")
    return found


class _Reader:
    """Reads one sheet."""

    def __init__(self, table: ElementTree.Element, place: str) -> None:
        self._table = table
        self._place = place

    def read(self) -> Sheet:
        """Return the rows that are not blank.

        :raises ValueError: if there are too many.
        """
        rows: list[Row] = []
        number = 0
        for element in self._rows(self._table):
            repeated = _count(element, "number-rows-repeated")
            values = self._cells(element)
            if values:
                if len(rows) + repeated > cells.MOST_ROWS:
                    raise PlacedError(f"{self._place}: has more than {cells.MOST_ROWS} rows")
                numbers = range(number + 1, number + repeated + 1)
                rows += [Row(f"{self._place}, row {n}", n, values, self._place) for n in numbers]
            number += repeated
        return Sheet(self._place, rows, lettered=True)

    def _rows(self, parent: ElementTree.Element) -> t.Iterator[ElementTree.Element]:
        for element in parent:
            if element.tag == f"{_TABLE}table-row":
                yield element
            elif element.tag in (f"{_TABLE}table-header-rows", f"{_TABLE}table-row-group", f"{_TABLE}table-rows"):
                yield from self._rows(element)

    def _cells(self, row: ElementTree.Element) -> list[t.Any]:
        """Return the cells of a row without empty ones at its end, which may be repeated thousands of times."""
        values: list[t.Any] = []
        empty = 0
        for element in row:
            repeated = _count(element, "number-columns-repeated")
            value = _value(element)
            if value is None:
                empty += repeated
                continue
            if len(values) + empty + repeated > cells.MOST_COLUMNS:
                raise PlacedError(f"{self._place}: has more than {cells.MOST_COLUMNS} columns")
            values += [None] * empty + [value] * repeated
            empty = 0
        return values


def _count(element: ElementTree.Element, attribute: str) -> int:
    text = element.get(f"{_TABLE}{attribute}") or "1"
    # An invalid number counts as one row.
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _value(element: ElementTree.Element) -> t.Any:
    spans = any(_count(element, f"number-{line}-spanned") > 1 for line in ("rows", "columns"))
    if spans or element.tag == f"{_TABLE}covered-table-cell":
        return _MERGED
    kind = element.get(f"{_OFFICE}value-type")
    shown = "\n".join(_shown(paragraph) for paragraph in element.iterfind(f"{_TEXT}p"))
    if kind is None and not shown:
        return _NO_RESULT if element.get(f"{_TABLE}formula") else None
    if kind in _TYPES:
        return _TYPES[kind]
    if kind == "boolean":
        return element.get(f"{_OFFICE}boolean-value") == "true"
    if kind == "float":
        return _number(element.get(f"{_OFFICE}value") or "", shown)
    return shown or None


def _number(text: str, shown: str) -> t.Any:
    """Return the shown digits of a number if they equal it, otherwise the number itself."""
    try:
        value = float(text)
    except ValueError:
        return BadCell("is not a number")
    if shown.isascii() and shown.isdigit() and int(shown) == value:
        return cells.NumberText(shown) if shown == str(int(shown)) else shown
    whole = value.is_integer() and abs(value) < 1e16
    return cells.shown_number(int(value) if whole else value, _format_of(shown))


def _format_of(shown: str) -> str:
    """Return the format of a shown text: the plain format for quantities, otherwise the text itself."""
    without_marks = shown.translate(str.maketrans("", "", ".,'- \u2019\u00a0\u202f"))
    is_plain = without_marks.isdigit() or re.fullmatch(r"-?[0-9.,]+E[+-]?[0-9]+", shown, re.IGNORECASE)
    return "0.0" if is_plain else f"[{shown[:30]}]x"


def _shown(element: ElementTree.Element) -> str:
    """Return the text of a paragraph, in which line breaks, tabs and repeated spaces are elements."""
    parts = [element.text or ""]
    for inner in element:
        if inner.tag == f"{_TEXT}s":
            parts.append(" " * min(int(inner.get(f"{_TEXT}c") or 1), 1000))
        elif inner.tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif inner.tag == f"{_TEXT}tab":
            parts.append("\t")
        elif inner.tag != f"{_OFFICE}annotation":
            parts.append(_shown(inner))
        parts.append(inner.tail or "")
    return "".join(parts)


__all__ = ("read_opendocument",)
