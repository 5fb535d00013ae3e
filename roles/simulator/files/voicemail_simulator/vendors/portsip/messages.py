# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages of shared voicemails and of the signed-in user (docs/vendors/portsip.md, "Messages")."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.responses import JSONResponse, Response

from ...store import Document
from .audio import tone_bytes
from .behaviors import since
from .blobs import blob_url, message_blob_key
from .context import Call, Context, destroyed, done
from .listing import ListKind
from .refusal import Refusal
from .seeds import add_message

# Returns the id of the owner of the requested messages or greetings, or raises the refusal.
FindOwner = Callable[[Call, Refusal], str]

MESSAGE_FIELDS = ("id", "sender", "created_at", "duration", "status", "file_name", "file_size", "file_url")
CALLER_FIELDS = ("sender_name", "sender_number")
TRANSCRIPTION_FIELDS = ("transcription_status", "transcription_status_desc", "transcription_sentiment")
DAY = 86400


def signed_in_user(call: Call, missing: Refusal) -> str:
    """Return the id of the signed-in user as the owner."""
    return call.identity.user["id"]


def with_derived_fields(message: Document) -> Document:
    """Return a stored message with its derived fields."""
    return {
        **message,
        "sender": message["sender_number"],
        "file_size": tone_bytes(message["duration"]),
        "file_url": blob_url(message_blob_key(message["id"])),
    }


class Messages:
    """Handlers of messages. `find_owner` returns the id of their owner."""

    def __init__(self, context: Context, find_owner: FindOwner, *, transcribed: bool) -> None:
        self._context = context
        self._table = context.state.messages
        self._find_owner = find_owner
        self._transcribed = transcribed

    async def list(self, call: Call) -> Response:
        """Handle `GET …/voicemails`."""
        owner = self._find_owner(call, self._context.missing_read("shared voicemail"))
        self._clean_up(call.tenant_id, owner)
        self._add_arriving_message(owner)
        names = self._fields()
        if self._transcribed and since(self._context.behaviors, "22.3"):
            names += TRANSCRIPTION_FIELDS
        kind = ListKind(names, searched=("sender_number", "sender_name", "file_name"))
        page = self._context.listing.page(call.request, self._table, owner, kind, view=with_derived_fields)
        return self._context.show_page(page, names)

    async def read(self, call: Call) -> Response:
        """Handle `GET …/voicemails/{mail_id}`."""
        message = self._find(call, self._context.missing_read("voicemail"))
        return JSONResponse(self._context.show(with_derived_fields(message), self._fields()))

    async def set_read(self, call: Call) -> Response:
        """Handle `POST …/voicemails/{mail_id}/set_read`."""
        return self._mark(call, "READ")

    async def set_unread(self, call: Call) -> Response:
        """Handle `POST …/voicemails/{mail_id}/set_unread`."""
        return self._mark(call, "UNREAD")

    async def destroy(self, call: Call) -> Response:
        """Handle `POST …/voicemails/{mail_id}/destroy`."""
        self._table.remove(self._find(call, self._context.missing_destroy("user"))["id"])
        return destroyed()

    def _mark(self, call: Call, status: str) -> Response:
        message = self._find(call, self._context.missing_mark("voicemail"))
        self._table.change(message["id"], {"status": status})
        return done()

    def _find(self, call: Call, missing: Refusal) -> Document:
        owner = self._find_owner(call, missing)
        self._clean_up(call.tenant_id, owner)
        message = self._table.find(call.path("mail_id"), owner)
        if message is None:
            raise missing
        return message

    def _add_arriving_message(self, owner: str) -> None:
        """Add one of the messages of behavior `arriving_messages`."""
        if self._context.behaviors.arriving_messages > 0:
            self._context.behaviors.arriving_messages -= 1
            add_message(self._context.state, owner, 0, self._context.clock.now())

    def _fields(self) -> tuple[str, ...]:
        return (*MESSAGE_FIELDS, *CALLER_FIELDS) if since(self._context.behaviors, "22.6") else MESSAGE_FIELDS

    def _clean_up(self, tenant_id: str, owner: str) -> None:
        retain_days = self._context.state.tenant(tenant_id)["voicemail"]["retain_days"]
        # The meaning of zero days is not documented: here nothing is deleted.
        if not self._context.behaviors.automatic_cleanup or retain_days == 0:
            return
        limit = self._context.clock.now() - retain_days * DAY
        for message in list(self._table.documents(owner)):
            if datetime.fromisoformat(message["created_at"]).timestamp() < limit:
                self._table.remove(message["id"])
