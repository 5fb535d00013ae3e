# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field tables of PortSIP's personal mailboxes and shared voicemails.

See docs/vendors/portsip.md, "Fields and limits" and "PINs".
"""

from __future__ import annotations

import dataclasses
import itertools

from ...model.fields import Field, FieldTable, Implied
from ...model.kinds import (
    UNKNOWN,
    Addresses,
    Boolean,
    Canonical,
    Choice,
    Pin,
    Text,
)
from ...resources import SHARED_VOICEMAILS

#: Length of digit runs that the vendor refuses in a PIN.
_RUN = 3


@dataclasses.dataclass(frozen=True)
class Language(Text):
    """A language tag (BCP 47), normalized to the usual letter case: ``en-US``, ``zh-Hant-TW``."""

    pattern: str | None = r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"
    expected: str = "a language tag such as en-US"

    def parse(self, value: Canonical) -> Canonical:
        return _usual_case(super().parse(value))

    def read(self, value: Canonical) -> Canonical:
        return _usual_case(super().read(value))


def _usual_case(tag: str | None) -> str | None:
    if tag is None:
        return None
    first, *others = tag.split("-")
    usual = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(usual.get(len(part), str.lower)(part) for part in others)])


def _pin_problem(pin: str) -> str | None:
    """Refuse runs of equal and of rising digits. Falling digits are not documented, so the server decides."""
    for start in range(len(pin) - _RUN + 1):
        digits = [int(digit) for digit in pin[start : start + _RUN]]
        steps = {after - before for before, after in itertools.pairwise(digits)}
        if steps == {0}:
            return f"must not repeat a digit {_RUN} times in a row"
        if steps == {1}:
            return f"must not contain {_RUN} digits that count up, such as 012 or 789"
    return None


# Up to 22.2, the server requires 6 to 10 digits; later, the tenant's password policy applies, 4 digits at least.
_PIN = Pin(
    shortest=4, longest=32, pattern="[0-9]+", expected="digits only", masked="(?s).*[^0-9].*", policy=_pin_problem
)
_NUMBER = Text(shortest=3, longest=64, pattern="[0-9]+", expected="digits only")
_PLAY_DATETIME = Choice({"disabled": "DISABLE", "12_hour": "12_HOUR_CLOCK", "24_hour": "24_HOUR_CLOCK"})

MAILBOX = FieldTable(
    vendor="portsip",
    title="PortSIP",
    resource="mailbox",
    key="mailbox",
    alias="extension",
    number=_NUMBER,
    fields=(
        # A hidden PIN still exists: users cannot be created without one.
        Field("pin", _PIN, "voicemail_pin", default=UNKNOWN, secret=True, clearable=False),
        Field("require_pin", Boolean(), "enable_voicemail_pin", default=True),
        Field("notify", Boolean(), "enable_voicemail_notify", default=False),
        Field("language", Language(), "voicemail_prompt", clearable=False),
        Field("announce_time", _PLAY_DATETIME, "voicemail_play_datetime", default="disabled"),
    ),
    refused={
        "create": "does not exist, and PortSIP mailboxes are part of users: create the user in PortSIP first",
        "state": "a PortSIP mailbox is part of its user; delete the user in PortSIP",
        "new_mailbox": "the number is the extension of the user; change it in PortSIP",
        "name": "the mailbox has no name of its own; change the display name of the user in PortSIP",
        "emails": "PortSIP notifies the user's own address; use `notify`, or a shared voicemail with `recipients`",
        "attach_audio": "PortSIP has no such option; use `notify`",
        "after_email": "PortSIP keeps messages until they are deleted or reach the tenant's age limit",
        "timezone": "the time zone is a setting of the tenant and the user",
        "announce_caller": "PortSIP can only announce the time; use `announce_time`",
        "enabled": "a mailbox cannot be disabled; change the user's forwarding rules in PortSIP",
        "description": "PortSIP has no such field",
        "owner_id": "the mailbox belongs to the user of its extension",
        "owner": "the mailbox belongs to the user of its extension",
        "portsip": "every field of a PortSIP mailbox has an option of its own",
    },
    # The display name and the notification address are fields of the user.
    implied=(
        Implied("name", wire="display_name"),
        Implied("emails", wire="email"),
        Implied("after_email", always="keep"),
        Implied("enabled", always=True),
    ),
    hidden=frozenset(("password", "extension_password")),
)

SHARED_VOICEMAIL = FieldTable(
    vendor="portsip",
    title="PortSIP",
    resource=SHARED_VOICEMAILS.key,
    key="extension_number",
    number=_NUMBER,
    fields=(
        Field("name", Text(shortest=1, longest=64), "name", required=True, summary=True),
        Field("prompt", Language(), "prompt", clearable=False, summary=True, mailbox_option="language"),
        Field("enable_pin", Boolean(), "enable_pin", default=True, summary=True, mailbox_option="require_pin"),
        Field("pin", _PIN, "pin", default=UNKNOWN, secret=True, required=True, summary=True),
        Field(
            "enable_email_notify",
            Boolean(),
            "enable_email_notify",
            default=False,
            summary=True,
            mailbox_option="notify",
        ),
        Field("recipients", Addresses(most=15, separator=","), "recipients", summary=True, mailbox_option="emails"),
        Field(
            "play_datetime",
            _PLAY_DATETIME,
            "play_datetime",
            default="disabled",
            summary=True,
            mailbox_option="announce_time",
        ),
    ),
    refused={
        "new_extension_number": "a shared voicemail keeps its number; create a new one and delete this one",
        "portsip": "every field of a shared voicemail has an option of its own",
    },
    implied=(Implied("after_email", always="keep"), Implied("enabled", always=True)),
)
