# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Greetings of a box, and what it takes to make one of them what callers hear."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import typing as t

from ..recordings.container import kind_of


@dataclasses.dataclass(frozen=True, slots=True)
class Greeting:
    """One greeting that a box has.

    :param enabled: callers hear it.
    :param size_bytes: of its recording; None where the vendor does not tell.
    :param made_here: this collection uploaded it for this very box. None where nobody else could use it anyway.
    :param converted: SHA-256 of the file that was uploaded and of what the vendor made of it, where they differ.
    """

    id: str
    name: str | None
    size_bytes: int | None
    enabled: bool
    made_here: bool | None = None
    converted: tuple[str, str] | None = None


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

    @property
    def kind(self) -> str:
        """What the file is: ``wav``, ``mp3``, ``ogg``, ``mp4``, or empty."""
        return kind_of(self.content[:16])


@dataclasses.dataclass(frozen=True)
class GreetingPlan:
    """What is to be done.

    :param action: ``create``, ``update``, ``delete`` or ``none``.
    :param heard: what callers hear before; None where it is the vendor's default.
    :param own: the greeting that holds the recording already, enabled or not.
    :param upload: the recording has to be uploaded.
    :param enable: the greeting has to be enabled.
    :param remove: greetings to take from the box once the right one is enabled.
    :param staying: those of them whose recording stays at the vendor, such as one that other boxes use.
    :param kept: other greetings, which stay switched off.
    """

    action: str
    heard: Greeting | None = None
    own: Greeting | None = None
    upload: bool = False
    enable: bool = False
    remove: tuple[Greeting, ...] = ()
    staying: tuple[Greeting, ...] = ()
    kept: tuple[Greeting, ...] = ()


def plan_greeting(
    found: t.Sequence[Greeting],
    wanted: Recording | Greeting | None,
    same: t.Callable[[Greeting], bool],
    prune: bool,
    stays: t.Callable[[Greeting], bool] = lambda greeting: False,
) -> GreetingPlan:
    """Return how to get from the existing greetings to the wanted one.

    What callers heard before is removed. So is what this collection uploaded earlier, and what has the name of the
    wanted file: an earlier version of it, or a copy that an interrupted run left behind.

    :param wanted: the recording, an existing greeting, or None for the vendor's default greeting.
    :param same: tells whether a greeting holds the wanted recording; may be costly, and is asked as little as possible.
    :param prune: also remove every other greeting.
    :param stays: tells whether the recording of a removed greeting stays at the vendor.
    """
    heard = next((greeting for greeting in found if greeting.enabled), None)
    own = _holder(found, wanted, same)
    others = [greeting for greeting in found if greeting is not own]
    name = wanted.name if isinstance(wanted, Recording) else None
    doomed = tuple(
        greeting
        for greeting in others
        if prune or greeting.enabled or greeting.made_here or (name is not None and greeting.name == name)
    )
    enable = wanted is not None and (own is None or not own.enabled)
    return GreetingPlan(
        action=_action(wanted, enable, doomed, heard),
        heard=heard,
        own=own,
        upload=isinstance(wanted, Recording) and own is None,
        enable=enable,
        remove=doomed,
        staying=tuple(greeting for greeting in doomed if stays(greeting)),
        kept=tuple(greeting for greeting in others if greeting not in doomed),
    )


def _holder(
    found: t.Sequence[Greeting], wanted: Recording | Greeting | None, same: t.Callable[[Greeting], bool]
) -> Greeting | None:
    """Return the greeting that has the wanted recording; those that callers hear are compared first."""
    if wanted is None:
        return None
    if isinstance(wanted, Greeting):
        return next((greeting for greeting in found if greeting.id == wanted.id), wanted)
    ordered = sorted(found, key=lambda greeting: not greeting.enabled)
    return next((greeting for greeting in ordered if same(greeting)), None)


def _action(
    wanted: Recording | Greeting | None, enable: bool, doomed: t.Sequence[Greeting], heard: Greeting | None
) -> str:
    if not enable and not doomed:
        return "none"
    if wanted is None:
        return "delete"
    return "update" if heard else "create"
