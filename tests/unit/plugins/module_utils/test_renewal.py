# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request that replaces an object contains the values read immediately before each attempt."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import ConflictError
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import renewal


class Server:
    """Record the requests, and reply with given statuses. 0 breaks the connection."""

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


def test_an_immediate_write_is_not_preceded_by_a_read() -> None:
    server = Server(200)
    server.exchange(json="first", renew=pytest.fail)()
    assert server.sent == ["first"]


def test_a_retried_write_is_preceded_by_a_read() -> None:
    server = Server(429, 503, 200)
    versions = iter(("second", "third"))
    exchange = server.exchange(json="first", renew=lambda: {"json": next(versions)})
    assert [exchange().status for _attempt in range(3)] == [429, 503, 200]
    assert server.sent == ["first", "second", "third"]


def test_a_delayed_write_is_preceded_by_a_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal, "FRESH_SECONDS", -1.0)
    server = Server(200)
    server.exchange(json="first", renew=lambda: {"json": "second"})()
    assert server.sent == ["second"]


def test_a_check_does_not_change_the_request() -> None:
    server = Server(429, 200)
    exchange = server.exchange(json="first", renew=lambda: None)
    assert [exchange().status, exchange().status] == [429, 200]
    assert server.sent == ["first", "first"]


@pytest.mark.parametrize(("first", "may_have_written"), [(429, False), (503, True), (0, True)])
def test_errors_of_retries_state_whether_a_write_is_uncertain(first: int, may_have_written: bool) -> None:
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
