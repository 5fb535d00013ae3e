# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP's shared voicemails (contract: PortSIP 4)."""

from __future__ import annotations

import typing as t

from ...core.boxes import Box, Wanted, is_usable_id
from ...core.errors import ConflictError, RejectedError, TransportError
from ...core.fields import Values
from ...deps import pydantic
from .boxes import PortsipBoxes
from .fields import SHARED_VOICEMAIL
from .listing import Page


class Created(pydantic.BaseModel):
    """What a creation answers."""

    id: str | int | None = None


class PortsipSharedVoicemails(PortsipBoxes):
    """Shared voicemails of one tenant. The listing shows them in full."""

    table = SHARED_VOICEMAIL
    path = "/shared_voicemails"
    listed_full = True
    fixed = frozenset(("id", "extension_number"))

    def create(self, number: str, values: Values) -> Box | None:
        """Make a shared voicemail; the reply shows only its id (contract: PortSIP 4.1)."""
        body = {"extension_number": number, **self._encode(values)}
        what = f"create shared voicemail {number}"
        reply = self._session.call("POST", self.path, what, secret=values.get("pin"), json=body)
        box_id = reply.parse(Created).id
        if not is_usable_id("" if box_id is None else str(box_id)):
            raise TransportError(
                f"cannot {what}: PortSIP answered success without an id", "Run the task again", uncertain=True
            )
        self._made[number] = str(box_id)
        return None

    def holders(self, numbers: frozenset[str]) -> t.Sequence[Box]:
        """Return every shared voicemail of these numbers; that the check for duplicates is atomic is not documented."""
        return [box for box in self.list(Wanted(numbers)).boxes if box.number in numbers]

    def created_here(self, box: Box) -> bool:
        """Check whether this driver got the id in the reply to a creation."""
        return self._made.get(box.number) == box.id

    def withdraw(self, box: Box, other: Box) -> bool:
        """Delete a shared voicemail that is read as it was after its creation: PortSIP knows no revisions."""
        what = f"withdraw shared voicemail {box.number}"
        if self.count_messages(box):
            raise ConflictError(f"cannot {what}: it holds messages", "Delete them, or the other one")
        fresh = self.find(None, box.id)
        if fresh is None:
            return True
        if (fresh.number, fresh.values) != (box.number, box.values):
            raise ConflictError(f"cannot {what}: somebody else changed it", "Compare both")
        kept = self.find(None, other.id)
        if kept is None or kept.number != box.number:
            return False
        self.delete(box)
        del self._made[box.number]
        return True

    def delete(self, box: Box) -> None:
        """Delete a shared voicemail with its messages and greetings."""
        what = f"delete shared voicemail {box.number}"
        try:
            reply = self._session.call("POST", f"{self._item(box.id)}/destroy", what, repeatable=True)
        except RejectedError as error:
            # This is also how PortSIP says that it was gone already (contract: PortSIP 8.7).
            if error.status != 400 or self.find(box.number, box.id) is not None:
                raise
            return
        # Anything but the documented answer may come from something in between.
        if reply.status != 204 and self.find(box.number, box.id) is not None:
            raise RejectedError(f"cannot {what}: it is still there after an answer of success", status=reply.status)

    def count_messages(self, box: Box) -> int | None:
        """Return the total that the listing of its messages tells."""
        what = f"count the messages of shared voicemail {box.number}"
        page = self._session.call("GET", f"{self._item(box.id)}/voicemails?skip=0&top=1", what).parse(Page)
        return page.count if page.count is not None else len(page.items or ())
