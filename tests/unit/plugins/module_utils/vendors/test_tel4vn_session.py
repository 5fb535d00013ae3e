# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins, errors and refused input of the TEL4VN driver."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    AuthError,
    ExpiredError,
    NotFoundError,
    RejectedError,
    TransportError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.model.operation import Operation
from ansible_collections.telephony.voicemail.plugins.module_utils.transport.client import Client, Reply
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.tel4vn.fields import MAILBOX
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.tel4vn.session import refusal
from helpers.tel4vn_tenant import BOX, PIN, Tenant
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.tel4vn import SimulatedTel4vn

VENDOR = "tel4vn"
LOGINS = re.compile(r"/v\d/auth.*")
TOKENS = re.compile(r"/v\d/auth/token")
PERSON = {"api_key": None, "username": SimulatedTel4vn.USERNAME, "password": SimulatedTel4vn.PASSWORD}
OTHERS = [{"mailbox": str(number)} for number in range(1001, 1021)]


@pytest.fixture
def tenant(server: SimulatorServer) -> Tenant:
    return Tenant(server).begin()


def _token(tenant: Tenant) -> str:
    tenant.vendor.state.tokens["a-token-given-by-hand"] = {"expires": tenant.server.clock.now() + 3600}
    return "a-token-given-by-hand"


# Logging in


@pytest.mark.parametrize("form", ["by_version", "v1", "v3"])
@pytest.mark.parametrize("old", [True, False])
@pytest.mark.parametrize("login", [{}, PERSON], ids=["api_key", "username"])
def test_each_login_returns_one_token(tenant: Tenant, login: dict[str, t.Any], old: bool, form: str) -> None:
    tenant.begin(mailboxes=20, token_reply=form)
    if not old:
        tenant.server.faults.set(["status:404,path=/v1/auth/token"])
    result = tenant.many(*({**box, "description": "x"} for box in OTHERS), **login)
    assert result["summary"]["update"] == 20
    assert tenant.sent("POST", path=LOGINS) == 1 + bool(login) + (not old)


def test_a_given_token_requires_no_login(tenant: Tenant) -> None:
    assert tenant.one(**BOX, api_key=None, token=_token(tenant))["changed"] is True
    assert tenant.sent("POST", path=LOGINS) == 0


@pytest.mark.parametrize(
    "login", [{"api_key": "a-wrong-key"}, PERSON | {"password": "a-wrong-password"}], ids=["api_key", "username"]
)
@pytest.mark.parametrize("shape", ["text", "list", "message", "empty_object", "html_502"])
def test_a_refused_login_is_not_retried(tenant: Tenant, login: dict[str, t.Any], shape: str) -> None:
    tenant.begin(mailboxes=20, error_shape=shape)
    result = tenant.many(*OTHERS, **login, retry_budget=20)
    assert result["failed"] is True
    assert len(tenant.server.journal) == 1
    assert "a-wrong" not in result["msg"]
    if shape != "html_502":
        assert result["error"]["kind"] == "auth"
        assert "`password`" in result["msg"] if "username" in login else "`api_key`" in result["msg"]


def test_an_expired_token_is_renewed_once_each_time(tenant: Tenant) -> None:
    tenant.begin(mailboxes=20)

    def forget(done: int, total: int, failed: int, what: str) -> None:
        if done in (5, 12):
            tenant.vendor.state.tokens.clear()

    boxes = [{**box, "description": "x"} for box in OTHERS] + [BOX | {"mailbox": "7011"}]
    result = tenant.many(*boxes, workers=1, progress=forget)
    assert not result.get("failed"), result["msg"]
    assert result["summary"]["update"] == 20
    assert tenant.sent("POST", path=TOKENS) == 3
    assert len(tenant.vendor.state.boxes) == 21


def test_an_expired_given_token_fails_and_the_next_run_continues(tenant: Tenant) -> None:
    tenant.begin(mailboxes=20)
    boxes = [{**box, "description": "x"} for box in OTHERS]

    def forget(done: int, total: int, failed: int, what: str) -> None:
        tenant.vendor.state.tokens.clear()

    result = tenant.many(*boxes, api_key=None, token=_token(tenant), workers=1, progress=forget)
    assert result["failed"] is True
    assert result["changed"] is True
    assert "Set a new `token`" in result["msg"]
    assert tenant.many(*boxes)["changed"] is True
    assert tenant.many(*boxes)["changed"] is False


def test_a_short_lived_token_is_used_until_it_is_refused(tenant: Tenant) -> None:
    tenant.begin(mailboxes=20, token_ttl=30)
    assert tenant.many(*({**box, "description": "x"} for box in OTHERS))["summary"]["update"] == 20
    assert tenant.sent("POST", path=TOKENS) == 1


@pytest.mark.parametrize("reply", [{}, {"data": {}}, {"data": None}, {"data": {"token": ""}}, {"error": {}}])
def test_a_login_without_a_token_is_refused(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, reply: t.Any) -> None:
    from voicemail_simulator.vendors.tel4vn import login

    monkeypatch.setattr(login, "token_reply", lambda *arguments: reply)
    result = tenant.many(*OTHERS)
    assert result["error"]["kind"] == "auth"
    assert len(tenant.server.journal) == 1


def test_an_address_of_something_else_is_reported(tenant: Tenant) -> None:
    result = tenant.run("vmbox", **BOX, url=f"{tenant.server.origin}/somewhere", token=_token(tenant), api_key=None)
    assert result["failed"] is True
    assert "it must end in /v1" in result["msg"]
    gone = tenant.run(
        "vmbox", mailbox="7011", state="absent", url=f"{tenant.server.origin}/x", token=_token(tenant), api_key=None
    )
    assert gone["failed"] is True


# Reasons of the vendor


TAKEN = "campaign_name is already taken"
LISTED = [{"(root)": "phone_number is required"}, {"username": "is too short"}]


@pytest.mark.parametrize(
    ("body", "details"),
    [
        ({"error": TAKEN}, {"": TAKEN}),
        ({"error": LISTED}, {"": "phone_number is required", "username": "is too short"}),
        ({"error": [{"(root)": "one"}, {"(root)": "two"}]}, {"": "one, two"}),
        ({"code": 400, "content": LISTED, "error": "x"}, {"": "phone_number is required", "username": "is too short"}),
        ({"code": 400, "content": "Bad", "error": "Bad"}, {"": "Bad"}),
        ({"status": "fail", "error": "NOT_REGISTERED"}, {"": "NOT_REGISTERED"}),
        ({"status": "fail", "message": "no phone", "error": "NOT_REGISTERED"}, {"": "NOT_REGISTERED: no phone"}),
        ({"message": "queue not found"}, {"": "queue not found"}),
        ({"error": f"{PIN} is too simple for key-of-the-task"}, {"": "(hidden) is too simple for (hidden)"}),
        ({"error": [{"password": f"{PIN} is bad"}]}, {"password": "(hidden) is bad"}),
        ({"error": {}}, {"": "no reason, status 400 Bad Request"}),
        ("<html>", {"": "no reason, status 400 Bad Request"}),
        ([1], {"": "no reason, status 400 Bad Request"}),
    ],
)
def test_a_refusal_contains_the_reason_of_the_vendor(body: t.Any, details: dict[str, str]) -> None:
    error = _refusal(400, body)
    assert isinstance(error, RejectedError)
    assert error.details == details
    assert str(error).startswith("TEL4VN refuses to update mailbox 7011")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, ExpiredError), (403, AuthError), (404, NotFoundError), (405, RejectedError), (599, TransportError)],
)
def test_the_status_determines_the_kind_of_error(status: int, kind: type[Exception]) -> None:
    assert isinstance(_refusal(status, {"error": "x"}), kind)


def _refusal(status: int, body: t.Any) -> t.Any:
    client = Client(Connection("tel4vn", "http://127.0.0.1:1/v1", api_key="key-of-the-task"), 1)
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return refusal(Reply(status, {}, content, Operation("update", "mailbox", "7011")), client, PIN)


def test_every_problem_of_a_write_is_reported_without_the_pin(tenant: Tenant) -> None:
    tenant.many(BOX)
    tenant.server.faults.set(["status:400,method=PUT"])
    result = tenant.many({"mailbox": "7011", "description": "x"})
    assert result["changed"] is False
    assert "mailbox 7011: the simulator was configured to fail" in result["msg"]


# Input that is refused before any request


LACKING = {
    "name": "Front desk",
    "require_pin": True,
    "notify": False,
    "attach_audio": True,
    "timezone": "Asia/Ho_Chi_Minh",
    "language": "vi",
    "announce_time": "enabled",
    "announce_caller": True,
    "owner_id": "0123456789abcdef0123456789abcdef",
    "new_mailbox": "7012",
}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        *(({option: value}, f"`{option}` is not supported by TEL4VN") for option, value in LACKING.items()),
        ({"mailbox": "70a1"}, "digits only"),
        ({"mailbox": ""}, "must not be empty"),
        ({"pin": None}, "`pin` cannot be cleared"),
        ({"pin": 4821}, "put it in quotes"),
        ({"pin": "****"}, "must not look like a hidden PIN"),
        ({"pin": "deFauLt"}, "would become the PIN"),
        ({"emails": ["avery"]}, "an email address"),
        ({"emails": ["avery@example.com,robin@example.com"]}, "an email address"),
        ({"after_email": "save"}, "must be one of keep, delete"),
        ({"enabled": "perhaps"}, "must be true or false"),
        ({"tel4vn": {"mail_to": "avery@example.com"}}, "`emails`"),
        ({"tel4vn": {"local_after_email": True}}, "`after_email`"),
        ({"tel4vn": {"greeting": 1}}, "is not a field of this vendor"),
    ],
)
def test_unsupported_input_is_refused_before_the_first_request(
    tenant: Tenant, options: dict[str, t.Any], said: str
) -> None:
    result = tenant.many({"mailbox": "7011", **options})
    assert result["error"]["kind"] == "invalid"
    assert said in result["msg"]
    assert len(tenant.server.journal) == 0


@pytest.mark.parametrize("empty", [{}, None])
def test_the_vendor_dictionary_may_be_empty(tenant: Tenant, empty: t.Any) -> None:
    assert tenant.many({**BOX, "tel4vn": empty, "kazoo": {"transcribe": True}})["changed"] is True


def test_missing_options_of_a_new_mailbox_are_reported_before_any_write(tenant: Tenant) -> None:
    tenant.begin(mailboxes=1)
    result = tenant.many({"mailbox": "7011"}, {"mailbox": "7012", "pin": PIN}, {"mailbox": "1001", "enabled": None})
    assert "item 1 (mailbox 7011): does not exist, and `pin` is required to create it" in result["msg"]
    assert "item 3 (mailbox 1001)" not in result["msg"]
    assert tenant.writes == 0


def test_a_boolean_cannot_be_cleared(tenant: Tenant) -> None:
    tenant.vendor.add_box("7011", enabled=False)
    result = tenant.many({"mailbox": "7011", "enabled": None})
    assert "`enabled` cannot be cleared" in result["msg"]
    assert tenant.writes == 0


def test_a_number_is_not_accepted_as_an_id(tenant: Tenant) -> None:
    tenant.vendor.add_box("7011")
    (box_id,) = tenant.vendor.state.boxes
    for wrong in ("7011", "message", "0f6c2f0e-6b1d-4c55-9d3e-2a7d1b9f4c10"):
        result = tenant.one(id=wrong, description="x")
        assert f"mailbox {wrong}: `id` does not belong to a mailbox" in result["msg"]
        assert tenant.writes == 0
    assert tenant.one(id=box_id, description="x")["mailbox"]["mailbox"] == "7011"


def test_every_shared_option_is_supported_or_refused_with_a_reason() -> None:
    from ansible_collections.telephony.voicemail.plugins.module_utils.modules import MAILBOX as SHARED

    assert set(SHARED) - set(MAILBOX.by_option) <= set(MAILBOX.refused)
