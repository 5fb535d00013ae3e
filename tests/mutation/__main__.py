# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure how many small mistakes in the core the tests would notice: `make mutation`.

    python tests/mutation                       every mutant of the core
    python tests/mutation --sample 200          a random part, chosen by --seed
    python tests/mutation mailboxes/guards.py   the mutants of one file

Survivors that no test can notice, since they change nothing, are explained in `explained.yml` and do not count. The run
fails when the score is below the goal, and when an explanation names a mutant that is killed or no longer exists.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import sys

import pytest
import yaml
from session import MutationSession, plural, table

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORE = ROOT / "plugins" / "module_utils"
FOLDERS = ("model", "mailboxes", "messages")
EXPLAINED = pathlib.Path(__file__).parent / "explained.yml"
GOAL = 90.0
#: Tests that run the core in their own process: those beside it, and the rules of the contract suite that reach it.
UNIT = ("unit/plugins/module_utils/core", "unit/plugins/module_utils/test_*.py")
CONTRACT = (
    "bad_input",
    "bulk",
    "cache",
    "cautions",
    "duplicates",
    "duplicates_of_renumbered",
    "guards",
    "invalid",
    "kazoo_names",
    "kazoo_numbers",
    "kazoo_old_documents",
    "kazoo_pin",
    "masking",
    "messages",
    "numbers",
    "plan_checksum",
    "renumber",
    "unsupported",
)
#: Tests of the transport, which call none of it and take their time.
OTHERS = ("audio", "bodies", "deps", "http", "pace", "redaction", "retry", "streams", "transport")


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE", help="below plugins/module_utils; default: all of the core")
    parser.add_argument("--sample", type=int, help="number of mutants, chosen at random")
    parser.add_argument("--again", type=pathlib.Path, metavar="FILE", help="only the survivors that another run listed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--budget", type=float, default=60, help="seconds of tests for one mutant")
    parser.add_argument("--tests", nargs="+", help="run only these test files; default: all that reach the core")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--report", type=pathlib.Path, default=ROOT / ".cache" / "mutation.txt")
    return parser.parse_args()


def test_files() -> list[str]:
    """Return the files and folders whose tests are run."""
    tests = ROOT / "tests"
    beside = [path for pattern in UNIT for path in sorted(tests.glob(pattern))]
    contract = [tests / "contract" / f"test_{name}.py" for name in CONTRACT]
    return [str(path) for path in (*beside, *contract) if not any(word in path.name for word in OTHERS)]


def main() -> int:
    """Run mutants and report the score."""
    options = parse()
    sources = [CORE / name for name in options.files] or sorted(
        path for folder in FOLDERS for path in (CORE / folder).glob("*.py")
    )
    run = MutationSession(sources, options)
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--timeout=0", "--no-header", "--no-summary"]
    arguments += ["--hypothesis-profile=quick", f"--rootdir={ROOT}"]
    pytest.main([*arguments, *(options.tests or test_files())], plugins=[run])
    if run.errors:
        print("Left out, since they fail without any mutant while calls are counted:", *run.errors, sep="\n  ")
    return report(run, options, sources)


def report(run: MutationSession, options: argparse.Namespace, sources: list[pathlib.Path]) -> int:
    """Write the table of survivors, and judge the score."""
    explained = yaml.safe_load(EXPLAINED.read_text(encoding="utf-8")) or {}
    survivors = [*run.survivors, *run.untested]
    open_ones = [mutant for mutant in survivors if mutant.label not in explained]
    counted = run.killed + len(open_ones)
    if not counted:
        print("No mutant ran.")
        return 1
    score = 100 * run.killed / counted
    lines = table(open_ones)
    summary = (
        f"{plural(counted, 'mutant')}, {run.killed} killed, {len(open_ones)} survived "
        f"({len(run.untested)} in functions that no test calls), "
        f"{plural(len(survivors) - len(open_ones), 'explained survivor')} not counted: {score:.1f} %"
    )
    options.report.parent.mkdir(exist_ok=True)
    options.report.write_text("\n".join([*lines, "", summary, ""]), encoding="utf-8")
    labels = sorted({mutant.label for mutant in survivors})
    options.report.with_suffix(".yml").write_text(yaml.safe_dump(labels, width=1000), encoding="utf-8")
    print(*lines, "", summary, sep="\n")
    stale = set()
    if options.sample is None and not options.files:
        stale = set(explained) - {mutant.label for mutant in survivors}
        print(*(f"explained, but killed or gone: {label}" for label in sorted(stale)), sep="\n")
    return 1 if stale or score < GOAL else 0


if __name__ == "__main__":
    sys.exit(main())
