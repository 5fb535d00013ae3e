# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field table of OnSIP's voicemailboxes. Defaults are those of VoicemailboxAdd.

See docs/vendors/onsip.md, "Fields of a mailbox".
"""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ...model.fields import Composite, Field, FieldTable, Implied, Values
from ...model.kinds import (
    Address,
    Addresses,
    Boolean,
    Canonical,
    Choice,
    Integer,
    Kind,
    Pin,
    Text,
)
from ...model.problem import Problem
from ...model.refusals import ValueRefusedError, reason_of

_WORDS = ("false", "true")
_SIP_ADDRESS = Text(
    longest=254, pattern=r"[^@\s/<>:,;\"]+@[^@\s/<>,;\"]+", expected="a SIP address such as avery@example.onsip.com"
)
_EMAILS = Addresses(most=1, separator=",")
_PAGER = Address()
_NOTIFY_PAGER = Boolean(("no", "yes"))


@dataclasses.dataclass(frozen=True)
class _Zone(Choice):
    """A time zone by its IANA name. Older names of the four zones and OnSIP's own names are accepted as well."""

    aliases: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    def parse(self, value: t.Any) -> Canonical:
        if str(value) in self.aliases:
            return self.aliases[str(value)]
        try:
            return super().parse(value)
        except ValueError as error:
            names = {name.casefold(): name for name in (*self.words, *self.aliases)}
            near = difflib.get_close_matches(str(value).casefold(), names, n=1)
            suggested = f"; did you mean {self.aliases.get(names[near[0]], names[near[0]])}?" if near else ""
            only = f"; OnSIP supports only these four zones{suggested}"
            raise ValueRefusedError(f"{error}{only}", f"{reason_of(error)}{only}") from None


_ZONES = {
    "America/New_York": "us_eastern",
    "America/Chicago": "us_central",
    "America/Denver": "us_mountain",
    "America/Los_Angeles": "us_pacific",
}
_ZONE_ALIASES = {
    alias: name for name, wire in _ZONES.items() for alias in (wire, f"US/{wire.removeprefix('us_').capitalize()}")
}


def _leading_zero(pin: str) -> str | None:
    return (
        "must not start with 0: OnSIP treats a PIN as a number and may drop the zero" if pin.startswith("0") else None
    )


def _decode_notify_email(native: t.Mapping[str, t.Any]) -> Values:
    word = native.get("NotifyEmail")
    # The service's documentation uses both no and false.
    word = "no" if word in (None, "", "false") else word
    known = word in ("no", "yes", "attach", "delete")
    return {
        # Undocumented values are kept, so that an unrelated Edit can send them back.
        "notify": word != "no" if known else word,
        "attach_audio": word in ("attach", "delete"),
        "after_email": "delete" if word == "delete" else "keep",
        "emails": _EMAILS.read(native.get("Email")),
    }


def _encode_notify_email(values: t.Mapping[str, Canonical]) -> dict[str, t.Any]:
    notify = values["notify"]
    if values["after_email"] == "delete":
        word = "delete"
    elif values["attach_audio"]:
        word = "attach"
    else:
        word = notify if isinstance(notify, str) else _NOTIFY_PAGER.write(bool(notify))
    return {"NotifyEmail": word, "Email": _EMAILS.write(values["emails"])}


def _notify_email_conflict(values: t.Mapping[str, Canonical]) -> Problem | None:
    if values["after_email"] == "delete" and not values["attach_audio"]:
        return Problem(
            "delete needs `attach_audio` true: OnSIP deletes a message only if its audio was attached",
            option="after_email",
        )
    if values["attach_audio"] and not values["notify"]:
        return Problem("true needs `notify` true: OnSIP attaches audio only to notifications", option="attach_audio")
    if values["notify"] and not values["emails"]:
        return Problem("true needs `emails`: OnSIP refuses notifications without an address", option="notify")
    return None


def _decode_pager(native: t.Mapping[str, t.Any]) -> Values:
    notice = _NOTIFY_PAGER.read(native.get("NotifyPager"))
    return {
        # Undocumented values are kept, as for NotifyEmail.
        "onsip.notify_pager": False if notice is None else notice,
        "onsip.pager": _PAGER.read(native.get("Pager")),
    }


def _encode_pager(values: t.Mapping[str, Canonical]) -> dict[str, t.Any]:
    notice = values["onsip.notify_pager"]
    return {
        "NotifyPager": notice if isinstance(notice, str) else _NOTIFY_PAGER.write(bool(notice)),
        "Pager": values["onsip.pager"] or "",
    }


def _pager_conflict(values: t.Mapping[str, Canonical]) -> Problem | None:
    if values["onsip.notify_pager"] and not values["onsip.pager"]:
        return Problem(
            "true needs `onsip.pager`: OnSIP refuses notifications without an address", option="onsip.notify_pager"
        )
    return None


ATTACH = ("onsip.attach.user_address", "onsip.attach.user_id", "onsip.attach.timeout", "onsip.attach.name")


def _attach_conflict(values: t.Mapping[str, Canonical]) -> Problem | None:
    given = [option for option in ATTACH[1:] if values.get(option) is not None]
    if given and values.get(ATTACH[0]) is None:
        also = "".join(f" and `{option}`" for option in given[1:])
        return Problem(f"{also} cannot be set without `{ATTACH[0]}`".strip(), option=given[0])
    return None


def _vendor_field(
    name: str, kind: Kind, wire: str, text: str, default: Canonical = None, creation_only: bool = False
) -> Field:
    return Field(f"onsip.{name}", kind, wire, text, default=default, creation_only=creation_only)


def _attach(name: str, kind: Kind, text: str, clearable: bool = False) -> Field:
    return Field(f"onsip.attach.{name}", kind, "", text, clearable=clearable, on_demand=True)


_REFUSED_TWICE = {
    "mailbox": "mailbox",
    "fullname": "name",
    "password": "pin",
    "email": "emails",
    "notify_email": "notify",
    "timezone": "timezone",
    "say_datetime": "announce_time",
    "say_caller_id": "announce_caller",
}

MAILBOX = FieldTable(
    vendor="onsip",
    title="OnSIP",
    resource="mailbox",
    key="mailbox",
    alias="extension",
    number=Text(
        shortest=1, pattern=r"[1-9][0-9]{0,6}", expected="a number of 1 to 7 digits that does not start with 0"
    ),
    composites=(
        Composite(
            ("notify", "attach_audio", "after_email", "emails"),
            ("NotifyEmail", "Email"),
            _decode_notify_email,
            _encode_notify_email,
            _notify_email_conflict,
        ),
        Composite(
            ("onsip.notify_pager", "onsip.pager"),
            ("NotifyPager", "Pager"),
            _decode_pager,
            _encode_pager,
            _pager_conflict,
        ),
        # Not a wire field of a box: the driver reads and writes the user's address.
        Composite(ATTACH, (), lambda native: {}, lambda values: {}, _attach_conflict),
    ),
    fields=(
        Field("name", Text(shortest=1), "Fullname", required=True),
        Field(
            "pin",
            Pin(pattern=r"[0-9]{1,7}", expected="1 to 7 digits", policy=_leading_zero),
            "Password",
            secret=True,
            clearable=False,
        ),
        Field("emails", _EMAILS),
        Field("notify", Boolean(), default=False),
        Field("attach_audio", Boolean(), default=False),
        Field("after_email", Choice({"keep": "keep", "delete": "delete"}), default="keep"),
        Field("timezone", _Zone(words=_ZONES, aliases=_ZONE_ALIASES), "Timezone", default="America/New_York"),
        Field(
            "announce_time",
            Choice(
                {"disabled": "false", "enabled": "true"},
                {"0": "disabled", "1": "enabled"},
                from_boolean=("disabled", "enabled"),
            ),
            "SayDatetime",
            default="disabled",
        ),
        Field("announce_caller", Boolean(_WORDS), "SayCallerId", default=False),
        _vendor_field(
            "say_duration",
            Boolean(_WORDS),
            "SayDuration",
            "Announce the length of a message before it is played.",
            False,
        ),
        _vendor_field("notify_pager", Boolean(), "", "Send notifications to `pager`.", False),
        _vendor_field("pager", _PAGER, "", "Email address of the pager."),
        _vendor_field("mwi", _SIP_ADDRESS, "Mwi", "SIP address whose phones indicate waiting messages."),
        _vendor_field(
            "username",
            Text(longest=64, pattern=r"[A-Za-z0-9][A-Za-z0-9._+-]*", expected="the part of a SIP address before the @"),
            "",
            "Local part of the box's own SIP address; `vm.` and the number by default. Used to create the mailbox and"
            " to derive its address for `attach`. OnSIP does not show it, so it is not compared.",
            creation_only=True,
        ),
        _vendor_field(
            "domain",
            Text(longest=253, pattern=r"[A-Za-z0-9.-]+", expected="a domain such as example.onsip.com", fold_case=True),
            "",
            "Domain of the box's own SIP address; the organization's by default. Not compared, like `username`.",
            creation_only=True,
        ),
        _attach(
            "user_address",
            _SIP_ADDRESS,
            "SIP address of the user whose unanswered calls go to the box. Other users attached to it are kept.",
            clearable=True,
        ),
        _attach(
            "user_id",
            Text(longest=20, pattern=r"[0-9]+", expected="an id of digits"),
            "Id of the user who owns the address; its current owner by default.",
        ),
        _attach("timeout", Integer(minimum=1), "Seconds that the user's phones ring first; unchanged by default."),
        _attach("name", Text(), "Display name of the user's address; unchanged by default."),
    ),
    hidden=frozenset(("AuthPassword", "SessionId")),
    refused={
        "require_pin": "an OnSIP box always asks for its PIN",
        "language": "OnSIP has no language setting for boxes",
        "enabled": "an OnSIP box cannot be disabled",
        "description": "OnSIP has only `name`",
        "owner_id": "an OnSIP box belongs to the organization; use `onsip.attach` to send a user's calls to it",
        "owner": "an OnSIP box belongs to the organization; use `onsip.attach` to send a user's calls to it",
        **{f"onsip.{own}": f"is set by the option `{shared}`; use that one" for own, shared in _REFUSED_TWICE.items()},
    },
    implied=(Implied("require_pin", always=True), Implied("enabled", always=True)),
)

#: Options of a Voicemailbox; the others use different actions.
STANDING = frozenset(field.option for field in MAILBOX.fields if not field.creation_only and field.option not in ATTACH)
