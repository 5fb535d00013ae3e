# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Record the replies of a simulated vendor to a task, and replay them in memory, some of them corrupted."""

from __future__ import annotations

import contextlib
import random
import threading
import typing as t
import urllib.parse
from unittest import mock

import httpx
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.network import TARGET, Transport
from chaos.corruption import Answer, corrupt

#: Far more requests than any of these tasks sends. A task that reaches this number never ends.
MOST_REQUESTS = 400
_ABOUT_THE_BODY = (b"content-length", b"content-encoding", b"transfer-encoding")
_UNKNOWN = Answer(404, ((b"content-type", b"application/json"),), b'{"data": {"message": "not found"}, "error": "404"}')


class Key(t.NamedTuple):
    """The identity of a request."""

    method: str
    path: str
    query: str
    action: str

    @classmethod
    def of(cls, request: httpx.Request) -> Key:
        """Return the key of a request."""
        url = request.url
        form = (
            urllib.parse.parse_qs(request.content.decode("utf-8", "replace")) if b"Action=" in request.content else {}
        )
        target: bytes = request.extensions.get(TARGET, url.raw_path)
        return cls(request.method, url.path, target.partition(b"?")[2].decode(), form.get("Action", [""])[0])

    @property
    def destructive(self) -> bool:
        """Return whether the request deletes something."""
        return self.method == "DELETE" or self.path.endswith("/destroy") or self.action.endswith("Delete")


class Exchange(t.NamedTuple):
    """A request and its reply."""

    key: Key
    answer: Answer


@contextlib.contextmanager
def answering(handler: t.Callable[[httpx.Request], httpx.Response]) -> t.Iterator[None]:
    """Answer every request of every client with a function."""
    transport = httpx.MockTransport(handler)
    with mock.patch.object(Transport, "handle_request", side_effect=transport.handle_request):
        yield


@contextlib.contextmanager
def recording() -> t.Iterator[list[Exchange]]:
    """Forward requests to the server, and record the replies."""
    exchanges: list[Exchange] = []
    with httpx.HTTPTransport() as server:

        def handler(request: httpx.Request) -> httpx.Response:
            response = server.handle_request(request)
            body = response.read()
            headers = tuple(pair for pair in response.headers.raw if pair[0].lower() not in _ABOUT_THE_BODY)
            answer = Answer(response.status_code, headers, body)
            exchanges.append(Exchange(Key.of(request), answer))
            return _response(answer)

        with answering(handler):
            yield exchanges


class Replay:
    """Replay recorded replies, and corrupt the reply at one position, or every one from there on.

    :param position: number of the first corrupted reply, or None.
    """

    def __init__(self, exchanges: t.Sequence[Exchange], position: int | None, seed: int, forever: bool = False) -> None:
        self._exchanges = exchanges
        self._position = position
        self._forever = forever
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._served: set[int] = set()
        self.requests: list[Key] = []
        self.corrupted = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Reply to a request."""
        with self._lock:
            number = len(self.requests)
            key = Key.of(request)
            self.requests.append(key)
            answer = _UNKNOWN if number > MOST_REQUESTS else self._true(key)
            if number == self._position or (self._forever and number > (self._position or 0)):
                answer = corrupt(answer, self._chance)
                self.corrupted += 1
        return _response(answer)

    @property
    def endless(self) -> bool:
        """Return whether the client exceeded the maximum number of requests."""
        return len(self.requests) > MOST_REQUESTS

    def _true(self, key: Key) -> Answer:
        """Return the recorded replies to this request in order, and then repeat the last one."""
        for same in (lambda other: other == key, lambda other: other[::3] + other[1:2] == key[::3] + key[1:2]):
            found = [place for place, exchange in enumerate(self._exchanges) if same(exchange.key)]
            if found:
                place = next((place for place in found if place not in self._served), found[-1])
                self._served.add(place)
                return self._exchanges[place].answer
        return _UNKNOWN


def _response(answer: Answer) -> httpx.Response:
    # A reply that httpx does not decompress in advance, so that the client must handle it.
    return httpx.Response(answer.status, headers=list(answer.headers), stream=httpx.ByteStream(answer.body))
