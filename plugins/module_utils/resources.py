# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of resources that modules manage."""

from __future__ import annotations

import dataclasses
import typing as t

from .model.text import plural_of

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
    :param bulk_module: the module for many.
    :param info_module: the module that reads.
    :param shared: options that are not specific to a vendor.
    """

    key: str
    number: str
    singular: str
    plural: str
    module: str
    bulk_module: str
    info_module: str
    shared: t.Mapping[str, t.Any]

    @property
    def keys(self) -> str:
        """What several are called."""
        return plural_of(self.key)


MAILBOXES = Resource(
    key="mailbox",
    number="mailbox",
    singular="mailbox",
    plural="mailboxes",
    module="vmbox",
    bulk_module="vmboxes",
    info_module="vmbox_info",
    shared=MAILBOX,
)
SHARED_VOICEMAILS = Resource(
    key="shared voicemail",
    number="extension_number",
    singular="shared_voicemail",
    plural="shared_voicemails",
    module="shared_voicemail",
    bulk_module="shared_voicemails",
    info_module="shared_voicemail_info",
    shared=SHARED_VOICEMAIL,
)
RESOURCES: dict[str, Resource] = {one.key: one for one in (MAILBOXES, SHARED_VOICEMAILS)}
#: The same by the option of the list.
BY_PLURAL: dict[str, Resource] = {one.plural: one for one in RESOURCES.values()}


def resource_of(params: t.Mapping[str, t.Any]) -> Resource:
    """Return the resource of the box that options name, such as ``shared_voicemail``; mailboxes by default."""
    named = (one for one in RESOURCES.values() if params.get(one.singular) is not None)
    return next(named, MAILBOXES)


__all__ = (
    "BY_PLURAL",
    "MAILBOX",
    "MAILBOXES",
    "RESOURCES",
    "SHARED_VOICEMAIL",
    "SHARED_VOICEMAILS",
    "Resource",
    "resource_of",
)
