# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  documentation comes before imports, as ansible-test wants it
"""The filter boxes_to_rows."""

from __future__ import annotations

DOCUMENTATION = r"""
name: boxes_to_rows
short_description: Turn mailboxes into a table
version_added: 1.1.0
author:
  - telephony.voicemail contributors (@telephony-voicemail)
description:
  - Converts the results of M(telephony.voicemail.vmbox_info) or M(telephony.voicemail.shared_voicemail_info) to rows,
    CSV
    text or an Excel workbook.
  - The result is valid input of P(telephony.voicemail.rows_to_mailboxes#filter), and of
    O(telephony.voicemail.vmboxes#module:src) as a file. Reading it back changes nothing.
  - Mailboxes are sorted by number. Each option that one of them has is a column, with dots inside the vendors'
    dictionaries.
  - No cell is a formula. Text that begins with C(=), C(+), C(-) or C(@) has an apostrophe before it, which is removed
    when the table is read.
  - Values that plain text cannot represent, such as a name with surrounding spaces or a list of dictionaries, are
    written as C(json:)
    and a value in JSON.
  - The role P(telephony.voicemail.export#role) writes the files.
positional: _input
options:
  _input:
    description: The boxes.
    type: list
    elements: dict
    required: true
  format:
    description:
      - V(rows) is a list of dictionaries, V(csv) is text, and V(xlsx) is a workbook encoded in Base64.
      - Workbooks need the Python package openpyxl.
    type: str
    choices: [rows, csv, xlsx]
    default: rows
  resource:
    description: What the boxes are.
    type: str
    choices: [mailboxes, shared_voicemails]
    default: mailboxes
  include_ids:
    description: Include the vendor's ids. A box is then identified by its id, on this system only.
    type: bool
    default: false
  include_pins:
    description: Include PINs. The table must then be encrypted before it is written.
    type: bool
    default: false
  return_problems:
    description: Return what prevents the table as C(problem), empty if nothing does, instead of a table or an error.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Read all mailboxes
  telephony.voicemail.vmbox_info:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
  register: found

- name: Write them for a spreadsheet program
  ansible.builtin.copy:
    content: "{{ found.mailboxes | telephony.voicemail.boxes_to_rows(format='csv') }}"
    dest: mailboxes.csv
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The rows, or the text of a file.
  type: raw
  sample:
    - mailbox: "3000"
      name: Reception
      emails: reception@example.com;desk@example.com
      kazoo.skip_greeting: "true"
"""

import base64
import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.voicemail.plugins.module_utils.deps import IMPORT_ERROR, LIBRARIES
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.writers import (
    as_csv,
    as_workbook,
    plain_boxes,
    table_of,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import BY_PLURAL
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor

FORMATS = ("rows", "csv", "xlsx")


def boxes_to_rows(
    boxes: t.Any,
    format: str = "rows",  # noqa: A002  the name of the option
    resource: str = "mailboxes",
    include_ids: bool = False,
    include_pins: bool = False,
    return_problems: bool = False,
) -> t.Any:
    """Return a table; see the documentation above.

    :raises AnsibleFilterError: if the arguments are invalid, or a box cannot be stored in a file.
    """
    try:
        table = _table(boxes, format, resource, include_ids, include_pins)
    except _UnwritableError as error:
        if not return_problems:
            raise AnsibleFilterError(f"boxes_to_rows: {error}") from error
        return {"problem": str(error)}
    return {"problem": ""} if return_problems else table


class _UnwritableError(ValueError):
    """The boxes cannot be written in this format."""


def _table(boxes: t.Any, format: str, resource: str, include_ids: bool, include_pins: bool) -> t.Any:  # noqa: A002
    """Return the table.

    :raises _UnwritableError: if a box cannot be stored in a file, or a library is missing.
    """
    if IMPORT_ERROR:
        raise AnsibleFilterError(f"boxes_to_rows needs {LIBRARIES}")
    if format not in FORMATS or resource not in BY_PLURAL:
        raise AnsibleFilterError(f"boxes_to_rows: unknown format {format!r} or resource {resource!r}")
    key = BY_PLURAL[resource].number
    tables = [vendor(name).tables.get(BY_PLURAL[resource].key) for name in NAMES]
    secrets = {option for table in tables if table is not None for option in table.secrets}
    left_out = {"native", "hidden", *(() if include_ids else ("id",)), *(() if include_pins else secrets)}
    try:
        plain = plain_boxes(boxes, key, left_out)
    except ValueError as error:
        raise _UnwritableError(str(error)) from error
    try:
        table = table_of(plain, BY_PLURAL[resource], left_out)
        text = as_csv(table)
        if format == "xlsx":
            return base64.b64encode(as_workbook(table, resource)).decode()
    except ValueError as error:
        raise _UnwritableError(f"`format` xlsx {error}") from error
    return text if format == "csv" else table.as_dictionaries()


class FilterModule:
    """List the filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"boxes_to_rows": boxes_to_rows}
