# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one structure that describes how a table becomes declarations, and how users write it."""

from __future__ import annotations

import dataclasses
import fnmatch
import re
import typing as t

from ..mailboxes.parse import type_name
from ..model.artefacts import clean_cell
from ..model.problem import Problem

#: Separates the entries of a list in one cell, unless something else is asked for.
LIST_SEPARATOR = ";"
#: Key of a value map for every cell that it does not name.
OTHERWISE = "*"
_REFERENCE = re.compile(r"\{([^{}]+)\}")


def folded(heading: t.Any) -> str:
    """Return what two headings share that mean the same: case, line breaks and repeated blanks do not count."""
    return " ".join(clean_cell(str(heading)).split()).casefold()


def text_of(value: t.Any) -> str:
    """Return a plain value as text that can be compared with that of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return " ".join(clean_cell(str(value)).split()).casefold()


@dataclasses.dataclass(frozen=True)
class Column:
    """What the cells of one column become.

    :param option: the option that takes them; empty for the heading itself, None for no option.
    :param values: text of a cell to what it means: a value, a dictionary of options, or None for not managed.
    :param settings: of a cell such as ``attach=yes|delete=no``, the name of each setting to what it becomes.
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
    """How a table is read. The names are those of the options, which the documentation of each describes.

    :param columns: folded heading, or name of a column, to what its cells become.
    :param names: folded heading to the heading as the user wrote it.
    :param templates: option to text with ``{heading}`` in it.
    :param only_rows: folded heading to the texts that a row must have there.
    :param skip_rows: folded heading to the texts that leave a row out.
    :param list_separator: what separates the entries of a list; None for what suits the option.
    :param format: ``asterisk`` where the file is no table.
    :param mapped: the user can set ``columns``.
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
        """Check whether a row names the columns; otherwise they are named by their positions."""
        return self.heading_row != 0

    def is_optional(self, heading: str) -> bool:
        """Check whether a table may lack a column."""
        return any(fnmatch.fnmatchcase(heading, pattern) for pattern in self.optional_columns)

    def references(self) -> t.Iterator[tuple[str, str]]:
        """Yield each folded heading that the layout names, with the option of the user that names it."""
        yield from ((heading, "columns") for heading in self.columns)
        for template in self.templates.values():
            yield from ((folded(found), "templates") for found in _REFERENCE.findall(template))
        yield from ((heading, "only_rows") for heading in self.only_rows)
        yield from ((heading, "skip_rows") for heading in self.skip_rows)


def filled(template: str, cells: t.Callable[[str], str]) -> str:
    """Return a template with the cells of a row in place of the headings; what is empty leaves no blanks behind.

    :param cells: returns the text of a cell by its folded heading.
    :returns: empty text where every cell is empty.
    """
    values = {found: cells(folded(found)) for found in _REFERENCE.findall(template)}
    if not any(values.values()):
        return ""
    text = _REFERENCE.sub(lambda found: values[found[1]], template)
    return re.sub(r"[ \t]+", " ", text).strip(" \t,;-")


#: Option to the types that it may have, apart from null.
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
    """Return the layout that options describe, and what is wrong with them.

    :param given: the options; null counts as not given.
    :param place: name of the file that holds them, for errors.
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
    """Reads the options of a layout that have a form of their own."""

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
            hint = "Write the name of an option, null, or a dictionary with `option` and `values`"
            self._refuse("columns", f"has {type_name(target)} for {heading!r}", hint)
            return None
        values, settings = target.get("values", {}), target.get("settings", {})
        unknown = sorted(set(map(str, target)) - {"option", "values", "settings"})
        is_wrong = not (isinstance(values, dict) and isinstance(settings, dict))
        if unknown or is_wrong or not isinstance(target.get("option", ""), (str, type(None))):
            wrong = f"the unknown key `{unknown[0]}`" if unknown else "a value of the wrong type"
            hint = "Its keys are `option`, which is text, and `values` and `settings`, which are dictionaries"
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
                hint = 'Name columns in braces, such as "{First name} {Last name}", or list their headings'
                self._refuse("templates", f"names no column for `{option}`", hint)
                continue
            for heading in _REFERENCE.findall(template):
                self._named(heading)
            found[str(option)] = template
        return found

    def conditions(self, name: str) -> dict[str, tuple[str, ...]]:
        found = {}
        for heading, wanted in self._options.get(name, {}).items():
            if isinstance(wanted, dict):
                self._refuse(name, f"has a dictionary for {str(heading)!r}", "Write the value, or a list of values")
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
            self._refuse("list_separator", "must be text, or a list of texts, that is not empty")
            return None
        return separators

    def heading_row(self) -> int | None:
        row = self._options.get("heading_row")
        if row is not None and row < 0:
            self._refuse("heading_row", "must not be below 0", "The first row is 1; 0 means that there are no headings")
            return None
        return row


__all__ = ("LIST_SEPARATOR", "OTHERWISE", "TYPES", "Column", "Layout", "filled", "folded", "parse_layout", "text_of")
