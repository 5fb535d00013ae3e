# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paging keys: URL-safe base64, without padding, of an Erlang external term.

See docs/vendors/kazoo.md, "Listing and paging".
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

VERSION = 131
SMALL_INTEGER, INTEGER, SMALL_BIG = 97, 98, 110
SMALL_TUPLE, NIL, LIST, BINARY = 104, 106, 108, 109


def encode(term: Any) -> str:
    """Encode text, whole numbers and lists of them. An empty dictionary is an empty JSON object."""
    return base64.urlsafe_b64encode(bytes([VERSION]) + _term(term)).rstrip(b"=").decode()


def decode(text: str) -> Any:
    """Return the term of a key. Other text is returned unchanged, as in KAZOO."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if data[:1] != bytes([VERSION]):
            return text
        term, position = _read(data, 1)
        return term if position == len(data) else text
    except (binascii.Error, IndexError, ValueError):
        return text


def _term(term: Any) -> bytes:
    if isinstance(term, str):
        raw = term.encode()
        return bytes([BINARY]) + len(raw).to_bytes(4, "big") + raw
    if isinstance(term, int):
        if 0 <= term < 256:
            return bytes([SMALL_INTEGER, term])
        if -(2**31) <= term < 2**31:
            return bytes([INTEGER]) + term.to_bytes(4, "big", signed=True)
        raw = abs(term).to_bytes((abs(term).bit_length() + 7) // 8, "little")
        return bytes([SMALL_BIG, len(raw), term < 0]) + raw
    if isinstance(term, list):
        if not term:
            return bytes([NIL])
        return bytes([LIST]) + len(term).to_bytes(4, "big") + b"".join(map(_term, term)) + bytes([NIL])
    if term == {}:
        return bytes([SMALL_TUPLE, 1, NIL])
    raise ValueError(f"{term!r} cannot be encoded as a term")


def _read(data: bytes, position: int) -> tuple[Any, int]:
    tag = data[position]
    position += 1
    if tag == BINARY:
        end = position + 4 + int.from_bytes(data[position : position + 4], "big")
        return data[position + 4 : end].decode(), end
    if tag == SMALL_INTEGER:
        return data[position], position + 1
    if tag == INTEGER:
        return int.from_bytes(data[position : position + 4], "big", signed=True), position + 4
    if tag == SMALL_BIG:
        end = position + 2 + data[position]
        value = int.from_bytes(data[position + 2 : end], "little")
        return (-value if data[position + 1] else value), end
    if tag == NIL:
        return [], position
    if tag == SMALL_TUPLE:
        _content, end = _read(data, position + 1)
        return {}, end
    if tag == LIST:
        count = int.from_bytes(data[position : position + 4], "big")
        position += 4
        items = []
        for _number in range(count):
            item, position = _read(data, position)
            items.append(item)
        return items, position + 1
    raise ValueError(f"unknown tag {tag}")
