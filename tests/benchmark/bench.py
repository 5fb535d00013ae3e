# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared by all measurements: their sizes, the simulator, and the runners."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import sys
import typing as t

from measuring import Run, run
from player import HERE, Boxes, Player
from simulator import Simulator

#: Connections of the bare script; 32 is the maximum of KAZOO's driver.
CONNECTIONS = 32


@dataclasses.dataclass(frozen=True)
class Sizes:
    """The sizes of the measurements.

    :param runs: rounds of every comparison.
    :param slow_runs: rounds of those with loops of processes.
    :param loop: boxes of a loop.
    :param tasks: number of tasks, to compute the share of one.
    :param bulk: boxes of a task.
    :param plans: boxes listed and planned, few and many.
    :param applied: mailboxes created in one task to measure memory.
    :param bucket: writes under a token bucket.
    :param cached: boxes of the runs with a cache.
    :param accounts: accounts of a fleet.
    :param fleet: accounts of the comparison that the guide for fleets describes.
    :param recordings: messages whose recordings are downloaded.
    :param large: bytes of a recording to measure memory.
    :param latencies: seconds that the simulator delays every reply.
    """

    runs: int
    slow_runs: int
    loop: int
    tasks: int
    bulk: int
    plans: tuple[int, int]
    applied: int
    bucket: int
    cached: tuple[int, ...]
    accounts: int
    fleet: int
    recordings: int
    large: int
    latencies: tuple[float, ...]


FULL = Sizes(
    runs=5,
    slow_runs=3,
    loop=100,
    tasks=20,
    bulk=1000,
    plans=(10_000, 100_000),
    applied=10_000,
    bucket=300,
    cached=(50, 150, 1000),
    accounts=20,
    fleet=100,
    recordings=1000,
    large=25_000_000,
    latencies=(0.0, 0.02),
)
QUICK = Sizes(
    runs=1,
    slow_runs=1,
    loop=3,
    tasks=3,
    bulk=50,
    plans=(500, 2_000),
    applied=300,
    bucket=115,
    cached=(50, 160),
    accounts=3,
    fleet=3,
    recordings=30,
    large=2_000_000,
    latencies=(0.02,),
)


class Bench:
    """A simulator, a runner of playbooks, and the scripts to compare with."""

    def __init__(self, sizes: Sizes, simulator: Simulator, folder: pathlib.Path) -> None:
        self.sizes = sizes
        self.simulator = simulator
        self.player = Player(folder, simulator)

    def bare(self, job: str, boxes: Boxes) -> Run:
        """Run the bare script: ``create`` or ``compare``."""
        source = self.player.write("bare.json", boxes)
        command = [sys.executable, str(HERE / "bare.py"), job, self.simulator.url, str(source), str(CONNECTIONS)]
        return run(command, self.player.environment)

    def plan(self, boxes: Boxes) -> dict[str, t.Any]:
        """List and plan in a process without Ansible and return its own measurements."""
        source = self.player.write("planned.json", boxes)
        return self.task("vmboxes", check=True, src=str(source))

    def task(self, module: str, *, check: bool = False, **arguments: t.Any) -> dict[str, t.Any]:
        """Run a module in a process without Ansible and return its own measurements."""
        given = {**self.player.connection, "timeout": 120, **arguments}
        source = self.player.write("task.json", {"module": module, "arguments": given, "check": check})
        command = [sys.executable, str(HERE / "engine_run.py"), self.player.collections, str(source)]
        return t.cast("dict[str, t.Any]", json.loads(run(command, self.player.environment).output))

    def count(self, *methods: str, status: int | None = None) -> int:
        """Count the requests since the last preparation, without logins."""
        return sum(
            (not methods or one["method"] in methods)
            and (status is None or one["status"] == status)
            and not one["path"].endswith("_auth")
            for one in self.simulator.requests()
        )

    def logins(self) -> int:
        """Count the logins since the last preparation."""
        return sum(one["path"].endswith("_auth") for one in self.simulator.requests())
