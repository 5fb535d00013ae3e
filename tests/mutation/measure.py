# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run every test once without a mutant, to learn which lines it runs and how long it takes."""

from __future__ import annotations

import collections
import pathlib
import time
import typing as t

import coverage
import pytest
from mutants import Mutant

#: Time that passes while a test waits, or while other programs have the processor, counts less than work.
_WAITING = 0.25


class Measurement:
    """What is known of each test.

    :ivar failed: the tests that fail without any mutant. They prove nothing, and run for no mutant.
    """

    def __init__(self, sources: t.Iterable[pathlib.Path]) -> None:
        self.failed: list[str] = []
        self._coverage = coverage.Coverage(
            data_file=None, config_file=False, include=[str(path.resolve()) for path in sources]
        )
        self._seconds: dict[str, float] = {}
        self._lines: dict[str, dict[int, set[str]]] = collections.defaultdict(dict)
        self._has_failed = False

    def run(self, items: t.Sequence[pytest.Item]) -> None:
        """Run tests in the order in which they share fixtures."""
        self._coverage.start()
        try:
            for item, following in zip(items, [*items[1:], None], strict=True):
                self._run_one(item, following)
        finally:
            self._coverage.stop()
        found = self._coverage.get_data()
        for name in found.measured_files():
            for line, contexts in found.contexts_by_lineno(name).items():
                self._lines[name][line] = set(contexts)

    def _run_one(self, item: pytest.Item, following: pytest.Item | None) -> None:
        self._has_failed = False
        self._coverage.switch_context(item.nodeid)
        worked, started = time.process_time(), time.monotonic()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        worked, passed = time.process_time() - worked, time.monotonic() - started
        self._seconds[item.nodeid] = max(worked, _WAITING * passed)
        if self._has_failed:
            self.failed.append(item.nodeid)

    def note(self, report: pytest.TestReport) -> None:
        """Note whether a test fails."""
        self._has_failed = self._has_failed or report.failed

    def seconds(self, test: pytest.Item) -> float:
        """Return how long a test works."""
        return self._seconds[test.nodeid]

    def tests_of(self, mutant: Mutant) -> set[str]:
        """Return the tests that run the statement of a mutant, and pass without it."""
        first, last = mutant.lines
        known = self._lines[str(mutant.path.resolve())]
        return set().union(*(known.get(line, set()) for line in range(first, last + 1))).difference(self.failed)
