# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An invalid reply to a count of messages never deletes a mailbox."""

from __future__ import annotations

import typing as t

import pytest
from helpers.altered_replies import Alteration, altered_replies, run
from voicemail_simulator.server import SimulatorServer

REFUSED = ("not understood", "contain messages")
DELETIONS = ("DELETE ", "/destroy ", "Action=VoicemailboxDelete")
BOXES: dict[str, tuple[str, dict[str, t.Any], str]] = {
    "kazoo": ("vmbox", {"mailbox": "1000"}, "/messages"),
    "tel4vn": ("vmbox", {"mailbox": "1001"}, "/voicemail/message"),
    "portsip": ("shared_voicemail", {"extension_number": "8001"}, "/voicemails"),
}


def _with(**fields: t.Any) -> Alteration:
    return lambda value: {**value, **fields}


def _without(*fields: str) -> Alteration:
    return lambda value: {key: inner for key, inner in value.items() if key not in fields}


def _raw(body: bytes) -> Alteration:
    return lambda value: body


ALTERATIONS: dict[str, dict[str, Alteration]] = {
    "kazoo": {
        "empty object": _raw(b"{}"),
        "null": _with(data=None),
        "object": _with(data={}),
        "text": _with(data=""),
        "number": _with(data=0),
        "a count without rows": _with(data=[]),
        "a count as text without rows": _with(data=[], page_size="2"),
        "a page key without rows": _with(data=[], page_size=0, next_start_key="g2wAAAACbQ"),
        "a count that is none": _with(data=[], page_size=-1),
        "NaN": _raw(b'{"data": [], "page_size": NaN}'),
        "another key": lambda value: {"messages": value["data"]},
        "no body": _raw(b""),
        "a page": _raw(b"<html></html>"),
    },
    "tel4vn": {
        "empty object": _raw(b"{}"),
        "null alone": _raw(b'{"data": null}'),
        "null and no total": _with(data=None, total=None),
        "null and a total": _with(data=None),
        "a total without rows": _with(data=[]),
        "a total as text without rows": _with(data=[], total="1"),
        "a total that is none": _with(data=[], total="many"),
        "object": _with(data={}),
        "rows of nobody": lambda value: {**value, "data": [{**row, "extension": None} for row in value["data"]]},
        "rows without extension": lambda value: {**value, "data": [{"id": row["id"]} for row in value["data"]]},
        "rows without id": lambda value: {**value, "data": [{"extension": "1001"} for _row in value["data"]]},
        "no body": _raw(b""),
    },
    "portsip": {
        "empty object": _raw(b"{}"),
        "null": _with(items=None),
        "no rows and no count": _raw(b'{"items": []}'),
        "rows without a count": _without("count"),
        "a count without rows": _with(items=[]),
        "rows and the count 0": _with(count=0),
        "a count that is negative": _with(count=-1),
        "a count that is false": _with(items=[], count=False),
        "a count that is none": _with(items=[], count="many"),
        "a count without a list": _raw(b'{"count": 0}'),
        "NaN": _raw(b'{"items": [], "count": NaN}'),
    },
}
CASES = [(vendor, name) for vendor, lies in ALTERATIONS.items() for name in lies]


@pytest.fixture(scope="module")
def servers() -> t.Iterator[dict[str, SimulatorServer]]:
    with (
        SimulatorServer("kazoo", mailboxes=2, messages=2, seed=1) as kazoo,
        SimulatorServer("tel4vn", mailboxes=2, messages=2, seed=1) as tel4vn,
        SimulatorServer("portsip", mailboxes=2, messages=2, seed=1) as portsip,
    ):
        yield {"kazoo": kazoo, "tel4vn": tel4vn, "portsip": portsip}


@pytest.mark.parametrize(("vendor", "name"), CASES, ids=lambda part: part)
def test_an_invalid_count_prevents_deletion(servers: dict[str, SimulatorServer], vendor: str, name: str) -> None:
    module, place, path = BOXES[vendor]
    server = servers[vendor]
    with altered_replies(lambda request: request.url.path.endswith(path), ALTERATIONS[vendor][name]) as sent:
        result = run(server, vendor, module, **place, state="absent")
    assert result["failed"], result
    assert any(word in result["msg"] for word in REFUSED), result["msg"]
    assert not [request for request in sent if any(deletion in request for deletion in DELETIONS)]
    assert any(path in request for request in sent), "nothing was counted"


@pytest.mark.parametrize("vendor", ALTERATIONS)
def test_an_empty_mailbox_is_deleted(vendor: str) -> None:
    """Check that the tests above do not pass because every deletion is refused."""
    module, place, _path = BOXES[vendor]
    with SimulatorServer(vendor, mailboxes=2, messages=0, seed=1) as server:
        result = run(server, vendor, module, **place, state="absent")
    assert (result["failed"], result["changed"]) == (False, True), result
