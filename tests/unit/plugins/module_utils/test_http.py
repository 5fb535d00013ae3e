# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP client: retries, the origin of credentials, and the shown parts of replies."""

from __future__ import annotations

import base64
import contextlib
import logging
import socket
import threading
import typing as t
import urllib.parse

import httpx
import pydantic
import pytest
import tenacity.nap
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    InvalidInputError,
    RateLimitedError,
    TransportError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.model.operation import Operation
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import client as http
from ansible_collections.telephony.voicemail.plugins.module_utils.transport import retry
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.pool import Clients
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.sender import Sender

URL = "http://127.0.0.1:1/v2"
Step: t.TypeAlias = "int | Exception"
pytestmark = pytest.mark.usefixtures("no_waiting")


class Body(pydantic.BaseModel):
    """The body of the replies in these tests."""

    answer: int


class Script:
    """A client whose network replies from a list of statuses or connection errors."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *steps: Step, **options: t.Any) -> None:
        self.steps = list(steps)
        self.sent: list[httpx.Request] = []
        self.slept: list[float] = []
        connection = Connection(vendor="kazoo", url=URL, **options)
        self.client = http.Client(connection, 1, make_transport=lambda: httpx.MockTransport(self.answer))
        monkeypatch.setattr(tenacity.nap.time, "sleep", self.slept.append)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        step = self.steps.pop(0) if self.steps else 200
        if isinstance(step, Exception):
            self.break_off(step)
        return httpx.Response(step, content=b'{"answer": 42}')

    @staticmethod
    def break_off(error: Exception) -> t.NoReturn:
        raise error


READ_ERROR = httpx.ReadError("connection reset")
TIMEOUT = httpx.ReadTimeout("slow")
NO_CONNECTION = httpx.ConnectError("refused")


@pytest.mark.parametrize(
    ("method", "repeatable", "step", "requests"),
    [
        ("GET", None, READ_ERROR, 2),
        ("GET", None, TIMEOUT, 2),
        ("GET", None, 500, 2),
        ("GET", None, 503, 2),
        ("GET", False, 503, 1),
        ("PUT", None, READ_ERROR, 1),
        ("PUT", None, TIMEOUT, 1),
        ("PUT", None, 503, 1),
        ("PUT", True, READ_ERROR, 2),
        ("PUT", True, 503, 2),
        ("DELETE", None, 502, 1),
        ("PATCH", None, NO_CONNECTION, 2),
        ("POST", None, NO_CONNECTION, 2),
        ("POST", None, httpx.ConnectTimeout("slow"), 2),
        ("POST", None, 429, 2),
        ("POST", None, 400, 1),
        ("GET", None, 404, 1),
    ],
    ids=str,
)
def test_requests_are_retried_by_kind(
    monkeypatch: pytest.MonkeyPatch, method: str, repeatable: bool | None, step: Step, requests: int
) -> None:
    script = Script(monkeypatch, step)
    if isinstance(step, Exception) and requests == 1:
        with pytest.raises(TransportError) as caught:
            script.client.send(method, "/x", "do it", repeatable=repeatable)
        assert caught.value.uncertain
    else:
        reply = script.client.send(method, "/x", "do it", repeatable=repeatable)
        assert reply.status == (200 if requests == 2 else step)
    assert len(script.sent) == requests == script.client.requests


def test_reads_are_retried_a_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(monkeypatch, *[READ_ERROR] * 20)
    with pytest.raises(TransportError, match="cannot read it: the connection was lost"):
        script.client.send("GET", "/x", Operation("read", "it"))
    assert len(script.sent) == retry.MAX_ATTEMPTS
    assert len(script.slept) == retry.MAX_ATTEMPTS - 1


@pytest.mark.parametrize("step", [NO_CONNECTION, httpx.ConnectTimeout("slow"), 502, 503], ids=str)
def test_a_restarting_server_is_awaited(monkeypatch: pytest.MonkeyPatch, step: Step) -> None:
    script = Script(monkeypatch, 200, *[step] * 12, 200, retry_budget=120)
    script.client.send("GET", "/x", Operation("read", "it"))
    assert script.client.send("GET", "/x", Operation("read", "it")).status == 200
    assert len(script.sent) == 14


@pytest.mark.parametrize("steps", [[NO_CONNECTION] * 20, [503] * 20])
def test_a_silent_server_is_retried_a_few_times(monkeypatch: pytest.MonkeyPatch, steps: list[Step]) -> None:
    script = Script(monkeypatch, *steps)
    with contextlib.suppress(TransportError):
        script.client.send("GET", "/x", Operation("read", "it"))
    assert len(script.sent) == retry.MAX_ATTEMPTS
    script.client.renew_budget()
    with contextlib.suppress(TransportError):
        script.client.send("GET", "/x", Operation("read", "it"))
    assert len(script.sent) == 2 * retry.MAX_ATTEMPTS


def test_a_broken_server_is_reported_with_its_last_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(monkeypatch, *[503] * 20)
    assert script.client.send("GET", "/x", Operation("read", "it")).status == 503


def test_refusals_are_retried_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(monkeypatch, *[429] * 500, retry_budget=0)
    with pytest.raises(RateLimitedError):
        script.client.send("GET", "/x", Operation("read", "it"))
    assert len(script.sent) == 1


@pytest.mark.parametrize(
    "elsewhere",
    ["https://127.0.0.1:1/v2", "http://127.0.0.1:2/v2", "http://localhost:1/v2", "http://127.0.0.1:1@evil.example/"],
)
def test_requests_to_another_origin_are_refused(monkeypatch: pytest.MonkeyPatch, elsewhere: str) -> None:
    script = Script(monkeypatch)
    with pytest.raises(TransportError, match="another origin"):
        script.client.send("GET", elsewhere, Operation("download", "it"), headers={"X-Auth-Token": "secret"})
    assert script.sent == []


def test_requests_to_the_same_origin_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(monkeypatch)
    assert script.client.send("GET", "http://127.0.0.1:1/elsewhere", Operation("download", "it")).ok


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b" <!DOCTYPE html>", "HTML"),
        (b"", "empty body"),
        (b'{"answer": 4', "something unexpected"),
        (b'{"answer": "secret words"}', "at answer"),
        (b"\xff\xfe", "something unexpected"),
    ],
)
def test_an_unreadable_reply_is_reported_without_its_content(content: bytes, said: str) -> None:
    with pytest.raises(TransportError) as caught:
        http.Reply(200, {}, content, Operation("read", "it")).parse(Body)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.uncertain


def test_secrets_are_removed_from_vendor_text(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Script(monkeypatch, password="pass-word", token="to-ken").client
    client.keep_secret("session-1")
    client.keep_secret("abc")
    client.keep_secret(None)
    assert client.redact("pass-word to-ken session-1 abc") == "(hidden) (hidden) (hidden) abc"
    assert client.redact("pass\u200b-wo\u2060rd to-\x00ken") == "(hidden) to-\ufffdken"
    assert len(client.redact("x" * 10_000)) < 600


@pytest.mark.parametrize("proxy", ["gopher://user:secret@x:1", "ftp://x:1"])
def test_an_unusable_proxy_is_reported_without_its_address(proxy: str) -> None:
    with pytest.raises(InvalidInputError, match="proxy") as caught:
        http.Client(Connection(vendor="kazoo", url=URL, proxy=proxy), workers=1)
    assert proxy not in str(caught.value)


PROXY_PASSWORD = "pass w@rd-of/the+proxy"
ECHOES = {
    "plain": PROXY_PASSWORD,
    "percent": urllib.parse.quote(PROXY_PASSWORD, safe=""),
    "address": f"http://proxy-user:{urllib.parse.quote(PROXY_PASSWORD)}@proxy.example",
    "header": base64.b64encode(f"proxy-user:{PROXY_PASSWORD}".encode()).decode(),
    "capitals": PROXY_PASSWORD.upper(),
}


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("from_environment", [False, True])
def test_a_proxy_refusal_contains_no_password(
    echo: str, from_environment: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        connection, _address = listener.accept()
        with connection:
            seen = connection.recv(65536)
            assert base64.b64encode(f"proxy-user:{PROXY_PASSWORD}".encode()) in seen
            connection.sendall(f"HTTP/1.1 407 refused {ECHOES[echo]} for you\r\n\r\n".encode())

    thread = threading.Thread(target=refuse, daemon=True)
    thread.start()
    port = listener.getsockname()[1]
    proxy = f"http://proxy-user:{urllib.parse.quote(PROXY_PASSWORD, safe='')}@127.0.0.1:{port}"
    if from_environment:
        monkeypatch.setenv("https_proxy", proxy)
        monkeypatch.delenv("no_proxy", raising=False)
    connection = Connection(
        "kazoo", "https://pbx.example/v2", proxy=None if from_environment else proxy, retry_budget=0
    )
    client = http.Client(connection, workers=1)
    with listener, pytest.raises(TransportError, match="407 refused") as caught:
        client.send("GET", "/x", Operation("read", "it"))
    thread.join()
    client.close()
    reported = f"{caught.value} {caught.value.as_dict()} {connection!r}"
    assert "(hidden)" in reported
    for form in ECHOES.values():
        assert form not in reported


def test_a_redirect_error_contains_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "a-long-token-of-the-task"
    script = Script(monkeypatch, token=secret)
    headers = {"location": f"https://{secret}.evil.example/"}
    moved = httpx.MockTransport(lambda request: httpx.Response(302, headers=headers))
    script.client._clients = Clients(lambda: Sender(moved, {}, 30))
    for method in ("GET", "POST"):
        with pytest.raises(TransportError, match=r"evil\.example") as caught:
            script.client.send(method, "/x", "do it")
        assert secret not in str(caught.value)


def test_library_logs_contain_no_secret(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    secret = "a-long-password-of-the-task"
    script = Script(monkeypatch, password=secret)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("httpcore.http11").debug("reply %r", f"Hello {secret}".encode())
    assert "Hello (hidden)" in caplog.text
    assert secret not in caplog.text
    # The secrets of a client are hidden for as long as it exists.
    assert not script.sent


def test_cookies_are_returned_to_their_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that cookies are returned, which load balancers use for sticky sessions."""
    script = Script(monkeypatch)
    seen: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("cookie"))
        return httpx.Response(200, json={}, headers={"Set-Cookie": "node=7"})

    script.client._clients = Clients(lambda: Sender(httpx.MockTransport(answer), {}, 30))
    for _request in range(2):
        script.client.send("GET", "/x", Operation("read", "it"))
    assert seen == [None, "node=7"]
