# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field table of TEL4VN's mailboxes (docs/vendors/tel4vn.md, "Fields of a mailbox").

The shared options cover all fields of the vendor, so its own dictionary is empty.
"""

from __future__ import annotations

import re
import typing as t

from ...model.cautions import not_digits
from ...model.fields import Composite, Field, FieldTable, Implied, Values
from ...model.kinds import Addresses, Boolean, Choice, Pin, Text

_MASK = r"[*•●xX]+"


class _Enabled(Boolean):
    """A boolean that is false unless its value is true: the PBX serves only such boxes."""

    def read(self, value: t.Any) -> t.Any:
        return False if value in (None, "") else super().read(value)


def _pin_problem(pin: str) -> str | None:
    if pin == "deFauLt":
        return "must not be the value that keeps an extension's password: it would become the PIN"
    return "must not look like a hidden PIN" if re.fullmatch(_MASK, pin) else None


def _decode_after_email(native: t.Mapping[str, t.Any]) -> Values:
    # The PBX deletes messages only if the value is false; a box without a value keeps them.
    keeps = Boolean().read(native.get("local_after_email"))
    if keeps not in (None, True, False):
        # The meaning is unknown: kept unchanged, it differs from every declared value.
        return {"after_email": keeps}
    return {"after_email": "delete" if keeps is False else "keep"}


def _encode_after_email(values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"local_after_email": values["after_email"] != "delete"}


MAILBOX = FieldTable(
    vendor="tel4vn",
    title="TEL4VN",
    resource="mailbox",
    key="mailbox",
    alias="extension",
    number=Text(shortest=1, pattern=r"[0-9]+", expected="digits only"),
    composites=(Composite(("after_email",), ("local_after_email",), _decode_after_email, _encode_after_email),),
    fields=(
        Field(
            "pin",
            Pin(shortest=1, masked=_MASK, policy=_pin_problem),
            "password",
            secret=True,
            required=True,
            required_on_update=True,
            caution=not_digits,
        ),
        Field("emails", Addresses(separator=","), "mail_to"),
        Field("after_email", Choice({"keep": "keep", "delete": "delete"}), default="keep"),
        Field("enabled", _Enabled(), "enabled", default=True, clearable=False),
        Field("description", Text(), "description"),
    ),
    refused={
        "new_mailbox": "the number of a TEL4VN box cannot be changed",
        "name": "a TEL4VN box has only a `description`",
        "require_pin": "a TEL4VN box always asks for its PIN",
        "notify": "a TEL4VN box notifies by email as soon as it has `emails`",
        "attach_audio": "attaching audio is a setting of the PBX that its API does not include",
        "timezone": "the time zone is a setting of the tenant",
        "language": "the language is a setting of the tenant",
        "announce_time": "announcements are a setting of the PBX that its API does not include",
        "announce_caller": "announcements are a setting of the PBX that its API does not include",
        "owner_id": "a TEL4VN box belongs to the extension with its number",
        "owner": "a TEL4VN box belongs to the extension with its number",
    },
    implied=(Implied("notify", follows="emails"), Implied("require_pin", always=True)),
)
