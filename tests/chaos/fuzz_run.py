# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fuzz all targets in several processes, and print and store the counts."""

from __future__ import annotations

import concurrent.futures
import math
import multiprocessing
import pathlib
import resource
import time

import sections
from chaos.fuzz_targets import TARGETS
from chaos.fuzzing import Outcome, fuzz

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "reliability.md"
REPLIES = 20_000
#: Tasks with an unexpected option value, per target.
OPTIONS = 50
#: Megabytes by which a process may grow. A task keeps little of a reply, and releases it.
MOST_GROWTH = 300


def run(replies: int, jobs: int, write: bool) -> int:
    """Serve so many corrupted replies in all; return 1 where one of them did harm."""
    began = time.monotonic()
    shares = sum(target.share for target in TARGETS.values())
    outcomes = []
    with concurrent.futures.ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
        futures = [
            pool.submit(measured, name, math.ceil(replies * target.share / shares)) for name, target in TARGETS.items()
        ]
        for future in concurrent.futures.as_completed(futures):
            outcome = future.result()
            outcomes.append(outcome)
            for problem in outcome.problems:
                print(f"\nFAILED {problem}")
    seconds = time.monotonic() - began
    rows = table_rows(outcomes)
    print(f"{rows[-1][1]} corrupted replies in {rows[-1][2]} tasks, in {seconds:.0f} s: {rows[-1][3]} problems")
    if write:
        machine = f"{multiprocessing.cpu_count()} cores, in {seconds:.0f} s"
        text = sections.table(("whose replies and options", "corrupted replies", "tasks", "problems"), rows)
        sections.write(PAGE, "chaos-replies", text, machine, folder="chaos")
    return int(any(outcome.problems for outcome in outcomes))


def measured(name: str, replies: int) -> Outcome:
    """Fuzz a target. Unlimited memory growth is a problem as well."""
    # The first tasks load code that later ones reuse.
    fuzz(name, 5, 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = fuzz(name, replies, OPTIONS)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    if grown > MOST_GROWTH:
        outcome.problems.append(f"{name}: memory grew by {grown} MB")
    return outcome


def table_rows(outcomes: list[Outcome]) -> list[tuple[str, ...]]:
    """Return one row per vendor and one for the total."""
    rows = []
    vendors = sorted({target.vendor for target in TARGETS.values()})
    for label, names in [(vendor, [vendor]) for vendor in vendors] + [("all", vendors)]:
        mine = [outcome for outcome in outcomes if TARGETS[outcome.target].vendor in names]
        sums = (
            sum(outcome.replies for outcome in mine),
            sum(outcome.runs for outcome in mine),
            sum(len(outcome.problems) for outcome in mine),
        )
        rows.append((label, *map(str, sums)))
    return rows
