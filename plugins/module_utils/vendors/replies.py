# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read what a vendor's reply promises, or refuse the reply.

A missing list, object, count or text is never zero, empty or false: whoever deletes or creates by such a value would
act on something that the vendor never said.
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

#: Seconds between the year 0, from which KAZOO counts, and 1970.
GREGORIAN_OFFSET = 62167219200
#: Messages are left in these years. A time outside is a placeholder, such as that of year 1, or counts something else.
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_FIRST, _LAST = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (_FIRST_YEAR, _LAST_YEAR))
_NUMBER = re.compile(r"\d{1,20}(\.\d{0,20})?([eE]\+?\d{1,2})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_HEADER_TEXT = re.compile(r"[\x21-\x7e]+")


def expect_list(value: t.Any, operation: Operation, things: str, hint: str = "") -> list[t.Any]:
    """Return a list.

    :param operation: what is attempted, for errors.
    :param things: what it lists: "mailboxes".
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
    """Return a list of objects, each of which has a usable id.

    :param key: field of the id.
    :raises TransportError: for anything else.
    """
    rows = expect_list(value, operation, things, hint)
    if not all(isinstance(row, dict) and identifier_in(row, key) for row in rows):
        raise not_understood(operation, f"expected a list of {things}, each with its {key}", hint)
    return rows


def expect_count(value: t.Any, operation: Operation, things: str, hint: str = "") -> int | None:
    """Return a count, or None where the reply has none.

    :raises TransportError: for anything but a whole number that is not negative.
    """
    if value is None or value == "":
        return None
    count = whole_number(value)
    if count is None:
        raise not_understood(operation, f"expected the number of {things}", hint)
    return count


def expect_text(native: t.Mapping[str, t.Any], key: str, operation: Operation, hint: str = "") -> str:
    """Return a field that every object of its kind has; some servers write numbers for digits.

    :raises TransportError: when it is missing, blank or no text.
    """
    value = native.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        raise not_understood(operation, f"expected a text as `{key}`", hint)
    return str(value)


def expect_types(
    native: t.Mapping[str, t.Any], keys: t.Iterable[str], types: tuple[type, ...], operation: Operation, hint: str = ""
) -> None:
    """Check fields that an update sends back as they are: what is not understood must not be written.

    :param types: that a field may have where it has a value.
    :raises TransportError: naming the first that has another.
    """
    for key in keys:
        if native.get(key) is not None and not isinstance(native[key], types):
            raise not_understood(operation, f"expected a plain value as `{key}`", hint)


def expect_identifier(native: t.Mapping[str, t.Any], key: str, operation: Operation, thing: str, hint: str = "") -> str:
    """Return the id of an object, which can be part of an address.

    :raises TransportError: when it is missing or cannot be used.
    """
    identifier = identifier_in(native, key)
    if not identifier:
        raise not_understood(operation, f"expected {thing} with its `{key}`", hint)
    return identifier


def expect_header_text(value: str | None, operation: Operation, thing: str, hint: str = "") -> str:
    """Return a text that can be sent as the value of a header.

    :raises TransportError: when it is missing, or has line breaks, blanks or letters outside of ASCII.
    """
    if not isinstance(value, str) or not _HEADER_TEXT.fullmatch(value):
        raise not_understood(operation, f"expected {thing} of visible ASCII characters", hint)
    return value


def identifier_in(native: t.Mapping[str, t.Any], key: str) -> str:
    """Return the id of an object, empty where it has none that can be part of an address."""
    value = native.get(key)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    return str(value) if is_usable_id(str(value)) else ""


def optional_text(value: t.Any) -> str | None:
    """Return what describes an object, as it came; None where there is nothing."""
    return None if value is None or value == "" else str(value)


def whole_number(value: t.Any) -> int | None:
    """Return a number that is not negative, given as a number or as text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return int(value) if value.is_integer() and 0 <= value < 2**63 else None
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else None
    return value if isinstance(value, int) and 0 <= value < 2**63 else None


def duration_ms(value: t.Any, unit: int = 1) -> int | None:
    """Return a length in milliseconds; None where it is missing or makes no sense.

    :param unit: milliseconds of one unit of the vendor's.
    """
    seconds = _number(value)
    return None if seconds is None else round(seconds * unit)


def moment_of(value: t.Any) -> datetime.datetime | None:
    """Return when a message was left; None where that is missing or makes no sense.

    Reads seconds since 1970 or since the year 0, as a number or as text, and ISO 8601, in UTC where it has no zone. The
    two counts cannot be mistaken for each other: the same number means years that are millennia apart.
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
    """Return a number that is finite and not negative, given as a number or as text; None for anything else."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 2**63:
        return None
    return value if math.isfinite(value) else None


__all__ = (
    "GREGORIAN_OFFSET",
    "Object",
    "TransportError",
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
    "moment_of",
    "not_understood",
    "optional_text",
    "whole_number",
)
