# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  documentation comes before imports, as ansible-test wants it
"""The filter retention_plan."""

from __future__ import annotations

DOCUMENTATION = r"""
name: retention_plan
short_description: Decide which messages retention rules delete
version_added: 1.1.0
author:
  - telephony.voicemail contributors (@telephony-voicemail)
description:
  - The role P(telephony.voicemail.retention#role) decides with this filter which messages to archive and to delete.
    It sends nothing.
  - The first rule that matches the mailbox of a message, and its status if the rule has one, decides. A message that is
    too young for this rule stays, regardless of later rules. A message that no rule matches stays.
  - Without the results of an archive, no message of a rule with C(archive_then_delete) is deleted.
positional: _input, searches, messages
options:
  _input:
    description: The rules, as for the role.
    type: list
    elements: dict
    required: true
  searches:
    description:
      - One result of M(telephony.voicemail.voicemail_message) in check mode for each rule, in the same order, with
        O(telephony.voicemail.voicemail_message#module:state=absent). It has what this rule would delete alone.
      - The result of a task that was skipped stands for a rule that keeps messages.
    type: list
    elements: dict
    required: true
  messages:
    description: The messages of those results, as M(telephony.voicemail.voicemail_message_info) returns them.
    type: list
    elements: dict
    required: true
  archived:
    description:
      - The RV(telephony.voicemail.voicemail_audio#module:results) of the archive, downloaded with
        O(telephony.voicemail.voicemail_audio#module:verify). Only verified recordings count, except in check mode.
    type: list
    elements: dict
  check_mode:
    description: The archive was downloaded in check mode.
    type: bool
    default: false
  archive_is_new:
    description: The folder of the archive does not exist yet, so in check mode every recording counts as archived.
    type: bool
    default: false
  return_problems:
    description: Return what is wrong with a rule as C(problem) instead of failing, to validate rules without searches.
    type: bool
    default: false
seealso:
  - module: telephony.voicemail.voicemail_message
  - module: telephony.voicemail.voicemail_audio
"""

EXAMPLES = r"""
- name: Read all messages
  telephony.voicemail.voicemail_message_info:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    all_mailboxes: true
  register: found

- name: Find the messages that are older than 90 days
  telephony.voicemail.voicemail_message:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
    all_mailboxes: true
    older_than: 90d
    state: absent
    max_deletions: 1000000
  check_mode: true
  register: old

- name: Show the messages that a rule would delete
  ansible.builtin.debug:
    msg: "{{ (rules | telephony.voicemail.retention_plan([old], found.messages)).selected }}"
  vars:
    rules:
      - match: "3.*"
        action: delete
"""

RETURN = r"""
_value:
  description:
    - C(rules), each with C(match), C(action), C(permanent), the C(ids) that it selects, and as C(delete) those that may
      be deleted now.
    - The ids of all rules together as C(selected), C(to_archive), C(archived), C(unarchived), C(recordless), whose
      recording the vendor does not have, and C(undated), whose time cannot be read.
    - With O(return_problems), C(problem) alone if a rule is wrong.
  type: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.voicemail.plugins.module_utils.arguments.normalize import plain
from ansible_collections.telephony.voicemail.plugins.module_utils.messages import retention


def retention_plan(
    rules: t.Sequence[t.Mapping[str, t.Any]],
    searches: t.Sequence[t.Mapping[str, t.Any]],
    messages: t.Sequence[t.Mapping[str, t.Any]],
    *,
    archived: t.Sequence[t.Mapping[str, t.Any]] | None = None,
    check_mode: bool = False,
    archive_is_new: bool = False,
    return_problems: bool = False,
) -> dict[str, t.Any]:
    """Return what each rule selects and deletes; see the documentation above.

    :raises AnsibleFilterError: for a rule or list that cannot be understood.
    """
    # What a play registered is read from templates as containers that cannot be copied.
    given = plain({"rules": rules, "searches": searches, "messages": messages, "archived": archived})
    for name, value in given.items():
        is_list = isinstance(value, list) and all(isinstance(one, dict) for one in value)
        if not is_list and not (name == "archived" and value is None):
            raise AnsibleFilterError(f"retention_plan: {name} must be a list of dictionaries")
    archive = retention.Archive(given["archived"], assumed=bool(archive_is_new), check_mode=bool(check_mode))
    try:
        return retention.retention_plan(given["rules"], given["searches"], given["messages"], archive)
    except ValueError as error:
        if return_problems:
            return {"problem": str(error)}
        raise AnsibleFilterError(f"retention_plan: {error}") from None


class FilterModule:
    """List the filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"retention_plan": retention_plan}
