# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse and validate items into declarations, and report all problems together.

Missing options are not managed; null or an empty list clears; a shared option that the
vendor does not support is an error, a warning or ignored, as configured.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import typing as t

from ..model.cautions import Caution
from ..model.fields import Field, FieldTable, Values
from ..model.kinds import Boolean, Kind, Pin, Text, is_number
from ..model.mailbox import Desired, PinPolicy
from ..model.masks import mask_problems
from ..model.problem import Problem, Subject
from .cycles import cycle_problem, cycles

#: Location of the item, such as ``mailboxes.yml:12``; set when items are read from a file.
SOURCE = "source"
#: Lines of the item's keys in its file, dotted inside dictionaries; set together with :data:`SOURCE`.
LINES = "source_lines"
#: Problems of an item, which is then skipped: a list of texts; set when items are read from a file.
INVALID = "invalid"
#: Keys of results that are not options, and are ignored in declarations.
READ_ONLY = ("native", "hidden")
#: Keys of an item that control its processing and are not fields of the vendor.
STEERING = ("id", "state", "update_pin", "delete_messages", *READ_ONLY, SOURCE, LINES)
STATES = ("present", "absent")
_POLICIES = tuple(PinPolicy)
_NO_LINES: t.Mapping[str, int] = {}
_ID = Text(longest=200, pattern=r"(?!\.{1,2}$)[^/?#\s\x00-\x1f\x7f]+", expected="an id without / ? # or blanks")


@dataclasses.dataclass
class Reader:
    """Parses the items of one task.

    :param table: the field table of the vendor.
    :param shared: the resource's shared options of all vendors.
    :param vendors: names of all vendors: an item may have a dictionary for each, but only that of the table is read.
    :param on_unsupported: ``error``, ``warn`` or ``ignore``.
    :param single: there is only one item, so errors omit its position.
    :param pruning: whether boxes without an item are deleted.
    """

    table: FieldTable
    shared: t.Collection[str]
    vendors: t.Collection[str]
    on_unsupported: str = "error"
    single: bool = False
    pruning: bool = False
    problems: list[Problem] = dataclasses.field(default_factory=list)
    warnings: list[Caution] = dataclasses.field(default_factory=list)
    #: Options with a number in place of a text, each with its item.
    numbers: list[str] = dataclasses.field(default_factory=list)

    @functools.cached_property
    def number_keys(self) -> tuple[str, ...]:
        """The options with the number of an item."""
        return tuple(filter(None, (self.table.key, self.table.alias)))

    @functools.cached_property
    def not_fields(self) -> frozenset[str]:
        """The keys of an item that are not fields: those that control it, and the dictionaries of other vendors."""
        foreign = set(self.vendors) - {self.table.vendor}
        return frozenset((*self.number_keys, f"new_{self.table.key}", *STEERING, *foreign))

    def read(self, items: t.Sequence[t.Any], defaults: t.Mapping[str, t.Any] | None = None) -> list[Desired]:
        """Return the declared boxes. Problems are added to ``problems``, each naming position and number."""
        desired = []
        twins = Twins(self.table.resource, self.table.product, self.table.number.key)
        for position, raw in enumerate(items, 1):
            item = self._item(position, raw, defaults)
            if item is None:
                continue
            found = item.read()
            if found is not None:
                desired.append(found)
            self.problems += twins.check(item.subject, item.number, item.new_number, item.box_id)
        self.problems += [cycle_problem(self.table.key, item, numbers) for item, numbers in cycles(desired, self.table)]
        return desired

    def read_one(self, position: int, raw: t.Any, defaults: t.Mapping[str, t.Any] | None = None) -> Desired | None:
        """Return one declared box, or None. Problems are added to ``problems``."""
        item = self._item(position, raw, defaults)
        return None if item is None else item.read()

    def _item(self, position: int, raw: t.Any, defaults: t.Mapping[str, t.Any] | None) -> _ItemReader | None:
        if not isinstance(raw, dict):
            text = f"must be a dictionary with `{self.table.key}`, not {type_name(raw)}"
            self.problems.append(Problem(text, subject=Subject(position=position)))
            return None
        if isinstance(raw.get(INVALID), list):
            # Problems of its file, if invalid items are skipped.
            self.problems += [Problem(str(text)) for text in raw[INVALID]]
            return None
        return _ItemReader(self, position, deep_merge(defaults, raw) if defaults else raw)


class Twins:
    """Find items with the same number or id, including invalid items."""

    def __init__(self, resource: str, vendor: str = "", key: t.Callable[[str], str] = str) -> None:
        self._resource = resource
        self._vendor = vendor
        self._key = key
        self._seen: dict[str, tuple[Subject, str]] = {}

    def check(self, subject: Subject, number: str | None, new_number: str | None, box_id: str | None) -> list[Problem]:
        """Return problems if an earlier item has the same number or id.

        The number of one item may be the new number of another, which is renumbered after it.
        """
        after = new_number or number
        names = {f"after {self._key(after)}": after} if after else {}
        if number and not box_id:
            names[f"before {self._key(number)}"] = number
        if box_id:
            names[f"id {box_id}"] = f"id {box_id}"
        problems: list[Problem] = []
        reported: list[Subject] = []
        for key, name in names.items():
            first, before = self._seen.setdefault(key, (subject, name))
            # Without renumbering, the number is the same before and after.
            if first is subject or (name == number and first in reported):
                continue
            reported.append(first)
            same = f" (for {self._vendor} the same number as {before})" if name != before else ""
            twin = dataclasses.replace(subject, kind=self._resource, name=f"{name}{same}", note=f"first {first.place}")
            problems.append(Problem("is declared twice", subject=twin))
        return problems


class _ItemReader:
    def __init__(self, reader: Reader, position: int, raw: t.Mapping[str, t.Any]) -> None:
        self.reader = reader
        self.table = reader.table
        self.raw = raw
        self.number_keys = [key for key in reader.number_keys if raw.get(key) is not None]
        written = raw[self.number_keys[0]] if self.number_keys else None
        named = written if isinstance(written, (str, int)) else raw.get("id")
        source = str(raw[SOURCE]) if raw.get(SOURCE) else ""
        self.subject = Subject(
            self.table.resource,
            "" if named is None else str(named),
            source,
            None if source or reader.single else position,
        )
        lines = raw.get(LINES)
        self.lines: t.Mapping[str, int] = lines if isinstance(lines, dict) else _NO_LINES
        self.values: Values = {}
        self.numbers: list[str] = []
        self.failed = False
        self.number: str | None = None
        self.new_number: str | None = None
        self.box_id: str | None = None

    def read(self) -> Desired | None:
        for problem in mask_problems(self.raw):
            self._problem(problem.text, problem.option, problem.hint)
        self.number = self._number(self.number_keys)
        self.box_id = self._steer("id", _ID)
        if self.number is None and self.box_id is None and not self.failed:
            self._problem("is missing", self.table.key)
        present = self._word("state", STATES, "present") == "present"
        self.new_number = self._new_number(present)
        policy = PinPolicy(self._word("update_pin", _POLICIES, PinPolicy.IF_CHANGED))
        delete_messages = bool(self._steer("delete_messages", Boolean()))
        self._read_options()
        self._refuse_foreign_only(present)
        for problem in self.table.contradictions(self.values) if present else ():
            self._problem(problem.text, problem.option, problem.hint)
        self._check_numbers(present)
        if not present and not self.table.can_create:
            reason = self.table.refused.get("state", "the vendor cannot delete it")
            self._problem(f"absent is not possible: {reason}", "state")
        if self.failed:
            return None
        return Desired(
            subject=self.subject,
            number=self.number,
            id=self.box_id,
            present=present,
            new_number=self.new_number,
            values=self.values,
            update_pin=policy,
            delete_messages=delete_messages,
            lines=self.lines,
        )

    def _check_numbers(self, present: bool) -> None:
        """Refuse a number that decides what is deleted or kept: YAML reads 0123 as 83."""
        if not self.numbers:
            return
        naming = [name for name in self.numbers if name in (*self.reader.number_keys, f"new_{self.table.key}", "id")]
        for name in naming if self.reader.pruning or not present else ():
            danger = "`prune` could delete the intended one" if present else "another one could be deleted"
            self._problem(number_problem(danger), name, number_hint(name))
        self.reader.numbers += [f"{self.subject}: `{name}`" for name in self.numbers]

    def _problem(self, text: str, option: str = "", hint: str = "") -> None:
        self.failed = True
        subject = self.subject.at_line(self.lines.get(option))
        self.reader.problems.append(Problem(text, option=option, subject=subject, hint=hint))

    def _number(self, given: t.Sequence[str]) -> str | None:
        if not given:
            return None
        if len(given) > 1 and len({str(self.raw[name]) for name in given}) > 1:
            self._problem(f"and `{given[1]}` are the same option and differ", given[0])
        self.numbers += [name for name in given if is_number(self.raw[name])]
        try:
            number = self.table.number.parse(self.raw[given[0]])
        except ValueError as error:
            self._problem(str(error), given[0])
            return None
        if number is None:
            self._problem("must not be empty", given[0])
        return t.cast("str | None", number)

    def _new_number(self, present: bool) -> str | None:
        name = f"new_{self.table.key}"
        if self.raw.get(name) is None:
            return None
        if not self.table.can_renumber:
            self._unsupported(name)
            return None
        if not present:
            self._problem("has no meaning with `state` absent", name)
        return self._number((name,))

    def _steer(self, name: str, kind: Kind) -> t.Any:
        if self.raw.get(name) is None:
            return None
        if kind.takes_as_text(self.raw[name]):
            self.numbers.append(name)
        try:
            return kind.parse(self.raw[name])
        except ValueError as error:
            self._problem(str(error), name)
            return None

    def _word(self, name: str, words: t.Sequence[str], default: str) -> str:
        value = self.raw.get(name)
        if value is None:
            return default
        if value not in words:
            # The value is not shown: it may be a misplaced PIN.
            self._problem(f"must be one of {', '.join(words)}", name)
            return default
        return str(value)

    def _read_options(self) -> None:
        for key, value in self.raw.items():
            if key in self.reader.not_fields:
                continue
            if key in self.table.by_option and "." not in key:
                self._field(self.table.by_option[key], value)
            elif key == self.table.vendor:
                self._group(key, value)
            elif key in self.reader.shared or key in self.table.refused:
                self._unsupported(key)
            else:
                names = {*self.reader.not_fields, *self.reader.shared, *self.reader.vendors} - {SOURCE, LINES}
                self._problem(f"is not an option{did_you_mean(str(key), names)}", str(key))

    def _group(self, group: str, value: t.Any) -> None:
        members = [field for field in self.table.fields if field.option.startswith(f"{group}.")]
        if value is None:
            for field in members:
                if group != self.table.vendor:
                    self._field(field, None)
            return
        if not isinstance(value, dict):
            self._problem(f"must be a dictionary, not {type_name(value)}", group)
            return
        for key, inner in value.items():
            option = f"{group}.{key}"
            if option in self.table.groups:
                self._group(option, inner)
            elif option in self.table.by_option:
                self._field(self.table.by_option[option], inner)
            elif group == self.table.vendor and key in self.table.owners:
                self._problem(f"is set by the option {self.table.owners[key]}; use that one", option)
            elif option in self.table.refused:
                self._problem(f"cannot be set: {self.table.refused[option]}", option)
            else:
                names = [
                    name[len(group) + 1 :].split(".")[0]
                    for name in self.table.by_option
                    if name.startswith(f"{group}.")
                ]
                self._problem(f"is not a field of this vendor{did_you_mean(str(key), names)}", option)

    def _field(self, field: Field, value: t.Any) -> None:
        try:
            # Only null clears a PIN: an unintentionally empty variable must not open a mailbox.
            clears = isinstance(value, (list, dict)) and not value and not isinstance(field.kind, Pin)
            empty = value is None or clears
            parsed = None if empty else field.kind.parse(value)
        except ValueError as error:
            self._problem(str(error), field.option)
            return
        if not isinstance(value, str) and field.kind.takes_as_text(value):
            self.numbers.append(field.option)
        # An empty text clears as well.
        if parsed is None and (field.required or (isinstance(field.kind, Pin) and not field.clearable)):
            self._problem("cannot be cleared; remove it to keep the current value", field.option)
            return
        self.values[field.option] = parsed

    def _unsupported(self, option: str) -> None:
        reason = self.table.refused.get(option, f"{self.table.product} has no such field")
        text = f"is not supported by {self.table.product}: {reason}"
        if self.reader.on_unsupported == "error":
            self._problem(text, option, "Remove it, or set `on_unsupported` to warn or ignore")
        elif self.reader.on_unsupported == "warn":
            subject = self.subject.at_line(self.lines.get(option))
            self.reader.warnings.append(Caution(subject, f"`{option}` {text}; it is ignored"))

    def _refuse_foreign_only(self, present: bool) -> None:
        foreign = [key for key in self.reader.vendors if key in self.raw and key != self.table.vendor]
        if not (present and foreign):
            return
        own = set(self.raw) - set(self.reader.vendors) - {*self.reader.number_keys, *STEERING}
        if not own and self.table.vendor not in self.raw:
            self._problem(f"is the only dictionary of a vendor, but the vendor is {self.table.product}", foreign[0])


def deep_merge(under: t.Mapping[str, t.Any], over: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return an item merged over defaults: dictionaries are merged by key, other values are replaced."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = deep_merge(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def number_problem(danger: str) -> str:
    """Return why a number is refused in place of a text: it may differ from what was written."""
    return f"is a number, not text, and YAML reads 0123 as 83, so {danger}"


def number_hint(option: str) -> str:
    """Return how to write a number as text."""
    return f'Quote it in YAML, such as {option}: "0123", and end an expression with `| string`'


def did_you_mean(word: str, words: t.Iterable[str]) -> str:
    """Return a suggestion for an unknown word, to append to a sentence; empty if no known word is similar."""
    near = difflib.get_close_matches(word, list(words), n=1)
    return f"; did you mean `{near[0]}`?" if near else ""


def number_warning(places: t.Sequence[str]) -> str:
    """Return one warning about all numbers of a task that were read as text."""
    shown = ", ".join(places[:5]) + (f" and {len(places) - 5} more" if len(places) > 5 else "")
    return (
        f"read as text although it is a number, and YAML reads 0123 as 83: {shown}."
        ' Quote numbers in YAML, such as mailbox: "0123", and end an expression with `| string`'
    )


def type_name(value: t.Any) -> str:
    """Return the name of a value's type for users."""
    words = {
        dict: "a dictionary",
        list: "a list",
        str: "text",
        bool: "a boolean",
        int: "a number",
        type(None): "nothing",
    }
    return next((word for kind, word in words.items() if isinstance(value, kind)), type(value).__name__)
