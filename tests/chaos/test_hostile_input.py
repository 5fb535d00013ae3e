# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile input: names and ids that try to change the structure of a request."""

from __future__ import annotations

import typing as t

import pytest
from chaos.worlds import WORLDS
from helpers.runners import in_worker
from voicemail_simulator.server import SimulatorServer

TEXTS = (
    "../../accounts/other",
    "..",
    ".",
    "1000/../1001",
    "1000/messages",
    "1000?x=1",
    "1000#x",
    "%2e%2e",
    "%2F",
    "nul\0byte",
    "line\r\nX-Evil: 1",
    "\ud800",
    "ü" * 10240,
    "1" * 10240,
    "1000' or extension_number ne '",
    "a@b,c@d",
    "\uff11\uff10\uff10\uff10",
    "\u202e1000",
)


def paths(server: SimulatorServer) -> set[str]:
    """Return the requested paths as the server parsed them."""
    return {entry["path"] for entry in server.journal.entries()}


@pytest.mark.parametrize("place", ["number", "id", "new"])
@pytest.mark.parametrize("name", WORLDS)
def test_numbers_and_ids_never_change_the_path(name: str, place: str) -> None:
    world = WORLDS[name]
    subject = world.subject
    key = {"number": subject.key, "id": "id", "new": f"new_{subject.key}"}[place]
    with subject.serve(mailboxes=3) as server:
        before = world.boxes(server)
        for text in TEXTS:
            item: dict[str, t.Any] = {key: text, "pin": "482159"}
            if place == "new":
                item[subject.key] = world.seeded(1)[0]
            server.journal.clear()
            for state in ("present", "absent"):
                if state == "absent" and not subject.can_create:
                    continue
                result = in_worker(subject.module, subject.arguments(server, **item, state=state))
                assert "unexpected" not in str(result.get("msg")), text
            for path in paths(server):
                assert ".." not in path.split("/"), (text, path)
                assert "\0" not in path
        known = {box.id: box for box in world.boxes(server)}
        numbers = {item.number for item in known.values()}
        assert all(known.get(box.id) == box or place == "new" for box in before), "another box was changed"
        assert len(numbers) == len(known)


@pytest.mark.parametrize("name", WORLDS)
def test_any_text_is_stored_or_refused(name: str) -> None:
    world = WORLDS[name]
    subject = world.subject
    option = next((one for one in ("name", "description", "language") if one in world.options), "pin")
    with subject.serve(mailboxes=1) as server:
        for text in TEXTS:
            item = {subject.key: world.seeded(1)[0], option: text}
            result = in_worker(subject.module, subject.arguments(server, **item))
            assert "unexpected" not in str(result.get("msg")), ascii(text)[:60]
            if not result["failed"]:
                (box,) = world.boxes(server)[:1]
                assert text in map(str, box.fields.values()), ascii(text)[:60]
