# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read Asterisk's voicemail.conf as a table with a column for each field and option of a mailbox."""

from __future__ import annotations

import re

from .cells import Row, Sheet
from .places import PlacedError

#: The fields of a mailbox in order; they are followed by options, separated by bars.
_FIELDS = ("password", "fullname", "email", "pager")
#: Options of [general] that apply to every mailbox without its own value.
_INHERITED = ("attach", "tz", "delete", "saycid", "sayduration", "envelope", "review", "emailsubject", "locale")
_NOT_MAILBOXES = ("general", "zonemessages")
_SECTION = re.compile(r"\[([^\]]+)\](\([^)]*\))?")
_SETTING = re.compile(r"([^=]+?)\s*=>?\s*(.*)")


def read_voicemail_conf(text: str, name: str) -> Sheet:
    """Return the mailboxes of all contexts: a row of headings, and a row for each mailbox.

    :raises ValueError: with the line, if it is not understood or refers to another file.
    """
    general: dict[str, str] = {}
    zones: dict[str, str] = {}
    boxes: list[tuple[int, dict[str, str]]] = []
    section = ""
    for number, line in _lines(text, name):
        found = _SECTION.fullmatch(line)
        if found:
            if found[2]:
                raise PlacedError(f"{name}:{number}: uses a template. Write the mailboxes of this section out")
            section = found[1].strip()
            continue
        setting = _SETTING.fullmatch(line)
        if setting is None or not section:
            raise PlacedError(f"{name}:{number}: is not a section, a setting or a mailbox. Correct or remove the line")
        key, value = setting[1].strip(), setting[2].strip()
        if section == "general":
            general[key.lower()] = value
        elif section == "zonemessages":
            zones[key] = value.partition("|")[0].strip()
        else:
            boxes.append((number, {"context": section, "mailbox": key, **_fields(value)}))
    defaults = {option: general[option] for option in _INHERITED if option in general}
    return _as_sheet(name, [(number, {**defaults, **box}) for number, box in boxes], zones)


def _lines(text: str, name: str) -> list[tuple[int, str]]:
    """Return the lines with content, without comments."""
    found = []
    in_comment = False
    for number, line in enumerate(text.splitlines(), 1):
        if in_comment or line.lstrip().startswith(";--"):
            in_comment = "--;" not in line
            continue
        line = re.split(r"(?<!\\);", line, maxsplit=1)[0].replace("\\;", ";").strip()
        if re.match("#(include|tryinclude|exec)", line):
            raise PlacedError(f"{name}:{number}: reads another file. Insert the lines of that file here")
        if line:
            found.append((number, line))
    return found


def _fields(value: str) -> dict[str, str]:
    parts = [part.strip() for part in value.split(",", len(_FIELDS))]
    box = {field: part for field, part in zip(_FIELDS, parts, strict=False) if part}
    # A leading minus, which is not part of the PIN, prevents the user from changing it by phone.
    box["password"] = box.get("password", "").removeprefix("-")
    for option in parts[len(_FIELDS)].split("|") if len(parts) > len(_FIELDS) else ():
        key, mark, setting = option.partition("=")
        if mark:
            box[key.strip().lower()] = setting.strip()
    return box


def _as_sheet(name: str, boxes: list[tuple[int, dict[str, str]]], zones: dict[str, str]) -> Sheet:
    for _number, box in boxes:
        if "tz" in box:
            box["tz"] = zones.get(box["tz"], box["tz"])
    columns = list(dict.fromkeys(["context", "mailbox", *_FIELDS, *(key for _number, box in boxes for key in box)]))
    headings = Row(name, 0, list(columns))
    rows = [
        Row(f"{name}:{number}", number, [box.get(column) for column in columns], name, "line") for number, box in boxes
    ]
    return Sheet(name, [headings, *rows])


__all__ = ("read_voicemail_conf",)
