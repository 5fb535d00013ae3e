# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A persistent connection to a network device, like network_cli, that cannot be opened."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = """
name: device
short_description: A device that cannot be reached
description: A connection that persists.
author: telephony.voicemail contributors
options:
  become_success_timeout:
    description: See P(ansible.builtin.local#connection).
    type: int
    default: 10
  become_strip_preamble:
    description: See P(ansible.builtin.local#connection).
    type: bool
    default: true
  persistent_command_timeout:
    description: Seconds that a command may take.
    type: int
    default: 5
    vars:
      - name: ansible_command_timeout
extends_documentation_fragment:
  - connection_pipelining
"""


class Connection(LocalConnection):
    """A device that cannot be reached."""

    transport = "device"
    force_persistence = True

    def _connect(self) -> t.NoReturn:
        raise AnsibleConnectionFailure("the device cannot be reached")
