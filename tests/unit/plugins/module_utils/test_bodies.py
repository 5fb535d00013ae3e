# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of replies: the memory limit for all threads, and compressed bodies."""

from __future__ import annotations

import gzip
import threading
import tracemalloc
import typing as t
import zlib

import httpx
import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import TransportError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.model.operation import Operation
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import bodies
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import client as http
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.pool import Clients
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.sender import Sender

MEBIBYTE = 2**20
WORKERS = 16


class Network:
    """A client whose server sends one body in pieces, as from a socket.

    :param headers: headers of the reply.
    """

    def __init__(self, body: bytes, **headers: str) -> None:
        self.body, self.headers = body, {name.replace("_", "-"): value for name, value in headers.items()}
        self.client = http.Client(Connection("kazoo", "http://127.0.0.1:1/v2", retry_budget=0), workers=WORKERS)
        self.client._clients = Clients(lambda: Sender(httpx.MockTransport(self._answer), {}, 30))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        pieces = (self.body[place : place + 65536] for place in range(0, len(self.body), 65536))
        return httpx.Response(200, headers=self.headers, stream=_Pieces(pieces))

    def read(self) -> http.Reply:
        return self.client.send("GET", "/x", Operation("read", "it"))


class _Pieces(httpx.SyncByteStream):
    def __init__(self, pieces: t.Iterable[bytes]) -> None:
        self._pieces = pieces

    def __iter__(self) -> t.Iterator[bytes]:
        return iter(self._pieces)


@pytest.mark.parametrize("size", [0, 1, 65_536, 300_000, 3 * MEBIBYTE])
@pytest.mark.parametrize("packed", [False, True])
def test_a_body_is_read_unchanged(size: int, packed: bool) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    network = Network(gzip.compress(body), content_encoding="gzip") if packed else Network(body)
    assert network.read().content == body


def test_the_memory_limit_is_shared_by_all_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed, it has 65 kB; unpacked by 16 workers at the same time it would have 1 GB."""
    bound = 4 * MEBIBYTE
    monkeypatch.setattr(http, "MAX_REPLY_BYTES", bound)
    network = Network(gzip.compress(bytes(64 * MEBIBYTE)), content_encoding="gzip")
    assert len(network.body) < 70_000
    errors: list[str] = []
    ready = threading.Barrier(WORKERS)

    def work() -> None:
        ready.wait()
        try:
            network.read()
        except TransportError as error:
            errors.append(str(error))

    threads = [threading.Thread(target=work) for _worker in range(WORKERS)]
    tracemalloc.start()
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(errors) == WORKERS
    assert all("4 MiB" in error for error in errors)
    # The uncounted overhead of each reply, and the reserve of a buffer.
    assert peak < 1.25 * bound + WORKERS * MEBIBYTE
    assert network.client._memory._taken == 0


def test_a_nested_compression_bomb_is_refused() -> None:
    body = gzip.compress(gzip.compress(bytes(20 * MEBIBYTE)))
    network = Network(body, content_encoding="gzip, gzip")
    with pytest.raises(TransportError, match="not requested"):
        network.read()
    assert http.Client(network.client.connection, workers=1)._create_client()._headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "compress", "GZIP;q=1", "gzip, identity", "x"])
def test_unrequested_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(TransportError, match="not requested"):
        Network(zlib.compress(b"{}"), content_encoding=encoding).read()


@pytest.mark.parametrize(
    "body",
    [gzip.compress(bytes(100_000))[:-5], gzip.compress(b"x" * 100)[:20], b"plain", b"\x1f\x8b"],
    ids=["without its end", "half", "not packed", "nothing but a mark"],
)
def test_a_broken_compressed_body_is_reported(body: bytes) -> None:
    with pytest.raises(TransportError, match="cannot read it"):
        Network(body, content_encoding="gzip").read()


def test_memory_is_released_after_a_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_REPLY_BYTES", 4 * MEBIBYTE)
    network = Network(bytes(3 * MEBIBYTE))
    for _request in range(3):
        assert len(network.read().content) == 3 * MEBIBYTE
    kept = network.read()
    with pytest.raises(TransportError, match="at the same time"):
        network.read()
    assert kept.ok
    del kept
    assert network.read().ok


def test_a_body_in_small_pieces_uses_only_its_size() -> None:
    size = 100_000
    body = _Pieces(b"x" for _piece in range(size))
    network = Network(b"")
    answer = httpx.MockTransport(lambda request: httpx.Response(200, stream=body))
    network.client._clients = Clients(lambda: Sender(answer, {}, 30))
    tracemalloc.start()
    try:
        assert len(network.read().content) == size
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * size


def test_too_many_objects_are_refused_before_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_OBJECTS", 100_000)
    assert Network(b"[" + b"[]," * 99_998 + b"{}]").read().ok
    for item in (b"[],", b"{},", b'{"a":[]},'):
        with pytest.raises(TransportError, match="more than 100000 objects"):
            Network(b"[" + item * 110_000 + b"{}]").read()
