# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP's personal mailboxes: fields of the users (docs/vendors/portsip.md, "Personal mailboxes")."""

from __future__ import annotations

import typing as t

from ...errors import UnsupportedError
from ...model.fields import Values
from ...model.mailbox import Box
from .boxes import PortsipBoxes
from .fields import MAILBOX


class PortsipMailboxes(PortsipBoxes):
    """Mailboxes of the users of one tenant. The listing shows none of their options, so each is read by its id."""

    table = MAILBOX
    path = "/users"
    listed_full = False
    # Not every user has an extension.
    numberless = True
    fixed = frozenset(
        (
            "id",
            "name",
            "role",
            "role_id",
            "role_name",
            "extension_number",
            "created_at",
            "password",
            "extension_password",
        )
    )

    def create(self, number: str, values: Values) -> Box | None:
        """Refuse: a mailbox is made with its user."""
        raise UnsupportedError(f"mailbox {number} {MAILBOX.refused['create']}")

    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        """Refuse: a mailbox goes with its user."""
        raise self._undeletable(box)

    def count_messages(self, box: Box) -> int | None:
        """Refuse before anything is written: it is only asked of boxes that shall be deleted."""
        raise self._undeletable(box)

    @staticmethod
    def _undeletable(box: Box) -> UnsupportedError:
        why = MAILBOX.refused["state"]
        return UnsupportedError(f"portsip cannot delete mailbox {box.number}: {why}", "Leave `prune` out")
