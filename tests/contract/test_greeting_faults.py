# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Greetings after a killed run, network faults or wrong replies: the next run repairs them, and callers never hear
them."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.portsip import (
    greetings as portsip_greetings,
)
from helpers.greeting_subjects import TaskRunner, recording, serve

STEPS = ("upload", "attach", "enable", "delete")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("mode", ["exclusive", "independent"])
def test_a_killed_run_is_repaired_and_its_greeting_never_played(
    step: str, moment: str, mode: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = recording(1, 1), recording(1, 2)
    with serve(greeting_enable=mode) as server:
        runner = TaskRunner(server, tmp_path)
        runner.run(src=runner.file(old))
        call = getattr(portsip_greetings.PortsipGreetings, step)

        def killed(*arguments: t.Any) -> t.Any:
            if moment == "after":
                call(*arguments)
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(portsip_greetings.PortsipGreetings, step, killed)
            with pytest.raises(KeyboardInterrupt):
                runner.run(src=runner.file(new))
        assert set(runner.heard()) <= {old, new}
        assert runner.heard()
        done = runner.run(src=runner.file(new))
        assert not done["failed"], done
        assert list(runner.greetings().values()) == [(new, True)]
        assert runner.run(src=runner.file(new))["action"] == "none"


PATHS = {
    "upload": r".*/blobs/uploads",
    "append": r".*/append",
    "complete": r".*/complete",
    "attach": r".*/greetings",
    "enable": r".*/enable",
    "delete": r".*/greetings/.*/destroy",
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
@pytest.mark.parametrize("kind", ["lost_reply", "reset_before", "reset_after", "status:503", "html:200"])
def test_faults_are_repaired_and_partial_greetings_never_played(kind: str, path: str, tmp_path: pathlib.Path) -> None:
    old, new = recording(1, 1), recording(1, 2)
    with serve() as server:
        runner = TaskRunner(server, tmp_path)
        runner.run(src=runner.file(old))
        server.faults.set([f"{kind},method=POST,path={path},count=1"])
        for _attempt in range(3):
            done = runner.run(src=runner.file(new))
            assert runner.heard()
            if not done["failed"]:
                break
        assert not done["failed"], done
        assert list(runner.greetings().values()) == [(new, True)]
        assert runner.run(src=runner.file(new))["action"] == "none"


@pytest.mark.usefixtures("no_waiting")
def test_a_success_reply_is_verified(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = recording(1, 1), recording(1, 2)
    with serve() as server:
        runner = TaskRunner(server, tmp_path)
        runner.run(src=runner.file(old))
        change = runner.directory.greetings.change
        with monkeypatch.context() as patched:
            patched.setattr(runner.directory.greetings, "change", lambda *_arguments: None)
            result = runner.run(src=runner.file(new))
        assert (result["failed"], result["changed"]) == (True, True)
        assert "it is not enabled" in result["msg"]
        assert runner.heard() == [old]
        with monkeypatch.context() as patched:
            patched.setattr(portsip_greetings.PortsipGreetings, "delete", lambda _self, _greeting_id: None)
            result = runner.run(src=runner.file(new))
        assert "it still exists" in result["msg"]
        assert runner.heard() == [new]
        assert runner.directory.greetings.change == change
        assert runner.run(src=runner.file(new))["removed"] == ["greeting.wav"]


def test_a_different_stored_recording_is_detected(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = recording(1, 1), recording(1, 2)
    with serve() as server:
        runner = TaskRunner(server, tmp_path)
        runner.run(src=runner.file(old))
        upload = portsip_greetings.PortsipGreetings.upload

        def converting(self: t.Any, wanted: t.Any) -> str:
            return upload(self, type(wanted)(wanted.name, recording(1, 3)))

        monkeypatch.setattr(portsip_greetings.PortsipGreetings, "upload", converting)
        result = runner.run(src=runner.file(new))
        assert (result["failed"], result["changed"]) == (True, False)
        assert "stored a recording other than the uploaded one" in result["msg"]
        # Repeated attempts do not accumulate greetings.
        assert list(runner.greetings().values()) == [(old, True)]


def test_an_unreadable_recording_is_compared_by_name_and_size(tmp_path: pathlib.Path) -> None:
    with serve() as server:
        runner = TaskRunner(server, tmp_path)
        runner.run(src=runner.file(recording(1, 1)))
        server.faults.set(["status:404,path=.*/blobs/[^/]+"])
        result = runner.run(src=runner.file(recording(1, 1)))
        assert (result["failed"], result["changed"]) == (False, False)
        assert any("assumed to be the same" in warning for warning in result["warnings"])
        server.faults.set(["status:404,method=GET,path=.*/blobs/[^/]+,count=1"])
        result = runner.run(src=runner.file(recording(1, 1), "renamed.wav"))
        assert result["changed"]
        assert any("assumed to be different" in warning for warning in result["warnings"])
