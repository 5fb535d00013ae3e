#!/usr/bin/python

# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: shared_voicemail_info
short_description: Read shared voicemails
version_added: 1.0.0
description:
  - Returns the shared voicemails of a PortSIP PBX in a form that M(telephony.voicemail.shared_voicemails) accepts unchanged.
  - It fails if the list may be incomplete.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.connection
  - telephony.voicemail.attributes.info
options:
  extension_number:
    description:
      - Number of one shared voicemail. By default, all are returned.
    type: str
  match:
    description:
      - A regular expression. Only objects whose number contains a match are returned.
    type: str
  include_pins:
    description:
      - Also return PINs, if the vendor shows them. Set C(no_log) on the task, since the result then contains secrets.
    type: bool
    default: false
  compact:
    description:
      - Return the short form for files that people edit. It omits C(native) and every option that has the vendor's
        default, and returns values that most shared voicemails share in RV(defaults).
      - Pass RV(shared_voicemails) and RV(defaults) to M(telephony.voicemail.shared_voicemails) together. That changes nothing on the system they
        were read from.
      - Omitted options are not managed. Use the long form to manage them, too.
    type: bool
    default: false
    version_added: 1.1.0
seealso:
  - module: telephony.voicemail.shared_voicemail
  - module: telephony.voicemail.shared_voicemails
"""

EXAMPLES = r"""
- name: All shared voicemails
  telephony.voicemail.shared_voicemail_info:
    vendor: portsip
    url: https://pbx.example.com:8887/api
    username: admin
    password: "{{ portsip_password }}"
    domain: example.com
  register: shared
"""

# Written by tests/tools/generate_docs.py from tests/tools/return_values; change those files instead.
RETURN = r"""
shared_voicemails:
  description:
  - The shared voicemails found, sorted by number, in the form of the options of M(telephony.voicemail.shared_voicemails).
  - Options that are not set are left out. Empty when there is none.
  returned: success
  type: list
  elements: dict
  contains:
    extension_number:
      description: Number.
      type: str
      sample: '3000'
    id:
      description: The vendor's id.
      type: str
    native:
      description: The vendor's own object, without its secrets.
      returned: O(compact=false)
      type: dict
    hidden:
      description:
      - Options that are set but that the vendor does not show, such as C(pin). Without it, a missing PIN is not set.
      - M(telephony.voicemail.shared_voicemails) ignores it.
      returned: O(include_pins=true)
      type: list
      elements: str
      version_added: 1.1.0
      sample: [pin]
defaults:
  description: Options that most shared voicemails share, to pass as O(telephony.voicemail.shared_voicemails#module:defaults).
  returned: O(compact=true)
  type: dict
  version_added: 1.1.0
  sample: {name: Office}
diff:
  description: If the arguments have several problems, a list of one entry with RV(diff[].problems).
  returned: failure with several problems
  type: list
  elements: dict
  version_added: 1.1.0
  contains:
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
error:
  description: The error, if nothing was done.
  returned: failure
  type: dict
  contains:
    kind:
      description: One of V(auth), V(expired), V(not_found), V(rejected), V(conflict), V(rate_limited), V(transport), V(unsafe), V(unsupported),
        V(invalid), V(file), V(error).
      type: str
      sample: rejected
    message:
      description: The attempted operation and the problem.
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
    run_module("shared_voicemail_info")


if __name__ == "__main__":
    main()
