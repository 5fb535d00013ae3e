# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO's mailboxes in memory, without HTTP: use it for rules of the engine, which apply to every vendor.

A run of a module takes a millisecond, so a test can try hundreds. Tests of KAZOO's own behavior use the
simulator instead.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import types
import typing as t
from unittest import mock

from ansible_collections.telephony.voicemail.plugins.module_utils import task
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box, Listing, ListQuery
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import protocol, registry

from helpers.runners import Result

TABLE = registry.vendor("kazoo").tables["mailbox"]
DEFAULTS = {field.option: field.default for field in TABLE.fields if not field.on_demand and not field.creation_only}
ARGUMENTS = {"vendor": "kazoo", "url": "http://127.0.0.1", "username": "u", "password": "p" * 40, "domain": "d"}


@dataclasses.dataclass
class Store:
    """The mailboxes of an account.

    :param before: called with the name and the number of each request before it is served. It may raise.
    :param summary: options that a list contains, or None for all. Then a list contains only the requested options.
    :param advice: warnings on options.
    :param shows_box: replies to writes show the mailbox.
    """

    boxes: dict[str, Box] = dataclasses.field(default_factory=dict)
    messages: dict[str, int] = dataclasses.field(default_factory=dict)
    requests: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    before: t.Callable[[str, str], None] = lambda request, number: None
    summary: frozenset[str] | None = None
    shows_box: bool = True
    advice: dict[str, str] = dataclasses.field(default_factory=dict)
    progress: list[tuple[int, int, int, str]] = dataclasses.field(default_factory=list)
    created: set[str] = dataclasses.field(default_factory=set)
    _ids: t.Iterator[int] = dataclasses.field(default_factory=lambda: itertools.count(1))

    def add(self, number: str, messages: int = 0, **values: t.Any) -> str:
        """Create a mailbox, as another operator would, and return its id."""
        box_id = f"{next(self._ids):032x}"
        # Sorted as a driver reads them, because the order of addresses is irrelevant.
        canonical = {option: TABLE.by_option[option].kind.parse(value) for option, value in values.items()}
        self.boxes[box_id] = Box(number, box_id, {**DEFAULTS, "name": f"Desk {number}", **canonical})
        self.messages[box_id] = messages
        return box_id

    def numbered(self, *numbers: str) -> Store:
        """Create several mailboxes."""
        for number in numbers:
            self.add(number)
        return self

    def receive(self, request: str, number: str) -> None:
        """Record a request and run the test's callback."""
        self.requests.append((request, number))
        self.before(request, number)

    @property
    def writes(self) -> list[tuple[str, str]]:
        """Return the requests that change something."""
        return [(request, number) for request, number in self.requests if request in ("create", "update", "delete")]

    @property
    def stored(self) -> dict[str, t.Any]:
        """Return the names of the mailboxes by number."""
        return {box.number: box.values["name"] for box in self.boxes.values()}

    def _note(self, *counts: t.Any) -> None:
        self.progress.append(counts)

    def run(self, check: bool = False, module: str = "vmboxes", **options: t.Any) -> Result:
        """Run a module."""
        session = types.SimpleNamespace(
            client=_Client(self), store=self, account_key=lambda: "key", account_name=lambda: "name"
        )

        @contextlib.contextmanager
        def opened(*_arguments: t.Any) -> t.Iterator[t.Any]:
            yield session

        vendor = dataclasses.replace(registry.vendor("kazoo"), boxes={"mailbox": lambda: MemoryMailboxes})
        with mock.patch.dict(registry.VENDORS, kazoo=lambda: vendor):
            result = task.run_in_worker(
                module, {**ARGUMENTS, **options}, task.Worker(check=check, sessions=opened, progress=self._note)
            )
        result.setdefault("failed", False)
        return result


class _Client:
    """The parts of an HTTP client that the engine uses."""

    def __init__(self, store: Store) -> None:
        self.retries = types.SimpleNamespace(notify=None, long_waits=0)
        self.workers = 4
        self._requests, self._before = store.requests, len(store.requests)

    @property
    def requests(self) -> int:
        """Return the number of requests of this task."""
        return len(self._requests) - self._before


class MemoryMailboxes(
    protocol.Boxes,
    protocol.Creation,
    protocol.Renumbering,
    protocol.MessageCounter,
    protocol.DuplicateFinder,
    protocol.DuplicateRemover,
    protocol.OptionAdvisor,
):
    """A driver of a :class:`Store`."""

    table = TABLE

    @property
    def _store(self) -> Store:
        store: Store = self._session.store
        return store

    def list(self, wanted: ListQuery) -> Listing:
        """Return the requested mailboxes in full, or with the requested options only."""
        self._store.receive("list", "")
        boxes = list(self._store.boxes.values())
        summary = self._store.summary
        if summary is None:
            return Listing(tuple(boxes), whole=True)
        shown = summary & wanted.options if summary else wanted.options
        return Listing(
            tuple(
                dataclasses.replace(
                    box, full=False, values={option: box.values[option] for option in shown if option in box.values}
                )
                for box in boxes
                if wanted.everything or box.number in (wanted.numbers or ()) or box.id in wanted.ids
            )
        )

    def warnings_for(self, options: t.Collection[str]) -> t.Sequence[str]:
        """Return the warnings on these options."""
        return [text for option, text in self._store.advice.items() if option in options]

    def find(self, number: str | None, box_id: str | None) -> Box | None:
        """Return one box in full."""
        self._store.receive("find", number or "")
        if box_id is not None:
            return self._store.boxes.get(box_id)
        return next((box for box in self._store.boxes.values() if box.number == number), None)

    def create(self, number: str, values: t.Mapping[str, t.Any]) -> Box | None:
        """Create a box."""
        self._store.receive("create", number)
        box_id = self._store.add(number)
        made = self._store.boxes[box_id]
        self._store.boxes[box_id] = dataclasses.replace(made, values={**DEFAULTS, **values})
        self._store.created.add(box_id)
        return self._store.boxes[box_id] if self._store.shows_box else None

    def update(self, box: Box, writes: t.Mapping[str, t.Any], reread: protocol.Reread | None = None) -> Box | None:
        """Update a box."""
        return self.renumber(box, box.number, writes, reread)

    def renumber(
        self, box: Box, new_number: str, writes: t.Mapping[str, t.Any], reread: protocol.Reread | None = None
    ) -> Box | None:
        """Update a box and its number."""
        self._store.receive("update", box.number)
        written = dataclasses.replace(box, number=new_number, values={**box.values, **writes})
        self._store.boxes[str(box.id)] = written
        return written if self._store.shows_box else None

    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        """Delete a box."""
        self._store.receive("delete", box.number)
        del self._store.boxes[str(box.id)]

    def count_messages(self, box: Box) -> int:
        """Return the messages of a box."""
        self._store.receive("count", box.number)
        return self._store.messages[str(box.id)]

    def holders(self, numbers: frozenset[str]) -> t.Sequence[Box]:
        """Return every box that has one of these numbers."""
        self._store.receive("holders", "")
        return [box for box in self._store.boxes.values() if box.number in numbers]

    def created_here(self, box: Box) -> bool:
        """Check whether a run created the box."""
        return box.id in self._store.created

    def withdraw(self, box: Box, other: Box) -> bool:
        """Delete a box in favor of another."""
        if other.id not in self._store.boxes:
            return False
        self.delete(box)
        return True
