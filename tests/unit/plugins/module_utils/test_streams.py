# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Streamed replies: memory, errors, and the origin of credentials."""

from __future__ import annotations

import contextlib
import http.server
import pathlib
import threading
import tracemalloc
import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    NotFoundError,
    TransportError,
    VoicemailError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import Message, Selection
from ansible_collections.telephony.voicemail.plugins.module_utils.model.operation import Operation
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings import download as audio
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.files import Folder
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.order import Order
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import stream as streams
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.client import Client, Reply
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.stream import Stream

MEGABYTE = 2**20
PIECE = b"RIFF\0\0\0\0WAVE" + bytes(65536 - 12)
TOKEN = "token-of-the-task"


class Handler(http.server.BaseHTTPRequestHandler):
    """Reply as the path selects, and record the requests."""

    protocol_version = "HTTP/1.1"
    seen: t.ClassVar[list[tuple[str, str | None]]] = []
    busy: t.ClassVar[list[int]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers.get("X-Auth-Token")))
        kind, _slash, rest = self.path.lstrip("/").partition("/")
        if self.busy:
            self.send_response(self.busy.pop())
            self.send_header("Retry-After", "0")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif kind == "bytes":
            self.send_response(200)
            self.send_header("Content-Type", "Audio/X-Wav; charset=binary")
            self.send_header("Content-Length", str(int(rest) * MEGABYTE))
            self.end_headers()
            for _piece in range(int(rest) * MEGABYTE // len(PIECE)):
                self.wfile.write(PIECE)
        elif kind == "short":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"x" * 10)
            self.close_connection = True
        elif kind == "to":
            self.send_response(302)
            self.send_header("Location", f"/{rest}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.send_error(404)

    def log_message(self, *_arguments: t.Any) -> None:
        pass


@pytest.fixture
def served() -> t.Iterator[str]:
    """Yield the address of a server whose replies depend on the path."""
    Handler.seen.clear()
    Handler.busy.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def client(url: str) -> Client:
    return Client(Connection("kazoo", url, token=TOKEN, timeout=5, retry_budget=5), 4)


def refused(reply: Reply) -> VoicemailError:
    return NotFoundError(str(reply.status), status=reply.status, operation=reply.operation)


def opened(url: str, path: str) -> contextlib.AbstractContextManager[Stream]:
    return client(url).stream(path, Operation("download", "it"), refused, headers={"X-Auth-Token": TOKEN})


def test_a_large_reply_uses_little_memory(served: str) -> None:
    size = 0
    with opened(served, "/bytes/64") as stream:
        assert (stream.size, stream.start, stream.content_type) == (64 * MEGABYTE, 0, "audio/x-wav")
        tracemalloc.start()
        for piece in stream.pieces():
            size += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert size == 64 * MEGABYTE
    assert peak < 4 * MEGABYTE


def test_redirects_to_the_same_origin_are_followed(served: str) -> None:
    with opened(served, "/to/bytes/1") as stream:
        assert sum(map(len, stream.pieces())) == MEGABYTE


def test_credentials_are_not_sent_to_another_origin(served: str) -> None:
    other = served.replace("127.0.0.1", "localhost")
    redirected = f"/to//{other.removeprefix('http://')}/bytes/1"
    for path in (redirected, f"{other}/bytes/1"):
        with pytest.raises(TransportError, match="another origin"), opened(served, path):
            pass
    assert [path for path, _token in Handler.seen] == [redirected]


def test_a_refusal_contains_the_vendor_text(served: str) -> None:
    with pytest.raises(NotFoundError, match="404"), opened(served, "/nothing"):
        pass


def test_a_busy_server_is_retried(served: str) -> None:
    Handler.busy.extend((503, 429))
    with opened(served, "/bytes/1") as stream:
        assert sum(map(len, stream.pieces())) == MEGABYTE
    assert len(Handler.seen) == 3


def test_an_incomplete_reply_is_reported(served: str) -> None:
    with opened(served, "/short") as stream, pytest.raises(TransportError, match="it ended early"):
        list(stream.pieces())


class Recordings:
    """A driver that downloads recordings from the server of these tests."""

    def __init__(self, url: str, count: int, megabytes: int) -> None:
        self._client = client(url)
        self._path = f"/bytes/{megabytes}"
        self._count = count

    def list(self, selection: Selection) -> t.Sequence[Message]:
        return [Message(f"m{position}", "3000") for position in range(self._count)]

    def audio(self, message: Message, start: int = 0) -> contextlib.AbstractContextManager[Stream]:
        return self._client.stream(self._path, Operation("download", "message", message.id), refused)


def test_many_large_recordings_use_little_memory(served: str, tmp_path: pathlib.Path) -> None:
    order = Order(str(tmp_path), "{id}", 0o600)
    folder = Folder.open(str(tmp_path), 0o600, check=False)
    driver = t.cast("t.Any", Recordings(served, 12, 8))
    tracemalloc.start()
    report = audio.download(driver, Selection(all_mailboxes=True), order, folder, check=False, workers=4)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert report.summary()["bytes"] == 12 * 8 * MEGABYTE
    # Less than one recording, although four were transferred at the same time.
    assert peak < 8 * MEGABYTE


def test_the_total_bytes_of_a_connection_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that bytes outside the body, such as chunk extensions, are limited as well."""
    clock, allowed = [100.0], []
    monkeypatch.setattr(streams.time, "monotonic", lambda: clock[0])

    class Response:
        status_code = 200
        headers: t.ClassVar[dict[str, str]] = {}

        def iter_raw(self) -> t.Iterator[bytes]:
            for size in (1000, 5000):
                clock[0] += 1
                yield bytes(size)

    stream = Stream(t.cast("t.Any", Response()), Operation("download", "it"), 5, allowed.append)
    assert sum(map(len, stream.pieces())) == 6000
    assert allowed == [5, 5, 9]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, {"content-length": "\u00b2"}),
        (200, {"content-length": "9" * 5000}),
        (206, {"content-range": f"bytes {'9' * 5000}-1/{'9' * 5000}"}),
        (206, {"content-range": "bytes \u00b2-1/\u00b2"}),
    ],
)
def test_sizes_other_than_numbers_are_unknown(status: int, headers: dict[str, str]) -> None:
    response: t.Any = types.SimpleNamespace(status_code=status, headers=headers)
    stream = Stream(response, Operation("download", "message", "7"), 5)
    assert (stream.size, stream.start) == (None, 0)
