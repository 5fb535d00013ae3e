# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run hundreds of scenarios: `python tests/chaos`, or a single one: `python tests/chaos --subject kazoo --seed 7`."""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import importlib
import multiprocessing
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "reliability.md"
sys.path.insert(0, str(HERE.parent))
# conftest makes the collection and its simulator importable.
importlib.import_module("conftest")
import fuzz_run  # noqa: E402
import sections  # noqa: E402
from chaos.shrink import shrunk  # noqa: E402
from chaos.suite import KINDS, attempt, generate  # noqa: E402

VENDORS = sorted({kind.vendor for kind in KINDS.values()})


def subjects_of(vendor: str) -> list[str]:
    """Return the subjects of a vendor."""
    return [name for name, kind in KINDS.items() if kind.vendor == vendor]


def one(subject: str, seed: int) -> tuple[str, int, list[str]]:
    """Run one seed."""
    return subject, seed, attempt(generate(subject, seed))


def report(subject: str, seed: int, problems: list[str], shrink: bool) -> None:
    """Print the problems of a seed, and of the smallest scenario that still fails."""
    print(f"\nFAILED {subject} seed {seed}; repeat it with: python tests/chaos --subject {subject} --seed {seed}")
    for problem in problems:
        print(f"  ! {problem}")
    if shrink:
        least, problems = shrunk(generate(subject, seed))
        print("The smallest scenario that still fails:")
        print(least.reported())
        for problem in problems:
            print(f"  ! {problem}")
    sys.stdout.flush()


def main() -> int:
    """Run the scenarios of the command line, and return 1 if a seed failed."""
    parser = argparse.ArgumentParser(prog="python tests/chaos", description="Run seeded scenarios with faults.")
    parser.add_argument("--vendor", action="append", choices=VENDORS, help="all subjects of this vendor")
    parser.add_argument("--subject", action="append", choices=KINDS)
    parser.add_argument("--seed", type=int, help="replay this seed")
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--runs", type=int, default=2000, help="total runs, divided among the vendors")
    parser.add_argument("--jobs", type=int, default=min(2, multiprocessing.cpu_count()))
    parser.add_argument("--no-shrink", action="store_true")
    parser.add_argument("--write", action="store_true", help="write the counts to docs/reliability.md")
    parser.add_argument("--most", type=int, default=10, help="stop after this number of failed seeds")
    parser.add_argument("--replies", type=int, default=fuzz_run.REPLIES, help="corrupted replies, in all")
    options = parser.parse_args()
    vendors = options.vendor or ([] if options.subject else VENDORS)
    subjects = [[name] for name in options.subject or ()] + [subjects_of(vendor) for vendor in vendors]
    if options.seed is not None:
        failed = False
        for subject in [name for names in subjects for name in names]:
            print(generate(subject, options.seed).reported())
            problems = attempt(generate(subject, options.seed))
            if problems:
                failed = True
                report(subject, options.seed, problems, not options.no_shrink)
        print("failed" if failed else "no problem")
        return int(failed)
    share = options.runs // len(subjects)
    wanted = [
        (names[position % len(names)], options.first + position // len(names))
        for names in subjects
        for position in range(share)
    ]
    # A vendor or subject only selects scenarios.
    fuzzed = bool(options.replies) and not options.vendor and not options.subject
    failed = fuzz_run.run(options.replies, options.jobs, options.write) if fuzzed else 0
    if wanted:
        failed |= run_all(wanted, options.jobs, options.most, not options.no_shrink, options.write)
    return failed


def run_all(wanted: list[tuple[str, int]], jobs: int, most: int, shrink: bool, write: bool) -> int:
    """Run many seeds and print the counts."""
    began = time.monotonic()
    counts: collections.Counter[str] = collections.Counter()
    failed = []
    with concurrent.futures.ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
        futures = [pool.submit(one, subject, seed) for subject, seed in wanted]
        for future in concurrent.futures.as_completed(futures):
            subject, seed, problems = future.result()
            counts[subject] += 1
            if problems:
                failed.append((subject, seed, problems))
                report(subject, seed, problems, False)
                if len(failed) >= most:
                    pool.shutdown(cancel_futures=True)
                    break
    if shrink:
        for subject, seed, problems in failed[:3]:
            report(subject, seed, problems, True)
    reported = ", ".join(f"{subject} {count}" for subject, count in sorted(counts.items()))
    seconds = time.monotonic() - began
    print(f"\n{sum(counts.values())} runs in {seconds:.0f} s ({reported}): {len(failed)} failed")
    if write:
        wrong = collections.Counter(subject for subject, _seed, _problems in failed)
        rows = [(subject, str(count), str(wrong[subject])) for subject, count in sorted(counts.items())]
        rows.append(("all", str(sum(counts.values())), str(len(failed))))
        machine = f"{multiprocessing.cpu_count()} cores, in {seconds:.0f} s"
        sections.write(PAGE, "chaos", sections.table(("what is played", "runs", "failed"), rows), machine)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
