# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fuzzed tasks, which together read every kind of reply of every vendor."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments
from ansible_collections.telephony.voicemail.plugins.module_utils.connection import Task
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import VoicemailError, unexpected_error
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import (
    inventory as inventory_operations,
)
from chaos.corrupting_server import declared
from chaos.worlds import WORLDS, World
from helpers.greeting_subjects import recording as sound
from helpers.message_subjects import KAZOO_MESSAGES, MESSAGE_SUBJECTS
from helpers.runners import Result, in_worker
from helpers.subjects import KAZOO, SHARED
from voicemail_simulator.server import SimulatorServer


@dataclasses.dataclass(frozen=True)
class Target:
    """A task against a simulated vendor.

    :param options: options of the task, without those of the connection. A function if they depend on the server or a
        folder.
    :param refused: whether the task fails even with correct replies.
    :param further: options of a second uncorrupted run, whose replies serve requests that the first run must not send.
    :param cleanups: objects that the task creates, and deletes if it cannot complete them.
    :param share: share of the work. Tasks with many requests take long.
    """

    name: str
    subject: t.Any
    module: str
    options: t.Callable[[SimulatorServer, pathlib.Path], dict[str, t.Any]]
    behaviors: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    mailboxes: int = 4
    messages: int = 2
    refused: bool = False
    further: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    cleanups: int = 0
    share: float = 1

    @property
    def vendor(self) -> str:
        """Return the vendor."""
        return str(self.subject.vendor)

    def serve(self) -> SimulatorServer:
        """Return a simulator."""
        return SimulatorServer(
            self.vendor, behaviors=dict(self.behaviors), mailboxes=self.mailboxes, messages=self.messages, seed=1
        )

    def arguments(self, server: SimulatorServer, folder: pathlib.Path) -> dict[str, t.Any]:
        """Return the arguments of the task against a simulator."""
        return {**self.subject.arguments(server), **self.options(server, folder)}

    def run(self, task: dict[str, t.Any], check: bool = False) -> Result:
        """Run the task."""
        return _inventory(task) if self.module == "inventory" else in_worker(self.module, task, check=check)


def _inventory(given: dict[str, t.Any]) -> Result:
    defaults = {name: option.get("default") for name, option in arguments.CONNECTION.items()}
    own = {"resource": "accounts", "match": None, "count_messages": False, "include_own_account": True}
    try:
        found = inventory_operations.read(Task("inventory", {**defaults, **own, **given}, {}))
        return {"failed": False, "found": found}
    except VoicemailError as error:
        return {"failed": True, "msg": str(error)}
    except Exception as error:
        return {"failed": True, "msg": str(unexpected_error(error))}


def _fixed(**options: t.Any) -> t.Callable[[SimulatorServer, pathlib.Path], dict[str, t.Any]]:
    return lambda server, folder: options


_LOSING = {"delete_messages": True}


def _boxes(world: World) -> t.Iterator[Target]:
    subject, first = world.subject, world.seeded(1)[0]
    many = {"delete_messages": True, "max_delete_percent": 100} if subject.can_create else {}
    make = functools.partial(Target, subject=subject)
    yield make(f"{subject.name}-read", module=subject.info, options=_fixed())
    yield make(
        f"{subject.name}-apply", module=subject.plural, options=_fixed(**{subject.listed: declared(world)}, **many)
    )
    one = {subject.key: first, **dict(list(subject.update.items())[:2])}
    yield make(f"{subject.name}-one", module=subject.module, options=_fixed(**one))
    if subject.can_create:
        created = {subject.key: subject.number, **subject.create}
        yield make(f"{subject.name}-create", module=subject.module, options=_fixed(**created))
    if subject.vendor != "onsip" and subject.can_create:
        gone = {subject.key: first, "state": "absent"}
        yield make(
            f"{subject.name}-guard", module=subject.module, options=_fixed(**gone), refused=True, further=_LOSING
        )


def _messages() -> t.Iterator[Target]:
    for subject in MESSAGE_SUBJECTS:
        make = functools.partial(Target, subject=subject)
        yield make(f"{subject.name}-message-info", module="voicemail_message_info", options=_fixed(**subject.all))
        yield make(f"{subject.name}-message-facts", module="voicemail_message_facts", options=_fixed(**subject.box))
        yield make(
            f"{subject.name}-message-audio",
            module="voicemail_audio",
            options=lambda server, folder, subject=subject: {
                **subject.box,
                "dest": str(folder / "dest"),
                "manifest": "manifest.json",
            },
        )
        for state in sorted(subject.states - {"unread", "present"}):
            more: dict[str, t.Any] = {
                "absent": {"max_deletions": 100, "permanent": True},
                "moved": {"to_mailbox": "1001"},
                "copied": {"to_mailboxes": ["1001", "1002"]},
            }.get(state, {})
            options = _fixed(**subject.box, state=state, **more)
            yield make(f"{subject.name}-message-{state}", module="voicemail_message", options=options)


def _upload(server: SimulatorServer, folder: pathlib.Path) -> dict[str, t.Any]:
    (folder / "sound.wav").write_bytes(sound(0.1, rate=16000))
    return {**KAZOO_MESSAGES.box, "state": "present", "src": str(folder / "sound.wav"), "call_id": "fuzz-1"}


def _greeting(server: SimulatorServer, folder: pathlib.Path) -> dict[str, t.Any]:
    (folder / "greeting.wav").write_bytes(sound(0.1))
    return {"shared_voicemail": "8001", "src": str(folder / "greeting.wav")}


def _special() -> t.Iterator[Target]:
    yield Target("kazoo-upload", KAZOO_MESSAGES, "voicemail_message", _upload)
    yield Target("portsip-greeting", SHARED, "voicemail_greeting", _greeting, cleanups=1)
    yield Target("kazoo-accounts", KAZOO, "inventory", _fixed(), behaviors={"customers": 3})
    # A PIN that not every server accepts, so that its schema is read.
    odd = {"mailbox": "1000", "pin": "12345678", "timezone": "Europe/Paris"}
    yield Target("kazoo-schema", KAZOO, "vmbox", _fixed(**odd), refused=True)
    # This generation reads this number of mailboxes in bulk.
    yield Target(
        "kazoo-bulk", KAZOO, "vmbox_info", _fixed(), behaviors={"profile": "4.3"}, mailboxes=41, messages=0, share=0.2
    )
    attach = {"mailbox": WORLDS["onsip"].seeded(1)[0], "onsip": {"attach": {"user_address": "avery@example.onsip.com"}}}
    yield Target("onsip-attach", WORLDS["onsip"].subject, "vmbox", _fixed(**attach))


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (*(one for world in WORLDS.values() for one in _boxes(world)), *_messages(), *_special())
}
