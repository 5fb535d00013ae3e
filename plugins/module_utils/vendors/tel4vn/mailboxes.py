# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TEL4VN's mailboxes (docs/vendors/tel4vn.md, "Mailboxes")."""

from __future__ import annotations

import dataclasses
import time
import typing as t
import urllib.parse

from ...errors import DuplicateError, NotFoundError, RejectedError, TransportError
from ...model.fields import Values
from ...model.kinds import UNKNOWN
from ...model.mailbox import Box, Listing, Wanted
from ...model.operation import Operation
from ...model.problem import Subject
from ..creations import Withdrawal
from ..protocol import Reread
from ..replies import expect_identifier, expect_text, expect_types, identifier_in
from .fields import MAILBOX
from .listing import counted_rows, rows_of
from .session import URL_HINT, Tel4vnSession, details_of

_GONE_WAITS = (0.0, 0.2, 0.5, 1.0)
_SCALARS = ("password", "local_after_email", "enabled", "description")
#: Statuses with which the server itself ended the request; anything else may have left it at work.
_ENDED = (500, 503)


class Tel4vnMailboxes(Withdrawal):
    """Mailboxes of one tenant; see :class:`..protocol.Boxes` for what each call promises."""

    _session: Tel4vnSession
    table = MAILBOX

    def list(self, wanted: Wanted) -> Listing:
        """Return the boxes wanted: a single one through its own address, more through the listing of all.

        The address of a number hides a second box of it. What is to be deleted must not be one of two by chance, so
        all are listed before that.
        """
        keys = [(number, None) for number in wanted.numbers or ()] + [(None, box_id) for box_id in wanted.ids]
        if not wanted.everything and len(keys) <= 1:
            found = [box for box in (self.find(*key) for key in keys) if box is not None]
            if not found or wanted.ids or all(item.present for item in wanted.declared):
                return Listing(tuple(found))
        return Listing(tuple(self._all()))

    def find(self, number: str | None, box_id: str | None) -> Box | None:
        """Read one box; where the reply leaves a doubt whether it exists, the listing of all boxes decides.

        :raises RejectedError: when two boxes have the number, naming both.
        """

        def meant(box: Box) -> bool:
            return box.id == box_id if box_id else box.number == number

        native, certain = self._read(box_id or str(number), Operation("read", "mailbox", number or str(box_id)))
        if certain:
            return None
        if native is not None and meant(box := self._box(native)):
            return box
        found = [box for box in self._all() if meant(box)]
        if len(found) > 1:
            raise DuplicateError.of("mailbox", str(number), "TEL4VN", found, "Delete one")
        return found[0] if found else None

    def create(self, number: str, values: Values) -> Box | None:
        """Make a box with all its fields, since what the server makes of those that are left out is not documented.

        A creation of which nobody knows whether it is still under way is not sent again: the server may keep both
        boxes. It is looked up, and if it is not there, the task fails and the next one decides.
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
            raise RejectedError("TEL4VN answered success and made none", details=details, operation=operation)
        return made

    def holders(self, numbers: frozenset[str]) -> t.Sequence[Box]:
        """Return every box of these numbers; whether the server refuses a second one is not documented."""
        return [box for box in self._all() if box.number in numbers]

    def update(self, box: Box, writes: Values, reread: Reread | None = None) -> Box | None:
        """Replace a box: what is not written is sent as it is, since the server may clear what is left out.

        :raises RejectedError: when the present PIN has to be sent and is hidden.
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
                "TEL4VN wants the PIN with every update, and does not show the present one",
                "Give `pin`, and set `update_pin` to always",
                operation=operation,
            )
        body = self._wire(merged)
        if "emails" not in writes:
            # As somebody wrote it: its order and spelling mean nothing here, and are not ours to change.
            body["mail_to"] = (box.native or {}).get("mail_to") or ""
        return body

    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        """Delete a box with its messages and recordings, and read it back."""
        self._session.call(
            "DELETE", _path(box), Operation("delete", "mailbox", box.number), repeatable=True, renew=recheck
        )
        for wait in _GONE_WAITS:
            time.sleep(wait)
            if self.find(None, box.id) is None:
                return
        raise RejectedError(
            f"cannot delete mailbox {box.number}: TEL4VN answered success and the box is still there",
            "Run the task again",
        )

    def count_messages(self, box: Box) -> int:
        """Count by listing those of the number, also of a second box of it.

        The total of a page may be wrong: where it is the larger one, it counts.
        """
        operation = Operation("count", "the messages", relation="of", other=Subject("mailbox", box.number))
        rows, total = counted_rows(self._session, "/voicemail/message", operation, {"extension": box.number})
        # A server that does not know the filter answers, and counts, the messages of everybody.
        foreign = sum(expect_text(row, "extension", operation, URL_HINT) != box.number for row in rows)
        return max(len(rows), total) - foreign

    def _all(self) -> t.Iterator[Box]:
        return (self._box(row) for row in rows_of(self._session, "/voicemail", Operation("list", "mailboxes"), {}))

    def _read(self, key: str, operation: Operation) -> tuple[dict[str, t.Any] | None, bool]:
        """Return the object at an id or number, or None, and whether it is certain that there is none."""
        try:
            envelope = self._session.call("GET", f"/voicemail/{urllib.parse.quote(key, safe='')}", operation)
        except NotFoundError as error:
            # Without a word of the vendor it may be a proxy, or a wrong `url`, that does not know the address.
            return None, bool(error.details)
        except RejectedError:
            # Some services refuse to read what they do not have, and nothing tells that from any other refusal.
            return None, False
        # Some services answer success and nothing for what they do not have; the same may be a reply cut short.
        return (envelope.data if _is_box(envelope.data) else None), False

    def _wire(self, values: Values) -> dict[str, t.Any]:
        """Return the five fields beside the number; what is not set is an empty text."""
        settled = {option: field.settle(values.get(option)) for option, field in self.table.by_option.items()}
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
