# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The driver of Acorn: login, errors, and the five methods that every driver implements."""

from __future__ import annotations

import hashlib
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils import errors
from ansible_collections.telephony.voicemail.plugins.module_utils.deps import pydantic
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import Values
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box, Listing, ListQuery
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.client import Client, broken
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import replies
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.protocol import Boxes, Creation, Reread

from .fields import MAILBOX


class Reply(pydantic.BaseModel):
    """A reply of Acorn. repr=False keeps its content out of tracebacks."""

    box: dict[str, t.Any] | None = pydantic.Field(default=None, repr=False)
    boxes: list[t.Any] | None = pydantic.Field(default=None, repr=False)
    total: int | None = None
    error: str = ""


class AcornSession:
    """A session at Acorn, with a token that never expires."""

    def __init__(self, connection: Connection, workers: int) -> None:
        self.client = Client(connection, workers)
        self._token = connection.token or ""

    def valid(self) -> bool:
        return True

    def account_key(self) -> str:
        return hashlib.sha256(f"acorn {self._token}".encode()).hexdigest()

    def account_name(self) -> str:
        return ""

    def close(self) -> None:
        self.client.close()

    def call(self, method: str, path: str, what: str, pin: str = "", **request: t.Any) -> Reply:
        """Send a request and return its reply. Errors must not contain a sent PIN."""
        headers = {"Authorization": f"Bearer {self._token}"}
        reply = self.client.send(method, f"/boxes{path}", what, headers=headers, **request)
        if reply.status >= 500:
            raise broken(reply)
        if reply.status in (401, 403):
            raise errors.AuthError("Acorn refuses the login", "Check `token`", reply.status)
        content = reply.parse(Reply)
        if reply.ok:
            return content
        kind = {404: errors.NotFoundError, 409: errors.ConflictError}.get(reply.status, errors.RejectedError)
        details = {"": self.client.redact(content.error, pin)}
        raise kind(f"Acorn refuses to {what}", "Correct the value that it names", reply.status, details)


class AcornMailboxes(Boxes, Creation):
    """Mailboxes of Acorn, which refuses duplicate numbers, so the driver does not search for them."""

    _session: AcornSession
    table = MAILBOX

    def list(self, wanted: ListQuery) -> Listing:
        what = "list mailboxes"
        reply = self._session.call("GET", "", what)
        rows = replies.expect_objects(reply.boxes, what, "mailboxes")
        if len(rows) != reply.total:
            raise replies.not_understood(what, f"expected {reply.total} mailboxes, got {len(rows)}")
        return Listing(tuple(self._box(row, what) for row in rows), whole=True)

    def find(self, number: str | None, box_id: str | None) -> Box | None:
        boxes = self.list(ListQuery()).boxes
        return next((box for box in boxes if (box.id == box_id if box_id else box.number == number)), None)

    def create(self, number: str, values: Values) -> Box | None:
        body = {"number": number, **self.table.encode(values, values)}
        return self._write("POST", "", f"create mailbox {number}", body)

    def update(self, box: Box, writes: Values, reread: Reread | None = None) -> Box | None:
        # The mailbox is read again before a retry, because another client may have changed it.
        renew = (lambda: reread() and None) if reread else None
        body = self.table.encode(writes, writes)
        return self._write("PATCH", f"/{box.id}", f"update mailbox {box.number}", body, repeatable=True, renew=renew)

    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        self._session.call("DELETE", f"/{box.id}", f"delete mailbox {box.number}", repeatable=True, renew=recheck)

    def _write(self, method: str, path: str, what: str, body: Values, **request: t.Any) -> Box | None:
        """Send a write, and return the mailbox if the reply contains it. Otherwise the engine reads it."""
        reply = self._session.call(method, path, what, body.get("pin") or "", json=body, **request)
        return None if reply.box is None else self._box(reply.box, what)

    def _box(self, native: dict[str, t.Any], what: str) -> Box:
        box_id = replies.expect_identifier(native, "id", what, "a mailbox")
        return Box(replies.expect_text(native, "number", what), box_id, self.table.decode(native), native=native)
