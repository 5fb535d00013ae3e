#!/usr/bin/python

# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmboxes
short_description: Manage many voicemail boxes at once
version_added: 1.0.0
description:
  - Makes many voicemail boxes what is declared, with one listing, one plan and concurrent writes.
  - Everything is checked before the first write, and all problems are told at once.
  - Deletions come last, and none is made after a failure.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.connection
  - telephony.voicemail.attributes
  - telephony.voicemail.bulk
options:
  mailboxes:
    description:
      - The mailboxes. Each is a dictionary with the options of M(telephony.voicemail.vmbox),
        apart from those of the connection, O(on_unsupported) and O(verify).
      - What M(telephony.voicemail.vmbox_info) returns can be given here as it is.
      - C(source) in an entry is the place that errors name, such as V(mailboxes.yml:12). The lookup P(telephony.voicemail.mailbox_files#lookup) sets it.
    type: list
    elements: raw
  src:
    description:
      - A YAML, JSON or CSV file with the list, or with a dictionary that holds the list under C(mailboxes).
      - It is read on the controller, where it may be encrypted with ansible-vault. For thousands of entries this is far cheaper than a variable.
      - Values without quotes are the characters in the file where an option is text, such as C(0123) or C(yes).
      - Repeated keys, an empty file and a file without a list are errors. An empty list is written as C([]).
      - The first row of a CSV file names the options, with dots for the vendors' dictionaries, such as C(kazoo.skip_greeting). Lists are
        separated by semicolons. An empty cell means not managed.
    type: path
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
"""

RETURN = r"""
results:
  description:
    - One entry for each mailbox that changed, failed or was skipped, with O(report=all) for every one.
  returned: success or when some failed
  type: list
  elements: dict
  contains:
    mailbox:
      description: Number of the mailbox.
      type: str
      sample: "3000"
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
      sample: mailboxes.yml:12
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
  sample: ["12 deletions planned, more than `max_deletions`, which is 10: mailbox 3000, 3001. Set `max_deletions` to 12 if that is meant"]
  version_added: 1.1.0
plan_checksum:
  description:
    - Digest of the vendor, O(url), the account and what the plan does, to be given as O(expect_checksum).
    - It is taken over masked values, so it does not tell one PIN from another.
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
    run_module("vmboxes")


if __name__ == "__main__":
    main()
