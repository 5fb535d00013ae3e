# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One mailbox per task: loops, and the cost of a task."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from bench import Bench
from measuring import Figure, Goal, Run, figures, in_turn
from player import VMBOX, declared


def measure_loop(bench: Bench) -> list[Figure]:
    """Compare a loop over unchanged mailboxes with a loop of `ansible.builtin.uri`."""
    sizes, player, simulator = bench.sizes, bench.player, bench.simulator
    boxes = declared(sizes.loop)
    simulator.prepare(sizes.loop)
    player.vmbox_loop(boxes)
    requests, logins, writes = bench.count(), bench.logins(), bench.count("PUT", "POST", "PATCH", "DELETE")
    jobs = {
        "empty": player.empty,
        "vmbox": lambda: player.vmbox_loop(boxes),
        "uri": lambda: player.uri_loop(boxes),
    }
    rounds = in_turn(jobs, sizes.slow_runs)
    each = f"of {sizes.loop} unchanged boxes"
    return [
        figures(f"`vmbox` in a loop {each}", rounds, lambda one: one["vmbox"].wall, "s"),
        figures(f"`uri` in a loop {each}", rounds, lambda one: one["uri"].wall, "s"),
        figures(
            "faster than the `uri` loop",
            rounds,
            lambda one: one["uri"].wall / one["vmbox"].wall,
            "times",
            goal=Goal(20, at_least=True),
        ),
        figures(
            "the same, each less an empty playbook",
            rounds,
            lambda one: (one["uri"] - one["empty"]).wall / (one["vmbox"] - one["empty"]).wall,
            "times",
            goal=Goal(30, at_least=True),
        ),
        figures(
            "less CPU than the `uri` loop, each less an empty playbook",
            rounds,
            lambda one: (one["uri"] - one["empty"]).cpu / (one["vmbox"] - one["empty"]).cpu,
            "times",
        ),
        Figure("requests an unchanged box", (requests / sizes.loop,), "requests", Goal(2, exact=True)),
        Figure("logins of the loop", (logins,), "requests", Goal(1, exact=True)),
        Figure("writes of the loop", (writes,), "requests", Goal(0, exact=True)),
    ]


def measure_task(bench: Bench) -> list[Figure]:
    """Compare the CPU time of tasks with one mailbox with that of an empty module, minus an empty playbook."""
    sizes, player = bench.sizes, bench.player
    boxes = declared(sizes.tasks)
    bench.simulator.prepare(sizes.tasks)

    def job(task_of: Callable[[dict[str, t.Any]], dict[str, t.Any]]) -> Callable[[], Run]:
        return lambda: player.play([task_of(box) for box in boxes])

    rounds = in_turn(
        {
            "empty": player.empty,
            "nothing at all": job(lambda box: {"nothing_at_all": {}}),
            "nothing": job(lambda box: {"nothing": {}}),
            "fast path": job(lambda box: {VMBOX: box}),
            "module": job(lambda box: {"as_module": {"module": VMBOX, "arguments": {**player.connection, **box}}}),
        },
        sizes.runs,
    )

    def share(one: dict[str, Run], name: str) -> float:
        return (one[name] - one["empty"]).cpu / sizes.tasks

    return [
        figures("CPU of an empty module", rounds, lambda one: share(one, "nothing"), "s"),
        figures("CPU of an empty action plugin", rounds, lambda one: share(one, "nothing at all"), "s"),
        figures("CPU of `vmbox` on the fast path", rounds, lambda one: share(one, "fast path"), "s"),
        figures("CPU of `vmbox` as a module", rounds, lambda one: share(one, "module"), "s"),
        figures(
            "fast path against an empty module",
            rounds,
            lambda one: share(one, "fast path") / share(one, "nothing"),
            "times",
            goal=Goal(0.15),
        ),
        figures(
            "module against an empty module",
            rounds,
            lambda one: share(one, "module") / share(one, "nothing"),
            "times",
            goal=Goal(2.0),
        ),
    ]
