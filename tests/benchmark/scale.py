# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tens of thousands of mailboxes: time, memory, a token bucket, and output."""

from __future__ import annotations

import math

from bench import Bench
from measuring import Figure, Goal
from player import declared

BUCKET_TOKENS = 100
BUCKET_RATE = 10
#: Ratio of the CPU time per mailbox, many to few, that still counts as linear. Quadratic time would result in 10.
LINEAR = 1.5


def measure_plan(bench: Bench) -> list[Figure]:
    """Measure listing and planning in a process without Ansible, and the memory of creations in a playbook."""
    sizes, simulator = bench.sizes, bench.simulator
    reported = {}
    for count in sizes.plans:
        simulator.prepare(count, profile="5")
        reported[count] = [bench.plan(declared(count)) for _run in range(sizes.slow_runs)]
    few, many = sizes.plans
    pairs = list(zip(reported[few], reported[many], strict=True))
    found = []
    for count, runs in reported.items():
        found.append(
            Figure(
                f"{count} boxes listed and planned",
                tuple(one["seconds"] for one in runs),
                "s",
                name=f"plan {count}",
            )
        )
        limit, most = (Goal(500), Goal(6)) if count == many else (None, None)
        found.append(Figure(f"CPU of {count} boxes listed and planned", tuple(one["cpu"] for one in runs), "s", most))
        found.append(
            Figure(f"the same, peak memory of {count} boxes", tuple(one["peak_mb"] for one in runs), "MB", limit)
        )
    growth = tuple(
        (after["cpu"] - start) / (before["cpu"] - start) / (many / few)
        for before, after in pairs
        for start in [_start(bench)]
    )
    found.append(Figure(f"CPU a box of {many} against that of {few}", growth, "times", Goal(LINEAR)))
    simulator.prepare()
    applied = bench.player.vmboxes_from_file(declared(sizes.applied))
    return [
        *found,
        Figure(f"{sizes.applied} boxes created by a playbook", (applied.wall,), "s"),
        Figure(
            f"the same, peak memory of its largest process, {sizes.applied} boxes", (applied.peak_mb,), "MB", Goal(400)
        ),
    ]


def _start(bench: Bench) -> float:
    """Return the CPU seconds of a plan with one mailbox, for imports and the login."""
    return float(bench.plan(declared(1))["cpu"])


def measure_bucket(bench: Bench) -> list[Figure]:
    """Compare the time of writes under a token bucket with the minimum that the bucket allows.

    The bucket refills at whole seconds, so the minimum depends on the fraction of a second at the first request.
    """
    sizes, player = bench.sizes, bench.player
    waits, refused, failed = [], [], 0
    for _run in range(sizes.slow_runs):
        bench.simulator.prepare(bucket=True)
        player.vmboxes_from_file(declared(sizes.bucket))
        requests = bench.simulator.requests()
        first, last = requests[0]["time"], requests[-1]["time"]
        # A login costs two tokens, anything else one (docs/vendors/kazoo.md, "Rate limit").
        tokens = sum(2 if one["path"].endswith("_auth") else 1 for one in requests if one["status"] != 429)
        bound = math.floor(first) + math.ceil((tokens - BUCKET_TOKENS) / BUCKET_RATE) - first
        waits.append((last - first) / bound)
        refused.append(100 * sum(one["status"] == 429 for one in requests) / len(requests))
        created = [one for one in requests if one["path"].endswith("/vmboxes") and one["status"] == 201]
        failed += sizes.bucket - len(created)
    return [
        Figure(f"time of {sizes.bucket} creates against the bucket's own bound", tuple(waits), "times", Goal(1.05)),
        Figure("requests answered 429", tuple(refused), "%", Goal(1)),
        Figure("creates that failed", (failed,), "requests", Goal(0, exact=True)),
    ]


def measure_output(bench: Bench) -> list[Figure]:
    """Measure the output of a run without changes, and of `--diff` for each changed mailbox."""
    sizes, player = bench.sizes, bench.player
    count = sizes.applied
    few = max(1, count // 100)
    bench.simulator.prepare(count, profile="5")
    unchanged = player.vmboxes_from_file(declared(count), "-v")
    changed = declared(count, changed=few)
    plain = player.vmboxes_from_file(changed, "--check")
    diff = player.vmboxes_from_file(changed, "--check", "--diff")
    each = (len(diff.output.encode()) - len(plain.output.encode())) / few
    return [
        Figure(
            f"printed by an unchanged run over {count} boxes with -v",
            (len(unchanged.output.encode()),),
            "bytes",
            Goal(5000),
        ),
        Figure("printed by `--diff` for a changed box", (each,), "bytes", Goal(300)),
    ]
