# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources that modules manage, each described once."""

from __future__ import annotations

import dataclasses
import typing as t

Spec = dict[str, t.Any]

#: Shared options of a mailbox: what at least one vendor holds under a name that is not its own.
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

#: Options of a shared voicemail, under the names of the one vendor that has them.
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
    """What the modules of one kind manage.

    :param key: its key in the vendors' field tables and drivers, and its name in messages.
    :param number: option of its number.
    :param singular: result key of one.
    :param plural: option and result key of many.
    :param module: the module for one.
    :param shared: options that are not a vendor's own.
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
