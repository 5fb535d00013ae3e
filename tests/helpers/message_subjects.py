# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test data about the messages of each vendor: use it for tests that run on every vendor."""

from __future__ import annotations

import dataclasses
import typing as t

from voicemail_simulator.server import SimulatorServer

from helpers.subjects import KAZOO, LOGIN_PATHS, SHARED, TEL4VN

Item = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class MessageSubject:
    """The messages of one vendor.

    :param connection: credentials of the simulator.
    :param all: options that select every box.
    :param box: options that select one seeded box.
    :param unknown: options that select a box that does not exist.
    :param other_boxes: numbers of further seeded mailboxes, as targets of moves and copies.
    :param states: states of the module that the vendor can reach.
    :param statuses: the statuses that a message can have.
    :param refusing: an option of the selection that this vendor does not support, with a part of the error.
    :param listing: returns the number of requests that list this many messages of this many boxes, without the login.
    :param behaviors: behaviors to test, with their values.
    :param endings: endings of the files that are downloaded from seeded recordings.
    :param small_pages: behaviors that limit pages to a few messages, if the vendor has pages.
    :param seeded_boxes: number of mailboxes with messages, by number of seeded mailboxes.
    """

    name: str
    vendor: str
    connection: Item
    all: Item
    box: Item
    unknown: Item
    other_boxes: tuple[str, ...]
    states: frozenset[str]
    statuses: tuple[str, ...]
    refusing: tuple[Item, str]
    listing: t.Callable[[int, int], int]
    behaviors: tuple[tuple[str, t.Any], ...] = ()
    endings: frozenset[str] = frozenset((".wav",))
    small_pages: tuple[tuple[str, t.Any], ...] = ()
    seeded_boxes: t.Callable[[int], int] = lambda boxes: boxes

    def serve(self, mailboxes: int = 3, messages: int = 4, **options: t.Any) -> SimulatorServer:
        """Return a simulator of this vendor with messages in every box."""
        return SimulatorServer(self.vendor, mailboxes=mailboxes, messages=messages, **options)

    def arguments(self, server: SimulatorServer, **options: t.Any) -> Item:
        """Return the arguments of a task against a simulator."""
        waits = {"retry_budget": 20, "timeout": 60}
        return {"vendor": self.vendor, "url": server.url, **waits, **self.connection, **options}

    def requests(self, server: SimulatorServer, after: int = 0) -> list[tuple[str, str]]:
        """Return the requests since the journal was cleared, without the login and the first ones."""
        return [
            (entry["method"], entry["path"])
            for entry in server.journal.entries()[after:]
            if not any(path in entry["path"] for path in LOGIN_PATHS)
        ]

    def writes(self, server: SimulatorServer, after: int = 0) -> list[tuple[str, str]]:
        """Return the requests that may have changed something."""
        return [request for request in self.requests(server, after) if request[0] not in ("GET", "HEAD")]


KAZOO_MESSAGES = MessageSubject(
    name="kazoo",
    vendor="kazoo",
    connection=KAZOO.connection,
    all={"all_mailboxes": True},
    box={"mailbox": "1000"},
    unknown={"mailbox": "9999"},
    other_boxes=("1001", "1002"),
    states=frozenset(("read", "unread", "absent", "moved", "copied", "present")),
    statuses=("unread", "read", "deleted"),
    refusing=({"shared_voicemail": "8001"}, "no shared voicemails"),
    # One list of the mailboxes, for their numbers, and one of all messages in the account.
    listing=lambda messages, boxes: 2,
    behaviors=(
        ("profile", "5"),
        ("profile", "4.3"),
        ("failed_shape", "array"),
        ("read_deleted_messages", True),
        ("view_lag", 0.3),
        ("page_size", 2),
        ("requests_per_connection", 1),
        ("rate_limit", "on"),
        ("token_life", 30),
        ("strict_schema", True),
    ),
    endings=frozenset((".wav", ".mp3")),
)
TEL4VN_MESSAGES = MessageSubject(
    name="tel4vn",
    vendor="tel4vn",
    connection=TEL4VN.connection,
    all={"all_mailboxes": True},
    box={"mailbox": "1001"},
    unknown={"mailbox": "9999"},
    other_boxes=(),
    states=frozenset(),
    statuses=(),
    refusing=({"shared_voicemail": "8001"}, "no shared voicemails"),
    # Pages of a thousand. Only an empty page is the end, because totals are not reliable.
    listing=lambda messages, boxes: -(-messages // 1000) + 1,
    behaviors=(
        ("default_limit", 25),
        ("max_limit", 2),
        ("list_order", "reshuffled"),
        ("total", "low"),
        ("empty_list", "null"),
        ("download_host", "other"),
        ("token_ttl", 30),
    ),
    small_pages=(("max_limit", 7),),
)
PORTSIP_MESSAGES = MessageSubject(
    name="portsip",
    vendor="portsip",
    connection=SHARED.connection,
    all={"all_mailboxes": True},
    box={"shared_voicemail": "8001"},
    unknown={"shared_voicemail": "9999"},
    other_boxes=(),
    states=frozenset(("read", "unread", "absent")),
    statuses=("unread", "read"),
    # The mailbox of another user.
    refusing=({"mailbox": "1001"}, "only the user of mailbox 1001"),
    # The signed-in user and their messages, the shared voicemails, and the messages of each, in pages of a hundred.
    listing=lambda messages, boxes: 2 + -(-boxes // 100) + boxes * -(-messages // boxes // 100),
    behaviors=(
        ("page_limit", 2),
        ("token_lifetime", 30),
        ("version", "22.6"),
        ("version", "22.0"),
        ("id_shape", "base64"),
        ("blank_reply", "absent"),
        ("blank_reply", "null"),
        ("blob_access", "private"),
        ("created_at_shape", "seconds"),
        ("default_order", "shuffled"),
        ("missing_read_status", "400"),
        ("missing_destroy", "swapped"),
        ("missing_mark_status", "404"),
    ),
    small_pages=(("page_limit", 7),),
)
MESSAGE_SUBJECTS = (KAZOO_MESSAGES, PORTSIP_MESSAGES, TEL4VN_MESSAGES)
