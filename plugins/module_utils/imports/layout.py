# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define and parse layouts, which describe how a table becomes declarations."""

from __future__ import annotations

import dataclasses
import fnmatch
import re
import typing as t

from ..mailboxes.parse import type_name
from ..model.artefacts import clean_cell
from ..model.problem import Problem

#: Default separators of the entries of a list in one cell.
LIST_SEPARATOR = ";"
#: Key of a value map for all other cells.
OTHERWISE = "*"
_REFERENCE = re.compile(r"\{([^{}]+)\}")


def folded(heading: t.Any) -> str:
    """Return the normal form of a heading, ignoring case, line breaks and repeated spaces."""
    return " ".join(clean_cell(str(heading)).split()).casefold()


def text_of(value: t.Any) -> str:
    """Return a plain value as text for comparisons with cells."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(clean_cell(str(value)).split()).casefold()


@dataclasses.dataclass(frozen=True)
class Column:
    """The meaning of one column.

    :param option: its option; empty for the heading itself, None for no option.
    :param values: text of a cell to its meaning: a value, a dictionary of options, or None for not managed.
    :param settings: for cells such as ``attach=yes|delete=no``, the column of each setting.
    """

    option: str | None = ""
    values: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    settings: t.Mapping[str, Column] = dataclasses.field(default_factory=dict)

    def options(self) -> t.Iterator[str]:
        """Yield the options that the column may set."""
        if self.option:
            yield self.option
        for value in self.values.values():
            yield from value if isinstance(value, dict) else ()
        for column in self.settings.values():
            yield from column.options()


@dataclasses.dataclass(frozen=True)
class Layout:
    """The layout of a table. Its fields are named like the documented options.

    :param columns: folded heading, or name of a column, to its meaning.
    :param names: folded heading to the heading as the user wrote it.
    :param templates: option to text with ``{heading}`` in it.
    :param only_rows: folded heading to the texts of included rows.
    :param skip_rows: folded heading to the texts of excluded rows.
    :param list_separator: separator of list entries; None for the default of the option.
    :param format: ``asterisk`` if the file is not a table.
    :param mapped: whether the user can set ``columns``.
    """

    columns: t.Mapping[str, Column] = dataclasses.field(default_factory=dict)
    names: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    templates: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    only_rows: t.Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    skip_rows: t.Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    optional_columns: tuple[str, ...] = ()
    only_mapped_columns: bool = False
    ignore_unknown_columns: bool = False
    clear_marker: str | None = None
    list_separator: tuple[str, ...] | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    heading_row: int | None = None
    format: str | None = None
    mapped: bool = True

    @property
    def has_headings(self) -> bool:
        """Check whether a row contains headings; otherwise columns are named by position."""
        return self.heading_row != 0

    def is_optional(self, heading: str) -> bool:
        """Check whether a column may be missing."""
        return any(fnmatch.fnmatchcase(heading, pattern) for pattern in self.optional_columns)

    def references(self) -> t.Iterator[tuple[str, str]]:
        """Yield each folded heading in the layout, with the user's option that contains it."""
        yield from ((heading, "columns") for heading in self.columns)
        for template in self.templates.values():
            yield from ((folded(found), "templates") for found in _REFERENCE.findall(template))
        yield from ((heading, "only_rows") for heading in self.only_rows)
        yield from ((heading, "skip_rows") for heading in self.skip_rows)


def filled(template: str, cells: t.Callable[[str], str]) -> str:
    """Return a template filled with the cells of a row; empty cells leave no extra spaces.

    :param cells: returns the text of a cell by its folded heading.
    :returns: an empty text if every cell is empty.
    """
    values = {found: cells(folded(found)) for found in _REFERENCE.findall(template)}
    if not any(values.values()):
        return ""
    text = _REFERENCE.sub(lambda found: values[found[1]], template)
    return re.sub(r"[ \t]+", " ", text).strip(" \t,;-")


#: Allowed types of each option, in addition to null.
TYPES: dict[str, tuple[type, ...]] = {
    "columns": (dict,),
    "templates": (dict,),
    "only_rows": (dict,),
    "skip_rows": (dict,),
    "optional_columns": (list, tuple),
    "only_mapped_columns": (bool,),
    "ignore_unknown_columns": (bool,),
    "clear_marker": (str,),
    "list_separator": (str, list, tuple),
    "delimiter": (str,),
    "encoding": (str,),
    "sheet": (str, int),
    "heading_row": (int,),
}


def parse_layout(given: t.Mapping[str, t.Any], place: str = "", mapped: bool = True) -> tuple[Layout, list[Problem]]:
    """Return the layout described by options, and their problems.

    :param given: the options; null counts as unset.
    :param place: name of their file, for errors.
    """
    problems: list[Problem] = []
    options = {name: value for name, value in given.items() if value is not None}

    def refuse(name: str, text: str, hint: str = "") -> None:
        problems.append(Problem(f"{place}: `{name}` {text}" if place else f"`{name}` {text}", hint=hint))

    for name, value in list(options.items()):
        kinds = TYPES.get(name)
        is_wrong = kinds is not None and (not isinstance(value, kinds) or (bool not in kinds and value is True))
        if is_wrong:
            expected = type_name(kinds[0]()) if kinds else ""
            refuse(name, f"must be {expected}, not {type_name(value)}")
            del options[name]
    parser = _Parser(options, refuse)
    layout = Layout(
        columns=parser.columns(),
        names=parser.names,
        templates=parser.templates(),
        only_rows=parser.conditions("only_rows"),
        skip_rows=parser.conditions("skip_rows"),
        optional_columns=tuple(map(folded, options.get("optional_columns", ()))),
        only_mapped_columns=options.get("only_mapped_columns", False),
        ignore_unknown_columns=options.get("ignore_unknown_columns", False),
        clear_marker=options.get("clear_marker"),
        list_separator=parser.separators(),
        delimiter=options.get("delimiter"),
        encoding=options.get("encoding"),
        sheet=None if options.get("sheet") is None else str(options["sheet"]),
        heading_row=parser.heading_row(),
        format=options.get("format"),
        mapped=mapped,
    )
    return layout, problems


class _Parser:
    """Parses the structured options of a layout."""

    def __init__(self, options: t.Mapping[str, t.Any], refuse: t.Callable[..., None]) -> None:
        self._options = options
        self._refuse = refuse
        self.names: dict[str, str] = {}

    def _named(self, heading: t.Any) -> str:
        key = folded(heading)
        self.names.setdefault(key, str(heading))
        return key

    def columns(self) -> dict[str, Column]:
        found = {}
        for heading, target in self._options.get("columns", {}).items():
            column = self._column(str(heading), target)
            if column is not None:
                found[self._named(heading)] = column
        return found

    def _column(self, heading: str, target: t.Any) -> Column | None:
        if target is None or isinstance(target, str):
            return Column(target or None)
        if not isinstance(target, dict):
            hint = "Use the name of an option, null, or a dictionary with `option` and `values`"
            self._refuse("columns", f"has {type_name(target)} for {heading!r}", hint)
            return None
        values, settings = target.get("values", {}), target.get("settings", {})
        unknown = sorted(set(map(str, target)) - {"option", "values", "settings"})
        is_wrong = not (isinstance(values, dict) and isinstance(settings, dict))
        if unknown or is_wrong or not isinstance(target.get("option", ""), (str, type(None))):
            wrong = f"the unknown key `{unknown[0]}`" if unknown else "a value of the wrong type"
            hint = "Use the keys `option` (text), `values` and `settings` (dictionaries)"
            self._refuse("columns", f"has {wrong} for {heading!r}", hint)
            return None
        option = target.get("option", "")
        names_options = bool(values) and all(isinstance(value, dict) or value is None for value in values.values())
        if option == "" and (names_options or settings):
            option = None
        inner = {folded(name): column for name, one in settings.items() if (column := self._column(str(name), one))}
        return Column(option, {text_of(key): value for key, value in values.items()}, inner)

    def templates(self) -> dict[str, str]:
        found = {}
        for option, template in self._options.get("templates", {}).items():
            if isinstance(template, (list, tuple)):
                template = " ".join(f"{{{heading}}}" for heading in template)
            if not isinstance(template, str) or not _REFERENCE.search(template):
                hint = 'Write columns in braces, such as "{First name} {Last name}", or list their headings'
                self._refuse("templates", f"contains no column for `{option}`", hint)
                continue
            for heading in _REFERENCE.findall(template):
                self._named(heading)
            found[str(option)] = template
        return found

    def conditions(self, name: str) -> dict[str, tuple[str, ...]]:
        found = {}
        for heading, wanted in self._options.get(name, {}).items():
            if isinstance(wanted, dict):
                self._refuse(name, f"has a dictionary for {str(heading)!r}", "Use the value, or a list of values")
                continue
            values = wanted if isinstance(wanted, (list, tuple)) else [wanted]
            found[self._named(heading)] = tuple(map(text_of, values))
        return found

    def separators(self) -> tuple[str, ...] | None:
        given = self._options.get("list_separator")
        if given is None:
            return None
        separators = (given,) if isinstance(given, str) else tuple(given)
        if not separators or not all(isinstance(mark, str) and mark for mark in separators):
            self._refuse("list_separator", "must be a text or a list of texts, and not empty")
            return None
        return separators

    def heading_row(self) -> int | None:
        row = self._options.get("heading_row")
        if row is not None and row < 0:
            self._refuse("heading_row", "must not be below 0", "The first row is 1; 0 means that there are no headings")
            return None
        return row


__all__ = ("LIST_SEPARATOR", "OTHERWISE", "TYPES", "Column", "Layout", "filled", "folded", "parse_layout", "text_of")
