# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The field table of a vendor: the single source for comparing, masking, exporting and documenting.

A table says which options a resource has, what each holds, and how it is spoken on the wire. Options inside a
vendor's dictionary are named with dots below it; shared options have no dot.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import typing as t

from .kinds import Canonical, Kind
from .problem import Problem
from .text import plural_of

Values: t.TypeAlias = "dict[str, Canonical]"


@dataclasses.dataclass(frozen=True)
class Field:
    """One option of a resource.

    :param option: its name; dotted below the vendor's dictionary.
    :param kind: what it holds.
    :param wire: the vendor's name, dotted where nested. Empty where a :class:`Composite` speaks for it.
    :param text: what it means to the user, for the documentation; inside a vendor's dictionary.
    :param absent: the canonical value a box has when the vendor shows nothing; what clearing leads to.
    :param secret: never shown.
    :param clearable: the vendor can be told to forget it.
    :param required: a new box cannot be made without it.
    :param summary: the vendor's listing carries it.
    :param creation_only: only a new box can be given it, and the vendor never shows it again.
    :param resent: part of every update, so that its present value must be known.
    :param caution: returns what a user should know of a value that is taken all the same, or None.
    :param on_demand: read only for boxes that declare it, since that costs further requests.
    :param since: the vendor's first generation that knows it, where not all do.
    :param means: the option of a mailbox that means the same, where this resource has another name for it.
    :param local: names something of this very system, so that the value says nothing on another one.
    """

    option: str
    kind: Kind
    wire: str = ""
    text: str = ""
    absent: Canonical = None
    secret: bool = False
    clearable: bool = True
    required: bool = False
    summary: bool = False
    creation_only: bool = False
    resent: bool = False
    caution: t.Callable[[Canonical], str | None] = lambda value: None
    on_demand: bool = False
    since: str = ""
    means: str = ""
    local: bool = False

    def settle(self, value: Canonical) -> Canonical:
        """Return what the box holds once this value is written: clearing leads to the vendor's own default."""
        return self.absent if value is None else value


@dataclasses.dataclass(frozen=True)
class Composite:
    """Several options that share wire fields, such as one word that holds three decisions.

    :param options: the options it speaks for.
    :param wires: the wire fields it owns.
    :param take_apart: wire object to the values of the options.
    :param put_together: values of all the options to the wire fragment.
    :param conflict: values of all the options to the problem of those that cannot hold together, or None.
    """

    options: tuple[str, ...]
    wires: tuple[str, ...]
    take_apart: t.Callable[[t.Mapping[str, t.Any]], Values]
    put_together: t.Callable[[t.Mapping[str, Canonical]], dict[str, t.Any]]
    conflict: t.Callable[[t.Mapping[str, Canonical]], Problem | None] = lambda values: None


@dataclasses.dataclass(frozen=True)
class Implied:
    """What holds for a box although it has no such option, under the name that other vendors have for it.

    One of the three tells what holds.

    :param option: the shared option.
    :param always: the value that every box has.
    :param follows: option that decides: the implied one is true where this one is set, and false where it is not.
    :param wire: where the vendor's object shows it beside its options. Of no use for writing.
    """

    option: str
    always: Canonical = None
    follows: str = ""
    wire: str = ""


@dataclasses.dataclass(frozen=True)
class FieldTable:
    """All options of one resource of one vendor.

    :param vendor: name of the vendor, and of its dictionary.
    :param resource: what a user calls one object: ``mailbox``, ``shared voicemail``.
    :param key: option that holds the number.
    :param number: kind of the number; its ``key`` decides which numbers are the same.
    :param number_caution: returns what a user should know of a number that is taken all the same, or None.
    :param fields: every managed option.
    :param composites: options that share wire fields.
    :param refused: shared option or vendor key to why it cannot be used here; ``create`` to why no box can be created.
    :param implied: what holds for every box without an option that says so.
    :param hidden: wire fields beside those of secret options that hold secrets.
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

    @property
    def plural(self) -> str:
        """Several of the resource, in words."""
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
        """Check whether the vendor treats two numbers as one."""
        if one is None or other is None:
            return one is other
        return one == other or self.number.key(one) == self.number.key(other)

    @functools.cached_property
    def by_option(self) -> dict[str, Field]:
        """Every field by its option."""
        return {field.option: field for field in self.fields}

    @functools.cached_property
    def _composite_of(self) -> dict[str, Composite]:
        return {option: composite for composite in self.composites for option in composite.options}

    @functools.cached_property
    def owners(self) -> dict[str, str]:
        """Top-level wire field to the shared option that owns it, so that the vendor's dictionary can refuse it."""
        owned = {field.wire: field.option for field in self.fields if field.wire and "." not in field.option}
        for composite in self.composites:
            for wire in composite.wires:
                owned[wire] = " and ".join(f"`{option}`" for option in composite.options)
        return {wire: option if option.startswith("`") else f"`{option}`" for wire, option in owned.items()}

    @functools.cached_property
    def standing(self) -> frozenset[str]:
        """Options that belong to every box that is read in full, whatever is declared."""
        return frozenset(field.option for field in self.fields if not (field.creation_only or field.on_demand))

    @functools.cached_property
    def secrets(self) -> frozenset[str]:
        """Options that are never shown."""
        return frozenset(field.option for field in self.fields if field.secret)

    @functools.cached_property
    def groups(self) -> frozenset[str]:
        """Dotted names that stand for a dictionary of options, such as the vendor's own."""
        return frozenset(
            ".".join(parts[:length])
            for parts in (field.option.split(".") for field in self.fields)
            for length in range(1, len(parts))
        )

    def decode(self, native: t.Mapping[str, t.Any]) -> Values:
        """Return the canonical values of a vendor's object; options the object does not carry get their default."""
        values: Values = {}
        for composite in self.composites:
            values.update(composite.take_apart(native))
        for option, path, read, absent in self._readers:
            settled = read(value_at(native, path))
            values[option] = absent if settled is None else settled
        return values

    def decode_one(self, option: str, native: t.Mapping[str, t.Any]) -> Canonical:
        """Return the canonical value of one option of a vendor's object.

        :raises KeyError: for an option that the table does not have.
        """
        composite = self._composite_of.get(option)
        if composite is not None:
            return composite.take_apart(native)[option]
        _option, path, read, absent = self._reader_of[option]
        settled = read(value_at(native, path))
        return absent if settled is None else settled

    @functools.cached_property
    def _reader_of(self) -> dict[str, tuple[str, tuple[str, ...], t.Callable[[t.Any], Canonical], Canonical]]:
        return {reader[0]: reader for reader in self._readers}

    @functools.cached_property
    def _readers(self) -> tuple[tuple[str, tuple[str, ...], t.Callable[[t.Any], Canonical], Canonical], ...]:
        # Taken apart once: a listing decodes some forty options of a hundred thousand boxes.
        return tuple(
            (field.option, tuple(field.wire.split(".")), field.kind.read, field.absent)
            for field in self.fields
            if field.option not in self._composite_of
        )

    def encode(self, options: t.Iterable[str], values: t.Mapping[str, Canonical]) -> dict[str, t.Any]:
        """Return the wire fragment of some options.

        :param options: which to speak of.
        :param values: canonical values of at least these, and of all options that share a wire field with them.
        """
        wire: dict[str, t.Any] = {}
        for option in options:
            if option in self._composite_of:
                wire.update(self._composite_of[option].put_together(values))
                continue
            field = self.by_option[option]
            value = values[option]
            place(wire, field.wire, None if value is None else field.kind.write(value))
        return wire

    def conflicts(self, options: t.Iterable[str], values: t.Mapping[str, Canonical]) -> list[Problem]:
        """Return what cannot hold together once ``options`` are laid over a box."""
        asked = set(options)
        found = (item.conflict(values) for item in self.composites if asked.intersection(item.options))
        return [problem for problem in found if problem]


class Decoded(collections.abc.Mapping[str, Canonical]):
    """The values of a vendor's object, each decoded when it is looked at: a plan compares a few options of many.

    :param over: values that are known already, and win.
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


def value_at(source: t.Any, path: t.Iterable[str]) -> t.Any:
    """Return the value at a path of keys; None where a dictionary or a key is missing."""
    for part in path:
        source = source.get(part) if isinstance(source, dict) else None
    return source


def place(target: dict[str, t.Any], name: str, value: t.Any) -> None:
    """Set a value under its dotted name, in dictionaries that are created where they are missing."""
    *parents, last = name.split(".")
    for parent in parents:
        target = target.setdefault(parent, {})
    target[last] = value
