# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and update PortSIP's personal mailboxes (docs/vendors/portsip.md, "Personal mailboxes")."""

from __future__ import annotations

from .boxes import PortsipBoxes
from .fields import MAILBOX


class PortsipMailboxes(PortsipBoxes):
    """Mailboxes of the users of one tenant. The listing contains none of their options, so each is read by its id."""

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
