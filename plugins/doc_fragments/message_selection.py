# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that select messages, documented once for every module of messages."""

from __future__ import annotations


class ModuleDocFragment:
    """Which messages a task is about."""

    DOCUMENTATION = r"""
notes:
  - Set exactly one of O(mailbox), O(shared_voicemail) and O(all_mailboxes). Messages must match all filters.
  - KAZOO and TEL4VN read messages of every mailbox. PortSIP reads those of the user who logs in and of shared voicemails. OnSIP has no messages.
options:
  mailbox:
    description:
      - Number of the mailbox. A mailbox that does not exist is an error.
    type: str
    aliases: [extension]
  shared_voicemail:
    description:
      - Number of the shared voicemail, on PortSIP.
    type: str
  all_mailboxes:
    description:
      - Select from all mailboxes that the login can access, including shared ones.
    type: bool
  ids:
    description:
      - Only the messages with these ids. Ids that do not exist are reported, and the others are processed.
    type: list
    elements: str
  call_ids:
    description:
      - Only messages of these calls. On KAZOO, a moved message gets another id but keeps its call id.
    type: list
    elements: str
  status:
    description:
      - Only messages with this status. V(deleted) messages can still be restored, on KAZOO. TEL4VN does not show the status.
    type: str
    choices: [unread, read, deleted]
  older_than:
    description:
      - Only messages before this time. A number of hours, days or weeks such as V(12h), V(90d) or V(8w), or a date or time of ISO 8601, which is
        in UTC where it has no offset.
    type: str
  newer_than:
    description:
      - Only messages at or after this time, in the forms of O(older_than).
      - On KAZOO, this includes messages older than its retention, in one request for each 31 days.
    type: str
  caller:
    description:
      - Only messages with this text in the caller's name or number, ignoring case.
    type: str
  limit:
    description:
      - Only this number of the selected messages, the newest ones.
    type: int
"""
