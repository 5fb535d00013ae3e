# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fuzz every reply parser and every option: each run ends in a clear error or a well-formed result."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import random
import re
import tempfile
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments
from chaos.corrupting_server import UNEXPECTED_VALUES, unexpected_value
from chaos.fuzz_targets import TARGETS, Target
from chaos.replay import Exchange, Replay, answering, recording
from helpers.runners import Result
from helpers.virtual_time import virtual_time

#: The text of :func:`errors.unexpected_error` about a defect.
_DEFECT = re.compile(r"unexpected [A-Z]\w* at |Traceback")
_LONGEST_MESSAGE = 6000
#: A result may repeat a vendor's object a few times, such as in a diff.
_MOST_GROWTH = 40
TEXTS = ("line\r\nbreak", "é", "\ud800", "\u202e\x1b[31m", "nul\0", " ", "../..", "{{ x }}", "9" * 5000, "a" * 100_000)
NUMBERS = ("inf", "nan", "1e999999999", 1e-300, -1e308, float("-inf"))
VALUES: tuple[t.Any, ...] = (*UNEXPECTED_VALUES, *TEXTS, *NUMBERS, ["é\n"], [{"a": None}], {"a": {"b": [1]}})


class Outcome(t.NamedTuple):
    """The outcome of a target.

    :param replies: served corrupted replies.
    :param runs: number of tasks.
    """

    target: str
    replies: int
    runs: int
    problems: list[str]


def fuzz(name: str, replies: int, options: int, seed: int = 1) -> Outcome:
    """Run a target until it served a number of corrupted replies and tried a number of unexpected option values."""
    target = TARGETS[name]
    with _folder() as folder, virtual_time(lambda seconds: None):
        true = recorded(target, folder)
        problems = []
        served = runs = 0
        while served < replies:
            chance = random.Random(f"{name} {seed} {runs}")
            position = chance.randrange(len(true.exchanges))
            replay = true.replay(position, chance.randrange(2**32), chance.random() < 0.2)
            problems += [f"{name} run {runs}: {one}" for one in problems_of(target, true, replay, true.task)]
            served += replay.corrupted
            runs += 1
            if len(problems) > 20:
                break
        # Ansible validates the options of the inventory before the plugin reads them.
        for number in range(0 if target.module == "inventory" else options):
            chance = random.Random(f"{name} {seed} option {number}")
            strange, option = _unexpected_options(target, true.task, chance)
            found = problems_of(target, true, true.replay(None, 0), strange, check=True)
            problems += [f"{name} {option} run {number}: {one}" for one in found]
    return Outcome(name, served, runs + options, problems)


class Recorded(t.NamedTuple):
    """A task and the replies to it.

    :param further: replies to requests that the task must not send.
    """

    task: dict[str, t.Any]
    exchanges: list[Exchange]
    further: list[Exchange]

    def replay(self, position: int | None, seed: int, forever: bool = False) -> Replay:
        """Return a replay of the replies."""
        return Replay([*self.exchanges, *self.further], position, seed, forever)


def recorded(target: Target, folder: pathlib.Path) -> Recorded:
    """Run a task against its simulator, and record the replies."""
    with target.serve() as server, recording() as exchanges:
        task = {**target.arguments(server, folder), "workers": 1, "retry_budget": 0, "timeout": 5}
        result = target.run(task)
        # A task that ends early would not run all parsers.
        assert bool(result["failed"]) is target.refused, result
        own = len(exchanges)
        if target.further:
            assert not target.run({**task, **target.further})["failed"]
    return Recorded(task, exchanges[:own], exchanges[own:])


def problems_of(
    target: Target, true: Recorded, replay: Replay, task: dict[str, t.Any], check: bool = False
) -> list[str]:
    """Run a task and return the problems of its outcome."""
    with answering(replay):
        result = target.run(task, check=check)
    problems = _misshapen(result, sum(len(one.answer.body) for one in true.exchanges))
    if replay.endless:
        problems.append("it never stops sending requests")
    known = {one.key for one in true.exchanges if one.key.destructive}
    sent = {key for key in replay.requests if key.destructive}
    if len(sent) > (0 if check else len(known) + target.cleanups):
        problems.append(f"it deletes more than the uncorrupted run: {sent}")
    return problems


def _misshapen(result: Result, size: int) -> list[str]:
    problems = []
    message = str(result.get("msg", ""))
    if result.get("failed") and not message:
        problems.append("it failed without a message")
    if _DEFECT.search(message) or len(message) > _LONGEST_MESSAGE:
        problems.append(f"the message is not clear: {message[:300]}")
    try:
        text = json.dumps({key: value for key, value in result.items() if key != "invocation"}, allow_nan=False)
    except ValueError:
        return [*problems, "the result contains NaN or Infinity"]
    if "unexpected" in text and _DEFECT.search(text):
        problems.append(f"the result shows a defect: {_DEFECT.search(text)}")
    if len(text) > _MOST_GROWTH * (size + 100_000):
        problems.append(f"the result has {len(text)} bytes, the replies had {size}")
    return problems


def _unexpected_options(target: Target, task: dict[str, t.Any], chance: random.Random) -> tuple[dict[str, t.Any], str]:
    spec = {**arguments.CONNECTION, **arguments.own_options(target.module)}
    option = chance.choice(sorted(set(spec) - {"vendor"}))
    value = unexpected_value(chance, VALUES)
    return {**task, option: value}, f"{option}={ascii(value)[:60]}"


@contextlib.contextmanager
def _folder() -> t.Iterator[pathlib.Path]:
    """Work in a separate folder, deep enough for paths that lead upward."""
    before = pathlib.Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name) / "a" / "b" / "c"
        (folder / "dest").mkdir(parents=True)
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(before)
