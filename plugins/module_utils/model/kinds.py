# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define kinds of values: how users write them, their canonical form, and their wire format.

A canonical value is plain data that compares with ``==``: text, a boolean, an integer, or a sorted list of texts.
``None`` means that nothing is set, :data:`UNKNOWN` that the vendor hides a value, such as a masked PIN.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
import typing as t

from .addresses import refusal
from .refusals import ValueRefusedError, describe_value, is_harmless, length_range
from .text import has_surrogate

Canonical: t.TypeAlias = t.Any

_TRUE_WORDS = frozenset(("true", "yes", "on", "1", "y", "t"))
_FALSE_WORDS = frozenset(("false", "no", "off", "0", "n", "f"))


class Unknown:
    """The type of :data:`UNKNOWN`, its only instance."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class Kind:
    """The kind of a field's value. ``parse`` reads the user's value, ``read`` and ``write`` convert the vendor's."""

    ansible_type = "str"
    elements: str | None = None
    choices: tuple[str, ...] | None = None

    def parse(self, value: t.Any) -> Canonical:
        """Return the canonical form of a user's value.

        :raises ValueError: with the problem and the expected form.
        """
        raise NotImplementedError  # pragma: no cover

    def takes_as_text(self, value: t.Any) -> bool:
        """Check whether a user's value contains a number that is read as text."""
        return False

    def read(self, value: t.Any) -> Canonical:
        """Return the canonical form of a vendor's value. Invalid values are kept unchanged."""
        return None if value in (None, "") else value

    def write(self, value: Canonical) -> t.Any:
        """Return the wire form of a canonical value."""
        return value

    def key(self, text: str) -> str:
        """Return the comparison key of a number: numbers that the vendor treats as equal have one key."""
        return text


@dataclasses.dataclass(frozen=True)
class Text(Kind):
    """A text.

    :param shortest: fewest characters.
    :param longest: most characters, or None.
    :param pattern: regular expression that the whole text must match.
    :param expected: description of the pattern for errors.
    """

    shortest: int = 0
    longest: int | None = None
    pattern: str | None = None
    expected: str = ""
    fold_case: bool = False

    def parse(self, value: t.Any) -> Canonical:
        if not isinstance(value, str) and not is_number(value):
            raise ValueError(f"must be text, not {describe_value(value)}; put it in quotes")
        text = str(value)
        if text == "":
            return None
        # Neither NUL nor a surrogate is printable, so nearly no text needs the search.
        if not text.isprintable() and ("\0" in text or has_surrogate(text)):
            raise ValueError("contains a character that cannot be sent: NUL or a surrogate")
        if len(text) < self.shortest or (self.longest is not None and len(text) > self.longest):
            raise ValueError(f"must be {length_range(self.shortest, self.longest)} characters long, got {len(text)}")
        if self._form is not None and not self._form.fullmatch(text):
            raise ValueError(f"must be {self.expected}")
        return text.lower() if self.fold_case else text

    @functools.cached_property
    def _form(self) -> re.Pattern[str] | None:
        return None if self.pattern is None else re.compile(self.pattern)

    def takes_as_text(self, value: t.Any) -> bool:
        return is_number(value)

    def read(self, value: t.Any) -> Canonical:
        if value in (None, ""):
            return None
        text = value if isinstance(value, str) else str(value)
        return text.lower() if self.fold_case else text


@dataclasses.dataclass(frozen=True)
class Pin(Text):
    """A PIN: a text, not a number converted by YAML.

    :param masked: regular expression of the vendor's placeholder for a hidden PIN.
    :param policy: returns why the vendor's other rules refuse a PIN, or None.
    """

    masked: str = r"\*+"
    policy: t.Callable[[str], str | None] | None = None

    def parse(self, value: t.Any) -> Canonical:
        if isinstance(value, (int, float)):
            raise ValueError("was read by YAML as a number, which loses leading zeros; put it in quotes")
        if isinstance(value, datetime.date):
            # Unlike other texts, without the value.
            raise ValueError("was read by YAML as a date; put it in quotes")
        if isinstance(value, str) and value == "":
            raise ValueError("must not be empty; remove the option to keep the PIN")
        # The errors of Text contain lengths and rules, but never the PIN.
        text = super().parse(value)
        if text is not None and self._mask.fullmatch(text):
            raise ValueError("must not look like a hidden PIN")
        problem = self.policy(text) if self.policy is not None and text is not None else None
        if problem:
            raise ValueError(problem)
        return text

    def read(self, value: t.Any) -> Canonical:
        text = super().read(value)
        if text is not None and self._mask.fullmatch(text):
            return UNKNOWN
        return text

    @functools.cached_property
    def _mask(self) -> re.Pattern[str]:
        return re.compile(self.masked)


@dataclasses.dataclass(frozen=True)
class Boolean(Kind):
    """A boolean. ``words`` are the vendor's values for (false, true); JSON's own if None."""

    words: tuple[str, str] | None = None

    ansible_type: t.ClassVar[str] = "bool"  # type: ignore[misc]

    def parse(self, value: t.Any) -> Canonical:
        truth = _truth(value)
        if truth is None:
            # The value may be a misplaced PIN.
            raise ValueError(
                f"must be true or false, not {'text' if isinstance(value, str) else describe_value(value)}"
            )
        return truth

    def read(self, value: t.Any) -> Canonical:
        truth = _truth(value)
        return value if truth is None and value not in (None, "") else truth

    def write(self, value: Canonical) -> t.Any:
        return value if self.words is None or value is None else self.words[bool(value)]


#: More digits than any field, and far fewer than Python refuses to convert.
_WHOLE_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Integer(Kind):
    """A whole number between ``minimum`` and ``maximum``."""

    minimum: int | None = None
    maximum: int | None = None

    ansible_type: t.ClassVar[str] = "int"  # type: ignore[misc]

    def parse(self, value: t.Any) -> Canonical:
        if isinstance(value, bool) or not _WHOLE_NUMBER.fullmatch(str(value).strip()):
            raise ValueError(f"must be a whole number, not {describe_value(value)}")
        number = int(value)
        if self.minimum is not None and number < self.minimum:
            raise ValueError(f"must be at least {self.minimum}")
        if self.maximum is not None and number > self.maximum:
            raise ValueError(f"must be at most {self.maximum}")
        return number

    def read(self, value: t.Any) -> Canonical:
        if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
            return int(value)
        return None if value == "" else value


@dataclasses.dataclass(frozen=True)
class Choice(Kind):
    """One of a few words.

    :param words: the option's words to the vendor's words.
    :param also_read: further words of the vendor to the option's words.
    """

    words: t.Mapping[str, str]
    also_read: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    from_boolean: tuple[str, str] | None = None

    @property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(self.words)

    def parse(self, value: t.Any) -> Canonical:
        if isinstance(value, bool) and self.from_boolean is not None:
            return self.from_boolean[value]
        text = str(value)
        if text not in self.words:
            raise ValueRefusedError.of(f"must be one of {', '.join(self.words)}", describe_value(value))
        return text

    def read(self, value: t.Any) -> Canonical:
        if value in (None, ""):
            return None
        for word, wire in self.words.items():
            if value == wire:
                return word
        return self.also_read.get(value, value) if isinstance(value, str) else value

    def write(self, value: Canonical) -> t.Any:
        return self.words.get(value, value)


@dataclasses.dataclass(frozen=True)
class TextSet(Kind):
    """A list of texts without a meaningful order.

    :param item: kind of the entries.
    :param most: most entries, or None.
    :param separator: separator, if the vendor stores one text; None if it stores a list.
    """

    item: Text = Text(shortest=1)
    most: int | None = None
    separator: str | None = None

    ansible_type: t.ClassVar[str] = "list"  # type: ignore[misc]
    elements: t.ClassVar[str] = "str"  # type: ignore[misc]

    def parse(self, value: t.Any) -> Canonical:
        entries = self._split(value) if isinstance(value, str) else value
        if not isinstance(entries, (list, tuple)):
            raise ValueError(f"must be a list, not {describe_value(value)}")
        canonical = set()
        for position, entry in enumerate(entries, 1):
            try:
                canonical.add(self._entry(self.item.parse(entry)))
            except ValueError as error:
                named = describe_value(entry) if isinstance(entry, str) and is_harmless(entry) else position
                raise ValueRefusedError.entry(named, error, alone=len(entries) == 1) from None
        canonical.discard(None)
        if self.most is not None and len(canonical) > self.most:
            raise ValueError(f"must have at most {self.most} entries, got {len(canonical)}")
        return sorted(canonical) or None

    def read(self, value: t.Any) -> Canonical:
        entries = self._split(value) if isinstance(value, str) else value
        if not isinstance(entries, (list, tuple)):
            return entries or None
        return sorted({self._entry(str(entry)) for entry in entries if entry not in (None, "")}) or None

    def write(self, value: Canonical) -> t.Any:
        entries = list(value or ())
        return entries if self.separator is None else self.separator.join(entries)

    def takes_as_text(self, value: t.Any) -> bool:
        return isinstance(value, (list, tuple)) and any(map(is_number, value))

    def _split(self, text: str) -> list[str]:
        return [part.strip() for part in text.split(self.separator or ",") if part.strip()]

    def _entry(self, text: str | None) -> str | None:
        return text


@dataclasses.dataclass(frozen=True)
class Address(Text):
    """One email address."""

    longest: int | None = 254

    def parse(self, value: t.Any) -> Canonical:
        text = super().parse(value)
        if text is not None and (problem := refusal(text)):
            raise ValueError(problem)
        return text


@dataclasses.dataclass(frozen=True)
class Addresses(TextSet):
    """Email addresses. The domain is compared ignoring case, the local part exactly."""

    item: Text = Address()

    def _entry(self, text: str | None) -> str | None:
        local, at, domain = (text or "").strip().rpartition("@")
        return f"{local}{at}{domain.lower()}" or None


@dataclasses.dataclass(frozen=True)
class Records(Kind):
    """A list of dictionaries that is replaced as a whole, such as the members of a shared box."""

    keys: t.Mapping[str, Kind]

    ansible_type: t.ClassVar[str] = "list"  # type: ignore[misc]
    elements: t.ClassVar[str] = "dict"  # type: ignore[misc]

    def parse(self, value: t.Any) -> Canonical:
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"must be a list, not {describe_value(value)}")
        records = []
        for position, entry in enumerate(value, 1):
            if not isinstance(entry, dict) or set(entry) != set(self.keys):
                raise ValueError(f"entry {position} must have the keys {', '.join(self.keys)}")
            try:
                records.append({key: kind.parse(entry[key]) for key, kind in self.keys.items()})
            except ValueError as error:
                raise ValueError(f"entry {position} {error}") from None
        return sorted(records, key=repr) or None

    def takes_as_text(self, value: t.Any) -> bool:
        entries = value if isinstance(value, (list, tuple)) else ()
        return any(
            kind.takes_as_text(entry.get(key))
            for entry in entries
            if isinstance(entry, dict)
            for key, kind in self.keys.items()
        )

    def read(self, value: t.Any) -> Canonical:
        if not isinstance(value, (list, tuple)):
            return value or None
        records = [{key: entry.get(key) for key in self.keys} for entry in value if isinstance(entry, dict)]
        return sorted(records, key=repr) or None

    def write(self, value: Canonical) -> t.Any:
        return list(value or ())


@dataclasses.dataclass(frozen=True)
class Integers(Kind):
    """An ordered list of whole numbers."""

    ansible_type: t.ClassVar[str] = "list"  # type: ignore[misc]
    elements: t.ClassVar[str] = "int"  # type: ignore[misc]

    def parse(self, value: t.Any) -> Canonical:
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"must be a list, not {describe_value(value)}")
        return [Integer().parse(entry) for entry in value] or None

    def read(self, value: t.Any) -> Canonical:
        return value or None

    def write(self, value: Canonical) -> t.Any:
        return list(value or ())


def is_number(value: t.Any) -> bool:
    """Check for an integer, excluding booleans."""
    return isinstance(value, int) and not isinstance(value, bool)


def _truth(value: t.Any) -> bool | None:
    word = str(value).strip().lower()
    if word in _TRUE_WORDS:
        return True
    return False if word in _FALSE_WORDS else None
