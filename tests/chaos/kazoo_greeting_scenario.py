# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scenarios of uploaded greetings of a KAZOO mailbox: callers hear the old or the new greeting."""

from __future__ import annotations

import pathlib
import tempfile
import typing as t

from chaos.greeting_scenario import SOUNDS, GreetingScenario, problems_of
from chaos.play import Interference
from chaos.scenario import TIMEOUT
from chaos.worlds import WORLDS
from helpers.greeting_runs import MODULE
from helpers.kazoo_office import Office
from helpers.runners import Result, in_worker
from helpers.subjects import KAZOO
from helpers.virtual_time import virtual_time
from voicemail_simulator.server import SimulatorServer


class Listener(Interference):
    """Record the heard greeting after every request."""

    def __init__(self, office: Office, scenario: GreetingScenario) -> None:
        super().__init__(office.server, WORLDS["kazoo"], scenario.events)
        self.office = office
        self.heard: list[bytes | None] = []

    async def __call__(self, scope: t.Any, receive: t.Any, send: t.Any) -> None:
        """Serve one request, and record the greeting."""
        await super().__call__(scope, receive, send)
        self.heard.append(self.office.heard())


def run(scenario: GreetingScenario, office: Office, *, check: bool = False, **options: t.Any) -> Result:
    """Run the module."""
    arguments: dict[str, t.Any] = {"timeout": 20, "retry_budget": 120, "mailbox": "1000", **options}
    arguments["state"] = "present" if scenario.sound else "absent"
    if scenario.sound:
        arguments["src"] = office.file(SOUNDS[scenario.sound], scenario.file_name)
    return in_worker(MODULE, KAZOO.arguments(office.server, **arguments), check=check)


def media_uploaded(scenario: GreetingScenario) -> list[str]:
    """Run a scenario that uploads a file, and return its problems."""
    server = SimulatorServer("kazoo", mailboxes=2, behaviors=dict(scenario.behaviors), seed=scenario.seed)
    with server, virtual_time(server.clock.advance), tempfile.TemporaryDirectory() as folder:
        office = Office(server, pathlib.Path(folder))
        foreign = [office.add_media(SOUNDS[name], name=name) for name in scenario.there]
        if foreign:
            office.point(foreign[0])
        before, others = office.heard(), office.box("1001")
        listener = Listener(office, scenario)
        server.simulation.faults = listener  # type: ignore[assignment]
        server.faults.set(scenario.faults)
        server.journal.clear()
        first = run(scenario, office, timeout=TIMEOUT, check=scenario.check, **dict(scenario.options))
        listener.drain()
        middle, written = office.heard(), [one for one in office.writes() if scenario.check]
        server.faults.set(())
        listener.events.clear()
        server.behaviors.broken_uploads = server.behaviors.conflict_writes = 0
        second = run(scenario, office)
        server.journal.clear()
        third = run(scenario, office)
        found = problems_of(first, second, third, office.writes() + written)
        found += wrong_sounds(scenario, office, before, middle, listener.heard, first)
        if [one for one in foreign if one not in office.media()]:
            found.append("a foreign media file is lost")
        if len(office.media()) > len(foreign) + 1:
            found.append(f"uploads are left behind: {[one['public']['name'] for one in office.media().values()]}")
        if office.box("1001") != others:
            found.append("another mailbox changed")
    return found


def wrong_sounds(
    scenario: GreetingScenario,
    office: Office,
    before: bytes | None,
    middle: bytes | None,
    heard: list[bytes | None],
    first: Result,
) -> list[str]:
    """Return the recordings that callers must not have heard."""
    converts = dict(scenario.behaviors).get("normalize_media", False)
    wanted = SOUNDS[scenario.sound] if scenario.sound else None

    def fits(sound: bytes | None) -> bool:
        if sound == wanted:
            return True
        # Only converted recordings begin like the server's conversions.
        return bool(converts and wanted and sound and sound not in SOUNDS.values() and sound[:1] == b"\xff")

    found = []
    if not scenario.check and not first["failed"] and not fits(middle):
        found.append("it succeeded, but callers hear another greeting")
    if (scenario.check or (first["failed"] and not first["changed"])) and middle != before:
        found.append("it reported no change, but callers hear another greeting")
    if [one for one in heard if one != before and not fits(one)]:
        found.append("callers heard something that is neither the old nor the new greeting")
    if not fits(office.heard()):
        found.append("in the end callers hear another greeting")
    return found


KAZOO_GREETINGS: dict[str, tuple[str, t.Callable[[GreetingScenario], list[str]]]] = {
    "kazoo-upload": ("kazoo", media_uploaded)
}
