# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage TEL4VN's mailboxes (docs/vendors/tel4vn.md, "Mailboxes")."""

from __future__ import annotations

import dataclasses
import typing as t
import urllib.parse

from ...errors import NotFoundError, RejectedError, TransportError
from ...model.fields import Values
from ...model.kinds import UNKNOWN
from ...model.mailbox import Box, Listing, ListQuery
from ...model.operation import Operation
from ...model.problem import Subject
from ...waiting import looks
from ..creations import Withdrawal
from ..protocol import Reread
from ..replies import expect_identifier, expect_text, expect_types, identifier_in
from ..unique import only
from .fields import MAILBOX
from .listing import counted_rows, rows_of
from .session import URL_HINT, Tel4vnSession, details_of

_SCALARS = ("password", "local_after_email", "enabled", "description")
#: Statuses of completed requests; after any other status the server may still be working.
_ENDED = (500, 503)


class Tel4vnMailboxes(Withdrawal):
    """Mailboxes of one tenant; see :class:`..protocol.Boxes` for the contract of each method."""

    _session: Tel4vnSession
    table = MAILBOX

    def list(self, wanted: ListQuery) -> Listing:
        """Return the boxes of a query: a single one by its own address, several from the listing of all.

        The address of a number hides a second box with the same number. Before deletions, all boxes are listed, so
        that none of two is deleted by chance.
        """
        keys = [(number, None) for number in wanted.numbers or ()] + [(None, box_id) for box_id in wanted.ids]
        if not wanted.everything and len(keys) <= 1:
            found = [box for box in (self.find(*key) for key in keys) if box is not None]
            if not found or wanted.ids or all(item.present for item in wanted.declared):
                return Listing(tuple(found))
        return Listing(tuple(self._all()))

    def find(self, number: str | None, box_id: str | None) -> Box | None:
        """Read one box. If the reply leaves it in doubt whether the box exists, the listing decides.

        :raises RejectedError: if two boxes have the number.
        """

        def matches(box: Box) -> bool:
            return box.id == box_id if box_id else box.number == number

        native, certain = self._read(box_id or str(number), Operation("read", "mailbox", number or str(box_id)))
        if certain:
            return None
        if native is not None and matches(box := self._box(native)):
            return box
        found = [box for box in self._all() if matches(box)]
        return only(found, Subject("mailbox", str(number)), "TEL4VN")

    def create(self, number: str, values: Values) -> Box | None:
        """Create a box with all its fields, since defaults of omitted fields are not documented.

        A creation that may still be in progress is not repeated, since the server may keep both boxes. The box is
        looked up; if it does not exist, the task fails and the next run decides.
        """
        body = {"extension": number, **self._wire(values)}
        operation = Operation("create", "mailbox", number)
        try:
            envelope = self._session.call("POST", "/voicemail", operation, pin=body["password"], json=body)
        except TransportError as error:
            if error.uncertain and error.status not in _ENDED:
                raise dataclasses.replace(error, pending=True) from None
            raise
        try:
            made = self._box(envelope.data) if _is_box(envelope.data) else self.find(number, None)
        except TransportError as error:
            raise dataclasses.replace(error, uncertain=True, pending=True) from None
        if _is_box(envelope.data) and made is not None:
            self._created[str(made.id)] = None
        if made is None:
            details = details_of(envelope, self._session.client, body["password"])
            raise RejectedError("TEL4VN reported success, but created no box", details=details, operation=operation)
        return made

    def holders(self, numbers: frozenset[str]) -> t.Sequence[Box]:
        """Return every box with these numbers, since no check for duplicates is documented."""
        return [box for box in self._all() if box.number in numbers]

    def update(self, box: Box, writes: Values, reread: Reread | None = None) -> Box | None:
        """Replace a box, sending the other fields unchanged, since the server may clear omitted fields.

        :raises RejectedError: if the current PIN must be sent but is hidden.
        """
        operation = Operation("update", "mailbox", box.number)

        body = self._replacement(box, writes, operation)

        def renew() -> dict[str, t.Any]:
            again = self._replacement(reread(), writes, operation) if reread else body
            if again["password"] != body["password"]:
                self._session.client.keep_secret(again["password"])
            return {"json": again}

        self._session.call("PUT", _path(box), operation, repeatable=True, renew=renew, pin=body["password"], json=body)
        return None

    def _replacement(self, box: Box, writes: Values, operation: Operation) -> dict[str, t.Any]:
        merged = {**box.values, **writes}
        if merged["pin"] in (None, UNKNOWN):
            raise RejectedError(
                "TEL4VN requires the PIN with every update, and does not show the current one",
                "Set `pin`, and set `update_pin` to always",
                operation=operation,
            )
        body = self._wire(merged)
        if "emails" not in writes:
            # Unchanged: order and spelling have no meaning, so they are not modified.
            body["mail_to"] = (box.native or {}).get("mail_to") or ""
        return body

    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        """Delete a box with its messages and recordings, and confirm that it is gone."""
        operation = Operation("delete", "mailbox", box.number)
        self._session.call("DELETE", _path(box), operation, repeatable=True, renew=recheck)
        if not any(self.find(None, box.id) is None for _look in looks()):
            raise RejectedError(
                "TEL4VN reported success, but the box still exists", "Run the task again", operation=operation
            )

    def count_messages(self, box: Box) -> int:
        """Count by listing the messages of the number, including those of a second box.

        The total of a page may be wrong: if it is larger, it counts.
        """
        operation = Operation("count", "the messages", relation="of", other=Subject("mailbox", box.number))
        rows, total = counted_rows(self._session, "/voicemail/message", operation, {"extension": box.number})
        # A server that ignores the filter returns and counts the messages of all boxes.
        foreign = sum(expect_text(row, "extension", operation, URL_HINT) != box.number for row in rows)
        return max(len(rows), total) - foreign

    def _all(self) -> t.Iterator[Box]:
        return (self._box(row) for row in rows_of(self._session, "/voicemail", Operation("list", "mailboxes"), {}))

    def _read(self, key: str, operation: Operation) -> tuple[dict[str, t.Any] | None, bool]:
        """Return the object with an id or number, or None, and whether its absence is certain."""
        try:
            envelope = self._session.call("GET", f"/voicemail/{urllib.parse.quote(key, safe='')}", operation)
        except NotFoundError as error:
            # Without a message of the vendor, the reply may come from a proxy or a wrong `url`.
            return None, bool(error.details)
        except RejectedError:
            # Some services refuse to read missing objects, which looks like any other refusal.
            return None, False
        # Some services return success without content for missing objects; so does a truncated reply.
        return (envelope.data if _is_box(envelope.data) else None), False

    def _wire(self, values: Values) -> dict[str, t.Any]:
        """Return the five fields other than the number; unset fields are empty texts."""
        settled = {
            option: field.value_after_write(values.get(option)) for option, field in self.table.by_option.items()
        }
        return {name: "" if value is None else value for name, value in self.table.encode(settled, settled).items()}

    def _box(self, native: dict[str, t.Any]) -> Box:
        operation = Operation("read", "a mailbox")
        number = expect_text(native, "extension", operation, URL_HINT)
        expect_types(native, _SCALARS, (str, bool, int), operation, URL_HINT)
        expect_types(native, ("mail_to",), (str,), operation, URL_HINT)
        values = self.table.decode(native)
        if "password" not in native:
            values["pin"] = UNKNOWN
        return Box(number, expect_identifier(native, "id", operation, "a mailbox", URL_HINT), values, native=native)


def _is_box(content: t.Any) -> bool:
    return isinstance(content, dict) and bool(identifier_in(content, "id")) and "extension" in content


def _path(box: Box) -> str:
    return f"/voicemail/{urllib.parse.quote(str(box.id), safe='')}"
