# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress lines of a long plan: their times and their text."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.voicemail.plugins.plugin_utils import progress


class Screen:
    """The lines of Ansible's display, and a clock that only tests advance."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.now = 100.0

    def display(self, line: str) -> None:
        self.lines.append(line)

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    found = Screen()
    monkeypatch.setattr(progress, "time", found)
    return found


def test_a_short_task_is_silent(screen: Screen) -> None:
    reported = progress.Progress(screen, "Mailboxes")
    for done in range(1, 100):
        reported(done, 100, 0, "done")
        screen.now += 0.04
    assert screen.lines == []


def test_progress_is_printed_every_few_seconds_with_the_recent_rate(screen: Screen) -> None:
    reported = progress.Progress(screen, "Mailboxes")
    for done in range(1, 1001):
        reported(done, 1000, done // 400, "done")
        # A hundred immediately, then eight per second.
        screen.now += 2**-10 if done < 100 else 0.125
    # One line every five seconds, over 901 steps of an eighth of a second.
    assert len(screen.lines) == 901 // 40
    assert screen.lines[1] == "Mailboxes: 180 of 1000 done, 8.0 per second, 1 min 42 s left"
    assert screen.lines[-1] == "Mailboxes: 980 of 1000 done, 2 failed, 8.0 per second, 2 s left"


def test_reads_and_writes_are_counted_separately(screen: Screen) -> None:
    reported = progress.Progress(screen, "Mailboxes")
    for word in ("read", "done"):
        for done in range(1, 61):
            reported(done, 60, 0, word)
            screen.now += 0.125
    assert screen.lines == [
        "Mailboxes: 41 of 60 read, 8.0 per second, 2 s left",
        "Mailboxes: 41 of 60 done, 8.0 per second, 2 s left",
    ]


def test_hours_are_reported(screen: Screen) -> None:
    reported = progress.Progress(screen, "Mailboxes")
    reported(1, 100_001, 0, "read")
    screen.now += 10
    reported(101, 100_001, 0, "read")
    assert screen.lines == ["Mailboxes: 101 of 100001 read, 10.0 per second, 2 h 46 min left"]
