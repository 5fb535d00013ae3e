# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP: logins, tenants, users, shared voicemails and lists, with default behaviors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.portsip import SimulatedPortsip

Start = Callable[..., httpx.Client]
TENANT_ADMIN = {"username": SimulatedPortsip.ADMIN_USERNAME, "domain": SimulatedPortsip.DOMAIN}
BOX = {"name": "Front desk", "extension_number": "7100", "pin": "259183"}


def log_in(client: httpx.Client, username: str, domain: str | None = None) -> dict[str, Any]:
    """Sign in and use the token for later requests."""
    body = {"username": username, "password": SimulatedPortsip.PASSWORD} | ({"domain": domain} if domain else {})
    reply = client.post("/auth/sign_in", json=body)
    assert reply.status_code == 200, reply.text
    client.headers["Authorization"] = f"Bearer {reply.json()['access_token']}"
    return reply.json()


def errors(reply: httpx.Response) -> tuple[int, str, list[str]]:
    """Return status, code and messages of an error reply."""
    found = reply.json()["errors"]
    return reply.status_code, found[0]["code"], [one["message"] for one in found]


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer("portsip") as running:
        yield running


@pytest.fixture
def start(server: SimulatorServer) -> Iterator[Start]:
    """Reset the shared server and log in as the tenant's administrator."""
    clients: list[httpx.Client] = []

    def begin(*, mailboxes: int = 0, messages: int = 0, **behaviors: Any) -> httpx.Client:
        server.behaviors.update(
            {behavior.name: behavior.default for behavior in SimulatedPortsip.behavior_definitions} | behaviors
        )
        server.faults.set([])
        server.simulation.reset(mailboxes, messages)
        client = httpx.Client(base_url=server.url)
        clients.append(client)
        log_in(client, **TENANT_ADMIN)
        return client

    yield begin
    for client in clients:
        client.close()


def form(**values: str) -> dict[str, str]:
    """Return a form for the token endpoint."""
    return {"grant_type": "password", "scope": "all", "client_id": SimulatedPortsip.CLIENT_ID, **values}


class TestLogins:
    def test_token_endpoint_serves_both_identities(self, start: Start) -> None:
        client = start()
        for domain, role in ((None, "SystemAdmin"), (SimulatedPortsip.DOMAIN, "Admin")):
            name = SimulatedPortsip.ADMIN_USERNAME if domain else SimulatedPortsip.USERNAME
            more = {"domain": domain} if domain else {}
            data = form(username=name, password=SimulatedPortsip.PASSWORD, **more)
            reply = client.post("/login/oauth/token", data=data).json()
            assert reply["token_type"] == "Bearer"
            assert reply["expires_in"] == 1800
            client.headers["Authorization"] = f"Bearer {reply['access_token']}"
            assert client.get("/auth/user").json()["role"] == role

    def test_refresh_grant_needs_no_authorization(self, start: Start) -> None:
        client = start()
        refresh_token = log_in(client, **TENANT_ADMIN)["refresh_token"]
        client.headers.pop("Authorization")
        data = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": SimulatedPortsip.CLIENT_ID}
        renewed = client.post("/login/oauth/token", data=data).json()
        again = client.post("/auth/refresh_token", json={"refresh_token": renewed["refresh_token"]}).json()
        for token in (renewed["access_token"], again["access_token"]):
            assert client.get("/user", headers={"Authorization": f"Bearer {token}"}).status_code == 200
        bad = client.post("/login/oauth/token", data={**data, "refresh_token": "nothing"})
        assert errors(bad)[:2] == (400, "UNKNOWN")

    @pytest.mark.parametrize(
        "change",
        [{"grant_type": "implicit"}, {"client_id": "mine"}, {"scope": "some"}, {"username": ""}, {"domain": "d" * 281}],
    )
    def test_incomplete_form_is_refused(self, start: Start, change: dict[str, str]) -> None:
        data = {**form(username=SimulatedPortsip.USERNAME, password=SimulatedPortsip.PASSWORD), **change}
        assert errors(start().post("/login/oauth/token", data=data))[:2] == (400, "VALIDATE_FAILED")

    def test_json_is_not_a_form(self, start: Start) -> None:
        reply = start().post("/login/oauth/token", json=form(username="admin", password=SimulatedPortsip.PASSWORD))
        assert reply.status_code == 400

    def test_refused_logins(self, start: Start) -> None:
        client = start()
        good = {
            "username": SimulatedPortsip.ADMIN_USERNAME,
            "password": SimulatedPortsip.PASSWORD,
            "domain": SimulatedPortsip.DOMAIN,
        }
        message = "Login failed, authentication error"
        for change in ({"password": "wrong"}, {"username": "nobody"}, {"username": "admin"}):
            reply = client.post("/auth/sign_in", json=good | change)
            assert errors(reply) == (400, "UNAUTHORIZED", [message])
        # Without a domain, the login is for a system administrator.
        without_domain = {name: value for name, value in good.items() if name != "domain"}
        assert errors(client.post("/auth/sign_in", json=without_domain)) == (400, "UNAUTHORIZED", [message])
        assert errors(client.post("/auth/sign_in", json=good | {"domain": "x.example.com"}))[:2] == (404, "UNKNOWN")

    def test_disabled_user_cannot_log_in(self, start: Start) -> None:
        client = start(mailboxes=1)
        key = client.get("/users", params={"filter": "extension_number eq '1001'"}).json()["items"][0]["id"]
        assert client.post(f"/users/{key}", json={"enabled": False}).status_code == 200
        body = {"username": "user1001", "password": SimulatedPortsip.PASSWORD, "domain": SimulatedPortsip.DOMAIN}
        assert client.post("/auth/sign_in", json=body).status_code == 400

    @pytest.mark.parametrize(
        ("path", "status"), [("/login/oauth/revoke", 200), ("/auth/sign_out", 200), ("/logout", 204)]
    )
    def test_ended_session(self, start: Start, path: str, status: int) -> None:
        client = start()
        refresh_token = log_in(client, **TENANT_ADMIN)["refresh_token"]
        assert client.post(path).status_code == status
        assert errors(client.get("/user"))[:2] == (401, "UNAUTHORIZED")
        assert client.post("/auth/refresh_token", json={"refresh_token": refresh_token}).status_code == 400

    def test_token_expires_with_the_clock(self, start: Start, server: SimulatorServer) -> None:
        client = start()
        server.clock.advance(1799)
        assert client.get("/user").status_code == 200
        server.clock.advance(2)
        assert client.get("/user").status_code == 401

    def test_missing_and_wrong_token(self, start: Start) -> None:
        client = start()
        for header in ("Bearer nonsense", "Basic abc", ""):
            assert client.get("/user", headers={"Authorization": header}).status_code == 401


class TestTenants:
    def test_system_scope_has_no_tenant(self, start: Start) -> None:
        client = start()
        log_in(client, SimulatedPortsip.USERNAME)
        for path in ("/shared_voicemails", "/users", "/tenant"):
            assert errors(client.get(path))[:2] == (403, "UNKNOWN")
        assert client.get("/admin/status").json() == {"version": "22.3.21"}

    def test_selected_tenant_belongs_to_the_token(self, start: Start) -> None:
        client = start(mailboxes=2)
        log_in(client, SimulatedPortsip.USERNAME)
        with httpx.Client(base_url=client.base_url) as second:
            log_in(second, SimulatedPortsip.USERNAME)
            other = dict(second.headers)
        tenants = {one["domain"]: one["id"] for one in client.get("/tenants").json()["items"]}
        assert tenants == {
            SimulatedPortsip.DOMAIN: SimulatedPortsip.ACCOUNT_ID,
            SimulatedPortsip.OTHER_DOMAIN: SimulatedPortsip.OTHER_ACCOUNT_ID,
        }
        assert client.post("/tenants/switch", params={"id": SimulatedPortsip.ACCOUNT_ID}).status_code == 200
        assert client.get("/tenant").json()["domain"] == SimulatedPortsip.DOMAIN
        assert client.get("/shared_voicemails").json()["count"] == 2
        assert client.get("/tenant", headers=other).status_code == 403
        client.post("/tenants/switch", params={"id": SimulatedPortsip.OTHER_ACCOUNT_ID})
        assert client.get("/shared_voicemails").json() == {"count": 0, "items": []}
        # Numbers are unique within a tenant only.
        assert client.post("/shared_voicemails", json=BOX | {"extension_number": "8001"}).status_code == 201
        client.post("/tenants/switch")
        assert client.get("/tenant").status_code == 403
        assert client.post("/tenants/switch", params={"id": "123"}).status_code == 404

    def test_roles(self, start: Start) -> None:
        client = start(mailboxes=1)
        for path in ("/tenants", "/admin/status"):
            assert errors(client.get(path))[:2] == (403, "UNKNOWN")
        assert client.post("/tenants/switch").status_code == 403
        log_in(client, "user1001", SimulatedPortsip.DOMAIN)
        for path in ("/users", "/shared_voicemails", "/voicemail", "/files"):
            assert errors(client.get(path))[:2] == (403, "UNKNOWN")
        assert client.get("/user").json()["extension_number"] == "1001"
        log_in(client, SimulatedPortsip.USERNAME)
        client.post("/tenants/switch", params={"id": SimulatedPortsip.ACCOUNT_ID})
        assert client.get("/voicemails").status_code == 403

    def test_voicemail_service_settings(self, start: Start) -> None:
        client = start()
        assert client.get("/voicemail").json() == {"extension_number": "777", "retain_days": 30, "min_seconds": 1}
        assert client.post("/voicemail", json={"retain_days": 7, "extension_number": "778"}).status_code == 200
        assert client.get("/voicemail").json() == {"extension_number": "778", "retain_days": 7, "min_seconds": 1}
        assert client.post("/shared_voicemails", json=BOX | {"extension_number": "778"}).status_code == 400
        assert client.post("/shared_voicemails", json=BOX | {"extension_number": "777"}).status_code == 201
        assert client.post("/voicemail", json={"retain_days": -1}).status_code == 400
        assert client.post("/voicemail", json={"extension_number": "777"}).status_code == 400

    def test_password_policy(self, start: Start) -> None:
        client = start()
        assert (
            client.post("/tenant/password_policy", json={"min_length": 8, "contains_letters": False}).status_code == 200
        )
        policy = client.get("/tenant/password_policy").json()
        assert (policy["min_length"], policy["max_length"], policy["contains_letters"]) == (8, 32, False)
        for wrong in ({"min_length": 5}, {"max_length": 7}, {"contains_numbers": "yes"}, {"min_length": True}):
            assert client.post("/tenant/password_policy", json=wrong).status_code == 400

    def test_extension_numbers_exclude_shared_voicemails(self, start: Start) -> None:
        client = start(mailboxes=1)
        found = client.get("/extension_numbers/1001").json()
        assert (found["type"], found["extension_number"], found["name"]) == ("EXTENSION", "1001", "Ada Abendrot")
        for number in ("8001", "777", "4444"):
            assert client.get(f"/extension_numbers/{number}").status_code == 404


class TestSharedVoicemails:
    def test_lifecycle_of_a_mailbox(self, start: Start) -> None:
        client = start()
        created = client.post("/shared_voicemails", json=BOX)
        key = created.json()["id"]
        assert created.status_code == 201
        assert (key.isdigit(), len(key)) == (True, 18)
        whole = {
            "id": key,
            **BOX,
            "prompt": "en-US",
            "enable_pin": True,
            "enable_email_notify": False,
            "recipients": "",
            "play_datetime": "DISABLE",
        }
        assert client.get(f"/shared_voicemails/{key}").json() == whole
        change = {"name": "Desk", "recipients": "a@example.com, b@example.com", "play_datetime": "24_HOUR_CLOCK"}
        updated = client.post(f"/shared_voicemails/{key}", json=change)
        assert (updated.status_code, updated.content) == (200, b"")
        assert client.get("/shared_voicemails").json() == {"count": 1, "items": [whole | change]}
        destroyed = client.post(f"/shared_voicemails/{key}/destroy")
        assert (destroyed.status_code, destroyed.content) == (204, b"")
        assert client.get(f"/shared_voicemails/{key}").status_code == 404
        assert client.post("/shared_voicemails", json=BOX).status_code == 201

    @pytest.mark.parametrize("missing", sorted(BOX))
    def test_required_fields(self, start: Start, missing: str) -> None:
        body = {name: value for name, value in BOX.items() if name != missing}
        reply = start().post("/shared_voicemails", json={**body, "enable_pin": False})
        assert errors(reply) == (400, "VALIDATE_FAILED", [f"{missing} is required"])

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "n" * 65),
            ("name", None),
            ("extension_number", "71"),
            ("extension_number", "7" * 65),
            ("extension_number", "abc123"),
            ("extension_number", 7100),
            ("prompt", "english language"),
            ("enable_pin", "true"),
            ("enable_email_notify", 1),
            ("recipients", "nobody"),
            ("recipients", ["a@example.com"]),
            ("recipients", ",".join(f"u{place}@example.com" for place in range(16))),
            ("play_datetime", "ENABLE"),
            ("pin", 259183),
            ("pin", "25a183"),
            ("pin", "253"),
            ("pin", "25918325918"),
            ("pin", "111582"),
            ("pin", "582012"),
            ("pin", "578935"),
        ],
    )
    def test_invalid_fields(self, start: Start, field: str, value: Any) -> None:
        client = start()
        status, code, messages = errors(client.post("/shared_voicemails", json={**BOX, field: value}))
        assert (status, code, len(messages)) == (400, "VALIDATE_FAILED", 1)
        assert messages[0].startswith(f"{field} ")
        if field != "extension_number":
            key = client.post("/shared_voicemails", json=BOX).json()["id"]
            assert client.post(f"/shared_voicemails/{key}", json={field: value}).status_code == 400

    @pytest.mark.parametrize("pin", ["2591", "0204", "9870", "1122334455", "2591832591"])
    def test_good_pins(self, start: Start, pin: str) -> None:
        client = start()
        key = client.post("/shared_voicemails", json={**BOX, "pin": pin}).json()["id"]
        assert client.get(f"/shared_voicemails/{key}").json()["pin"] == pin

    @pytest.mark.parametrize("number", ["1000", "1001", "8001", "555", "666", "777", "888"])
    def test_number_is_unique_across_users_boxes_and_services(self, start: Start, number: str) -> None:
        client = start(mailboxes=1)
        reply = client.post("/shared_voicemails", json=BOX | {"extension_number": number})
        assert errors(reply)[:2] == (400, "UNKNOWN")
        assert client.get("/shared_voicemails").json()["count"] == 1

    @pytest.mark.parametrize("body", [b"[1]", b"{", b'"text"', b"\xff"])
    def test_body_is_an_object(self, start: Start, body: bytes) -> None:
        assert errors(start().post("/shared_voicemails", content=body))[:2] == (400, "VALIDATE_FAILED")

    def test_unknown_ids(self, start: Start) -> None:
        client = start()
        log_in(client, SimulatedPortsip.ADMIN_USERNAME, SimulatedPortsip.OTHER_DOMAIN)
        foreign = client.post("/shared_voicemails", json=BOX).json()["id"]
        log_in(client, **TENANT_ADMIN)
        for key in ("123", foreign):
            assert client.get(f"/shared_voicemails/{key}").status_code == 404
            assert client.post(f"/shared_voicemails/{key}", json={"name": "x"}).status_code == 404
            assert client.get(f"/shared_voicemails/{key}/voicemails").status_code == 404
            assert client.post(f"/shared_voicemails/{key}/destroy").status_code == 400


class TestUsers:
    def find(self, client: httpx.Client, number: str) -> str:
        listed = client.get("/users", params={"filter": f"extension_number eq '{number}'"}).json()
        assert listed["count"] == 1
        return listed["items"][0]["id"]

    def test_list_has_no_voicemail_field(self, start: Start) -> None:
        listed = start(mailboxes=3).get("/users").json()
        assert [one["extension_number"] for one in listed["items"]] == ["1000", "1001", "1002", "1003"]
        for one in listed["items"]:
            assert not [name for name in one if "voicemail_" in name or "_voicemail" in name or "password" in name]

    def test_read_and_update(self, start: Start) -> None:
        client = start(mailboxes=2)
        key = self.find(client, "1002")
        before = client.get(f"/users/{key}").json()
        change = {
            "voicemail_prompt": "de-DE",
            "enable_voicemail_pin": False,
            "voicemail_pin": "7302",
            "enable_voicemail_notify": True,
            "voicemail_play_datetime": "12_HOUR_CLOCK",
        }
        reply = client.post(f"/users/{key}", json=change | {"role": "Admin", "name": "root", "extension_number": "1"})
        assert (reply.status_code, reply.content) == (200, b"")
        assert client.get(f"/users/{key}").json() == before | change
        assert before["password"] == before["extension_password"] == SimulatedPortsip.PASSWORD
        log_in(client, "user1002", SimulatedPortsip.DOMAIN)
        assert {name: client.get("/user").json()[name] for name in change} == change

    def test_own_settings(self, start: Start) -> None:
        client = start(mailboxes=1)
        log_in(client, "user1001", SimulatedPortsip.DOMAIN)
        assert client.post("/user", json={"enable_voicemail_notify": True}).status_code == 200
        assert client.get("/user").json()["enable_voicemail_notify"] is True
        assert "password" not in client.get("/user").json()

    @pytest.mark.parametrize(
        "body",
        [{"voicemail_pin": "111582"}, {"voicemail_play_datetime": ""}, {"email": 1}, {"display_name": "x" * 1025}],
    )
    def test_invalid_fields(self, start: Start, body: dict[str, Any]) -> None:
        client = start(mailboxes=1)
        assert errors(client.post(f"/users/{self.find(client, '1001')}", json=body))[:2] == (400, "VALIDATE_FAILED")
        assert client.post("/user", json=body).status_code == 400

    def test_body_is_required(self, start: Start) -> None:
        client = start()
        assert client.post("/user").status_code == 400
        assert client.get("/users/1").status_code == 404
