# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run with a cache and a run without one have the same plan, whatever changed on the server in between."""

from __future__ import annotations

import pathlib
import random
import typing as t

import pytest
from helpers.caching import CHANGED_PIN, PIN, SINGLY, documents, overwrite, run
from helpers.subjects import KAZOO
from voicemail_simulator.server import SimulatorServer


class Operator:
    """Another operator, who makes random changes between the runs."""

    def __init__(self, server: SimulatorServer, seed: int) -> None:
        self.server = server
        self.random = random.Random(seed)
        self.number = 5000

    def act(self) -> None:
        """Change a random number of mailboxes."""
        for _change in range(self.random.choice((0, 1, 1, 3))):
            boxes = documents(self.server)
            self.random.choice((self.edit, self.edit, self.renumber, self.delete, self.recreate, self.restore))(
                self.random.choice(boxes)
            )

    def edit(self, box: dict[str, t.Any]) -> None:
        change: dict[str, t.Any] = self.random.choice(
            (
                {"pin": self.random.choice((PIN, CHANGED_PIN))},
                {"name": self.random.choice(("Desk", "Hall"))},
                {"timezone": self.random.choice(("Europe/Paris", "Europe/Oslo"))},
                {"skip_greeting": self.random.choice((True, False))},
                # The telephone may write the same value, which also changes the revision.
                {},
            )
        )
        overwrite(self.server, box, **change)

    def renumber(self, box: dict[str, t.Any]) -> None:
        self.number += 1
        overwrite(self.server, box, mailbox=str(self.number))

    def delete(self, box: dict[str, t.Any]) -> None:
        overwrite(self.server, box, deleted=True)

    def recreate(self, box: dict[str, t.Any]) -> None:
        """Delete a mailbox, and create one with its number and revision, but another id."""
        self.delete(box)
        state = self.server.vendor.state
        made = state.save_box(box["account_id"], self.server.vendor.new_id(), {**box["public"], "pin": CHANGED_PIN})
        state.boxes[f"{box['account_id']}/{made['id']}"] = {**made, "rev": box["rev"]}

    def restore(self, box: dict[str, t.Any]) -> None:
        """Delete a mailbox and restore the same document."""
        self.delete(box)
        overwrite(self.server, box)


@pytest.mark.parametrize("profile", SINGLY)
@pytest.mark.parametrize("seed", range(4))
def test_plans_are_equal_with_and_without_the_cache(seed: int, profile: str, tmp_path: pathlib.Path) -> None:
    with KAZOO.serve({"profile": profile}, mailboxes=25) as server:
        operator = Operator(server, seed)
        for turn in range(12):
            operator.act()
            # The server is under load in every second turn.
            server.behaviors.set("short_filters", 20 * (turn % 2))
            numbers = [1000 + position for position in range(27)]
            items = [
                {
                    "mailbox": str(number),
                    "name": "Desk",
                    "timezone": "Europe/Paris",
                    "kazoo": {"skip_greeting": True},
                    **({"pin": PIN} if number % 2 else {}),
                }
                for number in numbers
            ]
            options: dict[str, t.Any] = {"mailboxes": items, "prune": True, "max_deletions": 30, "report": "all"}
            options["max_delete_percent"] = 100
            without = run(server, "vmboxes", check=True, **options)
            cached = run(server, "vmboxes", check=True, cache=str(tmp_path), **options)
            assert without["plan_checksum"] == cached["plan_checksum"]
            for result in (without, cached):
                result["summary"].pop("requests")
                result.pop("invocation")
            assert without == cached
            assert run(server)["mailboxes"] == run(server, cache=str(tmp_path))["mailboxes"]
            if turn % 4 == 3:
                run(server, "vmboxes", cache=str(tmp_path), **options)
                assert not run(server, "vmboxes", check=True, **options)["changed"]
