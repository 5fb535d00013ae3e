# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile servers: whatever they answer, a run ends with a clear error or a true result, and harms nothing."""

from __future__ import annotations

import os
import typing as t

import hypothesis
import pytest
from chaos.liar import BODIES, Lies, declared, lied_to, random_lie
from chaos.worlds import WORLDS, World
from hypothesis import strategies

EXAMPLES = int(os.environ.get("CHAOS_EXAMPLES", "12"))
#: It ends a run that would go on: no server may keep one for ever.
pytestmark = pytest.mark.timeout(60)
Reply = tuple[int, list[t.Any], bytes]


def harmless(world: World, lies: Lies) -> None:
    """Only declared boxes may have changed, only declared ones may be gone, and what failed says so clearly."""
    named = {item[world.subject.key] for item in declared(world)}
    doomed = {item[world.subject.key] for item in declared(world) if item.get("state") == "absent"}
    after = {box.id: box for box in lies.after}
    for box in lies.before:
        assert box.number in doomed or box.id in after, f"{box.number} is gone"
        assert box.number in named or after[box.id] == box, f"{box.number} was changed, and nobody declared it"
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
def test_spoiled_replies(name: str, position: int, seed: int, forever: bool) -> None:
    world = WORLDS[name]
    harmless(world, lied_to(world, world.subject.plural, position, random_lie(seed), forever))


@pytest.mark.parametrize("name", WORLDS)
@SETTINGS
@hypothesis.given(position=strategies.integers(0, 5), seed=strategies.integers(0, 10**9))
def test_spoiled_replies_to_a_reader(name: str, position: int, seed: int) -> None:
    world = WORLDS[name]
    lies = lied_to(world, world.subject.info, position, random_lie(seed), True)
    harmless(world, lies)
    assert lies.before == lies.after


@pytest.mark.parametrize("name", WORLDS)
def test_bodies_that_are_no_reply(name: str) -> None:
    world = WORLDS[name]

    def lie_of(body: bytes) -> t.Callable[..., Reply]:
        return lambda status, headers, _body: (status, headers, body)

    for body in BODIES:
        lies = lied_to(world, world.subject.plural, 1, lie_of(body), True)
        harmless(world, lies)
        assert lies.result["failed"], body[:40]
        assert lies.before == lies.after, body[:40]


def endless(status: int, headers: list[t.Any], body: bytes) -> Reply:
    """Always say that there is more."""
    more = body.replace(b'"count":5', b'"count":500').replace(b'"total":5', b'"total":500')
    more = more.replace(b'"Found":"5"', b'"Found":"500"')
    if more == body and body.endswith(b"}"):
        more = body[:-1] + b', "next_start_key": "again"}'
    return status, headers, more


@pytest.mark.parametrize("name", WORLDS)
def test_paging_that_never_ends(name: str) -> None:
    world = WORLDS[name]
    lies = lied_to(world, world.subject.info, 1, endless, True)
    harmless(world, lies)
    assert lies.requests < 300


def test_the_key_of_a_next_page_is_never_taken_for_an_address() -> None:
    world = WORLDS["kazoo"]
    with world.subject.serve(mailboxes=1) as stranger:

        def lead_away(status: int, headers: list[t.Any], body: bytes) -> Reply:
            return status, headers, body[:-1] + f', "next_start_key": "{stranger.origin}/v2/../.."}}'.encode()

        lies = lied_to(world, world.subject.info, 1, lead_away, True)
        assert stranger.journal.entries() == []
    harmless(world, lies)
    assert lies.result["failed"]
    assert lies.requests < 20


def test_a_compression_bomb_is_not_unpacked_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    from ansible_collections.telephony.voicemail.plugins.module_utils.transport import client as http

    monkeypatch.setattr(http, "MAX_REPLY_BYTES", 4 * 2**20)
    packed = gzip.compress(b" " * (64 * 2**20))

    def bomb(status: int, headers: list[t.Any], _body: bytes) -> Reply:
        return status, [*headers, (b"content-encoding", b"gzip")], packed

    lies = lied_to(WORLDS["kazoo"], "vmboxes", 1, bomb, True)
    harmless(WORLDS["kazoo"], lies)
    assert "larger than 4 MiB" in lies.result["msg"]
    assert lies.before == lies.after


@pytest.mark.parametrize("name", WORLDS)
def test_a_flood_of_headers(name: str) -> None:
    world = WORLDS[name]

    def flood(status: int, headers: list[t.Any], body: bytes) -> Reply:
        return status, [*headers, *((f"x-{number}".encode(), b"v" * 100) for number in range(3000))], body

    lies = lied_to(world, world.subject.plural, 1, flood, True)
    harmless(world, lies)
