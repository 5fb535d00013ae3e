# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send requests over one connection, without features of ``httpx.Client`` that are not needed.

A client merges addresses, handles authentication and cookies, and follows redirects. That doubles the time
of a request.
"""

from __future__ import annotations

import functools
import typing as t

from ..deps import httpx
from .network import EXTENSION, Deadline

#: Most cached parsed addresses: creations and listings use the same ones.
_KEPT_ADDRESSES = 64


class Sender:
    """Builds and sends requests, one at a time.

    :param transport: the connection.
    :param headers: default headers of every request.
    :param timeout: seconds for one operation of the connection; the deadline bounds the whole request.
    """

    def __init__(self, transport: httpx.BaseTransport, headers: t.Mapping[str, str], timeout: float) -> None:
        self._transport = transport
        self._headers = {"Accept": "*/*", "Connection": "keep-alive", **headers}
        self._timeout = httpx.Timeout(timeout).as_dict()
        self._cookies = httpx.Cookies()

    def send(self, method: str, url: str, deadline: Deadline, request: t.Mapping[str, t.Any]) -> httpx.Response:
        """Send a request and return its reply with an unread body.

        :param request: ``params``, ``headers``, ``json``, ``data``, ``files``, ``content``.
        """
        built = httpx.Request(
            method,
            _parsed(url),
            **{**request, "headers": {**self._headers, **(request.get("headers") or {})}},
            extensions={"timeout": self._timeout, EXTENSION: deadline},
        )
        if self._cookies:
            self._cookies.set_cookie_header(built)
        response = self._transport.handle_request(built)
        response.request = built
        # Load balancers use cookies to keep a client on one server, where reads find its writes.
        if "set-cookie" in response.headers:
            self._cookies.extract_cookies(response)
        return response

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()


@functools.lru_cache(_KEPT_ADDRESSES)
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)


__all__ = ("Sender",)
