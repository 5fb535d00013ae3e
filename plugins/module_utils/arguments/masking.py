# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show arguments, and say why they are refused, without the secrets among them: also those in the wrong place."""

from __future__ import annotations

import functools
import re
import typing as t

from .. import modules as arguments
from ..model.connection import typed, url_problem
from ..model.masks import HIDDEN_ARGUMENT as HIDDEN
from ..vendors.registry import NAMES, vendor

Option = t.Mapping[str, t.Any]

# What Ansible says of a value that it cannot use ends with the value, or with an error that quotes it.
_QUOTING = (
    re.compile(r"(value of .+? must be one(?: or more)? of: .*?)(?:, got: |\. Got no match for: )", re.S),
    re.compile(r"((?:argument|Elements value for option) '.+?' .*?and we were unable to convert to \w+): ", re.S),
    re.compile(r"(Invalid type \w+) for option ", re.S),
)


def masked(module: str, params: t.Mapping[str, t.Any], raw: t.Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
    """Return parameters as they may be shown: secrets hidden by their position, never by their value.

    A value that its option does not take may be a secret in the wrong place, and an option that does not exist may be
    a secret one with a slip in its name. Both are hidden.

    :param raw: the parameters as they were written: Ansible makes text of a dictionary where text is expected.
    """
    options = _options(module)
    shown = {name: _shown(options, name, value) for name, value in params.items() if not name.startswith("_ansible_")}
    if shown.get("url") and url_problem(str(shown["url"])):
        shown["url"] = HIDDEN
    raw = raw or params
    written = {name: _shown(options, name, value) for name, value in raw.items() if name in shown}
    shown = t.cast("dict[str, t.Any]", _hidden_as(shown, written))
    for option in _refused_fields(module, raw):
        _hide(shown, option.split("."))
    return shown


def _refused_fields(module: str, raw: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """Yield the options of a box whose values are not what the vendor's fields take."""
    spec = arguments.MODULES[module]
    has_fields = spec.shape == "one" and raw.get("vendor") in NAMES
    table = vendor(raw["vendor"]).tables.get(spec.resource.key) if has_fields else None
    for field in table.fields if table else ():
        value: t.Any = raw
        for part in field.option.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value not in (None, "", [], {}):
            try:
                field.kind.parse(value)
            except ValueError:
                yield field.option


def _hide(shown: dict[str, t.Any], parts: list[str]) -> None:
    inner = shown.get(parts[0])
    if len(parts) > 1 and isinstance(inner, dict):
        _hide(inner, parts[1:])
    elif inner is not None:
        shown[parts[0]] = HIDDEN


def _hidden_as(shown: t.Any, written: t.Any) -> t.Any:
    if written == HIDDEN:
        return HIDDEN
    if isinstance(shown, dict) and isinstance(written, dict):
        return {key: _hidden_as(value, written.get(key)) for key, value in shown.items()}
    return shown


def without_values(message: str) -> str:
    """Return Ansible's own message on an argument that it refuses, without the value."""
    for pattern in _QUOTING:
        found = pattern.match(message)
        if found:
            context = re.compile(rf" found in (?:{'|'.join(NAMES)})(?: -> \w+)*$").search(message, found.end())
            return found[1] + (context[0] if context else "")
    return message


@functools.cache
def _options(module: str) -> dict[str, Option]:
    """Return the options of a module under all their names."""
    return {
        written: option
        for name, option in {**arguments.CONNECTION, **arguments.own_options(module)}.items()
        for written in (name, *option.get("aliases", ()))
    }


def _shown(options: t.Mapping[str, Option], name: str, value: t.Any) -> t.Any:
    option = options.get(name)
    if value is None:
        return None
    if option is None or option.get("no_log"):
        return HIDDEN
    kind = option.get("type", "str")
    if kind == "dict":
        inner = option.get("options", {})
        return {key: _shown(inner, key, each) for key, each in value.items()} if isinstance(value, dict) else HIDDEN
    entries = value if kind == "list" and isinstance(value, (list, tuple)) else [value]
    kind = option.get("elements", "str") if kind == "list" else kind
    return value if all(_fits(kind, option.get("choices"), entry) for entry in entries) else HIDDEN


def _fits(kind: str, choices: t.Sequence[str] | None, value: t.Any) -> bool:
    if isinstance(value, (dict, list, tuple)):
        return False
    if choices is not None:
        return value in choices
    try:
        typed(kind if kind in ("bool", "int", "float") else "str", str(value))
    except ValueError:
        return False
    return True


__all__ = ("HIDDEN", "masked", "without_values")
