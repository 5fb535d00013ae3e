# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build file names of recordings that stay inside their folder, whatever a caller or vendor writes."""

from __future__ import annotations

import hashlib
import string
import typing as t
import unicodedata

from ..model.message import Message, written

FIELDS = ("id", "mailbox", "mailbox_id", "caller_name", "caller_number", "received_at", "date", "call_id", "status")
UNKNOWN = "unknown"
#: Maximum bytes of one part of a path, without the ending and the mark of an incomplete file.
LONGEST_PART = 200
_LONGEST_VALUE = 64
_ALLOWED = frozenset("-_.+@")


def template_problem(template: str) -> str | None:
    """Return what is wrong with a template, to follow the option's name, or None."""
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError as error:
        return f"cannot be read: {error}"
    fields = [field for _text, field, _format, _conversion in parsed if field is not None]
    strange = [field for field in fields if field not in FIELDS]
    if strange:
        return f"has unknown fields {', '.join(map(repr, strange))}; use {', '.join(FIELDS)}"
    if any(form or conversion for _text, _field, form, conversion in parsed):
        return "must use fields without ! and :"
    if "id" not in fields:
        return "must contain {id}: without it, two recordings may have the same name"
    if template.startswith("/"):
        return "is below `dest`, so it cannot start with /"
    return None


def file_stem(template: str, message: Message) -> tuple[str, ...]:
    """Return the parts of the path of a recording below its folder, without an ending.

    :param template: a valid template; a / in it creates a folder, a / in a value does not.
    """
    values = _values(message)
    parts = []
    for part in template.split("/"):
        filled = "".join(
            _safe(text) + (values[field] if field is not None else "")
            for text, field, _format, _conversion in string.Formatter().parse(part)
        )
        # A leading dot hides a file or leaves the folder.
        clean = filled.lstrip(".").rstrip(". ")
        if clean:
            parts.append(_shortened(clean))
    return tuple(parts)


def _values(message: Message) -> dict[str, str]:
    moment = written(message.received_at)
    plain = {
        "mailbox": message.mailbox,
        "mailbox_id": message.mailbox_id,
        "caller_name": message.caller_name,
        "caller_number": message.caller_number,
        # Colons separate drives, streams and hosts on other systems.
        "received_at": moment.replace("-", "").replace(":", "") if moment else None,
        "date": moment[:10] if moment else None,
        "call_id": message.call_id,
        "status": str(message.status) if message.status else None,
    }
    values = {field: _short_value(_safe(value or "") or UNKNOWN) for field, value in plain.items()}
    return {**values, "id": _identity(message.id)}


def _identity(identifier: str) -> str:
    """Return a file name part that is unique to an id of the vendor."""
    safe = _safe(identifier)
    if safe == identifier and len(safe.encode()) <= _LONGEST_VALUE:
        return safe
    return f"{_short_value(safe)}-{_digest(identifier)}"


def _safe(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    return "".join(sign if sign.isalnum() or sign in _ALLOWED else "_" for sign in composed)


def _short_value(text: str) -> str:
    return text.encode()[:_LONGEST_VALUE].decode(errors="ignore")


def _shortened(part: str) -> str:
    if len(part.encode()) <= LONGEST_PART:
        return part
    return f"{part.encode()[: LONGEST_PART - 17].decode(errors='ignore')}-{_digest(part)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def clashes(names: t.Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Return pairs of ids with the same file, including file systems that ignore case.

    :param names: path of each file by the id of its message.
    """
    seen: dict[str, str] = {}
    found = []
    for identifier, parts in names.items():
        folded = "/".join(parts).casefold()
        if folded in seen:
            found.append((seen[folded], identifier))
        seen.setdefault(folded, identifier)
    return found
