# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand mailboxes in one task: create all, change none, and change a few."""

from __future__ import annotations

import functools
from collections.abc import Callable

from bench import CONNECTIONS, Bench, Sizes
from measuring import Figure, Goal, Run, figures, in_turn
from player import Boxes, declared

Rounds = list[dict[str, Run]]


def measure_create(bench: Bench) -> list[Figure]:
    """Create mailboxes without latency and with 20 ms, compared with loops and a bare script."""
    return [figure for latency in bench.sizes.latencies for figure in _creations(bench, latency)]


def _creations(bench: Bench, latency: float) -> list[Figure]:
    rounds, slow, requests = _create(bench, latency)
    when = f" at {latency * 1000:.0f} ms"
    return [
        *_bulk_figures(rounds, when),
        *_loop_figures(slow, bench.sizes, when, Goal(180, at_least=True) if latency else None),
        *_ratio_figures(rounds, when, bool(latency)),
        Figure(
            f"requests without the login and the boxes{when}",
            (requests - bench.sizes.bulk,),
            "requests",
            Goal(2, exact=True),
        ),
    ]


def _create(bench: Bench, latency: float) -> tuple[Rounds, Rounds, int]:
    """Return the rounds of quick and of slow ways to create boxes, and the requests of one quick way."""
    sizes, player = bench.sizes, bench.player
    boxes, some = declared(sizes.bulk), declared(sizes.loop)
    factor = sizes.bulk / sizes.loop

    def afresh(job: Callable[[Boxes], Run], items: Boxes) -> Callable[[], Run]:
        def prepared() -> Run:
            bench.simulator.prepare(latency=latency)
            return job(items)

        return prepared

    quick_jobs = {
        "empty": player.empty,
        "list": afresh(player.vmboxes, boxes),
        "file": afresh(player.vmboxes_from_file, boxes),
        "most workers": afresh(lambda items: player.vmboxes_from_file(items, workers=CONNECTIONS), boxes),
        "bare": afresh(lambda items: bench.bare("create", items), boxes),
    }
    rounds = in_turn(quick_jobs, sizes.runs)
    slow_jobs = {
        "empty": player.empty,
        "list": quick_jobs["list"],
        "vmbox": afresh(player.vmbox_loop, some),
        "uri": afresh(player.uri_loop, some),
    }
    slow = in_turn(slow_jobs, sizes.slow_runs)
    for one in slow:
        one["vmbox"] = one["vmbox"].scaled(factor, one["empty"])
        one["uri"] = one["uri"].scaled(factor, one["empty"])
    bench.simulator.prepare(latency=latency)
    player.vmboxes(boxes)
    return rounds, slow, bench.count()


def _bulk_figures(rounds: Rounds, when: str) -> list[Figure]:
    return [
        figures(f"empty playbook{when}", rounds, lambda one: one["empty"].wall, "s", name=f"empty{when}"),
        figures(
            f"bare script, {CONNECTIONS} connections{when}",
            rounds,
            lambda one: one["bare"].wall,
            "s",
            name=f"bare{when}",
        ),
        figures(f"`vmboxes`, list in the task{when}", rounds, lambda one: one["list"].wall, "s", name=f"list{when}"),
        figures(f"`vmboxes`, list in `src`{when}", rounds, lambda one: one["file"].wall, "s", name=f"file{when}"),
        figures(f"`vmboxes`, `src`, `workers` {CONNECTIONS}{when}", rounds, lambda one: one["most workers"].wall, "s"),
    ]


def _loop_figures(slow: Rounds, sizes: Sizes, when: str, goal: Goal | None) -> list[Figure]:
    scaled = f", measured with {sizes.loop} and scaled"
    return [
        figures(f"`vmbox` in a loop{scaled}{when}", slow, lambda one: one["vmbox"].wall, "s", name=f"vmbox{when}"),
        figures(f"`uri` in a loop{scaled}{when}", slow, lambda one: one["uri"].wall, "s", name=f"uri{when}"),
        figures(
            f"`vmboxes` with a list faster than the `uri` loop{when}",
            slow,
            lambda one: one["uri"].wall / one["list"].wall,
            "times",
            goal=goal,
        ),
        figures(
            f"`vmbox` in a loop faster than the `uri` loop{when}",
            slow,
            lambda one: one["uri"].wall / one["vmbox"].wall,
            "times",
        ),
    ]


def _ratio_figures(rounds: Rounds, when: str, is_delayed: bool) -> list[Figure]:
    return [
        figures(
            f"{words} less the empty playbook, against the bare script{when}",
            rounds,
            functools.partial(_against_bare, name),
            "times",
            goal=limit,
        )
        for words, name, limit in (
            ("`vmboxes` with a list", "list", Goal(1.1 if is_delayed else 1.3)),
            ("`vmboxes` with `src`", "file", Goal(1.0 if is_delayed else 1.1)),
            (f"`vmboxes` with `src` and `workers` {CONNECTIONS}", "most workers", None),
        )
    ]


def measure_unchanged(bench: Bench) -> list[Figure]:
    """Apply mailboxes of which none or few differ: count requests, and compare the CPU time with a script."""
    found = []
    for profile, listing, limit in (("5", "whole boxes", 2.0), ("M", "summaries", 3.0)):
        found.extend(_unchanged(bench, profile, f" where a listing holds {listing} (KAZOO {profile})", limit))
    return found


def _unchanged(bench: Bench, profile: str, where: str, limit: float) -> list[Figure]:
    sizes, player, simulator = bench.sizes, bench.player, bench.simulator
    boxes, few = declared(sizes.bulk), max(1, sizes.bulk // 100)
    reads = sizes.bulk if profile == "M" else 0
    simulator.prepare(sizes.bulk, profile=profile)
    player.vmboxes(boxes)
    unchanged, logins = bench.count(), bench.logins()
    rounds = in_turn(
        {
            "empty": player.empty,
            "action": lambda: player.play([{"nothing_at_all": {"mailboxes": "{{ boxes }}"}}], boxes),
            "module": lambda: player.play([{"nothing": {"mailboxes": "{{ boxes }}"}}], boxes),
            "list": lambda: player.vmboxes(boxes),
            "bare": lambda: bench.bare("compare", boxes),
        },
        sizes.runs,
    )
    simulator.prepare(sizes.bulk, profile=profile)
    player.vmboxes(declared(sizes.bulk, changed=few))
    changed = bench.count()
    return [
        Figure(f"requests without the login, unchanged{where}", (unchanged,), "requests", Goal(1 + reads, exact=True)),
        Figure(f"logins{where}", (logins,), "requests", Goal(1, exact=True)),
        Figure(
            f"further requests for {few} changed boxes{where}",
            (changed - unchanged,),
            "requests",
            # KAZOO 5 lists mailboxes without the revision that a write requires, so each one is read again.
            Goal(few if reads else 2 * few, exact=True),
        ),
        figures(f"unchanged{where}", rounds, lambda one: one["list"].wall, "s"),
        figures(
            f"CPU, less that of an empty playbook{where}", rounds, lambda one: (one["list"] - one["empty"]).cpu, "s"
        ),
        figures(
            f"CPU against an empty module given the same list{where}",
            rounds,
            lambda one: one["list"].cpu / one["module"].cpu,
            "times",
            goal=Goal(limit),
        ),
        figures(
            f"CPU, less that of an empty action given the same list, against the bare script{where}",
            rounds,
            lambda one: (one["list"] - one["action"]).cpu / one["bare"].cpu,
            "times",
        ),
    ]


def _against_bare(name: str, one: dict[str, Run]) -> float:
    return (one[name] - one["empty"]).wall / one["bare"].wall
