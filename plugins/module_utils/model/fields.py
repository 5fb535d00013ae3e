# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The field table of a vendor: the single source for comparing, masking, exporting and documenting.

A table defines the options of a resource, their kinds and their wire fields. Options inside a
vendor's dictionary are named with dots below it; shared options have no dot.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import itertools
import typing as t

from .kinds import Canonical, Kind
from .problem import Problem
from .text import plural_of

Values: t.TypeAlias = "dict[str, Canonical]"
#: The option, the path of its wire field, the function that reads its value, and its default.
_FieldReader: t.TypeAlias = "tuple[str, tuple[str, ...], t.Callable[[t.Any], Canonical], Canonical]"


@dataclasses.dataclass(frozen=True)
class Field:
    """One option of a resource.

    :param option: its name; dotted inside the vendor's dictionary.
    :param kind: kind of its value.
    :param wire: the vendor's name, dotted if nested. Empty if a :class:`Composite` converts it.
    :param text: description for the documentation, for options inside a vendor's dictionary.
    :param default: canonical value if the vendor shows nothing; the result of clearing.
    :param secret: whether its value is never shown.
    :param clearable: whether the vendor can clear it.
    :param required: whether it is required to create a box.
    :param summary: whether the vendor's listing contains it.
    :param creation_only: whether it can only be set at creation and is never shown.
    :param required_on_update: whether every update contains it, so that its current value must be known.
    :param caution: returns a warning about a suspicious but permitted value, or None.
    :param on_demand: whether it is read only for boxes that declare it, since it needs further requests.
    :param since: the vendor's first generation with this field, if not all have it.
    :param mailbox_option: the equivalent option of a mailbox, if it has another name in this resource.
    :param local: whether it refers to an object of this system, so that it is not valid on others.
    """

    option: str
    kind: Kind
    wire: str = ""
    text: str = ""
    default: Canonical = None
    secret: bool = False
    clearable: bool = True
    required: bool = False
    summary: bool = False
    creation_only: bool = False
    required_on_update: bool = False
    caution: t.Callable[[Canonical], str | None] = lambda value: None
    on_demand: bool = False
    since: str = ""
    mailbox_option: str = ""
    local: bool = False

    def value_after_write(self, value: Canonical) -> Canonical:
        """Return the value of a box after writing: clearing results in the vendor's default."""
        return self.default if value is None else value


@dataclasses.dataclass(frozen=True)
class Composite:
    """Several options that share wire fields, such as one word for three decisions.

    :param options: the options that it converts.
    :param wires: the wire fields that it converts.
    :param decode: converts a wire object to the values of the options.
    :param encode: converts the values of all options to a wire fragment.
    :param conflict: returns the problem of contradictory values of all options, or None.
    """

    options: tuple[str, ...]
    wires: tuple[str, ...]
    decode: t.Callable[[t.Mapping[str, t.Any]], Values]
    encode: t.Callable[[t.Mapping[str, Canonical]], dict[str, t.Any]]
    conflict: t.Callable[[t.Mapping[str, Canonical]], Problem | None] = lambda values: None


@dataclasses.dataclass(frozen=True)
class Implied:
    """A fixed property of boxes without an option, under its name with other vendors.

    One of the last three is set.

    :param option: the shared option.
    :param always: value of every box.
    :param follows: option that decides: the implied one is true if this one is set, and false otherwise.
    :param wire: read-only field of the vendor's object.
    """

    option: str
    always: Canonical = None
    follows: str = ""
    wire: str = ""


@dataclasses.dataclass(frozen=True)
class FieldTable:
    """All options of one resource of one vendor.

    :param vendor: name of the vendor, and of its dictionary.
    :param resource: name of the resource: ``mailbox``, ``shared voicemail``.
    :param key: name of the number option.
    :param number: kind of the number; its ``key`` defines which numbers are equal.
    :param number_caution: returns a warning about a suspicious but permitted number, or None.
    :param fields: every managed option.
    :param composites: options that share wire fields.
    :param refused: unsupported shared options and vendor keys with reasons; ``create`` if boxes cannot be created.
    :param implied: fixed properties of every box.
    :param hidden: wire fields with secrets, in addition to those of secret options.
    """

    vendor: str
    resource: str
    key: str
    number: Kind
    fields: tuple[Field, ...]
    composites: tuple[Composite, ...] = ()
    refused: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    implied: tuple[Implied, ...] = ()
    hidden: frozenset[str] = frozenset()
    alias: str = ""
    number_caution: t.Callable[[str], str | None] = lambda number: None
    title: str = ""

    @property
    def product(self) -> str:
        """The vendor's spelling of its name, for sentences."""
        return self.title or self.vendor

    @property
    def plural(self) -> str:
        """The plural name of the resource."""
        return plural_of(self.resource)

    @property
    def can_create(self) -> bool:
        """Check whether a box can be created and deleted."""
        return "create" not in self.refused

    @property
    def can_renumber(self) -> bool:
        """Check whether the number of a box can be changed."""
        return f"new_{self.key}" not in self.refused

    def same_number(self, one: str | None, other: str | None) -> bool:
        """Check whether the vendor treats two numbers as equal."""
        if one is None or other is None:
            return one is other
        return one == other or self.number.key(one) == self.number.key(other)

    def parse_number(self, value: t.Any) -> str:
        """Return the number of a box from an option that must name one.

        :raises ValueError: with the problem and the expected form.
        """
        number = self.number.parse(value)
        if not isinstance(number, str):
            raise ValueError("must not be empty")
        return number

    @functools.cached_property
    def by_option(self) -> dict[str, Field]:
        """Every field by its option."""
        return {field.option: field for field in self.fields}

    @functools.cached_property
    def defaults(self) -> dict[str, Canonical]:
        """The values of a new box without declared options."""
        return {field.option: field.default for field in self.fields}

    @functools.cached_property
    def required(self) -> tuple[str, ...]:
        """Options that are required to create a box."""
        return tuple(field.option for field in self.fields if field.required)

    @functools.cached_property
    def _composite_of(self) -> dict[str, Composite]:
        return {option: composite for composite in self.composites for option in composite.options}

    @functools.cached_property
    def owners(self) -> dict[str, str]:
        """Top-level wire field to the shared option that sets it, so that the vendor's dictionary can refuse it."""
        owned = {field.wire: field.option for field in self.fields if field.wire and "." not in field.option}
        for composite in self.composites:
            for wire in composite.wires:
                owned[wire] = " and ".join(f"`{option}`" for option in composite.options)
        return {wire: option if option.startswith("`") else f"`{option}`" for wire, option in owned.items()}

    @functools.cached_property
    def always_read(self) -> frozenset[str]:
        """Options that are always read, whether declared or not."""
        return frozenset(field.option for field in self.fields if not (field.creation_only or field.on_demand))

    @functools.cached_property
    def secrets(self) -> frozenset[str]:
        """Options whose values are never shown."""
        return frozenset(field.option for field in self.fields if field.secret)

    @functools.cached_property
    def groups(self) -> frozenset[str]:
        """Dotted names of dictionaries of options, such as the vendor's own."""
        return frozenset(
            ".".join(parts[:length])
            for parts in (field.option.split(".") for field in self.fields)
            for length in range(1, len(parts))
        )

    def decode(self, native: t.Mapping[str, t.Any]) -> Values:
        """Return the canonical values of a vendor's object, with defaults for missing options."""
        values: Values = {}
        for composite in self.composites:
            values.update(composite.decode(native))
        return _read_into(values, self._readers, native)

    def decode_some(self, options: frozenset[str], native: t.Mapping[str, t.Any]) -> Values:
        """Return the canonical values of some options of a vendor's object, with defaults for missing ones.

        :raises KeyError: for an unknown option.
        """
        values: Values = {}
        composites, readers = self._parts.get(options) or self._parts.setdefault(options, self._parts_of(options))
        for composite in composites:
            decoded = composite.decode(native)
            values.update((option, decoded[option]) for option in composite.options if option in options)
        return _read_into(values, readers, native)

    def decode_one(self, option: str, native: t.Mapping[str, t.Any]) -> Canonical:
        """Return the canonical value of one option of a vendor's object.

        :raises KeyError: for an unknown option.
        """
        composite = self._composite_of.get(option)
        if composite is not None:
            return composite.decode(native)[option]
        _option, path, read, default = self._reader_of[option]
        settled = read(value_at(native, path))
        return default if settled is None else settled

    @functools.cached_property
    def _parts(self) -> dict[frozenset[str], tuple[tuple[Composite, ...], tuple[_FieldReader, ...]]]:
        # Decided once for a listing, in which the same few options of each box are decoded.
        return {}

    def _parts_of(self, options: frozenset[str]) -> tuple[tuple[Composite, ...], tuple[_FieldReader, ...]]:
        composites = tuple(item for item in self.composites if not options.isdisjoint(item.options))
        return composites, tuple(self._reader_of[option] for option in options if option not in self._composite_of)

    @functools.cached_property
    def _reader_of(self) -> dict[str, _FieldReader]:
        return {reader[0]: reader for reader in self._readers}

    @functools.cached_property
    def _readers(self) -> tuple[_FieldReader, ...]:
        # Computed once: a listing decodes some forty options of a hundred thousand boxes.
        return tuple(
            (field.option, tuple(field.wire.split(".")), field.kind.read, field.default)
            for field in self.fields
            if field.option not in self._composite_of
        )

    def encode(self, options: t.Iterable[str], values: t.Mapping[str, Canonical]) -> dict[str, t.Any]:
        """Return the wire fragment of some options.

        :param options: options to encode.
        :param values: canonical values of these options, and of all options that share a wire field with them.
        """
        wire: dict[str, t.Any] = {}
        for option in options:
            if option in self._composite_of:
                wire.update(self._composite_of[option].encode(values))
                continue
            field = self.by_option[option]
            value = values[option]
            place(wire, field.wire, None if value is None else field.kind.write(value))
        return wire

    def conflicts(self, options: t.Collection[str], values: t.Mapping[str, Canonical]) -> list[Problem]:
        """Return contradictions after ``options`` are applied to a box."""
        if self._composite_of.keys().isdisjoint(options):
            return []
        asked = set(options)
        found = (item.conflict(values) for item in self.composites if asked.intersection(item.options))
        return [problem for problem in found if problem]

    @functools.cached_property
    def without_rules(self) -> FieldTable:
        """The same fields without rules between options, for parsing values that are reconciled later."""
        return dataclasses.replace(self, composites=())

    def contradictions(self, declared: t.Mapping[str, Canonical]) -> list[Problem]:
        """Return contradictions among declared values that no value of an undeclared option resolves."""
        found: list[Problem] = []
        for composite in self.composites:
            given = {
                name: self.by_option[name].value_after_write(declared[name])
                for name in composite.options
                if name in declared
            }
            free = [name for name in composite.options if name not in declared]
            # Of an undeclared option, only whether it is set matters to a conflict.
            cases = itertools.product((None, True), repeat=len(free)) if given else ()
            conflicts = [composite.conflict({**dict(zip(free, case, strict=True)), **given}) for case in cases]
            if conflicts and all(conflicts):
                found += filter(None, conflicts[:1])
        return found


class Decoded(collections.abc.Mapping[str, Canonical]):
    """The values of a vendor's object, each decoded on access: a plan compares only a few of many options.

    :param over: known values, which take precedence.
    """

    __slots__ = ("_native", "_over", "_table")

    def __init__(
        self, table: FieldTable, native: t.Mapping[str, t.Any], over: t.Mapping[str, Canonical] | None = None
    ) -> None:
        self._table = table
        self._native = native
        self._over = over

    def __getitem__(self, option: str) -> Canonical:
        if self._over is not None and option in self._over:
            return self._over[option]
        return self._table.decode_one(option, self._native)

    def __contains__(self, option: object) -> bool:
        return option in self._table.by_option

    def __iter__(self) -> t.Iterator[str]:
        return iter(self._table.by_option)

    def __len__(self) -> int:
        return len(self._table.by_option)


def _read_into(values: Values, readers: t.Iterable[_FieldReader], native: t.Mapping[str, t.Any]) -> Values:
    """Add the values of wire fields to those of composites, and return them."""
    for option, path, read, default in readers:
        settled = read(value_at(native, path))
        values[option] = default if settled is None else settled
    return values


def value_at(source: t.Any, path: t.Iterable[str]) -> t.Any:
    """Return the value at a path of keys; None where a dictionary or a key is missing."""
    for part in path:
        source = source.get(part) if isinstance(source, dict) else None
    return source


def place(target: dict[str, t.Any], name: str, value: t.Any) -> None:
    """Set a value under its dotted name, creating missing dictionaries."""
    *parents, last = name.split(".")
    for parent in parents:
        target = target.setdefault(parent, {})
    target[last] = value
