# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP: paging, filter, search and order of lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from helpers.read_counter import counted
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.portsip import SimulatedPortsip
from voicemail_simulator.vendors.portsip.filters import FilterError, parse_filter, parse_order, sort_documents

MANY = 10_050


def log_in(server: SimulatorServer) -> httpx.Client:
    """Return a client for the tenant's administrator."""
    login = {
        "username": SimulatedPortsip.ADMIN_USERNAME,
        "password": SimulatedPortsip.PASSWORD,
        "domain": SimulatedPortsip.DOMAIN,
    }
    token = httpx.post(server.url + "/auth/sign_in", json=login).json()["access_token"]
    return httpx.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="module")
def large() -> Iterator[SimulatorServer]:
    """A read-only PBX whose tenant has more than 10 000 mailboxes."""
    with SimulatorServer("portsip", mailboxes=MANY) as server:
        yield server


@pytest.fixture(scope="module")
def many(large: SimulatorServer) -> Iterator[httpx.Client]:
    """A client of that tenant's administrator."""
    with log_in(large) as client:
        yield client


def numbers(client: httpx.Client, **query: Any) -> list[str]:
    """Return the extension numbers of one page of shared voicemails."""
    reply = client.get("/shared_voicemails", params=query)
    assert reply.status_code == 200, reply.text
    return [one["extension_number"] for one in reply.json()["items"]]


@pytest.mark.parametrize("path", ["/shared_voicemails", "/users"])
def test_pages_cover_every_object_once(large: SimulatorServer, many: httpx.Client, path: str) -> None:
    directory = large.vendor.state
    seen: list[str] = []
    with counted((directory.boxes if path == "/shared_voicemails" else directory.users).collection) as documents:
        while True:
            page = many.get(path, params={"skip": len(seen)}).json()
            seen += [one["id"] for one in page["items"]]
            if len(seen) >= page["count"]:
                break
            assert len(page["items"]) == 100
        # A page reads the mailboxes that it shows and the requesting user, not every mailbox.
        assert documents.reads <= len(seen) + 3 * (len(seen) // 100 + 1)
    assert len(set(seen)) == len(seen) == (MANY if path == "/shared_voicemails" else MANY + 1)


def test_page_limits(many: httpx.Client) -> None:
    assert len(numbers(many)) == 100
    assert numbers(many, top=2, skip=998) == ["8999", "80001"]
    assert numbers(many, skip=MANY) == []
    for wrong in ({"top": 101}, {"top": 0}, {"skip": -1}, {"skip": "x"}, {"top": ""}):
        reply = many.get("/shared_voicemails", params=wrong)
        assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "VALIDATE_FAILED")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("extension_number eq '8001'", ["8001"]),
        ("extension_number eq '1001'", []),
        ("extension_number eq '777'", []),
        ("extension_number eq '8001' and name eq 'Sales 8002'", []),
        ("extension_number eq '8001' or extension_number eq '8003'", ["8001", "8003"]),
        ("extension_number ge '8001' and extension_number lt '80012'", ["8001", "80010", "80011"]),
        ("startswith(name,'Sales 800') and endswith(extension_number, '2')", ["8002", "80002", "80092"]),
        ("contains(name,'ess 8004')", ["80043"]),
        ("extension_number gt '8997' and extension_number le '8999'", ["8998", "8999"]),
        ("name eq 'Sales 8002' and enable_pin eq true", ["8002"]),
        ("name eq 'Sales 8002' and enable_pin ne true", []),
        ("name eq 'Sales 8002' and recipients eq null", ["8002"]),
        ("name eq 'Sales 8002' and recipients ne ''", []),
        ("name eq 'it''s'", []),
        ("enable_pin eq 'true'", []),
        ("enable_pin eq 1", []),
    ],
)
def test_filter(many: httpx.Client, expression: str, expected: list[str]) -> None:
    assert numbers(many, filter=expression, orderby="extension_number") == sorted(expected)


@pytest.mark.parametrize(
    "expression",
    [
        "extension_number",
        "extension_number eq",
        "extension_number eq 8001x",
        "extension_number eq name",
        "extension_number is '8001'",
        "color eq 'red'",
        "pin eq '259183'",
        "not name eq 'x'",
        "(name eq 'x')",
        "name in ('x')",
        "name eq 'x' and",
        "name eq 'x' name eq 'y'",
        "contains(name 'x')",
        "contains(name,'x'",
        "contains(color,'x')",
        "name gt null",
        "name eq 'x",
        'name eq "x"',
    ],
)
def test_invalid_filter(many: httpx.Client, expression: str) -> None:
    reply = many.get("/shared_voicemails", params={"filter": expression})
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "VALIDATE_FAILED")


def test_search_and_order(many: httpx.Client) -> None:
    assert numbers(many, search="reception 8001") == ["8001", "80010", "80019"]
    assert numbers(many, search="RECEPTION", filter="startswith(extension_number,'8001')", top=1) == ["8001"]
    assert numbers(many, orderby="extension_number desc", top=1) == ["8999"]
    assert numbers(many, orderby="enable_pin, extension_number asc", top=2) == ["80001", "80002"]
    for wrong in ("color", "name up", "name asc desc", "pin", ","):
        assert many.get("/shared_voicemails", params={"orderby": wrong}).status_code == 400


def test_search_users(many: httpx.Client) -> None:
    found = many.get("/users", params={"search": "ada.abendrot.1001@"}).json()
    assert [one["extension_number"] for one in found["items"]] == ["1001"]
    by_time = many.get("/users", params={"filter": "created_at gt '2020-01-01T00:00:00Z'", "top": 1}).json()
    assert by_time["count"] == MANY + 1
    for wrong in ("'yesterday'", "'2020-01-01T00:00:00'"):
        assert many.get("/users", params={"filter": f"created_at gt {wrong}"}).status_code == 400


def test_and_binds_before_or() -> None:
    matches = parse_filter("a eq 'x' or a eq 'y' and b gt 1.5", {"a", "b"}).matches
    rows = [{"a": "x", "b": 1}, {"a": "y", "b": 1}, {"a": "y", "b": 2}, {"a": None, "b": True}]
    assert [matches(row) for row in rows] == [True, False, True, False]


def test_equalities_apply_to_every_match() -> None:
    assert parse_filter("a eq 'x' and b eq 'y'", {"a", "b"}).equalities == {"a": "x", "b": "y"}
    assert parse_filter("a eq 'x' or b eq 'y'", {"a", "b"}).equalities == {}
    assert parse_filter("a ne 'x'", {"a"}).equalities == {}


def test_quotes_and_types_in_filters() -> None:
    assert parse_filter("a eq 'it''s'", {"a"}).matches({"a": "it's"})
    assert not parse_filter("a eq 1", {"a"}).matches({"a": True})
    assert parse_filter("a ne 1", {"a"}).matches({"a": "1"})
    with pytest.raises(FilterError):
        parse_filter("", {"a"})


def test_order_by_several_fields() -> None:
    rows = [{"a": "x", "b": 1}, {"a": "y", "b": None}, {"a": "x", "b": 2}, {"a": "y", "b": 0}]
    ordered = sort_documents(rows, parse_order("a desc,b", {"a", "b"}))
    assert [(row["a"], row["b"]) for row in ordered] == [("y", None), ("y", 0), ("x", 1), ("x", 2)]
