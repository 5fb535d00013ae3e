# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the collection against the goals: `make benchmark`.

Exits with 1 if a machine-independent figure, such as a number of requests, misses its goal.
"""

from __future__ import annotations

import argparse
import dataclasses
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tools")]

import report  # noqa: E402
from bench import FULL, QUICK, Bench  # noqa: E402
from bulk import measure_create, measure_unchanged  # noqa: E402
from fleet import measure_fleet  # noqa: E402
from incremental import measure_cache  # noqa: E402
from measuring import Figure  # noqa: E402
from recordings import measure_audio  # noqa: E402
from scale import measure_bucket, measure_output, measure_plan  # noqa: E402
from simulator import running  # noqa: E402
from single import measure_loop, measure_task  # noqa: E402
from workspace import ROOT  # noqa: E402

MEASUREMENTS = {
    "loop": measure_loop,
    "task": measure_task,
    "create": measure_create,
    "unchanged": measure_unchanged,
    "cache": measure_cache,
    "fleet": measure_fleet,
    "plan": measure_plan,
    "bucket": measure_bucket,
    "output": measure_output,
    "audio": measure_audio,
}
DOCUMENTATION = ROOT / "docs"


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", choices=MEASUREMENTS, help="measure this (repeat for more)")
    parser.add_argument("--accounts", type=int, help="accounts of the measurement `fleet`")
    parser.add_argument("--quick", action="store_true", help="small sizes, only to test the benchmark")
    parser.add_argument(
        "--write",
        nargs="?",
        type=pathlib.Path,
        const=DOCUMENTATION,
        metavar="FOLDER",
        help="write page and plot to the documentation, or to a folder",
    )
    options = parser.parse_args()
    if (
        options.write
        and options.write.resolve() == DOCUMENTATION
        and (options.only or options.quick or options.accounts)
    ):
        parser.error("the documentation only contains complete runs; set --write to another folder")
    return options


def judged(figure: Figure, quick: bool) -> Figure:
    """Return a figure without its goal if fixed costs dominate at small sizes."""
    return dataclasses.replace(figure, goal=None) if quick and figure.goal and not figure.goal.exact else figure


def main() -> int:
    """Measure, print and store the figures. Return the exit status."""
    options = parse_arguments()
    chosen = [name for name in MEASUREMENTS if not options.only or name in options.only]
    remark = "; small sizes, at which only numbers of requests are judged" if options.quick else ""
    print(f"{report.machine()}{remark}", flush=True)
    begun = time.monotonic()
    groups = {}
    with tempfile.TemporaryDirectory() as folder, running() as simulator:
        sizes = QUICK if options.quick else FULL
        sizes = dataclasses.replace(sizes, fleet=options.accounts or sizes.fleet)
        bench = Bench(sizes, simulator, pathlib.Path(folder))
        for name in chosen:
            groups[name] = [judged(one, options.quick) for one in MEASUREMENTS[name](bench)]
            report.show(name, groups[name])
    print(f"\n{time.monotonic() - begun:.0f} s")
    if options.write:
        report.write(groups, options.write)
    exact = [one for figures in groups.values() for one in figures if one.goal and one.goal.exact]
    return int(any(one.met is False for one in exact))


if __name__ == "__main__":
    sys.exit(main())
