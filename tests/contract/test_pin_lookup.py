# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented play of the lookup pin, run by ansible-playbook: one PIN and one mailbox per number."""

from __future__ import annotations

import pathlib

import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.lookup import pin
from helpers.playbooks import play
from helpers.subjects import KAZOO

NUMBERS = ["3000", "3001", "3002"]


@pytest.mark.parametrize("numbers", ["numbers", "*numbers"])
def test_every_number_has_its_pin(numbers: str, tmp_path: pathlib.Path) -> None:
    task = yaml.safe_load(pin.EXAMPLES)[1]
    assert task["vars"]["numbers"] == NUMBERS
    documented = task["vars"]["pins"]
    task["vars"]["pins"] = documented.replace(
        "'telephony.voicemail.pin', numbers,", f"'telephony.voicemail.pin', {numbers},"
    )
    assert numbers in task["vars"]["pins"]
    with KAZOO.serve(mailboxes=0) as server:
        arguments = task["telephony.voicemail.vmboxes"]
        del arguments["api_key"]
        arguments |= {**KAZOO.connection, "url": server.url}
        run = play(
            tmp_path, [{**task, "register": "made"}, {"ansible.builtin.assert": {"that": "made.summary.create == 3"}}]
        )
    assert run.code == 0, run.output
    pins = yaml.safe_load((tmp_path / "pins.yml").read_text())["kazoo"]["default"]
    assert sorted(pins) == NUMBERS
    assert len(set(pins.values())) > 1
