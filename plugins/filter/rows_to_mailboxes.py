# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  documentation comes before imports, as ansible-test wants it
"""The filter rows_to_mailboxes."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rows_to_mailboxes
short_description: Turn a table into mailboxes
version_added: 1.0.0
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.table
description:
  - Converts CSV text, or rows that other tools read from a spreadsheet, to the list that
    M(telephony.voicemail.vmboxes) accepts.
  - All problems of all rows are reported together, with their lines. Text that is empty or has headings only is an
    error.
  - Values are trimmed, and what spreadsheets leave in them is removed, such as a leading apostrophe, quotes around a
    value and characters of no width. Names keep an apostrophe that belongs to them.
  - An empty cell means that the option is not managed, and an empty row is skipped. Use O(defaults) for what all
    mailboxes have in common.
  - A byte order mark, a line C(sep=;) at the beginning and line breaks inside quotes are understood.
positional: _input
options:
  _input:
    description:
      - CSV text whose first row contains the headings. Problems are reported by line.
      - Or a list of dictionaries of heading to cell. Problems are reported by row, counted from 1 without the headings.
    type: raw
    required: true
  defaults:
    description: Default options for every mailbox. The row takes precedence.
    type: dict
    default: {}
  invalid:
    description:
      - V(fail) fails with every problem of every row.
      - V(skip) returns, in place of an invalid mailbox, its number, its C(source) and the problems under
        C(invalid), for O(telephony.voicemail.vmboxes#module:invalid=skip).
    type: str
    choices: [fail, skip]
    default: fail
    version_added: 1.1.0
  vendor:
    description:
      - Also check every value by the rules of this vendor, and report those problems by line.
      - Warn about values that the vendor accepts but that are useless, such as a PIN with letters.
      - Options that the vendor does not support are not checked here, since
        O(telephony.voicemail.vmboxes#module:on_unsupported) does that.
    type: str
    choices: [kazoo, portsip, tel4vn, onsip]
notes:
  - Errors never show the content of a cell that may contain a PIN.
  - Spreadsheets remove leading zeros. A PIN that is a number is therefore an error; format its column as text.
  - C(1001.0) and C(="0300") are read as the number of a mailbox. If digits may be lost, as in C(1.001) and
    C(1E+03), it is an error.
seealso:
  - module: telephony.voicemail.vmboxes
  - plugin: telephony.voicemail.mailbox_files
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Create mailboxes from a table of the human resources department
  vars:
    staff_table: |
      Extension;Name;Mail;Comment
      3000;Reception;reception@example.com,desk@example.com;ground floor
      3001;Workshop;;
  telephony.voicemail.vmboxes:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    mailboxes: >-
      {{ staff_table | telephony.voicemail.rows_to_mailboxes(
           columns={'Extension': 'mailbox', 'Name': 'name', 'Mail': 'emails', 'Comment': none},
           defaults={'timezone': 'Europe/Berlin'},
           list_separator=',',
           vendor='kazoo') }}
"""

RETURN = r"""
_value:
  description: The mailboxes.
  type: list
  elements: dict
  sample:
    - mailbox: "3000"
      name: Reception
      emails: [reception@example.com, desk@example.com]
      timezone: Europe/Berlin
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display
from ansible_collections.telephony.voicemail.plugins.module_utils.deps import IMPORT_ERROR, INSTALL, LIBRARIES
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, check_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layouts import layout_of
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.options import item_options
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.sources import text_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.tables import read_rows
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import type_name
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem
from ansible_collections.telephony.voicemail.plugins.module_utils.model.text import clean
from ansible_collections.telephony.voicemail.plugins.module_utils.modules import TABLE
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES

#: Options for files, which a filter does not have.
_OF_FILES = ("sheet", "encoding")


def rows_to_mailboxes(
    rows: t.Any,
    columns: t.Mapping[str, t.Any] | None = None,
    defaults: t.Mapping[str, t.Any] | None = None,
    vendor: str | None = None,
    invalid: str = "fail",
    **options: t.Any,
) -> list[t.Any]:
    """Return the mailboxes of a table; see the documentation above.

    :raises AnsibleFilterError: with all problems.
    """
    if IMPORT_ERROR:
        raise AnsibleFilterError(f"rows_to_mailboxes needs {LIBRARIES}. {INSTALL}")
    _refuse(defaults, vendor, invalid, options)
    problems: list[Problem] = []
    checks = Checks(defaults, vendor, sources=invalid == "skip", skip=invalid == "skip")
    try:
        layout = layout_of({**options, "columns": columns})
        if isinstance(rows, str):
            entries = text_entries(str(rows), layout, problems)
        elif isinstance(rows, (list, tuple)):
            entries = read_rows(rows, layout, item_options("vmbox"), problems)
        else:
            raise AnsibleFilterError(f"rows_to_mailboxes needs CSV text or a list of rows, not {type_name(rows)}")
        mailboxes = check_entries(entries, problems, checks)
    except InvalidInputError as error:
        raise AnsibleFilterError(f"rows_to_mailboxes: {error}") from error
    for warning in checks.warnings:
        Display().warning(clean(warning))
    return mailboxes


def _refuse(defaults: t.Any, vendor: t.Any, invalid: t.Any, options: t.Mapping[str, t.Any]) -> None:
    """Refuse invalid arguments.

    :raises AnsibleFilterError: naming the argument.
    """
    if defaults is not None and not isinstance(defaults, dict):
        raise AnsibleFilterError(f"rows_to_mailboxes: `defaults` must be a dictionary, not {type_name(defaults)}")
    if vendor is not None and vendor not in NAMES:
        raise AnsibleFilterError(f"rows_to_mailboxes: `vendor` must be one of {', '.join(NAMES)}, not {vendor!r}")
    if invalid not in ("fail", "skip"):
        raise AnsibleFilterError("rows_to_mailboxes: `invalid` must be fail or skip")
    known = [name for name in TABLE if name not in _OF_FILES]
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise AnsibleFilterError(f"rows_to_mailboxes: unknown argument `{unknown[0]}`. Use {', '.join(known)}")


class FilterModule:
    """List the filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"rows_to_mailboxes": rows_to_mailboxes}
