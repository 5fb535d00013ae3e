# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Download files from PortSIP: recordings of messages, and greetings.

See docs/vendors/portsip.md, "Downloading recordings".
"""

from __future__ import annotations

import contextlib
import typing as t
import urllib.parse

from ...errors import NotFoundError, RejectedError, VoicemailError
from ...model.connection import origin_of
from ...model.operation import Operation
from ...transport.client import Reply, Stream
from ..login import Token
from .refusals import refusal
from .session import PortsipSession


@contextlib.contextmanager
def opened(session: PortsipSession, file_url: str | None, operation: Operation, start: int = 0) -> t.Iterator[Stream]:
    """Open a file as a stream.

    :param file_url: the vendor's address of the file, relative to the server, not to the base address.
    :param start: first byte to request; the server may ignore it.
    :raises NotFoundError: if the file does not exist.
    :raises RejectedError: if it is on another server, which must not receive this login.
    """
    address = _address(session, file_url, operation)

    def refused(reply: Reply) -> VoicemailError:
        error = refusal(reply, session.client)
        # Some servers answer 400 for anything unknown.
        if reply.status == 404 or (reply.status == 400 and isinstance(error, RejectedError)):
            return NotFoundError(
                "PortSIP has no such file",
                "List the messages or greetings again",
                status=reply.status,
                operation=operation,
            )
        return error

    def once(token: Token) -> contextlib.ExitStack:
        headers = session.authorized(token)
        if start:
            headers["Range"] = f"bytes={start}-"
        with contextlib.ExitStack() as stack:
            streams.append(stack.enter_context(session.client.stream(address, operation, refused, headers=headers)))
            return stack.pop_all()

    streams: list[Stream] = []
    with session.login.run(once):
        yield streams[-1]


def _address(session: PortsipSession, file_url: str | None, operation: Operation) -> str:
    if not file_url:
        raise NotFoundError("PortSIP has no such file", "List the messages or greetings again", operation=operation)
    scheme, host, port = session.connection.origin
    server = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    try:
        address = urllib.parse.urljoin(f"{server}/", file_url)
        here = origin_of(address) == session.connection.origin
    except ValueError:
        address, here = "", False
    if not here:
        raise RejectedError(
            "the file is on another server, which must not receive this login",
            "Store recordings and greetings in PortSIP itself, or download them from that storage",
            operation=operation,
        )
    return address
