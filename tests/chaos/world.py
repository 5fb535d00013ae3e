# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models of each vendor, independent of the drivers: options as stored fields, and changes of other clients.

These models do not use the field tables of the drivers, because those are under test.
"""

from __future__ import annotations

import dataclasses
import random
import typing as t

from helpers.stored_boxes import Box
from helpers.subjects import Item, Subject
from voicemail_simulator.server import SimulatorServer

Wire = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Option:
    """An option that scenarios declare.

    :param wires: the fields of the stored mailbox that it sets.
    :param choices: values to declare.
    :param expected: returns the fields for a value.
    """

    wires: tuple[str, ...]
    choices: tuple[t.Any, ...]
    expected: t.Callable[[t.Any], Wire]


def plain(wire: str, *choices: t.Any) -> Option:
    """Return an option whose values are stored unchanged."""
    return Option((wire,), choices, lambda value: {wire: value})


def mapped(wire: str, words: dict[t.Any, t.Any]) -> Option:
    """Return an option whose values the vendor stores under other names."""
    return Option((wire,), tuple(words), lambda value: {wire: words[value]})


def joined(wire: str, *choices: list[str]) -> Option:
    """Return a list option that the vendor stores as one text."""
    return Option((wire,), choices, lambda value: {wire: ",".join(value)})


def comparable(value: t.Any) -> t.Any:
    """Return a comparable value: lists and comma-separated texts as sets, and all empty values as equal."""
    if isinstance(value, str) and "," in value:
        value = value.split(",")
    if isinstance(value, list):
        return frozenset(map(str, value)) or None
    if isinstance(value, str) and "@" in value:
        return frozenset((value,))
    return None if value == "" else value


class World:
    """The model of one subject's server.

    :param options: options that scenarios may declare. Those in `required` are always declared.
    :param foreign: fields that no scenario declares, each with a value other than the default.
    :param first: number of the first seeded mailbox. `fresh` is a number without a seeded mailbox.
    """

    subject: Subject
    options: t.Mapping[str, Option]
    required: tuple[str, ...] = ()
    foreign: t.Mapping[str, t.Any] = {}
    first: int
    fresh: int
    #: The field of the number.
    number_wire: str
    #: Options in every list, or None for all. Deletions are planned with these options.
    listed: tuple[str, ...] | None = None
    #: Whether messages of a mailbox can be counted.
    has_messages = True
    #: Conditions of faults for writes.
    writing = ""
    #: Whether an update sends the whole mailbox, so that a simultaneous change of another operator may be overwritten.
    replaces = False
    #: Behaviors that prevent the declared state, or that hide values that the suite checks.
    unfit: t.Mapping[str, tuple[t.Any, ...]] = {}

    def seeded(self, count: int) -> list[str]:
        """Return the numbers of the seeded mailboxes."""
        return [str(self.first + position) for position in range(count)]

    def boxes(self, server: SimulatorServer) -> list[Box]:
        """Return all mailboxes."""
        return self.subject.stored(server)

    def messages(self, server: SimulatorServer) -> dict[str, set[str]]:
        """Return the ids of messages by id of their mailbox."""
        return {}

    def put(self, server: SimulatorServer, number: str) -> None:
        """Create a mailbox as another operator."""
        raise NotImplementedError

    def change(self, server: SimulatorServer, box: Box, fields: Wire) -> None:
        """Change fields of a mailbox as another operator."""
        raise NotImplementedError

    def remove(self, server: SimulatorServer, box: Box) -> None:
        """Delete a mailbox as another operator."""
        raise NotImplementedError

    def leave_message(self, server: SimulatorServer, box: Box) -> bool:
        """Add a message as a caller. Return False if the vendor has no messages."""
        return False

    def can(self, event: str) -> bool:
        """Check whether another operator can make this change to a mailbox."""
        can_create = self.subject.can_create
        return {"remove": can_create, "message": can_create and self.has_messages}.get(event, True)

    def options_of(self, item: Item) -> Item:
        """Return the declared options of an item. Those in the vendor's dictionary are dotted."""
        found = {}
        for key, value in item.items():
            if isinstance(value, dict):
                found.update({f"{key}.{name}": inner for name, inner in value.items()})
            elif key in self.options:
                found[key] = value
        return found

    def expected(self, item: Item) -> Wire:
        """Return the expected fields of an item."""
        wires: Wire = {}
        for option, value in self.options_of(item).items():
            wires.update(self.options[option].expected(value))
        return wires

    def mismatches(self, item: Item, box: Box, without: t.Collection[str] = ()) -> list[str]:
        """Return the declared fields with other values."""
        return [
            wire
            for wire, value in self.expected(item).items()
            if wire not in without and comparable(box.fields.get(wire)) != comparable(value)
        ]

    def random_item(self, chance: random.Random) -> Item:
        """Return the options of a new declaration."""
        chosen = [name for name in self.options if name in self.required or chance.random() < 0.4]
        item: Item = {}
        for name in chosen:
            group, dot, inner = name.rpartition(".")
            value = chance.choice(self.options[name].choices)
            if dot:
                item.setdefault(group, {})[inner] = value
            else:
                item[name] = value
        return item

    def pin_wire(self) -> str:
        """Return the field of the PIN."""
        return self.subject.pin_field
