# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins that many threads share."""

from __future__ import annotations

import concurrent.futures
import threading
import time
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    AuthError,
    ExpiredError,
    TransportError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.login import MARGIN, Login, Token

THREADS = 32


class Vendor:
    """Gives tokens, and takes only the newest."""

    def __init__(self, error: Exception | None = None) -> None:
        self.logins = 0
        self.error = error
        self.valid = ""

    def log_in(self) -> Token:
        self.logins += 1
        time.sleep(0.01)
        if self.error is not None:
            raise self.error
        self.valid = f"token-{self.logins}"
        return Token(self.valid)

    def call(self, token: Token) -> str:
        if token.value != self.valid:
            raise ExpiredError("the token is invalid")
        return token.value


def at_once(login: Login, call: t.Callable[[Token], str]) -> list[str | Exception]:
    """Make the same call in many threads that start together."""
    start = threading.Barrier(THREADS)

    def one(_number: int) -> str | Exception:
        start.wait()
        try:
            return login.run(call)
        except Exception as error:
            return error

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def test_threads_share_one_login() -> None:
    vendor = Vendor()
    assert at_once(Login(vendor.log_in), vendor.call) == ["token-1"] * THREADS
    assert vendor.logins == 1


def test_threads_share_the_renewal() -> None:
    vendor = Vendor()
    login = Login(vendor.log_in)
    login.run(vendor.call)
    vendor.valid = ""
    assert at_once(login, vendor.call) == ["token-2"] * THREADS
    assert vendor.logins == 2


def test_refused_login_is_asked_once_by_all_threads_and_ever_after() -> None:
    vendor = Vendor(AuthError("refused"))
    login = Login(vendor.log_in)
    assert {type(answer) for answer in at_once(login, vendor.call)} == {AuthError}
    with pytest.raises(AuthError, match="refused"):
        login.token()
    assert vendor.logins == 1


def test_login_that_an_outage_stopped_may_be_tried_again() -> None:
    vendor = Vendor(TransportError("no reply"))
    login = Login(vendor.log_in)
    with pytest.raises(TransportError):
        login.run(vendor.call)
    vendor.error = None
    assert login.run(vendor.call) == "token-2"


def test_new_token_that_is_refused_as_well_ends_it() -> None:
    vendor = Vendor()

    def never(_token: Token) -> str:
        raise ExpiredError("the token is invalid")

    with pytest.raises(ExpiredError):
        Login(vendor.log_in).run(never)
    assert vendor.logins == 2


def test_given_token_is_used_first_and_replaced_where_there_are_credentials() -> None:
    vendor = Vendor()
    assert Login(vendor.log_in, Token("given")).run(lambda token: token.value) == "given"
    assert vendor.logins == 0
    assert Login(vendor.log_in, Token("given")).run(vendor.call) == "token-1"


def test_given_token_alone_is_used_to_its_end_and_not_replaced() -> None:
    calls: list[str] = []

    def refuse(token: Token) -> str:
        calls.append(token.value)
        raise ExpiredError("the token is invalid")

    with pytest.raises(ExpiredError):
        Login(None, Token("given", expires=time.time() - 1)).run(refuse)
    assert calls == ["given"]
    with pytest.raises(AuthError, match="no token"):
        Login(None).token()


@pytest.mark.parametrize(("left", "fresh"), [(MARGIN + 5, True), (MARGIN - 5, False), (-1, False), (None, True)])
def test_token_is_renewed_before_it_ends(left: float | None, fresh: bool) -> None:
    vendor = Vendor()
    token = Token("old", expires=None if left is None else time.time() + left)
    assert token.fresh() == fresh
    assert Login(vendor.log_in, token).token().value == ("old" if fresh else "token-1")


def test_token_never_shows_itself() -> None:
    assert "secret" not in repr(Token("secret-value", data={"refresh": "secret-too"}))
