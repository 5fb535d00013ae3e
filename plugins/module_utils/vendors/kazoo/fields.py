# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field table of KAZOO's mailboxes. Defaults are those that its schema writes to every new box.

See docs/vendors/kazoo.md, "Fields of a mailbox".
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ...model.cautions import not_dialable, not_digits
from ...model.fields import Composite, Field, FieldTable, Implied, Values
from ...model.kinds import (
    Addresses,
    Boolean,
    Choice,
    Integer,
    Integers,
    Kind,
    Pin,
    Records,
    Text,
    TextSet,
)
from ...model.zones import zone_caution

_ID = Text(shortest=32, longest=32, pattern=r"[0-9a-zA-Z]+", expected="an id of 32 letters and digits")

#: Media are given by id or by name; the driver resolves names.
_MEDIA = Text(shortest=1, longest=128)

#: Options stored in callflows, not in the mailbox: its direct number, and the account's code to check voicemail.
DIRECT, CHECK_CODE = CALLFLOW = ("kazoo.callflow.number", "kazoo.callflow.check_code")
#: Whether a callflow that others created may be rewritten.
ADOPT = "kazoo.callflow.adopt"
# KAZOO rewrites other spellings of telephone numbers.
_CALLED = Text(
    shortest=1,
    longest=36,
    pattern=r"(?!1?[0-9]{10}$|011|00)\+?[0-9*#]+",
    expected="an extension, a feature code, or a telephone number such as +12015550123",
)

_LONGEST_NUMBER = 30
_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,100}")


class Number(Text):
    """The number of a mailbox. KAZOO before 5 compares whole numbers as integers.

    See docs/vendors/kazoo.md, "Numbers compared as integers".
    """

    def key(self, text: str) -> str:
        return str(int(text)) if _WHOLE_NUMBER.fullmatch(text) else text

    def spellings(self, text: str) -> list[str]:
        """Return every number with the same key, the shortest first."""
        if not _WHOLE_NUMBER.fullmatch(text):
            return [text]
        value = int(text)
        digits = str(abs(value))
        signs = ("-",) if value < 0 else ("", "+")
        longest = max(_LONGEST_NUMBER, len(text))
        found = [sign + digits.zfill(length) for length in range(len(digits), longest + 1) for sign in signs]
        return [one for one in found if len(one) <= longest]


def _decode_after_email(native: t.Mapping[str, t.Any]) -> Values:
    # Save takes precedence if both are set. Old documents contain text instead of booleans.
    saves, deletes = (Boolean().read(native.get(wire)) for wire in ("save_after_notify", "delete_after_notify"))
    for flag in (saves, deletes):
        if flag not in (None, True, False):
            # The meaning is unknown: kept unchanged, it differs from every declared value.
            return {"after_email": flag}
    if saves:
        return {"after_email": "save"}
    return {"after_email": "delete" if deletes else "keep"}


def _encode_after_email(values: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    after = values["after_email"]
    return {"save_after_notify": after == "save", "delete_after_notify": after == "delete"}


def _vendor_field(name: str, kind: Kind, text: str, default: t.Any = None, since: str = "", **further: t.Any) -> Field:
    # Ids are valid within one account.
    local = kind in (_ID, _MEDIA) or isinstance(kind, Records)
    return Field(f"kazoo.{name}", kind, name, text, default=default, since=since, local=local, **further)


MAILBOX = FieldTable(
    vendor="kazoo",
    title="KAZOO",
    resource="mailbox",
    key="mailbox",
    alias="extension",
    number=Number(
        shortest=1, longest=_LONGEST_NUMBER, pattern=r"[^\s/?#]+", expected="a number without blanks or / ? #"
    ),
    number_caution=not_digits,
    composites=(
        Composite(
            ("after_email",), ("save_after_notify", "delete_after_notify"), _decode_after_email, _encode_after_email
        ),
    ),
    fields=(
        Field("name", Text(shortest=1, longest=128), "name", required=True, summary=True),
        # 6 is the limit of the current schema, 15 that of older ones; the server enforces its own.
        Field("pin", Pin(shortest=4, longest=15), "pin", secret=True, caution=not_digits),
        Field("require_pin", Boolean(), "require_pin", default=False),
        Field("emails", Addresses(), "notify_email_addresses"),
        Field("attach_audio", Boolean(), "include_message_on_notify", default=True),
        Field("after_email", Choice({"keep": "keep", "save": "save", "delete": "delete"}), default="keep"),
        Field(
            "timezone",
            # KAZOO before 5 requires 5 characters or more; 5 requires an IANA name, which may be shorter, as GB is.
            Text(
                shortest=1, longest=64, pattern=r"[A-Za-z0-9_+/-]+", expected="an IANA time zone such as Europe/Paris"
            ),
            "timezone",
            caution=zone_caution,
        ),
        Field("owner_id", _ID, "owner_id", summary=True, local=True),
        # The driver replaces the name by the id.
        Field("owner", Text(shortest=1, longest=128), local=True, on_demand=True),
        _vendor_field(
            "after_forward_action",
            Choice({"prompt": "prompt", "save": "save"}),
            "What the phone menu does after forwarding a message.",
            "save",
            "5",
        ),
        _vendor_field(
            "aliases",
            TextSet(Text(shortest=1, longest=36)),
            "Additional numbers of the box. A number or alias must be unique in the account.",
            since="5",
            caution=not_digits,
        ),
        _vendor_field("announcement_only", Boolean(), "The box only plays its announcement.", False),
        Field(
            DIRECT,
            _CALLED,
            text="Number that callers dial to leave a message. Its callflow is created and deleted with the mailbox.",
            on_demand=True,
        ),
        Field(
            CHECK_CODE,
            _CALLED,
            text="Feature code that users dial to hear their messages, such as `*97`. Applies to the whole account.",
            on_demand=True,
        ),
        Field(
            ADOPT,
            Boolean(),
            text="Rewrite the callflow with the number that this collection did not create. It then belongs to the"
            " mailbox and is deleted with it.",
            on_demand=True,
        ),
        _vendor_field("check_if_owner", Boolean(), "Whether owners who call the box need not enter its number.", True),
        _vendor_field(
            "envelope_type",
            Choice({"default": "default", "caller_and_time": "caller_and_time"}),
            "What is announced before a message is played.",
            "default",
            "5",
        ),
        _vendor_field("flags", TextSet(), "Tags for other software.", summary=True),
        _vendor_field("include_transcription_on_notify", Boolean(), "Include the transcription in the email.", True),
        _vendor_field("is_setup", Boolean(), "Whether the set-up by phone is complete. The phone menu sets it.", False),
        _vendor_field("is_voicemail_ff_rw_enabled", Boolean(), "Allow seeking while a message is played.", False),
        _vendor_field(
            "media.unavailable",
            _MEDIA,
            "Id or name of the media file of the greeting. The phone menu sets it when a greeting is recorded.",
        ),
        _vendor_field(
            "media.temporary_unavailable",
            _MEDIA,
            "Id or name of a media file that replaces the greeting while it is set.",
        ),
        _vendor_field(
            "media_extension", Choice({"mp3": "mp3", "mp4": "mp4", "wav": "wav"}), "Format of stored messages.", "mp3"
        ),
        _vendor_field(
            "members",
            Records({"id": _ID, "type": Choice({"user": "user", "group": "group"})}),
            "Members of a shared box, each with `id` and `type` (user or group).",
            since="5",
        ),
        _vendor_field("not_configurable", Boolean(), "Hide the configuration menu from the user.", False),
        _vendor_field("notify.callback.attempts", Integer(), "Number of callback attempts."),
        _vendor_field("notify.callback.disabled", Boolean(), "Disable callbacks."),
        _vendor_field("notify.callback.interval_s", Integer(), "Seconds between two attempts."),
        _vendor_field("notify.callback.number", Text(), "Number to call back.", caution=not_dialable),
        _vendor_field("notify.callback.schedule", Integers(), "Seconds to wait before each attempt."),
        _vendor_field("notify.callback.timeout_s", Integer(), "Seconds to let the phone ring."),
        _vendor_field("oldest_message_first", Boolean(), "Play the oldest message first.", False),
        _vendor_field(
            "operator_number",
            Text(),
            "Number of the operator, if it differs from the account's.",
            since="M",
            caution=not_dialable,
        ),
        _vendor_field("seek_duration_ms", Integer(minimum=0), "Milliseconds per seek.", 10000),
        _vendor_field("shared_vmbox", Boolean(), "Whether the box is shared.", False, "5"),
        _vendor_field(
            "shared_vmbox_notify_owner_email", Boolean(), "Also notify the owner of a shared box by email.", False, "5"
        ),
        _vendor_field("silence_hits", Integer(minimum=1), "Silence detection: hits in a row.", since="5"),
        _vendor_field("silence_threshold", Integer(minimum=1), "Silence detection: threshold.", since="5"),
        _vendor_field("skip_envelope", Boolean(), "Do not announce the time and sender of messages.", False),
        _vendor_field("skip_greeting", Boolean(), "Do not play the greeting.", False),
        _vendor_field("skip_instructions", Boolean(), "Do not play the instructions.", False),
        _vendor_field("transcribe", Boolean(), "Transcribe new messages.", False),
        _vendor_field(
            "vm_message_forward_type",
            Choice({"only_forward": "only_forward", "prepend_forward": "prepend_forward"}),
            "Whether users can record an introduction to forwarded messages.",
            "only_forward",
            "5",
        ),
    ),
    refused={
        "notify": "a KAZOO box notifies by email as soon as it has `emails`",
        "language": "the language is a setting of the user and the account",
        "announce_time": "use `kazoo.skip_envelope` and `kazoo.envelope_type`",
        "announce_caller": "use `kazoo.skip_envelope` and `kazoo.envelope_type`",
        "enabled": "a KAZOO box cannot be disabled",
        "description": "KAZOO has only `name`, and `kazoo.flags` for tags",
    },
    implied=(Implied("notify", follows="emails"), Implied("enabled", always=True)),
)

#: Generations of KAZOO, oldest first.
GENERATIONS = ("4.3", "M", "5")


def _table_of(generation: str) -> FieldTable:
    """Return the field table of a generation of KAZOO.

    A server writes the defaults of its own schema to every mailbox. Properties of later schemas have no default here:
    a key that the server does not show is not set.
    """
    age = GENERATIONS.index(generation)
    later = frozenset(GENERATIONS[age + 1 :])
    fields = tuple(
        dataclasses.replace(field, default=None) if field.since in later else field for field in MAILBOX.fields
    )
    number = MAILBOX.number
    if generation == "5":
        # KAZOO 5 compares numbers as text.
        number = Text(**{field.name: getattr(number, field.name) for field in dataclasses.fields(Text)})
    return dataclasses.replace(MAILBOX, fields=fields, number=number)


#: Field table of each generation.
TABLES = {generation: _table_of(generation) for generation in GENERATIONS}


def wire_names(options: t.Iterable[str]) -> list[str]:
    """Return the keys to request from a listing of the fifth generation so that it shows these options.

    ``require_pin`` is always included: every document has it, so a row without it shows that keys were ignored.
    """
    names = {"mailbox", "require_pin"}
    for option in options:
        field = MAILBOX.by_option[option]
        names.update([field.wire.split(".")[0]] if field.wire else MAILBOX.composites[0].wires)
    return sorted(names)
