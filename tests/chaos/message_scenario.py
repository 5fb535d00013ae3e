# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios of messages and recordings, generated from a seed."""

from __future__ import annotations

import dataclasses
import random
import typing as t

from chaos.message_worlds import MESSAGE_WORLDS, MessageWorld, Note
from chaos.scenario import Event, aimed_faults

BOXES = 3
CALL = "uploaded-call"


@dataclasses.dataclass(frozen=True)
class MessageScenario:
    """A scenario of one run.

    :param state: declared state of the messages; ``download`` for their recordings.
    :param place: number of the mailbox, or empty for all.
    :param filters: further options of the selection.
    :param named: positions of the messages to select by id, in the order of ids.
    :param to: numbers of the target mailboxes.
    """

    subject: str
    seed: int
    state: str
    place: str
    messages: int
    filters: tuple[tuple[str, t.Any], ...] = ()
    named: tuple[int, ...] = ()
    to: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    behaviors: tuple[tuple[str, t.Any], ...] = ()
    options: tuple[tuple[str, t.Any], ...] = ()
    check: bool = False

    #: Fields that the shrinker may reduce, and fields that must not become empty.
    parts: t.ClassVar = ("events", "faults", "behaviors", "filters", "named", "options")
    kept: t.ClassVar = ("named",)

    @property
    def world(self) -> MessageWorld:
        """Return the model of the vendor."""
        return MESSAGE_WORLDS[self.subject]

    @property
    def permanent(self) -> bool:
        """Return whether deletions are permanent."""
        return bool(dict(self.options).get("permanent"))

    def reported(self) -> str:
        """Return the scenario as text, without empty fields."""
        place = f"mailbox {self.place}" if self.place else "all mailboxes"
        lines = [
            f"{self.subject} seed {self.seed}: {self.state} of {place}, {BOXES} boxes with {self.messages} messages"
        ]
        for field in dataclasses.fields(self)[5:]:
            if value := getattr(self, field.name):
                lines.append(f"  {field.name}: {value}")
        return "\n".join(lines)

    def names(self, notes: t.Mapping[str, Note]) -> list[str]:
        """Return the ids of the selected messages, or their call ids if the ids change."""
        found = sorted(note.id for note in notes.values() if note.reached and self.place in ("", note.box))
        chosen = [found[position % len(found)] for position in self.named] if found else []
        return [notes[one].identity for one in chosen] if self.by_call else chosen

    @property
    def by_call(self) -> bool:
        """Return whether messages are selected by call id."""
        return self.state == "moved"

    def selects(self, note: Note, names: t.Collection[str]) -> bool:
        """Check whether the task selects a message."""
        if not note.reached or self.place not in ("", note.box) or self.state == "present":
            return False
        if self.named and (note.identity if self.by_call else note.id) not in names:
            return False
        filters = dict(self.filters)
        if "status" in filters and note.status != filters["status"]:
            return False
        caller = str(filters.get("caller", "")).lower()
        return not caller or any(caller in str(value).lower() for name, value in note.fields if is_caller(name))


def is_caller(name: str) -> bool:
    """Check whether a field of a message identifies the caller; PortSIP shows names only in its newest version."""
    return name in ("caller_id_name", "caller_id_number", "sender_number")


def generate_messages(subject: str, seed: int) -> MessageScenario:
    """Return the scenario of a seed."""
    world = MESSAGE_WORLDS[subject]
    chance = random.Random(f"{subject} {seed}")
    audio = world.module == "voicemail_audio"
    numbers = [next(iter(world.subject.box.values())), *world.subject.other_boxes]
    state = "download" if audio else chance.choice(sorted(world.subject.states))
    everywhere = state != "present" and chance.random() < 0.4
    messages = chance.choice((1, 2, 4, 4))
    named = tuple(sorted(chance.sample(range(messages), chance.randint(1, messages)))) if chance.random() < 0.4 else ()
    filters = {}
    if state != "present" and not named and chance.random() < 0.4:
        filters["caller"] = chance.choice(("example", "ada", "201", "1"))
    if not named and world.subject.statuses and state not in ("present", "download") and chance.random() < 0.4:
        filters["status"] = chance.choice([one for one in world.subject.statuses if one != "deleted"])
    others = [number for number in world.subject.other_boxes if everywhere or number != numbers[0]]
    to = tuple(chance.sample(others, 1 if state == "moved" else chance.randint(1, len(others)))) if others else ()
    options: dict[str, t.Any] = {"retry_budget": chance.choice((0, 3, 20, 60)), "workers": chance.choice((1, 1, 3))}
    if state == "absent":
        options["permanent"] = chance.random() < 0.5
    if audio and chance.random() < 0.5:
        options["manifest"] = "manifest.json"
    requests = 3 + (2 * messages if audio or not world.knows_calls else 4)
    return MessageScenario(
        subject=subject,
        seed=seed,
        state=state,
        place="" if everywhere else numbers[0],
        messages=messages,
        filters=tuple(filters.items()),
        named=() if state == "present" else named,
        to=to if state in ("moved", "copied") else (),
        faults=tuple(aimed_faults((world.downloading if audio else world.writing,), chance, requests)),
        events=tuple(_events(world, chance, numbers, messages, requests)),
        behaviors=tuple(chance.sample(world.subject.behaviors, chance.choice((0, 0, 1, 1, 2)))),
        options=tuple(options.items()),
        check=chance.random() < 0.08,
    )


def _events(
    world: MessageWorld, chance: random.Random, numbers: list[str], messages: int, requests: int
) -> t.Iterator[Event]:
    """Generate events: the number of a mailbox, the position of a message, and a status."""
    whats = ["expire", "late", "leave", "remove", *(["mark"] if world.subject.states else [])]
    for _event in range(chance.choice((0, 0, 1, 2, 3))):
        what = chance.choice(whats)
        status = chance.choice(("read", "unread"))
        wires = (("place", chance.randrange(messages)), ("status", status)) if what in ("mark", "remove") else ()
        number = "" if what in ("expire", "late") else chance.choice(numbers)
        yield Event(chance.randrange(requests), what, number, wires)
