# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reduce a failing scenario: remove faults, events, mailboxes and behaviors as long as it still fails."""

from __future__ import annotations

import dataclasses
import typing as t

from chaos.scenario import Scenario
from chaos.suite import Playable, attempt

#: Threads and timeouts vary, so a scenario only passes after this number of successful runs.
ATTEMPTS = 3


def shrunk(scenario: Playable, most: int = 200) -> tuple[Playable, list[str]]:
    """Return the smallest scenario that still fails, and its problems.

    :param most: maximum number of runs.
    """
    problems = _problems(scenario)
    spent = 0
    again = bool(problems)
    while again and spent < most:
        again = False
        for candidate in _smaller(scenario):
            spent += 1
            found = _problems(candidate)
            if found:
                scenario, problems, again = candidate, found, True
                break
            if spent >= most:
                break
    return scenario, problems


def _problems(scenario: Playable) -> list[str]:
    return next((found for _attempt in range(ATTEMPTS) if (found := attempt(scenario))), [])


def _smaller(scenario: Playable) -> t.Iterator[Playable]:
    one = t.cast(t.Any, scenario)
    for name in scenario.parts:
        entries = getattr(scenario, name)
        if len(entries) > 3:
            half = len(entries) // 2
            yield dataclasses.replace(one, **{name: entries[:half]})
            yield dataclasses.replace(one, **{name: entries[half:]})
        for position in range(len(entries)):
            if name in scenario.kept and len(entries) == 1:
                continue
            yield dataclasses.replace(one, **{name: entries[:position] + entries[position + 1 :]})
    if isinstance(scenario, Scenario):
        yield from _simpler(scenario)


def _simpler(scenario: Scenario) -> t.Iterator[Scenario]:
    for position, item in enumerate(scenario.items):
        for key in list(item)[1:]:
            if key == "state" or key in scenario.world.required:
                continue
            less = {name: value for name, value in item.items() if name != key}
            items = (*scenario.items[:position], less, *scenario.items[position + 1 :])
            yield dataclasses.replace(scenario, items=items)
    if scenario.messages:
        yield dataclasses.replace(scenario, messages=0)
