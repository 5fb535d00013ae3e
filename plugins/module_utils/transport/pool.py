# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pool of senders, with one connection for each request in flight."""

from __future__ import annotations

import collections
import contextlib
import logging
import re
import typing as t

from .redaction import clean_all
from .sender import Sender

#: Headers and reasons of replies in the debug logs of the libraries.
_LOGS = ("httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks", "httpx")
_SECRET_HEADER = re.compile(
    r"(\(b'[\w-]*(?:token|cookie|authorization|session)[\w-]*', )b?(?:'[^']*'|\"[^\"]*\")", re.IGNORECASE
)


def _without_secrets(record: logging.LogRecord) -> bool:
    """Hide secrets, and tokens in the vendor's headers, such as that of the next step of an upload."""
    record.msg, record.args = clean_all(_SECRET_HEADER.sub(r"\1(hidden)", record.getMessage())), ()
    return True


for _log in _LOGS:
    logging.getLogger(_log).addFilter(_without_secrets)


class Clients:
    """Provides senders for exclusive use.

    Threads that share one pool of connections wait for its lock: with 32 threads, that takes a third of the CPU time.
    There are never more clients than concurrent requests, which the engine limits.

    :param make: returns a new sender with one connection.
    """

    def __init__(self, make: t.Callable[[], Sender]) -> None:
        self._create_client = make
        # The first one is created immediately, so that unusable options are reported before the first request.
        self._idle: collections.deque[Sender] = collections.deque([make()])

    @contextlib.contextmanager
    def lent(self) -> t.Iterator[Sender]:
        """Lend the client used last, whose connection is the least likely to have been closed."""
        try:
            client = self._idle.pop()
        except IndexError:
            client = self._create_client()
        try:
            yield client
        finally:
            self._idle.append(client)

    def close(self) -> None:
        """Close every connection."""
        while self._idle:
            self._idle.pop().close()
