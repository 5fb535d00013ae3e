#!/usr/bin/python

# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: voicemail_greeting
short_description: Manage the greeting of a mailbox
version_added: 1.0.0
description:
  - Makes callers of a mailbox hear a recording, or the default greeting of the vendor.
  - The recording is the file O(src). Whether the mailbox has it is decided by its content, whatever its name. It is uploaded,
    added and enabled, and only then what callers heard before is deleted, so a run that breaks off never leaves the mailbox without a greeting.
  - On KAZOO the file becomes a media file of the account. It is read back before the mailbox points to it. Only media files that this module
    uploaded for this mailbox are ever deleted, and only while no other mailbox uses them. Greetings recorded by phone stay in KAZOO.
  - On KAZOO the recording can also be a media file that the account has already, selected by O(media_id).
  - TEL4VN and OnSIP cannot change greetings through their APIs, which is an error before the first request.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.connection
  - telephony.voicemail.attributes
options:
  mailbox:
    description:
      - Number of the mailbox. A mailbox that does not exist is an error.
      - On PortSIP an administrator of the tenant reaches every mailbox, and a user the own one.
      - Exactly one of O(mailbox) and O(shared_voicemail) is given.
    type: str
    aliases: [extension]
  shared_voicemail:
    description:
      - Number of the shared voicemail, on PortSIP. A mailbox that does not exist is an error.
    type: str
  state:
    description:
      - V(present) makes callers hear O(src) or O(media_id).
      - V(absent) makes them hear the default greeting. On PortSIP the greeting that was enabled is deleted. On KAZOO the mailbox no longer points
        to a media file, and the media file is deleted where this module uploaded it for this mailbox and no other mailbox uses it.
    type: str
    choices: [present, absent]
    default: present
  src:
    description:
      - Path of an audio file, on the host that the module runs on. Required for PortSIP with O(state=present).
      - PortSIP accepts WAV files with PCM audio of 16 bits, mono, with 16, 32 or 48 kHz, no longer than 3 minutes and no larger than 50 MB.
      - KAZOO accepts complete WAV and MP3 files of up to 8 MB.
      - Anything else is refused before the first request, with what to convert.
    type: path
  media_id:
    description:
      - Id or name of a media file of the KAZOO account, in place of O(src). A text of 32 letters and digits is an id.
      - A media file that the account does not have is an error, and so is a name that several media files share.
      - This is the option C(kazoo.media.unavailable) of M(telephony.voicemail.vmbox).
    type: str
    aliases: [media]
  kind:
    description:
      - Which greeting of the mailbox to manage. A V(temporary) greeting is for KAZOO only. Callers hear it in place of the usual one while it is set.
    type: str
    choices: [unavailable, temporary]
    default: unavailable
    version_added: 1.1.0
  prune:
    description:
      - On PortSIP, also delete all other greetings of the mailbox.
      - Without it, greetings that are switched off are kept, but for those with the name of the file O(src), which are earlier versions of it.
      - On KAZOO it changes nothing, since earlier uploads of this module are always deleted and no other media file ever is.
    type: bool
    default: false
seealso:
  - module: telephony.voicemail.vmbox
  - module: telephony.voicemail.shared_voicemail
"""

EXAMPLES = r"""
- name: The greeting of the support queue
  telephony.voicemail.voicemail_greeting:
    vendor: portsip
    url: https://pbx.example.com:8887/api
    username: admin
    password: "{{ portsip_password }}"
    domain: example.com
    shared_voicemail: "8001"
    src: files/welcome.wav

- name: The default greeting for someone who is back, and no other one kept
  telephony.voicemail.voicemail_greeting:
    vendor: portsip
    url: https://pbx.example.com:8887/api
    username: admin
    password: "{{ portsip_password }}"
    domain: example.com
    mailbox: "1001"
    state: absent
    prune: true

- name: Upload the greeting of a KAZOO mailbox
  telephony.voicemail.voicemail_greeting:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    mailbox: "1000"
    src: files/welcome.wav

- name: Play another greeting during the holidays
  telephony.voicemail.voicemail_greeting:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    mailbox: "1000"
    kind: temporary
    src: files/welcome.wav

- name: Use a media file that the KAZOO account has already
  telephony.voicemail.voicemail_greeting:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    mailbox: "1000"
    media: welcome.wav (mailbox 1000, unavailable greeting)
"""

# Written by tests/tools/generate_docs.py from tests/tools/return_values; change those files instead.
RETURN = r"""
greeting:
  description: What callers hear, or in check mode would hear. Empty where it is the default greeting.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the greeting on PortSIP. Null on KAZOO, and in check mode for one that is not uploaded yet.
      type: str
      sample: '884757570370146304'
    media_id:
      description: Id of the media file on KAZOO, otherwise null. Null in check mode for one that is not uploaded yet.
      type: str
    name:
      description: Name of the file as the vendor keeps it, or of the media file.
      type: str
      sample: welcome.wav
    size_bytes:
      description: Size of the file O(src), otherwise null.
      type: int
      sample: 96044
    sha256:
      description: Digest of the file O(src), otherwise null.
      type: str
action:
  description:
  - The action, or in check mode the planned action.
  - One of V(create) where callers heard the default greeting before, V(update), V(delete) where they hear it now, V(none).
  returned: success
  type: str
  sample: update
removed:
  description: Names of the greetings that were deleted, or would be.
  returned: success
  type: list
  elements: str
  sample: [welcome.wav]
kept:
  description: Names of the other greetings of the mailbox, which are switched off.
  returned: success
  type: list
  elements: str
  sample: [holiday.wav]
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
    run_module("voicemail_greeting")


if __name__ == "__main__":
    main()
