#!/usr/bin/python

# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: voicemail_message_facts
short_description: Read voicemail messages into facts
version_added: 1.0.0
description:
  - Returns the messages of one mailbox, of a shared voicemail or of all, in the same form for every vendor, with as few requests as possible.
  - The same as M(telephony.voicemail.voicemail_message_info), which sets no facts.
  - It fails if the list may be incomplete.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.connection
  - telephony.voicemail.message_selection
  - telephony.voicemail.attributes.info
seealso:
  - module: telephony.voicemail.voicemail_message_info
  - module: telephony.voicemail.voicemail_message
  - module: telephony.voicemail.voicemail_audio
"""

EXAMPLES = r"""
- name: What is in the boxes of the office
  telephony.voicemail.voicemail_message_facts:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    all_mailboxes: true
    status: unread
    newer_than: 24h

- name: Show who waits for a call back
  ansible.builtin.debug:
    msg: "{{ voicemail_messages | map(attribute='caller_number') | unique }}"
"""

# Written by tests/tools/generate_docs.py from tests/tools/return_values; change those files instead.
RETURN = r"""
ansible_facts:
  description: Facts of the host.
  returned: success
  type: dict
  contains:
    voicemail_messages:
      description: The selected messages, the newest first. Unsupported fields are null.
      returned: success
      type: list
      elements: dict
      contains:
        id:
          description: The vendor's id.
          type: str
          sample: 202605-6aadef09f6fcf5fd8bcdfca312e923ba
        mailbox:
          description: Number of the mailbox or shared voicemail. Null if the mailbox no longer exists.
          type: str
          sample: '3000'
        mailbox_id:
          description: The vendor's id of the mailbox.
          type: str
        caller_name:
          description: Name of the caller.
          type: str
          sample: Ada Example
        caller_number:
          description: Number of the caller.
          type: str
          sample: '2015550101'
        received_at:
          description: Time of the message in UTC, as ISO 8601.
          type: str
          sample: '2026-05-10T00:18:42Z'
        duration_ms:
          description: Length of the recording in milliseconds.
          type: int
          sample: 3140
        status:
          description: One of V(unread), V(read) and V(deleted). Null on TEL4VN, which does not show it.
          type: str
          sample: unread
        folder:
          description: The vendor's own word for the status.
          type: str
          sample: new
        call_id:
          description: Identity of the call.
          type: str
        size_bytes:
          description: Size of the recording.
          type: int
        audio_url:
          description: Address of the recording. Download it with M(telephony.voicemail.voicemail_audio).
          type: str
        transcription:
          description: The transcription. Null if there is none.
          type: dict
          contains:
            status:
              description: The vendor's word for its progress.
              type: str
            text:
              description: The text, if the vendor's list contains it.
              type: str
            sentiment:
              description: The vendor's word for the mood of the caller.
              type: str
        native:
          description: The vendor's own object.
          type: dict
messages:
  description: The same list as RV(ansible_facts.voicemail_messages).
  returned: success
  type: list
  elements: dict
undated:
  description: Messages that match all other filters but have no readable time, so that O(older_than) and O(newer_than) never select
    them. A warning names them.
  returned: success
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
    run_module("voicemail_message_facts")


if __name__ == "__main__":
    main()
