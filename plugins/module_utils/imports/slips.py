# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report a syntax error of a file: reason, line, column, and the line with possible PINs masked."""

from __future__ import annotations

import re
import typing as t

from ..model.problem import Problem, Subject

#: Characters of a line to show around the error.
_WIDEST = 100
#: Line and column, both from 1.
Place = tuple[int, int]

_KEY = re.compile(r"[\w.-]*[A-Za-z_][\w.-]*[\"']?\s*:(?=\s|$|[\"'\[{])")
#: The value of a key that may contain a secret, up to the next possible key.
_SECRET = re.compile(r"((?:pin|password|passwd|secret|token|key)\w*[\"']?\s*:)([^,}]*)", re.IGNORECASE)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def slip(
    language: str, name: str, text: str, place: Place | None, why: str, begun: tuple[str, Place] | None = None
) -> Problem:
    """Return the problem of a file with a syntax error.

    :param text: content of the file.
    :param why: the parser's reason. Quotes in it are the file's content and may be a PIN.
    :param begun: the construct that the parser was reading, and its start.
    """
    # Missing punctuation stays, such as ']'.
    why = _QUOTED.sub(lambda found: "'...'" if re.search(r"\w", found[0]) else found[0], why)
    if place is None:
        return Problem(f"is not valid {language}: {why}", subject=Subject(source=name))
    line, column = place
    shown = _line_of(text, line)
    if begun is not None and begun[1][0] != line:
        doing, (first, _column) = begun
        why += f" {doing} that starts in line {first}"
        shown = shown or _line_of(text, first)
    excerpt = f": {_excerpt(shown, column)}" if shown else ""
    text = f"is not valid {language} at column {column}: {why}{excerpt}"
    return Problem(text, subject=Subject(source=f"{name}:{line}"))


def _line_of(text: str, line: int) -> str:
    lines = text.split("\n")
    return lines[line - 1].strip("\r") if line <= len(lines) and lines[line - 1].strip() else ""


def _excerpt(line: str, column: int) -> str:
    start = max(0, min(column - _WIDEST // 2, len(line) - _WIDEST))
    end = start + _WIDEST
    masked = masked_line(line)
    return ("..." if start else "") + masked[start:end].strip() + ("..." if end < len(masked) else "")


def masked_line(line: str) -> str:
    """Return a line with a star for each character that may be part of a PIN, with unchanged length.

    These are digits, values of keys that may be secret, and lines without a key, which may continue
    such a value.
    """
    if not _KEY.search(line):
        return re.sub(r"\w", "*", line)
    line = _SECRET.sub(lambda found: found[1] + re.sub(r"\S", "*", found[2]), line)
    return re.sub(r"\d", "*", line)


def yaml_place(error: t.Any, text: str, forbidden: re.Pattern[str]) -> tuple[Place | None, str, t.Any]:
    """Return where PyYAML stopped, its reason, and the construct being read with its start.

    :param forbidden: characters not allowed in YAML, for which PyYAML reports no line.
    """
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    begun = (error.context, (context.line + 1, context.column + 1)) if context and error.context else None
    if mark is not None:
        return (mark.line + 1, mark.column + 1), str(error.problem), begun
    found = forbidden.search(text)
    if found is None:
        return None, str(getattr(error, "problem", None) or "it cannot be read"), None
    before = text[: found.start()].split("\n")
    reason = f"the character U+{ord(found[0]):04X} is not allowed"
    return (len(before), len(before[-1]) + 1), reason, None


__all__ = ("masked_line", "slip", "yaml_place")
