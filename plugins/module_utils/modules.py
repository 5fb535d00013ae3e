# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of modules: options, rules and behavior of each."""

from __future__ import annotations

import dataclasses
import typing as t

from .model.fields import FieldTable
from .resources import MAILBOX, MAILBOXES, SHARED_VOICEMAIL, SHARED_VOICEMAILS, Resource
from .vendors.registry import NAMES, vendor

Spec = dict[str, t.Any]

#: Connection options. Each may also come from the environment as VOICEMAIL_<NAME>.
CONNECTION: Spec = {
    "vendor": {"type": "str", "required": True, "choices": NAMES},
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
    # Its address may contain a password.
    "proxy": {"type": "str", "no_log": True},
    "timeout": {"type": "float", "default": 30},
    "retry_budget": {"type": "float", "default": 120},
    "workers": {"type": "int"},
}

PIN_POLICIES = ["if_changed", "on_create", "always"]

STATE: Spec = {
    "id": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "update_pin": {"type": "str", "choices": PIN_POLICIES, "default": "if_changed", "no_log": False},
    "delete_messages": {"type": "bool", "default": False},
}

ON_UNSUPPORTED: Spec = {"on_unsupported": {"type": "str", "choices": ["error", "warn", "ignore"], "default": "error"}}
REPORT: Spec = {
    "report": {"type": "str", "choices": ["changed", "all"], "default": "changed"},
    "plan_lines": {"type": "int", "default": 20},
}
VERIFY: Spec = {"verify": {"type": "bool", "default": True}}

#: Options of the layout of a table.
TABLE: Spec = {
    "layout": {"type": "str"},
    "sheet": {"type": "raw"},
    "heading_row": {"type": "int"},
    "encoding": {"type": "str"},
    "delimiter": {"type": "str"},
    "columns": {"type": "dict"},
    "templates": {"type": "dict"},
    "only_rows": {"type": "dict"},
    "skip_rows": {"type": "dict"},
    "optional_columns": {"type": "list", "elements": "str"},
    "only_mapped_columns": {"type": "bool"},
    "ignore_unknown_columns": {"type": "bool"},
    "clear_marker": {"type": "str"},
    "list_separator": {"type": "raw"},
}

BULK: Spec = {
    "src": {"type": "path"},
    **TABLE,
    "invalid": {"type": "str", "choices": ["fail", "skip"], "default": "fail"},
    "defaults": {"type": "dict", "no_log": True},
    "prune": {"type": "bool", "default": False},
    "prune_match": {"type": "str"},
    "max_deletions": {"type": "int", "default": 10},
    "max_delete_percent": {"type": "int", "default": 30},
    "allow_empty": {"type": "bool", "default": False},
    "on_guard": {"type": "str", "choices": ["fail", "report"], "default": "fail"},
    "delete_messages": {"type": "bool", "default": False},
    "max_updates": {"type": "int"},
    "max_update_percent": {"type": "int"},
    "on_error": {"type": "str", "choices": ["continue", "stop"], "default": "continue"},
    "expect_checksum": {"type": "str"},
    "validate_only": {"type": "bool", "default": False},
    **REPORT,
    **ON_UNSUPPORTED,
    **VERIFY,
}

READING: Spec = {
    "match": {"type": "str"},
    "include_pins": {"type": "bool", "default": False, "no_log": False},
    "compact": {"type": "bool", "default": False},
}

#: Option of the cache folder of tasks that read many mailboxes.
CACHE: Spec = {"cache": {"type": "path"}}

#: Options that select messages.
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
_PLACES = ("mailbox", "shared_voicemail", "all_mailboxes")
_ONE_PLACE: Spec = {"required_one_of": [_PLACES], "mutually_exclusive": [_PLACES]}
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
    "media_id": {"type": "str", "aliases": ["media"]},
    "kind": {"type": "str", "choices": ["unavailable", "temporary"], "default": "unavailable"},
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


def _vmbox_info() -> Spec:
    tables = (vendor(name).tables.get("mailbox") for name in NAMES)
    fields = (field for table in tables if table is not None for field in table.fields)
    groups = {field.option.rpartition(".")[0] for field in fields if field.on_demand}
    return {
        "mailbox": {"type": "str", "aliases": ["extension"]},
        **READING,
        "include_options": {"type": "list", "elements": "str", "choices": sorted(groups - {""})},
        **CACHE,
    }


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
    # The field tables parse the items and report all problems of all items together; Ansible's
    # validation would stop at the first one and takes a millisecond per item.
    return {name: {"type": "list", "elements": "raw", "no_log": True}, **BULK}


@dataclasses.dataclass(frozen=True)
class ModuleSpec:
    """One module: the single source of the facts that the rest of the collection needs.

    :param name: name without the collection.
    :param feature: folder of its handler: ``mailboxes``, ``messages`` or ``greetings``.
    :param options: its argument spec without the connection options.
    :param rules: the rules between its options, as AnsibleModule accepts them.
    :param resource: its resource, for the modules of ``mailboxes``.
    :param shape: what it does: ``one``, ``many`` or ``info`` for the modules of ``mailboxes``; ``change``, ``download``
        or ``read`` for those of ``messages``.
    :param reads_only: whether it never writes to the vendor.
    :param takes_src: whether ``src`` is a file of items, which is read on the controller.
    :param returns_facts: what it reads becomes a fact of the host as well.
    """

    name: str
    feature: str
    options: t.Callable[[], Spec]
    rules: Spec = dataclasses.field(default_factory=dict)
    resource: Resource = MAILBOXES
    shape: str = ""
    reads_only: bool = False
    takes_src: bool = False
    returns_facts: bool = False


def _plural(resource: Resource, further: Spec | None = None) -> ModuleSpec:
    exclusive = [(resource.plural, "src")]
    rules: Spec = {"required_one_of": exclusive, "mutually_exclusive": exclusive}
    return ModuleSpec(
        resource.bulk_module,
        "mailboxes",
        lambda: {**_many(resource.plural), **(further or {})},
        rules,
        resource,
        shape="many",
        takes_src=True,
    )


def _message_reader(name: str, returns_facts: bool = False) -> ModuleSpec:
    return ModuleSpec(
        name,
        "messages",
        lambda: {**SELECTION},
        _ONE_PLACE,
        shape="read",
        reads_only=True,
        returns_facts=returns_facts,
    )


MODULES: dict[str, ModuleSpec] = {
    spec.name: spec
    for spec in (
        ModuleSpec(MAILBOXES.module, "mailboxes", _vmbox, {"required_one_of": [("mailbox", "id")]}, shape="one"),
        _plural(MAILBOXES, CACHE),
        ModuleSpec(
            MAILBOXES.info_module,
            "mailboxes",
            _vmbox_info,
            {"mutually_exclusive": [("mailbox", "match")]},
            shape="info",
            reads_only=True,
        ),
        ModuleSpec(
            SHARED_VOICEMAILS.module,
            "mailboxes",
            _shared_voicemail,
            {"required_one_of": [("extension_number", "id")]},
            SHARED_VOICEMAILS,
            shape="one",
        ),
        _plural(SHARED_VOICEMAILS),
        ModuleSpec(
            SHARED_VOICEMAILS.info_module,
            "mailboxes",
            lambda: {"extension_number": {"type": "str"}, **READING},
            {"mutually_exclusive": [("extension_number", "match")]},
            SHARED_VOICEMAILS,
            shape="info",
            reads_only=True,
        ),
        ModuleSpec(
            "voicemail_message",
            "messages",
            lambda: {**SELECTION, **MESSAGE},
            {
                **_ONE_PLACE,
                "required_if": [
                    ("state", "moved", ("to_mailbox",)),
                    ("state", "copied", ("to_mailboxes",)),
                    ("state", "present", ("mailbox", "src", "call_id")),
                ],
            },
            shape="change",
        ),
        _message_reader("voicemail_message_facts", returns_facts=True),
        _message_reader("voicemail_message_info"),
        ModuleSpec("voicemail_audio", "messages", lambda: {**SELECTION, **AUDIO}, _ONE_PLACE, shape="download"),
        ModuleSpec(
            "voicemail_greeting",
            "greetings",
            lambda: {**GREETING},
            {
                "required_one_of": [("mailbox", "shared_voicemail")],
                "mutually_exclusive": [("mailbox", "shared_voicemail")],
            },
        ),
    )
}


def own_options(module: str) -> Spec:
    """Return the options of a module without the connection options."""
    return MODULES[module].options()


def rules(module: str) -> Spec:
    """Return the rules between options, as AnsibleModule takes them."""
    return MODULES[module].rules


__all__ = (
    "CONNECTION",
    "MAILBOX",
    "MODULES",
    "SHARED_VOICEMAIL",
    "own_options",
    "rules",
    "vendor_options",
)
