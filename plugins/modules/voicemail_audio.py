#!/usr/bin/python

# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: voicemail_audio
short_description: Download voicemail recordings into a folder
version_added: 1.0.0
description:
  - Downloads the recordings of the selected messages, each into a file of its own, many at a time.
  - A file gets its name when it is complete. An existing file is left alone where the manifest has an entry for it with its size, or where the vendor
    states its size and it is a complete WAV, MP3, Ogg or MP4 file. Any other is downloaded again and compared; in check mode it is reported as a download.
    KAZOO and TEL4VN state no size, so set O(manifest) to transfer each recording once.
  - A different recording under the expected name that this collection did not write is an error, and stays.
  - A download that breaks off continues where it stopped within the same task, where the vendor can. What an earlier task left incomplete is discarded.
  - A download ends with an error when nothing arrives for O(timeout) seconds, when it is slower than 1000 bytes a second, or when it is
    larger than the message allows, see O(max_bytes).
  - The token goes to the address O(url) only, wherever a vendor says that a recording is.
  - TEL4VN may take a message that is downloaded as heard.
author:
  - telephony.voicemail contributors (@telephony-voicemail)
extends_documentation_fragment:
  - telephony.voicemail.connection
  - telephony.voicemail.message_selection
  - telephony.voicemail.attributes
options:
  dest:
    description:
      - The folder. It must exist on the host that the module runs on and be writable, which is checked before the first request.
    type: path
    required: true
  name_template:
    description:
      - Names of the files below O(dest), without their ending, which comes from the content type.
      - The fields are C({id}), C({mailbox}), C({mailbox_id}), C({caller_name}), C({caller_number}), C({received_at}), C({date}), C({call_id}) and
        C({status}). C({id}) is required, so that no two recordings have one name. A C(/) makes a folder.
      - Signs other than letters, digits and C(-_.+@) become C(_), so a name stays inside O(dest) whatever a caller calls themselves.
    type: str
    default: "{mailbox}_{received_at}_{caller_number}_{id}"
  mode:
    description:
      - Mode of the files, as octal digits in quotes.
    type: raw
    default: "0600"
  manifest:
    description:
      - Path of a JSON file, below O(dest) unless it begins with C(/), that lists message, caller, time, file,
        size, SHA-256 and content type of every recording. Entries of earlier runs are kept, even after the vendor deleted the message.
      - Several tasks may write it at the same time; each adds its own entries.
    type: path
  ignore_missing:
    description:
      - A message without a recording is a warning and no failure.
    type: bool
    default: false
  max_bytes:
    description:
      - Most bytes of one recording.
      - The default follows from what the vendor states. Each second of the duration allows 192000 bytes, which is 16 bit stereo at 48 kHz. The smaller of
        that and the stated size counts, with 8 MiB added. Nothing is larger than 256 MiB, which is also the limit where the vendor states neither.
    type: int
    version_added: 1.1.0
  verify:
    description:
      - Read every file from the disk, compare it with what the vendor sent, and check that it is a complete WAV, MP3, Ogg or MP4 file. A file
        without an entry in O(manifest) is downloaded again.
      - Set it before you delete messages at the vendor. RV(results[].verified) then shows which recordings are safe.
    type: bool
    default: false
    version_added: 1.1.0
  report:
    description:
      - Whether RV(results) also lists recordings that were there already.
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
  - module: telephony.voicemail.voicemail_message
  - module: telephony.voicemail.voicemail_message_info
"""

EXAMPLES = r"""
- name: A folder that only we read
  ansible.builtin.file:
    path: /srv/voicemail
    state: directory
    mode: "0700"

- name: Everything that was left, with a list of it
  telephony.voicemail.voicemail_audio:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    all_mailboxes: true
    dest: /srv/voicemail
    name_template: "{mailbox}/{date}_{caller_number}_{id}"
    manifest: manifest.json
"""

# Written by tests/tools/generate_docs.py from tests/tools/return_values; change those files instead.
RETURN = r"""
msg:
  description: One sentence with the counts. If some failed, also a line for each distinct reason.
  returned: always
  type: str
  version_added: 1.1.0
  sample: 12 recordings downloaded, 30 unchanged.
omitted:
  description:
  - The numbers or ids without an entry in RV(results) because the task failed, by outcome. RV(diff) has an entry for each.
  returned: failure in part, if RV(results) is not complete
  type: dict
  version_added: 1.1.0
  sample: {downloaded: 202605-6aadef09f6fcf5fd8bcdfca312e923ba}
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
  description: What became of each recording; with O(report=changed) only of those that were changed, failed or were skipped.
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
    action:
      description: One of V(download), V(mode) where only the mode of the file was set, V(none).
      type: str
      sample: download
    status:
      description: One of V(ok), V(changed), V(failed), V(skipped).
      type: str
      sample: changed
    path:
      description: The file. In check mode, and where the download failed, without its ending.
      type: str
      sample: /srv/voicemail/3000_20260510T001842Z_1001_202605-6aadef09f6fcf5fd8bcdfca312e923ba.mp3
    size_bytes:
      description: Size of the file.
      type: int
      sample: 40512
    sha256:
      description: SHA-256 of the file.
      type: str
    content_type:
      description: The vendor's content type. Null for a file of an earlier run that is not in a manifest.
      type: str
      sample: audio/mpeg
    verified:
      description:
      - With O(verify), whether the file was read from the disk and is the complete recording that the vendor sent. Otherwise false.
      type: bool
      sample: false
    error:
      description: What went wrong.
      type: str
summary:
  description:
  - How many recordings were done, by what was done, how many failed and were skipped, bytes downloaded and requests sent.
  - The keys C(download), C(mode) and C(none) of earlier releases are deprecated. They remain as aliases until 2.0.0.
  returned: success and failure in part
  type: dict
  sample: {downloaded: 12, mode_changed: 0, unchanged: 30, failed: 0, skipped: 0, bytes: 486144, requests: 14}
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
  description: What went wrong, where nothing could be done, or where the manifest could not be written.
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
    run_module("voicemail_audio")


if __name__ == "__main__":
    main()
