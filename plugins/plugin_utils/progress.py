# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows how far a long plan is, in lines that read well on a terminal and in a log."""

from __future__ import annotations

import time
import typing as t

#: Seconds between two lines, and before the first: a short task stays silent.
INTERVAL = 5.0


class Progress:
    """Called after each step of a plan.

    :param display: Ansible's display.
    :param name: what the task is called.
    """

    def __init__(self, display: t.Any, name: str) -> None:
        self._display = display
        self._name = name
        self._begun = self._shown = time.monotonic()

    def __call__(self, done: int, total: int, failed: int) -> None:
        """Show a line when the last one is old enough.

        :param done: steps that ended.
        :param total: steps that write.
        :param failed: steps that failed so far.
        """
        now = time.monotonic()
        if now - self._shown < INTERVAL:
            return
        self._shown = now
        rate = done / (now - self._begun)
        left = (total - done) / rate
        failures = f", {failed} failed" if failed else ""
        self._display.display(
            f"{self._name}: {done} of {total} done{failures}, {rate:.1f} a second, {_span(left)} left"
        )


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
