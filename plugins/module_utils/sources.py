# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads lists of declarations out of YAML, JSON and CSV text, and checks mailboxes before any module sees them."""

from __future__ import annotations

import functools
import json
import typing as t

try:
    import yaml
except ImportError:  # a managed host may lack it, and needs it for files in YAML only
    yaml = None  # type: ignore[assignment]

from . import arguments
from .core.errors import InvalidInputError
from .core.items import Reader, laid_over, type_name
from .tables import KEYS, Entry, Layout, read_csv
from .vendors.registry import NAMES, vendor


@functools.cache
def item_options(module: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return (every option of an item, those that are lists), with dots inside the vendors' dictionaries.

    :param module: the singular module: vmbox or shared_voicemail.
    """
    options: set[str] = set()
    lists: set[str] = set()

    def walk(spec: t.Mapping[str, t.Any], above: str) -> None:
        for name, option in spec.items():
            if option.get("options"):
                walk(option["options"], f"{above}{name}.")
                continue
            options.update(above + word for word in (name, *option.get("aliases", ())))
            if option["type"] == "list":
                lists.add(above + name)

    walk(arguments.own_options(module), "")
    return frozenset(options - {"on_unsupported", "verify"}), frozenset(lists)


def read_items(text: str, name: str, key: str, layout: Layout) -> list[t.Any]:
    """Return the list that a file holds.

    :param text: the content.
    :param name: the file's name, whose ending tells the format; YAML where it tells none.
    :param key: key of the list where the file holds a dictionary.
    :param layout: how a table is read, for CSV.
    :raises InvalidInputError: when it cannot be read, with the line where that is known.
    """
    problems: list[str] = []
    entries = read_entries(text, f"`src` {name}", key, layout, problems)
    if problems:
        raise InvalidInputError.of(problems)
    return [entry.item for entry in entries]


def read_entries(text: str, name: str, key: str, layout: Layout, problems: list[str]) -> list[Entry]:
    """Return the list that a file holds, each entry with its place; see :func:`read_items`.

    :param problems: takes what is wrong; the entries that are right come back all the same.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        # Ansible reads other bytes all the same, as characters that nobody can send.
        problems.append(f"{name} is no UTF-8 text; save it as UTF-8")
        return []
    if name.lower().endswith(".csv"):
        return read_csv(text, layout, problems, f"{name} ")
    try:
        content = _load(text, name)
    except InvalidInputError as error:
        problems += error.problems
        return []
    if isinstance(content, dict) and key in content:
        content = content[key]
    if content is None:
        return []
    if not isinstance(content, list):
        problems.append(f"{name} must hold a list, or a dictionary with a list under `{key}`")
        return []
    return [Entry(f"{name} item {position}", item) for position, item in enumerate(content, 1)]


def _load(text: str, name: str) -> t.Any:
    is_json = name.lower().endswith(".json")
    language = "JSON" if is_json else "YAML"
    if yaml is None and not is_json:
        raise InvalidInputError.of([f"{name} cannot be read without PyYAML; install it, or give JSON or CSV"])
    try:
        if is_json:
            return json.loads(text.removeprefix("\ufeff"))
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
    raise InvalidInputError.of([f"{name} is no {language}{f' in line {line}' if line else ''}"])


def check_mailboxes(
    entries: t.Sequence[Entry],
    problems: list[str],
    defaults: t.Mapping[str, t.Any] | None = None,
    vendor_name: str | None = None,
) -> list[t.Any]:
    """Return the mailboxes with defaults under them.

    :param problems: what is known to be wrong already.
    :param vendor_name: check every value by the rules of this vendor too; what it cannot hold is left to the module.
    :raises InvalidInputError: with those problems and every further one, each with its place.
    """
    problems = list(problems)
    reader = None
    if vendor_name is not None:
        shared = tuple(arguments.MAILBOX)
        reader = Reader(vendor(vendor_name).tables["mailbox"], shared, NAMES, on_unsupported="ignore", single=True)
    same = vendor(vendor_name).tables["mailbox"].number.key if vendor_name is not None else str
    seen: dict[str, str] = {}
    mailboxes = []
    for place, raw in entries:
        if not isinstance(raw, dict):
            problems.append(f"{place}: must be a dictionary with `mailbox`, not {type_name(raw)}")
            continue
        item = laid_over(defaults, raw) if defaults else raw
        mailboxes.append(item)
        if reader is not None:
            before = len(reader.problems)
            reader.read([item])
            problems.extend(f"{place}, {problem}" for problem in reader.problems[before:])
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
    return mailboxes


def _key_of(item: t.Mapping[str, t.Any]) -> tuple[str, str] | None:
    """Return what names an item, ``mailbox`` or ``id``, and its value."""
    for option in KEYS:
        if item.get(option) not in (None, ""):
            return "id" if option == "id" else "mailbox", str(item[option])
    return None


__all__ = ("check_mailboxes", "item_options", "read_entries", "read_items")
