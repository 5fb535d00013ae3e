# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All scenarios of the suite: mailboxes, messages, recordings, greetings and races, generated from seeds."""

from __future__ import annotations

import functools
import traceback
import typing as t

from chaos.checks import problems_of
from chaos.greeting_scenario import GREETINGS, generate_greeting
from chaos.kazoo_callflow_scenario import callflow_problems, generate_callflows
from chaos.kazoo_greeting_scenario import KAZOO_GREETINGS
from chaos.message_checks import message_problems
from chaos.message_play import play_messages
from chaos.message_scenario import generate_messages
from chaos.message_worlds import MESSAGE_WORLDS
from chaos.operator_scenario import OPERATORS, generate_operator, operator_problems
from chaos.play import play
from chaos.race_scenario import BEHAVIORS as RACES
from chaos.race_scenario import generate_race, race_problems
from chaos.scenario import generate as generate_boxes
from chaos.worlds import WORLDS


class Playable(t.Protocol):
    """A scenario of any kind.

    :param parts: tuple fields whose entries the shrinker may remove.
    :param kept: fields that must not become empty.
    """

    subject: str
    seed: int
    parts: t.ClassVar[tuple[str, ...]]
    kept: t.ClassVar[tuple[str, ...]]

    def reported(self) -> str:
        """Return the scenario as text."""


class Kind(t.NamedTuple):
    """The generator and the check of one subject's scenarios."""

    vendor: str
    generate: t.Callable[[int], Playable]
    problems: t.Callable[[t.Any], list[str]]


KINDS: dict[str, Kind] = {
    **{
        name: Kind(world.subject.vendor, functools.partial(generate_boxes, name), lambda one: problems_of(play(one)))
        for name, world in WORLDS.items()
    },
    **{
        name: Kind(
            world.subject.vendor,
            functools.partial(generate_messages, name),
            lambda one: message_problems(play_messages(one)),
        )
        for name, world in MESSAGE_WORLDS.items()
    },
    **{
        name: Kind(vendor, functools.partial(generate_greeting, name), problems)
        for name, (vendor, problems) in {**GREETINGS, **KAZOO_GREETINGS}.items()
    },
    **{
        name: Kind(name.partition("-")[0], functools.partial(generate_operator, name), operator_problems)
        for name in OPERATORS
    },
    "kazoo-callflow": Kind("kazoo", functools.partial(generate_callflows, "kazoo-callflow"), callflow_problems),
    **{f"{name}-race": Kind(name, functools.partial(generate_race, name), race_problems) for name in RACES},
}


def generate(subject: str, seed: int) -> Playable:
    """Return the scenario of a seed."""
    return KINDS[subject].generate(seed)


def attempt(scenario: Playable) -> list[str]:
    """Run a scenario and return its problems."""
    try:
        return KINDS[scenario.subject].problems(scenario)
    except Exception:
        return [f"an exception left the module:\n{traceback.format_exc()}"]
