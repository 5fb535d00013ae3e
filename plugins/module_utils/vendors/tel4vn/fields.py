# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field table of TEL4VN's mailboxes (docs/vendors/tel4vn.md, "Fields of a mailbox").

The shared options hold all that the vendor has, so its own dictionary is empty.
"""

from __future__ import annotations

import re
import typing as t

from ...model.cautions import not_digits
from ...model.fields import Composite, Field, FieldTable, Implied, Values
from ...model.kinds import Addresses, Boolean, Choice, Pin, Text

_MASK = r"[*•●xX]+"


class _Enabled(Boolean):
    """A switch that counts as off unless it says on: the PBX serves only boxes whose value is true."""

    def read(self, value: t.Any) -> t.Any:
        return False if value in (None, "") else super().read(value)


def _pin_problem(pin: str) -> str | None:
    if pin == "deFauLt":
        return "must not be the word that keeps the old password of an extension: here it would become the PIN"
    return "must not look like a hidden PIN" if re.fullmatch(_MASK, pin) else None


def _take_apart(native: t.Mapping[str, t.Any]) -> Values:
    # The PBX deletes only where the word is false; a box where nothing was ever chosen keeps its messages.
    keeps = Boolean().read(native.get("local_after_email"))
    if keeps not in (None, True, False):
        # Nobody knows what the PBX makes of it: as it came, it differs from whatever is declared.
        return {"after_email": keeps}
    return {"after_email": "delete" if keeps is False else "keep"}


def _put_together(values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"local_after_email": values["after_email"] != "delete"}


MAILBOX = FieldTable(
    vendor="tel4vn",
    resource="mailbox",
    key="mailbox",
    alias="extension",
    number=Text(shortest=1, pattern=r"[0-9]+", expected="a number of digits only"),
    composites=(Composite(("after_email",), ("local_after_email",), _take_apart, _put_together),),
    fields=(
        Field(
            "pin",
            Pin(shortest=1, masked=_MASK, policy=_pin_problem),
            "password",
            secret=True,
            required=True,
            resent=True,
            caution=not_digits,
        ),
        Field("emails", Addresses(separator=","), "mail_to"),
        Field("after_email", Choice({"keep": "keep", "delete": "delete"}), absent="keep"),
        Field("enabled", _Enabled(), "enabled", absent=True, clearable=False),
        Field("description", Text(), "description"),
    ),
    refused={
        "new_mailbox": "the number of a TEL4VN box cannot be changed",
        "name": "a TEL4VN box has only a `description`",
        "require_pin": "a TEL4VN box always asks for its PIN",
        "notify": "a TEL4VN box notifies by email as soon as it has `emails`",
        "attach_audio": "whether the audio is attached is a setting of the PBX that its API does not reach",
        "timezone": "the time zone belongs to the tenant",
        "language": "the language belongs to the tenant",
        "announce_time": "what is said before a message is a setting of the PBX that its API does not reach",
        "announce_caller": "what is said before a message is a setting of the PBX that its API does not reach",
        "owner_id": "a TEL4VN box belongs to its extension by their common number",
        "owner": "a TEL4VN box belongs to its extension by their common number",
    },
    implied=(Implied("notify", follows="emails"), Implied("require_pin", always=True)),
)
