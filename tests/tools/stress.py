# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tests repeatedly in different orders, with different hash seeds and time zones, to find flaky ones.

    python tests/tools/stress.py --runs 20                       the unit tests
    python tests/tools/stress.py --runs 5 tests/contract         others; options of pytest follow `--`
    python tests/tools/stress.py --seed 1234 --runs 1            repeat the run with this seed

Each run prints one line with its seed, which determines all differences. The exit status is 1 if any run failed.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import time

from suites import SERVED
from workspace import CACHE, ROOT, environment

TIME_ZONES = ("UTC", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Niue")
UNIT = ("tests/unit", *(f"--ignore={folder}" for folder in SERVED))
LOGS = CACHE / "logs"


def run(seed: int, arguments: list[str], processes: int) -> bool:
    """Run the tests with a seed, print the result, and return whether all passed."""
    chance = random.Random(seed)
    variables = {
        **environment(),
        "PYTHONHASHSEED": str(chance.randrange(2**32)),
        "TZ": chance.choice(TIME_ZONES),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(processes), f"--shuffle={seed}", *arguments]
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    log = LOGS / f"stress-{seed}.log"
    log.write_text(done.stdout, encoding="utf-8")
    last = (done.stdout.strip().splitlines() or ["nothing was printed"])[-1]
    differing = f"PYTHONHASHSEED={variables['PYTHONHASHSEED']} TZ={variables['TZ']}"
    print(f"seed {seed} {differing} ({time.monotonic() - started:.0f} s): {last}", flush=True)
    if done.returncode:
        print(f"  log: {log.relative_to(ROOT)}", flush=True)
    return done.returncode == 0


def main() -> int:
    """Run the tests of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("arguments", nargs="*", default=list(UNIT), help="arguments of pytest; default: the unit tests")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, help="of the first run; the next ones count on")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    LOGS.mkdir(parents=True, exist_ok=True)
    first = options.seed if options.seed is not None else random.randrange(10**6)
    passed = [run(first + number, options.arguments, options.processes) for number in range(options.runs)]
    print(f"{sum(passed)} of {len(passed)} runs passed")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
