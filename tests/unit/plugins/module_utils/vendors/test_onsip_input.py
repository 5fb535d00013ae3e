# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that OnSIP does not support are one error before any write, and alternative spellings are accepted."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.onsip.fields import MAILBOX
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.onsip.replies import Envelope
from helpers.onsip_tenant import Tenant
from voicemail_simulator.server import SimulatorServer

VENDOR = "onsip"
NAMED = {"mailbox": "7011", "name": "Avery Quill"}
EXAMPLES = pathlib.Path(__file__).resolve().parents[6] / "shared" / "contracts" / "onsip-examples"


@pytest.fixture
def tenant(server: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    monkeypatch.setattr(server.vendor, "perform", server.vendor.perform)
    return Tenant(server).begin()


@pytest.mark.parametrize(
    ("options", "reported"),
    [
        ({"mailbox": "reception"}, ["`mailbox` must be a number of 1 to 7 digits"]),
        ({"mailbox": "0123"}, ["`mailbox` must be a number", "does not start with 0"]),
        ({"mailbox": "12345678"}, ["`mailbox` must be a number"]),
        ({"new_mailbox": "x"}, ["`new_mailbox` must be a number"]),
        ({"name": None}, ["`name` cannot be cleared"]),
        ({"pin": "0123"}, ["`pin` must not start with 0"]),
        ({"pin": "12345678"}, ["`pin` must be 1 to 7 digits"]),
        ({"pin": "12a4"}, ["`pin` must be 1 to 7 digits"]),
        ({"pin": 1234}, ["`pin` was read by YAML as a number"]),
        ({"pin": None}, ["`pin` cannot be cleared"]),
        ({"emails": ["a@example.com", "b@example.com"]}, ["`emails` must have at most 1"]),
        ({"emails": ["no address"]}, ["`emails` entry 'no address' must be an email address"]),
        (
            {"timezone": "Europe/Paris"},
            ["America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "'Europe/Paris'"],
        ),
        ({"after_email": "save"}, ["`after_email` must be one of keep, delete"]),
        ({"announce_time": "24_hour"}, ["`announce_time` must be one of disabled, enabled"]),
        ({"require_pin": True}, ["`require_pin` is not supported by OnSIP"]),
        ({"language": "de"}, ["`language` is not supported by OnSIP"]),
        ({"enabled": True}, ["`enabled` is not supported by OnSIP"]),
        ({"description": "x"}, ["`description` is not supported by OnSIP"]),
        ({"owner_id": "1"}, ["`owner_id` is not supported by OnSIP"]),
        ({"onsip": {"mwi": "no address"}}, ["`onsip.mwi` must be a SIP address"]),
        ({"onsip": {"username": "vm avery"}}, ["`onsip.username` must be"]),
        ({"onsip": {"notify_email": "attach"}}, ["`onsip.notify_email`", "`notify`"]),
        ({"onsip": {"Email": "a@example.com"}}, ["`onsip.Email`", "`emails`"]),
        ({"onsip": {"say_datetime": True}}, ["`onsip.say_datetime`", "`announce_time`"]),
        ({"kazoo": {"skip_greeting": True}, "onsip": {"greeting": 1}}, ["`onsip.greeting` is not a field"]),
        ({"attach_audio": True, "emails": ["a@example.com"]}, ["`attach_audio` true needs `notify` true"]),
        (
            {"after_email": "delete", "notify": True, "emails": ["a@example.com"]},
            ["`after_email` delete needs `attach_audio` true"],
        ),
        ({"notify": True}, ["`notify` true needs `emails`"]),
        ({"onsip": {"notify_pager": True}}, ["`onsip.notify_pager` true needs `onsip.pager`"]),
    ],
)
def test_one_clear_error_before_any_write(tenant: Tenant, options: dict[str, t.Any], reported: list[str]) -> None:
    result = tenant.many(NAMED | options)
    assert (result["failed"], result["changed"], tenant.writes) == (True, False, 0)
    assert [part for part in reported if part not in result["msg"]] == []
    assert "problems" not in result["msg"]


def test_a_new_mailbox_requires_a_name(tenant: Tenant) -> None:
    assert "`name` is required to create it" in tenant.one(mailbox="7011")["msg"]
    assert tenant.writes == 0


def test_two_mailboxes_with_one_number_are_both_reported(tenant: Tenant) -> None:
    tenant.begin(1)
    box = dict(tenant.vendor.state.boxes["50101"])
    tenant.vendor.state.boxes["60001"] = box | {"VoicemailboxId": "60001"}
    tenant.vendor.state.rebuild()
    result = tenant.one(mailbox="1001", announce_caller=True)
    assert (result["failed"], tenant.writes) == (True, 0)
    assert "50101" in result["msg"]
    assert "60001" in result["msg"]


def test_an_occupied_address_is_reported(tenant: Tenant) -> None:
    result = tenant.one(**NAMED, onsip={"username": "avery"})
    assert (result["failed"], result["changed"]) == (True, False)
    for part in ("mailbox 7011", "avery@example.onsip.com", "Address.Unavailable", "`onsip.username`"):
        assert part in result["msg"]


def test_an_unknown_organization_is_reported(tenant: Tenant) -> None:
    result = tenant.one(**NAMED, domain="nobody.example.com")
    assert "Domain.Unrecognized" in result["msg"]
    assert "`domain`" in result["msg"]
    result = tenant.one(**NAMED, domain=None)
    assert "the organization is not known" in result["msg"]
    assert tenant.actions == []


@pytest.mark.parametrize(
    ("options", "wire"),
    [
        ({"notify": "no"}, {"NotifyEmail": "no"}),
        ({"notify": "yes", "emails": "a@example.com"}, {"NotifyEmail": "yes", "Email": "a@example.com"}),
        ({"announce_time": False}, {"SayDatetime": "false"}),
        ({"announce_time": True}, {"SayDatetime": "true"}),
        ({"timezone": "US/Mountain"}, {"Timezone": "us_mountain"}),
        ({"timezone": "us_central"}, {"Timezone": "us_central"}),
        ({"timezone": "America/New_York"}, {"Timezone": "us_eastern"}),
        ({"mailbox": 7011}, {"Mailbox": "7011"}),
        ({"onsip": {"notify_pager": "no"}}, {"NotifyPager": "no"}),
    ],
)
def test_alternative_spellings_are_accepted(tenant: Tenant, options: dict[str, t.Any], wire: dict[str, str]) -> None:
    result = tenant.many(NAMED | options)
    assert (result.get("failed", False), result["changed"]) == (False, True), result
    assert wire.items() <= (tenant.stored("7011") or {}).items()
    assert tenant.many(NAMED | options)["changed"] is False


@pytest.mark.parametrize("word", ["no", "false", "", None, "yes", "attach", "delete", "sometimes"])
def test_notification_settings_survive_other_edits(word: str | None) -> None:
    native = {"NotifyEmail": word, "Email": "a@example.com", "SayCallerId": "1", "SayDatetime": "0"}
    values = MAILBOX.decode(native)
    assert (values["announce_caller"], values["announce_time"]) == (True, "disabled")
    sent = MAILBOX.encode(["notify"], values)["NotifyEmail"]
    assert sent == (word if word in ("yes", "attach", "delete", "sometimes") else "no")


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the recorded replies are not on this machine")
def test_recorded_replies_are_read() -> None:
    files = sorted(EXAMPLES.glob("*.json"))
    assert len(files) > 30
    for file in files:
        document = json.loads(file.read_text(encoding="utf-8"))
        envelope = Envelope.model_validate(document)
        if "Exception" in document:
            assert (envelope.response, envelope.exception is not None) == (None, True)
            continue
        assert envelope.response is not None
        result = document["Response"].get("Result", {})
        (action,) = result or ("",)
        assert envelope.response.completed(action) is bool(result)
        assert bool(envelope.response.context.faults) is not bool(result)
