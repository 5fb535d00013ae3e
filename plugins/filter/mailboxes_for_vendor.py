# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  documentation comes before imports, as ansible-test wants it
"""The filter mailboxes_for_vendor."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mailboxes_for_vendor
short_description: Turn mailboxes of one PBX into mailboxes of another
version_added: 1.0.0
author:
  - telephony.voicemail contributors (@telephony-voicemail)
description:
  - Turns what M(telephony.voicemail.vmbox_info) read from one PBX into what M(telephony.voicemail.vmboxes) takes for
    another, and tells everything that is not carried, and why.
  - An option is carried where the other PBX has it and takes the value. What holds on one PBX by nature, such as a
    notice that is sent as soon as there is an address, is carried where it is an option on the other.
  - The role P(telephony.voicemail.migrate#role) reads, translates, plans and applies.
positional: _input
options:
  _input:
    description: The mailboxes, as M(telephony.voicemail.vmbox_info) returns them.
    type: list
    elements: dict
    required: true
  source:
    description: The PBX that they were read from.
    type: str
    choices: [kazoo, portsip, tel4vn, onsip]
    required: true
  target:
    description: The PBX that they shall be for. It may be the same, for another account, tenant or organization.
    type: str
    choices: [kazoo, portsip, tel4vn, onsip]
    required: true
  shared_voicemails:
    description:
      - Shared voicemails of the same PBX, as M(telephony.voicemail.shared_voicemail_info) returns them.
      - They become mailboxes, unless O(target) has shared voicemails of its own.
    type: list
    elements: dict
    default: []
  values:
    description:
      - Option to a dictionary of value to the value that takes its place, such as a time zone that O(target) does not
        know.
      - Of a list, each entry is looked up. V(null) leaves the value out.
    type: dict
    default: {}
  renamed:
    description:
      - Option to the option that shall hold its value where O(target) has no such option and the other is free.
    type: dict
    default: {}
  defaults:
    description: Options that are laid under every mailbox. What is carried wins.
    type: dict
    default: {}
  overrides:
    description:
      - Number in the source to options that are laid over that mailbox. They win over what is carried.
      - C(mailbox) in them gives the mailbox another number. V(null) in place of the options leaves the mailbox out.
    type: dict
    default: {}
  pins:
    description:
      - Number on O(target) to a PIN, for mailboxes that would come without one. It is written only to new mailboxes.
    type: dict
    default: {}
  include_pins:
    description:
      - Whether the mailboxes were read with their PINs. It tells a PIN that is not shown from one that was not asked
        for.
    type: bool
    default: false
  present:
    description:
      - Numbers that O(target) has already.
      - Without it, mailboxes that can only be carried where they exist are named in C(undecided) and left out.
    type: list
    elements: str
seealso:
  - plugin: telephony.voicemail.boxes_to_yaml
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read all mailboxes of the old PBX
  telephony.voicemail.vmbox_info:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
  register: old

- name: Tell what OnSIP cannot hold
  ansible.builtin.debug:
    msg: >-
      {{ (old.mailboxes | telephony.voicemail.mailboxes_for_vendor(
           source='kazoo',
           target='onsip',
           values={'timezone': {'America/Detroit': 'America/New_York'}})).losses }}
"""

RETURN = r"""
_value:
  description: What becomes of the mailboxes.
  type: dict
  contains:
    mailboxes:
      description: Mailboxes for O(target).
      type: list
      elements: dict
      sample:
        - mailbox: "3000"
          name: Reception
    losses:
      description:
        - What is not carried, one entry for all mailboxes that lose the same for the same reason.
        - C(option) and C(value) are as the source has them; the value of a PIN is never there. C(instead) is what a
          new mailbox has in its place, by O(defaults), O(overrides) or O(target) itself. C(usual) tells that it is the
          value of every mailbox for which nobody chose another. C(mailboxes) are numbers in the source.
      type: list
      elements: dict
      sample:
        - option: timezone
          value: Europe/Berlin
          reason: must be one of America/New_York, America/Chicago
          instead:
          usual: false
          mailboxes: ["3000"]
    left_out:
      description: Mailboxes that are not carried at all, each with its C(mailbox) and C(reason).
      type: list
      elements: dict
    undecided:
      description: Numbers on O(target) that must be there already, as long as O(present) is not given.
      type: list
      elements: str
    without_pin:
      description: Numbers on O(target) of the mailboxes that come without a PIN.
      type: list
      elements: str
    renamed:
      description: Option of the source to the option that holds it, as far as O(renamed) was used.
      type: dict
    unused_overrides:
      description: Numbers in O(overrides) that no mailbox has.
      type: list
      elements: str
"""

import json
import typing as t

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display
from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments
from ansible_collections.telephony.voicemail.plugins.module_utils.deps import IMPORT_ERROR, INSTALL, LIBRARIES
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import (
    number_warning,
    type_name,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.migration.plan import (
    Choices,
    Source,
    grouped,
    translate,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import is_number
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import MAILBOXES, SHARED_VOICEMAILS
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor

NAME = "mailboxes_for_vendor"
_TYPES: dict[str, type] = {
    **dict.fromkeys(("values", "renamed", "defaults", "overrides", "pins"), dict),
    **dict.fromkeys(("boxes", "shared_voicemails", "present"), list),
}


def mailboxes_for_vendor(
    boxes: t.Any,
    source: str,
    target: str,
    shared_voicemails: t.Any = None,
    values: t.Any = None,
    renamed: t.Any = None,
    defaults: t.Any = None,
    overrides: t.Any = None,
    pins: t.Any = None,
    include_pins: bool = False,
    present: t.Any = None,
) -> dict[str, t.Any]:
    """Return what becomes of mailboxes; see the documentation above.

    :raises AnsibleFilterError: with everything that is wrong with the mailboxes or the user's choices.
    """
    if IMPORT_ERROR:
        raise AnsibleFilterError(f"{NAME} needs {LIBRARIES}. {INSTALL}")
    for option, name in (("source", source), ("target", target)):
        if name not in NAMES:
            raise AnsibleFilterError(f"{NAME}: `{option}` must be one of {', '.join(NAMES)}, not {name!r}")
    given = {
        "boxes": boxes,
        "shared_voicemails": shared_voicemails,
        "values": values,
        "renamed": renamed,
        "defaults": defaults,
        "overrides": overrides,
        "pins": pins,
        "present": present,
    }
    plain = {option: _plain(option, value) for option, value in given.items() if value is not None}
    choices = Choices(
        include_pins=bool(include_pins),
        present=None if present is None else frozenset(map(str, plain.pop("present"))),
        **{
            option: plain[option]
            for option in ("values", "renamed", "defaults", "overrides", "pins")
            if option in plain
        },
    )
    sources = [Source(vendor(source).tables[MAILBOXES.key], plain.get("boxes", []))]
    if plain.get("shared_voicemails"):
        sources.append(_shared(source, target, plain["shared_voicemails"]))
    try:
        result = translate(sources, vendor(target).tables[MAILBOXES.key], choices, tuple(arguments.MAILBOX), NAMES)
    except InvalidInputError as error:
        raise AnsibleFilterError(f"{NAME}: {error}") from error
    return {
        "mailboxes": result.mailboxes,
        "losses": grouped(result.losses),
        "left_out": [{"mailbox": number, "reason": reason} for number, reason in result.left_out.items()],
        "undecided": result.undecided,
        "without_pin": result.without_pin,
        "renamed": result.renamed,
        "unused_overrides": result.unused,
    }


def _plain(option: str, value: t.Any) -> t.Any:
    wanted = _TYPES[option]
    if not isinstance(value, (wanted, tuple) if wanted is list else wanted):
        expected = "a list" if wanted is list else "a dictionary"
        raise AnsibleFilterError(f"{NAME}: `{option}` must be {expected}, not {type_name(value)}")
    named = t.cast("t.Iterable[t.Any]", value) if option in ("overrides", "pins") else ()
    numbers = [key for key in named if is_number(key)]
    if numbers:
        Display().warning(f"{NAME}: {number_warning([f'`{option}`: {number}' for number in numbers])}")
    # Ansible's own kinds of text and list are left behind.
    return json.loads(json.dumps(value))


def _shared(source: str, target: str, boxes: list[t.Any]) -> Source:
    table = vendor(source).tables.get(SHARED_VOICEMAILS.key)
    if table is None:
        raise AnsibleFilterError(f"{NAME}: {source} has no {SHARED_VOICEMAILS.keys}")
    refusal = (
        f"{target} has shared voicemails of its own: write these to a file with the role export, and apply it with"
        " the module shared_voicemails"
        if SHARED_VOICEMAILS.key in vendor(target).tables
        else ""
    )
    return Source(table, boxes, refusal)


class FilterModule:
    """List the filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {NAME: mailboxes_for_vendor}
