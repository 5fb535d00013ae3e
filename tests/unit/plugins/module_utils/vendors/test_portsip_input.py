# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarations that PortSIP does not support or refuses: one error each, and nothing is written."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import UNKNOWN
from ansible_collections.telephony.voicemail.plugins.module_utils.model.operation import Operation
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.client import Client, Reply
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.portsip.fields import (
    MAILBOX,
    SHARED_VOICEMAIL,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.portsip.refusals import refusal
from helpers.portsip_tenant import BOX, PIN, Tenant
from hypothesis import given
from hypothesis import strategies as st
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.portsip.fields import pin_problem

VENDOR = "portsip"
PIN_KIND = SHARED_VOICEMAIL.by_option["pin"].kind
LANGUAGE = MAILBOX.by_option["language"].kind
SIXTEEN = [f"person{place}@example.com" for place in range(16)]


@pytest.fixture
def tenant(server: SimulatorServer) -> Tenant:
    return Tenant(server).begin(3)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"mailbox": "abc"}, "`mailbox` must be digits only"),
        ({"mailbox": "12"}, "`mailbox` must be 3 to 64 characters long"),
        ({"mailbox": "1001", "state": "absent"}, "part of its user"),
        ({"mailbox": "1001", "new_mailbox": "1009"}, "`new_mailbox` is not supported by PortSIP"),
        ({"mailbox": "1001", "name": "Desk"}, "`name` is not supported by PortSIP"),
        ({"mailbox": "1001", "emails": ["a@example.com"]}, "the user's own address"),
        ({"mailbox": "1001", "after_email": "delete"}, "`after_email` is not supported by PortSIP"),
        ({"mailbox": "1001", "timezone": "Europe/Paris"}, "`timezone` is not supported by PortSIP"),
        ({"mailbox": "1001", "announce_time": "enabled"}, "must be one of disabled, 12_hour, 24_hour"),
        ({"mailbox": "1001", "language": "english please"}, "a language tag such as en-US"),
        ({"mailbox": "1001", "pin": "482"}, "`pin` must be 4 to 32 characters long"),
        ({"mailbox": "1001", "pin": "4829a7"}, "`pin` must be digits only"),
        ({"mailbox": "1001", "pin": "48222971"}, "must not repeat a digit 3 times in a row"),
        ({"mailbox": "1001", "pin": "481234"}, "3 digits that count up"),
        ({"mailbox": "1001", "pin": 259183}, "put it in quotes"),
    ],
)
@pytest.mark.parametrize("module", ["vmbox", "vmboxes"])
def test_an_invalid_mailbox_is_refused_before_any_request(
    tenant: Tenant, module: str, options: dict[str, t.Any], problem: str
) -> None:
    result = tenant.mailbox(**options) if module == "vmbox" else tenant.mailboxes(options)
    assert result["failed"]
    assert problem in result["msg"]
    assert len(tenant.server.journal) == 0
    if "pin" in options:
        assert str(options["pin"]) not in result["msg"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"recipients": SIXTEEN}, "`recipients` must have at most 15 entries, got 16"),
        ({"recipients": ["not-an-address"]}, "must be an email address"),
        ({"extension_number": "85 00"}, "`extension_number` must be digits only"),
        ({"new_extension_number": "8501"}, "is not supported by PortSIP: a shared voicemail keeps its number"),
        ({"name": None}, "`name` cannot be cleared"),
        ({"pin": "111222"}, "must not repeat a digit 3 times in a row"),
        ({"play_datetime": "enabled"}, "must be one of disabled, 12_hour, 24_hour"),
    ],
)
def test_an_invalid_shared_voicemail_is_refused_before_any_request(
    tenant: Tenant, options: dict[str, t.Any], problem: str
) -> None:
    result = tenant.boxes({**BOX, **options})
    assert result["failed"]
    assert problem in result["msg"]
    assert len(tenant.server.journal) == 0


def test_the_vendor_dictionary_has_no_keys(tenant: Tenant) -> None:
    result = tenant.mailboxes({"mailbox": "1001", "portsip": {"voicemail_pin": PIN}})
    assert "`portsip.voicemail_pin` is set by the option `pin`" in result["msg"]
    foreign = {"kazoo": {"flags": []}, "onsip": {}, "tel4vn": {}}
    assert tenant.mailboxes({"mailbox": "1001", "notify": True, **foreign})["changed"]


def test_words_for_booleans_are_accepted(tenant: Tenant) -> None:
    assert tenant.mailboxes({"mailbox": "1001", "notify": "yes", "require_pin": "no"})["changed"]
    assert tenant.stored_user("1001")["enable_voicemail_notify"] is True
    assert tenant.stored_user("1001")["enable_voicemail_pin"] is False


def test_a_mailbox_without_a_user_cannot_be_created(tenant: Tenant) -> None:
    for check in (True, False):
        result = tenant.mailboxes({"mailbox": "1001", "notify": True}, {"mailbox": "1999", "notify": True}, check=check)
        assert "create the user in PortSIP first" in result["msg"]
        assert "1999" in result["msg"]
        assert tenant.writes == 0


def test_mailboxes_are_not_pruned(tenant: Tenant) -> None:
    result = tenant.mailboxes({"mailbox": "1001", "notify": True}, prune=True, max_delete_percent=100)
    assert result["failed"]
    assert "`prune` is not possible" in result["msg"]
    assert tenant.writes == 0


@pytest.mark.parametrize("missing", ["name", "pin"])
def test_required_options_of_a_new_shared_voicemail_are_reported(tenant: Tenant, missing: str) -> None:
    result = tenant.boxes({option: value for option, value in BOX.items() if option != missing})
    assert f"`{missing}` is required to create it" in result["msg"]
    assert tenant.writes == 0


@pytest.mark.parametrize("status", ["400", "422"])
def test_the_policy_of_the_server_is_reported(tenant: Tenant, status: str) -> None:
    tenant.begin(3, version="22.2", field_invalid_status=status)
    before = tenant.stored_user("1001")
    for result in (tenant.boxes({**BOX, "pin": "4829"}), tenant.mailbox(mailbox="1001", pin="4829")):
        assert result["failed"]
        assert "pin: must have 6 to 10 digits" in result["msg"]
        # The port may contain these digits.
        assert "4829" not in repr(result).replace(tenant.server.url, "")
    assert tenant.stored_boxes("8500") == []
    assert tenant.stored_user("1001") == before


@pytest.mark.parametrize("status", ["400", "409"])
def test_an_occupied_number_is_reported(tenant: Tenant, status: str) -> None:
    tenant.begin(3, number_taken_status=status)
    result = tenant.boxes({**BOX, "extension_number": "1001"})
    assert "shared voicemail 1001: The extension number is already in use" in result["msg"]
    assert "every user, group, queue and service" in result["msg"]
    assert not result["changed"]


@given(st.text("0123456789", min_size=4, max_size=10))
def test_pin_rules_match_those_of_the_server(pin: str) -> None:
    if pin_problem(pin, 4, 10) is None:
        assert PIN_KIND.parse(pin) == pin
        return
    with pytest.raises(ValueError, match="must not") as raised:
        PIN_KIND.parse(pin)
    assert pin not in str(raised.value)


@pytest.mark.parametrize("shown", [None, "", "******", "a1b2", "hidden\n"])
def test_a_hidden_pin_is_unknown(shown: str | None) -> None:
    for table, wire in ((MAILBOX, "voicemail_pin"), (SHARED_VOICEMAIL, "pin")):
        assert table.decode({wire: shown})["pin"] is UNKNOWN
        assert table.decode({})["pin"] is UNKNOWN
        assert table.decode({wire: PIN})["pin"] == PIN


@pytest.mark.parametrize(
    ("written", "kept"),
    [("EN-us", "en-US"), ("de", "de"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419"), ("", None)],
)
def test_language_tags_are_normalized(written: str, kept: str | None) -> None:
    assert LANGUAGE.parse(written) == kept
    assert LANGUAGE.read(written) == kept


def test_a_refusal_contains_no_secret() -> None:
    connection = Connection("portsip", "http://127.0.0.1:1/api", password="my-password")
    client = Client(connection, 1)
    body = {
        "errors": [
            {"code": "VALIDATE_FAILED", "message": f"voicemail_pin {PIN} is too weak"},
            {"code": "VALIDATE_FAILED", "message": "pin must differ from my-password"},
            {"code": "UNKNOWN", "message": "extension_number is taken"},
            {"code": "OTHER", "message": None},
        ]
    }
    error = refusal(Reply(400, {}, json.dumps(body).encode(), Operation("update", "mailbox", "1001")), client, PIN)
    client.close()
    assert error.details == {
        "pin": "(hidden) is too weak, must differ from (hidden)",
        "extension_number": "is taken",
        "": "OTHER",
    }
    assert PIN not in str(error.as_dict())


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"errors": null}', b'{"errors": "no"}', b'{"errors": [1]}'])
@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "rejected"), (401, "expired"), (403, "auth"), (404, "not_found"), (422, "rejected"), (502, "transport")],
)
def test_a_refusal_without_text_is_reported(status: int, kind: str, body: bytes) -> None:
    client = Client(Connection("portsip", "http://127.0.0.1:1/api"), 1)
    error = refusal(Reply(status, {}, body, Operation("list", "mailboxes")), client)
    client.close()
    assert error.kind == kind
    assert "list mailboxes" in str(error)
