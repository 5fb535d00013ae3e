# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proxies from the option and the environment, and the warning about unencrypted connections."""

from __future__ import annotations

import typing as t

import pytest
from helpers.loopback import Answer, Loopback, forward_to, module_warnings, refusing_port
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO, SUBJECTS, Subject

__all__ = ("module_warnings",)
each_runner = pytest.mark.parametrize("runner", RUNNERS)
every_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
HOST = "pbx.example.com"


@pytest.fixture(autouse=True)
def without_system_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def read(subject: Subject, runner: str, simulator: t.Any, host: str = HOST, **options: t.Any) -> dict[str, t.Any]:
    """Read all boxes of a host that only the proxy can reach."""
    url = simulator.url.replace(simulator.origin, f"http://{host}")
    result: dict[str, t.Any] = RUNNERS[runner](subject.info, {**subject.arguments(simulator), "url": url, **options})
    return result


@each_runner
@every_subject
def test_the_proxy_option_is_used(subject: Subject, runner: str) -> None:
    with subject.serve() as simulator, Loopback(forward_to(simulator.origin)) as proxy:
        result = read(subject, runner, simulator, proxy=proxy.origin)
    assert not result["failed"], result
    assert proxy.seen
    assert all(seen.path.startswith(f"http://{HOST}/") for seen in proxy.seen)


@each_runner
@every_subject
@pytest.mark.parametrize(
    ("variable", "form"),
    [("http_proxy", "http://127.0.0.1:{}"), ("HTTP_PROXY", "127.0.0.1:{}"), ("ALL_PROXY", "http://127.0.0.1:{}/")],
)
def test_the_proxy_of_the_environment_is_used(
    subject: Subject, runner: str, variable: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subject.serve() as simulator, Loopback(forward_to(simulator.origin)) as proxy:
        monkeypatch.setenv(variable, form.format(proxy.port))
        result = read(subject, runner, simulator)
    assert not result["failed"], result
    assert proxy.seen


@each_runner
@pytest.mark.parametrize("bypass", ["127.0.0.1", "127.0.0.1:{port}", "*", "example.com,127.0.0.1"])
def test_no_proxy_is_respected(runner: str, bypass: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with KAZOO.serve() as simulator, Loopback(lambda _seen: Answer(502)) as proxy:
        port = simulator.origin.rpartition(":")[2]
        monkeypatch.setenv("http_proxy", proxy.origin)
        monkeypatch.setenv("no_proxy", bypass.format(port=port))
        result = read(KAZOO, runner, simulator, host=f"127.0.0.1:{port}")
    assert not result["failed"], result
    assert proxy.seen == []


@each_runner
def test_the_option_overrides_the_environment(runner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with KAZOO.serve() as simulator, Loopback(forward_to(simulator.origin)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{refusing_port()}")
        monkeypatch.setenv("no_proxy", "*")
        assert not read(KAZOO, runner, simulator, proxy=proxy.origin)["failed"]
    assert proxy.seen


@each_runner
def test_an_unreachable_proxy_is_reported(runner: str) -> None:
    with KAZOO.serve() as simulator:
        result = read(KAZOO, runner, simulator, proxy=f"http://127.0.0.1:{refusing_port()}", retry_budget=0)
    assert result["failed"]
    assert "through the proxy" in result["msg"]
    assert "proxy" in result["error"]["hint"]


@each_runner
@pytest.mark.parametrize("address", ["gopher://proxy.example.com:1", "http://[broken", "http://proxy:not-a-port"])
def test_an_invalid_proxy_address_is_reported(runner: str, address: str) -> None:
    with KAZOO.serve() as simulator:
        result = read(KAZOO, runner, simulator, proxy=address)
        assert len(simulator.journal) == 0
    assert result["failed"]
    assert "`proxy`" in result["msg"]


@each_runner
@every_subject
@pytest.mark.parametrize("host", [HOST, "127.0.0.1"])
def test_plain_http_to_another_machine_causes_a_warning(
    subject: Subject, runner: str, host: str, warned: list[str]
) -> None:
    with subject.serve() as simulator, Loopback(forward_to(simulator.origin)) as proxy:
        result = read(subject, runner, simulator, host, proxy=proxy.origin)
    assert not result["failed"], result
    reported = str([*warned, *result.get("warnings", ())])
    assert ("plain http" in reported) == (host == HOST)
