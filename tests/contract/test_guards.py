# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report the guards that stop a plan in check mode, with `on_guard: report`."""

from __future__ import annotations

import typing as t

import pytest
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO, SHARED, Subject

GUARDS: dict[str, tuple[dict[str, t.Any], str]] = {
    "deletions": ({"max_deletions": 1, "max_delete_percent": 100}, "more than `max_deletions`"),
    "percent": ({"max_deletions": 100}, "more than `max_delete_percent`"),
    "messages": ({"max_deletions": 100, "max_delete_percent": 100}, "contain messages"),
}


def plural(subject: Subject) -> str:
    """Return the module that takes a list."""
    return {"vmbox": "vmboxes", "shared_voicemail": "shared_voicemails"}[subject.module]


@pytest.mark.parametrize("runner", ["worker", "module"])
@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize("subject", [KAZOO, SHARED], ids=lambda subject: subject.name)
def test_guards_are_reported(subject: Subject, guard: str, runner: str) -> None:
    limits, text = GUARDS[guard]
    module = plural(subject)
    with subject.serve(mailboxes=5, messages=1) as server:
        absent = [{subject.key: str(1000 + position), "state": "absent"} for position in range(3)]
        given = {module if module != "vmboxes" else "mailboxes": absent, "allow_empty": True, "prune": True, **limits}
        given = subject.arguments(server, **given)
        refused = RUNNERS[runner](module, given, check=True)
        assert refused["failed"]
        assert text in refused["msg"]
        planned = RUNNERS[runner](module, {**given, "on_guard": "report"}, check=True)
        assert not planned["failed"], planned["msg"]
        assert any(text in guard for guard in planned["guards"])
        assert planned["summary"]["deleted"] > 1
        real = RUNNERS[runner](module, {**given, "on_guard": "report"}, check=False)
        assert "check mode only" in real["msg"]
        assert subject.writes(server) == []


def test_a_plan_within_the_guards_reports_no_guard() -> None:
    with KAZOO.serve(mailboxes=5) as server:
        given = KAZOO.arguments(server, mailboxes=[{"mailbox": "1000", "name": "x"}], on_guard="report")
        assert RUNNERS["worker"]("vmboxes", given, check=True)["guards"] == []
