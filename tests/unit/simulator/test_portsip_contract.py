# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP: replies, checked with the OpenAPI document of the contract (docs/vendors/portsip.md, "What is certain")."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.portsip import SimulatedPortsip
from voicemail_simulator.vendors.portsip.audio import tone

DOCUMENT = Path(__file__).resolve().parents[3].parent / "shared" / "contracts" / "portsip.openapi.json"
# Published without a usable reply, or for browsers only (docs/vendors/portsip.md, "Login families").
NOT_SERVED = {"GET /login", "POST /login", "POST /auth/sign_in/{provider}"}
LOGIN = {
    "username": SimulatedPortsip.ADMIN_USERNAME,
    "password": SimulatedPortsip.PASSWORD,
    "domain": SimulatedPortsip.DOMAIN,
}
FORM = {"grant_type": "password", "scope": "all", "client_id": SimulatedPortsip.CLIENT_ID, **LOGIN}


class Document:
    """The OpenAPI document, with checks of replies."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content
        self.operations = {
            f"{method.upper()} {path}": operation
            for path, operations in content["paths"].items()
            for method, operation in operations.items()
        }
        self._patterns = [
            (name, re.compile(re.sub(r"\{\w+\}", "[^/]+", name)))
            # Fixed paths take precedence over variable ones.
            for name in sorted(self.operations, key=lambda name: name.count("{"))
        ]

    def operation_of(self, reply: httpx.Response) -> str:
        """Return the operation of a reply."""
        line = f"{reply.request.method} {reply.request.url.path.removeprefix('/api')}"
        return next(name for name, pattern in self._patterns if pattern.fullmatch(line))

    def problems(self, reply: httpx.Response) -> list[str]:
        """Return the problems of a reply."""
        name = self.operation_of(reply)
        published = self.operations[name]["responses"]
        status = str(reply.status_code)
        described = published.get(status) or published.get(f"{status[0]}XX")
        if described is None:
            return [f"{name} answers {status}, published are {sorted(published)}"]
        if "$ref" in described:
            described = self._content["components"]["responses"][described["$ref"].rpartition("/")[2]]
        # The published length contradicts HTTP for a reply without a body.
        headers = [one for one in described.get("headers", {}) if (one, status) != ("Content-Length", "204")]
        problems = [f"{name} lacks {one}" for one in headers if one not in reply.headers]
        schema = described.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            if reply.content and "application/octet-stream" not in described.get("content", {}):
                problems.append(f"{name} answers {status} with a body")
            return problems
        # Both replies of a sign-in have no required field, so every object matches both.
        schema = {"anyOf" if keyword == "oneOf" else keyword: value for keyword, value in schema.items()}
        validator = Draft202012Validator({"components": self._content["components"], **schema})
        return problems + [
            f"{name}: {error.json_path} {error.message}" for error in validator.iter_errors(reply.json())
        ]

    def unpublished_fields(self, reply: httpx.Response) -> set[str]:
        """Return names in a reply's objects that no schema of the document has."""
        known = set(re.findall(r'"(\w+)": \{', json.dumps(self._content)))
        body = reply.json() if reply.headers.get("Content-Type") == "application/json" else {}
        objects = [body, *body.get("items", []), *body.get("errors", [])]
        return {name for one in objects for name in one} - known


@pytest.fixture(scope="module")
def document() -> Document:
    if not DOCUMENT.exists():
        pytest.skip("the OpenAPI document of the contract is not here: it does not ship with the collection")
    return Document(json.loads(DOCUMENT.read_text(encoding="utf-8")))


@pytest.fixture(scope="module", params=["22.2", "22.3", "22.6"])
def replies(request: pytest.FixtureRequest) -> Iterator[list[httpx.Response]]:
    """Return the replies to all operations, valid and invalid ones."""
    seen: list[httpx.Response] = []
    options: Any = {"mailboxes": 3, "messages": 4, "behaviors": {"version": request.param}}
    with (
        SimulatorServer("portsip", **options) as server,
        httpx.Client(base_url=server.url, event_hooks={"response": [seen.append]}) as client,
    ):
        call_logins(client)
        call_boxes(client)
        call_users(client)
        call_messages(client)
        call_blobs_and_greetings(client)
        call_tenant(client)
        for reply in seen:
            reply.read()
        yield seen


def call_logins(client: httpx.Client) -> None:
    token = client.post("/login/oauth/token", data=FORM).json()
    client.post("/login/oauth/token", data=FORM | {"password": "wrong"})
    client.post("/auth/refresh_token", json={"refresh_token": token["refresh_token"]})
    client.post("/auth/refresh_token", json={"refresh_token": "wrong"})
    client.post("/auth/sign_in", json=LOGIN | {"domain": "unknown.example.com"})
    client.post("/auth/send_otp", json={"token": "wrong"})
    client.post("/auth/verify_otp", json={"token": "wrong", "code": "1"})
    client.get("/auth/user")
    for path in ("/login/oauth/revoke", "/auth/sign_out", "/logout"):
        bearer = client.post("/auth/sign_in", json=LOGIN).json()["access_token"]
        client.post(path, headers={"Authorization": f"Bearer {bearer}"})
    bearer = client.post("/auth/sign_in", json={**LOGIN, "username": "user1001"}).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {bearer}"
    client.get("/auth/user")
    mine = client.get("/voicemails").json()["items"][0]["id"]
    client.get(f"/voicemails/{mine}")
    for action in ("set_read", "set_unread", "destroy", "destroy", "set_read", "set_unread"):
        client.post(f"/voicemails/{mine}/{action}")
    bearer = client.post("/auth/sign_in", json=LOGIN).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {bearer}"


def call_boxes(client: httpx.Client) -> None:
    body = {"name": "Front desk", "extension_number": "7100", "pin": "259183"}
    key = client.post("/shared_voicemails", json=body).json()["id"]
    client.post("/shared_voicemails", json=body)
    client.post("/shared_voicemails", json={})
    client.get("/shared_voicemails")
    client.get("/shared_voicemails", params={"top": 101})
    client.get(f"/shared_voicemails/{key}")
    client.post(f"/shared_voicemails/{key}", json={"name": "Desk"})
    client.post(f"/shared_voicemails/{key}/destroy")
    client.post(f"/shared_voicemails/{key}/destroy")
    client.get(f"/shared_voicemails/{key}")


def call_users(client: httpx.Client) -> None:
    key = client.get("/users").json()["items"][0]["id"]
    client.get(f"/users/{key}")
    client.post(f"/users/{key}", json={"display_name": "Robin", "enable_voicemail_pin": False})
    client.get("/user")
    client.post("/user", json={"voicemail_pin": "111111"})
    client.post("/user", json={"voicemail_pin": "259183"})


def call_messages(client: httpx.Client) -> None:
    box = client.get("/shared_voicemails").json()["items"][0]["id"]
    path = f"/shared_voicemails/{box}/voicemails"
    key = client.get(path).json()["items"][0]["id"]
    client.get(f"{path}/{key}")
    for action in ("set_read", "set_unread", "destroy", "destroy", "set_read", "set_unread"):
        client.post(f"{path}/{key}/{action}")


def call_blobs_and_greetings(client: httpx.Client) -> None:
    box = client.get("/shared_voicemails").json()["items"][0]["id"]
    user = client.get("/users").json()["items"][1]["id"]
    for path in (f"/shared_voicemails/{box}/greetings", f"/users/{user}/greetings", "/user/greetings"):
        upload = client.post("/blobs/uploads", params={"filename": "a.wav"}).headers
        blob = f"/blobs/uploads/{upload['PortSIP-Upload-ID']}"
        client.get(f"{blob}/status")
        token = client.post(
            f"{blob}/append", content=tone(1), headers={"PortSIP-Upload-Token": upload["PortSIP-Upload-Token"]}
        ).headers["PortSIP-Upload-Token"]
        file_id = client.post(f"{blob}/complete", headers={"PortSIP-Upload-Token": token}).json()["id"]
        key = client.post(path, json={"file_id": file_id}).json()["id"]
        greeting = client.get(path).json()["items"][0]
        client.get(greeting["file_url"].removeprefix("/api"))
        for action in ("enable", "disable", "destroy", "destroy", "enable", "disable"):
            client.post(f"{path}/{key}/{action}")
        client.get("/files")
        client.get(f"/files/{file_id}")
        client.post(f"/files/{file_id}/destroy")
        client.post(f"/files/{file_id}/destroy")
    upload = client.post("/blobs/uploads").headers
    client.post(f"/blobs/uploads/{upload['PortSIP-Upload-ID']}/destroy")


def call_tenant(client: httpx.Client) -> None:
    client.get("/voicemail")
    client.post("/voicemail", json={"retain_days": 5})
    client.get("/tenant/password_policy")
    client.post("/tenant/password_policy", json={"min_length": 8})
    client.get("/extension_numbers/1001")
    client.get("/extension_numbers/8001")
    client.post("/tenants/switch")


def test_every_reply_is_as_published(replies: list[httpx.Response], document: Document) -> None:
    assert [problem for reply in replies for problem in document.problems(reply)] == []


def test_replies_have_only_published_fields(replies: list[httpx.Response], document: Document) -> None:
    assert {name for reply in replies for name in document.unpublished_fields(reply)} == set()


def test_every_published_operation_is_served(replies: list[httpx.Response], document: Document) -> None:
    served = {document.operation_of(reply) for reply in replies}
    assert served == set(document.operations) - NOT_SERVED
    good = {document.operation_of(reply) for reply in replies if reply.is_success}
    # These need a second factor, or a system administrator.
    assert served - good == {"POST /auth/send_otp", "POST /auth/verify_otp", "POST /tenants/switch"}
