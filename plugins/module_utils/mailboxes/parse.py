# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a user wrote to what is declared, with every problem told at once.

The rules: an option that is not given is not managed; null or an empty list clears; a shared option that the
vendor cannot hold is an error, a warning or ignored, as the user chose.
"""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ..model.cautions import Caution
from ..model.fields import Field, FieldTable, Values
from ..model.kinds import Boolean, Kind, Pin, Text, is_number
from ..model.mailbox import Desired, PinPolicy
from ..model.masks import mask_problems

#: Where the item stands, such as ``mailboxes.yml:12``; set by whatever reads items from a file.
SOURCE = "source"
#: Keys of an item that steer it and are no field of the vendor. ``native`` is what reading returns beside the options.
STEERING = ("id", "state", "update_pin", "delete_messages", "native", SOURCE)
STATES = ("present", "absent")


@dataclasses.dataclass
class Reader:
    """Reads the items of one task.

    :param table: the field table of the vendor in use.
    :param shared: shared options of the resource, of all vendors.
    :param vendors: every vendor's name: each may have a dictionary in an item, and only the table's own is read.
    :param on_unsupported: ``error``, ``warn`` or ``ignore``.
    :param single: there is one item, so its position says nothing.
    :param pruning: what no item names is deleted.
    """

    table: FieldTable
    shared: t.Collection[str]
    vendors: t.Collection[str]
    on_unsupported: str = "error"
    single: bool = False
    pruning: bool = False
    problems: list[str] = dataclasses.field(default_factory=list)
    warnings: list[Caution] = dataclasses.field(default_factory=list)
    #: Options that hold a number where text is meant, each with its item.
    numbers: list[str] = dataclasses.field(default_factory=list)

    def read(self, items: t.Sequence[t.Any], defaults: t.Mapping[str, t.Any] | None = None) -> list[Desired]:
        """Return the declared boxes; what is wrong is added to ``problems``, each naming position and number."""
        desired = []
        for position, raw in enumerate(items, 1):
            if not isinstance(raw, dict):
                self.problems.append(
                    f"item {position}: must be a dictionary with `{self.table.key}`, not {type_name(raw)}"
                )
                continue
            item = _ItemReader(self, position, laid_over(defaults, raw) if defaults else raw).read()
            if item is not None:
                desired.append(item)
        self._refuse_twins(desired)
        return desired

    def _refuse_twins(self, desired: t.Sequence[Desired]) -> None:
        seen: dict[str, tuple[Desired, str]] = {}
        for item in desired:
            numbers = {self.table.number.key(text): text for text in (item.number, item.new_number) if text}
            ids = {f"id {item.id}": f"id {item.id}"} if item.id else {}
            for key, text in {**numbers, **ids}.items():
                first, before = seen.setdefault(key, (item, text))
                if first is item:
                    continue
                same = f" (for {self.table.vendor} the same number as {before})" if text != before else ""
                self.problems.append(
                    f"{item.source or f'item {item.position}'}: {self.table.resource} {text}{same} is declared twice,"
                    f" first {f'in {first.source}' if first.source else f'by item {first.position}'}"
                )


class _ItemReader:
    def __init__(self, reader: Reader, position: int, raw: t.Mapping[str, t.Any]) -> None:
        self.reader = reader
        self.table = reader.table
        self.position = position
        self.raw = raw
        self.number_keys = tuple(filter(None, (self.table.key, self.table.alias)))
        written = next((raw[key] for key in self.number_keys if raw.get(key) is not None), None)
        named = written if isinstance(written, (str, int)) else raw.get("id")
        name = f"{self.table.resource} {named}" if named is not None else self.table.resource
        self.source = str(raw[SOURCE]) if raw.get(SOURCE) else None
        if self.source is not None:
            self.label = f"{self.source}: {name}"
        else:
            self.label = name if reader.single else f"item {position}" + (f" ({name})" if named is not None else "")
        self.values: Values = {}
        self.numbers: list[str] = []
        self.failed = False
        self.unsupported: list[str] = []

    def read(self) -> Desired | None:
        for problem in mask_problems(self.raw):
            self._problem(problem)
        number = self._number(*self.number_keys)
        box_id = self._steer(
            "id",
            Text(longest=200, pattern=r"(?!\.{1,2}$)[^/?#\s\x00-\x1f\x7f]+", expected="an id without / ? # or blanks"),
        )
        if number is None and box_id is None and not self.failed:
            self._problem(f"`{self.table.key}` is missing")
        present = self._word("state", STATES, "present") == "present"
        new_number = self._new_number(present)
        policy = PinPolicy(self._word("update_pin", tuple(PinPolicy), PinPolicy.IF_CHANGED))
        delete_messages = bool(self._steer("delete_messages", Boolean()))
        self._read_options()
        self._refuse_foreign_only(present)
        self._judge_numbers(present)
        if not present and not self.table.can_create:
            self._problem(
                f"`state` absent is not possible: {self.table.refused.get('state', 'the vendor cannot delete it')}"
            )
        if self.failed:
            return None
        return Desired(
            position=self.position,
            label=self.label,
            number=number,
            id=box_id,
            present=present,
            new_number=new_number,
            values=self.values,
            update_pin=policy,
            delete_messages=delete_messages,
            source=self.source,
        )

    def _judge_numbers(self, present: bool) -> None:
        """Refuse a number that names what is deleted or kept from deletion: YAML makes 83 of 0123."""
        naming = [name for name in self.numbers if name in (*self.number_keys, f"new_{self.table.key}", "id")]
        for name in naming if self.reader.pruning or not present else ():
            danger = "`prune` could delete the one that was meant" if present else "another one could be deleted"
            self._problem(f"`{name}` {number_problem(self.raw[name], name, danger)}")
        self.reader.numbers += [f"{self.label}: `{name}`" for name in self.numbers]

    def _problem(self, text: str) -> None:
        self.failed = True
        self.reader.problems.append(f"{self.label}: {text}")

    def _number(self, *names: str) -> str | None:
        given = [name for name in names if self.raw.get(name) is not None]
        if not given:
            return None
        if len(given) > 1 and len({str(self.raw[name]) for name in given}) > 1:
            self._problem(f"`{given[0]}` and `{given[1]}` are the same option and differ")
        self.numbers += [name for name in given if is_number(self.raw[name])]
        try:
            number = self.table.number.parse(self.raw[given[0]])
        except ValueError as error:
            self._problem(f"`{given[0]}` {error}")
            return None
        if number is None:
            self._problem(f"`{given[0]}` must not be empty")
        return t.cast("str | None", number)

    def _new_number(self, present: bool) -> str | None:
        name = f"new_{self.table.key}"
        if self.raw.get(name) is None:
            return None
        if not self.table.can_renumber:
            self._unsupported(name)
            return None
        if not present:
            self._problem(f"`{name}` has no meaning with `state` absent")
        return self._number(name)

    def _steer(self, name: str, kind: Kind) -> t.Any:
        if self.raw.get(name) is None:
            return None
        if kind.takes_as_text(self.raw[name]):
            self.numbers.append(name)
        try:
            return kind.parse(self.raw[name])
        except ValueError as error:
            self._problem(f"`{name}` {error}")
            return None

    def _word(self, name: str, words: t.Sequence[str], default: str) -> str:
        value = self.raw.get(name)
        if value is None:
            return default
        if value not in words:
            # Not the value: it may be a PIN in the wrong place.
            self._problem(f"`{name}` must be one of {', '.join(words)}")
            return default
        return str(value)

    def _read_options(self) -> None:
        known = {*self.number_keys, f"new_{self.table.key}", *STEERING}
        for key, value in self.raw.items():
            if key in known or (key in self.reader.vendors and key != self.table.vendor):
                continue
            if key in self.table.by_option and "." not in key:
                self._field(self.table.by_option[key], value)
            elif key == self.table.vendor:
                self._group(key, value)
            elif key in self.reader.shared or key in self.table.refused:
                self._unsupported(key)
            else:
                near = difflib.get_close_matches(str(key), [*known, *self.reader.shared, *self.reader.vendors], n=1)
                self._problem(f"unknown option `{key}`" + (f"; did you mean `{near[0]}`?" if near else ""))

    def _group(self, group: str, value: t.Any) -> None:
        members = [field for field in self.table.fields if field.option.startswith(f"{group}.")]
        if value is None:
            for field in members:
                if group != self.table.vendor:
                    self._field(field, None)
            return
        if not isinstance(value, dict):
            self._problem(f"`{group}` must be a dictionary, not {type_name(value)}")
            return
        for key, inner in value.items():
            option = f"{group}.{key}"
            if option in self.table.groups:
                self._group(option, inner)
            elif option in self.table.by_option:
                self._field(self.table.by_option[option], inner)
            elif group == self.table.vendor and key in self.table.owners:
                self._problem(f"`{option}` is what the option {self.table.owners[key]} sets; use that one")
            elif option in self.table.refused:
                self._problem(f"`{option}`: {self.table.refused[option]}")
            else:
                names = [
                    name[len(group) + 1 :].split(".")[0]
                    for name in self.table.by_option
                    if name.startswith(f"{group}.")
                ]
                near = difflib.get_close_matches(str(key), names, n=1)
                self._problem(
                    f"`{option}` is no field of this vendor" + (f"; did you mean `{near[0]}`?" if near else "")
                )

    def _field(self, field: Field, value: t.Any) -> None:
        try:
            # Only null clears a PIN: a variable that happens to be empty must not open a mailbox.
            clears = isinstance(value, (list, dict)) and not value and not isinstance(field.kind, Pin)
            empty = value is None or clears
            parsed = None if empty else field.kind.parse(value)
        except ValueError as error:
            self._problem(f"`{field.option}` {error}")
            return
        if field.kind.takes_as_text(value):
            self.numbers.append(field.option)
        # Empty text clears as well.
        if parsed is None and (field.required or (isinstance(field.kind, Pin) and not field.clearable)):
            self._problem(f"`{field.option}` cannot be cleared; leave it out to leave it alone")
            return
        self.values[field.option] = parsed

    def _unsupported(self, option: str) -> None:
        self.unsupported.append(option)
        reason = self.table.refused.get(option, f"{self.table.vendor} has no such field")
        text = f"`{option}` cannot be held by {self.table.vendor}: {reason}"
        if self.reader.on_unsupported == "error":
            self._problem(f"{text}. Leave it out, or set `on_unsupported` to warn or ignore")
        elif self.reader.on_unsupported == "warn":
            self.reader.warnings.append(Caution(self.label, f"{text}; it is left out"))

    def _refuse_foreign_only(self, present: bool) -> None:
        foreign = [key for key in self.reader.vendors if key in self.raw and key != self.table.vendor]
        own = set(self.raw) - set(self.reader.vendors) - {*self.number_keys, *STEERING}
        if present and foreign and not own and self.table.vendor not in self.raw:
            self._problem(f"only `{foreign[0]}` is given, but the vendor is {self.table.vendor}, which never reads it")


def laid_over(under: t.Mapping[str, t.Any], over: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return an item with defaults under it; dictionaries are merged key by key, anything else is replaced."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = laid_over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def number_problem(value: int, option: str, danger: str) -> str:
    """Say why a number is refused where text names something, and what to write instead."""
    return (
        f"is the number {value}, not text, and YAML reads 0123 as 83, so {danger}."
        f' Quote it in YAML, such as {option}: "0123", and end an expression with `| string`'
    )


def number_warning(places: t.Sequence[str]) -> str:
    """Return the one warning of a task about numbers that were taken as text."""
    shown = ", ".join(places[:5]) + (f" and {len(places) - 5} more" if len(places) > 5 else "")
    return (
        f"taken as text although it is a number, and YAML reads 0123 as 83: {shown}."
        ' Quote numbers in YAML, such as mailbox: "0123", and end an expression with `| string`'
    )


def type_name(value: t.Any) -> str:
    """Name the type of a value in a user's words."""
    words = {
        dict: "a dictionary",
        list: "a list",
        str: "text",
        bool: "a truth value",
        int: "a number",
        type(None): "nothing",
    }
    return next((word for kind, word in words.items() if isinstance(value, kind)), type(value).__name__)
