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
  - Makes one voicemail box what is declared, on KAZOO, PortSIP PBX, TEL4VN or OnSIP.
  - An option that is not given is not managed. Null or an empty list clears it, where the vendor can.
  - On PortSIP the mailbox is a part of its user. It exists as long as the user does, so it can only be updated.
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

- name: No mailbox 3100 any more, nor its messages
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
  - The mailbox as it is, or in check mode as it would be, in the form of the module's own options. Options that are not set are null.
  - Secrets are left out. Empty when the mailbox is absent. After a failure it is the mailbox as it was last seen.
  returned: success, or when the write failed
  type: dict
  sample: {mailbox: '3000', id: 3a63acc3694ba189947235ae4727941b, name: Reception}
action:
  description: What was done, or in check mode would be done. One of V(create), V(update), V(delete), V(none).
  returned: success, or when the write failed
  type: str
  sample: update
changed_fields:
  description: The options that changed. A PIN is named here and never shown.
  returned: success, or when the write failed
  type: list
  elements: str
  sample: [name, pin]
diff:
  description: The values before and after. Secrets are hidden.
  returned: success or failure after the plan was made
  type: dict
system:
  description: The system that the task worked on, as C(vendor), C(url) and C(account). The account is empty if nothing names it.
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
      description: Number of the mailbox, where one had been looked at.
      type: str
    kind:
      description: One of V(auth), V(expired), V(not_found), V(rejected), V(conflict), V(rate_limited), V(transport), V(unsafe), V(unsupported),
        V(invalid), V(error).
      type: str
      sample: rejected
    message:
      description: What was attempted, on which mailbox, and what went wrong.
      type: str
    hint:
      description: What to do about it.
      type: str
    status:
      description: HTTP status of the vendor's reply, where there was one.
      type: int
    details:
      description: What the vendor said, by field.
      type: dict
"""

from ansible_collections.telephony.voicemail.plugins.module_utils.task import run_module


def main() -> None:
    """Run the module."""
    run_module("vmbox")


if __name__ == "__main__":
    main()
