# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of resources that modules manage."""

from __future__ import annotations

import dataclasses
import typing as t

Spec = dict[str, t.Any]

#: Shared options of a mailbox, each supported by at least one vendor.
MAILBOX: Spec = {
    "name": {"type": "str"},
    "pin": {"type": "str", "no_log": True},
    "require_pin": {"type": "bool", "no_log": False},
    "emails": {"type": "list", "elements": "str"},
    "notify": {"type": "bool"},
    "attach_audio": {"type": "bool"},
    "after_email": {"type": "str", "choices": ["keep", "save", "delete"]},
    "timezone": {"type": "str"},
    "language": {"type": "str"},
    "announce_time": {"type": "str", "choices": ["disabled", "enabled", "12_hour", "24_hour"]},
    "announce_caller": {"type": "bool"},
    "enabled": {"type": "bool"},
    "description": {"type": "str"},
    "owner_id": {"type": "str"},
    "owner": {"type": "str"},
}

#: Options of a shared voicemail, named as by the only vendor with them.
SHARED_VOICEMAIL: Spec = {
    "name": {"type": "str"},
    "prompt": {"type": "str"},
    "enable_pin": {"type": "bool", "no_log": False},
    "pin": {"type": "str", "no_log": True},
    "enable_email_notify": {"type": "bool"},
    "recipients": {"type": "list", "elements": "str"},
    "play_datetime": {"type": "str", "choices": ["disabled", "12_hour", "24_hour"]},
}


@dataclasses.dataclass(frozen=True)
class Resource:
    """One resource.

    :param key: its key in the vendors' field tables and drivers, and its name in messages.
    :param number: name of its number option.
    :param singular: result key for one object.
    :param plural: option and result key for many objects.
    :param module: the module for one object.
    :param shared: options that are not specific to a vendor.
    """

    key: str
    number: str
    singular: str
    plural: str
    module: str
    shared: t.Mapping[str, t.Any]


MAILBOXES = Resource("mailbox", "mailbox", "mailbox", "mailboxes", "vmbox", MAILBOX)
SHARED_VOICEMAILS = Resource(
    "shared voicemail",
    "extension_number",
    "shared_voicemail",
    "shared_voicemails",
    "shared_voicemail",
    SHARED_VOICEMAIL,
)
RESOURCES: dict[str, Resource] = {one.key: one for one in (MAILBOXES, SHARED_VOICEMAILS)}

__all__ = ("MAILBOX", "MAILBOXES", "RESOURCES", "SHARED_VOICEMAIL", "SHARED_VOICEMAILS", "Resource")
