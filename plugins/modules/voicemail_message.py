#!/usr/bin/python

# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: voicemail_message
short_description: Mark, delete, move, copy and upload voicemail messages
version_added: 1.0.0
description:
  - Makes the selected messages what O(state) says. What is already so is left alone, and what was done is read back.
  - What became of each message is returned. When some fail, the others are still done, and the task fails.
  - Unsupported states are an error before the first request. KAZOO supports all, PortSIP marks and deletes, TEL4VN and
      OnSIP support none.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.connection
  - telephony.voicemail.message_selection
  - telephony.voicemail.attributes
options:
  state:
    description:
      - V(read) and V(unread) mark messages. On KAZOO this also brings deleted ones back.
      - V(absent) deletes messages. On KAZOO they go to the folder of deleted messages unless O(permanent) is set; elsewhere they are gone.
        An id that does not exist is not a failure then.
      - V(moved) moves messages to O(to_mailbox). Each gets a new id, the present time and the status unread; its call id stays.
      - V(copied) copies messages to O(to_mailboxes). Where a mailbox has a message of the same call, none is added.
      - V(present) uploads the recording O(src) into O(mailbox), unless it has a message of the call O(call_id). Filters are not for this state.
    type: str
    required: true
    choices: [read, unread, absent, moved, copied, present]
  to_mailbox:
    description:
      - Number of the mailbox to move to. It must exist.
    type: str
  to_mailboxes:
    description:
      - Numbers of the mailboxes to copy to. They must exist.
    type: list
    elements: str
  permanent:
    description:
      - Delete messages so that they cannot be brought back.
    type: bool
    default: false
  max_deletions:
    description:
      - The most messages to delete. When more are selected, none is.
      - Required to delete what is selected by anything but O(ids) and O(call_ids).
    type: int
  src:
    description:
      - Path of a WAV, MP3 or Ogg file, on the host that the module runs on.
    type: path
  call_id:
    description:
      - Identity of the message to upload, by which the next run finds it again.
    type: str
  caller_name:
    description:
      - Name of the caller of the message to upload.
    type: str
  caller_number:
    description:
      - Number of the caller of the message to upload.
    type: str
  report:
    description:
      - Whether RV(results) also lists messages that needed nothing.
      - Ansible prints the whole result of a failed task. With V(changed), RV(results) then lists only as much as fits on a screen,
        failures first, and RV(omitted) lists the others. RV(diff) still has every row, and V(all) lists everything.
    type: str
    choices: [changed, all]
    default: changed
  plan_lines:
    description:
      - Number of changes that check mode shows one by one, deletions first, when Ansible does not show differences. V(0) shows
        only their number.
      - They are shown on the controller, and hidden with C(no_log).
    type: int
    default: 20
    version_added: 1.1.0
seealso:
  - module: telephony.voicemail.voicemail_message_facts
  - module: telephony.voicemail.voicemail_message_info
  - module: telephony.voicemail.voicemail_audio
"""

EXAMPLES = r"""
- name: Delete old messages
  telephony.voicemail.voicemail_message:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    all_mailboxes: true
    status: read
    older_than: 60d
    state: absent
    max_deletions: 500

- name: Two messages are heard
  telephony.voicemail.voicemail_message:
    vendor: portsip
    url: https://pbx.example.com:8887/api
    username: admin
    password: "{{ portsip_password }}"
    domain: example.com
    shared_voicemail: "8001"
    ids:
      - "884757570370146304"
      - "884757570370146305"
    state: read

- name: The messages of someone who left
  telephony.voicemail.voicemail_message:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    mailbox: "3000"
    state: moved
    to_mailbox: "3001"

- name: A greeting for everyone new
  telephony.voicemail.voicemail_message:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    mailbox: "3002"
    state: present
    src: files/welcome.wav
    call_id: welcome-2026
    caller_name: Human resources
    caller_number: "2000"
"""

# Written by tests/tools/generate_docs.py from tests/tools/return_values; change those files instead.
RETURN = r"""
msg:
  description: One sentence with the counts. If some failed, also a line for each distinct reason.
  returned: always
  type: str
  version_added: 1.1.0
  sample: 12 messages deleted, 3 unchanged.
omitted:
  description:
  - The numbers or ids without an entry in RV(results) because the task failed, by outcome. RV(diff) has an entry for each.
  returned: failure in part, if RV(results) is not complete
  type: dict
  version_added: 1.1.0
  sample: {deleted: 202605-6aadef09f6fcf5fd8bcdfca312e923ba}
diff:
  description:
  - One entry for each change, with the values before and after.
  - If some entries failed, each entry also has the keys of RV(results). Ansible does not print this key.
  - If the arguments have several problems, one entry with RV(diff[].problems).
  returned: success or failure in part, or failure with several problems
  type: list
  elements: dict
  contains:
    mailbox:
      description: Number of its mailbox.
      type: str
      sample: '3000'
    id:
      description: Id of the message.
      type: str
    action:
      description: The action, as in RV(results).
      type: str
    label:
      description: Name of the item for a plan.
      type: str
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
  description: What became of each message; with O(report=changed) only of those that were changed, failed or were skipped.
  returned: success and failure in part
  type: list
  elements: dict
  contains:
    id:
      description: The id that was asked for or found. Null for an upload.
      type: str
    new_id:
      description: The id after a move or an upload. Null in check mode.
      type: str
    mailbox:
      description: Number of the mailbox that the message was found in.
      type: str
      sample: '3000'
    call_id:
      description: Identity of the call.
      type: str
    to_mailboxes:
      description: The mailboxes that it was moved, copied or uploaded to.
      type: list
      elements: str
    action:
      description: One of V(mark), V(delete), V(move), V(copy), V(upload), V(none).
      type: str
      sample: delete
    status:
      description: One of V(ok), V(changed), V(failed), V(skipped).
      type: str
      sample: changed
    error:
      description: What went wrong.
      type: str
summary:
  description:
  - How many messages were done, by what was done, how many failed and were skipped, and how many requests were sent.
  - The keys C(mark), C(delete), C(move), C(copy), C(upload) and C(none) of earlier releases are deprecated. They remain as aliases
    until 2.0.0.
  returned: success and failure in part
  type: dict
  sample: {marked: 0, deleted: 12, moved: 0, copied: 0, uploaded: 0, unchanged: 3, failed: 0, skipped: 0, requests: 5}
undated:
  description: Messages that match all other filters but have no readable time, so that O(older_than) and O(newer_than) never select
    them. A warning names them.
  returned: success and failure in part
  type: list
  elements: dict
  contains:
    id:
      description: Id of the message.
      type: str
    mailbox:
      description: Number of its mailbox.
      type: str
      sample: '3000'
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
    run_module("voicemail_message")


if __name__ == "__main__":
    main()
