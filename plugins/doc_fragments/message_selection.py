# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that select messages, documented once for every module of messages."""

from __future__ import annotations


class ModuleDocFragment:
    """Which messages a task is about."""

    DOCUMENTATION = r"""
notes:
  - Exactly one of O(mailbox), O(shared_voicemail) and O(all_mailboxes) is given. Of the filters, all that are given must hold.
  - KAZOO and TEL4VN read messages of every mailbox. PortSIP reads those of the user who logs in and of shared voicemails. OnSIP has no messages.
options:
  mailbox:
    description:
      - Number of the mailbox. One that does not exist is an error.
    type: str
    aliases: [extension]
  shared_voicemail:
    description:
      - Number of the shared voicemail, on PortSIP.
    type: str
  all_mailboxes:
    description:
      - Select from every mailbox that the login reaches, shared ones included.
    type: bool
  ids:
    description:
      - Only the messages with these ids. Each that does not exist is told, and the others are still done.
    type: list
    elements: str
  call_ids:
    description:
      - Only messages of these calls. On KAZOO a message that is moved gets another id and keeps its call id.
    type: list
    elements: str
  status:
    description:
      - Only messages of this status. V(deleted) are those that can still be brought back, on KAZOO. TEL4VN does not tell the status.
    type: str
    choices: [unread, read, deleted]
  older_than:
    description:
      - Only messages left before this. A number of hours, days or weeks such as V(12h), V(90d) or V(8w), or a date or time of ISO 8601, which is
        in UTC where it has no offset.
    type: str
  newer_than:
    description:
      - Only messages left at this moment or after it, in the forms of O(older_than).
      - On KAZOO this also reaches messages that are older than what it keeps, in one request for each 31 days.
    type: str
  caller:
    description:
      - Only messages whose caller has this text in the name or number, in upper or lower case.
    type: str
  limit:
    description:
      - Only so many of what is selected, the newest.
    type: int
"""
