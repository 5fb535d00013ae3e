# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies of a broken or hostile server: corrupted real replies, and invented ones."""

from __future__ import annotations

import contextlib
import copy
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

#: Unexpected values that replace others.
UNEXPECTED_VALUES: tuple[t.Any, ...] = (
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
#: Bodies that replace a whole reply.
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


class CorruptingServer(Interference):
    """Serve some requests correctly, and then corrupt the reply to one, or to every further request.

    :param position: number of the first corrupted reply.
    :param corrupt: returns another reply (status, headers, body) for the original one.
    :param forever: whether all further replies are corrupted as well.
    """

    def __init__(
        self, server: SimulatorServer, world: World, position: int, corrupt: t.Callable[..., t.Any], forever: bool
    ) -> None:
        super().__init__(server, world, ())
        self.position = position
        self.corrupt = corrupt
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
        status, headers, body = self.corrupt(start["status"], start["headers"], b"".join(parts))
        kept = [pair for pair in headers if pair[0].lower() != b"content-length"]
        with contextlib.suppress(Exception):
            # The client may disconnect before it has read everything.
            await send({**start, "status": status, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
            await send({"type": "http.response.body", "body": body})


def places(value: t.Any, path: tuple[t.Any, ...] = ()) -> list[tuple[t.Any, ...]]:
    """Return the path of every place in a JSON value."""
    found = [path]
    if isinstance(value, dict):
        found += [place for key, inner in value.items() for place in places(inner, (*path, key))]
    elif isinstance(value, list):
        found += [place for key, inner in enumerate(value) for place in places(inner, (*path, key))]
    return found


def unexpected_value(chance: random.Random, values: t.Sequence[t.Any] = UNEXPECTED_VALUES) -> t.Any:
    """Return a copy of one of the values: the next change may be inside it."""
    return copy.deepcopy(chance.choice(values))


def corrupted(body: bytes, chance: random.Random) -> bytes:
    """Return a reply with one or two values replaced, omitted or repeated."""
    try:
        value = json.loads(body)
    except ValueError:
        return chance.choice(BODIES)
    for _change in range(chance.choice((1, 1, 2))):
        path = chance.choice(places(value))
        if not path:
            value = unexpected_value(chance)
            break
        holder = value
        for key in path[:-1]:
            holder = holder[key]
        action = chance.choice(("strange", "strange", "strange", "leave out", "twice"))
        if action == "strange":
            holder[path[-1]] = unexpected_value(chance)
        elif action == "leave out":
            del holder[path[-1]]
        elif isinstance(holder, list):
            holder.append(holder[path[-1]])
    return json.dumps(value).encode()


def random_corruption(seed: int) -> t.Callable[..., t.Any]:
    """Return a corruption that depends on a seed."""
    chance = random.Random(seed)

    def corrupt(status: int, headers: list[t.Any], body: bytes) -> tuple[int, list[t.Any], bytes]:
        kind = chance.choice(("corrupt",) * 6 + ("body", "status", "headers", "bomb"))
        if kind == "corrupt":
            return status, headers, corrupted(body, chance)
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

    return corrupt


def declared(world: World) -> list[dict[str, t.Any]]:
    """Return declarations of a change, a new mailbox and a deletion, where the vendor supports them."""
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


def run_corrupted(
    world: World, module: str, position: int, corrupt: t.Callable[..., t.Any], forever: bool
) -> CorruptedRun:
    """Run a module against a corrupting server."""
    subject = world.subject
    with subject.serve(mailboxes=5, messages=1) as server, virtual_time(server.clock.advance):
        before = world.boxes(server)
        corrupting_server = CorruptingServer(server, world, position, corrupt, forever)
        server.simulation.faults = corrupting_server  # type: ignore[assignment]
        options: dict[str, t.Any] = {"timeout": 2, "retry_budget": 3, "workers": 1}
        if module == subject.plural:
            options.update({subject.listed: declared(world), "report": "all"})
            if subject.can_create:
                options.update(delete_messages=True, max_delete_percent=100)
        result = in_worker(module, subject.arguments(server, **options))
        corrupting_server.drain()
        return CorruptedRun(result, before, world.boxes(server), subject.writes(server), corrupting_server.requests)


class CorruptedRun(t.NamedTuple):
    """The outcome of a run against a corrupting server."""

    result: Result
    before: list[Box]
    after: list[Box]
    writes: list[str]
    requests: int
