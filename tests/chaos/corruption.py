# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate replies that no server should send from correct ones, depending on a seed."""

from __future__ import annotations

import gzip
import json
import random
import typing as t

from chaos.corrupting_server import BODIES, STATUSES, places, unexpected_value

#: JSON that Python's json module does not write.
RAW = (
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"1e400",
    b"-1e999",
    b"9" * 400,
    b"9" * 5000,
    b"1.7e9",
    b"-0",
    b"[" * 180 + b"]" * 180,
    b'{"a":' * 900 + b"1" + b"}" * 900,
    b'"\\ud800"',
    b'"\\u202e\\u0000\\u001b[31m"',
)
_MARK = "corrupt-this-very-value"
HEADERS = (
    (b"content-encoding", b"gzip"),
    (b"content-encoding", b"br"),
    (b"content-type", b"text/html"),
    (b"content-type", b"\xff"),
    (b"content-range", b"bytes 5-1/nan"),
    (b"retry-after", b"-1e300"),
    (b"location", b"https://other.example.com/"),
)


class Answer(t.NamedTuple):
    """A reply."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


def corrupt(true: Answer, chance: random.Random) -> Answer:
    """Return a corrupted copy of a reply."""
    kind = chance.choice(
        ("value",) * 7 + ("raw",) * 4 + ("twice", "rows", "cut", "letters", "body", "status", "header")
    )
    if kind == "status":
        return true._replace(status=chance.choice(STATUSES))
    if kind == "header":
        return true._replace(headers=(*true.headers, chance.choice(HEADERS)))
    if kind == "body":
        return true._replace(body=chance.choice(BODIES))
    if kind == "cut":
        return true._replace(body=true.body[: chance.randrange(len(true.body) + 1)])
    if kind == "letters":
        return true._replace(body=_encoded(true.body, chance))
    try:
        value = json.loads(true.body)
    except ValueError:
        return true._replace(body=chance.choice(BODIES))
    changes: dict[str, t.Callable[[t.Any, random.Random], bytes]] = {
        "value": _another_value,
        "raw": _raw_value,
        "twice": _key_twice,
        "rows": _other_rows,
    }
    return true._replace(body=changes[kind](value, chance))


def _encoded(body: bytes, chance: random.Random) -> bytes:
    text = body.decode("utf-8", "replace")
    encodings = ("utf-16", "utf-8-sig", "utf-32-le", "utf-7")
    return chance.choice((*(text.encode(encoding) for encoding in encodings), gzip.compress(body), b"\xe9" + body))


def _replaced(value: t.Any, chance: random.Random, new: t.Any) -> t.Any:
    path = chance.choice(places(value))
    if not path:
        return new
    _holder(value, path)[path[-1]] = new
    return value


def _holder(value: t.Any, path: tuple[t.Any, ...]) -> t.Any:
    for key in path[:-1]:
        value = value[key]
    return value


def _another_value(value: t.Any, chance: random.Random) -> bytes:
    if chance.random() < 0.4:
        path = chance.choice(places(value))
        if path:
            del _holder(value, path)[path[-1]]
            return json.dumps(value).encode()
    return json.dumps(_replaced(value, chance, unexpected_value(chance))).encode()


def _raw_value(value: t.Any, chance: random.Random) -> bytes:
    text = json.dumps(_replaced(value, chance, _MARK)).encode()
    return text.replace(json.dumps(_MARK).encode(), chance.choice(RAW))


def _key_twice(value: t.Any, chance: random.Random) -> bytes:
    objects = [path for path in places(value) if isinstance(_at(value, path), dict) and _at(value, path)]
    if not objects:
        return b"[" + json.dumps(value).encode() + b"]"
    chosen = _at(value, chance.choice(objects))
    key = chance.choice(list(chosen))
    chosen[_MARK] = 0
    again = f"{json.dumps(key)}: {json.dumps(chance.choice((None, {}, 'text', -1)))}".encode()
    return json.dumps(value).encode().replace(f'"{_MARK}": 0'.encode(), again)


def _other_rows(value: t.Any, chance: random.Random) -> bytes:
    lists = [path for path in places(value) if isinstance(_at(value, path), list)]
    if lists:
        rows = _at(value, chance.choice(lists))
        rows.extend(chance.choice(([None], [[]], list(rows), [{}], ["text"], list(rows) * 50)))
    return json.dumps(value).encode()


def _at(value: t.Any, path: tuple[t.Any, ...]) -> t.Any:
    for key in path:
        value = value[key]
    return value
