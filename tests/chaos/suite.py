# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that the suite plays: boxes, messages, recordings, greetings and races, each made from a seed."""

from __future__ import annotations

import functools
import traceback
import typing as t

from chaos.greeting_scenario import GREETINGS, generate_greeting
from chaos.judge import judge
from chaos.kazoo_callflow_scenario import callflow_problems, generate_callflows
from chaos.kazoo_greeting_scenario import KAZOO_GREETINGS
from chaos.message_judge import judge_messages
from chaos.message_play import play_messages
from chaos.message_scenario import generate_messages
from chaos.message_worlds import MESSAGE_WORLDS
from chaos.operator_scenario import OPERATORS, generate_operator, judge_operator
from chaos.play import play
from chaos.race_scenario import BEHAVIORS as RACES
from chaos.race_scenario import generate_race, race_problems
from chaos.scenario import generate as generate_boxes
from chaos.worlds import WORLDS


class Playable(t.Protocol):
    """A scenario of any kind.

    :param parts: fields that are tuples, of which the shrinker may leave out entries.
    :param kept: those of them that must not become empty.
    """

    subject: str
    seed: int
    parts: t.ClassVar[tuple[str, ...]]
    kept: t.ClassVar[tuple[str, ...]]

    def reported(self) -> str:
        """Return the scenario as text."""


class Kind(t.NamedTuple):
    """How scenarios of one subject are made, and how what is wrong with one is found."""

    vendor: str
    generate: t.Callable[[int], Playable]
    problems: t.Callable[[t.Any], list[str]]


KINDS: dict[str, Kind] = {
    **{
        name: Kind(world.subject.vendor, functools.partial(generate_boxes, name), lambda one: judge(play(one)))
        for name, world in WORLDS.items()
    },
    **{
        name: Kind(
            world.subject.vendor,
            functools.partial(generate_messages, name),
            lambda one: judge_messages(play_messages(one)),
        )
        for name, world in MESSAGE_WORLDS.items()
    },
    **{
        name: Kind(vendor, functools.partial(generate_greeting, name), problems)
        for name, (vendor, problems) in {**GREETINGS, **KAZOO_GREETINGS}.items()
    },
    **{
        name: Kind(name.partition("-")[0], functools.partial(generate_operator, name), judge_operator)
        for name in OPERATORS
    },
    "kazoo-callflow": Kind("kazoo", functools.partial(generate_callflows, "kazoo-callflow"), callflow_problems),
    **{f"{name}-race": Kind(name, functools.partial(generate_race, name), race_problems) for name in RACES},
}


def generate(subject: str, seed: int) -> Playable:
    """Return the scenario of a seed."""
    return KINDS[subject].generate(seed)


def attempt(scenario: Playable) -> list[str]:
    """Run a scenario and return what is wrong."""
    try:
        return KINDS[scenario.subject].problems(scenario)
    except Exception:
        return [f"an exception left the module:\n{traceback.format_exc()}"]
