# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a shared voicemail. Written by tests/tools/generate_docs.py from the field tables; change those instead."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of a shared voicemail."""

    DOCUMENTATION = r"""
options:
  extension_number:
    description:
    - Number that identifies the shared voicemail. It cannot be changed.
    type: str
  id:
    description:
    - The vendor's id of the object, which identifies it instead of its number.
    type: str
  state:
    description:
    - V(present) creates or updates it, V(absent) deletes it.
    - A personal mailbox of PortSIP is part of its user, and can only be V(present).
    type: str
    choices:
    - present
    - absent
    default: present
  update_pin:
    description:
    - When to write the declared PIN.
    - V(if_changed) writes it when the vendor shows a different one. If the vendor does not show PINs, it is written only to a new mailbox,
      and later runs warn.
    - V(on_create) writes it only to a new mailbox.
    - V(always) writes it in every run, and reports a change only if it differs or cannot be read.
    type: str
    choices:
    - if_changed
    - on_create
    - always
    default: if_changed
  delete_messages:
    description:
    - Allow O(state=absent) to delete a mailbox that contains messages. They are deleted with it; a warning shows how many.
    - Without it, such a mailbox is an error, if the vendor can count messages.
    type: bool
    default: false
  name:
    description:
    - Name of the shared voicemail. Required for a new one.
    type: str
  prompt:
    description:
    - Language of the prompts, as a BCP 47 tag such as V(en-US).
    type: str
  enable_pin:
    description:
    - Whether users must enter the PIN.
    type: bool
  pin:
    description:
    - PIN that the users dial. Required for a new shared voicemail. Quote it in YAML, so that leading zeros are kept.
    - It never appears in results or differences.
    type: str
  enable_email_notify:
    description:
    - Whether to send an email to O(recipients) for each new message.
    type: bool
  recipients:
    description:
    - Email addresses to notify of new messages, at most 15. An empty list removes them all. Their order has no meaning.
    type: list
    elements: str
  play_datetime:
    description:
    - Whether and how to announce the time of a message.
    type: str
    choices:
    - disabled
    - 12_hour
    - 24_hour
  on_unsupported:
    description:
    - What to do with a shared option that this vendor does not support.
    - V(error) stops before the first write, V(warn) skips the option with a warning, V(ignore) skips it.
    type: str
    choices:
    - error
    - warn
    - ignore
    default: error
  verify:
    description:
    - Read back what was written, and fail if an option was not applied.
    type: bool
    default: true
"""
