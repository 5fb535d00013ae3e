# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read values from a vendor's reply, and refuse replies that are not understood.

A missing list, object, count or text is never read as zero, empty or false: deletions and creations based on such a
value would be based on something that the vendor never sent.
"""

from __future__ import annotations

import datetime
import math
import re
import typing as t

from ..errors import TransportError, not_understood
from ..model.mailbox import is_usable_id
from ..model.operation import Operation

Object: t.TypeAlias = dict[str, t.Any]

#: Most fields in a hint.
_MOST_FIELDS = 3

#: Seconds between the year 0, the epoch of KAZOO, and 1970.
GREGORIAN_OFFSET = 62167219200
#: Plausible years of a message. Times outside them are placeholders, such as year 1, or no times at all.
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_FIRST, _LAST = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (_FIRST_YEAR, _LAST_YEAR))
_NUMBER = re.compile(r"\d{1,20}(\.\d{0,20})?([eE]\+?\d{1,2})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_HEADER_TEXT = re.compile(r"[\x21-\x7e]+")


def expect_list(value: t.Any, operation: Operation, things: str, hint: str = "") -> list[t.Any]:
    """Return a list.

    :param operation: what is attempted, for errors.
    :param things: the listed objects: "mailboxes".
    :raises TransportError: for anything else.
    """
    if not isinstance(value, list):
        raise not_understood(operation, f"expected a list of {things}", hint)
    return value


def expect_object(value: t.Any, operation: Operation, thing: str, hint: str = "") -> Object:
    """Return an object.

    :raises TransportError: for anything else.
    """
    if not isinstance(value, dict):
        raise not_understood(operation, f"expected {thing}", hint)
    return value


def expect_objects(value: t.Any, operation: Operation, things: str, hint: str = "", key: str = "id") -> list[Object]:
    """Return a list of objects, each with a usable id.

    :param key: name of the id field.
    :raises TransportError: for anything else.
    """
    rows = expect_list(value, operation, things, hint)
    if not all(isinstance(row, dict) and identifier_in(row, key) for row in rows):
        raise not_understood(operation, f"expected a list of {things}, each with its {key}", hint)
    return rows


def expect_count(value: t.Any, operation: Operation, things: str, hint: str = "") -> int | None:
    """Return a count, or None if the reply has none.

    :raises TransportError: for anything but a non-negative integer.
    """
    if value is None or value == "":
        return None
    count = whole_number(value)
    if count is None:
        raise not_understood(operation, f"expected the number of {things}", hint)
    return count


def expect_text(native: t.Mapping[str, t.Any], key: str, operation: Operation, hint: str = "") -> str:
    """Return a required text field. Some servers send digits as numbers.

    :raises TransportError: if it is missing, blank or not a text.
    """
    value = native.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        raise not_understood(operation, f"expected a text as `{key}`", hint)
    return str(value)


def expect_types(
    native: t.Mapping[str, t.Any], keys: t.Iterable[str], types: tuple[type, ...], operation: Operation, hint: str = ""
) -> None:
    """Check fields that an update sends back unchanged, since values that are not understood must not be written.

    :param types: allowed types of each field that has a value.
    :raises TransportError: naming the first field of another type.
    """
    for key in keys:
        if native.get(key) is not None and not isinstance(native[key], types):
            raise not_understood(operation, f"expected a plain value as `{key}`", hint)


def expect_identifier(native: t.Mapping[str, t.Any], key: str, operation: Operation, thing: str, hint: str = "") -> str:
    """Return the id of an object, checked for use in a URL.

    :raises TransportError: if it is missing or unusable.
    """
    identifier = identifier_in(native, key)
    if not identifier:
        raise not_understood(operation, f"expected {thing} with its `{key}`", hint)
    return identifier


def expect_header_text(value: str | None, operation: Operation, thing: str, hint: str = "") -> str:
    """Return a text that can be sent as a header value.

    :raises TransportError: if it is missing, or contains line breaks, blanks or letters outside ASCII.
    """
    if not isinstance(value, str) or not _HEADER_TEXT.fullmatch(value):
        raise not_understood(operation, f"expected {thing} of visible ASCII characters", hint)
    return value


def identifier_in(native: t.Mapping[str, t.Any], key: str) -> str:
    """Return the id of an object, or an empty text if it has none that can be used in a URL."""
    value = native.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return str(value) if is_usable_id(str(value)) else ""


def optional_text(value: t.Any) -> str | None:
    """Return a descriptive text unchanged, or None if it is empty."""
    return None if value is None or value == "" else str(value)


def whole_number(value: t.Any) -> int | None:
    """Return a non-negative integer given as a number or text, or None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and 0 <= value < 2**63 else None
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else None
    return value if isinstance(value, int) and 0 <= value < 2**63 else None


def duration_ms(value: t.Any, unit: int = 1) -> int | None:
    """Return a length in milliseconds, or None if it is missing or implausible.

    :param unit: milliseconds per unit of the vendor.
    """
    seconds = _number(value)
    return None if seconds is None else round(seconds * unit)


def time_of(value: t.Any) -> datetime.datetime | None:
    """Return the time of a message, or None if it is missing or implausible.

    Accepts seconds since 1970 or since the year 0, as a number or text, and ISO 8601, in UTC if it has no zone. The two
    epochs cannot be confused: the same number means years that are millennia apart.
    """
    number = _number(value)
    try:
        if number is not None:
            seconds = number - GREGORIAN_OFFSET if number >= GREGORIAN_OFFSET else number
            moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
        elif isinstance(value, str):
            moment = datetime.datetime.fromisoformat(value.strip())
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).astimezone(datetime.UTC)
        else:
            return None
    except (ValueError, OverflowError, OSError):
        return None
    return moment if _FIRST <= moment < _LAST else None


def _number(value: t.Any) -> float | None:
    """Return a finite, non-negative number given as a number or text, or None for anything else."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 2**63:
        return None
    return value if math.isfinite(value) else None


def correction_hint(details: t.Mapping[str, str]) -> str:
    """Return what to do about a refused value, which names the vendor's fields.

    :param details: the vendor's messages by field; the field is empty if the vendor does not name it.
    """
    named = [field for field in details if field]
    if not named:
        return "Compare the options with the server's documentation"
    shown = " and ".join(named[:_MOST_FIELDS]) + (" and others" if len(named) > _MOST_FIELDS else "")
    return f"Correct the option of the field{'' if len(named) == 1 else 's'} {shown}"


__all__ = (
    "GREGORIAN_OFFSET",
    "Object",
    "TransportError",
    "correction_hint",
    "duration_ms",
    "expect_count",
    "expect_header_text",
    "expect_identifier",
    "expect_list",
    "expect_object",
    "expect_objects",
    "expect_text",
    "expect_types",
    "identifier_in",
    "not_understood",
    "optional_text",
    "time_of",
    "whole_number",
)
