#!/usr/bin/python

# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: shared_voicemail
short_description: Manage one shared voicemail
version_added: 1.0.0
description:
  - Creates, updates or deletes one shared voicemail of a PortSIP PBX as declared.
  - Options that are not set are not managed. Null or an empty list clears an option, if the vendor supports that.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.connection
  - telephony.voicemail.shared_voicemail
  - telephony.voicemail.attributes
seealso:
  - module: telephony.voicemail.shared_voicemails
  - module: telephony.voicemail.shared_voicemail_info
"""

EXAMPLES = r"""
- name: The voicemail of the support queue
  telephony.voicemail.shared_voicemail:
    vendor: portsip
    url: https://pbx.example.com:8887/api
    username: admin
    password: "{{ portsip_password }}"
    domain: example.com
    extension_number: "8001"
    name: Support
    pin: "{{ support_pin }}"
    enable_email_notify: true
    recipients:
      - support@example.com
    play_datetime: 24_hour

- name: Delete shared voicemail 8001
  telephony.voicemail.shared_voicemail:
    vendor: portsip
    url: https://pbx.example.com:8887/api
    username: admin
    password: "{{ portsip_password }}"
    domain: example.com
    extension_number: "8001"
    state: absent
    delete_messages: true
"""

# Written by tests/tools/generate_docs.py from tests/tools/return_values; change those files instead.
RETURN = r"""
shared_voicemail:
  description:
  - The resulting shared voicemail, or in check mode the planned one, in the form of the module's options. Options that are not set
    are null.
  - Secrets are left out. Empty if the shared voicemail is absent. After a failure, it is the shared voicemail as last read.
  returned: success, or when the write failed
  type: dict
  sample: {extension_number: '3000', id: 3a63acc3694ba189947235ae4727941b, name: Reception}
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
    extension_number:
      description: Number of the shared voicemail, if it is known.
      type: str
    kind:
      description: One of V(auth), V(expired), V(not_found), V(rejected), V(conflict), V(rate_limited), V(transport), V(unsafe), V(unsupported),
        V(invalid), V(error).
      type: str
      sample: rejected
    message:
      description: The attempted operation, the shared voicemail and the problem.
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
    run_module("shared_voicemail")


if __name__ == "__main__":
    main()
