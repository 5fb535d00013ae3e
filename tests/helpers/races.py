# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs that create one number at the same time: use it to let two runs race, or to act for the other one of them.

`before_first_look` stops a run at the moment between its creation and its look for duplicates.
"""

from __future__ import annotations

import concurrent.futures
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo.mailboxes import KazooMailboxes
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.onsip.mailboxes import OnsipMailboxes
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.tel4vn.mailboxes import (
    Tel4vnMailboxes,
)
from voicemail_simulator.server import SimulatorServer

from helpers.runners import RUNNERS, Result
from helpers.stored_boxes import Box
from helpers.subjects import KAZOO, ONSIP, TEL4VN, Item, Subject

RACE = {"uniqueness_delay": 0.15}
DRIVERS: dict[str, t.Any] = {
    KAZOO.name: KazooMailboxes,
    TEL4VN.name: Tel4vnMailboxes,
    ONSIP.name: OnsipMailboxes,
}
SMALLER, LARGER = "0" * 32, "f" * 32


def one(subject: Subject, server: SimulatorServer, **options: t.Any) -> Result:
    """Run the singular module."""
    item = {subject.key: subject.number, **subject.create, **options}
    return RUNNERS["worker"](subject.module, subject.arguments(server, **item))


def many(server: SimulatorServer, items: list[Item], **options: t.Any) -> Result:
    """Run the plural module for KAZOO."""
    return RUNNERS["worker"]("vmboxes", KAZOO.arguments(server, mailboxes=items, report="all", **options))


def numbered(count: int) -> list[Item]:
    """Declare new mailboxes."""
    return [{"mailbox": str(3000 + position), "name": "Reception"} for position in range(count)]


def together(*runs: t.Callable[[], Result]) -> list[Result]:
    """Run several at the same time."""
    with concurrent.futures.ThreadPoolExecutor(len(runs)) as pool:
        futures = [pool.submit(run) for run in runs]
        return [future.result(timeout=120) for future in futures]


def stored(subject: Subject, server: SimulatorServer, number: str | None = None) -> list[Box]:
    """Return the boxes of a number."""
    return [box for box in subject.stored(server) if box.number == (number or subject.number)]


def serve(subject: Subject) -> SimulatorServer:
    """Prepare a server that lets a number exist twice."""
    return subject.serve({"create_conflict": "duplicate"} if subject is TEL4VN else {})


def rival(subject: Subject, server: SimulatorServer, box_id: str, number: str | None = None) -> None:
    """Create a box of the same number with an id, as a person or an older version does."""
    if subject is KAZOO:
        public = {"name": "Rival", "mailbox": number or subject.number}
        server.vendor.state.save_box(server.vendor.ACCOUNT_ID, box_id, public)
    else:
        made = server.vendor.add_box(subject.number, description="Rival")
        server.vendor.state.delete_box(made)
        server.vendor.state.add_box({**made, "id": box_id})


def before_first_look(
    monkeypatch: pytest.MonkeyPatch, subject: Subject, act: t.Callable[[t.Any], None], at: int = 0
) -> list[int]:
    """Act once a box was written and read back, and before the run looks for duplicates.

    :param act: called with the box that was created, or None where one was renumbered.
    :param at: before which look.
    :returns: how many boxes each look found.
    """
    driver = DRIVERS[subject.name]
    create, holders = driver.create, driver.holders
    made: list[t.Any] = []
    looks: list[int] = []

    def created(self: t.Any, number: str, values: t.Any) -> t.Any:
        made.append(create(self, number, values))
        return made[-1]

    def looked(self: t.Any, numbers: frozenset[str]) -> t.Any:
        if len(looks) == at:
            act(made[0] if made else None)
        found = holders(self, numbers)
        looks.append(len(found))
        return found

    monkeypatch.setattr(driver, "create", created)
    monkeypatch.setattr(driver, "holders", looked)
    return looks
