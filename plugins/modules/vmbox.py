#!/usr/bin/python

# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmbox
short_description: Manage one voicemail box
version_added: 1.0.0
description:
  - Creates, updates or deletes one voicemail box as declared, on KAZOO, PortSIP PBX, TEL4VN or OnSIP.
  - Options that are not set are not managed. Null or an empty list clears an option, if the vendor supports that.
  - On PortSIP, the mailbox is part of its user, so it can only be updated.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.connection
  - telephony.voicemail.mailbox
  - telephony.voicemail.attributes
seealso:
  - module: telephony.voicemail.vmboxes
  - module: telephony.voicemail.vmbox_info
"""

EXAMPLES = r"""
- name: A mailbox with a PIN and two addresses
  telephony.voicemail.vmbox:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    mailbox: "3000"
    name: Reception
    pin: "{{ reception_pin }}"
    emails:
      - reception@example.com
      - office@example.com
    timezone: Europe/Paris

- name: Change its number
  telephony.voicemail.vmbox:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    mailbox: "3000"
    new_mailbox: "3100"

- name: Delete mailbox 3100 and its messages
  telephony.voicemail.vmbox:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    mailbox: "3100"
    state: absent
    delete_messages: true
"""

# Written by tests/tools/generate_docs.py from tests/tools/return_values; change those files instead.
RETURN = r"""
mailbox:
  description:
  - The resulting mailbox, or in check mode the planned one, in the form of the module's options. Options that are not set are null.
  - Secrets are left out. Empty if the mailbox is absent. After a failure, it is the mailbox as last read.
  returned: success, or when the write failed
  type: dict
  sample: {mailbox: '3000', id: 3a63acc3694ba189947235ae4727941b, name: Reception}
action:
  description: The action, or in check mode the planned action. One of V(create), V(update), V(delete), V(none).
  returned: success, or when the write failed
  type: str
  sample: update
changed_fields:
  description: The changed options. A PIN is listed, but its value is never shown.
  returned: success, or when the write failed
  type: list
  elements: str
  sample: [name, pin]
diff:
  description:
  - The values before and after, as RV(diff.before) and RV(diff.after). Secrets are hidden.
  - If the arguments have several problems, a list of one entry with RV(diff.problems).
  returned: success or failure after the plan was made, or failure with several problems
  type: raw
  contains:
    before:
      description: The values before. Secrets are hidden.
      type: dict
    after:
      description: The values after. Secrets are hidden.
      type: dict
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
error:
  description: What went wrong.
  returned: failure
  type: dict
  contains:
    mailbox:
      description: Number of the mailbox, if it is known.
      type: str
    kind:
      description: One of V(auth), V(expired), V(not_found), V(rejected), V(conflict), V(rate_limited), V(transport), V(unsafe), V(unsupported),
        V(invalid), V(error).
      type: str
      sample: rejected
    message:
      description: The attempted operation, the mailbox and the problem.
      type: str
    hint:
      description: What to do about it.
      type: str
    status:
      description: HTTP status of the vendor's reply, if any.
      type: int
    details:
      description: The vendor's messages by field.
      type: dict
"""

from ansible_collections.telephony.voicemail.plugins.module_utils.task import run_module


def main() -> None:
    """Run the module."""
    run_module("vmbox")


if __name__ == "__main__":
    main()
