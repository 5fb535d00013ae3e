# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make tables in every format, and read them as the modules do. Use it for tests of files that are tables."""

from __future__ import annotations

import io
import typing as t
import zipfile

import openpyxl
import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, check_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layouts import layout_of
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.sources import File, read_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem

_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)


def read(content: bytes | str, name: str, vendor: str | None = None, **options: t.Any) -> list[dict[str, t.Any]]:
    """Return the items of a file by options of a layout."""
    problems: list[Problem] = []
    entries = read_entries(File(content, name), layout_of(options), problems)
    return check_entries(entries, problems, Checks(vendor=vendor))


def problems_of(content: bytes | str, name: str, vendor: str | None = None, **options: t.Any) -> list[str]:
    """Return what is wrong with a file."""
    with pytest.raises(InvalidInputError) as caught:
        read(content, name, vendor, **options)
    return list(map(str, caught.value.problems))


def workbook(*rows: t.Sequence[t.Any], title: str = "Staff", change: t.Callable[[t.Any], None] | None = None) -> bytes:
    """Return an Excel workbook of one sheet.

    :param change: called with the workbook before it is saved.
    """
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(list(row))
    if change is not None:
        change(book)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def opendocument(body: str, prolog: str = "") -> bytes:
    """Return an OpenDocument spreadsheet with these rows in a sheet named Staff."""
    text = (
        f'<?xml version="1.0"?>{prolog}<office:document-content {_NAMES}><office:body><office:spreadsheet>'
        f'<table:table table:name="Staff">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": text})


def row(*cells: str) -> str:
    """Return a row of an OpenDocument sheet; text that is not a cell becomes one."""
    made = (cell if cell.startswith("<") else cell_of("string", cell) for cell in cells)
    return f"<table:table-row>{''.join(made)}</table:table-row>"


def cell_of(kind: str, shown: str, attributes: str = "") -> str:
    """Return a cell of an OpenDocument sheet by its type, and the text that it shows."""
    return f'<table:table-cell office:value-type="{kind}" {attributes}><text:p>{shown}</text:p></table:table-cell>'


def archive(parts: t.Mapping[str, str | bytes]) -> bytes:
    """Return a zip archive of these parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return written.getvalue()
