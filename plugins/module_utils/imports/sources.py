# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read lists of declarations from YAML, JSON and CSV files, and check mailboxes before any module sees them."""

from __future__ import annotations

import difflib
import functools
import typing as t

from .. import modules as arguments
from ..errors import InvalidInputError
from ..mailboxes.parse import SOURCE, Reader, laid_over, type_name
from ..model.cautions import Caution, cautions_of, grouped
from ..model.masks import mask_problems
from ..vendors.registry import NAMES, vendor
from . import documents
from .tables import KEYS, Entry, Layout, read_csv

#: Key of a document with options for each of its entries, which the entry overrides.
DEFAULTS = "defaults"
#: What an option wants of a scalar in a file: by the option's name, or a dictionary of the same kind.
Schema = dict[str, t.Any]


def _walk(module: str, visit: t.Callable[[str, t.Mapping[str, t.Any]], None]) -> None:
    """Visit every option of an item, with dots inside the vendors' dictionaries, aliases included."""

    def walk(spec: t.Mapping[str, t.Any], above: str) -> None:
        for name, option in spec.items():
            if option.get("options"):
                walk(option["options"], f"{above}{name}.")
                continue
            for word in (name, *option.get("aliases", ())):
                visit(above + word, option)

    own = {
        name: option
        for name, option in arguments.own_options(module).items()
        if name not in ("on_unsupported", "verify")
    }
    walk(own, "")


@functools.cache
def item_options(module: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return (every option of an item, those that are lists), with dots inside the vendors' dictionaries.

    :param module: the singular module: vmbox or shared_voicemail.
    """
    types: dict[str, str] = {}
    _walk(module, lambda name, option: types.update({name: option["type"]}))
    return frozenset(types), frozenset(name for name, kind in types.items() if kind == "list")


@functools.cache
def _schema(module: str) -> Schema:
    """Return how the scalars of an item are read: functions by option, in dictionaries where options are nested."""
    schema: Schema = {}

    def visit(name: str, option: t.Mapping[str, t.Any]) -> None:
        *groups, last = name.split(".")
        inside = schema
        for group in groups:
            inside = inside.setdefault(group, {})
        inside[last] = _pin if last == "pin" else _reading_of(option)

    _walk(module, visit)
    return schema


def _reading_of(option: t.Mapping[str, t.Any]) -> t.Callable[[t.Any], t.Any]:
    if option.get("choices"):
        return functools.partial(_word, option["choices"])
    is_text = option["type"] == "str" or option.get("elements") in ("str", "dict")
    return documents.as_text if is_text else documents.plain


def _word(choices: t.Collection[str], value: t.Any) -> t.Any:
    """Return the characters where they are one of the words, such as ``off``; otherwise what they mean."""
    text = documents.as_text(value)
    return text if isinstance(text, str) and text in choices else documents.plain(value)


def _pin(value: t.Any) -> t.Any:
    """Return the characters of a PIN, and a number where a program may have lost its leading zeros."""
    return documents.as_text(value) if not isinstance(value, documents.Scalar) or value.exact else value.value


def _typed(value: t.Any, schema: t.Any) -> t.Any:
    if isinstance(schema, dict) and isinstance(value, dict):
        return {key: _typed(inner, schema.get(key, documents.plain)) for key, inner in value.items()}
    return documents.plain(value) if isinstance(schema, dict) else schema(value)


def read_items(text: str, name: str, key: str, layout: Layout) -> list[t.Any]:
    """Return the list that a file holds, each item with its place under ``source``.

    :param text: the content.
    :param name: the file's name, whose ending tells the format; YAML where it tells none.
    :param key: key of the list where the file holds a dictionary.
    :param layout: how a table is read, for CSV.
    :raises InvalidInputError: when it cannot be read, with the line where that is known.
    """
    problems: list[str] = []
    entries = read_entries(text, name, key, layout, problems)
    problems += [_no_dictionary(entry, layout.key) for entry in entries if not isinstance(entry.item, dict)]
    if problems:
        raise InvalidInputError.of(problems)
    return [{**entry.item, SOURCE: entry.place} for entry in entries]


def read_entries(text: str, name: str, key: str, layout: Layout, problems: list[str]) -> list[Entry]:
    """Return the list that a file holds, each entry with its place; see :func:`read_items`.

    :param problems: takes what is wrong; the entries that are right come back all the same. A file without a list is
        a problem and never an empty list, since `prune` would delete what it used to hold.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        # Ansible reads other bytes all the same, as characters that nobody can send.
        problems.append(f"{name}: is not UTF-8 text. Save it as UTF-8")
        return []
    if not text.removeprefix("\ufeff").strip():
        problems.append(f"{name}: is empty. {_how_to_be_empty(key)}")
        return []
    if name.lower().endswith(".csv"):
        return read_csv(text, layout, problems, name)
    try:
        content = documents.load(text, name)
        items = _list_in(content, name, key)
        shared = _defaults_in(content, name)
    except InvalidInputError as error:
        problems += error.problems
        return []
    schema = _schema("vmbox" if key == "mailboxes" else "shared_voicemail")
    defaults = _typed(shared, schema)
    entries = [
        Entry(f"{name}:{line}", _with_defaults(defaults, _typed(item, schema)))
        for line, item in zip(items.lines, items, strict=True)
    ]
    problems += [
        f"{entry.place}: unknown option `{SOURCE}`. The collection sets it itself"
        for entry in entries
        if isinstance(entry.item, dict) and SOURCE in entry.item
    ]
    return entries


def _how_to_be_empty(key: str) -> str:
    return f"Write `{key}: []` if no entry is meant, or remove the file"


def _list_in(content: t.Any, name: str, key: str) -> documents.Sequence:
    """Return the list of a document.

    :raises InvalidInputError: when there is none, or one that it may have been mistaken for.
    """
    if isinstance(content, documents.Mapping):
        near = difflib.get_close_matches(key, [word for word in content if word != key], n=1, cutoff=0.8)
        if near:
            line = content.lines[near[0]]
            raise InvalidInputError.of([f"{name}:{line}: unknown key `{near[0]}`. The list belongs under `{key}`"])
        if key not in content:
            raise InvalidInputError.of([f"{name}: there is no key `{key}`. {_how_to_be_empty(key)}"])
        name = f"{name}:{content.lines[key]}"
        content = content[key]
    if content is None:
        raise InvalidInputError.of([f"{name}: holds no list. {_how_to_be_empty(key)}"])
    if not isinstance(content, documents.Sequence):
        raise InvalidInputError.of([f"{name}: must hold a list, or a dictionary with a list under `{key}`"])
    return content


def _defaults_in(content: t.Any, name: str) -> t.Mapping[str, t.Any]:
    """Return the options that a document lays under its entries.

    :raises InvalidInputError: when they are not a dictionary, or name one entry.
    """
    if not isinstance(content, documents.Mapping) or content.get(DEFAULTS) is None:
        return {}
    found, place = content[DEFAULTS], f"{name}:{content.lines[DEFAULTS]}"
    if not isinstance(found, documents.Mapping):
        raise InvalidInputError.of([f"{place}: `{DEFAULTS}` must be a dictionary of options, not {type_name(found)}"])
    naming = [key for key in KEYS if key in found]
    if naming:
        raise InvalidInputError.of(
            [f"{place}: `{DEFAULTS}` must not have `{naming[0]}`, which names one entry. Move it to the entry"]
        )
    return found


def _with_defaults(defaults: t.Mapping[str, t.Any], item: t.Any) -> t.Any:
    return laid_over(defaults, item) if defaults and isinstance(item, dict) else item


def _no_dictionary(entry: Entry, key: str) -> str:
    return f"{entry.place}: must be a dictionary with `{key}`, not {type_name(entry.item)}"


def check_mailboxes(
    entries: t.Sequence[Entry],
    problems: list[str],
    defaults: t.Mapping[str, t.Any] | None = None,
    vendor_name: str | None = None,
    sources: bool = False,
    warnings: list[str] | None = None,
) -> list[t.Any]:
    """Return the mailboxes with defaults under them.

    :param problems: what is known to be wrong already.
    :param vendor_name: check every value by the rules of this vendor too; what it cannot hold is left to the module.
    :param sources: keep the place of each mailbox under ``source``.
    :param warnings: takes what should be known of values that this vendor accepts, such as a PIN with letters.
    :raises InvalidInputError: with those problems and every further one, each with its place.
    """
    problems = list(problems)
    reader = None
    if vendor_name is not None:
        shared = tuple(arguments.MAILBOX)
        reader = Reader(vendor(vendor_name).tables["mailbox"], shared, NAMES, on_unsupported="ignore", single=True)
    same = vendor(vendor_name).tables["mailbox"].number.key if vendor_name is not None else str
    seen: dict[str, str] = {}
    cautions: list[Caution] = []
    mailboxes = []
    for place, raw in entries:
        if not isinstance(raw, dict):
            problems.append(_no_dictionary(Entry(place, raw), KEYS[0]))
            continue
        item = laid_over(defaults, raw) if defaults else raw
        mailboxes.append({**item, SOURCE: place} if sources else item)
        if reader is not None:
            before = len(reader.problems)
            found = reader.read([{**item, SOURCE: place}])
            cautions += [caution for desired in found for caution in cautions_of(reader.table, desired)]
            problems.extend(reader.problems[before:])
        else:
            problems.extend(f"{place}: {problem}" for problem in mask_problems(item))
        named = _key_of(item)
        if named is None:
            problems += [] if reader else [f"{place}: `mailbox` is missing"]
            continue
        option, value = named
        first = seen.setdefault(f"{option} {value if option == 'id' else same(value)}", place)
        if first != place:
            problems.append(f"{place}: {option} {value} is declared twice, first in {first}")
    if problems:
        raise InvalidInputError.of(problems)
    if warnings is not None:
        warnings += grouped(cautions)
    return mailboxes


def _key_of(item: t.Mapping[str, t.Any]) -> tuple[str, str] | None:
    """Return what names an item, ``mailbox`` or ``id``, and its value."""
    for option in KEYS:
        if item.get(option) not in (None, ""):
            return "id" if option == "id" else "mailbox", str(item[option])
    return None


__all__ = ("check_mailboxes", "item_options", "read_entries", "read_items")
