# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models of each vendor's messages, independent of the drivers: their location, and changes of other clients."""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from chaos.worlds import WORLDS
from helpers.message_subjects import KAZOO_MESSAGES, PORTSIP_MESSAGES, TEL4VN_MESSAGES, MessageSubject
from voicemail_simulator.server import SimulatorServer

#: The vendors' names of the statuses.
_STATUSES = {"new": "unread", "saved": "read", "deleted": "deleted", "READ": "read", "UNREAD": "unread"}


@dataclasses.dataclass(frozen=True)
class Note:
    """A message as the server stores it.

    :param box: number of its box.
    :param identity: the identity of the message in any mailbox: the call id, if the vendor has one.
    :param fields: fields that a task must not change.
    :param reached: whether a task for all mailboxes includes it.
    """

    id: str
    box: str
    status: str
    identity: str
    fields: tuple[tuple[str, t.Any], ...]
    audio: str
    reached: bool = True


def digest(content: bytes) -> str:
    """Return the hash of a recording."""
    return hashlib.sha256(content).hexdigest()


class MessageWorld:
    """The messages of one vendor.

    :param module: the module that the scenarios run.
    """

    subject: MessageSubject
    #: Conditions of faults for writes and downloads.
    writing = ""
    downloading = ",method=GET,path=raw$|download$|blobs"
    #: Whether a moved message is found by its call id.
    knows_calls = False
    #: Whether an existing recording is recognized by its size, and not only by a manifest.
    states_sizes = False

    def __init__(self, module: str) -> None:
        self.module = module
        self.name = f"{self.subject.vendor}-{module.removeprefix('voicemail_')}"

    def prepare(self, server: SimulatorServer) -> None:
        """Prepare the seeded messages."""

    def notes(self, server: SimulatorServer) -> dict[str, Note]:
        """Return all messages by id."""
        raise NotImplementedError

    def recording(self, server: SimulatorServer, note_id: str) -> bytes:
        """Return the recording of a message."""
        raise NotImplementedError

    def leave(self, server: SimulatorServer, number: str) -> str | None:
        """Add a message as a caller. Return None if the mailbox does not exist."""
        raise NotImplementedError

    def mark(self, server: SimulatorServer, note: Note, status: str) -> None:
        """Mark a message as another operator."""
        raise NotImplementedError

    def remove(self, server: SimulatorServer, note: Note) -> None:
        """Delete a message as another operator."""
        raise NotImplementedError


class Kazoo(MessageWorld):
    """KAZOO's messages."""

    subject = KAZOO_MESSAGES
    writing = ",method=POST|PUT|DELETE,path=messages"
    knows_calls = True

    def notes(self, server: SimulatorServer) -> dict[str, Note]:
        state, account = server.vendor.state, server.vendor.ACCOUNT_ID
        return {
            one["id"]: Note(
                one["id"],
                state.boxes[f"{account}/{one['box_id']}"]["public"]["mailbox"],
                _STATUSES[one["metadata"]["folder"]],
                one["metadata"]["call_id"],
                tuple(
                    (name, one["metadata"][name]) for name in ("caller_id_name", "caller_id_number", "length", "from")
                ),
                state.audio[f"{account}/{one['id']}"]["base64"] if f"{account}/{one['id']}" in state.audio else "",
            )
            for one in list(state.messages.values())
            if not one["deleted"]
        }

    def recording(self, server: SimulatorServer, note_id: str) -> bytes:
        content: bytes = server.vendor.load_audio({"account_id": server.vendor.ACCOUNT_ID, "id": note_id})
        return content

    def leave(self, server: SimulatorServer, number: str) -> str | None:
        from voicemail_simulator.vendors.kazoo.seeds import add_message

        found = [one for one in WORLDS["kazoo"].boxes(server) if one.number == number]
        before = set(self.notes(server))
        if found:
            add_message(
                server.vendor,
                {"id": found[0].id, "account_id": server.vendor.ACCOUNT_ID, "public": found[0].fields},
                5,
            )
        return next(iter(set(self.notes(server)) - before), None)

    def mark(self, server: SimulatorServer, note: Note, status: str) -> None:
        state = server.vendor.state
        message = state.messages[f"{server.vendor.ACCOUNT_ID}/{note.id}"]
        folder = next(word for word, meaning in _STATUSES.items() if meaning == status)
        state.save_message(message, metadata={**message["metadata"], "folder": folder})

    def remove(self, server: SimulatorServer, note: Note) -> None:
        server.vendor.state.erase_message(server.vendor.state.messages[f"{server.vendor.ACCOUNT_ID}/{note.id}"])


class Portsip(MessageWorld):
    """PortSIP's messages. Tasks reach those of shared voicemails, not those of users."""

    subject = PORTSIP_MESSAGES
    writing = ",method=POST,path=voicemails"
    states_sizes = True

    def notes(self, server: SimulatorServer) -> dict[str, Note]:
        directory = server.vendor.state
        boxes = {one["id"]: one["extension_number"] for one in list(directory.boxes.collection.values())}
        users = {one["id"]: f"user {one['extension_number']}" for one in list(directory.users.collection.values())}
        return {
            one["id"]: Note(
                one["id"],
                {**boxes, **users}[one["owner_id"]],
                _STATUSES[one["status"]],
                one["id"],
                tuple((name, one[name]) for name in ("sender_name", "sender_number", "created_at", "duration")),
                str(one["duration"]),
                one["owner_id"] in boxes,
            )
            for one in list(directory.messages.collection.values())
        }

    def recording(self, server: SimulatorServer, note_id: str) -> bytes:
        from voicemail_simulator.vendors.portsip.audio import tone

        content: bytes = tone(server.vendor.state.messages.collection[note_id]["duration"])
        return content

    def leave(self, server: SimulatorServer, number: str) -> str | None:
        messages = server.vendor.state.messages
        pattern = next(iter(messages.collection.values()), None)
        owner = next((box.id for box in WORLDS["portsip-shared"].boxes(server) if box.number == number), None)
        if pattern is None or owner is None:
            return None
        added: str = messages.add({**pattern, "id": server.vendor.state.new_id(), "owner_id": owner})
        return added

    def mark(self, server: SimulatorServer, note: Note, status: str) -> None:
        server.vendor.state.messages.change(note.id, {"status": status.upper()})

    def remove(self, server: SimulatorServer, note: Note) -> None:
        server.vendor.state.messages.remove(note.id)


class Tel4vn(MessageWorld):
    """TEL4VN's messages, which can only be downloaded."""

    subject = TEL4VN_MESSAGES

    def prepare(self, server: SimulatorServer) -> None:
        # Short recordings save time.
        for position, message in enumerate(server.vendor.state.messages.values()):
            message["duration"] = 1 + position % 2

    def notes(self, server: SimulatorServer) -> dict[str, Note]:
        return {
            one["id"]: Note(
                one["id"],
                one["extension"],
                "",
                one["id"],
                tuple(
                    (name, one[name]) for name in ("caller_id_name", "caller_id_number", "created_epoch", "duration")
                ),
                "",
            )
            for one in list(server.vendor.state.messages.values())
        }

    def recording(self, server: SimulatorServer, note_id: str) -> bytes:
        from voicemail_simulator.vendors.tel4vn.audio import recording_of

        content: bytes = recording_of(server.vendor.state.messages[note_id])
        return content

    def leave(self, server: SimulatorServer, number: str) -> str | None:
        try:
            return str(server.vendor.add_message(number, duration=1)["id"])
        except KeyError:
            return None

    def remove(self, server: SimulatorServer, note: Note) -> None:
        state = server.vendor.state
        del state.messages[note.id]
        state.rebuild()


MESSAGE_WORLDS: dict[str, MessageWorld] = {
    world.name: world
    for world in (
        Kazoo("voicemail_message"),
        Portsip("voicemail_message"),
        Kazoo("voicemail_audio"),
        Portsip("voicemail_audio"),
        Tel4vn("voicemail_audio"),
    )
}
