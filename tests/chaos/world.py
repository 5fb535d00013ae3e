# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test knows of each vendor beside the driver: what options mean on the wire, and how others change boxes.

Nothing here uses the field tables of the drivers: they are what is being tested.
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
    """One option that scenarios declare.

    :param wires: fields of the stored box that it owns.
    :param choices: values to declare.
    :param expected: the fields that a value stands for.
    """

    wires: tuple[str, ...]
    choices: tuple[t.Any, ...]
    expected: t.Callable[[t.Any], Wire]


def plain(wire: str, *choices: t.Any) -> Option:
    """An option that is the same word for word."""
    return Option((wire,), choices, lambda value: {wire: value})


def mapped(wire: str, words: dict[t.Any, t.Any]) -> Option:
    """An option that the vendor has other words for."""
    return Option((wire,), tuple(words), lambda value: {wire: words[value]})


def joined(wire: str, *choices: list[str]) -> Option:
    """A list that the vendor keeps as one text."""
    return Option((wire,), choices, lambda value: {wire: ",".join(value)})


def comparable(value: t.Any) -> t.Any:
    """Lists and texts with commas mean sets; nothing, empty text and empty list are the same."""
    if isinstance(value, str) and "," in value:
        value = value.split(",")
    if isinstance(value, list):
        return frozenset(map(str, value)) or None
    if isinstance(value, str) and "@" in value:
        return frozenset((value,))
    return None if value == "" else value


class World:
    """What is true of one subject's server.

    :param options: what scenarios declare, by option; those in `required` always.
    :param foreign: further fields of a box that no scenario declares, each with a value that is not its default.
    :param first: number of the first seeded box; `fresh` are numbers that no seeded box has.
    """

    subject: Subject
    options: t.Mapping[str, Option]
    required: tuple[str, ...] = ()
    foreign: t.Mapping[str, t.Any] = {}
    first: int
    fresh: int
    #: The field that holds the number.
    number_wire: str
    #: Options that every listing shows; None for all. A deletion is planned with what the listing shows.
    listed: tuple[str, ...] | None = None
    #: Messages of a box can be counted.
    has_messages = True
    #: Requests that write, as conditions of a fault.
    writing = ""
    #: An update sends the whole box, so what another operator wrote in the very same moment may be overwritten.
    replaces = False
    #: Behaviours under which a scenario cannot end as declared, or that hide what the suite has to see.
    unfit: t.Mapping[str, tuple[t.Any, ...]] = {}

    def seeded(self, count: int) -> list[str]:
        """Numbers of the seeded boxes."""
        return [str(self.first + position) for position in range(count)]

    def boxes(self, server: SimulatorServer) -> list[Box]:
        """Every box there is."""
        return self.subject.stored(server)

    def messages(self, server: SimulatorServer) -> dict[str, set[str]]:
        """Ids of messages by id of their box."""
        return {}

    def put(self, server: SimulatorServer, number: str) -> None:
        """Another operator makes a box."""
        raise NotImplementedError

    def change(self, server: SimulatorServer, box: Box, fields: Wire) -> None:
        """Another operator changes fields of a box."""
        raise NotImplementedError

    def remove(self, server: SimulatorServer, box: Box) -> None:
        """Another operator deletes a box."""
        raise NotImplementedError

    def leave_message(self, server: SimulatorServer, box: Box) -> bool:
        """A caller leaves a message; False where the vendor shows none."""
        return False

    def can(self, event: str) -> bool:
        """Tell whether another operator can do this to a box."""
        can_create = self.subject.can_create
        return {"remove": can_create, "message": can_create and self.has_messages}.get(event, True)

    def options_of(self, item: Item) -> Item:
        """The options an item declares, those of the vendor's dictionary with a dot."""
        found = {}
        for key, value in item.items():
            if isinstance(value, dict):
                found.update({f"{key}.{name}": inner for name, inner in value.items()})
            elif key in self.options:
                found[key] = value
        return found

    def expected(self, item: Item) -> Wire:
        """The fields that an item stands for."""
        wires: Wire = {}
        for option, value in self.options_of(item).items():
            wires.update(self.options[option].expected(value))
        return wires

    def unheld(self, item: Item, box: Box, without: t.Collection[str] = ()) -> list[str]:
        """Fields that are declared and not so."""
        return [
            wire
            for wire, value in self.expected(item).items()
            if wire not in without and comparable(box.fields.get(wire)) != comparable(value)
        ]

    def random_item(self, chance: random.Random) -> Item:
        """Options of a new declaration."""
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
        """The field that holds the PIN."""
        return self.subject.pin_field
