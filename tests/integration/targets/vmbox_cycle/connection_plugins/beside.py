# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local connection under another name."""

from __future__ import annotations

import pathlib

from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = """
name: beside
short_description: The controller, as if it were another host
description:
  - Runs tasks where P(ansible.builtin.local#connection) does. Since it has another name, an action plugin that takes a
    short way on a local connection does not take it here, so that tests see what happens on a remote host.
author: telephony.voicemail contributors
options:
  become_success_timeout:
    description: See P(ansible.builtin.local#connection).
    type: int
    default: 10
  witness:
    description: File that gets a line for every module that is sent over this connection, so that tests know it was.
    type: path
    required: true
    vars:
      - name: vmbox_cycle_witness
  become_strip_preamble:
    description: See P(ansible.builtin.local#connection).
    type: bool
    default: true
extends_documentation_fragment:
  - connection_pipelining
"""


class Connection(LocalConnection):
    """A local connection that does not say so."""

    transport = "beside"

    def put_file(self, in_path: str, out_path: str) -> None:
        """Copy a module, and note it."""
        super().put_file(in_path, out_path)
        self._note(out_path)

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Run a command, and note it where it is given a module to read: with pipelining none is copied."""
        if in_data:
            self._note(cmd)
        return super().exec_command(cmd, in_data=in_data, sudoable=sudoable)

    def _note(self, text: str) -> None:
        with pathlib.Path(self.get_option("witness")).open("a", encoding="utf-8") as watch_variables:
            watch_variables.write(text.replace("\n", " ") + "\n")
