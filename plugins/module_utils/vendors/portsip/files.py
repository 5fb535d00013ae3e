# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads of what PortSIP keeps as a file: recordings of messages, and greetings.

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
    """Open a file to be read while it arrives.

    :param file_url: as the vendor tells it, relative to the server and not to the base address.
    :param start: begin at this byte where the server can.
    :raises NotFoundError: when there is no file.
    :raises RejectedError: when it is kept at another server, which never gets the login of this one.
    """
    address = _address(session, file_url, operation)

    def refused(reply: Reply) -> VoicemailError:
        error = refusal(reply, session.client)
        # Some answer whatever they do not know with 400.
        if reply.status == 404 or (reply.status == 400 and isinstance(error, RejectedError)):
            return NotFoundError(
                "PortSIP has no file of it", "List again what there is", status=reply.status, operation=operation
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
        raise NotFoundError("PortSIP has no file of it", "List again what there is", operation=operation)
    scheme, host, port = session.connection.origin
    server = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    try:
        address = urllib.parse.urljoin(f"{server}/", file_url)
        here = origin_of(address) == session.connection.origin
    except ValueError:
        address, here = "", False
    if not here:
        raise RejectedError(
            "PortSIP keeps the file at another server, which never gets the login of this one",
            "Store recordings and greetings in PortSIP itself, or fetch them from that storage",
            operation=operation,
        )
    return address
