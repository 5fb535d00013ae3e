# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clean text from vendors and users before it is shown, and escape it for each output format.

Data stays unchanged. Only text for people and pipelines is cleaned: messages, warnings, errors, progress
and reports.
"""

from __future__ import annotations

import html
import json
import re
import typing as t

_REPLACED = "\N{REPLACEMENT CHARACTER}"
_ZERO_WIDTH_SPACE = "&#8203;"

#: Complete control sequences of a terminal: colors, titles, cursor movements.
_SEQUENCES = "\x1b\\[[0-?]*[ -/]*[@-~]|\x1b[\\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b[ -/]*[0-~]|\x9b[0-?]*[ -/]*[@-~]"
#: Line breaks and all other white space at which a log or a terminal may break a line.
_SPACES = "\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CONTROLS = "\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff"
#: Characters without a width, those that change the direction of text, and blank fillers.
_INVISIBLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_UNSHOWABLE = re.compile(
    f"(?P<control>{_SEQUENCES}|[{_CONTROLS}])|(?P<space>[{_SPACES}])|[{_INVISIBLE}]",
)
_HIDDEN_CHARACTER = re.compile(f"[{_INVISIBLE}]")
_CONTROL_CHARACTER = re.compile("[\0-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# GitHub treats ::name:: at the start of a line as a command, and ##[name] anywhere; others ##vso[ and ##teamcity[.
# Ansible wraps warnings at any character, so a line may start after a space and within a word.
_COMMAND = re.compile(r"(?<!\S):{2,}|:{2,}(?=[A-Za-z][\w-]*(?:\s|::|$))|#{2,}(?=[A-Za-z]*\[)")
#: Text that needs no cleaning, as nearly all.
_PLAIN = re.compile(r"[ -\"$-9;-~]*")


def clean(text: t.Any) -> str:
    """Return text in one line without control characters, invisible characters and commands of a pipeline.

    Line breaks become spaces, terminal controls become a replacement character, invisible characters are removed.
    """
    raw = str(text)
    if _PLAIN.fullmatch(raw):
        return raw
    return _COMMAND.sub(lambda found: " ".join(found[0]), visible(raw))


def plural_of(noun: str) -> str:
    """Return the plural of a noun, such as ``mailboxes``."""
    return f"{noun}es" if noun.endswith("x") else f"{noun}s"


def clean_lines(text: t.Any) -> str:
    """Return text of several lines, each one cleaned."""
    return "\n".join(map(clean, str(text).split("\n")))


def visible(text: str) -> str:
    """Return text without invisible characters."""
    return _UNSHOWABLE.sub(
        lambda found: _REPLACED if found["control"] else " " if found["space"] else "",
        text,
    )


def has_invisible(text: str) -> bool:
    """Check whether text contains characters without a width, or some that change its direction."""
    return _HIDDEN_CHARACTER.search(text) is not None


def has_control(text: str) -> bool:
    """Check whether text contains control characters, such as line breaks and tabs."""
    return _CONTROL_CHARACTER.search(text) is not None


def has_surrogate(text: str) -> bool:
    """Check whether text contains surrogates, which no encoding can write: bytes that were not text, or half a pair."""
    return _SURROGATE.search(text) is not None


def spelled_out(document: str) -> str:
    """Return a YAML or JSON document with invisible characters escaped in quoted scalars: the same data."""
    return _HIDDEN_CHARACTER.sub(
        lambda found: f"\\u{ord(found[0]):04X}" if ord(found[0]) < 0x10000 else f"\\U{ord(found[0]):08X}", document
    )


def without(text: str, secrets: t.Collection[str]) -> str:
    """Return text with secrets hidden, even if invisible characters are inside them."""
    for prepare in (str, visible):
        text = prepare(text)
        for secret in secrets:
            text = text.replace(secret, "(hidden)")
    return text


#: Characters with a meaning in the Markdown of GitHub and GitLab.
_MARKUP = re.compile(
    r"""
      (?P<start>^(?:[-+=/]|\d+(?=[.)](?:\s|$))))   # lists, underlines of headings, quick actions of GitLab
    | (?P<reference>[@#!$%&~^](?=["\w])|(?<=\bGH)-(?=\d)|(?<=\bwww)\.|:(?=[/A-Za-z]))
    | (?P<mark>[&<>@\\`*\[\]!|{}~\#^$=]|(?<![^\W_])_|_(?![^\W_]))
    """,
    re.VERBOSE | re.IGNORECASE,
)
#: Replaced by an entity or a similar character, since a backslash does not escape all of these.
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "\\": "&#92;", "`": "'", "$": "&#36;", "=": "&#61;"}


def markdown(text: t.Any) -> str:
    """Return text for a paragraph, heading or table cell of Markdown, without any markup.

    GitHub and GitLab find mentions, addresses and references in the rendered text, so an entity is not
    enough. A zero-width space after the mark, as an entity, prevents that.
    """
    return _MARKUP.sub(_marked, re.sub(" +", " ", clean(text)).strip())


def _marked(found: re.Match[str]) -> str:
    mark = found[0]
    if found["start"]:
        return f"{mark}\\" if mark.isdigit() else f"&#{ord(mark)};"
    if found["reference"]:
        return (f"&#{ord(mark)};" if mark in "-.:%" else _escaped(mark)) + _ZERO_WIDTH_SPACE
    return _escaped(mark) + (_ZERO_WIDTH_SPACE if mark == "@" else "")


def _escaped(mark: str) -> str:
    return _ENTITIES.get(mark) or f"\\{mark}"


def terminal(text: t.Any) -> str:
    """Return text for one line of a terminal or log."""
    return clean(text)


def markup(text: t.Any) -> str:
    """Return text for an element or attribute of HTML or XML."""
    return html.escape(clean(text))


def csv_cell(text: t.Any) -> str:
    """Return text for a CSV cell that no spreadsheet treats as a formula."""
    shown = clean(text)
    if shown.lstrip()[:1] in ("=", "+", "-", "@", "|", "%"):
        shown = f"'{shown}"
    return '"' + shown.replace('"', '""') + '"' if re.search(r'[",;|\s]', shown) else shown


def yaml_scalar(text: t.Any) -> str:
    """Return text as a quoted scalar of YAML."""
    return json.dumps(clean(text), ensure_ascii=False)


#: Escape function of each format.
ESCAPES: dict[str, t.Callable[[t.Any], str]] = {
    "terminal": terminal,
    "markdown": markdown,
    "html": markup,
    "xml": markup,
    "csv": csv_cell,
    "yaml": yaml_scalar,
}

__all__ = (
    "ESCAPES",
    "clean",
    "clean_lines",
    "csv_cell",
    "has_control",
    "has_invisible",
    "has_surrogate",
    "markdown",
    "markup",
    "spelled_out",
    "terminal",
    "without",
    "yaml_scalar",
)
