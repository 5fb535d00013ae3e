# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens: one login a task, renewed once when it is lost, shared by all threads."""

from __future__ import annotations

import dataclasses
import math
import threading
import time
import typing as t

from ..errors import AuthError, ExpiredError
from ..model.operation import Operation
from .replies import expect_header_text

Result = t.TypeVar("Result")

#: Seconds before its end at which a token is no longer used.
MARGIN = 60.0


@dataclasses.dataclass(frozen=True, slots=True)
class Token:
    """What a login gave.

    :param value: token or session id.
    :param expires: Unix time of its end; None when nobody said.
    :param data: whatever else the vendor told at login.
    """

    value: str = dataclasses.field(repr=False)
    expires: float | None = None
    data: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict, repr=False)

    @classmethod
    def granted(cls, value: str, expires: t.Any, data: t.Mapping[str, t.Any] | None = None) -> Token:
        """Return the token of a login, which is used until it is refused where its end makes no sense.

        :param expires: the Unix time that the vendor tells, whatever it is. An end that has come already, or is about
            to, would mean a login for every request.
        """
        sensible = isinstance(expires, (int, float)) and time.time() + 2 * MARGIN < expires < math.inf
        return cls(value, float(expires) if sensible else None, data or {})

    def fresh(self) -> bool:
        """Tell whether the token can be used for a while."""
        return self.expires is None or time.time() < self.expires - MARGIN


class Login:
    """The login of a task.

    :param log_in: get a new token; called once, and once more when the token is lost. None where there is only a token.
    :param token: the token a user gave.
    """

    def __init__(self, log_in: t.Callable[[], Token] | None, token: Token | None = None) -> None:
        self._log_in = log_in
        self._token = token
        self._lock = threading.Lock()
        self._refused: AuthError | None = None

    @property
    def current(self) -> Token | None:
        """The token in use, if there is one."""
        return self._token

    def token(self) -> Token:
        """Return a token, after a login where there is none or it is about to end.

        :raises AuthError: when the vendor refuses the login; it is not asked twice, since that may lock the account.
        """
        token = self._token
        if token is not None and (token.fresh() or self._log_in is None):
            return token
        return self._renew(token)

    def run(self, call: t.Callable[[Token], Result]) -> Result:
        """Make a call with the token; if the vendor no longer takes it, log in once and make the call once more.

        :raises ExpiredError: when there is nothing to log in with, or the new token is refused as well.
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
                raise AuthError("there is no token and nothing to log in with", "Give `token`, or credentials")
            try:
                token = self._log_in()
            except AuthError as error:
                self._refused = error
                raise
            expect_header_text(token.value, Operation("log in"), "a token")
            self._token = token
            return token
