# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin: its messages, and its behavior after an interrupt."""

from __future__ import annotations

import contextlib
import datetime
import os
import signal
import types
import typing as t

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.telephony.voicemail.plugins.action import vmboxes
from ansible_collections.telephony.voicemail.plugins.module_utils.results import summarized


def action(no_log: bool = False, time_limit: int = 0) -> vmboxes.ActionModule:
    """Return an action for a task on the local connection."""
    task = types.SimpleNamespace(
        action="acme.pbx.boxes",
        args={"mailboxes": []},
        async_val=0,
        check_mode=False,
        environment=[],
        get_name=lambda: "Many mailboxes",
        loop=None,
        no_log=no_log,
        vars={},
        timeout=time_limit,
    )
    shell = types.SimpleNamespace(tmpdir=None, env_prefix=lambda **variables: "")
    connection = types.SimpleNamespace(transport="local", become=None, _shell=shell)
    loader = types.SimpleNamespace(get_basedir=os.getcwd)
    parts: list[t.Any] = [task, connection, types.SimpleNamespace(check_mode=False), loader, None, None]
    return vmboxes.ActionModule(*parts)


@pytest.mark.parametrize("no_log", [True, False])
def test_a_task_with_no_log_prints_no_progress(no_log: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[t.Any] = []
    monkeypatch.setattr(vmboxes.task, "run_in_worker", lambda _name, _raw, worker: given.append(worker.progress) or {})
    action(no_log).run()
    assert [progress is None for progress in given] == [no_log]


@pytest.mark.parametrize("no_log", [True, False])
def test_an_interrupted_task_reports_its_changes_and_ends_its_worker(
    no_log: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()
    ended: list[str] = []

    def run(*_args: t.Any, **_options: t.Any) -> dict[str, t.Any]:
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            # Ansible sends this signal to its workers next. Requests in flight continue.
            os.kill(os.getpid(), signal.SIGTERM)
            ended.append("cleanly")
        return {"summary": summarized({"create": 3, "update": 0, "none": 7}, failed=1, skipped=9, requests=5)}

    monkeypatch.setattr(vmboxes.task, "run_in_worker", run)
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    interrupted = action(no_log)
    interrupted.screen = writing
    with pytest.raises(KeyboardInterrupt):
        interrupted.run()
    os.close(writing)
    reported = os.read(reading, 1000).decode()
    os.close(reading)
    assert ended == ["cleanly"]
    assert ("Many mailboxes: interrupted: created 3, failed 1, skipped 9." in reported) is not no_log
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers


class TimedOutError(BaseException):
    """The exception that Ansible raises in the worker."""


@pytest.fixture
def time_limit() -> t.Iterator[None]:
    """Set the time limit of a task as Ansible does. It expires with the signal."""

    def over(number: int, frame: t.Any) -> t.NoReturn:
        raise TimedOutError

    former = signal.signal(signal.SIGALRM, over)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, former)


@pytest.mark.usefixtures("time_limit")
def test_a_task_past_its_time_limit_reports_its_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_args: t.Any, **_options: t.Any) -> dict[str, t.Any]:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGALRM)
        return {"changed": True, "summary": summarized({"create": 3}, skipped=9)}

    monkeypatch.setattr(vmboxes.task, "run_in_worker", run)
    result = action(time_limit=5).run()
    assert (result["failed"], result["changed"], result["summary"]["created"]) == (True, True, 3)
    assert result["msg"] == (
        "Timed out after 5 second(s). Requests in flight finished and are reported; the rest were skipped."
    )


@pytest.mark.usefixtures("time_limit")
def test_a_module_past_its_time_limit_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[t.Any] = []

    def run(_action: t.Any, module_args: dict[str, t.Any], **_options: t.Any) -> dict[str, t.Any]:
        given.append(module_args)
        signal.raise_signal(signal.SIGALRM)
        return {"changed": True}

    monkeypatch.setattr(vmboxes.ActionModule, "_execute_module", run)
    far = action(time_limit=5)
    far._connection.transport = "ssh"
    assert far.run()["changed"]
    assert [arguments[vmboxes.task.TIME_LIMIT] for arguments in given] == [5]


@pytest.mark.usefixtures("time_limit")
def test_a_module_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_args: t.Any, **_options: t.Any) -> dict[str, t.Any]:
        for _signal in range(2):
            signal.raise_signal(signal.SIGALRM)
        return {"changed": True}

    monkeypatch.setattr(vmboxes.ActionModule, "_execute_module", run)
    far = action(time_limit=5)
    far._connection.transport = "ssh"
    with pytest.raises(TimedOutError):
        far.run()


@pytest.mark.parametrize(
    ("environment", "here"),
    [
        ({}, True),
        ({"VOICEMAIL_URL": "http://127.0.0.1"}, True),
        ({"http_proxy": ""}, False),
        ({"SSL_CERT_DIR": "/etc/ssl"}, False),
        ({"HOME": "/tmp"}, False),
        ({"VOICEMAIL_URL": "http://127.0.0.1", "TARGET": "x"}, False),
    ],
)
def test_the_worker_applies_the_environment_or_runs_the_module(
    environment: dict[str, str], here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(vmboxes.task, "run_in_worker", lambda *_args, **_options: ran.append("here") or {})
    monkeypatch.setattr(vmboxes.ActionModule, "_execute_module", lambda *_args, **_options: ran.append("module") or {})
    monkeypatch.setattr(
        vmboxes.ActionModule, "_compute_environment_string", lambda _action, found: found.update(environment)
    )
    action().run()
    assert ran == ["here" if here else "module"]


def test_the_module_refuses_a_list_together_with_a_file() -> None:
    both = {"src": "boxes.yml", "mailboxes": [{"mailbox": "3000"}]}
    assert vmboxes.task.with_items("vmboxes", both, "[{mailbox: '3001'}]") == both
    assert vmboxes.task.with_items("vmboxes", {"src": "boxes.yml", "mailboxes": None}, "[{mailbox: '3001'}]") == {
        "mailboxes": [{"mailbox": "3001", "source": "boxes.yml:1"}]
    }


def test_dates_are_refused_before_they_become_text() -> None:
    moment = datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC)
    given = {"name": moment, "older_than": moment}
    run = action()
    run._task.args = {"mailboxes": [{"kazoo": given}], **given}
    with pytest.raises(AnsibleActionFail) as caught:
        run.run()
    places = ("mailboxes item 1.kazoo.name", "mailboxes item 1.kazoo.older_than", "name")
    reported = "must be text, not a date and time. Put it in quotes, or use the filter `string`"
    assert str(caught.value).splitlines()[1:] == [f"- `{place}` {reported}" for place in places[:2]] + [
        f"- `{places[2]}` {reported}."
    ]
