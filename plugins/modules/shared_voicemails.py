#!/usr/bin/python

# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: shared_voicemails
short_description: Manage many shared voicemails at once
version_added: 1.0.0
description:
  - Makes many shared voicemails of a PortSIP PBX what is declared, with one listing, one plan and concurrent writes.
  - Everything is checked before the first write, and all problems are told at once.
  - Deletions come last, and none is made after a failure.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.connection
  - telephony.voicemail.attributes
  - telephony.voicemail.bulk
  - telephony.voicemail.table
  - telephony.voicemail.table.file
options:
  shared_voicemails:
    description:
      - The shared voicemails. Each is a dictionary with the options of M(telephony.voicemail.shared_voicemail),
        apart from those of the connection, O(on_unsupported) and O(verify).
      - What M(telephony.voicemail.shared_voicemail_info) returns can be given here as it is.
      - C(source) in an entry is the place that errors name, such as V(voicemails.yml:12).
    type: list
    elements: raw
  src:
    description:
      - A YAML, JSON, CSV, XLSX or ODS file with the list, or with a dictionary that holds the list under C(shared_voicemails).
      - Such a dictionary may hold options for all of its entries under C(defaults), in YAML and JSON. They override
        O(defaults), and the entry overrides them.
      - It is read on the controller, where it may be encrypted with ansible-vault. For thousands of entries this is far cheaper than a variable.
      - Values without quotes are the characters in the file where an option is text, such as C(0123) or C(yes).
      - Repeated keys, an empty file and a file without a list are errors. An empty list is written as C([]).
      - A row of a CSV, TSV, TXT, XLSX, XLSM or ODS file names the options, or O(columns) and O(layout) map its headings to them. An empty
        cell means not managed. XLSX files need the Python package openpyxl.
      - Of cells of a spreadsheet counts what they show. 456 with the format C(0000) is C(0456). Dates, percentages, merged cells and formulas without a
        value are errors.
    type: path
seealso:
  - module: telephony.voicemail.shared_voicemail
  - module: telephony.voicemail.shared_voicemail_info
"""

EXAMPLES = r"""
- name: The shared voicemails of the tenant
  telephony.voicemail.shared_voicemails:
    vendor: portsip
    url: https://pbx.example.com:8887/api
    username: admin
    password: "{{ portsip_password }}"
    domain: example.com
    defaults:
      prompt: en-US
    shared_voicemails:
      - extension_number: "8001"
        name: Support
        pin: "{{ support_pin }}"
      - extension_number: "8002"
        name: Sales
        pin: "{{ sales_pin }}"
"""

# Written by tests/tools/generate_docs.py from tests/tools/return_values; change those files instead.
RETURN = r"""
msg:
  description: One sentence with the counts. If some failed, also a line for each distinct reason.
  returned: always
  type: str
  version_added: 1.1.0
  sample: 3 shared voicemails created, 1 updated, 996 unchanged.
omitted:
  description:
  - The numbers or ids that have no entry in RV(results) because the task failed, by what became of them. RV(diff) has an entry for
    each.
  returned: failure in part, if RV(results) is not complete
  type: dict
  version_added: 1.1.0
  sample: {created: '3000-3479, 3483-3499'}
diff:
  description:
  - One entry for each change, with the values before and after. Secrets are hidden.
  - If the task failed in part, each entry also has the keys of RV(results). Ansible does not print this key.
  returned: success or when some failed
  type: list
  elements: dict
system:
  description: The system that the task worked on, as C(vendor), C(url) and C(account). The account is empty if nothing names it.
  returned: always, once the connection options are valid
  type: dict
  version_added: 1.1.0
  sample: {vendor: kazoo, url: 'https://kazoo.example.com:8443/v2', account: 009afc511c97b2ae693c6cc4920988e8}
results:
  description: One entry for each shared voicemail that changed, failed or was skipped, with O(report=all) for every one.
  returned: success or when some failed
  type: list
  elements: dict
  contains:
    extension_number:
      description: Number of the shared voicemail.
      type: str
      sample: '3000'
    id:
      description: The vendor's id.
      type: str
    action:
      description: One of V(create), V(update), V(delete), V(none).
      type: str
      sample: create
    status:
      description: One of V(ok), V(changed), V(failed), V(skipped).
      type: str
      sample: changed
    changed_fields:
      description: The options that changed. A PIN is named here and never shown.
      type: list
      elements: str
    source:
      description: File and line of the entry, where it was read from a file.
      type: str
      version_added: 1.1.0
      sample: office.yml:12
    error:
      description: What went wrong, or null.
      type: str
summary:
  description:
  - How many were created, updated, deleted, left alone, failed and skipped, and how many requests that took.
  - The keys C(create), C(update), C(delete) and C(none) of earlier releases are deprecated. They remain as aliases until 2.0.0.
  returned: success or when some failed
  type: dict
  sample: {created: 2, updated: 1, deleted: 0, unchanged: 997, failed: 0, skipped: 0, requests: 4}
guards:
  description: The guards that would stop the real run, as text. Empty if there are none.
  returned: with O(on_guard=report)
  type: list
  elements: str
  version_added: 1.1.0
  sample: ['12 deletions planned, more than `max_deletions`, which is 10: shared voicemail 3000-3011. Set `max_deletions` to 12 if that
      is meant']
plan_checksum:
  description:
  - Digest of the vendor, O(url), the account and what the plan does, to be given as O(expect_checksum).
  - It is taken over masked values, so it does not distinguish one PIN from another.
  returned: success or when some failed
  type: str
  sample: 6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b
error:
  description: What went wrong, when nothing could be done.
  returned: failure before the first write
  type: dict
"""

from ansible_collections.telephony.voicemail.plugins.module_utils.task import run_module


def main() -> None:
    """Run the module."""
    run_module("shared_voicemails")


if __name__ == "__main__":
    main()
