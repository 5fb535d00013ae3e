# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hourly comparison of the guide for fleets: many accounts, ten forks, and a cache."""

from __future__ import annotations

import pathlib
import typing as t

from bench import Bench
from incremental import FLEET_MAILBOXES, RESELLER
from measuring import Figure, Goal, Run, run
from player import VMBOXES, declared
from workspace import VENV

FORKS = 10
#: The inventory lists the accounts once a run: its own account, and those below it.
INVENTORY_REQUESTS = 2


def measure_fleet(bench: Bench) -> list[Figure]:
    """Count the requests of each run over all accounts, and time it."""
    accounts = bench.sizes.fleet
    bench.simulator.prepare(customers=accounts, profile="M")
    fleet = _Fleet(bench)
    fleet.run()
    found = []
    about = f"{accounts} accounts of {FLEET_MAILBOXES} unchanged mailboxes"
    for name, each in (("the first run", 1 + FLEET_MAILBOXES), ("the second run", 3), ("every later run", 2)):
        bench.simulator.forget()
        used = fleet.run("--check")
        what = f"requests of {name} without {bench.logins()} logins, {about}"
        exact = Goal(INVENTORY_REQUESTS + each * accounts, exact=True)
        found.append(Figure(what, (bench.count(),), "requests", exact))
        found.append(Figure(f"the same, {FORKS} forks", (used.wall,), "s"))
    return found


class _Fleet:
    def __init__(self, bench: Bench) -> None:
        self._player = bench.player
        folder = bench.player.folder()
        source = bench.player.write("fleet.json", declared(FLEET_MAILBOXES))
        inventory = {"plugin": "telephony.voicemail.mailboxes", "resource": "accounts", **self._login(bench)}
        # The name decides which plugin reads it, and JSON is YAML.
        self._inventory = bench.player.write("customers.mailboxes.yml", inventory)
        task = {
            **self._login(bench),
            "account_id": "{{ voicemail_account.id }}",
            "src": str(source),
            "workers": 4,
            "cache": str(folder / "cache"),
        }
        play = {"hosts": "accounts", "connection": "local", "gather_facts": False, "tasks": [{VMBOXES: task}]}
        play["vars"] = {"ansible_python_interpreter": str(VENV / "bin" / "python")}
        self._playbook: pathlib.Path = bench.player.write("fleet-drift.json", [play])

    @staticmethod
    def _login(bench: Bench) -> dict[str, t.Any]:
        return {"vendor": "kazoo", "url": bench.simulator.url, "api_key": RESELLER}

    def run(self, *options: str) -> Run:
        """Run the task for every account."""
        program = str(VENV / "bin" / "ansible-playbook")
        command = [program, "-i", str(self._inventory), f"--forks={FORKS}", *options, str(self._playbook)]
        return run(command, self._player.environment)
