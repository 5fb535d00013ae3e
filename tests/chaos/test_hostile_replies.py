# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile servers: for any reply, a run ends with a clear error or a true result, and causes no damage."""

from __future__ import annotations

import os
import typing as t

import hypothesis
import pytest
from chaos.corrupting_server import BODIES, CorruptedRun, declared, random_corruption, run_corrupted
from chaos.worlds import WORLDS, World
from hypothesis import strategies

EXAMPLES = int(os.environ.get("CHAOS_EXAMPLES", "12"))
#: Seconds after which a test fails, because no server may block a run.
pytestmark = pytest.mark.timeout(60)
Reply = tuple[int, list[t.Any], bytes]


def check_harmless(world: World, lies: CorruptedRun) -> None:
    """Check that only declared mailboxes were changed or deleted, and that failures have a clear message."""
    named = {item[world.subject.key] for item in declared(world)}
    planned_deletions = {item[world.subject.key] for item in declared(world) if item.get("state") == "absent"}
    after = {box.id: box for box in lies.after}
    for box in lies.before:
        assert box.number in planned_deletions or box.id in after, f"{box.number} is gone"
        assert box.number in named or after[box.id] == box, f"{box.number} was changed without a declaration"
    assert {box.number for box in lies.after} <= {box.number for box in lies.before} | named
    if lies.result["failed"]:
        message = str(lies.result["msg"])
        assert message
        assert "unexpected " not in message or "something unexpected" in message, message
        assert "Traceback" not in message
        assert len(message) < 6000, len(message)


SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


@pytest.mark.parametrize("name", WORLDS)
@SETTINGS
@hypothesis.given(
    position=strategies.integers(0, 14), seed=strategies.integers(0, 10**9), forever=strategies.booleans()
)
def test_corrupted_replies(name: str, position: int, seed: int, forever: bool) -> None:
    world = WORLDS[name]
    check_harmless(world, run_corrupted(world, world.subject.plural, position, random_corruption(seed), forever))


@pytest.mark.parametrize("name", WORLDS)
@SETTINGS
@hypothesis.given(position=strategies.integers(0, 5), seed=strategies.integers(0, 10**9))
def test_corrupted_replies_to_an_info_module(name: str, position: int, seed: int) -> None:
    world = WORLDS[name]
    lies = run_corrupted(world, world.subject.info, position, random_corruption(seed), True)
    check_harmless(world, lies)
    assert lies.before == lies.after


@pytest.mark.parametrize("name", WORLDS)
def test_invalid_bodies(name: str) -> None:
    world = WORLDS[name]

    def lie_of(body: bytes) -> t.Callable[..., Reply]:
        return lambda status, headers, _body: (status, headers, body)

    for body in BODIES:
        lies = run_corrupted(world, world.subject.plural, 1, lie_of(body), True)
        check_harmless(world, lies)
        assert lies.result["failed"], body[:40]
        assert lies.before == lies.after, body[:40]


def endless(status: int, headers: list[t.Any], body: bytes) -> Reply:
    """Return replies that always announce another page."""
    more = body.replace(b'"count":5', b'"count":500').replace(b'"total":5', b'"total":500')
    more = more.replace(b'"Found":"5"', b'"Found":"500"')
    if more == body and body.endswith(b"}"):
        more = body[:-1] + b', "next_start_key": "again"}'
    return status, headers, more


@pytest.mark.parametrize("name", WORLDS)
def test_endless_paging(name: str) -> None:
    world = WORLDS[name]
    lies = run_corrupted(world, world.subject.info, 1, endless, True)
    check_harmless(world, lies)
    assert lies.requests < 300


def test_the_key_of_a_next_page_is_never_used_as_an_address() -> None:
    world = WORLDS["kazoo"]
    with world.subject.serve(mailboxes=1) as stranger:

        def lead_away(status: int, headers: list[t.Any], body: bytes) -> Reply:
            return status, headers, body[:-1] + f', "next_start_key": "{stranger.origin}/v2/../.."}}'.encode()

        lies = run_corrupted(world, world.subject.info, 1, lead_away, True)
        assert stranger.journal.entries() == []
    check_harmless(world, lies)
    assert lies.result["failed"]
    assert lies.requests < 20


def test_a_compression_bomb_is_not_fully_decompressed(monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    from ansible_collections.telephony.voicemail.plugins.module_utils.transport import client as http

    monkeypatch.setattr(http, "MAX_REPLY_BYTES", 4 * 2**20)
    packed = gzip.compress(b" " * (64 * 2**20))

    def bomb(status: int, headers: list[t.Any], _body: bytes) -> Reply:
        return status, [*headers, (b"content-encoding", b"gzip")], packed

    lies = run_corrupted(WORLDS["kazoo"], "vmboxes", 1, bomb, True)
    check_harmless(WORLDS["kazoo"], lies)
    assert "larger than 4 MiB" in lies.result["msg"]
    assert lies.before == lies.after


@pytest.mark.parametrize("name", WORLDS)
def test_a_flood_of_headers(name: str) -> None:
    world = WORLDS[name]

    def flood(status: int, headers: list[t.Any], body: bytes) -> Reply:
        return status, [*headers, *((f"x-{number}".encode(), b"v" * 100) for number in range(3000))], body

    lies = run_corrupted(world, world.subject.plural, 1, flood, True)
    check_harmless(world, lies)
