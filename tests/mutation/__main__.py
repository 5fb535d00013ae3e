# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure how many small mistakes in the core the tests detect: `make mutation`.

    python tests/mutation                       every mutant of the core
    python tests/mutation --sample 200          a random part, chosen by --seed
    python tests/mutation mailboxes/guards.py   the mutants of one file

Equivalent mutants, which no test can detect, are explained in `explained.yml` and do not count. The run
fails when the score is below the goal, and when an explanation names a mutant that is killed or no longer exists.
"""

from __future__ import annotations

import argparse
import collections
import os
import pathlib
import sys

import pytest
import yaml
from mutants import Mutant, mutants_of
from session import MutationSession, table

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORE = ROOT / "plugins" / "module_utils"
FOLDERS = ("model", "mailboxes", "messages")
EXPLAINED = pathlib.Path(__file__).parent / "explained.yml"
GOAL = 90.0
#: The tests that run the core in memory. Those with a simulator would notice more, and take hours.
TESTS = (
    "unit/plugins/module_utils/core",
    "unit/plugins/module_utils/test_message_verification.py",
    "unit/plugins/filter/test_retention_plan.py",
)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", metavar="FILE", help="below plugins/module_utils; default: all of the core")
    parser.add_argument("--sample", type=int, help="number of mutants, chosen at random")
    parser.add_argument("--again", type=pathlib.Path, metavar="FILE", help="only the survivors that another run listed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--budget", type=float, default=5, help="seconds of work for the tests of one mutant")
    parser.add_argument("--tests", nargs="+", help="run only these test files; default: those of the core")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--report", type=pathlib.Path, default=ROOT / ".cache" / "mutation.txt")
    return parser.parse_args()


def main() -> int:
    """Run mutants and report the score."""
    options = parse()
    sources = [CORE / name for name in options.files] or sorted(
        path for folder in FOLDERS for path in (CORE / folder).glob("*.py")
    )
    run = MutationSession(sources, options)
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "--timeout=0", "--no-header", "--no-summary"]
    arguments += ["--hypothesis-profile=quick", f"--rootdir={ROOT}"]
    pytest.main([*arguments, *(options.tests or [str(ROOT / "tests" / name) for name in TESTS])], plugins=[run])
    failed = run.measured.failed
    if failed:
        print("Left out, since they fail without any mutant while lines are noted:", *failed, sep="\n  ")
    return report(run, options, sources)


def report(run: MutationSession, options: argparse.Namespace, sources: list[pathlib.Path]) -> int:
    """Write the survivors and the score of each file, and judge the score of all."""
    explained = yaml.safe_load(EXPLAINED.read_text(encoding="utf-8")) or {}
    survivors = [*run.survivors, *run.untested]
    unexplained = [mutant for mutant in survivors if mutant.label not in explained]
    if not run.killed and not unexplained:
        print("No mutant ran.")
        return 1
    scores = Scores(sources, run.killed, unexplained, [one for one in survivors if one.label in explained])
    lines = [*table(unexplained), "", *scores.lines()]
    options.report.parent.mkdir(exist_ok=True)
    options.report.write_text("\n".join([*lines, ""]), encoding="utf-8")
    labels = sorted(mutant.label for mutant in unexplained)
    options.report.with_suffix(".yml").write_text(yaml.safe_dump(labels, width=1000), encoding="utf-8")
    print(*lines, sep="\n")
    stale = set(explained) & {mutant.label for mutant in run.killed}
    if options.sample is None and options.again is None:
        existing = {mutant.label for path in sources for mutant in mutants_of(path)}
        files = {mutant_file(path) for path in sources}
        stale |= {label for label in set(explained) - existing if label.split(":")[0] in files}
    print(*(f"explained, but killed or gone: {label}" for label in sorted(stale)), sep="\n")
    return 1 if stale or scores.total < GOAL else 0


def mutant_file(path: pathlib.Path) -> str:
    """Return the name of a file as labels of mutants start with it."""
    return f"{path.parent.name}/{path.name}"


class Scores:
    """Count mutants by file."""

    def __init__(self, sources: list[pathlib.Path], *kinds: list[Mutant]) -> None:
        self._files = [mutant_file(path) for path in sources]
        self._counts = [collections.Counter(mutant_file(mutant.path) for mutant in kind) for kind in kinds]
        self.total = self._score([count.total() for count in self._counts])

    def lines(self) -> list[str]:
        """Return a table in Markdown."""
        rows = [(name, [count[name] for count in self._counts]) for name in self._files]
        rows = [*(row for row in rows if any(row[1])), ("all", [count.total() for count in self._counts])]
        text = ["| file | killed | survived | explained | score |", "|---|--:|--:|--:|--:|"]
        for name, numbers in rows:
            cells = " | ".join(map(str, numbers))
            text.append(f"| `{name}` | {cells} | {self._score(numbers):.1f} % |")
        return text

    @staticmethod
    def _score(numbers: list[int]) -> float:
        killed, survived, _explained = numbers
        return 100 * killed / (killed + survived) if killed + survived else 100.0


if __name__ == "__main__":
    sys.exit(main())
