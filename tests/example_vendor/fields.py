# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field table of Acorn's mailboxes: every option, the vendor's name for it, and what it accepts."""

from __future__ import annotations

from ansible_collections.telephony.voicemail.plugins.module_utils.model import kinds
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import Field, FieldTable

MAILBOX = FieldTable(
    vendor="acorn",
    resource="mailbox",
    key="mailbox",
    alias="extension",
    number=kinds.Text(shortest=1, pattern=r"[0-9]+", expected="a number of digits only"),
    fields=(
        Field("name", kinds.Text(shortest=1, longest=40), "display_name", required=True, clearable=False),
        Field("pin", kinds.Pin(shortest=4, longest=8), "pin", secret=True),
        Field("emails", kinds.Addresses(), "notify"),
        Field("after_email", kinds.Choice({"keep": "keep", "delete": "remove"}), "after_notify", absent="keep"),
        Field("acorn.lamp", kinds.Boolean(), "lamp", "Light the lamp of the phone for new messages.", absent=True),
    ),
    refused={"new_mailbox": "Acorn cannot change the number of a mailbox"},
)
