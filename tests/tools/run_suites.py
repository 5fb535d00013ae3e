# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run test suites: `run_suites.py [--count-file FILE] [--logs FOLDER] [SUITE ...]`, those of `make test` by default.

Suites of one lane run sequentially, and lanes run concurrently, because most tools use a single processor. The
output of the first lane appears live, that of the others after each suite. All of it is stored in `.cache/logs`.
A suite fails if one of its commands fails, or if it ran no test. The last lines show the result of each suite.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import dataclasses
import itertools
import pathlib
import re
import shlex
import subprocess
import sys
import time
from xml.etree import ElementTree

from suites import NOTHING, REPORTS, SKIPPED_ALL, Suite, all_suites
from workspace import CACHE, ROOT, environment, link_collection

LOGS = CACHE / "logs"
COLOR_CODES = re.compile(r"\x1b\[[0-9;]*m")


@dataclasses.dataclass
class Result:
    """The result of a suite: numbers of tests, seconds, and the reason of a failure."""

    suite: Suite
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    reason: str | None = None

    def line(self) -> str:
        """Return the line of the summary."""
        numbers = f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else "")
        verdict = f"FAILED: {self.reason}" if self.reason else "ok"
        return f"{self.suite.name:<14} {self.seconds:6.1f} s  {numbers:<32} {verdict}"


class Output:
    """The output of a suite, printed live or after its end. `log` is the output of its tools."""

    def __init__(self, live: bool) -> None:
        self.live = live
        self.kept: list[str] = []
        self.log: list[str] = []

    def show(self, line: str) -> None:
        """Add a line of this runner."""
        if self.live:
            sys.stdout.write(line)
            sys.stdout.flush()
        else:
            self.kept.append(line)

    def take(self, line: str) -> None:
        """Add a line of a tool."""
        self.log.append(line)
        self.show(line)

    def end(self) -> None:
        """Print the stored output."""
        sys.stdout.write("".join(self.kept))
        sys.stdout.flush()


def run_command(command: tuple[str, ...], suite: Suite, output: Output) -> int:
    """Run one command, store its output, and return its exit status."""
    output.show(f"$ {shlex.join(command)}\n")
    try:
        process = subprocess.Popen(
            command,
            cwd=suite.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except FileNotFoundError as error:
        output.take(f"{error}\n")
        return 127
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            output.take(line)
    return process.returncode


def read_reports(result: Result) -> None:
    """Add up the numbers of the suite's JUnit files."""
    pattern = result.suite.report
    assert pattern is not None
    for path in pattern.parent.glob(pattern.name):
        for one in ElementTree.parse(path).getroot().iter("testsuite"):
            tests, skipped = int(one.get("tests", 0)), int(one.get("skipped", 0))
            failed = int(one.get("failures", 0)) + int(one.get("errors", 0))
            result.failed += failed
            result.skipped += skipped
            result.passed += tests - failed - skipped


def judge(result: Result, output: str) -> None:
    """Set the numbers, and fail a run without tests."""
    suite = result.suite
    if suite.report:
        read_reports(result)
        if result.reason is None and result.failed:
            result.reason = f"{result.failed} tests failed"
        if result.reason is None and not result.passed:
            result.reason = "no test ran"
    elif result.reason is None and suite.proof:
        found = len(re.findall(suite.proof, output, re.MULTILINE))
        if found < suite.proofs:
            result.reason = f"ran {found} of at least {suite.proofs} expected"
    if result.reason is None and (SKIPPED_ALL.search(output) or (suite.report and NOTHING.search(output))):
        result.reason = "every test was skipped"
    if not suite.report:
        result.passed = int(result.reason is None)
    if result.reason is not None:
        result.failed = max(1, result.failed)


def run_suite(suite: Suite, live: bool = True, logs: pathlib.Path | None = None) -> Result:
    """Run a suite and say how it ended."""
    output = Output(live)
    output.show(f"\n{'=' * 100}\n{suite.heading}\n{'=' * 100}\n")
    result, started = Result(suite), time.monotonic()
    if suite.report:
        for old in suite.report.parent.glob(suite.report.name):
            old.unlink()
    if suite.prepare:
        suite.prepare()
    for command in suite.commands:
        status = run_command(command, suite, output)
        if status:
            reason = f"{command[0].rpartition('/')[2]} ended with status {status}"
            result.reason = f"{result.reason}; {reason}" if result.reason else reason
    reported = COLOR_CODES.sub("", "".join(output.log))
    ((logs or LOGS) / f"{suite.name}.log").write_text(reported, encoding="utf-8")
    judge(result, reported)
    result.seconds = time.monotonic() - started
    output.end()
    return result


def run_lanes(suites: list[Suite], logs: pathlib.Path | None = None) -> list[Result]:
    """Run the lanes concurrently and return the results in the order of the suites."""
    by_lane = {lane: list(members) for lane, members in itertools.groupby(sorted(suites, key=lane_of), key=lane_of)}
    first = lane_of(suites[0])

    def run(lane: str) -> list[Result]:
        return [run_suite(suite, lane == first, logs) for suite in by_lane[lane]]

    with concurrent.futures.ThreadPoolExecutor(len(by_lane)) as pool:
        results = [result for listed in pool.map(run, by_lane) for result in listed]
    return sorted(results, key=lambda result: suites.index(result.suite))


def lane_of(suite: Suite) -> str:
    """Return the lane of a suite."""
    return suite.lane


def main() -> int:
    """Run the suites of the command line."""
    suites = {suite.name: suite for suite in all_suites()}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="SUITE", help=", ".join(suites))
    parser.add_argument("--count-file", type=pathlib.Path, help="file for one line: N passed, N failed")
    parser.add_argument("--logs", type=pathlib.Path, default=LOGS, help="folder for the output of each suite")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in suites]
    if unknown:
        parser.error(f"no suite named {', '.join(unknown)}; there are {', '.join(suites)}")
    for folder in (options.logs, REPORTS):
        folder.mkdir(parents=True, exist_ok=True)
    link_collection()
    started = time.monotonic()
    names = options.names or [name for name, suite in suites.items() if suite.by_default]
    results = run_lanes([suites[name] for name in names], options.logs)
    print(f"\n{'=' * 100}\nSummary\n{'=' * 100}")
    for result in results:
        print(result.line())
    broken = [result for result in results if result.reason]
    seconds = time.monotonic() - started
    shown = options.logs.relative_to(ROOT) if options.logs.is_relative_to(ROOT) else options.logs
    print(f"\n{len(results) - len(broken)} of {len(results)} suites passed in {seconds:.0f} s; logs in {shown}")
    if options.count_file:
        passed, failed, skipped = (sum(getattr(one, key) for one in results) for key in ("passed", "failed", "skipped"))
        line = f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else "")
        options.count_file.write_text(f"{line}\n", encoding="utf-8")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
