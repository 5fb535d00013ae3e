# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP's shared voicemails (docs/vendors/portsip.md, "Shared voicemails")."""

from __future__ import annotations

import typing as t

from ...deps import pydantic
from ...errors import RejectedError, not_understood
from ...model.fields import Values
from ...model.mailbox import Box, Wanted
from ...model.operation import Operation
from ...model.problem import Subject
from ..creations import Withdrawal
from ..replies import expect_identifier
from .boxes import PortsipBoxes
from .fields import SHARED_VOICEMAIL
from .listing import Page

_HINT = "Run the task again"


class Created(pydantic.BaseModel):
    """What a creation answers."""

    id: t.Any = None

    def identifier(self, operation: Operation) -> str:
        """Return the id of what was made.

        :raises TransportError: when the vendor answered success without it.
        """
        return expect_identifier({"id": self.id}, "id", operation, "what was made", _HINT)


class PortsipSharedVoicemails(PortsipBoxes, Withdrawal):
    """Shared voicemails of one tenant. The listing shows them in full."""

    table = SHARED_VOICEMAIL
    path = "/shared_voicemails"
    listed_full = True
    fixed = frozenset(("id", "extension_number"))

    def create(self, number: str, values: Values) -> Box | None:
        """Make a shared voicemail; the reply shows only its id (docs/vendors/portsip.md, "Shared voicemails")."""
        body = {"extension_number": number, **self._encode(values)}
        operation = Operation("create", self.table.resource, number)
        reply = self._session.call("POST", self.path, operation, secret=values.get("pin"), json=body)
        self._made[number] = box_id = reply.parse(Created).identifier(operation)
        self._created[box_id] = None
        return None

    def holders(self, numbers: frozenset[str]) -> t.Sequence[Box]:
        """Return every shared voicemail of these numbers; that the check for duplicates is atomic is not documented."""
        return [box for box in self.list(Wanted(numbers)).boxes if box.number in numbers]

    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        """Delete a shared voicemail with its messages and greetings."""
        operation = Operation("delete", self.table.resource, box.number)
        try:
            reply = self._session.call(
                "POST", f"{self._item(box.id)}/destroy", operation, repeatable=True, renew=recheck
            )
        except RejectedError as error:
            # This is also how PortSIP says that it was gone already (docs/vendors/portsip.md, "Missing objects").
            if error.status != 400 or self.find(box.number, box.id) is not None:
                raise
            return
        # Anything but the documented answer may come from something in between.
        if reply.status != 204 and self.find(box.number, box.id) is not None:
            raise RejectedError(
                "it is still there after an answer of success", status=reply.status, operation=operation
            )

    def count_messages(self, box: Box) -> int:
        """Return the total that the listing of its messages tells, or the number of rows where that is larger."""
        operation = Operation("count", "the messages", relation="of", other=Subject(self.table.resource, box.number))
        reply = self._session.call("GET", f"{self._item(box.id)}/voicemails?skip=0&top=1", operation)
        page = reply.parse(Page).checked(operation, "messages")
        if page.count is None and not page.items:
            raise not_understood(operation, "expected the number of messages", _HINT)
        return max(page.count or 0, len(page.items))
