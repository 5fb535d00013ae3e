# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Convert PortSIP's messages (docs/vendors/portsip.md, "Messages")."""

from __future__ import annotations

import typing as t

from ...model.message import Message, Status, Transcription
from ..replies import duration_ms, optional_text, time_of, whole_number

_STATUSES = {"READ": Status.READ, "UNREAD": Status.UNREAD}


class Owner(t.NamedTuple):
    """The owner of messages.

    :param id: id of the user or shared voicemail.
    :param number: its extension; None for a user without one.
    :param path: path of the messages.
    """

    id: str
    number: str | None
    path: str
    shared: bool


def message_of(native: t.Mapping[str, t.Any], owner: Owner) -> Message:
    """Return a listed message. The address of its recording is secret: nothing else is needed to download it."""
    return Message(
        id=str(native["id"]),
        mailbox=owner.number,
        mailbox_id=owner.id,
        caller_name=optional_text(native.get("sender_name")),
        # Up to 22.5, only `sender` exists; it was deprecated later.
        caller_number=optional_text(native.get("sender_number")) or optional_text(native.get("sender")),
        received_at=time_of(native.get("created_at")),
        duration_ms=duration_ms(native.get("duration"), unit=1000),
        status=_STATUSES.get(str(native.get("status")).upper()),
        size_bytes=whole_number(native.get("file_size")),
        transcription=_transcription(native),
        download_url=str(native["file_url"]) if native.get("file_url") else None,
        native={key: value for key, value in native.items() if key != "file_url"},
        shared=owner.shared,
    )


def _transcription(native: t.Mapping[str, t.Any]) -> Transcription | None:
    # The API does not contain the text of transcriptions; the description is that of the status
    # (docs/vendors/portsip.md, "Messages").
    status = optional_text(native.get("transcription_status"))
    sentiment = optional_text(native.get("transcription_sentiment"))
    return Transcription(status=status, sentiment=sentiment) if status or sentiment else None
