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
  - Returns voicemail boxes in a form that M(telephony.voicemail.vmboxes) takes as it is.
  - It fails rather than to return a list that is not complete.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.connection
  - telephony.voicemail.attributes.info
options:
  mailbox:
    description:
      - Number of one mailbox. Without it all are returned.
    type: str
    aliases: [extension]
  match:
    description:
      - A regular expression. Only what has a number in which it is found is returned. Quote it if it looks like a number.
    type: str
  include_pins:
    description:
      - Also return PINs, where the vendor shows them. Set C(no_log) on the task, since the result then holds secrets.
    type: bool
    default: false
  compact:
    description:
      - Return the short form, for a file that people edit. It leaves out C(native) and every option that has the vendor's
        default, and returns values that most mailboxes share in RV(defaults).
      - Pass RV(mailboxes) and RV(defaults) to M(telephony.voicemail.vmboxes) together. That changes nothing on the system they
        were read from.
      - Options that are left out are not managed. Use the long form to manage them too.
    type: bool
    default: false
  cache:
    description:
      - Folder on the machine that runs the task, for what is read of each mailbox. The next run asks which mailboxes changed and
        reads only those.
      - Useful on KAZOO 4.3 and on its master branch, which return mailboxes one by one. There, 1000 unchanged mailboxes take 8 requests
        instead of 1001. KAZOO 5 lists whole mailboxes in one request, so the cache is neither used nor written. Other vendors end with an error.
      - With O(include_pins=true), all mailboxes are read, and the file is only brought up to date.
      - Each account has a file of its own with mode 0600. It holds names and addresses, and PINs only as keyed digests. It is
        authenticated with a key derived from O(api_key), O(password) or O(token). A file of another credential, account or version,
        or one that was changed, is ignored with a warning.
      - A O(token) is different after each login. Give O(api_key), or O(username) and O(password), so that the next run can use the file.
      - The folder is created with mode 0700 if it does not exist. One that other users can write to is an error.
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
      - Options that are set and that the vendor does not show, such as C(pin). Without it, a missing PIN is not set.
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
"""

from ansible_collections.telephony.voicemail.plugins.module_utils.task import run_module


def main() -> None:
    """Run the module."""
    run_module("vmbox_info")


if __name__ == "__main__":
    main()
