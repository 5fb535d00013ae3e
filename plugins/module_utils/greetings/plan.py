# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Greetings of a box, and what it takes to make one of them what callers hear."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import typing as t


@dataclasses.dataclass(frozen=True, slots=True)
class Greeting:
    """One greeting that a box has.

    :param enabled: callers hear it.
    :param size_bytes: of its recording; None where the vendor does not tell.
    """

    id: str
    name: str | None
    size_bytes: int | None
    enabled: bool


@dataclasses.dataclass(frozen=True)
class Recording:
    """A recording to be heard by callers.

    :param name: of the file.
    """

    name: str
    content: bytes = dataclasses.field(repr=False)

    @functools.cached_property
    def sha256(self) -> str:
        """Digest of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclasses.dataclass(frozen=True)
class GreetingPlan:
    """What is to be done.

    :param action: ``create``, ``update``, ``delete`` or ``none``.
    :param heard: what callers hear before; None where it is the vendor's default.
    :param own: the greeting that holds the recording already, enabled or not.
    :param upload: the recording has to be uploaded.
    :param enable: the greeting has to be enabled.
    :param remove: greetings to delete once the right one is enabled.
    :param kept: other greetings, which stay switched off.
    """

    action: str
    heard: Greeting | None = None
    own: Greeting | None = None
    upload: bool = False
    enable: bool = False
    remove: tuple[Greeting, ...] = ()
    kept: tuple[Greeting, ...] = ()


def plan_greeting(
    found: t.Sequence[Greeting],
    wanted: Recording | None,
    same: t.Callable[[Greeting], bool],
    prune: bool,
) -> GreetingPlan:
    """Return how to get from the greetings there are to the one that is wanted.

    What callers heard before is deleted. So is what has the name of the wanted one: an earlier version of it, or a
    copy, that a run which was cut off has left behind.

    :param wanted: None for the vendor's default greeting.
    :param same: tells whether a greeting holds the wanted recording; may be costly, and is asked as little as possible.
    :param prune: also delete every other greeting.
    """
    enabled = [greeting for greeting in found if greeting.enabled]
    heard = enabled[0] if enabled else None
    if wanted is None:
        doomed = tuple(greeting for greeting in found if greeting.enabled or prune)
        return GreetingPlan("delete" if doomed else "none", heard, remove=doomed, kept=_rest(found, doomed))
    ordered = [*enabled, *(greeting for greeting in found if not greeting.enabled)]
    own = next((greeting for greeting in ordered if same(greeting)), None)
    others = [greeting for greeting in found if greeting is not own]
    doomed = tuple(greeting for greeting in others if prune or greeting.enabled or greeting.name == wanted.name)
    enable = own is None or not own.enabled
    action = "none" if not enable and not doomed else "update" if heard else "create"
    return GreetingPlan(action, heard, own, own is None, enable, doomed, _rest(others, doomed))


def _rest(found: t.Iterable[Greeting], doomed: t.Container[Greeting]) -> tuple[Greeting, ...]:
    return tuple(greeting for greeting in found if greeting not in doomed)
