# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a mailbox. Written by tests/tools/generate_docs.py from the field tables; change those instead."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of a mailbox."""

    DOCUMENTATION = r"""
options:
  mailbox:
    description:
    - Number that identifies the mailbox. Only KAZOO accepts characters other than digits.
    - Quote it in YAML, so that leading zeros are kept.
    type: str
    aliases:
    - extension
  new_mailbox:
    description:
    - New number of the mailbox. A mailbox that already has it is left unchanged.
    - Supported by KAZOO and OnSIP.
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
    - Name of the mailbox.
    - Held by KAZOO (required for a new one), OnSIP (required for a new one).
    type: str
  pin:
    description:
    - PIN that the user dials. Quote it in YAML, so that leading zeros are kept.
    - Null removes the PIN, on KAZOO only.
    - It never appears in results or differences.
    - Held by KAZOO, PortSIP PBX, TEL4VN (required for a new one), OnSIP.
    type: str
  require_pin:
    description:
    - Whether the owner must also enter the PIN when calling from their own phone.
    - Held by KAZOO, PortSIP PBX.
    type: bool
  emails:
    description:
    - Email addresses to notify of new messages. An empty list removes them all. Their order has no meaning.
    - Held by KAZOO, TEL4VN, OnSIP.
    type: list
    elements: str
  notify:
    description:
    - Whether to send an email for each new message.
    - Held by PortSIP PBX, OnSIP.
    type: bool
  attach_audio:
    description:
    - Whether to attach the recording to that email.
    - Held by KAZOO, OnSIP.
    type: bool
  after_email:
    description:
    - What to do with a message after the email was sent. V(delete) removes it from the mailbox, so only the email remains.
    - Held by KAZOO, TEL4VN, OnSIP.
    type: str
    choices:
    - keep
    - save
    - delete
  timezone:
    description:
    - IANA time zone of the time that is announced with a message.
    - Held by KAZOO, OnSIP.
    type: str
  language:
    description:
    - Language of the prompts, as a BCP 47 tag such as V(en-US).
    - Held by PortSIP PBX.
    type: str
  announce_time:
    description:
    - Whether and how to announce the time of a message.
    - Held by PortSIP PBX, OnSIP.
    type: str
    choices:
    - disabled
    - enabled
    - 12_hour
    - 24_hour
  announce_caller:
    description:
    - Whether to announce the caller's number.
    - Held by OnSIP.
    type: bool
  enabled:
    description:
    - Whether the mailbox accepts messages.
    - Held by TEL4VN.
    type: bool
  description:
    description:
    - Free text.
    - Held by TEL4VN.
    type: str
  owner_id:
    description:
    - Id of the user that owns the mailbox. An id that no user of the KAZOO account has is an error, unless the login must not list
      users.
    - Held by KAZOO.
    type: str
  owner:
    description:
    - User name of the user that owns the mailbox, in place of O(owner_id). A user that the KAZOO account does not have is an error.
    - Held by KAZOO.
    type: str
    version_added: 1.1.0
  kazoo:
    description:
    - Fields that only KAZOO has, under the names that KAZOO gives them.
    - Read only when O(vendor) is V(kazoo), so that one file can serve several vendors.
    type: dict
    suboptions:
      after_forward_action:
        description:
        - What the phone menu does after forwarding a message.
        - Known from KAZOO 5 on.
        type: str
        choices:
        - prompt
        - save
      aliases:
        description:
        - Additional numbers of the box. A number or alias must be unique in the account.
        - Known from KAZOO 5 on.
        type: list
        elements: str
      announcement_only:
        description: The box only plays its announcement.
        type: bool
      callflow:
        description: Fields below C(callflow).
        type: dict
        suboptions:
          adopt:
            description: Rewrite the callflow with the number that this collection did not create. It then belongs to the mailbox and
              is deleted with it.
            type: bool
          check_code:
            description: Feature code that users dial to hear their messages, such as `*97`. Applies to the whole account.
            type: str
          number:
            description: Number that callers dial to leave a message. Its callflow is created and deleted with the mailbox.
            type: str
        version_added: 1.1.0
      check_if_owner:
        description: Whether owners who call the box need not enter its number.
        type: bool
      envelope_type:
        description:
        - What is announced before a message is played.
        - Known from KAZOO 5 on.
        type: str
        choices:
        - default
        - caller_and_time
      flags:
        description: Tags for other software.
        type: list
        elements: str
      include_transcription_on_notify:
        description: Include the transcription in the email.
        type: bool
      is_setup:
        description: Whether the set-up by phone is complete. The phone menu sets it.
        type: bool
      is_voicemail_ff_rw_enabled:
        description: Allow seeking while a message is played.
        type: bool
      media:
        description: Fields below C(media).
        type: dict
        suboptions:
          temporary_unavailable:
            description: Id or name of a media file that replaces the greeting while it is set.
            type: str
            version_added: 1.1.0
          unavailable:
            description: Id or name of the media file of the greeting. The phone menu sets it when a greeting is recorded.
            type: str
      media_extension:
        description: Format of stored messages.
        type: str
        choices:
        - mp3
        - mp4
        - wav
      members:
        description:
        - Members of a shared box, each with `id` and `type` (user or group).
        - Known from KAZOO 5 on.
        type: list
        elements: dict
      not_configurable:
        description: Hide the configuration menu from the user.
        type: bool
      notify:
        description: Fields below C(notify).
        type: dict
        suboptions:
          callback:
            description: Fields below C(callback).
            type: dict
            suboptions:
              attempts:
                description: Number of callback attempts.
                type: int
              disabled:
                description: Disable callbacks.
                type: bool
              interval_s:
                description: Seconds between two attempts.
                type: int
              number:
                description: Number to call back.
                type: str
              schedule:
                description: Seconds to wait before each attempt.
                type: list
                elements: int
              timeout_s:
                description: Seconds to let the phone ring.
                type: int
      oldest_message_first:
        description: Play the oldest message first.
        type: bool
      operator_number:
        description:
        - Number of the operator, if it differs from the account's.
        - Known from KAZOO M on.
        type: str
      seek_duration_ms:
        description: Milliseconds per seek.
        type: int
      shared_vmbox:
        description:
        - Whether the box is shared.
        - Known from KAZOO 5 on.
        type: bool
      shared_vmbox_notify_owner_email:
        description:
        - Also notify the owner of a shared box by email.
        - Known from KAZOO 5 on.
        type: bool
      silence_hits:
        description:
        - 'Silence detection: hits in a row.'
        - Known from KAZOO 5 on.
        type: int
      silence_threshold:
        description:
        - 'Silence detection: threshold.'
        - Known from KAZOO 5 on.
        type: int
      skip_envelope:
        description: Do not announce the time and sender of messages.
        type: bool
      skip_greeting:
        description: Do not play the greeting.
        type: bool
      skip_instructions:
        description: Do not play the instructions.
        type: bool
      transcribe:
        description: Transcribe new messages.
        type: bool
      vm_message_forward_type:
        description:
        - Whether users can record an introduction to forwarded messages.
        - Known from KAZOO 5 on.
        type: str
        choices:
        - only_forward
        - prepend_forward
  portsip:
    description:
    - Fields that only PortSIP PBX has, under the names that PortSIP PBX gives them.
    - Read only when O(vendor) is V(portsip), so that one file can serve several vendors.
    type: dict
  tel4vn:
    description:
    - Fields that only TEL4VN has, under the names that TEL4VN gives them.
    - Read only when O(vendor) is V(tel4vn), so that one file can serve several vendors.
    type: dict
  onsip:
    description:
    - Fields that only OnSIP has, under the names that OnSIP gives them.
    - Read only when O(vendor) is V(onsip), so that one file can serve several vendors.
    type: dict
    suboptions:
      attach:
        description: Fields below C(attach).
        type: dict
        suboptions:
          name:
            description: Display name of the user's address; unchanged by default.
            type: str
          timeout:
            description: Seconds that the user's phones ring first; unchanged by default.
            type: int
          user_address:
            description: SIP address of the user whose unanswered calls go to the box. Other users attached to it are kept.
            type: str
          user_id:
            description: Id of the user who owns the address; its current owner by default.
            type: str
      domain:
        description:
        - Domain of the box's own SIP address; the organization's by default. Not compared, like `username`.
        - Only used when the mailbox is created; it cannot be read back.
        type: str
      mwi:
        description: SIP address whose phones indicate waiting messages.
        type: str
      notify_pager:
        description: Send notifications to `pager`.
        type: bool
      pager:
        description: Email address of the pager.
        type: str
      say_duration:
        description: Announce the length of a message before it is played.
        type: bool
      username:
        description:
        - Local part of the box's own SIP address; `vm.` and the number by default. Used to create the mailbox and to derive its address
          for `attach`. OnSIP does not show it, so it is not compared.
        - Only used when the mailbox is created; it cannot be read back.
        type: str
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
