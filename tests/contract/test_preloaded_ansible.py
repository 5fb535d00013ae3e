# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of Ansible that is a fork of an imported one has the settings that a run of its own would have."""

from __future__ import annotations

import json
import pathlib

import pytest
from helpers.playbooks import play, registered
from helpers.preloaded_ansible import can_fork
from helpers.programs import environment_of

SETTINGS = (
    "ACTION_WARNINGS",
    "CALLBACKS_ENABLED",
    "COLLECTIONS_PATHS",
    "CONFIG_FILE",
    "DEFAULT_ACTION_PLUGIN_PATH",
    "DEFAULT_FORKS",
    "DEFAULT_HOST_LIST",
    "DEFAULT_TIMEOUT",
    "LOCALHOST_WARNING",
)


def test_a_fork_reads_the_settings_of_its_own_environment(tmp_path: pathlib.Path) -> None:
    found = []
    given = {"ANSIBLE_FORKS": "3", "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.tree"}
    (tmp_path / "ansible.cfg").write_text("[defaults]\nlocalhost_warning = false\n")
    # Python is started separately if one of its own variables is set.
    for extra in ({}, {"PYTHONNODEBUGRANGES": "1"}):
        variables = {**given, **extra}
        assert can_fork(environment_of(tmp_path) | variables, tmp_path) is not bool(extra)
        shown = {name: f"{{{{ lookup('ansible.builtin.config', '{name}') }}}}" for name in SETTINGS}
        task = {"ansible.builtin.set_fact": {"shown": shown}, "register": "settings"}
        run = play(tmp_path, [task, registered(tmp_path, "settings")], environment=variables)
        assert run.code == 0, run.output
        found.append(json.loads((tmp_path / "results.json").read_text())["settings"]["ansible_facts"]["shown"])
    assert found[0] == found[1]
    assert (found[0]["DEFAULT_FORKS"], found[0]["CALLBACKS_ENABLED"]) == (3, ["ansible.builtin.tree"])
    assert found[0]["CONFIG_FILE"] == str(tmp_path / "ansible.cfg")


@pytest.mark.parametrize(
    "given",
    [
        {"ANSIBLE_TASK_TIMEOUT": "3"},
        {"ANSIBLE_COLLECTIONS_PATH": "/nowhere"},
        {"ANSIBLE_NOCOLOR": "0"},
        {"LC_ALL": "C"},
        {"PYTHONHASHSEED": "1"},
    ],
    ids=lambda given: next(iter(given)),
)
def test_a_setting_that_a_fork_cannot_change_starts_anew(given: dict[str, str], tmp_path: pathlib.Path) -> None:
    variables = environment_of(tmp_path)
    assert can_fork(variables, tmp_path)
    if "ANSIBLE_COLLECTIONS_PATH" in given:
        (tmp_path / "collections" / "ansible_collections" / "telephony" / "voicemail").unlink()
    assert not can_fork({**variables, **given}, tmp_path)
    (tmp_path / "ansible.cfg").write_text("[defaults]\ntimeout = 3\n")
    assert not can_fork(variables, tmp_path)
