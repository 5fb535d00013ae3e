# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log in once per task, share the token among all threads, and renew it once if it expires."""

from __future__ import annotations

import dataclasses
import math
import threading
import time
import typing as t

from ..errors import AuthError, ExpiredError
from ..model.operation import Operation
from ..transport.client import Client
from .replies import expect_header_text

Result = t.TypeVar("Result")

#: A token is not used in the last seconds before it expires.
MARGIN = 60.0


@dataclasses.dataclass(frozen=True, slots=True)
class Token:
    """The result of a login.

    :param value: token or session id.
    :param expires: Unix time at which it expires; None if unknown.
    :param data: other data in the vendor's reply.
    """

    value: str = dataclasses.field(repr=False)
    expires: float | None = None
    data: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict, repr=False)

    @classmethod
    def granted(cls, value: str, expires: t.Any, data: t.Mapping[str, t.Any] | None = None) -> Token:
        """Return the token of a login. If its expiry time makes no sense, it is used until the vendor refuses it.

        :param expires: the vendor's expiry time, unchecked. A time that has passed, or will soon, is ignored: it would
            cause a login for every request.
        """
        sensible = isinstance(expires, (int, float)) and time.time() + 2 * MARGIN < expires < math.inf
        return cls(value, float(expires) if sensible else None, data or {})

    def fresh(self) -> bool:
        """Check whether the token is far from its expiry."""
        return self.expires is None or time.time() < self.expires - MARGIN


class TokenSession:
    """The common part of sessions whose logins return tokens that expire.

    A vendor's session sets both attributes.
    """

    client: Client
    login: Login

    def valid(self) -> bool:
        """Check whether the token is valid long enough for another task."""
        token = self.login.current
        return token is None or token.fresh()

    def close(self) -> None:
        """Close the connections. There is no logout: tokens expire."""
        self.client.close()


class Login:
    """The login of a task.

    :param log_in: returns a new token; called again if the token expires. None if only a token was given.
    :param token: the user's token.
    """

    def __init__(self, log_in: t.Callable[[], Token] | None, token: Token | None = None) -> None:
        self._log_in = log_in
        self._token = token
        self._lock = threading.Lock()
        self._refused: AuthError | None = None

    @property
    def current(self) -> Token | None:
        """The current token, or None before the login."""
        return self._token

    def token(self) -> Token:
        """Return the token; log in first if there is none or it is about to expire.

        :raises AuthError: if the vendor refuses the login. It is not retried, since that may lock the account.
        """
        token = self._token
        if token is not None and (token.fresh() or self._log_in is None):
            return token
        return self._renew(token)

    def run(self, call: t.Callable[[Token], Result]) -> Result:
        """Call a function with the token. If the vendor refuses it, log in again and repeat the call once.

        :raises ExpiredError: if there are no credentials, or the new token is refused as well.
        """
        token = self.token()
        try:
            return call(token)
        except ExpiredError:
            if self._log_in is None:
                raise
            return call(self._renew(token))

    def _renew(self, lost: Token | None) -> Token:
        with self._lock:
            # Another thread may have logged in while this one waited for the lock.
            if self._token is not None and self._token is not lost:
                return self._token
            if self._refused is not None:
                raise self._refused
            if self._log_in is None:
                raise AuthError("there is no token and there are no credentials", "Set `token` or the login options")
            try:
                token = self._log_in()
            except AuthError as error:
                self._refused = error
                raise
            expect_header_text(token.value, Operation("log in"), "a token")
            self._token = token
            return token
