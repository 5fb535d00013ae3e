# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  documentation comes before imports, as ansible-test wants it
"""The filter escape_text."""

from __future__ import annotations

DOCUMENTATION = r"""
name: escape_text
short_description: Clean a text from a PBX and escape it for a format
version_added: 1.1.0
author:
  - telephony.voicemail contributors (@telephony-voicemail)
description:
  - Names, numbers and error texts come from people and from servers. This filter converts them to text that a report
    can
    show in one line, whatever it contains.
  - It replaces control characters and the control sequences of terminals, removes characters without a width and those
    that change the direction of text, and breaks up the workflow commands of pipelines, such as C(::error::).
  - Then it escapes characters with a meaning in the format. In Markdown, the text becomes no link, image, heading,
    HTML,
    mention, reference or quick action, also on GitHub and GitLab. In CSV, it becomes no formula.
positional: _input, format
options:
  _input:
    description: The text. Other values are converted to JSON; V(null) is an empty text.
    type: raw
    required: true
  format:
    description: The format that the text is for. V(terminal) is for logs as well. V(yaml) returns a quoted scalar.
    type: str
    choices: [terminal, markdown, html, xml, csv, yaml]
    default: terminal
seealso:
  - plugin: telephony.voicemail.voicemail_report
    plugin_type: callback
"""

EXAMPLES = r"""
- name: Read all mailboxes
  telephony.voicemail.vmbox_info:
    vendor: kazoo
    url: https://kazoo.example.com:8443/v2
    api_key: "{{ kazoo_api_key }}"
  register: found

- name: Write a list of the mailboxes
  ansible.builtin.copy:
    content: |
      {% for box in found.mailboxes %}
      * {{ box.mailbox }}, {{ box.name | telephony.voicemail.escape_text('markdown') }}
      {% endfor %}
    dest: mailboxes.md
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The text in one line.
  type: str
  sample: '&lt;img src\=x&gt;'
"""

import json
import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.text import ESCAPES


def escape_text(value: t.Any, format: str = "terminal") -> str:  # noqa: A002  the public name of the option
    """Return text for a format; see the documentation above.

    :raises AnsibleFilterError: if the format is unknown.
    """
    if format not in ESCAPES:
        raise AnsibleFilterError(f"escape_text: format must be one of {', '.join(ESCAPES)}")
    if value is None:
        return ""
    text = str(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return ESCAPES[format](text)


class FilterModule:
    """List the filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"escape_text": escape_text}
