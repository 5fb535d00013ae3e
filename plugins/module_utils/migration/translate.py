# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translate one box from one system to another."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ..mailboxes.parse import Reader, deep_merge
from ..model.fields import FieldTable, Implied, Values
from ..model.kinds import UNKNOWN, Canonical
from ..model.mailbox import PinPolicy
from ..model.masks import HIDDEN
from ..model.problem import Problem

Item: t.TypeAlias = "dict[str, t.Any]"
#: Shown in place of a PIN.
_PIN = "pin"


@dataclasses.dataclass(frozen=True)
class Source:
    """The boxes of one system.

    :param table: their field table.
    :param boxes: the boxes as read, in the form of declarations.
    :param refusal: why none of them can be carried over, if so.
    """

    table: FieldTable
    boxes: t.Sequence[t.Any]
    refusal: str = ""

    @functools.cached_property
    def options(self) -> frozenset[str]:
        """All options that a box may have, under their names in a mailbox."""
        named = (field.mailbox_option or field.option for field in self.table.fields)
        return frozenset((*named, *(implied.option for implied in self.table.implied)))


@dataclasses.dataclass(frozen=True)
class Choices:
    """The user's choices for values that cannot be carried over unchanged.

    :param values: option to a dictionary of values and their replacements; None drops the value.
        For a list, they apply to each entry.
    :param renamed: option to the option for its value if the target has no such option.
    :param defaults: default options of every mailbox of the target.
    :param overrides: number in the source to overriding options of that mailbox; None leaves the mailbox out.
    :param pins: number on the target to the PIN for a mailbox without one.
    :param include_pins: whether PINs were read.
    :param present: existing numbers of the target; None if unknown.
    """

    values: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    renamed: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    defaults: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    overrides: t.Mapping[t.Any, t.Any] = dataclasses.field(default_factory=dict)
    pins: t.Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    include_pins: bool = False
    present: frozenset[str] | None = None

    @functools.cached_property
    def overrides_by_number(self) -> dict[str, Item | None]:
        """The overrides by number as text, since YAML reads unquoted digits as numbers."""
        return {str(number): override for number, override in self.overrides.items()}


@dataclasses.dataclass(frozen=True)
class Loss:
    """A value that is not carried over.

    :param number: number of the box in the source.
    :param option: the source's name of the option.
    :param reason: half a sentence.
    :param value: the lost value; None for a secret.
    :param usual: whether every box of the source has this value by default.
    :param instead: value of a new mailbox, by the user's choice or the target's default; None for nothing.
    """

    number: str
    option: str
    reason: str
    value: Canonical = None
    usual: bool = False
    instead: Canonical = None


@dataclasses.dataclass(frozen=True)
class SourceValue:
    """A value of the source. ``option`` is the source's name of the mailbox option ``mailbox_option``."""

    option: str
    mailbox_option: str
    value: Canonical
    usual: bool = False
    secret: bool = False
    local: bool = False
    always: bool = False


class BoxTranslator:
    """Translates one box.

    :ivar name: its number in the source.
    :ivar number: its number on the target.
    :ivar left_out: why it is not carried over; empty otherwise.
    :ivar needs_presence: why it must already exist on the target; empty if it can be created.
    """

    def __init__(self, source: Source, target: FieldTable, box: Item, choices: Choices) -> None:
        self._source, self._target, self._box, self._choices = source.table, target, box, choices
        self.name = str(box[self._source.key])
        override = choices.overrides_by_number.get(self.name, {})
        self.excluded = bool(source.refusal) or override is None
        self.left_out = source.refusal or ("left out on request" if override is None else "")
        self._override = dict(override or {})
        keys = [key for key in (target.key, target.alias) if key]
        self.number = str(next((self._override[key] for key in keys if self._override.get(key)), self.name))
        for key in keys:
            self._override.pop(key, None)
        self._chosen = _flat(self._override, target)
        self._carried: Values = {}
        self._from: dict[str, SourceValue] = {}
        self._lost: list[tuple[SourceValue, str]] = []
        self.renamed: dict[str, str] = {}
        self.needs_presence = ""
        self.item: Item = {}

    def translate(self, reader: t.Callable[[], Reader]) -> list[Problem]:
        """Translate the values, and return problems of the user's choices.

        :param reader: returns a reader of items of the target.
        """
        try:
            self._target.number.parse(self.number)
        except ValueError as error:
            self.left_out = f"its number {error}; set another one in the overrides"
            return []
        held = {item.mailbox_option: item for item in self._held()}
        for item in held.values():
            if item.mailbox_option not in self._chosen:
                self._carry(item, held)
        self._ask_for_pin(held)
        self._preserve_implied(held)
        while True:
            self.item = self._assembled()
            read = reader()
            desired = read.read([self.item])
            if read.problems or not desired:
                return read.problems
            conflict = self._conflict(desired[0].values)
            if not conflict or not self._drop_conflicting(desired[0].values, conflict):
                break
        self._check_creation(desired[0].values)
        return []

    @property
    def lacks_pin(self) -> bool:
        """Check whether the mailbox has no PIN."""
        return _PIN in self._target.by_option and not self.item.get(_PIN)

    @property
    def losses(self) -> list[Loss]:
        """The values not carried over, with their replacements in a new mailbox."""
        default = {field.option: None if field.default is UNKNOWN else field.default for field in self._target.fields}
        final = {**default, **_flat(self.item, self._target)}
        return [
            Loss(
                self.name,
                held.option,
                reason,
                None if held.secret else held.value,
                held.usual,
                HIDDEN if held.secret and final.get(held.mailbox_option) else final.get(held.mailbox_option),
            )
            for held, reason in self._lost
        ]

    def _held(self) -> t.Iterator[SourceValue]:
        """Yield every set value of the box, then its fixed properties."""
        set_options = _flat(self._box, self._source)
        for field in self._source.fields:
            value = set_options.get(field.option)
            if value is not None:
                usual = value == field.default
                yield SourceValue(
                    field.option, field.mailbox_option or field.option, value, usual, field.secret, field.local
                )
        if self._source is self._target:
            return
        for implied in self._source.implied:
            value = self._holds(implied, set_options, self._box.get("native") or {})
            if value not in (None, ""):
                always = implied.always is not None
                yield SourceValue(implied.option, implied.option, value, usual=always, always=always)

    @staticmethod
    def _holds(implied: Implied, options: t.Mapping[str, t.Any], native: t.Mapping[str, t.Any]) -> Canonical:
        if implied.follows:
            return bool(options.get(implied.follows))
        return native.get(implied.wire) if implied.wire else implied.always

    def _carry(self, held: SourceValue, others: t.Mapping[str, SourceValue]) -> None:
        target, mailbox_option = self._target, held.mailbox_option
        if held.local and mailbox_option in target.by_option:
            self._lose(held, "it refers to an object of the old system")
            return
        value = self._mapped(held)
        if value in (None, ""):
            self._lose(held, "left out on request")
            return
        implied = next((item for item in target.implied if item.option == mailbox_option), None)
        option = mailbox_option
        if option not in target.by_option:
            if implied is not None and (implied.follows or implied.always == value):
                return
            other = self._choices.renamed.get(mailbox_option, "")
            if other not in target.by_option or {other} & {*others, *self._chosen, *self._carried}:
                self._lose(held, target.refused.get(mailbox_option, f"{target.product} has no such field"))
                return
            option = other
        field = target.by_option[option]
        if held.always and value == field.default:
            return
        try:
            parsed = field.kind.parse(value)
        except ValueError as error:
            self._lose(held, str(error))
            return
        self._carried[option] = parsed
        self._from[option] = held
        if option != mailbox_option:
            self.renamed[held.option] = option

    def _mapped(self, held: SourceValue) -> Canonical:
        mapping = self._choices.values.get(held.mailbox_option) or {}
        # Compared as text, since YAML reads some words as booleans and numbers.
        words = {str(key): value for key, value in mapping.items()}
        if isinstance(held.value, list):
            entries = [words.get(str(entry), entry) for entry in held.value]
            return [entry for entry in entries if entry is not None] or None
        return words.get(str(held.value), held.value)

    def _lose(self, held: SourceValue, reason: str) -> None:
        self._lost.append((held, reason))

    def _ask_for_pin(self, held: t.Mapping[str, SourceValue]) -> None:
        """Report a PIN that was not read. A requested PIN that is not hidden is not set."""
        if _PIN in held or _PIN in self._chosen or _PIN not in self._source.by_option:
            return
        if self._choices.include_pins and _PIN not in self._box.get("hidden", ()):
            return
        reason = f"{self._source.product} does not show it" if self._choices.include_pins else "PINs were not requested"
        self._lose(SourceValue(_PIN, _PIN, None, secret=True), reason)

    def _preserve_implied(self, held: t.Mapping[str, SourceValue]) -> None:
        """Preserve behavior that the target derives from another option."""
        for implied in self._target.implied:
            wanted = held.get(implied.option)
            if not implied.follows or wanted is None or implied.option in self._chosen:
                continue
            why = self._target.refused.get(implied.option, f"it follows `{implied.follows}`")
            there = bool(_flat(self._assembled(), self._target).get(implied.follows))
            if wanted.value is True and not there:
                self._lose(wanted, why)
            elif wanted.value is False and implied.follows in self._carried:
                # An address without notifications would start to receive messages.
                self._drop(implied.follows, f"`{wanted.option}` is false, and {why}")

    def _drop(self, option: str, reason: str) -> None:
        held = self._from[option]
        del self._carried[option]
        self.renamed.pop(held.option, None)
        self._lose(held, reason)

    def _assembled(self) -> Item:
        carried: Item = {}
        for field in self._target.fields:
            if field.option in self._carried:
                _place(carried, field.option, self._carried[field.option])
        under: Item = dict(self._choices.defaults)
        item = {self._target.key: self.number, **deep_merge(deep_merge(under, carried), self._override)}
        if not item.get(_PIN) and self.number in self._choices.pins and _PIN in self._target.by_option:
            item[_PIN] = self._choices.pins[self.number]
            # Afterwards its owner may change it.
            item.setdefault("update_pin", PinPolicy.ON_CREATE.value)
        return item

    def _conflict(self, values: Values) -> Problem | None:
        after = {field.option: field.value_after_write(values.get(field.option)) for field in self._target.fields}
        return next(iter(self._target.conflicts(values, after)), None)

    def _drop_conflicting(self, values: Values, conflict: Problem) -> bool:
        """Drop a carried option that conflicts with the others; return whether there is one."""
        for composite in self._target.composites:
            for option in composite.options:
                if option not in self._carried:
                    continue
                left = {name: value for name, value in values.items() if name != option}
                if self._conflict(left) != conflict:
                    self._drop(option, conflict.reason)
                    return True
        return False

    def _check_creation(self, values: Values) -> None:
        target = self._target
        if not target.can_create:
            self.needs_presence = target.refused.get("create", f"{target.product} cannot create one")
            return
        missing = [field.option for field in target.fields if field.required and values.get(field.option) is None]
        if missing:
            lost = {item.mailbox_option: reason for item, reason in self._lost}
            required = [f"`{option}`" + (f" ({lost[option]})" if option in lost else "") for option in missing]
            self.needs_presence = f"does not exist there, and cannot be created without {' and '.join(required)}"


def _flat(raw: t.Mapping[str, t.Any], table: FieldTable, above: str = "") -> Values:
    """Return options under dotted names for nested dictionaries."""
    found: Values = {}
    for key, value in raw.items():
        name = f"{above}{key}"
        if name in table.groups and isinstance(value, dict):
            found.update(_flat(value, table, f"{name}."))
        else:
            found[name] = value
    return found


def _place(item: Item, option: str, value: Canonical) -> None:
    *groups, last = option.split(".")
    for group in groups:
        item = item.setdefault(group, {})
    item[last] = value
