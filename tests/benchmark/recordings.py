# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recordings: concurrent downloads, unchanged files, and the memory of large ones."""

from __future__ import annotations

import shutil

from bench import Bench
from measuring import Figure, Goal, figures, in_turn

BOXES = 10
LATENCY = 0.02
#: Recordings downloaded at the same time in the memory benchmark.
LARGE = 4


def measure_audio(bench: Bench) -> list[Figure]:
    """Measure concurrent and sequential downloads, the transfers of a second run, and memory."""
    return [*_downloads(bench), *_memory(bench)]


def _downloads(bench: Bench) -> list[Figure]:
    sizes, player, simulator = bench.sizes, bench.player, bench.simulator
    simulator.prepare(BOXES, sizes.recordings // BOXES, latency=LATENCY)
    kept = player.folder()
    player.download(kept)
    requests, downloads = bench.count(), _downloaded(bench)
    simulator.forget()
    player.download(kept)
    again, transferred = bench.count(), _downloaded(bench)
    rounds = in_turn(
        {
            "many": lambda: player.download(player.folder()),
            "one": lambda: player.download(player.folder(), workers=1),
        },
        sizes.slow_runs,
    )
    what = f"{sizes.recordings} recordings at {LATENCY * 1000:.0f} ms"
    return [
        figures(f"`voicemail_audio`, {what}", rounds, lambda one: one["many"].wall, "s"),
        figures(f"`voicemail_audio` with `workers` 1, {what}", rounds, lambda one: one["one"].wall, "s"),
        figures(
            "faster than sequentially",
            rounds,
            lambda one: one["one"].wall / one["many"].wall,
            "times",
            goal=Goal(5, at_least=True),
        ),
        Figure(
            f"requests without the login and the {downloads} downloads",
            (requests - sizes.recordings,),
            "requests",
            Goal(2, exact=True),
        ),
        Figure("requests of a second run without the login", (again,), "requests", Goal(2, exact=True)),
        Figure("recordings that a second run transfers", (transferred,), "requests", Goal(0, exact=True)),
    ]


def _downloaded(bench: Bench) -> int:
    return sum(one["path"].endswith("/raw") for one in bench.simulator.requests())


def _memory(bench: Bench) -> list[Figure]:
    """Measure the peak memory of downloads minus that of their list, in a process without Ansible."""
    sizes, simulator = bench.sizes, bench.simulator
    simulator.prepare(BOXES, sizes.recordings // BOXES)
    many = _growth(bench)
    simulator.prepare(LARGE, 1)
    simulator.enlarge(sizes.large)
    large = _growth(bench, workers=LARGE)
    return [
        Figure(f"memory of {sizes.recordings} downloads over that of their list", many, "MB", Goal(10)),
        Figure(
            f"memory of {LARGE} simultaneous downloads of {sizes.large / 1_000_000:.0f} MB over that of their list",
            large,
            "MB",
            Goal(10),
        ),
    ]


def _growth(bench: Bench, **options: int) -> tuple[float, ...]:
    found = []
    for _run in range(bench.sizes.slow_runs):
        folder = bench.player.folder()
        arguments = {"all_mailboxes": True, "dest": str(folder), **options}
        listed = bench.task("voicemail_audio", check=True, **arguments)
        found.append(bench.task("voicemail_audio", **arguments)["peak_mb"] - listed["peak_mb"])
        shutil.rmtree(folder)
    return tuple(found)
