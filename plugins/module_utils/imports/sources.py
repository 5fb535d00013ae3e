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
from ..mailboxes.parse import LINES, SOURCE, Reader, Twins, laid_over, type_name
from ..model.cautions import cautions_of, grouped
from ..model.masks import mask_problems
from ..model.problem import Problem, Subject
from ..vendors.registry import NAMES, vendor
from . import documents
from .tables import KEYS, Entry, Layout, read_csv

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
    problems: list[Problem] = []
    entries = read_entries(text, name, key, layout, problems)
    problems += [_no_dictionary(entry, layout.key) for entry in entries if not isinstance(entry.item, dict)]
    if problems:
        raise InvalidInputError.of(problems)
    return [entry.placed(entry.item) for entry in entries]


def read_entries(text: str, name: str, key: str, layout: Layout, problems: list[Problem]) -> list[Entry]:
    """Return the list that a file holds, each entry with its place; see :func:`read_items`.

    :param problems: takes what is wrong; the entries that are right come back all the same. A file without a list is
        a problem and never an empty list, since `prune` would delete what it used to hold.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        # Ansible reads other bytes all the same, as characters that nobody can send.
        problems.append(Problem("is not UTF-8 text", subject=Subject(source=name), hint="Save it as UTF-8"))
        return []
    if not text.removeprefix("\ufeff").strip():
        problems.append(Problem("is empty", subject=Subject(source=name), hint=_how_to_be_empty(key)))
        return []
    if name.lower().endswith(".csv"):
        return read_csv(text, layout, problems, name)
    try:
        items = _list_in(documents.load(text, name), name, key)
    except InvalidInputError as error:
        problems += error.problems
        return []
    schema = _schema("vmbox" if key == "mailboxes" else "shared_voicemail")
    entries = [
        Entry(f"{name}:{line}", _typed(item, schema), _lines_below(item, line))
        for line, item in zip(items.lines, items, strict=True)
    ]
    for entry in entries:
        reserved = [key for key in (SOURCE, LINES) if isinstance(entry.item, dict) and key in entry.item]
        problems += [entry.problem(f"`{key}` is not an option", "The collection sets it itself") for key in reserved]
    return entries


def _lines_below(item: t.Any, first: int) -> dict[str, int] | None:
    """Return the lines of the keys of an item, dotted; None where all are in its first line."""
    if not isinstance(item, documents.Mapping):
        return None
    lines = dict(item.lines)
    for key, value in item.items():
        if isinstance(value, documents.Mapping):
            lines.update({f"{key}.{inner}": line for inner, line in (_lines_below(value, 0) or {}).items()})
    return lines if any(line != first for line in lines.values()) else None


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
            raise _refused(f"{name}:{line}", f"unknown key `{near[0]}`", f"The list belongs under `{key}`")
        if key not in content:
            raise _refused(name, f"there is no key `{key}`", _how_to_be_empty(key))
        name = f"{name}:{content.lines[key]}"
        content = content[key]
    if content is None:
        raise _refused(name, "holds no list", _how_to_be_empty(key))
    if not isinstance(content, documents.Sequence):
        raise _refused(name, f"must hold a list, or a dictionary with a list under `{key}`")
    return content


def _refused(source: str, text: str, hint: str = "") -> InvalidInputError:
    return InvalidInputError.of([Problem(text, subject=Subject(source=source), hint=hint)])


def _no_dictionary(entry: Entry, key: str) -> Problem:
    return entry.problem(f"must be a dictionary with `{key}`, not {type_name(entry.item)}")


def check_mailboxes(
    entries: t.Sequence[Entry],
    problems: t.Sequence[Problem],
    defaults: t.Mapping[str, t.Any] | None = None,
    vendor_name: str | None = None,
    sources: bool = False,
    warnings: list[str] | None = None,
    on_unsupported: str = "ignore",
) -> list[t.Any]:
    """Return the mailboxes with defaults under them.

    :param problems: what is known to be wrong already.
    :param vendor_name: check every value by the rules of this vendor too.
    :param on_unsupported: what an option is that this vendor cannot hold: ``error``, or ``ignore`` to leave it to the
        module.
    :param sources: keep the place of each mailbox under ``source``.
    :param warnings: takes what should be known of values that this vendor accepts, such as a PIN with letters.
    :raises InvalidInputError: with those problems and every further one, each with its place.
    """
    problems = list(problems)
    problems += [_no_dictionary(entry, KEYS[0]) for entry in entries if not isinstance(entry.item, dict)]
    usable = [
        (entry, laid_over(defaults, entry.item) if defaults else entry.item)
        for entry in entries
        if isinstance(entry.item, dict)
    ]
    if vendor_name is not None:
        table = vendor(vendor_name).tables["mailbox"]
        reader = Reader(table, tuple(arguments.MAILBOX), NAMES, on_unsupported)
        found = reader.read([entry.placed(item) for entry, item in usable])
        problems += reader.problems
        if warnings is not None and not problems:
            warnings += grouped(caution for desired in found for caution in cautions_of(table, desired))
    else:
        problems += _neutral_problems(usable)
    if problems:
        raise InvalidInputError.of(problems)
    return [{**item, SOURCE: entry.place} if sources else item for entry, item in usable]


def _neutral_problems(usable: t.Iterable[tuple[Entry, t.Mapping[str, t.Any]]]) -> t.Iterator[Problem]:
    """Yield what is wrong with mailboxes whatever their vendor is."""
    twins = Twins("mailbox")
    for entry, item in usable:
        option, value = _key_of(item)
        subject = Subject("mailbox", value if option != "id" else f"id {value}", entry.place)
        for problem in mask_problems(item):
            yield problem.about(subject.at_line((entry.lines or {}).get(problem.option)))
        if not option:
            yield Problem("is missing", option="mailbox", subject=subject)
        number, box_id = (None, value) if option == "id" else (value, None)
        yield from twins.check(subject, (number,), box_id)


def _key_of(item: t.Mapping[str, t.Any]) -> tuple[str, str]:
    """Return the option that names an item, and its value; both are empty where there is none."""
    for option in KEYS:
        if item.get(option) not in (None, ""):
            return option, str(item[option])
    return "", ""


__all__ = ("check_mailboxes", "item_options", "read_entries", "read_items")
