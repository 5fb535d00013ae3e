# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patch a mailbox of KAZOO (docs/vendors/kazoo.md, "Patching a mailbox")."""

from __future__ import annotations

import typing as t
import urllib.parse

from ...errors import NotFoundError, RejectedError, VoicemailError
from ...model.fields import FieldTable, Values
from ...model.mailbox import Box
from ...model.operation import Operation
from .repairs import repairable
from .session import Envelope, KazooSession, billed, changed_meanwhile

Wire: t.TypeAlias = dict[str, t.Any]


def patch(session: KazooSession, table: FieldTable, box: Box, writes: Values, extra: Wire) -> Envelope:
    """Patch only the keys that differ; a key that is not sent is left alone.

    :param extra: wire fields that no option has.
    :returns: the reply, which holds the box.
    """
    data = {**table.encode(writes, {**box.values, **writes}), **extra}
    operation = Operation("update", "mailbox", box.number)
    try:
        try:
            envelope = _send(session, box, data, operation)
        except RejectedError as error:
            completed = _completed(table, box, writes, data, error)
            if completed == data:
                raise
            envelope = _send(session, box, completed, operation)
    except RejectedError as error:
        required = {"mailbox", "name"}
        if error.status == 400 and required <= set(error.details) and not required & set(data):
            raise NotFoundError("it is gone", "Run the task again", status=400, operation=operation) from None
        raise
    native = envelope.data if isinstance(envelope.data, dict) else {}
    if native.get("id") != box.id:
        raise _hidden_refusal(session, native, data, operation)
    return envelope


def path_of(box_id: str | None) -> str:
    """Return the path of a mailbox below its account."""
    return f"/vmboxes/{urllib.parse.quote(str(box_id), safe='')}"


def _send(session: KazooSession, box: Box, data: Wire, operation: Operation) -> Envelope:
    # A write is refused once the box is in another revision (docs/vendors/kazoo.md, "Revisions and If-Match").
    headers = {"If-Match": f'"{box.revision}"'} if box.revision else {}
    return session.call("PATCH", path_of(box.id), operation, headers=headers, repeatable=True, json={"data": data})


def _hidden_refusal(session: KazooSession, native: Wire, data: Wire, operation: Operation) -> VoicemailError:
    """Return the error of a success that does not hold the box: 4.3 and M hide conflicts in it."""
    if "voicemails" in native:
        # The quote of a 402 (docs/vendors/kazoo.md, "Conflicts hidden in a success").
        return billed(operation)
    server_message = session.client.redact(str(native.get("message", "")), str(data.get("pin") or ""))
    if server_message == "conflicting documents":
        return changed_meanwhile(operation)
    reason = f", and why: {server_message!r}" if server_message else ""
    return RejectedError(
        f"KAZOO answered success with something else than the box{reason}", "Run the task again", operation=operation
    )


def _completed(table: FieldTable, box: Box, writes: Values, data: Wire, error: RejectedError) -> Wire:
    """Return the data of an update with the normal form of the fields that the server refuses and that it stores.

    KAZOO validates the whole merged document. A mailbox that an older version stored may hold fields in a form that it
    refuses today.
    """
    refused = set(error.details) if error.status == 400 else set()
    known = [option for option in repairable(table, box.values, refused) if option not in writes]
    completed = table.encode([*writes, *known], {**box.values, **writes})
    if "mailbox" in data or "mailbox" in refused:
        completed["mailbox"] = data.get("mailbox", box.number)
    return completed


__all__ = ("patch", "path_of")
