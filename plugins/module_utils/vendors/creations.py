# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remember which boxes a driver created, for vendors that may create one number twice."""

from __future__ import annotations

import contextlib
import typing as t

from ..errors import ConflictError, NotFoundError, TransportError, VoicemailError
from ..model.mailbox import Box
from ..model.operation import Operation
from ..model.problem import Subject
from .protocol import Boxes, Creation, DuplicateFinder, DuplicateRemover, MessageCounter


def incomplete(subject: Subject, text: str, cause: VoicemailError) -> TransportError:
    """Return the error for a box that exists now without everything that was declared.

    :param text: what was done and what was not.
    """
    return TransportError(
        f"{text}: {cause.message}",
        cause.hint,
        status=cause.status,
        details=cause.details,
        uncertain=True,
        subject=subject,
    )


class CreationLog(Boxes, DuplicateFinder):
    """The boxes that the vendor returned in replies to creations."""

    def __init__(self, session: t.Any) -> None:
        super().__init__(session)
        #: Revision of each created box by its id; None if the vendor has no revisions.
        self._created: dict[str, str | None] = {}

    def created_here(self, box: Box) -> bool:
        """Check whether this driver created the box."""
        return str(box.id) in self._created


class Withdrawal(CreationLog, Creation, MessageCounter, DuplicateRemover):
    """Delete a duplicate box only while it is empty and unchanged since its creation."""

    def withdraw(self, box: Box, other: Box) -> bool:
        """Delete a box after reading it and the other one again."""
        operation = Operation("withdraw", self.table.resource, box.number)
        if self.count_messages(box):
            raise ConflictError(
                "it contains messages", "Move or delete them, or delete the other box", operation=operation
            )
        fresh = self.find(None, box.id)
        if fresh is None:
            return True
        if fresh.number != box.number or not self._is_as_created(fresh, box):
            raise ConflictError("somebody else changed it", "Compare both boxes", operation=operation)
        kept = self.find(None, other.id)
        if kept is None or not self.table.same_number(kept.number, box.number):
            return False
        with contextlib.suppress(NotFoundError):
            self.delete(fresh)
        return True

    def _is_as_created(self, fresh: Box, box: Box) -> bool:
        """Compare the values, since not every vendor has revisions."""
        return fresh.values == box.values
