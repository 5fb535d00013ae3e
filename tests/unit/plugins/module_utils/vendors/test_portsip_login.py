# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins, tokens and tenants of the PortSIP driver."""

from __future__ import annotations

import typing as t

import pytest
from helpers.portsip_tenant import BOX, PIN, STORED_BOX, Tenant
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.portsip import SimulatedPortsip
from voicemail_simulator.vendors.portsip.sessions import Sessions

VENDOR = "portsip"
SYSTEM = {"username": SimulatedPortsip.USERNAME, "domain": None}
NO_LOGIN = {"username": None, "password": None, "domain": None}
TOKEN_ENDPOINT_MISSING = "status:404,path=/login/oauth/token"


@pytest.fixture
def tenant(server: SimulatorServer) -> Tenant:
    return Tenant(server).begin(3)


def _session(tenant: Tenant, name: str | None = None) -> dict[str, t.Any]:
    """Open a session of the tenant's administrator or the system administrator at the PBX."""
    sessions = tenant.vendor._sessions
    found = tenant.directory.user_named(
        None if name else SimulatedPortsip.ACCOUNT_ID, name or SimulatedPortsip.ADMIN_USERNAME
    )
    return sessions.open(found)


def _numbers(result: dict[str, t.Any]) -> list[str]:
    assert not result.get("failed"), result["msg"]
    return [box["extension_number"] for box in result["shared_voicemails"]]


@pytest.mark.parametrize("status", ["400", "401"])
@pytest.mark.parametrize("family", ["token", "sign_in"])
def test_a_refused_login_is_not_retried(tenant: Tenant, status: str, family: str) -> None:
    tenant.begin(1, login_refused_status=status)
    if family == "sign_in":
        tenant.server.faults.set([TOKEN_ENDPOINT_MISSING])
    result = tenant.boxes(BOX, password="not-the-password")
    assert result["failed"]
    assert result["error"]["kind"] == "auth"
    assert "PortSIP refuses the login: Login failed, authentication error. Check `username`" in result["msg"]
    assert tenant.logins == (1 if family == "token" else 2)
    assert len(tenant.server.journal) == tenant.logins


def test_an_unknown_domain_is_reported_and_not_retried(tenant: Tenant) -> None:
    result = tenant.boxes(BOX, domain="nowhere.example.com")
    assert "No tenant information found" in result["msg"]
    assert "Check `domain`" in result["msg"]
    assert tenant.logins == 1


def test_a_blocked_address_is_reported(tenant: Tenant) -> None:
    tenant.begin(login_attempts=1)
    tenant.boxes(BOX, password="not-the-password")
    result = tenant.boxes(BOX)
    assert "is blocked until" in result["msg"]
    assert "blacklist" in result["msg"]


@pytest.mark.parametrize("version", ["22.2", "22.3", "22.6"])
def test_the_other_login_is_used_without_a_token_endpoint(tenant: Tenant, version: str) -> None:
    tenant.begin(3, version=version)
    tenant.server.faults.set([TOKEN_ENDPOINT_MISSING])
    assert _numbers(tenant.run("shared_voicemail_info")) == ["8001", "8002", "8003"]


def test_an_address_without_any_login_is_reported(tenant: Tenant) -> None:
    tenant.begin(version="22.0")
    tenant.server.faults.set([TOKEN_ENDPOINT_MISSING])
    result = tenant.run("shared_voicemail_info")
    assert result["msg"] == "PortSIP has no login at this address. Check `url`: it must end in /api."


def test_a_second_factor_is_an_error(tenant: Tenant) -> None:
    tenant.begin(two_factor="on")
    tenant.server.faults.set([TOKEN_ENDPOINT_MISSING])
    result = tenant.boxes(BOX)
    assert result["error"]["kind"] == "auth"
    assert "asks for a second factor" in result["msg"]
    assert tenant.writes == 0


def test_a_page_instead_of_a_login_is_reported(tenant: Tenant) -> None:
    tenant.server.faults.set(["html,path=/login"])
    assert "HTML" in tenant.boxes(BOX)["msg"]


def test_a_system_administrator_enters_the_requested_tenant(tenant: Tenant) -> None:
    here = tenant.run("shared_voicemail_info", **SYSTEM, account_id=SimulatedPortsip.ACCOUNT_ID)
    assert _numbers(here) == ["8001", "8002", "8003"]
    paths = [entry["path"] for entry in tenant.server.journal.entries()]
    assert paths == ["/api/login/oauth/token", "/api/tenants/switch", "/api/tenant", "/api/shared_voicemails"]
    there = {**SYSTEM, "account_id": SimulatedPortsip.OTHER_ACCOUNT_ID}
    assert tenant.boxes(BOX, **there)["changed"]
    assert _numbers(tenant.run("shared_voicemail_info", **there)) == ["8500"]
    assert _numbers(tenant.run("shared_voicemail_info")) == ["8001", "8002", "8003"]


@pytest.mark.parametrize("missing", ["400", "404"])
def test_a_tenant_that_cannot_be_entered_is_an_error(tenant: Tenant, missing: str) -> None:
    tenant.begin(3, missing_read_status=missing)
    for login in ({**SYSTEM, "account_id": "700000000000000099"}, {"account_id": SimulatedPortsip.OTHER_ACCOUNT_ID}):
        result = tenant.boxes(BOX, **login)
        assert result["error"]["kind"] == "auth"
        assert "account_id" in result["msg"]
        assert tenant.writes == 0


def test_a_system_administrator_without_a_tenant_is_reported_with_the_option(tenant: Tenant) -> None:
    result = tenant.boxes(BOX, **SYSTEM)
    assert "no tenant is selected" in result["msg"]
    assert "account_id" in result["msg"]


def test_a_tenant_administrator_does_not_enter_the_tenant(tenant: Tenant) -> None:
    assert _numbers(tenant.run("shared_voicemail_info", account_id=SimulatedPortsip.ACCOUNT_ID)) == [
        "8001",
        "8002",
        "8003",
    ]
    assert not [entry for entry in tenant.server.journal.entries() if entry["path"].endswith("/switch")]


def test_an_ineffective_tenant_switch_is_detected(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sessions, "enter", lambda _self, token, tenant_id: None)
    result = tenant.boxes(BOX, **SYSTEM, account_id=SimulatedPortsip.ACCOUNT_ID)
    assert "the login is in no tenant" in result["msg"]
    assert tenant.writes == 0


def test_a_given_token_requires_no_login(tenant: Tenant) -> None:
    token = _session(tenant)["access_token"]
    assert _numbers(tenant.run("shared_voicemail_info", **NO_LOGIN, token=token)) == ["8001", "8002", "8003"]
    assert tenant.logins == 0


@pytest.mark.parametrize("status", ["400", "401"])
def test_an_expired_given_token_is_renewed_only_with_credentials(tenant: Tenant, status: str) -> None:
    tenant.begin(3, token_refused_status=status)
    result = tenant.run("shared_voicemail_info", **NO_LOGIN, token="ended-token")
    assert result["error"]["kind"] == "expired"
    assert tenant.logins == 0
    assert _numbers(tenant.run("shared_voicemail_info", token="ended-token")) == ["8001", "8002", "8003"]
    assert tenant.logins == 1


@pytest.mark.parametrize("tenant_id", [None, SimulatedPortsip.ACCOUNT_ID], ids=["in no tenant", "in a tenant"])
def test_the_tenant_of_a_given_token_is_never_switched(tenant: Tenant, tenant_id: str | None) -> None:
    """Check that tasks for different tenants that share a token never write to each other's tenant."""
    token = _session(tenant, SimulatedPortsip.USERNAME)["access_token"]
    if tenant_id:
        tenant.vendor._sessions.enter(token, tenant_id)
    login = {**NO_LOGIN, "token": token}
    result = tenant.boxes(BOX, **login, account_id=SimulatedPortsip.OTHER_ACCOUNT_ID)
    assert result["error"]["kind"] == "auth"
    assert f"the token is in {f'tenant {tenant_id}' if tenant_id else 'no tenant'}, not in" in result["msg"]
    assert tenant.directory.sessions[token]["tenant_id"] == tenant_id
    assert tenant.writes == 0
    assert not [entry for entry in tenant.server.journal.entries() if entry["path"].endswith("/switch")]
    if tenant_id:
        assert _numbers(tenant.run("shared_voicemail_info", **login, account_id=tenant_id)) == ["8001", "8002", "8003"]


@pytest.mark.parametrize("status", ["400", "401"])
@pytest.mark.parametrize("refreshable", [True, False], ids=["refreshed", "logged in again"])
@pytest.mark.parametrize("at", [2, 3, 4, 5, 6])
def test_a_token_that_expires_during_a_run_is_renewed(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, at: int, refreshable: bool, status: str
) -> None:
    tenant.begin(3, token_refused_status=status, refresh_tenant="lose", refresh_rotation="rotate")

    def die() -> None:
        tenant.directory.sessions.clear()
        if not refreshable:
            tenant.directory.refresh_tokens.clear()

    login = {**SYSTEM, "account_id": SimulatedPortsip.ACCOUNT_ID}
    tenant.before_request(monkeypatch, at, die)
    result = tenant.boxes(BOX, **login)
    assert not result.get("failed"), result["msg"]
    assert result["changed"]
    assert tenant.stored_boxes("8500") == [STORED_BOX]
    assert tenant.logins == (2 if refreshable else 3)
    assert not tenant.boxes(BOX, **login)["changed"]


def test_many_workers_renew_a_lost_token_once(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.before_request(monkeypatch, 20, tenant.directory.sessions.clear)
    wanted = [{"extension_number": str(8500 + place), "name": f"Desk {place}", "pin": PIN} for place in range(60)]
    result = tenant.boxes(*wanted)
    assert not result.get("failed"), result["msg"]
    assert result["summary"]["create"] == 60
    assert tenant.logins == 2
    assert len(tenant.directory.boxes.collection) == 63


def test_a_login_that_ends_earlier_sessions_is_handled(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.begin(3, concurrent_login="off")
    tenant.before_request(monkeypatch, 2, lambda: _session(tenant))
    assert tenant.boxes(BOX)["changed"]
    assert tenant.stored_boxes("8500") == [STORED_BOX]
