# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read lists of declarations from files: YAML, JSON, tables as text, and spreadsheets."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import pathlib
import typing as t

from .. import modules as arguments
from ..errors import InvalidInputError
from ..mailboxes.parse import INVALID, LINES, SOURCE, deep_merge, type_name
from ..model.problem import Problem, Subject
from ..model.text import has_surrogate
from ..resources import Resource
from . import documents
from .asterisk import read_voicemail_conf
from .cells import Likeness, Sheet, SheetFile
from .delimited import read_delimited
from .encodings import decode
from .layout import Layout
from .opendocument import read_opendocument
from .options import ItemOptions, item_options, walk_options
from .places import PlacedError
from .tables import Entry, likeness_of, read_sheet
from .workbooks import read_workbook

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
TABLES = (".csv", ".tsv", ".txt", *WORKBOOKS)
DOCUMENTS = (".yml", ".yaml", ".json")
#: Supported file endings.
SUFFIXES = (*DOCUMENTS, *TABLES, ".conf")
#: First bytes of spreadsheets: archives, and the old format of Excel.
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
#: Key of a document with options for each of its entries, which the entry overrides.
DEFAULTS = "defaults"
#: Keys of an item that the collection sets.
_RESERVED = (SOURCE, LINES, INVALID)
#: Function that reads a scalar, by the option's name, or a nested dictionary.
Schema = dict[str, t.Any]


@functools.cache
def _schema(module: str) -> Schema:
    """Return the functions that read the scalars of an item, nested like its options."""
    schema: Schema = {}

    def visit(name: str, option: t.Mapping[str, t.Any]) -> None:
        *groups, last = name.split(".")
        inside = schema
        for group in groups:
            inside = inside.setdefault(group, {})
        inside[last] = _pin if last == "pin" else _reading_of(option)

    walk_options(module, visit)
    return schema


def _reading_of(option: t.Mapping[str, t.Any]) -> t.Callable[[t.Any], t.Any]:
    if option.get("choices"):
        return functools.partial(_word, option["choices"])
    is_text = option["type"] == "str" or option.get("elements") in ("str", "dict")
    return documents.as_text if is_text else documents.plain


def _word(choices: t.Collection[str], value: t.Any) -> t.Any:
    """Return the characters if they are one of the words, such as ``off``; otherwise their value."""
    text = documents.as_text(value)
    return text if isinstance(text, str) and text in choices else documents.plain(value)


def _pin(value: t.Any) -> t.Any:
    """Return the characters of a PIN, or a number if a program may have lost its leading zeros."""
    return documents.as_text(value) if not isinstance(value, documents.Scalar) or value.exact else value.value


def _typed(value: t.Any, schema: t.Any) -> t.Any:
    if isinstance(schema, dict) and isinstance(value, dict):
        # Text is the same for every option.
        return {
            key: inner if isinstance(inner, str) else _typed(inner, schema.get(key, documents.plain))
            for key, inner in value.items()
        }
    return documents.plain(value) if isinstance(schema, dict) else schema(value)


@dataclasses.dataclass(frozen=True)
class File:
    """A file of declarations.

    :param content: its bytes, decrypted; or its text.
    :param name: its name, whose ending determines the format; YAML by default.
    :param resource: the declared resource.
    """

    content: bytes | str
    name: str
    resource: Resource = arguments.MAILBOXES

    @property
    def is_table(self) -> bool:
        """Check whether the ending is that of a table."""
        return self.suffix in TABLES

    def follows(self, layout: Layout) -> bool:
        """Check whether the file has the format of a layout."""
        return layout.format is not None and self.suffix not in (*DOCUMENTS, *TABLES[:2], *WORKBOOKS)

    @property
    def suffix(self) -> str:
        """The ending of the name in lower case, with its dot."""
        return pathlib.PurePath(self.name).suffix.lower()


def read_entries(file: File, layout: Layout, problems: list[Problem]) -> list[Entry]:
    """Return the entries of a file with their places and problems.

    :param layout: layout of a table.
    :param problems: collects problems of the file as a whole. A file without a list is a problem, not an
        empty list, since `prune` would then delete all its previous entries.
    """
    try:
        if file.is_table or file.follows(layout):
            options = item_options(file.resource.module)
            return read_sheet(_sheet(file, layout, options), layout, options, problems)
        if file.suffix == ".conf":
            raise ValueError("needs `layout: asterisk`. Set it, or remove the file")
        return _read_document(file)
    except InvalidInputError as error:
        problems += error.problems
    except PlacedError as error:
        problems.append(Problem(str(error)))
    except ValueError as error:
        problems.append(Problem(f"{file.name}: {error}"))
    return []


def text_entries(text: str, layout: Layout, problems: list[Problem]) -> list[Entry]:
    """Return the entries of a table in a text; see :func:`read_entries`."""
    options = item_options(arguments.MAILBOXES.module)
    try:
        if layout.format == "asterisk":
            sheet = read_voicemail_conf(text, "the text")
        else:
            sheet = read_delimited(text, "", layout.delimiter, likeness_of(layout, options))
    except ValueError as error:
        problems.append(Problem(str(error)))
        return []
    return read_sheet(sheet, layout, options, problems)


def _document_text(file: File) -> str:
    """Return the text of YAML or JSON, which is UTF-8.

    :raises ValueError: if it is not.
    """
    _refuse_spreadsheet(file)
    try:
        text = file.content.decode("utf-8") if isinstance(file.content, bytes) else file.content
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8 text. Save it as UTF-8") from None
    return _text(dataclasses.replace(file, content=text))


def _text(file: File, encoding: str | None = None) -> str:
    """Return the text of a file.

    :raises ValueError: if it is empty, or its encoding is not understood.
    """
    _refuse_spreadsheet(file)
    text = decode(file.content, encoding) if isinstance(file.content, bytes) else file.content.removeprefix("\ufeff")
    if has_surrogate(text):
        # Ansible reads bytes in another encoding as characters that cannot be sent.
        raise ValueError("is not UTF-8 text. Save it as UTF-8")
    if not text.strip():
        raise ValueError(f"is empty. {_how_to_be_empty(file.resource.plural)}")
    return text


def _refuse_spreadsheet(file: File) -> None:
    """Refuse a spreadsheet or an archive with the name of a text file."""
    if isinstance(file.content, bytes) and file.content.startswith(_BINARY):
        raise ValueError("is a spreadsheet or an archive, and not text. Save it as .xlsx, .ods or .csv")


def _sheet(file: File, layout: Layout, options: ItemOptions) -> Sheet:
    if file.follows(layout):
        return read_voicemail_conf(_text(file, layout.encoding), file.name)
    likeness = likeness_of(layout, options)
    if file.suffix in WORKBOOKS:
        content = file.content if isinstance(file.content, bytes) else file.content.encode("utf-8", "surrogateescape")
        read = read_opendocument if file.suffix == ".ods" else read_workbook
        return _chosen(read(content, file.name), layout, likeness)
    return read_delimited(_text(file, layout.encoding), file.name, layout.delimiter, likeness)


def _chosen(sheets: list[SheetFile], layout: Layout, likeness: Likeness) -> Sheet:
    """Return the declared sheet, or the only visible one with the headings of mailboxes.

    :raises ValueError: if there is no such sheet, or the choice is ambiguous.
    """
    visible = [sheet for sheet in sheets if not sheet.hidden]
    titles = [sheet.title for sheet in visible]
    if layout.sheet is not None:
        return _named_sheet(sheets, layout.sheet).read()
    if not visible:
        raise ValueError(f"has hidden sheets only. Set `sheet` to one of {', '.join(sheet.title for sheet in sheets)}")
    read = [sheet for each in visible if (sheet := each.read()).rows]
    if len(read) < 2:
        return read[0] if read else visible[0].read()
    scores = [max((likeness(row.cells) for row in sheet.rows[:50]), default=0) for sheet in read]
    best = [sheet for sheet, score in zip(read, scores, strict=True) if score == max(scores)]
    if len(best) > 1:
        raise ValueError(f"has several possible sheets. Set `sheet` to one of {', '.join(titles)}")
    return best[0]


def _named_sheet(sheets: list[SheetFile], wanted: str) -> SheetFile:
    """Return the sheet with a title, or at a position among those that people see.

    :raises ValueError: when there is none.
    """
    visible = [sheet for sheet in sheets if not sheet.hidden]
    by_title = {sheet.title: sheet for sheet in sheets}
    if wanted in by_title:
        return by_title[wanted]
    if wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= len(visible):
        return visible[int(wanted) - 1]
    raise ValueError(f"has no sheet {wanted}. Set `sheet` to one of {', '.join(sheet.title for sheet in sheets)}")


def _read_document(file: File) -> list[Entry]:
    """Return the entries of YAML or JSON.

    :raises InvalidInputError: if it cannot be read.
    """
    content = documents.load(_document_text(file), file.name)
    items = _list_in(content, file.name, file.resource.plural)
    schema = _schema(file.resource.module)
    defaults = _typed(_defaults_in(content, file), schema)
    entries = []
    for line, item in zip(items.lines, items, strict=True):
        whole = _with_defaults(defaults, _typed(item, schema))
        entry = Entry(f"{file.name}:{line}", whole, lines=_lines_below(item, line))
        if not isinstance(entry.item, dict):
            text = f"must be a dictionary with `{file.resource.number}`, not {type_name(entry.item)}"
            entry.problems.append(Problem(text, subject=entry.subject()))
        elif not entry.item.keys().isdisjoint(_RESERVED):
            entry.problems += [
                Problem(f"`{name}` is not an option", subject=entry.subject(), hint="The collection sets it itself")
                for name in _RESERVED
                if name in entry.item
            ]
        entries.append(entry)
    return entries


def _lines_below(item: t.Any, first: int) -> dict[str, int] | None:
    """Return the lines of the keys of an item, dotted, or None if all are in its first line."""
    if not isinstance(item, documents.Mapping):
        return None
    lines = dict(item.lines)
    for key, value in item.items():
        if isinstance(value, documents.Mapping):
            lines.update({f"{key}.{inner}": line for inner, line in (_lines_below(value, 0) or {}).items()})
    return lines if any(line != first for line in lines.values()) else None


def _how_to_be_empty(key: str) -> str:
    return f"Write `{key}: []` for an empty list, or remove the file"


def _list_in(content: t.Any, name: str, key: str) -> documents.Sequence:
    """Return the list of a document.

    :raises InvalidInputError: if there is none, or a key is similar.
    """
    if isinstance(content, documents.Mapping):
        near = difflib.get_close_matches(key, [word for word in content if word != key], n=1, cutoff=0.8)
        if near:
            line = content.lines[near[0]]
            raise _refused(f"{name}:{line}", f"unknown key `{near[0]}`", f"The list belongs under `{key}`")
        if key not in content:
            raise _refused(name, f"there is no key `{key}`", _how_to_be_empty(key))
        name = f"{name}:{content.lines[key]}"
        content = content[key]
    if content is None:
        raise _refused(name, "contains no list", _how_to_be_empty(key))
    if not isinstance(content, documents.Sequence):
        raise _refused(name, f"must contain a list, or a dictionary with a list under `{key}`")
    return content


def _refused(source: str, text: str, hint: str = "") -> InvalidInputError:
    return InvalidInputError.of([Problem(text, subject=Subject(source=source), hint=hint)])


def _defaults_in(content: t.Any, file: File) -> t.Mapping[str, t.Any]:
    """Return the default options for the entries of a document.

    :raises InvalidInputError: if they are not a dictionary, or identify an entry.
    """
    if not isinstance(content, documents.Mapping) or content.get(DEFAULTS) is None:
        return {}
    found, place = content[DEFAULTS], f"{file.name}:{content.lines[DEFAULTS]}"
    if not isinstance(found, documents.Mapping):
        raise _refused(place, f"`{DEFAULTS}` must be a dictionary of options, not {type_name(found)}")
    naming = [key for key in item_options(file.resource.module).keys if key in found]
    if naming:
        text = f"`{DEFAULTS}` must not contain `{naming[0]}`, which identifies one entry"
        raise _refused(place, text, "Move it to the entry")
    return found


def _with_defaults(defaults: t.Mapping[str, t.Any], item: t.Any) -> t.Any:
    return deep_merge(defaults, item) if defaults and isinstance(item, dict) else item


__all__ = ("SUFFIXES", "File", "read_entries", "text_entries")
