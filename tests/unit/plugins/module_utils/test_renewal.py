# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request that replaces an object carries what was read immediately before it is sent, each time that it is sent."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import ConflictError
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import renewal


class Server:
    """Notes what is sent, and answers with the statuses given; 0 breaks the connection."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.sent: list[t.Any] = []

    def exchange(self, **request: t.Any) -> t.Callable[[], t.Any]:
        def send() -> t.Any:
            self.sent.append(request["json"])
            status = self.statuses.pop(0)
            if status == 0:
                raise OSError
            return types.SimpleNamespace(status=status)

        return renewal.renewing(send, request)


def test_what_is_sent_at_once_is_not_read_again() -> None:
    server = Server(200)
    server.exchange(json="first", renew=pytest.fail)()
    assert server.sent == ["first"]


def test_what_is_repeated_is_read_again() -> None:
    server = Server(429, 503, 200)
    versions = iter(("second", "third"))
    exchange = server.exchange(json="first", renew=lambda: {"json": next(versions)})
    assert [exchange().status for _attempt in range(3)] == [429, 503, 200]
    assert server.sent == ["first", "second", "third"]


def test_what_had_to_wait_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal, "FRESH_SECONDS", -1.0)
    server = Server(200)
    server.exchange(json="first", renew=lambda: {"json": "second"})()
    assert server.sent == ["second"]


def test_what_only_checks_leaves_the_request_as_it_is() -> None:
    server = Server(429, 200)
    exchange = server.exchange(json="first", renew=lambda: None)
    assert [exchange().status, exchange().status] == [429, 200]
    assert server.sent == ["first", "first"]


@pytest.mark.parametrize(("first", "may_have_written"), [(429, False), (503, True), (0, True)])
def test_what_ends_a_repetition_says_whether_something_may_have_been_written(
    first: int, may_have_written: bool
) -> None:
    def conflict() -> t.NoReturn:
        raise ConflictError("somebody else changed it")

    server = Server(first)
    exchange = server.exchange(json="first", renew=conflict)
    try:
        exchange()
    except OSError:
        assert first == 0
    with pytest.raises(ConflictError) as raised:
        exchange()
    assert raised.value.wrote is may_have_written
    assert server.sent == ["first"]
