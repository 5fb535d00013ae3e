# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Format a plan with one line per item, deletions first."""

from __future__ import annotations

import json
import typing as t

from ..model.text import clean
from ..resources import RESOURCES
from .grouping import shortened

#: Default number of lines that a task shows.
MOST_LINES = 20
ADDED, ALTERED, REMOVED = "+", "~", "-"
_LONGEST_VALUE = 60
_LONGEST_LINE = 200
_ADDS = ("create", "upload", "download")
#: Options that identify a box for people; the report has all options of a new box.
_TITLES = ("name", "description")
_ADDRESSES = ("emails", "recipients")
#: An entry of the difference that a module returns.
Entry = t.Mapping[str, t.Any]


class Line(t.NamedTuple):
    """One item of a plan.

    :param mark: ``+``, ``~`` or ``-``.
    """

    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.mark} {self.text}"


def plan_lines(entries: t.Sequence[Entry], most: int = MOST_LINES) -> tuple[list[Line], int]:
    """Return lines for the entries, deletions first, and the number of omitted entries.

    :param entries: the key ``diff`` of a module's result, without secrets.
    :param most: most lines.
    """
    ordered = sorted(entries, key=lambda entry: entry.get("action") != "delete")
    return [line_of(entry) for entry in ordered[:most]], max(0, len(ordered) - most)


def line_of(entry: Entry) -> Line:
    """Return the line of an entry."""
    action = entry.get("action")
    mark = REMOVED if action == "delete" else ADDED if action in _ADDS else ALTERED
    parts = [item_name(entry), *(_details(entry) if mark != ALTERED else [])]
    text = " ".join(part for part in parts if part)
    if mark == ALTERED:
        text += f" {changes_text(entry)}"
    if mark == REMOVED and entry.get("messages"):
        text += f", {entry['messages']} message{'s' if entry['messages'] != 1 else ''}"
    notes = [str(entry["source"])] if entry.get("source") else []
    notes += ["pruned"] if entry.get("pruned") else []
    end = f" ({', '.join(notes)})" if notes else ""
    return Line(mark, clean(shortened(text, _LONGEST_LINE) + end))


def item_name(entry: Entry) -> str:
    """Return the name of an entry's item: the number of a box, or a message or file."""
    named = entry.get("label") or next((entry[one.number] for one in RESOURCES.values() if entry.get(one.number)), "")
    return str(named)


def changes_text(entry: Entry) -> str:
    """Return the changed options with their values before and after."""
    before, after = entry.get("before") or {}, entry.get("after") or {}
    options = [option for option in dict.fromkeys([*before, *after]) if before.get(option) != after.get(option)]
    return ", ".join(f"{option}: {value(before.get(option))} → {value(after.get(option))}" for option in options)


def value(given: t.Any) -> str:
    """Format a value for a line."""
    if given is None or given == []:
        return "nothing"
    if isinstance(given, list) and all(isinstance(one, str) for one in given):
        text = ", ".join(given)
    else:
        text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    return shortened(text, _LONGEST_VALUE)


def _details(entry: Entry) -> list[str]:
    shown = entry.get("after") or entry.get("before") or {}
    title = next((shown[option] for option in _TITLES if shown.get(option)), None)
    addresses = next((shown[option] for option in _ADDRESSES if shown.get(option)), None)
    details = [json.dumps(title, ensure_ascii=False)] if isinstance(title, str) else []
    return details + ([value(addresses)] if addresses and entry.get("action") != "delete" else [])


__all__ = ("ADDED", "ALTERED", "MOST_LINES", "REMOVED", "Line", "changes_text", "item_name", "line_of", "plan_lines")
