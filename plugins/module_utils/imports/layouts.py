# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load layouts from files: those of known products in the collection, and those of users."""

from __future__ import annotations

import pathlib
import re
import typing as t

from ..errors import InvalidInputError
from ..model.problem import Problem
from . import documents
from .encodings import decode
from .layout import TYPES, Layout, parse_layout

_FOLDER = pathlib.Path(__file__).parent / "known_layouts"
#: Further keys of a layout file.
_OTHERS = ("description", "format")
FORMATS = ("asterisk",)


def known_layouts() -> list[str]:
    """Return the names of the collection's layouts."""
    return sorted(path.stem for path in _FOLDER.glob("*.yml"))


def is_path(name: str) -> bool:
    """Check whether the name of a layout is the path of its file."""
    return name.endswith((".yml", ".yaml", ".json"))


def layout_of(given: t.Mapping[str, t.Any], mapped: bool = True) -> Layout:
    """Return the layout of a task's options, merged over the one in ``layout``.

    :param given: options by name, including ``layout``; null counts as unset.
    :param mapped: whether the user can set ``columns``.
    :raises InvalidInputError: with all problems of the options and the file.
    """
    name = given.get("layout")
    options = {option: value for option, value in given.items() if option in TYPES and value is not None}
    below = _read(name) if name not in (None, "") else {}
    for option in ("columns", "templates", "only_rows", "skip_rows"):
        if isinstance(below.get(option), dict) and isinstance(options.get(option), dict):
            options[option] = {**below[option], **options[option]}
    layout, problems = parse_layout({**below, **options}, mapped=mapped)
    if problems:
        raise InvalidInputError.of(problems)
    return layout


def _read(name: t.Any) -> dict[str, t.Any]:
    """Return the options of a file.

    :raises InvalidInputError: if it does not exist or is not a layout.
    """
    if not isinstance(name, str):
        raise _refused("`layout` must be text. Use a known layout, or the path of a file")
    path = pathlib.Path(name).expanduser() if is_path(name) else _FOLDER / f"{name}.yml"
    if not is_path(name) and (not re.fullmatch(r"\w+", name) or not path.is_file()):
        known = ", ".join(known_layouts())
        raise _refused(f"`layout` {name} is unknown. Use {known}, or the path of a file that ends in .yml")
    try:
        text = decode(path.read_bytes())
    except (OSError, ValueError) as error:
        raise _refused(f"`layout` {name} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    content = documents.load(text, path.name)
    if not isinstance(content, documents.Mapping):
        raise _refused(f"{path.name}: must contain a dictionary with `columns`. See the known layouts for examples")
    unknown = [key for key in content if key not in (*TYPES, *_OTHERS)]
    if unknown:
        raise InvalidInputError.of(
            Problem(f"{path.name}:{content.lines[key]}: unknown key `{key}`", hint=f"Use {', '.join(TYPES)}")
            for key in unknown
        )
    options = t.cast("dict[str, t.Any]", _plain(content))
    if options.get("format") not in (None, *FORMATS):
        raise _refused(f"{path.name}: `format` must be one of {', '.join(FORMATS)}")
    _layout, problems = parse_layout(options, path.name)
    if problems:
        raise InvalidInputError.of(problems)
    return options


def _plain(value: t.Any) -> t.Any:
    """Return a YAML value in which numbers other than plain integers stay the characters in the file."""
    if isinstance(value, documents.Scalar):
        is_plain = isinstance(value.value, bool) or (isinstance(value.value, int) and value.text == str(value.value))
        return value.value if is_plain else value.text
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _refused(text: str) -> InvalidInputError:
    return InvalidInputError.of([Problem(text)])


__all__ = ("is_path", "known_layouts", "layout_of")
