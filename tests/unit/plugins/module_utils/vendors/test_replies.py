# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Required values of replies, tested directly and through the modules that read them."""

from __future__ import annotations

import datetime
import functools
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import TransportError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.operation import Operation
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.json_bodies import read_json
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import replies
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.login import Login, Token
from helpers.altered_replies import Alteration, altered_replies, run
from voicemail_simulator.server import SimulatorServer

WHEN = datetime.datetime(2023, 11, 14, 22, 13, 20, tzinfo=datetime.UTC)
EPOCH = 1_700_000_000
GREGORIAN = EPOCH + replies.GREGORIAN_OFFSET


@pytest.mark.parametrize(
    "value",
    [
        EPOCH,
        float(EPOCH),
        1.7e9,
        str(EPOCH),
        f"{EPOCH}.0",
        "1.7e9",
        f" {EPOCH} ",
        GREGORIAN,
        float(GREGORIAN),
        str(GREGORIAN),
        "2023-11-14T22:13:20Z",
        "2023-11-14T22:13:20",
        "2023-11-14 22:13:20",
        "2023-11-15T05:13:20+07:00",
        "2023-11-14T22:13:20.000000Z",
    ],
)
def test_times_are_read_in_every_format(value: t.Any) -> None:
    assert replies.time_of(value) == WHEN


@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            "",
            " ",
            True,
            False,
            0,
            1,
            -1,
            63,
            "0",
            "yesterday",
            [],
            {},
            [EPOCH],
            1e308,
            float("nan"),
            float("inf"),
        ),
        *("9" * 5000, "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-12:00", "٣" * 10),
        *(EPOCH * 1000, "Mon, 14 Nov 2023"),
    ],
)
def test_invalid_times_are_none(value: t.Any) -> None:
    """Check that an invalid time is not read as the year 1, which every age rule would select."""
    assert replies.time_of(value) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *((0, 0), (7, 7), (7.0, 7), ("7", 7), (7.5, None), (-7, None), ("-7", None), (True, None), (None, None)),
        *(("9" * 5000, None), (1e308, None), ("٣", None), ("", None), ({}, None), (10**30, None), ([], None)),
    ],
)
def test_integers_are_read(value: t.Any, number: int | None) -> None:
    assert replies.whole_number(value) == number


@pytest.mark.parametrize(
    "call",
    [
        lambda: replies.expect_list(None, Operation("list", "mailboxes"), "mailboxes"),
        lambda: replies.expect_list({}, Operation("list", "mailboxes"), "mailboxes"),
        lambda: replies.expect_objects([None], Operation("list", "mailboxes"), "mailboxes"),
        lambda: replies.expect_objects([{"id": ".."}], Operation("list", "mailboxes"), "mailboxes"),
        lambda: replies.expect_objects([{"id": True}], Operation("list", "mailboxes"), "mailboxes"),
        lambda: replies.expect_object([], Operation("list", "mailboxes"), "a mailbox"),
        lambda: replies.expect_count("many", Operation("list", "mailboxes"), "mailboxes"),
        lambda: replies.expect_count(False, Operation("list", "mailboxes"), "mailboxes"),
        lambda: replies.expect_text({}, "mailbox", Operation("list", "mailboxes")),
        lambda: replies.expect_text({"mailbox": None}, "mailbox", Operation("list", "mailboxes")),
        lambda: replies.expect_text({"mailbox": True}, "mailbox", Operation("list", "mailboxes")),
        lambda: replies.expect_header_text("a\nb", Operation("list", "mailboxes"), "a token"),
        lambda: replies.expect_types({"pin": {}}, ("pin",), (str,), Operation("list", "mailboxes")),
    ],
)
def test_unexpected_values_are_reported_with_one_sentence(call: t.Callable[[], t.Any]) -> None:
    with pytest.raises(TransportError, match="cannot list mailboxes: the vendor's reply was not understood: expected"):
        call()


@pytest.mark.parametrize(
    "body", [b"NaN", b'{"a": Infinity}', b"[-Infinity]", b"[1e400]", b"-1e999", b"9" * 400, b"[" * 9000]
)
def test_invalid_json_numbers_are_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"expected value|invalid number|too large|recursion limit|out of range"):
        read_json(body)
    assert read_json(b'{"id": "8e123", "n": 1e308}') == {"id": "8e123", "n": 1e308}


@pytest.mark.parametrize("value", ["line\nbreak", "é", "", " "])
def test_an_unusable_token_is_refused(value: str) -> None:
    with pytest.raises(TransportError, match="a token of visible ASCII characters"):
        Login(lambda: Token(value)).token()


def _browse(value: t.Any, attributes: t.Any) -> t.Any:
    value["Response"]["Result"]["VoicemailboxBrowse"]["Voicemailboxes"]["@attributes"] = attributes
    return value


def _each(value: t.Any, rows: str, **fields: t.Any) -> t.Any:
    return {**value, rows: [{**row, **fields} for row in value[rows]]}


def _rows(value: t.Any, **fields: t.Any) -> t.Any:
    for row in value["Response"]["Result"]["VoicemailboxBrowse"]["Voicemailboxes"]["Voicemailbox"]:
        row.update(fields)
    return value


BOX = {"mailbox": "1001"}
SHARED = "shared_voicemail_info"
#: Vendor, module, options, end of the request's path or its action, and the alteration.
LISTS: list[tuple[str, str, dict[str, t.Any], str, Alteration]] = [
    ("kazoo", "vmbox_info", {}, "/vmboxes", lambda value: {**value, "data": [None]}),
    ("kazoo", "vmbox_info", {}, "/vmboxes", lambda value: {**value, "data": [{"name": "x"}]}),
    ("kazoo", "vmbox_info", {}, "/vmboxes", lambda value: {**value, "data": [{**value["data"][0], "mailbox": None}]}),
    ("kazoo", "vmbox_info", {}, "/vmboxes", lambda value: {**value, "next_start_key": 0}),
    ("kazoo", "vmbox_info", {}, "/vmboxes", lambda value: {}),
    ("kazoo", "voicemail_message_info", {"mailbox": "1000"}, "/messages", lambda value: {**value, "data": None}),
    ("tel4vn", "vmbox_info", {}, "/voicemail", lambda value: {"data": None}),
    ("tel4vn", "vmbox_info", {}, "/voicemail", lambda value: _each(value, "data", extension=None)),
    ("tel4vn", "vmbox_info", {}, "/voicemail", lambda value: {**value, "total": "many"}),
    (
        "tel4vn",
        "voicemail_message_info",
        {"mailbox": "1001"},
        "/message",
        lambda value: _each(value, "data", extension=""),
    ),
    ("portsip", "vmbox_info", {}, "/users", lambda value: {**value, "items": [{"extension_number": "1001"}]}),
    ("portsip", "vmbox_info", {}, "/users", lambda value: {**value, "count": -1}),
    ("portsip", "vmbox_info", {}, "/users", lambda value: {**value, "count": 1}),
    (
        "portsip",
        "shared_voicemail_info",
        {},
        "/shared_voicemails",
        lambda value: _each(value, "items", extension_number=None),
    ),
    ("portsip", "shared_voicemail_info", {}, "/shared_voicemails", lambda value: {"count": 2}),
    *(
        ("onsip", "vmbox_info", {}, "VoicemailboxBrowse", functools.partial(_browse, attributes=attributes))
        for attributes in ("x", {"Found": "many"}, {"Found": "9" * 5000}, {"Limit": "-5"}, [])
    ),
    *(
        ("onsip", "vmbox_info", {"mailbox": "1001"}, "VoicemailboxBrowse", functools.partial(_rows, **fields))
        for fields in ({"Mailbox": {"a": "b"}}, {"Mailbox": []}, {"Mailbox": {}}, {"Fullname": ["a", "b"]})
    ),
]


@pytest.fixture(scope="module")
def servers() -> t.Iterator[dict[str, SimulatorServer]]:
    with (
        SimulatorServer("kazoo", mailboxes=3, messages=2, seed=1) as kazoo,
        SimulatorServer("tel4vn", mailboxes=3, messages=2, seed=1) as tel4vn,
        SimulatorServer("portsip", mailboxes=3, messages=2, seed=1) as portsip,
        SimulatorServer("onsip", mailboxes=3, seed=1) as onsip,
    ):
        yield {"kazoo": kazoo, "tel4vn": tel4vn, "portsip": portsip, "onsip": onsip}


@pytest.mark.parametrize("number", range(len(LISTS)))
def test_a_list_without_required_values_is_refused(servers: dict[str, SimulatorServer], number: int) -> None:
    vendor, module, options, end, alter = LISTS[number]

    def concerned(request: t.Any) -> bool:
        return bool(request.url.path.endswith(end) or f"Action={end}".encode() in request.content)

    assert not run(servers[vendor], vendor, module, **options)["failed"]
    with altered_replies(concerned, alter):
        result = run(servers[vendor], vendor, module, **options)
    assert result["failed"], result
    assert "the vendor's reply was not understood: expected" in result["msg"] or "(at next_start_key" in result["msg"]


def test_a_tel4vn_reply_without_an_id_does_not_mean_a_missing_mailbox(servers: dict[str, SimulatorServer]) -> None:
    """Check that the list decides, because otherwise a second mailbox with the number would be created."""
    for said in ({}, {"extension": "1001"}, {"data": None}):
        with altered_replies(
            lambda request: request.url.path.endswith("/voicemail/1001"), lambda value, said=said: said
        ) as sent:
            result = run(servers["tel4vn"], "tel4vn", "vmbox", mailbox="1001", description="Front desk")
        assert not result["failed"], result
        assert result["action"] in ("update", "none")
        assert not [request for request in sent if request.startswith("POST /v1/voicemail ")]


def test_a_greeting_without_an_enabled_state_is_refused(servers: dict[str, SimulatorServer], tmp_path: t.Any) -> None:
    def alter(value: t.Any) -> t.Any:
        return {"items": [{"id": "9", "file_name": "x.wav"}]} if "items" in value else value

    with altered_replies(lambda request: request.url.path.endswith("/greetings") and request.method == "GET", alter):
        result = run(
            servers["portsip"], "portsip", "voicemail_greeting", shared_voicemail="8001", state="absent", prune=True
        )
    assert "expected whether greeting 9 is `enabled`" in result["msg"], result


@pytest.mark.parametrize("schema", [{}, {"properties": []}, {"properties": {"pin": {"minLength": "x"}}}, None])
def test_an_invalid_schema_is_an_error(servers: dict[str, SimulatorServer], schema: t.Any) -> None:
    with altered_replies(
        lambda request: request.url.path.endswith("/schemas/vmboxes"), lambda value: {**value, "data": schema}
    ):
        result = run(servers["kazoo"], "kazoo", "vmbox", mailbox="1000", pin="12345678")
    assert "cannot read the schema of mailboxes: the vendor's reply was not understood" in result["msg"], result
