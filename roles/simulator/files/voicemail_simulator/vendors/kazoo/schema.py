# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON schemas of mailboxes and messages in the three profiles (docs/vendors/kazoo.md, "Fields of a mailbox")."""

from __future__ import annotations

import copy
import zoneinfo
from functools import lru_cache
from typing import Any

Schema = dict[str, Any]


def text(minimum: int | None = None, maximum: int | None = None, **more: Any) -> Schema:
    """Return the schema of a text with a limited length."""
    limits = {"minLength": minimum, "maxLength": maximum}
    return {"type": "string", **{name: value for name, value in limits.items() if value is not None}, **more}


def flag(default: bool) -> Schema:
    """Return the schema of a boolean."""
    return {"type": "boolean", "default": default}


CALLBACK: Schema = {
    "type": "object",
    "properties": {
        "attempts": {"type": "integer"},
        "disabled": {"type": "boolean"},
        "interval_s": {"type": "integer"},
        "number": {"type": "string"},
        "schedule": {"type": "array", "items": {"type": "integer"}},
        "timeout_s": {"type": "integer"},
    },
}

COMMON: dict[str, Schema] = {
    "announcement_only": flag(False),
    "check_if_owner": flag(True),
    "delete_after_notify": flag(False),
    "flags": {"type": "array", "items": {"type": "string"}},
    "include_message_on_notify": flag(True),
    "include_transcription_on_notify": flag(True),
    "is_setup": flag(False),
    "is_voicemail_ff_rw_enabled": flag(False),
    "mailbox": text(1, 30),
    "media": {"type": "object", "default": {}, "properties": {"unavailable": text(32, 32)}},
    "media_extension": {"type": "string", "default": "mp3", "enum": ["mp3", "mp4", "wav"]},
    "name": text(1, 128),
    "not_configurable": flag(False),
    "notify": {"type": "object", "properties": {"callback": {"$ref": "notify.callback"}}},
    "notify_email_addresses": {"type": "array", "default": [], "items": {"type": "string", "format": "email"}},
    "oldest_message_first": flag(False),
    "owner_id": text(32, 32),
    "pin": text(4, 6),
    "require_pin": flag(False),
    "save_after_notify": flag(False),
    "seek_duration_ms": {"type": "integer", "default": 10000, "minimum": 0},
    "skip_envelope": flag(False),
    "skip_greeting": flag(False),
    "skip_instructions": flag(False),
    "timezone": text(5, 32),
    "transcribe": flag(False),
}

SINCE_M: dict[str, Schema] = {"operator_number": {"oneOf": [{"type": "integer"}, {"type": "string"}]}}

SINCE_5: dict[str, Schema] = {
    "after_forward_action": {"type": "string", "default": "save", "enum": ["prompt", "save"]},
    "aliases": {"type": "array", "default": [], "items": text(1, 36), "uniqueItems": True},
    "envelope_type": {"type": "string", "default": "default", "enum": ["default", "caller_and_time"]},
    "members": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["id", "type"],
            "properties": {"id": text(32, 32), "type": {"type": "string", "enum": ["user", "group"]}},
        },
    },
    "shared_vmbox": flag(False),
    "shared_vmbox_notify_owner_email": flag(False),
    "silence_hits": {"type": "integer", "minimum": 1},
    "silence_threshold": {"type": "integer", "minimum": 1},
    "vm_message_forward_type": {
        "type": "string",
        "default": "only_forward",
        "enum": ["only_forward", "prepend_forward"],
    },
}

MESSAGE: Schema = {
    "type": "object",
    "properties": {
        "call_id": text(),
        "caller_id_name": text(None, 35),
        "caller_id_number": text(None, 35),
        "folder": {"type": "string", "enum": ["deleted", "saved", "new"]},
        "from": text(),
        "length": {"type": "integer"},
        "timestamp": {"type": "integer"},
        "to": text(),
    },
}

CALLFLOW: Schema = {
    "type": "object",
    "properties": {
        "featurecode": {"type": "object", "properties": {"name": text(1, 128), "number": text(1, 30)}},
        "flags": {"type": "array", "items": {"type": "string"}},
        "flow": {"type": "object"},
        "name": text(),
        "numbers": {"type": "array", "default": [], "items": text(1, 36), "uniqueItems": True},
        "patterns": {"type": "array", "default": [], "items": text(1)},
    },
}

MEDIA: Schema = {
    "type": "object",
    "required": ["media_source", "name"],
    "properties": {
        "content_length": {"type": "integer", "minimum": 1},
        "description": text(1, 128),
        "language": {"type": "string", "default": "en-us"},
        "media_source": {"type": "string", "default": "upload", "enum": ["recording", "upload", "tts"]},
        "name": text(1, 128),
        "source_id": text(32, 32),
        "streamable": flag(True),
        "tts": {"type": "object", "default": {}},
    },
}

USER_AUTH: Schema = {
    "type": "object",
    "required": ["credentials"],
    "properties": {
        "account_name": text(1, 128),
        "account_realm": text(4, 253),
        "credentials": text(1, 64),
        "method": {"type": "string", "default": "md5", "enum": ["md5", "sha"]},
        "phone_number": text(1, 64),
    },
}

API_AUTH: Schema = {"type": "object", "required": ["api_key"], "properties": {"api_key": text(64, 64)}}


DESCRIPTIONS = {
    "after_forward_action": "What the phone menu does after a message was forwarded",
    "aliases": "More numbers of the mailbox",
    "announcement_only": "Play the announcement and record nothing",
    "check_if_owner": "Skip the number prompt when the owner calls",
    "delete_after_notify": "Delete a message after the notification was sent",
    "envelope_type": "What is announced before a message",
    "flags": "Tags for external software",
    "include_message_on_notify": "Attach the recording to the notification",
    "include_transcription_on_notify": "Include the transcription in the notification",
    "is_setup": "Whether the user completed the setup by phone",
    "is_voicemail_ff_rw_enabled": "Allow seeking during playback",
    "mailbox": "Number of the mailbox",
    "media": "Greetings of the mailbox",
    "media_extension": "File format of new messages",
    "members": "Members of a shared mailbox",
    "name": "Name of the mailbox",
    "not_configurable": "Hide the configuration menu",
    "notify": "Other notifications",
    "notify_email_addresses": "Email addresses to notify",
    "oldest_message_first": "Play the oldest message first",
    "operator_number": "Number of the operator",
    "owner_id": "Id of the owner",
    "pin": "PIN of the mailbox",
    "require_pin": "Require the PIN from the owner as well",
    "save_after_notify": "Save a message after the notification was sent",
    "seek_duration_ms": "Milliseconds of one seek",
    "shared_vmbox": "Share the mailbox among its members",
    "shared_vmbox_notify_owner_email": "Also notify the owner of a shared mailbox",
    "silence_hits": "Hits in a row that count as silence",
    "silence_threshold": "Level that counts as silence",
    "skip_envelope": "Do not announce time and caller",
    "skip_greeting": "Do not play the greeting",
    "skip_instructions": "Do not play the instructions",
    "timezone": "Time zone of the mailbox",
    "transcribe": "Transcribe new messages",
    "vm_message_forward_type": "Whether a comment may be recorded before a forwarded message",
}


@lru_cache(maxsize=16)
def mailbox_schema(profile: str, maximum_pin: int) -> Schema:
    """Return the mailbox schema of a profile. The maximum length of a PIN depends on the installation."""
    properties = copy.deepcopy(COMMON)
    properties["pin"]["maxLength"] = maximum_pin
    if profile in ("M", "5"):
        properties.update(SINCE_M)
    if profile == "5":
        properties.update(SINCE_5)
        zones = sorted(zoneinfo.available_timezones())
        # A machine without zone data cannot check the names, so it accepts all of them.
        properties["timezone"] = {"type": "string", "enum": zones} if zones else text()
    described = {name: {"description": DESCRIPTIONS[name], **schema} for name, schema in sorted(properties.items())}
    return {
        "description": "Schema of a voicemail box",
        "type": "object",
        "required": ["mailbox", "name"],
        "properties": described,
    }


def published(profile: str, maximum_pin: int) -> dict[str, Schema]:
    """Return the schemas that `GET /schemas` lists, by name."""
    return {
        "api_auth": API_AUTH,
        "callflows": CALLFLOW,
        "media": MEDIA,
        "notify.callback": CALLBACK,
        "user_auth": USER_AUTH,
        "vm_message_metadata": MESSAGE,
        "vmboxes": mailbox_schema(profile, maximum_pin),
    }
