# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network devices as hosts, and tasks on the command line."""

from __future__ import annotations

import json
import pathlib

import pytest
from helpers.playbooks import ROOT, ansible, play
from helpers.subjects import KAZOO

DEVICES = {"ANSIBLE_CONNECTION_PLUGINS": str(ROOT / "tests" / "modes" / "connection_plugins")}


def test_tasks_for_network_devices_run_on_the_controller(tmp_path: pathlib.Path) -> None:
    """Check that the controller connects to the telephone system, whatever connection the host uses."""
    with KAZOO.serve() as server:
        device = {"vars": {"ansible_connection": "device"}}
        created = {"telephony.voicemail.vmbox": KAZOO.arguments(server, mailbox="3000", name="Reception"), **device}
        run = play(tmp_path, [created], environment=DEVICES)
    assert "changed=1" in run.output, run.output


@pytest.mark.parametrize(
    "options",
    [
        """mailbox=3000 name=Reception kazoo='{"skip_greeting": true}'""",
        "mailbox=3000 name=Reception kazoo='skip_greeting=yes'",
        json.dumps({"mailbox": "3000", "name": "Reception", "kazoo": {"skip_greeting": True}}),
    ],
)
def test_dictionaries_on_the_command_line_are_read(options: str, tmp_path: pathlib.Path) -> None:
    with KAZOO.serve() as server:
        environment = {f"VOICEMAIL_{name.upper()}": str(value) for name, value in KAZOO.arguments(server).items()}
        command = ("localhost", "-m", "telephony.voicemail.vmbox", "-a", options)
        done = ansible("adhoc", tmp_path, *command, environment=environment)
        again = ansible("adhoc", tmp_path, *command, environment=environment)
    assert (done.code, "CHANGED" in done.output) == (0, True), done.output
    assert '"skip_greeting": true' in done.output
    assert (again.code, "SUCCESS" in again.output) == (0, True), again.output
