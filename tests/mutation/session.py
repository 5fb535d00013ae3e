# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tests against mutants, each in a fork of one process that has imported and collected all tests.

In the fork, the code of one function is replaced in place, so every reference to the function runs the mutant. Code
that a test runs in another process, such as a playbook, is not mutated.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import functools
import gc
import importlib
import os
import pathlib
import random
import resource
import signal
import sys
import time
import types
import typing as t

import pytest
import yaml
from measure import Measurement
from mutants import Mutant, mutants_of, mutated_code

PACKAGE = "ansible_collections.telephony.voicemail.plugins.module_utils"
KILLED, SURVIVED, BROKEN = 1, 0, 3
#: A mutant that needs so many times what its tests need without it, and these seconds more, counts as killed: it runs
#: in a circle. The first pair counts work, the second time, for mutants that wait for what never comes.
WORK_LIMIT = (5, 5)
TIME_LIMIT = (40, 60)


@dataclasses.dataclass(frozen=True)
class Fork:
    """A process that runs one mutant.

    :param channel: the descriptor from which the test that killed the mutant can be read.
    """

    number: int
    mutant: Mutant
    latest: float
    channel: int


class MutationSession:
    """A pytest plugin whose test loop runs every mutant.

    :param options: ``sample``, how many mutants, chosen by ``seed``, None for all; ``again``, labels of those to
        run; ``processes``, how many run at the same time; ``budget``, seconds of work that the tests of one mutant may
        need without it: what needs more counts as a survivor.
    """

    def __init__(self, sources: list[pathlib.Path], options: argparse.Namespace) -> None:
        self.survivors: list[Mutant] = []
        self.untested: list[Mutant] = []
        self.killed: list[Mutant] = []
        self.measured = Measurement(sources)
        self._sources = sources
        self._options = options
        self._items: dict[str, pytest.Item] = {}
        self._functions: dict[tuple[str, str, int], list[types.FunctionType]] = {}
        #: Number of mutants of a function that each test killed. The most successful tests run first.
        self._kills: collections.Counter[tuple[str, str, str]] = collections.Counter()
        self._caches: list[t.Any] = []
        self._has_failed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests once to see which lines each runs, then the mutants."""
        self._find_functions()
        self._items = {item.nodeid: item for item in session.items}
        self.measured.run(session.items)
        self._caches = [found for found in gc.get_objects() if isinstance(found, functools._lru_cache_wrapper)]
        # Garbage collection in a fork copies memory that forks share.
        gc.collect()
        gc.disable()
        gc.freeze()
        self._run_mutants(session, self._chosen())
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note whether a test fails."""
        self.measured.note(report)
        self._has_failed = self._has_failed or report.failed

    def _find_functions(self) -> None:
        """Find the function objects of the sources, even if they are wrapped."""
        # Many modules are imported on first use.
        for path in self._sources:
            importlib.import_module(f"{PACKAGE}.{path.parent.name}.{path.stem}")
        # Frozen objects are not listed.
        gc.unfreeze()
        names = {str(path.resolve()) for path in self._sources}
        for function in [found for found in gc.get_objects() if isinstance(found, types.FunctionType)]:
            code = function.__code__
            filename = str(pathlib.Path(code.co_filename).resolve())
            if filename in names:
                key = (filename, code.co_qualname, code.co_firstlineno)
                self._functions.setdefault(key, []).append(function)

    def _chosen(self) -> list[Mutant]:
        mutants = [mutant for path in self._sources for mutant in mutants_of(path)]
        if self._options.again is not None:
            labels = set(yaml.safe_load(self._options.again.read_text(encoding="utf-8")) or ())
            mutants = [mutant for mutant in mutants if mutant.label in labels]
        if self._options.sample is not None:
            mutants = random.Random(self._options.seed).sample(mutants, min(self._options.sample, len(mutants)))
        return mutants

    def _run_mutants(self, session: pytest.Session, mutants: list[Mutant]) -> None:
        """Run as many forks as there are processors."""
        running: list[Fork] = []
        try:
            self._run_all(session, mutants, running)
        finally:
            for process in running:
                os.killpg(process.number, 9)

    def _run_all(self, session: pytest.Session, mutants: list[Mutant], running: list[Fork]) -> None:
        waiting = list(reversed(mutants))
        while waiting or running:
            while waiting and len(running) < self._options.processes:
                mutant = waiting.pop()
                tests = self._tests_of(mutant)
                if tests:
                    running.append(self._fork(session, mutant, tests))
                else:
                    self.untested.append(mutant)
                    print(*table([mutant]), "(no test)", flush=True)
            for process, status in self._ended(running):
                running.remove(process)
                self._count(process, status)
                done = len(self.killed) + len(self.survivors) + len(self.untested)
                if done % 50 == 0:
                    print(f"{done} of {len(mutants)}: {done - len(self.killed)} survived", flush=True)

    def _ended(self, running: list[Fork]) -> list[tuple[Fork, int]]:
        """Return the finished forks with their status, and kill those that exceed their time."""
        found = []
        for process in running:
            ended, status = os.waitpid(process.number, os.WNOHANG)
            if ended:
                found.append((process, os.waitstatus_to_exitcode(status)))
            elif time.monotonic() > process.latest:
                os.killpg(process.number, 9)
                os.waitpid(process.number, 0)
                found.append((process, KILLED))
        if not found:
            time.sleep(0.005)
        return found

    def _count(self, process: Fork, status: int) -> None:
        with os.fdopen(process.channel, encoding="utf-8") as text:
            killer = text.read()
        mutant = process.mutant
        if status == BROKEN:
            raise RuntimeError(f"{mutant.label}: {killer}")
        if status == SURVIVED:
            self.survivors.append(mutant)
            print(*table([mutant]), flush=True)
            return
        self.killed.append(mutant)
        self._kills[mutant.path.name, mutant.function, killer] += 1

    def _tests_of(self, mutant: Mutant) -> list[pytest.Item]:
        """Return the tests that run the mutated statement and fit into the budget.

        Those come first that killed another mutant of the function, then one of each file, the quick before the slow.
        """
        tests = [self._items[name] for name in self.measured.tests_of(mutant)]
        places: collections.Counter[pathlib.Path] = collections.Counter()
        order = []
        for test in sorted(tests, key=lambda test: (self.measured.seconds(test), test.nodeid)):
            places[test.path] += 1
            kills = self._kills[mutant.path.name, mutant.function, test.nodeid]
            order.append((-kills, places[test.path], len(order), test))
        chosen: list[pytest.Item] = []
        seconds = 0.0
        for *_place, test in sorted(order, key=lambda one: one[:3]):
            seconds += self.measured.seconds(test)
            if seconds > self._options.budget and chosen:
                break
            chosen.append(test)
        return chosen

    def _fork(self, session: pytest.Session, mutant: Mutant, tests: list[pytest.Item]) -> Fork:
        """Run tests with a mutant in a separate process."""
        seconds = sum(self.measured.seconds(test) for test in tests)
        latest = time.monotonic() + TIME_LIMIT[0] * seconds + TIME_LIMIT[1]
        sys.stdout.flush()
        reading, writing = os.pipe()
        number = os.fork()
        if number:
            os.close(writing)
            return Fork(number, mutant, latest, reading)
        status, answer = BROKEN, ""
        try:
            os.setpgid(0, 0)
            work = int(WORK_LIMIT[0] * seconds + WORK_LIMIT[1])
            resource.setrlimit(resource.RLIMIT_CPU, (work, work + 1))
            # Ends it as well where this program is killed and cannot.
            signal.alarm(int(latest - time.monotonic()) + 60)
            silent = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(silent, descriptor)
            session.config.pluginmanager.unregister(name="terminalreporter")
            self._mutate(mutant)
            status, answer = self._judge(tests)
        except BaseException as error:
            answer = repr(error)
        finally:
            os.write(writing, answer.encode())
            os._exit(status)

    def _mutate(self, mutant: Mutant) -> None:
        """Replace the code of a function by that of a mutant."""
        for function in self._functions[str(mutant.path.resolve()), mutant.function, mutant.function_line]:
            function.__code__ = mutated_code(mutant, function.__code__.co_filename)
        for cache in self._caches:
            if "telephony.voicemail" in cache.__module__ or "tests" in cache.__module__:
                cache.cache_clear()

    def _judge(self, tests: list[pytest.Item]) -> tuple[int, str]:
        """Return whether a mutant survives, and the test that fails with it."""
        self._has_failed = False
        for test in tests:
            try:
                # Run each test separately, because sharing fixtures between files costs more than it saves.
                test.config.hook.pytest_runtest_protocol(item=test, nextitem=None)
            except BaseException:  # the mutant ends pytest itself, as an interrupt would
                return KILLED, test.nodeid
            if self._has_failed:
                return KILLED, test.nodeid
        return SURVIVED, ""


def table(mutants: t.Iterable[Mutant]) -> list[str]:
    """Return one line for each mutant, with its place."""
    lines = []
    for mutant in sorted(mutants, key=lambda one: (str(one.path), one.line, one.position)):
        place = f"{mutant.path.parent.name}/{mutant.path.name}:{mutant.line}"
        lines.append(f"{place:<32} {mutant.function:<36} {mutant.change:<22} {mutant.source}")
    return lines
