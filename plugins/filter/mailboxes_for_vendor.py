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
  - Converts mailboxes that M(telephony.voicemail.vmbox_info) read from one PBX to mailboxes for
    M(telephony.voicemail.vmboxes) on
    another, and lists everything that is not carried over, with reasons.
  - An option is carried over if the other PBX has it and accepts the value. Fixed properties of one PBX, such as a
    notification that is sent as soon as there is an address, are carried over if they are an option on the other.
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
    description: The PBX to convert them for. It may be the same, for another account, tenant or organization.
    type: str
    choices: [kazoo, portsip, tel4vn, onsip]
    required: true
  shared_voicemails:
    description:
      - Shared voicemails of the same PBX, as M(telephony.voicemail.shared_voicemail_info) returns them.
      - They become mailboxes, unless O(target) has shared voicemails own file.
    type: list
    elements: dict
    default: []
  values:
    description:
      - Replacements of values by option, such as for a time zone that O(target) does not
        know.
      - For a list, they apply to each entry. V(null) drops the value.
    type: dict
    default: {}
  renamed:
    description:
      - Option to the option for its value if O(target) has no such option and the other one is unused.
    type: dict
    default: {}
  defaults:
    description: Default options for every mailbox. Carried values take precedence.
    type: dict
    default: {}
  overrides:
    description:
      - Overriding options of a mailbox, by its number in the source.
      - C(mailbox) in them changes the number. V(null) in place of the options leaves the mailbox out.
    type: dict
    default: {}
  pins:
    description:
      - PINs by number on O(target), for mailboxes without one. They are written only to new mailboxes.
    type: dict
    default: {}
  include_pins:
    description:
      - Whether the mailboxes were read with their PINs. It distinguishes hidden PINs from PINs that were not
        for.
    type: bool
    default: false
  present:
    description:
      - Existing numbers of O(target).
      - Without it, mailboxes that must already exist are listed in C(undecided) and left out.
    type: list
    elements: str
  return_problems:
    description:
      - Return what is wrong with the mailboxes or these options as C(problem), with no mailboxes, instead of failing.
        A task that stores the mailboxes with C(no_log) would hide the error.
    type: bool
    default: false
    version_added: 1.1.0
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

- name: Show what OnSIP does not support
  ansible.builtin.debug:
    msg: >-
      {{ (old.mailboxes | telephony.voicemail.mailboxes_for_vendor(
           source='kazoo',
           target='onsip',
           values={'timezone': {'America/Detroit': 'America/New_York'}})).losses }}
"""

RETURN = r"""
_value:
  description: The result of the conversion.
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
        - Values that are not carried over, with one entry for all mailboxes with the same loss and reason.
        - C(option) and C(value) are as the source has them; the value of a PIN is never there. C(instead) is what a
          new mailbox has in its place, by O(defaults), O(overrides) or O(target) itself. C(usual) is true for the
          default value of every mailbox. C(mailboxes) are numbers in the source.
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
      description: Mailboxes that are not carried over, each with its C(mailbox) and C(reason).
      type: list
      elements: dict
    undecided:
      description: Numbers that must already exist on O(target), if O(present) is not set.
      type: list
      elements: str
    without_pin:
      description: Numbers on O(target) of mailboxes without a PIN.
      type: list
      elements: str
    renamed:
      description: Renamed options of the source, as far as O(renamed) was used.
      type: dict
    unused_overrides:
      description: Numbers in O(overrides) without a mailbox.
      type: list
      elements: str
    problem:
      description: What is wrong. Empty if nothing is.
      returned: with O(return_problems=true)
      type: str
      version_added: 1.1.0
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
    Translation,
    grouped,
    translate,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import is_number
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import MAILBOXES, SHARED_VOICEMAILS
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor

NAME = "mailboxes_for_vendor"
_TYPES: dict[str, type] = {
    **dict.fromkeys(("values", "renamed", "defaults", "overrides", "pins"), dict),
    **dict.fromkeys(("shared_voicemails", "present"), list),
}


def mailboxes_for_vendor(boxes: t.Any, source: str, target: str, **options: t.Any) -> dict[str, t.Any]:
    """Return the result of the conversion; see the documentation above.

    :raises AnsibleFilterError: with all problems of the mailboxes and the user's choices.
    """
    if IMPORT_ERROR:
        raise AnsibleFilterError(f"{NAME} needs {LIBRARIES}. {INSTALL}")
    unknown = sorted(set(options) - {*_TYPES, "include_pins", "return_problems"})
    if unknown:
        raise AnsibleFilterError(f"{NAME}: unknown option {', '.join(unknown)}")
    for option, name in (("source", source), ("target", target)):
        if name not in NAMES:
            raise AnsibleFilterError(f"{NAME}: `{option}` must be one of {', '.join(NAMES)}, not {name!r}")
    problem = ""
    try:
        result = _translated(boxes, source, target, options)
    except InvalidInputError as error:
        if not options.get("return_problems"):
            raise AnsibleFilterError(f"{NAME}: {error}") from error
        result, problem = Translation(), str(error)
    return {
        "mailboxes": result.mailboxes,
        "losses": grouped(result.losses),
        "left_out": [{"mailbox": number, "reason": reason} for number, reason in result.left_out.items()],
        "undecided": result.undecided,
        "without_pin": result.without_pin,
        "renamed": result.renamed,
        "unused_overrides": result.unused,
        **({"problem": problem} if options.get("return_problems") else {}),
    }


def _translated(boxes: t.Any, source: str, target: str, options: t.Mapping[str, t.Any]) -> Translation:
    given = {"boxes": boxes, **{option: options.get(option) for option in _TYPES}}
    plain = {option: _plain(option, value) for option, value in given.items() if value is not None}
    present = plain.pop("present", None)
    choices = Choices(
        include_pins=bool(options.get("include_pins")),
        present=None if present is None else frozenset(map(str, present)),
        **{
            option: plain[option]
            for option in ("values", "renamed", "defaults", "overrides", "pins")
            if option in plain
        },
    )
    sources = [Source(vendor(source).tables[MAILBOXES.key], plain.get("boxes", []))]
    if plain.get("shared_voicemails"):
        sources.append(_shared(source, target, plain["shared_voicemails"]))
    return translate(sources, vendor(target).tables[MAILBOXES.key], choices, tuple(arguments.MAILBOX), NAMES)


def _plain(option: str, value: t.Any) -> t.Any:
    wanted = _TYPES.get(option, list)
    if not isinstance(value, (wanted, tuple) if wanted is list else wanted):
        expected = "a list" if wanted is list else "a dictionary"
        raise AnsibleFilterError(f"{NAME}: `{option}` must be {expected}, not {type_name(value)}")
    named = t.cast("t.Iterable[t.Any]", value) if option in ("overrides", "pins") else ()
    numbers = [key for key in named if is_number(key)]
    if numbers:
        Display().warning(f"{NAME}: {number_warning([f'`{option}`: {number}' for number in numbers])}")
    # Removes Ansible's own types of text and list.
    return json.loads(json.dumps(value))


def _shared(source: str, target: str, boxes: list[t.Any]) -> Source:
    table = vendor(source).tables.get(SHARED_VOICEMAILS.key)
    if table is None:
        raise AnsibleFilterError(f"{NAME}: {vendor(source).title} has no {SHARED_VOICEMAILS.keys}")
    refusal = (
        f"{vendor(target).title} has its own shared voicemails: write these to a file with the role export, and"
        " apply it with the module shared_voicemails"
        if SHARED_VOICEMAILS.key in vendor(target).tables
        else ""
    )
    return Source(table, boxes, refusal)


class FilterModule:
    """List the filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {NAME: mailboxes_for_vendor}
