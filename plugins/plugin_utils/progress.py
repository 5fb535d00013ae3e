# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the progress of a long plan, in lines suitable for terminals and logs."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils.model.text import clean

#: Seconds between two lines, and before the first: short tasks show none.
INTERVAL = 5.0


class Progress:
    """Called after each step of a plan.

    :param display: Ansible's display.
    :param name: name of the task.
    """

    def __init__(self, display: t.Any, name: str) -> None:
        self._display = display
        self._name = clean(name)
        self._word = ""
        self._before = 0
        self._since = 0.0

    def __call__(self, done: int, total: int, failed: int, word: str) -> None:
        """Show a line if the last one is old enough.

        :param done: finished steps.
        :param total: all steps.
        :param failed: failed steps so far.
        :param word: word for a finished step.
        """
        now = time.monotonic()
        if word != self._word:
            self._word, self._before, self._since = word, done, now
        if now - self._since < INTERVAL or done <= self._before:
            return
        # The recent rate, not that from the start: a vendor may limit the rate only after the first hundred.
        rate = (done - self._before) / (now - self._since)
        self._before, self._since = done, now
        failures = f", {failed} failed" if failed else ""
        left = _span((total - done) / rate)
        self.show(f"{done} of {total} {word}{failures}, {rate:.1f} per second, {left} left")

    def show(self, text: str) -> None:
        """Show a line immediately, such as the start of a long wait."""
        self._display.display(f"{self._name}: {text}")


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
