# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A compared greeting is read up to the size of the declared one, whatever a server sends."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils.greetings import apply as greeting_engine
from ansible_collections.telephony.voicemail.plugins.module_utils.greetings.plan import Greeting, Recording
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.stream import Stream
from helpers.recordings import Response, wav

SOUND = wav()


class Greetings:
    """A driver that returns the greeting of a test."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.response = Response(pieces, content_type="audio/x-wav")

    @contextlib.contextmanager
    def open(self, greeting: Greeting) -> t.Iterator[Stream]:
        """Open a greeting."""
        yield Stream(t.cast("t.Any", self.response), f"download greeting {greeting.id}", 5)


def same(driver: Greetings) -> bool:
    """Compare the greeting of a driver with the declared one."""
    wanted = Recording("a", SOUND)
    run = greeting_engine._Run(t.cast("t.Any", driver), wanted)
    return run.same(Greeting("g", "a", None, enabled=True))


def test_an_equal_greeting_is_recognized() -> None:
    assert same(Greetings([SOUND[:100], SOUND[100:]]))


def test_an_oversized_greeting_is_different() -> None:
    driver = Greetings([SOUND] * 100_000)
    assert not same(driver)
    assert driver.response.sent <= 2 * len(SOUND)
