# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local connection under another name."""

from __future__ import annotations

import pathlib

from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = """
name: as_remote
short_description: The controller, as if it were another host
description:
  - Runs tasks on the controller, like P(ansible.builtin.local#connection). Because of its name, action plugins do not
    use their fast path for local connections, so tests cover the behavior on remote hosts.
author: telephony.voicemail contributors
options:
  become_success_timeout:
    description: See P(ansible.builtin.local#connection).
    type: int
    default: 10
  log:
    description: File to which a line is appended for every module that is sent over this connection.
    type: path
    required: true
    vars:
      - name: vmbox_cycle_log
  become_strip_preamble:
    description: See P(ansible.builtin.local#connection).
    type: bool
    default: true
extends_documentation_fragment:
  - connection_pipelining
"""


class Connection(LocalConnection):
    """A local connection that does not report itself as local."""

    transport = "as_remote"

    def put_file(self, in_path: str, out_path: str) -> None:
        """Copy a module, and log it."""
        super().put_file(in_path, out_path)
        self._note(out_path)

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        """Run a command, and log it if a module is its input, because pipelining copies no module."""
        if in_data:
            self._note(cmd)
        return super().exec_command(cmd, in_data=in_data, sudoable=sudoable)

    def _note(self, text: str) -> None:
        with pathlib.Path(self.get_option("log")).open("a", encoding="utf-8") as log:
            log.write(text.replace("\n", " ") + "\n")
