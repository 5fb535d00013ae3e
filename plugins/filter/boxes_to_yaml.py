# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter boxes_to_yaml."""

from __future__ import annotations

import json
import math
import re
import textwrap
import typing as t
import urllib.parse

import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.voicemail.plugins.module_utils.deps import IMPORT_ERROR, INSTALL, LIBRARIES
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.writers import plain_boxes
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import READ_ONLY, deep_merge
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import FieldTable
from ansible_collections.telephony.voicemail.plugins.module_utils.model.text import (
    clean,
    has_invisible,
    spelled_out,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import BY_PLURAL
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor

DOCUMENTATION = r"""
name: boxes_to_yaml
short_description: Turn mailboxes that were read into YAML files
version_added: 1.0.0
author:
  - telephony.voicemail contributors (@telephony-voicemail)
description:
  - Converts the results of M(telephony.voicemail.vmbox_info) or M(telephony.voicemail.shared_voicemail_info) to the
    text
    of files that M(telephony.voicemail.vmboxes) and M(telephony.voicemail.shared_voicemails) accept as O(ignore:src).
  - Boxes and options are sorted, so that two exports of the same boxes are equal.
  - Comments list what was omitted.
  - Every character is kept. Invisible ones are escaped, and text that contains C({{), C({%) or C({#) is tagged
    C(!unsafe), so that it stays text where the file is loaded as variables.
  - The role P(telephony.voicemail.export#role) writes the files.
positional: _input
options:
  _input:
    description: The boxes.
    type: list
    elements: dict
    required: true
  vendor:
    description: The PBX that they were read from, for the comments.
    type: str
    choices: [kazoo, portsip, tel4vn, onsip]
  resource:
    description: What they are.
    type: str
    choices: [mailboxes, shared_voicemails]
    default: mailboxes
  include_ids:
    description: Keep the vendor's ids. A box is then found by its id, on this system only.
    type: bool
    default: false
  include_pins:
    description: Keep PINs where they were read. The text must then be encrypted before it is written.
    type: bool
    default: false
  split:
    description: Create one file for each box.
    type: bool
    default: false
  defaults:
    description:
      - Options that the boxes share, as reading in the compact form returns them. They are written to the file under
        C(defaults), with O(split) to each box.
      - The comments then state that the vendor's defaults are left out.
    type: dict
    version_added: 1.1.0
  schema:
    description:
      - Address or path of a JSON schema, for the first line, which editors read.
      - By default it is the published schema of O(vendor), or of all vendors. An empty string leaves the line out.
    type: str
    version_added: 1.1.0
  title:
    description:
      - First line of the comment, for boxes that were not read from O(vendor) but made for it.
      - The comment then does not mention options that a listing of O(vendor) does not show.
    type: str
"""

EXAMPLES = r"""
- name: Read all mailboxes
  telephony.voicemail.vmbox_info:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
  register: found

- name: Show the content of the file
  ansible.builtin.debug:
    msg: "{{ (found.mailboxes | telephony.voicemail.boxes_to_yaml(vendor='kazoo') | first).content }}"
"""

RETURN = r"""
_value:
  description: The files, each with its C(name), below a folder, and its C(content).
  type: list
  elements: dict
  sample:
    - name: mailboxes.yml
      content: "---\nmailboxes:\n  - mailbox: \"3000\"\n    name: Reception\n"
"""

SCHEMAS = "https://raw.githubusercontent.com/telephony/voicemail/main/docs/schemas"
SCHEMA_LINE = "# yaml-language-server: $schema="
NO_DEFAULTS = "# Left out: options that have the vendor's default.\n"
NO_IDS = "# Left out: id, which is not valid on other systems.\n"


_TEXT = "tag:yaml.org,2002:str"
_UNSAFE = "!unsafe"
# Text that Ansible would render if the file were loaded as variables.
_TEMPLATE = re.compile(r"\{[{%#]")
# Some versions of YAML read these as a number, a date, a time, a boolean or null.
_AMBIGUOUS = re.compile(
    r"[-+.]?[0-9][-+.,:/_ 0-9a-fA-FoOxXtTzZ]*|[-+]?\.(inf|nan)|y|yes|n|no|on|off|true|false|null|none|~|=|<<", re.I
)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class _Dumper(yaml.SafeDumper):
    """Writes text so that every YAML parser, including Ansible's, returns the same characters."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> t.Any:
        return super().increase_indent(flow, False)

    def represent_text(self, value: str) -> t.Any:
        if _TEMPLATE.search(value):
            return self.represent_scalar(_UNSAFE, value, style='"')
        is_plain = value.isprintable() and value == value.strip() and not _AMBIGUOUS.fullmatch(value)
        is_plain = is_plain and not has_invisible(value)
        return self.represent_scalar(_TEXT, value, style=None if is_plain else '"')

    def write_double_quoted(self, text: str, split: bool = True) -> None:
        """Write text on one line, with invisible characters escaped, so that a review shows them."""
        self.write_indicator(f'"{"".join(map(_escaped, text))}"', True)


def _escaped(character: str) -> str:
    if character in _ESCAPES or character.isprintable():
        return _ESCAPES.get(character, character)
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_Dumper.add_representer(str, _Dumper.represent_text)


def boxes_to_yaml(
    boxes: t.Any,
    vendor: str | None = None,
    resource: str = "mailboxes",
    include_ids: bool = False,
    include_pins: bool = False,
    split: bool = False,
    title: str | None = None,
    defaults: dict[str, t.Any] | None = None,
    schema: str | None = None,
) -> list[dict[str, str]]:
    """Return files; see the documentation above.

    :raises AnsibleFilterError: if the arguments are invalid.
    """
    if IMPORT_ERROR:
        raise AnsibleFilterError(f"boxes_to_yaml needs {LIBRARIES}. {INSTALL}")
    tables = _tables(vendor, resource)
    secrets = frozenset().union(*(table.secrets for table in tables))
    key = tables[0].key
    try:
        plain, shared = plain_boxes(boxes, key), json.loads(json.dumps(defaults or {}))
    except ValueError as error:
        raise AnsibleFilterError(f"boxes_to_yaml: {error}") from error
    left_out = {*READ_ONLY, *(() if include_ids else ("id",)), *(() if include_pins else secrets)}
    plain.sort(key=lambda box: (len(box[key]), box[key]))
    items = [_Item(_complete(box, shared, key) if split else box, key, left_out, secrets) for box in plain]
    comments = [
        _schema_line(tables, vendor, resource) if schema is None else f"{SCHEMA_LINE}{schema}\n" if schema else "",
        _head(tables, vendor, resource, include_pins, title),
        _unread(tables, plain) if title is None else "",
        NO_DEFAULTS if defaults is not None else "",
        "" if include_ids else NO_IDS,
    ]
    head = f"{''.join(comments)}---\n"
    if not split:
        above = f"defaults:\n{textwrap.indent(_dumped(shared), '  ')}" if shared else ""
        body = f"\n{''.join(map(str, items))}" if items else " []\n"
        return [{"name": f"{resource}.yml", "content": f"{head}{above}{resource}:{body}"}]
    return [{"name": f"{resource}/{item.name}.yml", "content": f"{head}{resource}:\n{item}"} for item in items]


def _schema_line(tables: list[FieldTable], vendor: str | None, resource: str) -> str:
    only = tables[0].vendor if len(tables) == 1 else vendor
    return f"{SCHEMA_LINE}{SCHEMAS}/{resource}{f'.{only}' if only else ''}.schema.json\n"


def _complete(box: dict[str, t.Any], shared: dict[str, t.Any], key: str) -> dict[str, t.Any]:
    """Return a box merged over the shared options, without null, which only overrides them."""
    if not shared:
        return box
    return _without_null({key: box[key], **({"id": box["id"]} if "id" in box else {}), **deep_merge(shared, box)})


def _without_null(value: dict[str, t.Any]) -> dict[str, t.Any]:
    found = {name: _without_null(inner) if isinstance(inner, dict) else inner for name, inner in value.items()}
    return {name: inner for name, inner in found.items() if inner not in (None, {})}


def _dumped(value: t.Any) -> str:
    # Reviewers see every character, and parsing returns the same text.
    return spelled_out(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=math.inf))


def _tables(name: str | None, resource: str) -> list[FieldTable]:
    if (name is not None and name not in NAMES) or resource not in BY_PLURAL:
        raise AnsibleFilterError(f"boxes_to_yaml: unknown vendor {name!r} or resource {resource!r}")
    known = (vendor(each).tables.get(BY_PLURAL[resource].key) for each in (NAMES if name is None else (name,)))
    tables = [table for table in known if table is not None]
    if not tables:
        raise AnsibleFilterError(f"boxes_to_yaml: {name} has no {BY_PLURAL[resource].keys}")
    return tables


class _Item:
    """One box of a file."""

    def __init__(self, box: dict[str, t.Any], key: str, left_out: set[str], secrets: frozenset[str]) -> None:
        # The number comes from the vendor and becomes a file name: it must not lead to another folder.
        self.name = urllib.parse.quote(box[key], safe="*+").replace(".", "%2E")
        self.kept = {option: value for option, value in box.items() if option not in left_out}
        self.missing = sorted(secrets - left_out - set(box))
        self.hidden = box.get("hidden") or []

    def __str__(self) -> str:
        reasons = {True: "not shown by the vendor", False: "not set"}
        note = "".join(
            f"# {secret}: {reasons[secret in self.hidden]}, so it is not managed\n" for secret in self.missing
        )
        return textwrap.indent(note + _dumped([self.kept]), "  ")


def _head(tables: list[FieldTable], name: str | None, resource: str, include_pins: bool, title: str | None) -> str:
    secrets = ", ".join(sorted(frozenset().union(*(table.secrets for table in tables))))
    origin = f" from {name}" if name else ""
    first = clean(title) if title else f"Exported{origin} by telephony.voicemail.export."
    lines = [
        f"{first} Options not listed here are not managed.",
        f"Valid `src` of telephony.voicemail.{BY_PLURAL[resource].bulk_module}.",
        f"Contains secrets ({secrets}). Keep it encrypted." if include_pins else f"Left out as secret: {secrets}.",
    ]
    return "".join(f"# {line}\n" for line in lines)


def _unread(tables: list[FieldTable], boxes: list[dict[str, t.Any]]) -> str:
    """Return the line on the options that were not read; some are read where the task asks for them."""
    options = [field.option for table in tables for field in table.fields if field.creation_only or field.on_demand]
    groups = {option.rpartition(".")[0] for option in options}
    included = {group for group in groups if any(_holds(box, group) for box in boxes)}
    unread = [option for option in options if option.rpartition(".")[0] not in included]
    return f"# Left out because a listing does not show it: {', '.join(unread)}.\n" if unread else ""


def _holds(box: t.Any, group: str) -> bool:
    """Check for a dictionary of options with a dotted name."""
    for part in group.split(".") if group else ("",):
        box = box.get(part) if isinstance(box, dict) else None
    return isinstance(box, dict)


class FilterModule:
    """List the filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"boxes_to_yaml": boxes_to_yaml}
