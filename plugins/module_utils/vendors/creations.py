# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What drivers share that remember which boxes they created, since the vendor may create one number twice."""

from __future__ import annotations

import contextlib
import typing as t

from ..errors import ConflictError, NotFoundError
from ..model.mailbox import Box
from ..model.operation import Operation
from .protocol import Boxes, Creation, DuplicateFinder, DuplicateRemover, MessageCounter


class CreationLog(Boxes, DuplicateFinder):
    """Remember the boxes that the vendor returned in the reply to a creation."""

    def __init__(self, session: t.Any) -> None:
        super().__init__(session)
        #: Revision of every box that was created here, by its id; None where the vendor has none.
        self._created: dict[str, str | None] = {}

    def created_here(self, box: Box) -> bool:
        """Check whether this driver got the box in the reply to a creation."""
        return str(box.id) in self._created


class Withdrawal(CreationLog, Creation, MessageCounter, DuplicateRemover):
    """Delete a duplicate only while it is empty and as it was created."""

    def withdraw(self, box: Box, other: Box) -> bool:
        """Delete a box after reading it and the other one afresh."""
        operation = Operation("withdraw", self.table.resource, box.number)
        if self.count_messages(box):
            raise ConflictError(
                "it holds messages", "Move or delete them, or delete the other one", operation=operation
            )
        fresh = self.find(None, box.id)
        if fresh is None:
            return True
        if fresh.number != box.number or not self._is_as_created(fresh, box):
            raise ConflictError("somebody else changed it", "Compare both", operation=operation)
        kept = self.find(None, other.id)
        if kept is None or not self.table.same_number(kept.number, box.number):
            return False
        with contextlib.suppress(NotFoundError):
            self.delete(fresh)
        return True

    def _is_as_created(self, fresh: Box, box: Box) -> bool:
        """Compare values, where the vendor has no revisions."""
        return fresh.values == box.values
