# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies of a server that is broken or means harm: real ones with something wrong in them, and whole inventions."""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import typing as t

from chaos.play import Interference
from chaos.worlds import World
from helpers.runners import Result, in_worker
from helpers.stored_boxes import Box
from helpers.virtual_time import virtual_time
from voicemail_simulator.server import SimulatorServer

#: Values that nobody expects in the place of another.
STRANGE: tuple[t.Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "text",
    "9" * 5000,
    "../../accounts/other",
    "..",
    "a/b?c#d",
    "nul\0",
    "\ud800",
    "é" * 10240,
    [],
    {},
    [[]],
    [None],
    {"": None},
    ["a", 1, {"b": []}],
    {"id": "x"},
)
#: Bodies in the place of the whole.
BODIES: tuple[bytes, ...] = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b'"text"',
    b"NaN",
    b"\xff\xfe\x00",
    b"{" * 1000,
    b"[" * 100_000,
    b'{"data":' * 5_000 + b"1" + b"}" * 5_000,
    b"[" * 5_000 + b"]" * 5_000,
    b'{"data": ' + b"9" * 10_000 + b"}",
    b'{"data": [], "data": {}}',
    b'{"data": {"id": "\\ud800"}}',
    b"<html><body>Sign in</body></html>",
)
STATUSES = (200, 200, 200, 201, 204, 206, 300, 304, 400, 401, 403, 404, 409, 418, 422, 500, 599)


class Liar(Interference):
    """Serves some requests truly, and then answers one, or every one from there on, with something else.

    :param position: number of the first request that is lied to.
    :param lie: makes a reply (status, headers, body) out of the true one.
    :param forever: whether all further requests are lied to as well.
    """

    def __init__(
        self, server: SimulatorServer, world: World, position: int, lie: t.Callable[..., t.Any], forever: bool
    ) -> None:
        super().__init__(server, world, ())
        self.position = position
        self.lie = lie
        self.forever = forever
        self.writes_before: int | None = None

    async def __call__(self, scope: t.Any, receive: t.Any, send: t.Any) -> None:
        """Serve one request."""
        if not (self.requests == self.position or (self.forever and self.requests > self.position)):
            await super().__call__(scope, receive, send)
            return
        start: t.Any = {}
        parts: list[bytes] = []

        async def collect(message: t.Any) -> None:
            start.update(message if message["type"] == "http.response.start" else {})
            parts.append(message.get("body", b""))

        await super().__call__(scope, receive, collect)
        if not start:
            return
        status, headers, body = self.lie(start["status"], start["headers"], b"".join(parts))
        kept = [pair for pair in headers if pair[0].lower() != b"content-length"]
        with contextlib.suppress(Exception):
            # The client may hang up before it has read all of it.
            await send({**start, "status": status, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
            await send({"type": "http.response.body", "body": body})


def places(value: t.Any, path: tuple[t.Any, ...] = ()) -> list[tuple[t.Any, ...]]:
    """Every place in a JSON value."""
    found = [path]
    if isinstance(value, dict):
        found += [place for key, inner in value.items() for place in places(inner, (*path, key))]
    elif isinstance(value, list):
        found += [place for key, inner in enumerate(value) for place in places(inner, (*path, key))]
    return found


def spoiled(body: bytes, chance: random.Random) -> bytes:
    """Return a reply with one or two values replaced, omitted or repeated."""
    try:
        value = json.loads(body)
    except ValueError:
        return chance.choice(BODIES)
    for _change in range(chance.choice((1, 1, 2))):
        path = chance.choice(places(value))
        if not path:
            value = chance.choice(STRANGE)
            break
        holder = value
        for key in path[:-1]:
            holder = holder[key]
        action = chance.choice(("strange", "strange", "strange", "leave out", "twice"))
        if action == "strange":
            holder[path[-1]] = chance.choice(STRANGE)
        elif action == "leave out":
            del holder[path[-1]]
        elif isinstance(holder, list):
            holder.append(holder[path[-1]])
    return json.dumps(value).encode()


def random_lie(seed: int) -> t.Callable[..., t.Any]:
    """A lie made from a seed."""
    chance = random.Random(seed)

    def lie(status: int, headers: list[t.Any], body: bytes) -> tuple[int, list[t.Any], bytes]:
        kind = chance.choice(("spoil",) * 6 + ("body", "status", "headers", "bomb"))
        if kind == "spoil":
            return status, headers, spoiled(body, chance)
        if kind == "body":
            return status, headers, chance.choice(BODIES)
        if kind == "status":
            return chance.choice(STATUSES), headers, chance.choice((body, *BODIES))
        if kind == "headers":
            strange = [
                (b"retry-after", chance.choice((b"-5", b"nan", b"1e400", b"\xc2\xb2", b"9" * 30, b"Mon, 99 Foo 1 1"))),
                (b"location", chance.choice((b"http://127.0.0.1:1/", b"//evil.example.com/", b"::::", b"/../.."))),
                (b"content-type", b"\xff"),
                *((f"x-{number}".encode(), b"v" * 50) for number in range(50)),
            ]
            return chance.choice((200, 302, 307, 429, 503)), [*headers, *strange], body
        return status, [*headers, (b"content-encoding", b"gzip")], gzip.compress(b" " * 3_000_000 + body)

    return lie


def declared(world: World) -> list[dict[str, t.Any]]:
    """A change, a new box and a deletion, as far as the vendor has them."""
    chance = random.Random(5)
    key = world.subject.key
    items = [{key: number, **world.random_item(chance)} for number in world.seeded(2)]
    if world.subject.can_create:
        items.append({key: str(world.fresh), **world.random_item(chance)})
        items.append({key: world.seeded(3)[2], "state": "absent"})
    for item in items:
        if len(item) == 1:
            item["notify"] = True
    return items


def lied_to(world: World, module: str, position: int, lie: t.Callable[..., t.Any], forever: bool) -> Lies:
    """Run a module against a liar."""
    subject = world.subject
    with subject.serve(mailboxes=5, messages=1) as server, virtual_time(server.clock.advance):
        before = world.boxes(server)
        liar = Liar(server, world, position, lie, forever)
        server.simulation.faults = liar  # type: ignore[assignment]
        options: dict[str, t.Any] = {"timeout": 2, "retry_budget": 3, "workers": 1}
        if module == subject.plural:
            options.update({subject.listed: declared(world), "report": "all"})
            if subject.can_create:
                options.update(delete_messages=True, max_delete_percent=100)
        result = in_worker(module, subject.arguments(server, **options))
        liar.drain()
        return Lies(result, before, world.boxes(server), subject.writes(server), liar.requests)


class Lies(t.NamedTuple):
    """What came of a run against a liar."""

    result: Result
    before: list[Box]
    after: list[Box]
    writes: list[str]
    requests: int
