# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the change of a box's greeting."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import typing as t

from ..recordings.container import kind_of


@dataclasses.dataclass(frozen=True, slots=True)
class Greeting:
    """One greeting of a box.

    :param enabled: whether callers hear it.
    :param size_bytes: size of its recording; None if the vendor does not show it.
    :param made_here: whether this collection uploaded it for this box. None if nobody else could use it.
    :param converted: SHA-256 of the uploaded file and of the vendor's conversion, if they differ.
    """

    id: str
    name: str | None
    size_bytes: int | None
    enabled: bool
    made_here: bool | None = None
    converted: tuple[str, str] | None = None


@dataclasses.dataclass(frozen=True)
class Recording:
    """A recording for callers.

    :param name: name of the file.
    """

    name: str
    content: bytes = dataclasses.field(repr=False)

    @functools.cached_property
    def sha256(self) -> str:
        """Digest of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def kind(self) -> str:
        """The format of the file: ``wav``, ``mp3``, ``ogg``, ``mp4``, or empty."""
        return kind_of(self.content[:16])


@dataclasses.dataclass(frozen=True)
class GreetingPlan:
    """The planned changes.

    :param action: ``create``, ``update``, ``delete`` or ``none``.
    :param heard: the current greeting; None for the vendor's default.
    :param own: the greeting that already contains the recording, enabled or not.
    :param upload: whether the recording must be uploaded.
    :param enable: whether the greeting must be enabled.
    :param remove: greetings to remove from the box after the new one is enabled.
    :param staying: removed greetings whose recording the vendor keeps, such as shared ones.
    :param kept: other greetings, which stay disabled.
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
    """Return the plan from the existing greetings to the wanted one.

    The previous greeting is removed, as are earlier uploads of this collection and greetings with the name of the
    wanted file: earlier versions of it, or copies of an interrupted run.

    :param wanted: the recording, an existing greeting, or None for the vendor's default greeting.
    :param same: checks whether a greeting contains the wanted recording; costly, so called as rarely as possible.
    :param prune: also remove every other greeting.
    :param stays: checks whether the vendor keeps the recording of a removed greeting.
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
