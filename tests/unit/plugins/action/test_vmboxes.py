# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin: what the worker is told of, and how it ends when the user interrupts it."""

from __future__ import annotations

import os
import signal
import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.action import vmboxes
from ansible_collections.telephony.voicemail.plugins.module_utils.core.outcome import summarized
from ansible_collections.telephony.voicemail.plugins.plugin_utils import interruption


def action(no_log: bool = False) -> vmboxes.ActionModule:
    """An action for a task over the local connection."""
    task = types.SimpleNamespace(
        action="acme.pbx.boxes",
        args={"mailboxes": []},
        async_val=0,
        check_mode=False,
        diff=False,
        environment=[],
        get_name=lambda: "Many mailboxes",
        loop=None,
        no_log=no_log,
        timeout=0,
    )
    shell = types.SimpleNamespace(tmpdir=None, env_prefix=lambda **variables: "")
    connection = types.SimpleNamespace(transport="local", become=None, _shell=shell)
    loader = types.SimpleNamespace(get_basedir=os.getcwd)
    parts: list[t.Any] = [task, connection, types.SimpleNamespace(check_mode=False), loader, None, None]
    return vmboxes.ActionModule(*parts)


@pytest.mark.parametrize("no_log", [True, False])
def test_progress_is_silent_where_the_task_is(no_log: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[t.Any] = []
    monkeypatch.setattr(
        vmboxes.task, "run_in_worker", lambda *_args, progress, **_options: given.append(progress) or {}
    )
    action(no_log).run()
    assert [progress is None for progress in given] == [no_log]


@pytest.mark.parametrize("no_log", [True, False])
def test_an_interrupted_task_is_told_and_ends_its_worker(no_log: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    monkeypatch.setattr(interruption, "_SCREEN", writing)
    ended: list[str] = []

    def run(*_args: t.Any, **_options: t.Any) -> dict[str, t.Any]:
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            # What Ansible sends to its workers next: what was begun goes on all the same.
            os.kill(os.getpid(), signal.SIGTERM)
            ended.append("cleanly")
        return {"summary": summarized({"create": 3, "update": 0, "none": 7}, failed=1, skipped=9, requests=5)}

    monkeypatch.setattr(vmboxes.task, "run_in_worker", run)
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(KeyboardInterrupt):
        action(no_log).run()
    os.close(writing)
    told = os.read(reading, 1000).decode()
    os.close(reading)
    assert ended == ["cleanly"]
    assert ("Many mailboxes: interrupted: created 3, failed 1, skipped 9." in told) is not no_log
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_a_list_beside_a_file_is_left_for_the_module_to_refuse() -> None:
    both = {"src": "boxes.yml", "mailboxes": [{"mailbox": "3000"}]}
    assert vmboxes.task.with_items("vmboxes", both, "[{mailbox: '3001'}]") == both
    assert vmboxes.task.with_items("vmboxes", {"src": "boxes.yml", "mailboxes": None}, "[{mailbox: '3001'}]") == {
        "mailboxes": [{"mailbox": "3001"}]
    }
