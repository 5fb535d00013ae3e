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
    """A vendor that accepts only its newest token."""

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


def concurrently(login: Login, call: t.Callable[[Token], str]) -> list[str | Exception]:
    """Run the same call in many threads that start together."""
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
    assert concurrently(Login(vendor.log_in), vendor.call) == ["token-1"] * THREADS
    assert vendor.logins == 1


def test_threads_share_the_renewal() -> None:
    vendor = Vendor()
    login = Login(vendor.log_in)
    login.run(vendor.call)
    vendor.valid = ""
    assert concurrently(login, vendor.call) == ["token-2"] * THREADS
    assert vendor.logins == 2


def test_a_refused_login_is_never_retried() -> None:
    vendor = Vendor(AuthError("refused"))
    login = Login(vendor.log_in)
    assert {type(answer) for answer in concurrently(login, vendor.call)} == {AuthError}
    with pytest.raises(AuthError, match="refused"):
        login.token()
    assert vendor.logins == 1


def test_a_login_is_retried_after_an_outage() -> None:
    vendor = Vendor(TransportError("no reply"))
    login = Login(vendor.log_in)
    with pytest.raises(TransportError):
        login.run(vendor.call)
    vendor.error = None
    assert login.run(vendor.call) == "token-2"


def test_a_refused_new_token_is_an_error() -> None:
    vendor = Vendor()

    def never(_token: Token) -> str:
        raise ExpiredError("the token is invalid")

    with pytest.raises(ExpiredError):
        Login(vendor.log_in).run(never)
    assert vendor.logins == 2


def test_a_given_token_is_renewed_with_credentials() -> None:
    vendor = Vendor()
    assert Login(vendor.log_in, Token("given")).run(lambda token: token.value) == "given"
    assert vendor.logins == 0
    assert Login(vendor.log_in, Token("given")).run(vendor.call) == "token-1"


def test_a_given_token_without_credentials_is_not_renewed() -> None:
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
def test_a_token_is_renewed_before_it_expires(left: float | None, fresh: bool) -> None:
    vendor = Vendor()
    token = Token("old", expires=None if left is None else time.time() + left)
    assert token.fresh() == fresh
    assert Login(vendor.log_in, token).token().value == ("old" if fresh else "token-1")


def test_a_token_is_hidden_in_its_representation() -> None:
    assert "secret" not in repr(Token("secret-value", data={"refresh": "secret-too"}))
