# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TEL4VN: logins and mailboxes, and the effect of every behavior."""

from __future__ import annotations

from typing import Any

import pytest

pytest.register_assert_rewrite("helpers.tel4vn_client")

from helpers.tel4vn_client import BOX, MINIMAL, Start, rows  # noqa: E402 (rewritten first)
from voicemail_simulator.server import SimulatorServer  # noqa: E402
from voicemail_simulator.vendors.tel4vn import SimulatedTel4vn  # noqa: E402

pytest_plugins = ["helpers.tel4vn_client"]


# Logins


def test_login_returns_the_api_key_without_a_token(start_tel4vn: Start) -> None:
    client = start_tel4vn()
    login = {"username": SimulatedTel4vn.USERNAME, "password": SimulatedTel4vn.PASSWORD}
    data = client.post("/v1/auth", json=login).json()["data"]
    assert data["api_key"] == SimulatedTel4vn.API_KEY
    assert data["user_enabled"] == "true"
    assert set(data) == {"user_uuid", "domain_uuid", "username", "api_key", "user_enabled", "level"}
    assert client.post("/v1/auth", json=login | {"password": "x"}).status_code == 401
    assert client.post("/v1/auth", json={"username": SimulatedTel4vn.USERNAME}).status_code == 400


def test_token_reply_forms(start_tel4vn: Start, tel4vn_server: SimulatorServer) -> None:
    v1_keys = {"expired", "token", "user_id"}
    v3_keys = {"client_id", "domain_uuid", "expired_in", "refresh_token", "token", "token_type", "user_id"}
    key = {"api_key": SimulatedTel4vn.API_KEY}
    client = start_tel4vn(token_ttl=100)
    first = client.post("/v1/auth/token", json=key).json()
    assert set(first["data"]) == v1_keys
    assert abs(first["data"]["expired"] - tel4vn_server.clock.now() - 100) < 5
    third = client.post("/v3/auth/token", json=key).json()
    assert set(third) == v3_keys
    assert (third["expired_in"], third["token_type"]) == (100, "Bearer")
    for form, path, keys in (("v1", "/v3/auth/token", {"data"}), ("v3", "/v1/auth/token", v3_keys)):
        assert set(start_tel4vn(token_reply=form).post(path, json=key).json()) == keys
    assert client.post("/v1/auth/token", json={"api_key": "wrong"}).status_code == 401
    assert client.post("/v3/auth/token", json={}).status_code == 400
    assert client.post("/v3/auth/token", content=b"{").status_code == 400


def test_token_expires_after_token_ttl(start_tel4vn: Start, tel4vn_server: SimulatorServer) -> None:
    client = start_tel4vn(token_ttl=100)
    tel4vn_server.clock.advance(99)
    assert client.get("/v1/voicemail").status_code == 200
    tel4vn_server.clock.advance(2)
    assert client.get("/v1/voicemail").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic nonsense"])
def test_every_call_needs_a_token(start_tel4vn: Start, header: str) -> None:
    client = start_tel4vn(mailboxes=1, messages=1)
    link = rows(client, "/v1/voicemail/message")[0]["download_url"]
    client.headers["Authorization"] = header
    for method, path in (
        ("GET", "/v1/voicemail"),
        ("POST", "/v1/voicemail"),
        ("GET", "/v1/voicemail/1001"),
        ("PUT", "/v1/voicemail/1001"),
        ("DELETE", "/v1/voicemail/1001"),
        ("GET", "/v1/voicemail/message"),
        ("GET", "/v1/voicemail/message/1"),
        ("GET", link),
    ):
        assert client.request(method, path).status_code == 401, (method, path)


# Boxes


def test_lifecycle_of_a_mailbox(start_tel4vn: Start) -> None:
    client = start_tel4vn()
    created = client.post("/v1/voicemail", json=BOX).json()
    assert created["message"] == "successfully"
    box = created["data"]
    assert box == BOX | {"id": box["id"]}
    assert client.get("/v1/voicemail/7011").json() == box
    assert client.get(f"/v1/voicemail/{box['id']}").json() == box
    change = {"password": "99", "enabled": False, "local_after_email": False, "mail_to": "", "description": "Spare"}
    reply = client.put(f"/v1/voicemail/{box['id']}", json=change | {"extension": "1"})
    assert reply.json() == {"message": "successfully"}
    assert client.get("/v1/voicemail/7011").json() == box | change
    assert rows(client) == [box | change]
    assert client.delete("/v1/voicemail/7011").json() == {"message": "successfully"}
    assert client.get("/v1/voicemail/7011").status_code == 404
    assert client.get(f"/v1/voicemail/{box['id']}").status_code == 404
    assert rows(client) == []
    assert client.put("/v1/voicemail/7011", json=change).status_code == 404
    assert client.delete("/v1/voicemail/7011").status_code == 404


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"password": ...}, {"(root)": "password is required"}),
        ({"enabled": ...}, {"(root)": "enabled is required"}),
        ({"extension": ...}, {"(root)": "extension is required"}),
        ({"enabled": "true"}, {"enabled": "Invalid type. Expected: boolean, given: string"}),
        ({"extension": 7011}, {"extension": "Invalid type. Expected: string, given: integer"}),
        ({"mail_to": None}, {"mail_to": "Invalid type. Expected: string, given: null"}),
        ({"password": ""}, {"password": "String length must be greater than or equal to 1"}),
    ],
)
def test_refused_bodies(start_tel4vn: Start, change: dict[str, Any], problem: dict[str, str]) -> None:
    client = start_tel4vn()
    body = {name: value for name, value in (BOX | change).items() if value is not ...}
    reply = client.post("/v1/voicemail", json=body)
    assert (reply.status_code, reply.json()) == (400, {"error": [problem]})
    assert rows(client) == []


def test_put_needs_password_and_enabled(start_tel4vn: Start) -> None:
    client = start_tel4vn(mailboxes=1)
    before = client.get("/v1/voicemail/1001").json()
    reply = client.put("/v1/voicemail/1001", json={"description": "x"})
    assert reply.status_code == 400
    assert reply.json() == {"error": [{"(root)": "password is required"}, {"(root)": "enabled is required"}]}
    assert client.get("/v1/voicemail/1001").json() == before


@pytest.mark.parametrize(
    ("conflict", "status", "count", "password"),
    [("400", 400, 1, "4821"), ("409", 409, 1, "4821"), ("update", 200, 1, "1"), ("duplicate", 200, 2, "4821")],
)
def test_create_conflict(start_tel4vn: Start, conflict: str, status: int, count: int, password: str) -> None:
    client = start_tel4vn(create_conflict=conflict)
    first = client.post("/v1/voicemail", json=BOX).json()["data"]
    reply = client.post("/v1/voicemail", json=BOX | {"password": "1"})
    assert reply.status_code == status
    if status >= 400:
        assert reply.json() == {"error": "extension is already taken"}
    assert len(rows(client)) == count
    found = client.get("/v1/voicemail/7011").json()
    assert (found["id"], found["password"]) == (first["id"], password)


def test_delete_of_a_duplicate_keeps_the_other(start_tel4vn: Start) -> None:
    client = start_tel4vn(create_conflict="duplicate")
    first, second = (client.post("/v1/voicemail", json=BOX).json()["data"]["id"] for _time in range(2))
    client.delete("/v1/voicemail/7011")
    assert client.get(f"/v1/voicemail/{first}").status_code == 404
    assert client.get("/v1/voicemail/7011").json()["id"] == second


@pytest.mark.parametrize(
    ("omitted", "expected"),
    [
        ("unchanged", {"local_after_email": True, "mail_to": BOX["mail_to"], "description": BOX["description"]}),
        ("cleared", {"local_after_email": False, "mail_to": "", "description": ""}),
        ("default", {"local_after_email": True, "mail_to": "", "description": ""}),
    ],
)
def test_put_omitted(start_tel4vn: Start, omitted: str, expected: dict[str, Any]) -> None:
    client = start_tel4vn(put_omitted=omitted)
    client.post("/v1/voicemail", json=BOX)
    client.put("/v1/voicemail/7011", json={"password": "5", "enabled": True})
    found = client.get("/v1/voicemail/7011").json()
    assert found["password"] == "5"
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("style", "unset", "shown"),
    [
        ("json", (True, True), (False, False)),
        ("text", ("true", "true"), ("false", "false")),
        ("null_for_unset", (True, None), (False, False)),
    ],
)
def test_bool_style(start_tel4vn: Start, style: str, unset: tuple[Any, Any], shown: tuple[Any, Any]) -> None:
    client = start_tel4vn(bool_style=style)
    created = client.post("/v1/voicemail", json=MINIMAL).json()["data"]
    assert (created["enabled"], created["local_after_email"]) == unset
    client.put("/v1/voicemail/7011", json=MINIMAL | {"enabled": False, "local_after_email": False})
    found = client.get("/v1/voicemail/7011").json()
    assert (found["enabled"], found["local_after_email"]) == shown
    assert rows(client) == [found]


@pytest.mark.parametrize(
    ("missing", "status", "body"),
    [("404", 404, {"error": "Not Found"}), ("null", 200, None), ("400", 400, {"error": "record not found"})],
)
@pytest.mark.parametrize("path", ["/v1/voicemail/7011", "/v1/voicemail/message/7011"])
def test_get_missing(start_tel4vn: Start, missing: str, status: int, body: Any, path: str) -> None:
    reply = start_tel4vn(get_missing=missing).get(path)
    assert (reply.status_code, reply.json()) == (status, body)


def test_get_envelope(start_tel4vn: Start) -> None:
    for value, unwrap in (("bare", lambda body: body), ("data", lambda body: body["data"])):
        client = start_tel4vn(get_envelope=value, mailboxes=1, messages=1)
        assert unwrap(client.get("/v1/voicemail/1001").json())["extension"] == "1001"
        message = rows(client, "/v1/voicemail/message")[0]
        assert unwrap(client.get(f"/v1/voicemail/message/{message['id']}").json()) == message


@pytest.mark.parametrize(
    ("shape", "missing", "refused"),
    [
        ("text_or_list", {"error": "Not Found"}, {"error": [{"(root)": "password is required"}]}),
        ("text", {"error": "Not Found"}, {"error": "password is required"}),
        ("list", {"error": [{"(root)": "Not Found"}]}, {"error": [{"(root)": "password is required"}]}),
        (
            "code",
            {"code": 404, "content": "Not Found", "error": "Not Found"},
            {"code": 400, "content": "password is required", "error": "password is required"},
        ),
        (
            "code_list",
            {"code": 404, "content": [{"(root)": "Not Found"}], "error": "Not Found"},
            {"code": 400, "content": [{"(root)": "password is required"}], "error": "password is required"},
        ),
        ("status", {"status": "fail", "error": "NOT_FOUND"}, {"status": "fail", "error": "INVALID_REQUEST"}),
        (
            "status_message",
            {"status": "fail", "message": "Not Found", "error": "NOT_FOUND"},
            {"status": "fail", "message": "password is required", "error": "INVALID_REQUEST"},
        ),
        ("message", {"message": "Not Found"}, {"message": "password is required"}),
        ("empty_object", {"error": {}}, {"error": {}}),
    ],
)
def test_error_shape(start_tel4vn: Start, shape: str, missing: Any, refused: Any) -> None:
    client = start_tel4vn(error_shape=shape)
    reply = client.get("/v1/voicemail/7099")
    assert (reply.status_code, reply.json()) == (404, missing)
    reply = client.post("/v1/voicemail", json={"extension": "7011", "enabled": True})
    assert (reply.status_code, reply.json()) == (400, refused)


def test_error_shape_html(start_tel4vn: Start) -> None:
    reply = start_tel4vn(error_shape="html_502").get("/v1/voicemail/7099")
    assert reply.status_code == 502
    assert reply.headers["content-type"].startswith("text/html")


def test_error_status_200_hides_a_refused_write_only(start_tel4vn: Start) -> None:
    client = start_tel4vn(error_status="200", mailboxes=1)
    reply = client.post("/v1/voicemail", json=MINIMAL | {"extension": "1001"})
    assert (reply.status_code, reply.json()) == (200, {"error": "extension is already taken"})
    assert client.get("/v1/voicemail/7099").status_code == 404
    assert client.post("/v1/auth/token", json={"api_key": "wrong"}).status_code == 401


def test_status_of_writes(start_tel4vn: Start) -> None:
    for status in (200, 201):
        client = start_tel4vn(create_status=str(status))
        assert client.post("/v1/voicemail", json=BOX).status_code == status
    client = start_tel4vn(delete_status="204", mailboxes=1)
    reply = client.delete("/v1/voicemail/1001")
    assert (reply.status_code, reply.content) == (204, b"")
    assert start_tel4vn(delete_missing="200").delete("/v1/voicemail/1001").json() == {"message": "successfully"}


def test_strip_spaces_mail_to(start_tel4vn: Start) -> None:
    for value, expected in (("on", "a@example.com,b@example.com"), ("off", "a@example.com, b@example.com")):
        client = start_tel4vn(strip_spaces_mail_to=value)
        client.post("/v1/voicemail", json=BOX | {"mail_to": "a@example.com, b@example.com"})
        assert client.get("/v1/voicemail/7011").json()["mail_to"] == expected


def test_password_visible(start_tel4vn: Start) -> None:
    for value, expected in (("clear", "4821"), ("masked", "********")):
        client = start_tel4vn(password_visible=value)
        assert client.post("/v1/voicemail", json=BOX).json()["data"]["password"] == expected
        assert client.get("/v1/voicemail/7011").json()["password"] == expected
        assert rows(client)[0]["password"] == expected
