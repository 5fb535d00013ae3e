# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read YAML and JSON, preserving lines and the characters of each scalar, which common loaders lose.

YAML reads ``0123`` as 83, ``12:30`` as 750 and ``yes`` as true. Only the option decides whether that is intended, so a
:class:`Scalar` keeps both. A repeated key is an error here; the usual loaders drop the first value.
"""

from __future__ import annotations

import bisect
import json
import re
import typing as t

try:
    import yaml
except ImportError:  # needed only for YAML files, so a managed host may lack it
    yaml = None  # type: ignore[assignment]

from ..errors import InvalidInputError
from ..model.problem import Problem, Subject
from .slips import slip, yaml_place

#: Levels of lists and dictionaries inside each other. A mailbox needs five.
DEEPEST = 100
#: Most values that all aliases of a YAML file may expand to.
MOST_VALUES = 20_000_000

_TAG = "tag:yaml.org,2002:"
#: Ansible's tag for values that are not templates, as everything in these files.
_UNSAFE = "!unsafe"
_TEXT_TAGS = frozenset((f"{_TAG}str", f"{_TAG}value", f"{_TAG}merge", _UNSAFE))
_VAULT_TAGS = frozenset(("!vault", "!vault-encrypted"))
_RESOLVED_TAGS = frozenset(f"{_TAG}{name}" for name in ("bool", "float", "int", "timestamp"))
_UNRESOLVABLE = (ValueError, ArithmeticError, LookupError, AttributeError)


class Scalar(t.NamedTuple):
    """A scalar without quotes that its language does not read as text.

    :param text: the characters in the file.
    :param value: its value in YAML or JSON.
    :param exact: whether a person wrote the characters. Programs write JSON, and may have lost zeros before.
    """

    text: str
    value: t.Any
    exact: bool = True


class Mapping(dict[str, t.Any]):
    """A dictionary with the line of each of its keys."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: dict[str, int] = {}


class Sequence(list[t.Any]):
    """A list with the line of each of its entries."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


def load(text: str, name: str) -> t.Any:
    """Return the content of a file: :class:`Mapping`, :class:`Sequence`, :class:`Scalar`, text, a boolean or None.

    :param name: the file's name, whose ending determines the format; YAML by default.
    :raises InvalidInputError: if it cannot be read, or has repeated keys, with each line.
    """
    text = text.removeprefix("\ufeff")
    problems: list[Problem] = []
    if name.lower().endswith(".json"):
        content = _JsonReader(text, name, problems).read()
    elif yaml is None:
        hint = "Install it with `pip install PyYAML`, or use JSON or CSV"
        problems.append(Problem("cannot be read without PyYAML", subject=Subject(source=name), hint=hint))
        content = None
    else:
        content = _read_yaml(text, name, problems)
    if problems:
        raise InvalidInputError.of(problems)
    return content


def plain(value: t.Any) -> t.Any:
    """Return a value as read by YAML or JSON, in types of JSON; dates stay the characters in the file."""
    if isinstance(value, Scalar):
        return value.value if isinstance(value.value, (bool, int, float)) else value.text
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def as_text(value: t.Any) -> t.Any:
    """Return a value with the characters of every scalar in it."""
    if isinstance(value, str):
        return value
    if isinstance(value, Scalar):
        return value.text
    if isinstance(value, dict):
        return {key: as_text(inner) for key, inner in value.items()}
    return [as_text(inner) for inner in value] if isinstance(value, list) else value


def _add(mapping: Mapping, key: str, value: t.Any, line: int, name: str, problems: list[Problem]) -> None:
    first = mapping.lines.setdefault(key, line)
    if key in mapping:
        shown = key if len(key) <= 60 else f"{key[:60]}..."
        text = f"the key `{shown}` is repeated, first in line {first}"
        problems.append(Problem(text, subject=Subject(source=f"{name}:{line}"), hint="Keep one of the two"))
    mapping[key] = value


def _read_yaml(text: str, name: str, problems: list[Problem]) -> t.Any:
    loader: t.Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        if not loader.check_node():
            return None
        node = loader.get_node()
        if loader.check_node():
            line = loader.get_node().start_mark.line + 1
            second = Subject(source=f"{name}:{line}")
            hint = "Keep one document in a file"
            problems.append(Problem("a second YAML document begins here", subject=second, hint=hint))
            return None
        return _YamlReader(loader, name, problems).value(node)
    except RecursionError:
        problems.append(Problem("is nested too deeply", subject=Subject(source=name)))
    except (yaml.YAMLError, ValueError) as error:
        place, why, begun = yaml_place(error, text, yaml.reader.Reader.NON_PRINTABLE)
        problems.append(slip("YAML", name, text, place, why, begun))
    finally:
        loader.dispose()
    return None


class _YamlReader:
    """Converts the nodes of a YAML document to values."""

    def __init__(self, loader: t.Any, name: str, problems: list[Problem]) -> None:
        self._loader = loader
        self._name = name
        self._problems = problems
        # Nodes repeated by aliases are read once: a few lines of aliases can expand to billions of values.
        self._read: dict[int, t.Any] = {}
        self._sizes: dict[int, int] = {}
        self._open: set[int] = set()

    def value(self, node: t.Any) -> t.Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self._read:
            return self._read[id(node)]
        if id(node) in self._open:
            return self._refuse(node, "an anchor contains itself")
        if len(self._open) >= DEEPEST:
            return self._refuse(node, f"is nested deeper than {DEEPEST} levels")
        standard = f"{_TAG}map" if isinstance(node, yaml.MappingNode) else f"{_TAG}seq"
        if node.tag not in (standard, _UNSAFE):
            return self._refuse(node, f"the tag {_shown_tag(node.tag)} is not supported")
        self._open.add(id(node))
        found = self._mapping(node) if isinstance(node, yaml.MappingNode) else self._sequence(node)
        self._open.discard(id(node))
        self._read[id(node)] = found
        return found

    def _refuse(self, node: t.Any, problem: str, hint: str = "") -> None:
        found = Problem(problem, subject=Subject(source=f"{self._name}:{node.start_mark.line + 1}"), hint=hint)
        if found not in self._problems:
            self._problems.append(found)

    def _measure(self, node: t.Any, inner: t.Iterable[t.Any]) -> None:
        size = 1 + sum(self._sizes.get(id(part), 1) for part in inner)
        if size > MOST_VALUES:
            self._refuse(node, f"aliases expand this to more than {MOST_VALUES} values")
            size = 1
        self._sizes[id(node)] = size

    def _sequence(self, node: t.Any) -> Sequence:
        found = Sequence()
        for inner in node.value:
            found.append(self.value(inner))
            found.lines.append(inner.start_mark.line + 1)
        self._measure(node, node.value)
        return found

    def _mapping(self, node: t.Any) -> Mapping:
        own = Mapping()
        merged: list[Mapping] = []
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(key_node, "a key must be text")
                continue
            value = self.value(value_node)
            if key_node.tag != f"{_TAG}merge":
                _add(own, key_node.value, value, line, self._name, self._problems)
            elif merged:
                self._refuse(key_node, "the key `<<` is repeated", "Use one with a list: `<<: [*first, *second]`")
            else:
                merged = self._merged(value_node, value)
        self._measure(node, (part for pair in node.value for part in pair))
        return _merged_over(own, merged) if merged else own

    def _merged(self, node: t.Any, value: t.Any) -> list[Mapping]:
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, Mapping) for part in parts):
            self._refuse(node, "`<<` must refer to a dictionary, or a list of dictionaries")
            return []
        return list(parts) or [Mapping()]

    def _scalar(self, node: t.Any) -> t.Any:
        if node.tag == f"{_TAG}null":
            return None
        if node.tag in _TEXT_TAGS:
            return node.value
        if node.tag not in _RESOLVED_TAGS:
            hint = "Encrypt the whole file instead" if node.tag in _VAULT_TAGS else ""
            return self._refuse(node, f"the tag {_shown_tag(node.tag)} is not supported", hint)
        try:
            value = self._loader.construct_object(node)
        except _UNRESOLVABLE:
            # For example the date 2026-13-45: an option that is not a text will refuse the characters.
            value = node.value
        return Scalar(node.value, value)


def _merged_over(own: Mapping, merged: t.Iterable[Mapping]) -> Mapping:
    """Return a mapping merged over others: its own keys take precedence, then those of the first mapping."""
    found = Mapping()
    for part in (own, *merged):
        for key, value in part.items():
            if key not in found:
                found[key] = value
                found.lines[key] = part.lines[key]
    return found


def _shown_tag(tag: str) -> str:
    return f"`{tag.replace(_TAG, '!!')[:60]}`"


_BLANKS = re.compile(r"[ \t\n\r]*")
_ENDS = {"{": "}", "[": "]"}


class _NotJsonError(Exception):
    """A syntax error with its position and problem."""


class _JsonReader:
    """Reads JSON with the line of every key and entry, which the standard library does not provide."""

    def __init__(self, text: str, name: str, problems: list[Problem]) -> None:
        self._text = text
        self._name = name
        self._problems = problems
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        decoder: t.Any = json.JSONDecoder(parse_int=_integer, parse_constant=_refuse_constant)
        self._read_scalar = decoder.scan_once
        decoder = json.JSONDecoder(
            parse_int=_integer, parse_constant=_refuse_constant, object_pairs_hook=_without_repeated_keys
        )
        self._read_object = decoder.scan_once

    def read(self) -> t.Any:
        try:
            value, end = self._value(self._after_blanks(0), 1)
            end = self._after_blanks(end)
            if end != len(self._text):
                raise _NotJsonError(end, "more text after the end")
        except json.JSONDecodeError as error:
            self._report(error.pos, error.msg)
        except _NotJsonError as error:
            self._report(*error.args)
        else:
            return value
        return None

    def _report(self, position: int, problem: str) -> None:
        line = self._line(position)
        start = self._text.rfind("\n", 0, position) + 1
        self._problems.append(slip("JSON", self._name, self._text, (line, position - start + 1), problem))

    def _line(self, position: int) -> int:
        return bisect.bisect_left(self._breaks, position) + 1

    def _after_blanks(self, position: int) -> int:
        match = _BLANKS.match(self._text, position)
        return match.end() if match else position

    def _value(self, start: int, depth: int) -> tuple[t.Any, int]:
        opened = self._text[start : start + 1]
        if opened not in _ENDS:
            try:
                return self._read_scalar(self._text, start)
            except StopIteration:
                raise _NotJsonError(start, "a value is missing") from None
            except ValueError as error:
                if isinstance(error, json.JSONDecodeError):
                    raise
                raise _NotJsonError(start, "not a valid JSON number") from None
        if depth > DEEPEST:
            raise _NotJsonError(start, f"nested deeper than {DEEPEST} levels")
        found: t.Any = Mapping() if opened == "{" else Sequence()
        position = self._after_blanks(start + 1)
        if self._text[position : position + 1] == _ENDS[opened]:
            return found, position + 1
        while True:
            position = self._entry(found, position, depth)
            following = self._text[position : position + 1]
            if following == _ENDS[opened]:
                return found, position + 1
            if following != ",":
                raise _NotJsonError(position, f"`,` or `{_ENDS[opened]}` is missing")
            position = self._after_blanks(position + 1)

    def _entry_value(self, position: int, depth: int) -> tuple[t.Any, int]:
        """Return an entry of a list, using the fast standard library unless there is a problem."""
        if self._text[position : position + 1] == "{":
            try:
                value, end = self._read_object(self._text, position)
            except (ValueError, StopIteration, RecursionError):
                return self._value(position, depth)
            if self._text.count("{", position, end) + self._text.count("[", position, end) + depth <= DEEPEST:
                return value, end
        return self._value(position, depth)

    def _entry(self, found: t.Any, position: int, depth: int) -> int:
        """Read one entry of a list or one pair of a dictionary, and return the position of the next separator."""
        line = self._line(position)
        if isinstance(found, Mapping):
            if self._text[position : position + 1] != '"':
                raise _NotJsonError(position, "a key in double quotes is missing")
            key, end = self._read_scalar(self._text, position)
            colon = self._after_blanks(end)
            if self._text[colon : colon + 1] != ":":
                raise _NotJsonError(colon, "`:` is missing")
            value, end = self._value(self._after_blanks(colon + 1), depth + 1)
            _add(found, key, value, line, self._name, self._problems)
        else:
            value, end = self._entry_value(position, depth + 1)
            found.append(value)
            found.lines.append(line)
        return self._after_blanks(end)


class _SlowlyError(ValueError):
    """An object that must be read with the line of every key, to report its problems."""


def _without_repeated_keys(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _SlowlyError
    return found


def _integer(digits: str) -> Scalar:
    return Scalar(digits, int(digits), exact=False)


def _refuse_constant(name: str) -> t.NoReturn:
    raise ValueError(name)


__all__ = ("DEEPEST", "Mapping", "Scalar", "Sequence", "as_text", "load", "plain")
