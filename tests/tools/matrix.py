# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the collection with other versions of ansible-core and Python: `make matrix`.

    matrix.py                  each ansible-core with one Python that is present
    matrix.py --all            each ansible-core with every Python that is present
    matrix.py --floors         the lowest version of every requirement
    matrix.py 2.20/3.13 ...    these
    matrix.py --suite cycle    only that suite

Each pair has a virtual environment below `.cache/matrix`, and a row in the final table. Pythons are searched on PATH
and in pyenv's folders. A pair without its Python is listed as not run, with the reason. The run fails if a pair
fails, if a requested pair cannot run, or if no pair ran.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import pathlib
import re
import subprocess
import sys

from environments import find_python, provide, read_requirements
from workspace import CACHE, ROOT

#: The Pythons that each ansible-core supports on a controller. The first one is the default.
SUPPORTED = {
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.13", "3.14"),
    "2.21": ("3.13", "3.12", "3.14"),
}
SUITES = ("sanity", "unit", "cycle", "demo")
#: Requirements of the suites that are installed.
TOOLS = ("allpairspy", "antsibull-changelog", "pytest", "pytest-timeout", "pytest-xdist")
FOLDER = CACHE / "matrix"
#: Sanity tests do not use the libraries, and have the tools of their ansible-core.
FLOOR_SUITES = ("unit", "cycle", "demo")


@dataclasses.dataclass(frozen=True)
class Pair:
    """An ansible-core and a Python. `floors` selects the lowest version of every requirement instead of the highest."""

    core: str
    python: str
    floors: bool = False

    @property
    def name(self) -> str:
        """Return the name of the pair's folders."""
        return f"{self.core}-{self.python}{'-floors' if self.floors else ''}"

    @property
    def suites(self) -> tuple[str, ...]:
        """Return the suites to run."""
        return FLOOR_SUITES if self.floors else SUITES


@dataclasses.dataclass
class Row:
    """The outcome of a pair: the result of each suite, or the reason why it did not run."""

    pair: Pair
    cells: dict[str, str] = dataclasses.field(default_factory=dict)
    versions: str = ""
    failed: bool = False
    absent: str = ""


def floor(requirement: str) -> str:
    """Return a requirement for the lowest version that it allows. Raises ValueError if it has none."""
    found = re.fullmatch(r"([\w.-]+)>=([\w.]+)[^;]*(;.*)?", requirement)
    if found is None:
        raise ValueError(f"{requirement} has no floor")
    return f"{found[1]}=={found[2]}{found[3] or ''}"


def lowest_core() -> str:
    """Return the minimum ansible-core of the collection, such as 2.19.0."""
    (declared,) = re.findall(r'^requires_ansible: ">=([\d.]+)"$', (ROOT / "meta" / "runtime.yml").read_text(), re.M)
    return declared


def requirements_of_suites() -> list[str]:
    """Return the requirements of the suites, without those of users."""
    folder = ROOT / "tests" / "requirements"
    return [line for name in ("unit", "lint", "contract") for line in read_requirements(folder / f"{name}.txt")]


def requirements_of(pair: Pair) -> list[str]:
    """Return the packages to install for a pair."""
    declared = [
        *read_requirements(ROOT / "requirements.txt"),
        *read_requirements(ROOT / "roles" / "simulator" / "files" / "requirements.txt"),
    ]
    others = [
        *(line for line in read_requirements(ROOT / "tests" / "unit" / "requirements.txt") if line not in declared),
        *(line for line in requirements_of_suites() if re.split(r"[^\w.-]", line)[0] in TOOLS),
    ]
    if pair.floors:
        return [f"ansible-core=={pair.core}", *(floor(line) for line in declared), *others]
    return [f"ansible-core~={pair.core}.0", *declared, *others]


def run_pair(pair: Pair, python: pathlib.Path, suites: list[str]) -> Row:
    """Create the environment of a pair and run suites in it."""
    row = Row(pair)
    try:
        own = provide(FOLDER / pair.name, python, requirements_of(pair))
    except subprocess.CalledProcessError:
        row.failed, row.versions = True, "its requirements could not be installed"
        return row
    row.versions = exact_versions(own)
    count_file = FOLDER / f"{pair.name}.count"
    for suite in suites:
        count_file.unlink(missing_ok=True)
        command = [own, ROOT / "tests" / "tools" / "run_suites.py", suite, f"--count-file={count_file}"]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        keep_log(suite, pair)
        count = count_file.read_text().strip() if count_file.is_file() else "did not run"
        row.cells[suite] = count.replace(", 0 failed", "")
        row.failed = row.failed or status != 0
    return row


def keep_log(suite: str, pair: Pair) -> None:
    """Move the log of a suite, so that the next pair does not overwrite it."""
    log, kept = CACHE / "logs" / f"{suite}.log", CACHE / "logs" / pair.name
    if log.is_file():
        kept.mkdir(exist_ok=True)
        log.replace(kept / log.name)


def exact_versions(python: pathlib.Path) -> str:
    """Return the exact versions in an environment."""
    code = "import ansible.release, sys; print(ansible.release.__version__, sys.version.split()[0])"
    core, exact = subprocess.run([python, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return f"ansible-core {core}, Python {exact}"


def choose(options: argparse.Namespace) -> list[Pair]:
    """Return the pairs to try."""
    if options.pairs:
        return [Pair(*text.split("/")) for text in options.pairs]
    chosen = []
    for core, pythons in SUPPORTED.items() if options.all or not options.floors else ():
        present = [python for python in pythons if find_python(python)]
        chosen += [Pair(core, python) for python in (pythons if options.all else present[:1] or pythons[:1])]
    if options.floors:
        pythons = SUPPORTED[lowest_core().rpartition(".")[0]]
        present = [python for python in pythons if find_python(python)]
        chosen.append(Pair(lowest_core(), (present or list(pythons))[0], floors=True))
    return chosen


def table(rows: list[Row]) -> str:
    """Return the result as text."""
    lines = []
    for row in rows:
        title = f"{row.pair.core}/{row.pair.python}{' floors' if row.pair.floors else ''}"
        if row.absent:
            lines.append(f"{title:<20} not run: {row.absent}")
            continue
        lines.append(f"{title:<20} {'FAILED' if row.failed else 'ok':<7} {row.versions}")
        lines += [f"{'':<20} {suite:<8} {reported}" for suite, reported in row.cells.items()]
        if row.pair.floors:
            lines.append(f"{'':<20} sanity   not run: it uses none of the libraries")
    return "\n".join(lines)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="*", metavar="CORE/PYTHON", help="such as 2.20/3.12")
    parser.add_argument("--all", action="store_true", help="every Python that is present")
    parser.add_argument("--floors", action="store_true", help="the lowest version of every requirement")
    parser.add_argument("--suite", action="append", choices=SUITES, help="only this suite; may be repeated")
    parser.add_argument("--list", action="store_true", help="list the pairs without running them")
    options = parser.parse_args(arguments)
    for text in options.pairs:
        core, _slash, python = text.partition("/")
        if python not in SUPPORTED.get(core, ()):
            known = ", ".join(f"{one}/{other}" for one, pythons in SUPPORTED.items() for other in pythons)
            parser.error(f"{text} is not a supported pair; use one of {known}")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Run the pairs of the command line sequentially, and report their results."""
    options = parse(arguments)
    rows = []
    for pair in choose(options):
        python = find_python(pair.python)
        suites = [suite for suite in pair.suites if suite in (options.suite or SUITES)]
        if not suites:
            row = Row(pair, absent="nothing of what was asked for depends on the libraries")
        elif python is None:
            row = Row(pair, absent=f"Python {pair.python} is not on this machine", failed=bool(options.pairs))
        elif options.list:
            row = Row(pair, versions=f"would run with {python.name}")
        else:
            print(f"\n{'#' * 100}\n# {pair.name}\n{'#' * 100}", flush=True)
            row = run_pair(pair, python, suites)
        rows.append(row)
    print(f"\n{'=' * 100}\nansible-core/Python\n{'=' * 100}\n{table(rows)}")
    ran = [row for row in rows if not row.absent]
    if not ran:
        print("No pair ran.")
    return 1 if not ran or any(row.failed for row in rows) else 0


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    sys.exit(main())
