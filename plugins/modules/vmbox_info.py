#!/usr/bin/python

# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vmbox_info
short_description: Read voicemail boxes
version_added: 1.0.0
description:
  - Returns voicemail boxes in a form that M(telephony.voicemail.vmboxes) accepts unchanged.
  - It fails if the list may be incomplete.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.connection
  - telephony.voicemail.attributes.info
options:
  mailbox:
    description:
      - Number of one mailbox. By default, all are returned.
    type: str
    aliases: [extension]
  match:
    description:
      - A regular expression. Only objects whose number contains a match are returned. Quote it if it looks like a number.
    type: str
  include_pins:
    description:
      - Also return PINs, if the vendor shows them. Set C(no_log) on the task, since the result then contains secrets.
    type: bool
    default: false
  compact:
    description:
      - Return the short form for files that people edit. It omits C(native) and every option that has the vendor's
        default, and returns values that most mailboxes share in RV(defaults).
      - Pass RV(mailboxes) and RV(defaults) to M(telephony.voicemail.vmboxes) together. That changes nothing on the system they
        were read from.
      - Omitted options are not managed. Use the long form to manage them, too.
    type: bool
    default: false
  include_options:
    description:
      - Also return options that cost further requests.
      - V(kazoo.callflow) shows the direct number of each mailbox and the account's code to check voicemail. It lists the callflows,
        and reads those that only take or play messages, one request each.
      - V(onsip.attach) shows the user of each mailbox, if it is exactly one. It lists the addresses of users and mailboxes.
      - An option of another vendor is an error.
    type: list
    elements: str
    choices: [kazoo.callflow, onsip.attach]
    version_added: 1.1.0
  cache:
    description:
      - Folder for cached mailboxes, on the machine that runs the task. The next run asks which mailboxes changed and
        reads only those.
      - Useful on KAZOO 4.3 and on its master branch, which return mailboxes one by one. There, 1000 unchanged mailboxes take 8 requests
        instead of 1001. KAZOO 5 lists whole mailboxes in one request, so the cache is neither used nor written. Other vendors cause an error.
      - With O(include_pins=true), all mailboxes are read, and the file is only updated.
      - Each account has its own file with mode 0600. It contains names and addresses, and PINs only as keyed digests. It is
        authenticated with a key derived from O(api_key), O(password) or O(token). A file of another credential, account or version,
        or one that was changed, is ignored with a warning.
      - A O(token) is different after each login. Set O(api_key), or O(username) and O(password), so that the next run can use the file.
      - The folder is created with mode 0700 if it does not exist. A folder that other users can write to is an error.
    type: path
    version_added: 1.1.0
seealso:
  - module: telephony.voicemail.vmbox
  - module: telephony.voicemail.vmboxes
"""

EXAMPLES = r"""
- name: All mailboxes whose number begins with 30
  telephony.voicemail.vmbox_info:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    match: ^30
  register: office

- name: All mailboxes with the numbers that reach them
  telephony.voicemail.vmbox_info:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    include_options: [kazoo.callflow]

- name: Show who is notified
  ansible.builtin.debug:
    msg: "{{ office.mailboxes | items2dict(key_name='mailbox', value_name='emails') }}"
  when: office.mailboxes | selectattr('emails', 'defined') | length == office.mailboxes | length
"""

# Written by tests/tools/generate_docs.py from tests/tools/return_values; change those files instead.
RETURN = r"""
mailboxes:
  description:
  - The mailboxes found, sorted by number, in the form of the options of M(telephony.voicemail.vmboxes).
  - Options that are not set are left out. Empty when there is none.
  returned: success
  type: list
  elements: dict
  contains:
    mailbox:
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
      - M(telephony.voicemail.vmboxes) ignores it.
      returned: O(include_pins=true)
      type: list
      elements: str
      version_added: 1.1.0
      sample: [pin]
defaults:
  description: Options that most mailboxes share, to pass as O(telephony.voicemail.vmboxes#module:defaults).
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
    run_module("vmbox_info")


if __name__ == "__main__":
    main()
