# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write boxes as tables that are read back without a change, and that no spreadsheet program runs as formulas."""

from __future__ import annotations

import csv
import io
import json
import re
import typing as t
import zipfile

from ..deps import WORKBOOKS, import_openpyxl
from ..model.text import has_surrogate
from ..resources import Resource
from ..vendors.registry import NAMES, vendor
from .options import item_options
from .values import CellWriter

#: Author of the workbooks, by which an export recognizes its files.
AUTHOR = "telephony.voicemail.export"
# What XML does not have, or changes, and what looks like an escape in a workbook.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_SAVED_AT = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")


class Table(t.NamedTuple):
    """Boxes as text.

    :param headings: options, dotted inside the vendors' dictionaries; the number is the first.
    :param rows: the cells of each box.
    """

    headings: list[str]
    rows: list[list[str]]

    def as_dictionaries(self) -> list[dict[str, str]]:
        """Return a dictionary of heading to cell for each box, without empty cells."""
        return [{heading: cell for heading, cell in zip(self.headings, row, strict=True) if cell} for row in self.rows]


def plain_boxes(boxes: t.Any, key: str, left_out: t.Collection[str] = ()) -> list[dict[str, t.Any]]:
    """Return boxes without Ansible's own types of text and list, which no writer supports.

    :param key: option with the number of a box.
    :param left_out: options that are not written.
    :raises ValueError: if they are not boxes, or one has text that no file can contain.
    """
    plain = json.loads(json.dumps(boxes)) if isinstance(boxes, (list, tuple)) else None
    if plain is None or not all(isinstance(box, dict) and box.get(key) for box in plain):
        raise ValueError(f"needs a list of dictionaries with `{key}`")
    for position, box in enumerate(plain, 1):
        written = {option: value for option, value in box.items() if option not in ("native", *left_out)}
        broken = sorted(option for option, value in written.items() if _has_surrogate(value))
        if broken:
            number = box[key] if key not in broken else f"number {position} of the list"
            text = f"{key} {number}: `{broken[0]}` has a character that no file can contain, a surrogate"
            raise ValueError(f"{text}. Correct it at the vendor")
    return t.cast("list[dict[str, t.Any]]", plain)


def _has_surrogate(value: t.Any) -> bool:
    if isinstance(value, dict):
        return _has_surrogate([*value, *value.values()])
    if isinstance(value, list):
        return any(map(_has_surrogate, value))
    return isinstance(value, str) and has_surrogate(value)


def table_of(boxes: t.Sequence[t.Mapping[str, t.Any]], resource: Resource, left_out: t.Collection[str]) -> Table:
    """Return boxes as a table, sorted by number, with a column for each option that one of them has.

    :param left_out: options without a column.
    """
    options = item_options(resource.module)
    writer = CellWriter(options)
    flat = [dict(_flat(box, "", options.types)) for box in boxes]
    flat.sort(key=lambda box: (len(str(box[resource.number])), str(box[resource.number])))
    used = {
        option
        for box in flat
        for option, value in box.items()
        if value not in (None, "", []) and option.partition(".")[0] not in left_out
    }
    headings = [resource.number, *(option for option in _ordered(resource, used) if option != resource.number)]
    rows = [[writer.write(box.get(heading), heading) for heading in headings] for box in flat]
    return Table(headings, rows)


def _flat(box: t.Mapping[str, t.Any], above: str, known: t.Collection[str]) -> t.Iterator[tuple[str, t.Any]]:
    for name, value in box.items():
        option = f"{above}{name}"
        if isinstance(value, dict) and option not in known:
            if option != "native":
                yield from _flat(value, f"{option}.", known)
        else:
            yield option, value


def _ordered(resource: Resource, used: set[str]) -> list[str]:
    """Return options in the order of the field tables, so that two exports of the same boxes are equal."""
    tables = [table for name in NAMES if (table := vendor(name).tables.get(resource.key)) is not None]
    known = dict.fromkeys(["id", *(field.option for table in tables for field in table.fields)])
    return [*(option for option in known if option in used), *sorted(used - set(known))]


def as_csv(table: Table) -> str:
    """Return a table as CSV text that spreadsheet programs read as UTF-8."""
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerows([table.headings, *table.rows])
    return f"\ufeff{written.getvalue()}"


def as_workbook(table: Table, title: str) -> bytes:
    """Return a table as an Excel workbook whose cells are text. Equal tables are equal bytes.

    :param title: name of the sheet.
    :raises ValueError: if the library is missing.
    """
    try:
        openpyxl = import_openpyxl()
    except ImportError:
        raise ValueError(f"needs {WORKBOOKS}. Install it with `pip install openpyxl`, or write CSV") from None
    book = openpyxl.Workbook()
    book.properties.creator = AUTHOR
    sheet = book.active
    sheet.title = title
    sheet.freeze_panes = "B2"
    for number, row in enumerate([table.headings, *table.rows], 1):
        for column, text in enumerate(row, 1):
            if text:
                cell = sheet.cell(number, column, _writable(text))
                # Text, whatever it looks like: no formula, no number, no error.
                cell.data_type, cell.number_format = "s", "@"
    for column, heading in enumerate(table.headings, 1):
        sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width = max(12, min(len(heading) + 4, 40))
    written = io.BytesIO()
    book.save(written)
    return _timeless(written.getvalue())


def _writable(text: str) -> str:
    return _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)


def _timeless(content: bytes) -> bytes:
    """Return a workbook without the time at which it was saved."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            part = zipfile.ZipInfo(name)
            part.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(part, _SAVED_AT.sub(rb"\g<1>2000-01-01T00:00:00Z", source.read(name)))
    return written.getvalue()


__all__ = ("AUTHOR", "Table", "as_csv", "as_workbook", "table_of")
