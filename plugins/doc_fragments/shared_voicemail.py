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
    - Number of the shared voicemail, which it is found by. It cannot be changed.
    type: str
  id:
    description:
    - The vendor's own id, to find the object by instead of its number.
    type: str
  state:
    description:
    - V(present) makes it exist with what is declared, V(absent) makes it not exist.
    - PortSIP's personal mailboxes are part of their user, and can only be V(present).
    type: str
    choices:
    - present
    - absent
    default: present
  update_pin:
    description:
    - When a declared PIN is written.
    - V(if_changed) writes it when the vendor shows another one. Where the vendor shows none, it is only written to a new box, and later
      runs warn.
    - V(on_create) writes it only to a new box.
    - V(always) writes it at every run, and reports a change only when it differs or cannot be read.
    type: str
    choices:
    - if_changed
    - on_create
    - always
    default: if_changed
  delete_messages:
    description:
    - Allow O(state=absent) to delete a box that holds messages, which are lost with it; a warning tells how many.
    - Without it such a box is an error, where the vendor lets messages be counted.
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
    - Whether the PIN is asked for.
    type: bool
  pin:
    description:
    - PIN that its users dial. Required for a new one. Put it in quotes, since YAML takes leading zeros away from a number.
    - It is never shown, neither in results nor in differences.
    type: str
  enable_email_notify:
    description:
    - Whether O(recipients) are sent an email for a new message.
    type: bool
  recipients:
    description:
    - Addresses that are notified of new messages, at most 15. An empty list clears them. Their order means nothing.
    type: list
    elements: str
  play_datetime:
    description:
    - Whether and how the time of a message is told.
    type: str
    choices:
    - disabled
    - 12_hour
    - 24_hour
  on_unsupported:
    description:
    - What to do with a shared option that this vendor cannot hold.
    - V(error) stops before anything is written, V(warn) leaves it out with a warning, V(ignore) leaves it out.
    type: str
    choices:
    - error
    - warn
    - ignore
    default: error
  verify:
    description:
    - Read back what was written, and fail on an option that did not take.
    type: bool
    default: true
"""
