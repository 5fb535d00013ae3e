# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send requests over one connection, without features of ``httpx.Client`` that are not needed.

A client merges addresses, handles authentication and cookies, and follows redirects. That doubles the time
of a request.
"""

from __future__ import annotations

import functools
import json
import typing as t

from ..deps import httpx
from .network import EXTENSION, TARGET, Deadline

#: Most addresses and kinds of requests whose parsed form is kept: creations and listings are alike.
_KEPT = 64
#: Parts of a request that are sent without further work by httpx.
_PLAIN = frozenset(("headers", "json", "params"))
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


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
        #: Headers by the kind of request.
        self._prepared: dict[tuple[t.Any, ...], httpx.Headers] = {}

    def send(self, method: str, url: str, deadline: Deadline, request: t.Mapping[str, t.Any]) -> httpx.Response:
        """Send a request and return its reply with an unread body.

        :param request: ``params``, ``headers``, ``json``, ``data``, ``files``, ``content``.
        """
        extensions = {"timeout": self._timeout, EXTENSION: deadline}
        if request.keys() <= _PLAIN and "?" not in url:
            built = self._prepared_request(method, url, request, extensions)
        else:
            headers = {**self._headers, **(request.get("headers") or {})}
            built = httpx.Request(method, _parsed(url), **{**request, "headers": headers}, extensions=extensions)
        if self._cookies:
            self._cookies.set_cookie_header(built)
        response = self._transport.handle_request(built)
        response.request = built
        # Load balancers use cookies to keep a client on one server, where reads find its writes.
        if "set-cookie" in response.headers:
            self._cookies.extract_cookies(response)
        return response

    def _prepared_request(
        self, method: str, url: str, request: t.Mapping[str, t.Any], extensions: dict[str, t.Any]
    ) -> httpx.Request:
        """Return a request whose headers httpx prepared for another one of the same kind.

        Its query is in the extension ``target``, not in its address.
        """
        given: t.Mapping[str, str] = request.get("headers") or {}
        body = request.get("json")
        address = _parsed(url)
        kind = (method, address.netloc, body is None, *given.items())
        if kind not in self._prepared:
            if len(self._prepared) >= _KEPT:
                self._prepared.clear()
            example: t.Any = None if body is None else {}
            self._prepared[kind] = httpx.Request(
                method, address, headers={**self._headers, **given}, json=example
            ).headers
        headers = httpx.Headers(self._prepared[kind])
        if params := request.get("params"):
            # httpx would check and quote every character of the address several times.
            query = str(httpx.QueryParams(params)).encode("ascii")
            extensions = {**extensions, TARGET: address.raw_path + b"?" + query}
        content = b""
        if body is not None:
            content = _to_json(body).encode()
            headers["Content-Length"] = str(len(content))
        return httpx.Request(method, address, headers=headers, stream=httpx.ByteStream(content), extensions=extensions)

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()


@functools.lru_cache(_KEPT)
def _parsed(url: str) -> httpx.URL:
    return httpx.URL(url)


__all__ = ("Sender",)
