# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of every module, as Ansible's argument specs, built from the field tables."""

from __future__ import annotations

import math
import re
import typing as t

from .model.fields import FieldTable
from .vendors.registry import NAMES, vendor

Spec = dict[str, t.Any]
#: Digits that a number in a text may have; what is longer is none.
_LONGEST_NUMBER = 18
#: Numbers that no option means, and that are infinite, or take forever to write out.
_SPECIAL_NUMBER = re.compile(r"\s*[+-]?(s?nan|inf|[\d._]+e)", re.IGNORECASE)

#: Connection options. Each may also come from the environment as VOICEMAIL_<NAME>.
CONNECTION: Spec = {
    "vendor": {"type": "str", "required": True, "choices": list(NAMES)},
    "url": {"type": "str"},
    "token": {"type": "str", "no_log": True},
    "api_key": {"type": "str", "no_log": True},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "domain": {"type": "str"},
    "account_id": {"type": "str"},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path", "no_log": False},
    # Its address may hold a password.
    "proxy": {"type": "str", "no_log": True},
    "timeout": {"type": "float", "default": 30},
    "retry_budget": {"type": "float", "default": 120},
    "workers": {"type": "int"},
}

PIN_POLICIES = ["if_changed", "on_create", "always"]

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

STATE: Spec = {
    "id": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "update_pin": {"type": "str", "choices": PIN_POLICIES, "default": "if_changed", "no_log": False},
    "delete_messages": {"type": "bool", "default": False},
}

ON_UNSUPPORTED: Spec = {"on_unsupported": {"type": "str", "choices": ["error", "warn", "ignore"], "default": "error"}}
VERIFY: Spec = {"verify": {"type": "bool", "default": True}}

BULK: Spec = {
    "src": {"type": "path"},
    "defaults": {"type": "dict", "no_log": True},
    "prune": {"type": "bool", "default": False},
    "prune_match": {"type": "str"},
    "max_deletions": {"type": "int", "default": 10},
    "max_delete_percent": {"type": "int", "default": 30},
    "allow_empty": {"type": "bool", "default": False},
    "delete_messages": {"type": "bool", "default": False},
    "on_error": {"type": "str", "choices": ["continue", "stop"], "default": "continue"},
    "expect_checksum": {"type": "str"},
    "report": {"type": "str", "choices": ["changed", "all"], "default": "changed"},
    **ON_UNSUPPORTED,
    **VERIFY,
}

READING: Spec = {
    "match": {"type": "str"},
    "include_pins": {"type": "bool", "default": False, "no_log": False},
}

#: Which messages a task is about.
SELECTION: Spec = {
    "mailbox": {"type": "str", "aliases": ["extension"]},
    "shared_voicemail": {"type": "str"},
    "all_mailboxes": {"type": "bool"},
    "ids": {"type": "list", "elements": "str"},
    "call_ids": {"type": "list", "elements": "str"},
    "status": {"type": "str", "choices": ["unread", "read", "deleted"]},
    "older_than": {"type": "str"},
    "newer_than": {"type": "str"},
    "caller": {"type": "str"},
    "limit": {"type": "int"},
}
MESSAGE_MODULES = frozenset(
    ("voicemail_message", "voicemail_message_facts", "voicemail_message_info", "voicemail_audio")
)
_PLACES = ("mailbox", "shared_voicemail", "all_mailboxes")
_ONE_PLACE: Spec = {"required_one_of": [_PLACES], "mutually_exclusive": [_PLACES]}
REPORT: Spec = {"report": {"type": "str", "choices": ["changed", "all"], "default": "changed"}}

MESSAGE: Spec = {
    "state": {
        "type": "str",
        "choices": ["read", "unread", "absent", "moved", "copied", "present"],
        "required": True,
    },
    "to_mailbox": {"type": "str"},
    "to_mailboxes": {"type": "list", "elements": "str"},
    "permanent": {"type": "bool", "default": False},
    "max_deletions": {"type": "int"},
    "src": {"type": "path"},
    "call_id": {"type": "str"},
    "caller_name": {"type": "str"},
    "caller_number": {"type": "str"},
    **REPORT,
}

GREETING: Spec = {
    "mailbox": {"type": "str", "aliases": ["extension"]},
    "shared_voicemail": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "src": {"type": "path"},
    "media_id": {"type": "str"},
    "prune": {"type": "bool", "default": False},
}

AUDIO: Spec = {
    "dest": {"type": "path", "required": True},
    "name_template": {"type": "str", "default": "{mailbox}_{received_at}_{caller_number}_{id}"},
    "mode": {"type": "raw", "default": "0600"},
    "manifest": {"type": "path"},
    "ignore_missing": {"type": "bool", "default": False},
    "max_bytes": {"type": "int"},
    "verify": {"type": "bool", "default": False},
    **REPORT,
}


def vendor_options(table: FieldTable) -> Spec:
    """Return the argument spec of a vendor's dictionary."""
    spec: Spec = {}
    for field in table.fields:
        _vendor, *parts = field.option.split(".")
        if not parts:
            continue
        inside = spec
        for part in parts[:-1]:
            inside = inside.setdefault(part, {"type": "dict", "options": {}})["options"]
        option: Spec = {"type": field.kind.ansible_type}
        if field.kind.elements:
            option["elements"] = field.kind.elements
        if field.kind.choices:
            option["choices"] = list(field.kind.choices)
        inside[parts[-1]] = option
    return spec


def _vendor_dictionaries() -> Spec:
    spec: Spec = {}
    for name in NAMES:
        table = vendor(name).tables.get("mailbox")
        options = vendor_options(table) if table else {}
        spec[name] = {"type": "dict", **({"options": options} if options else {})}
    return spec


def _vmbox() -> Spec:
    return {
        "mailbox": {"type": "str", "aliases": ["extension"]},
        "new_mailbox": {"type": "str"},
        **STATE,
        **MAILBOX,
        **_vendor_dictionaries(),
        **ON_UNSUPPORTED,
        **VERIFY,
    }


def _shared_voicemail() -> Spec:
    return {"extension_number": {"type": "str"}, **STATE, **SHARED_VOICEMAIL, **ON_UNSUPPORTED, **VERIFY}


def _many(name: str) -> Spec:
    # The items are read by the field tables, which tell every problem of every item at once; Ansible's own
    # validation would stop at the first and takes a millisecond an item.
    return {name: {"type": "list", "elements": "raw", "no_log": True}, **BULK}


_BUILDERS: dict[str, t.Callable[[], Spec]] = {
    "vmbox": _vmbox,
    "vmboxes": lambda: _many("mailboxes"),
    "vmbox_info": lambda: {"mailbox": {"type": "str", "aliases": ["extension"]}, **READING},
    "shared_voicemail": _shared_voicemail,
    "shared_voicemails": lambda: _many("shared_voicemails"),
    "shared_voicemail_info": lambda: {"extension_number": {"type": "str"}, **READING},
    "voicemail_message": lambda: {**SELECTION, **MESSAGE},
    "voicemail_message_facts": lambda: {**SELECTION},
    "voicemail_message_info": lambda: {**SELECTION},
    "voicemail_audio": lambda: {**SELECTION, **AUDIO},
    "voicemail_greeting": lambda: {**GREETING},
}
_RULES: dict[str, Spec] = {
    "vmbox": {"required_one_of": [("mailbox", "id")]},
    "vmboxes": {"required_one_of": [("mailboxes", "src")], "mutually_exclusive": [("mailboxes", "src")]},
    "vmbox_info": {"mutually_exclusive": [("mailbox", "match")]},
    "shared_voicemail": {"required_one_of": [("extension_number", "id")]},
    "shared_voicemails": {
        "required_one_of": [("shared_voicemails", "src")],
        "mutually_exclusive": [("shared_voicemails", "src")],
    },
    "shared_voicemail_info": {"mutually_exclusive": [("extension_number", "match")]},
    "voicemail_message": {
        **_ONE_PLACE,
        "required_if": [
            ("state", "moved", ("to_mailbox",)),
            ("state", "copied", ("to_mailboxes",)),
            ("state", "present", ("mailbox", "src", "call_id")),
        ],
    },
    "voicemail_message_facts": _ONE_PLACE,
    "voicemail_message_info": _ONE_PLACE,
    "voicemail_audio": _ONE_PLACE,
    "voicemail_greeting": {
        "required_one_of": [("mailbox", "shared_voicemail")],
        "mutually_exclusive": [("mailbox", "shared_voicemail")],
    },
}


def own_options(module: str) -> Spec:
    """Return the options of a module beside those of the connection."""
    return _BUILDERS[module]()


def rules(module: str) -> Spec:
    """Return the rules between options, as AnsibleModule takes them."""
    return _RULES.get(module, {})


def checkable(spec: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return arguments that Ansible's validator can refuse; others end it with a traceback.

    These are numbers that are not finite or too long, and what stands in the place of a dictionary. As text, the
    validator refuses them by the name of the option.

    :param spec: argument spec of the module, or of a dictionary in it.
    """
    return {name: _checkable(spec.get(name) or {}, value) for name, value in given.items()}


def misplaced(spec: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any]) -> list[str]:
    """Return which options of a refused task are no dictionary and have to be one; Ansible does not name them."""
    return [
        f"`{name}` must be a dictionary of options"
        for name, value in given.items()
        if "options" in (spec.get(name) or {}) and not _may_be_dictionary(value)
    ]


def _may_be_dictionary(value: t.Any) -> bool:
    if isinstance(value, str):
        return value.lstrip().startswith("{") or "=" in value
    return value is None or isinstance(value, dict)


def _checkable(option: t.Mapping[str, t.Any], value: t.Any) -> t.Any:
    kind = option.get("type")
    if kind == "int" and isinstance(value, float) and not math.isfinite(value):
        return f"{value}..."
    if kind == "int" and isinstance(value, str) and (len(value) > _LONGEST_NUMBER or _SPECIAL_NUMBER.match(value)):
        return f"{value[:_LONGEST_NUMBER]}..."
    if kind == "dict" and "options" in option:
        return checkable(option["options"], value) if isinstance(value, dict) else str(value)
    return value


__all__ = (
    "CONNECTION",
    "MAILBOX",
    "SHARED_VOICEMAIL",
    "checkable",
    "misplaced",
    "own_options",
    "rules",
    "vendor_options",
)
