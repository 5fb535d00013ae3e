# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run tests against mutants, each in a fork of one process that has imported and collected everything.

In the fork, the code of one function is replaced in place, so every reference to the function runs the mutant. Code
that a test runs in another process, such as a playbook, is not mutated.
"""

from __future__ import annotations

import argparse
import collections
import functools
import gc
import importlib
import os
import pathlib
import random
import sys
import threading
import time
import types
import typing as t

import pytest
import yaml
from mutants import Mutant, mutants_of, mutated_code

PACKAGE = "ansible_collections.telephony.voicemail.plugins.module_utils"
KILLED, SURVIVED, FAILED_ALONE = 1, 0, 3
#: Seconds beside the time of the unmutated tests after which a mutant counts as killed: it runs in a circle.
GRACE = 20


class MutationSession:
    """A pytest plugin whose test loop runs every mutant.

    :param options: ``sample``, how many mutants, chosen by ``seed``, None for all; ``again``, labels of those to
        run; ``processes``, how many run at the same time; ``budget``, seconds that the tests of one mutant may take
        without it: what needs more counts as a survivor.
    """

    def __init__(self, sources: list[pathlib.Path], options: argparse.Namespace) -> None:
        self.processes = options.processes
        self.survivors: list[Mutant] = []
        self.untested: list[Mutant] = []
        self.killed = 0
        #: Tests that fail without a mutant while calls are counted. They prove nothing here, and run for no mutant.
        self.errors: list[str] = []
        self._sources = sources
        self._budget = options.budget
        self._sample = options.sample
        self._again = options.again
        self._seed = options.seed
        self._functions: dict[tuple[str, str, int], list[types.FunctionType]] = {}
        self._tests: dict[tuple[str, str, int], dict[pytest.Item, None]] = {}
        self._seconds: dict[str, float] = {}
        self._failed = False
        #: How often each test killed a mutant of a function, so that it runs first for the next one.
        self._kills: collections.Counter[tuple[tuple[str, str, int], str]] = collections.Counter()
        self._caches: list[t.Any] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests once to see which functions each calls, then the mutants."""
        self._find_functions()
        self._measure(session)
        self._caches = [found for found in gc.get_objects() if isinstance(found, functools._lru_cache_wrapper)]
        # Garbage that is collected in a fork copies the memory that forks share.
        gc.collect()
        gc.disable()
        gc.freeze()
        self._run_mutants(session, self._chosen())
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how long a test takes, and whether it fails."""
        self._seconds[report.nodeid] = self._seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self._failed = True

    def _find_functions(self) -> None:
        """Find the function objects of the sources, however they are wrapped or referred to."""
        # Many modules are imported when they are first needed.
        for path in self._sources:
            importlib.import_module(f"{PACKAGE}.{path.parent.name}.{path.stem}")
        names = {str(path.resolve()) for path in self._sources}
        for function in [found for found in gc.get_objects() if isinstance(found, types.FunctionType)]:
            code = function.__code__
            filename = str(pathlib.Path(code.co_filename).resolve())
            if filename in names:
                key = (filename, code.co_qualname, code.co_firstlineno)
                self._functions.setdefault(key, []).append(function)

    def _measure(self, session: pytest.Session) -> None:
        """Run every test without a mutant, and note the functions that it calls."""
        keys = {id(function.__code__): key for key, found in self._functions.items() for function in found}
        current: list[pytest.Item] = []

        def note(frame: types.FrameType, event: str, _argument: object) -> None:
            if event == "call" and (key := keys.get(id(frame.f_code))) is not None:
                self._tests.setdefault(key, {})[current[0]] = None

        threading.setprofile(note)
        try:
            for item, following in zip(session.items, [*session.items[1:], None], strict=True):
                current[:] = [item]
                self._failed = False
                sys.setprofile(note)
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                sys.setprofile(None)
                if self._failed:
                    self.errors.append(item.nodeid)
        finally:
            threading.setprofile(None)  # type: ignore[arg-type]

    def _chosen(self) -> list[Mutant]:
        mutants = [mutant for path in self._sources for mutant in mutants_of(path)]
        if self._again is not None:
            labels = set(yaml.safe_load(self._again.read_text(encoding="utf-8")) or ())
            mutants = [mutant for mutant in mutants if mutant.label in labels]
        if self._sample is not None:
            mutants = random.Random(self._seed).sample(mutants, min(self._sample, len(mutants)))
        return mutants

    def _run_mutants(self, session: pytest.Session, mutants: list[Mutant]) -> None:
        """Keep as many forks at work as there are processors."""
        running: dict[int, tuple[Mutant, float, int]] = {}
        waiting = list(reversed(mutants))
        while waiting or running:
            while waiting and len(running) < self.processes:
                mutant = waiting.pop()
                tests = self._tests_of(mutant)
                if not tests:
                    self.untested.append(mutant)
                    print(*table([mutant]), "(no test)", flush=True)
                    continue
                limit = time.monotonic() + GRACE + 10 * sum(self._seconds[test.nodeid] for test in tests)
                number, channel = self._fork(session, mutant, tests)
                running[number] = (mutant, limit, channel)
            for process in self._ended(running):
                mutant, _limit, channel = running.pop(process[0])
                with os.fdopen(channel, encoding="utf-8") as shown_text:
                    self._kills[self._key(mutant), shown_text.read()] += 1
                if process[1] == SURVIVED:
                    self.survivors.append(mutant)
                    print(*table([mutant]), flush=True)
                else:
                    self.killed += 1
                done = self.killed + len(self.survivors) + len(self.untested)
                if done % 50 == 0:
                    print(f"{done} of {len(mutants)}: {len(self.survivors) + len(self.untested)} survived", flush=True)

    def _ended(self, running: dict[int, tuple[Mutant, float, int]]) -> list[tuple[int, int]]:
        """Return the forks that have ended with their status, and end those that run for too long."""
        found = []
        for number, (_mutant, limit, _channel) in running.items():
            ended, status = os.waitpid(number, os.WNOHANG)
            if ended:
                found.append((number, os.waitstatus_to_exitcode(status)))
            elif time.monotonic() > limit:
                os.killpg(number, 9)
                os.waitpid(number, 0)
                found.append((number, KILLED))
        if not found:
            time.sleep(0.005)
        return found

    def _key(self, mutant: Mutant) -> tuple[str, str, int]:
        return (str(mutant.path.resolve()), mutant.function, mutant.function_line)

    def _tests_of(self, mutant: Mutant) -> list[pytest.Item]:
        """Return the tests that call the mutated function and fit into the budget.

        Those come first that killed another mutant of it, then unit tests, one of each file, the quick before the slow.
        """
        key = self._key(mutant)
        sound = [test for test in self._tests.get(key, ()) if test.nodeid not in self.errors]
        found = sorted(sound, key=lambda test: self._seconds[test.nodeid])
        places: dict[pathlib.Path, int] = {}
        order = []
        for test in found:
            places[test.path] = places.get(test.path, -1) + 1
            is_slow = "contract" in test.path.parts
            order.append((-self._kills[key, test.nodeid], is_slow, places[test.path], len(order), test))
        chosen: list[pytest.Item] = []
        seconds = 0.0
        for *_place, test in sorted(order, key=lambda one: one[:4]):
            seconds += self._seconds[test.nodeid]
            if seconds > self._budget and chosen:
                break
            chosen.append(test)
        return chosen

    def _fork(self, session: pytest.Session, mutant: Mutant, tests: list[pytest.Item]) -> tuple[int, int]:
        """Run tests with a mutant in a process of its own.

        :returns: its number, and the descriptor from which the test that killed the mutant can be read.
        """
        sys.stdout.flush()
        reading, writing = os.pipe()
        number = os.fork()
        if number:
            os.close(writing)
            return number, reading
        status = FAILED_ALONE
        try:
            os.setpgid(0, 0)
            silent = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1, 2):
                os.dup2(silent, descriptor)
            session.config.pluginmanager.unregister(name="terminalreporter")
            killer = self._killer(mutant, tests)
            if killer is not None:
                os.write(writing, killer.encode())
            status = SURVIVED if killer is None else KILLED
        finally:
            os._exit(status)

    def _killer(self, mutant: Mutant, tests: list[pytest.Item]) -> str | None:
        """Return the test that fails with a mutant, or None where all pass."""
        for function in self._functions[self._key(mutant)]:
            function.__code__ = mutated_code(mutant, function.__code__.co_filename)
        for cache in self._caches:
            if "telephony.voicemail" in cache.__module__ or "tests" in cache.__module__:
                cache.cache_clear()
        self._failed = False
        for test in tests:
            # Each by itself: sharing fixtures between files would cost more than it saves.
            test.config.hook.pytest_runtest_protocol(item=test, nextitem=None)
            if self._failed:
                return test.nodeid
        return None


def plural(number: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def table(mutants: t.Iterable[Mutant]) -> list[str]:
    """Return one line for each mutant, with its place."""
    lines = []
    for mutant in sorted(mutants, key=lambda one: (str(one.path), one.line, one.position)):
        place = f"{mutant.path.parent.name}/{mutant.path.name}:{mutant.line}"
        lines.append(f"{place:<32} {mutant.function:<36} {mutant.change:<22} {mutant.source}")
    return lines
