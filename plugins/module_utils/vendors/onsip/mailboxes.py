# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manage OnSIP's voicemailboxes (docs/vendors/onsip.md, "Mailboxes")."""

from __future__ import annotations

import dataclasses
import threading
import typing as t

from ...errors import (
    AuthError,
    ExpiredError,
    RejectedError,
    TransportError,
    VoicemailError,
)
from ...model.fields import Values
from ...model.kinds import UNKNOWN
from ...model.mailbox import Box, Desired, Listing, ListQuery
from ...model.operation import Operation
from ...model.problem import Problem, Subject
from ..creations import CreationLog, incomplete
from ..protocol import Creation, DeclarationValidator, OptionAdvisor, Renumbering, Reread
from ..replies import expect_identifier, expect_object, expect_text, expect_types, identifier_in
from ..unique import only
from .attachments import Attachments, repeated_users
from .fields import ATTACH, MAILBOX, STANDING
from .paging import Browse
from .replies import plain
from .session import OnsipSession

_HINT = "Run the task again"
_BROWSE = Browse(
    "VoicemailboxBrowse",
    Operation("list", "mailboxes"),
    ("Voicemailboxes", "Voicemailbox"),
    lambda row: identifier_in(row, "VoicemailboxId") if identifier_in(row, "Mailbox") else "",
    500,
    "VoicemailboxId",
)
#: Parameters of Add and Edit. The PIN is a parameter of Edit only, and is sent only to change it.
_SENT = tuple(field.option for field in MAILBOX.fields if field.option in STANDING and not field.secret)
#: Every value in OnSIP's API is text.
_WIRES = tuple(
    {
        *(field.wire for field in MAILBOX.fields if field.wire),
        *(wire for composite in MAILBOX.composites for wire in composite.wires),
    }
)
#: Fields of a box that no parameter can preserve.
_BYSTANDERS = ("Status", "TransferAddress")


class OnsipMailboxes(CreationLog, Creation, Renumbering, DeclarationValidator, OptionAdvisor):
    """Mailboxes of one organization; see :class:`..protocol.Boxes` for the contract of each method."""

    _session: OnsipSession
    table = MAILBOX

    def __init__(self, session: OnsipSession) -> None:
        super().__init__(session)
        self._attachments = Attachments(session)
        self._unrequested: list[str] = []
        self._lock = threading.Lock()

    @staticmethod
    def validate_declaration(desired: t.Sequence[Desired]) -> t.Sequence[Problem]:
        """Check that no user is declared for two boxes."""
        return repeated_users(desired)

    def list(self, wanted: ListQuery) -> Listing:
        """Return the boxes of a query from a listing of all, which contains every option; there is no filter."""
        rows = _BROWSE.rows(self._session)
        if wanted.numbers is not None:
            numbers, ids = wanted.numbers, wanted.ids
            rows = [row for row in rows if row.get("Mailbox") in numbers or row["VoicemailboxId"] in ids]
        boxes = [self._box(row, Operation("list", "mailboxes")) for row in rows]
        if not wanted.declared and not wanted.options.isdisjoint(ATTACH):
            return Listing(tuple(self._attachments.shown(boxes)))
        return Listing(tuple(self._attachments.with_options(boxes, wanted.declared)))

    def find(self, number: str | None, box_id: str | None) -> Box | None:
        """Read a box by its id, or find it in the listing, which is the only proof of absence.

        See docs/vendors/onsip.md, "Reading by id".
        """
        if box_id is not None:
            shown = self._shown(box_id, Operation("read", "mailbox", number or box_id))
            if shown is not None:
                return self._attachments.reread_with_options(shown)
        found = [
            row
            for row in _BROWSE.rows(self._session)
            if (row["VoicemailboxId"] == box_id if box_id is not None else row.get("Mailbox") == number)
        ]
        boxes = [self._box(row, Operation("list", "mailboxes")) for row in found]
        box = only(boxes, Subject("mailbox", str(number)), "OnSIP")
        return self._attachments.reread_with_options(box) if box else None

    def create(self, number: str, values: Values) -> Box | None:
        """Create a box by Add, which accepts no PIN, write the remaining options by Edit, and attach it if declared.

        :raises TransportError: with ``uncertain`` if the box was created but a later step failed, so that the engine
            continues with the existing box.
        """
        address = self._attachments.address_of_new(number, values)
        username, domain = address.split("@")
        given = [option for option in values if option in _SENT]
        wire = self.table.encode(given, {**self._defaults(), **values})
        parameters = {
            "OrganizationId": self._session.organization.id,
            "Username": username,
            "Domain": domain,
            "Mailbox": number,
            **{name: str(value) for name, value in wire.items() if value not in (None, "")},
        }
        operation = Operation("create", "mailbox", number, "with", Subject("the address", address))
        result = self._session.call("VoicemailboxAdd", operation, parameters)
        box = self._box(result.get("Voicemailbox"), operation)
        self._created[str(box.id)] = None
        self._attachments.keep_address(box, address)
        rest = {option: values[option] for option in ("pin", *ATTACH) if option in values}
        if "pin" in rest and rest["pin"] == box.values.get("pin"):
            del rest["pin"]
        if not rest:
            return box
        try:
            return self.update(box, rest)
        except VoicemailError as error:
            raise incomplete(
                Subject("mailbox", number), f"was created (id {box.id}), but not finished", error
            ) from None

    def holders(self, numbers: frozenset[str]) -> t.Sequence[Box]:
        """Return every box with these numbers, since no atomic check for duplicates is documented."""
        rows = (row for row in _BROWSE.rows(self._session) if row.get("Mailbox") in numbers)
        return [self._box(row, Operation("list", "mailboxes")) for row in rows]

    def update(self, box: Box, writes: Values, reread: Reread | None = None) -> Box | None:
        """Write a box without changing its number."""
        return self._write(box, writes, None, reread)

    def renumber(self, box: Box, new_number: str, writes: Values, reread: Reread | None = None) -> Box | None:
        """Write a box and change its number."""
        return self._write(box, writes, new_number, reread)

    def _write(self, box: Box, writes: Values, new_number: str | None, reread: Reread | None) -> Box:
        """Write a box by an Edit with all its fields, since omitted fields may be reset.

        See docs/vendors/onsip.md, "Updating a mailbox".
        """
        attached = {option: box.values[option] for option in ATTACH if option in box.values}
        written = box
        options = [option for option in writes if option in STANDING]
        if options or new_number is not None:
            written = self._edit(box, {option: writes[option] for option in options}, new_number, reread)
        if any(option in writes for option in ATTACH):
            try:
                attached = self._attachments.write(written, {**attached, **writes})
            except VoicemailError as error:
                raise dataclasses.replace(error, wrote=error.wrote or written is not box) from None
        return Box(written.number, written.id, {**written.values, **attached}, True, written.native)

    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        """Delete a box with its messages after detaching the users in its declaration, and confirm that it is gone."""
        self._attachments.detach_declared(box)
        operation = Operation("delete", "mailbox", box.number)
        try:
            self._session.call(
                "VoicemailboxDelete", operation, {"VoicemailboxId": str(box.id)}, repeatable=True, renew=recheck
            )
        except RejectedError as error:
            hint = "If users are attached to it, set `onsip.attach: null` to detach them with the deletion"
            raise dataclasses.replace(error, hint=hint) from None
        except ExpiredError:
            raise
        except AuthError:
            # OnSIP may also return this for a box that no longer exists.
            if self.find(None, box.id) is not None:
                raise
        if self._shown(str(box.id), Operation("read", "mailbox", box.number, "back")) is not None:
            raise RejectedError(
                "OnSIP reported success, but the box still exists", "Run the task again", operation=operation
            )

    def warnings_for(self, options: t.Collection[str]) -> t.Sequence[str]:
        """Warn of changes by OnSIP that were not requested."""
        return [*self._unrequested, *self._attachments.unrequested]

    def _shown(self, box_id: str, operation: Operation) -> Box | None:
        """Return the box that OnSIP shows for an id. None does not prove that there is none.

        See docs/vendors/onsip.md, "Reading by id".
        """
        try:
            result = self._session.call("VoicemailboxRead", operation, {"VoicemailboxId": box_id}, repeatable=True)
        except (RejectedError, AuthError):
            return None
        box = self._box(result.get("Voicemailbox"), operation)
        return box if box.id == box_id else None

    def _edit(self, box: Box, writes: Values, new_number: str | None, reread: Reread | None) -> Box:
        operation = Operation("update", "mailbox", box.number)

        def renew() -> dict[str, str]:
            nonlocal box
            box = reread() if reread else box
            return self._parameters(box, writes, new_number)

        parameters = self._parameters(box, writes, new_number)
        result = self._session.call("VoicemailboxEdit", operation, parameters, repeatable=True, renew=renew)
        written = self._box(result.get("Voicemailbox"), operation)
        if written.id != box.id:
            raise TransportError(
                "the reply is of another box", "Run the task again", uncertain=True, operation=operation
            )
        self._check_kept(box, writes, written)
        unrequested = [name for name in _BYSTANDERS if (box.native or {}).get(name) != (written.native or {}).get(name)]
        if unrequested and box.native:
            warning = f"mailbox {written.number}: OnSIP also changed {' and '.join(unrequested)}"
            with self._lock:
                self._unrequested.append(warning)
        return written

    def _parameters(self, box: Box, writes: Values, new_number: str | None) -> dict[str, str]:
        settled = {option: self.table.by_option[option].value_after_write(value) for option, value in writes.items()}
        before = self.table.encode(_SENT, box.values)
        wire = self.table.encode([*_SENT, *(("pin",) if "pin" in writes else ())], {**box.values, **settled})
        return {
            "VoicemailboxId": str(box.id),
            "Mailbox": new_number or box.number,
            # An empty value is sent only to clear an existing one: it may be refused.
            **{name: str(value or "") for name, value in wire.items() if value or before.get(name)},
        }

    def _check_kept(self, box: Box, writes: Values, written: Box) -> None:
        """Fail if an option that was sent unchanged has another value now. The engine checks the changed ones."""
        kept = [option for option in (*_SENT, "pin") if option not in writes]
        pairs = {option: (box.values.get(option), written.values.get(option)) for option in kept}
        lost = [f"`{option}`" for option, (old, new) in pairs.items() if old != new and UNKNOWN not in (old, new)]
        if lost:
            raise RejectedError(
                f"was updated, but OnSIP also changed {' and '.join(lost)}",
                "Declare these options as well, and run the task again",
                wrote=True,
                subject=Subject("mailbox", box.number),
            )

    def _defaults(self) -> Values:
        return {field.option: field.default for field in self.table.fields}

    def _box(self, native: t.Any, operation: Operation) -> Box:
        native = expect_object(plain(native), operation, "a mailbox", _HINT)
        box_id = expect_identifier(native, "VoicemailboxId", operation, "a mailbox", _HINT)
        number = expect_text(native, "Mailbox", operation, _HINT)
        expect_types(native, _WIRES, (str,), operation, _HINT)
        values = {option: value for option, value in self.table.decode(native).items() if option in STANDING}
        return Box(number, box_id, values, True, native)


__all__ = ("OnsipMailboxes",)
