# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sender, and so one connection, for each request under way."""

from __future__ import annotations

import collections
import contextlib
import logging
import re
import typing as t

from .redaction import clean_all
from .sender import Sender

#: Where the libraries, once somebody switches their logs on in full, show headers and reasons of replies.
_LOGS = ("httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks", "httpx")
_SECRET_HEADER = re.compile(
    r"(\(b'[\w-]*(?:token|cookie|authorization|session)[\w-]*', )b?(?:'[^']*'|\"[^\"]*\")", re.IGNORECASE
)


def _without_secrets(record: logging.LogRecord) -> bool:
    """Hide secrets in use, and tokens that a vendor sends in headers, such as that of the next step of an upload."""
    record.msg, record.args = clean_all(_SECRET_HEADER.sub(r"\1(hidden)", record.getMessage())), ()
    return True


for _log in _LOGS:
    logging.getLogger(_log).addFilter(_without_secrets)


class Clients:
    """Lends senders that nobody else uses meanwhile.

    Threads that share one pool of connections wait for its lock: at 32 threads that costs a third of the CPU time.
    There are never more clients than requests at once, which the engine limits.

    :param make: makes a sender with one connection.
    """

    def __init__(self, make: t.Callable[[], Sender]) -> None:
        self._make = make
        # The first is made at once, so that options that cannot be used are told before the first request.
        self._idle: collections.deque[Sender] = collections.deque([make()])

    @contextlib.contextmanager
    def lent(self) -> t.Iterator[Sender]:
        """Lend a client; the one used last, whose connection is the least likely to have been closed."""
        try:
            client = self._idle.pop()
        except IndexError:
            client = self._make()
        try:
            yield client
        finally:
            self._idle.append(client)

    def close(self) -> None:
        """Close every connection."""
        while self._idle:
            self._idle.pop().close()
