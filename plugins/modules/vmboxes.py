#!/usr/bin/python

# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmboxes
short_description: Manage many voicemail boxes
version_added: 1.0.0
description:
  - Creates, updates and deletes many voicemail boxes as declared, with one listing, one plan and concurrent writes.
  - Everything is checked before the first write, and all problems are reported together.
  - Deletions run last, and not after a failure.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.connection
  - telephony.voicemail.attributes
  - telephony.voicemail.bulk
  - telephony.voicemail.table
  - telephony.voicemail.table.file
options:
  mailboxes:
    description:
      - The mailboxes. Each is a dictionary with the options of M(telephony.voicemail.vmbox),
        except the connection options, O(on_unsupported) and O(verify).
      - What M(telephony.voicemail.vmbox_info) returns can be used here unchanged.
      - C(source) in an entry is its place for errors, such as V(mailboxes.yml:12). The lookup P(telephony.voicemail.mailbox_files#lookup) sets it.
    type: list
    elements: raw
  src:
    description:
      - A YAML, JSON, CSV, XLSX or ODS file with the list, or with a dictionary that contains the list under C(mailboxes).
      - Such a dictionary may contain options for all of its mailboxes under C(defaults), in YAML and JSON. They
          override
        O(defaults), and the mailbox overrides them.
      - It is read on the controller, and may be encrypted with ansible-vault. For thousands of entries, this is much faster than a variable.
      - For text options, values without quotes are the characters in the file, such as C(0123) or C(yes).
      - Repeated keys, an empty file and a file without a list are errors. For an empty list, use C([]).
      - A row of a CSV, TSV, TXT, XLSX, XLSM or ODS file names the options, or O(columns) and O(layout) map its headings to them. An empty
        cell means not managed. XLSX files need the Python package openpyxl.
      - Cells of a spreadsheet are read as shown. 456 with the format C(0000) is C(0456). Dates, percentages, merged cells and formulas without a
        value are errors.
    type: path
  cache:
    description:
      - Folder for cached mailboxes, on the machine that runs the task. The next run asks which mailboxes changed and
        reads only those.
      - Useful on KAZOO 4.3 and on its master branch, which return mailboxes one by one. There, 1000 unchanged mailboxes take 8 requests
        instead of 1001. KAZOO 5 lists whole mailboxes in one request, so the cache is neither used nor written. Other vendors cause an error.
      - Check mode writes the file as well, since it changes nothing on the telephone system.
      - Each account has its own file with mode 0600. It contains names and addresses, and PINs only as keyed digests. It is
        authenticated with a key derived from O(api_key), O(password) or O(token). A file of another credential, account or version,
        or one that was changed, is ignored with a warning.
      - A O(token) is different after each login. Set O(api_key), or O(username) and O(password), so that the next run can use the file.
      - The folder is created with mode 0700 if it does not exist. A folder that other users can write to is an error.
    type: path
    version_added: 1.1.0
seealso:
  - module: telephony.voicemail.vmbox
  - module: telephony.voicemail.vmbox_info
"""

EXAMPLES = r"""
- name: The mailboxes of the office
  telephony.voicemail.vmboxes:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    defaults:
      timezone: Europe/Paris
      kazoo:
        skip_instructions: true
    mailboxes:
      - mailbox: "3000"
        name: Reception
        emails: [reception@example.com]
      - mailbox: "3001"
        name: Workshop

- name: Exactly what the file says, and nothing else among 3000 to 3999
  telephony.voicemail.vmboxes:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    src: mailboxes.yml
    prune: true
    prune_match: "3[0-9]{3}"

- name: Compare every hour, and read only the mailboxes that changed since
  telephony.voicemail.vmboxes:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    src: mailboxes.yml
    cache: ~/.cache/voicemail
  check_mode: true
"""

# Written by tests/tools/generate_docs.py from tests/tools/return_values; change those files instead.
RETURN = r"""
msg:
  description: One sentence with the counts. If some failed, also a line for each distinct reason.
  returned: always
  type: str
  version_added: 1.1.0
  sample: 3 mailboxes created, 1 updated, 996 unchanged.
omitted:
  description:
  - The numbers or ids without an entry in RV(results) because the task failed, by outcome. RV(diff) has an entry for each.
  returned: failure in part, if RV(results) is not complete
  type: dict
  version_added: 1.1.0
  sample: {created: '3000-3479, 3483-3499'}
diff:
  description:
  - One entry for each change, with the values before and after. Secrets are hidden.
  - If some entries failed, each entry also has the keys of RV(results). Ansible does not print this key.
  - If the arguments or the declaration have several problems, one entry with RV(diff[].problems).
  returned: success or failure in part, or failure with several problems
  type: list
  elements: dict
  contains:
    mailbox:
      description: Number of the mailbox.
      type: str
    action:
      description: One of V(create), V(update), V(delete), V(none).
      type: str
      sample: create
    source:
      description: File and line of the entry, if it was read from a file.
      type: str
    messages:
      description: For a deletion, the number of messages that are deleted with it, or null if it is unknown.
      type: int
    pruned:
      description: For a deletion, whether it is not declared, because of O(prune).
      type: bool
    before:
      description: The values before. Secrets are hidden.
      type: dict
    after:
      description: The values after. Secrets are hidden.
      type: dict
    before_header:
      description: The name of the item before, which C(--diff) shows.
      type: str
    after_header:
      description: The name of the item after, which C(--diff) shows.
      type: str
    reason:
      description: What went wrong, without the name of the item, so that equal reasons can be grouped.
      returned: for an entry that failed
      type: str
      version_added: 1.1.0
    problems:
      description: Every problem of the arguments or the declaration, if there are several. The entry then has no other key, and nothing
        was done.
      returned: failure with several problems
      type: list
      elements: dict
      version_added: 1.1.0
      contains:
        subject:
          description: What the problem is about, such as C(mailbox 3000), or null for an option of the task.
          type: str
          sample: mailbox 3000
        option:
          description: The option, or null.
          type: str
          sample: timezone
        text:
          description: What is wrong.
          type: str
        hint:
          description: What to do, or null.
          type: str
        source:
          description: File and line, or null.
          type: str
          sample: office.yml:12
        position:
          description: Position in the list, from 1, or null if the file is known.
          type: int
system:
  description: The system of the task, as C(vendor), C(url) and C(account). The account is empty if it is unknown.
  returned: always, once the connection options are valid
  type: dict
  version_added: 1.1.0
  sample: {vendor: kazoo, url: 'https://kazoo.example.com:8443/v2', account: 009afc511c97b2ae693c6cc4920988e8}
results:
  description: One entry for each mailbox that changed, failed or was skipped, with O(report=all) for every one.
  returned: success or when some failed
  type: list
  elements: dict
  contains:
    mailbox:
      description: Number of the mailbox.
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
      description: The changed options. A PIN is listed, but its value is never shown.
      type: list
      elements: str
    source:
      description: File and line of the entry, if it was read from a file.
      type: str
      version_added: 1.1.0
      sample: office.yml:12
    error:
      description: What went wrong, or null.
      type: str
summary:
  description:
  - The number of created, updated, deleted, unchanged, failed and skipped ones, and of requests.
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
  sample: ['12 deletions planned, more than `max_deletions`, which is 10: mailbox 3000-3011. Set `max_deletions` to 12 to allow that']
plan_checksum:
  description:
  - Digest of the vendor, O(url), the account and the plan, for O(expect_checksum).
  - Secrets are masked, so it does not depend on PINs.
  returned: success or when some failed, with O(validate_only=false)
  type: str
  sample: 6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b
error:
  description: The error, if nothing was done.
  returned: failure before the first write
  type: dict
"""

from ansible_collections.telephony.voicemail.plugins.module_utils.task import run_module


def main() -> None:
    """Run the module."""
    run_module("vmboxes")


if __name__ == "__main__":
    main()
