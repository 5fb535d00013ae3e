# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists and lookups of the PortSIP driver: complete or an error, with few requests."""

from __future__ import annotations

import typing as t

import pytest
from helpers.interventions import Intervention
from helpers.portsip_tenant import BOX, PIN, Tenant
from voicemail_simulator.server import SimulatorServer

VENDOR = "portsip"
LIST = "/api/shared_voicemails"


@pytest.fixture
def tenant(server: SimulatorServer) -> Tenant:
    return Tenant(server).begin()


def _read(tenant: Tenant) -> list[dict[str, t.Any]]:
    result = tenant.run("shared_voicemail_info", include_pins=True)
    assert not result.get("failed"), result["msg"]
    return result["shared_voicemails"]


def _stored(tenant: Tenant) -> set[str]:
    return {box["extension_number"] for box in tenant.directory.boxes.collection.values()}


@pytest.mark.parametrize("order", ["creation", "reverse", "shuffled"])
@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (99, 1), (100, 1), (101, 2), (200, 2), (250, 3)])
def test_every_box_is_listed(tenant: Tenant, count: int, pages: int, order: str) -> None:
    tenant.begin(count, default_order=order)
    assert {box["extension_number"] for box in _read(tenant)} == _stored(tenant)
    assert tenant.sent("GET") == pages


@pytest.mark.parametrize("limit", [1, 7, 99])
def test_short_pages_do_not_end_the_list(tenant: Tenant, limit: int) -> None:
    tenant.begin(23, page_limit=limit)
    assert {box["extension_number"] for box in _read(tenant)} == _stored(tenant)


@pytest.mark.timeout(30)
def test_thousands_of_unchanged_mailboxes_cost_only_their_pages(tenant: Tenant) -> None:
    tenant.begin(3000)
    wanted = _read(tenant)
    result = tenant.boxes(*wanted, prune=True)
    assert not result.get("failed"), result["msg"]
    assert not result["changed"]
    assert result["summary"]["none"] == 3000
    assert (tenant.sent("GET"), tenant.writes, tenant.logins) == (30, 0, 1)


def test_a_few_of_thousands_are_looked_up(tenant: Tenant) -> None:
    tenant.begin(1500)
    wanted = [box for box in _read(tenant) if box["extension_number"] in ("8003", "8999", "80500")]
    for box in wanted:
        del box["id"]
    assert not tenant.boxes(wanted[0])["changed"]
    assert tenant.sent("GET") == 1
    assert not tenant.boxes(*wanted)["changed"]
    assert tenant.sent("GET") == 1 + 3
    assert tenant.boxes({**wanted[0], "name": "Other"}, *wanted[1:])["changed"]
    # Three pages, and the changed box before and after its write.
    assert (tenant.sent("GET"), tenant.writes) == (1 + 3 + 2, 1)


@pytest.mark.parametrize("support", ["full", "refused", "ignored"])
def test_a_mailbox_is_found_with_any_filter_support(tenant: Tenant, support: str) -> None:
    tenant.begin(150, filter_support=support)
    assert tenant.box(extension_number="80101" if "80101" in _stored(tenant) else "8101", name="Found")["changed"]
    found = [box["name"] for box in tenant.directory.boxes.collection.values()]
    assert found.count("Found") == 1
    assert len(found) == 150
    result = tenant.mailbox(mailbox="1140", notify=True)
    assert result["changed"]
    assert tenant.stored_user("1140")["enable_voicemail_notify"] is True


def test_new_mailboxes_cost_one_write_and_one_read(tenant: Tenant) -> None:
    tenant.begin(50)
    wanted = [{"extension_number": str(9000 + place), "name": f"Desk {place}", "pin": PIN} for place in range(40)]
    result = tenant.boxes(*wanted)
    assert result["summary"]["create"] == 40
    # One list before, and one after, which reveals duplicates of other clients.
    assert (tenant.sent("GET", LIST), tenant.sent("GET", LIST + "/.+"), tenant.writes) == (2, 40, 40)
    assert result["summary"]["requests"] == 1 + 2 + 80


def test_personal_mailboxes_are_read_individually(tenant: Tenant) -> None:
    tenant.begin(30)
    wanted = [{"mailbox": str(1001 + place), "notify": False} for place in range(20)]
    assert not tenant.mailboxes(*wanted)["changed"]
    assert (tenant.sent("GET", "/api/users"), tenant.sent("GET", "/api/users/.+")) == (1, 20)


@pytest.mark.parametrize("change", ["add", "remove"])
@pytest.mark.parametrize("before", [3, 4])
def test_a_changed_list_is_read_again(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, before: int, change: str
) -> None:
    tenant.begin(250, default_order="reverse")
    boxes = tenant.directory.boxes.collection

    def happen() -> None:
        if change == "remove":
            # A row of the first page, so that the following rows move up by one.
            tenant.directory.remove_box(list(boxes)[-1])
        else:
            tenant.directory.add_box({**next(iter(boxes.values())), "id": "1", "extension_number": "9999"})

    tenant.before_request(monkeypatch, before, happen)
    assert {box["extension_number"] for box in _read(tenant)} == _stored(tenant)
    assert tenant.sent("GET") > 3


def test_a_list_that_always_changes_is_an_error(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.begin(150)
    boxes = tenant.directory.boxes.collection
    simulation = tenant.server.simulation

    def add() -> None:
        number = str(9000 + len(boxes))
        tenant.directory.add_box({**next(iter(boxes.values())), "id": number, "extension_number": number})

    monkeypatch.setattr(simulation, "faults", Intervention(simulation.faults, add))
    result = tenant.boxes(BOX, prune=True, max_delete_percent=100, max_deletions=1000)
    assert result["error"]["kind"] == "transport"
    assert "the listing changed" in result["msg"]
    assert tenant.writes == 0


def test_two_mailboxes_with_one_number_are_reported(tenant: Tenant) -> None:
    tenant.begin(2, filter_support="ignored")
    first = next(iter(tenant.directory.boxes.collection.values()))
    tenant.directory.boxes.add({**first, "id": "123456789012345678"})
    for run in (tenant.boxes, lambda box: tenant.box(**box)):
        result = run({"extension_number": first["extension_number"], "name": "One"})
        assert result["failed"]
        assert f"{first['id']} and 123456789012345678" in result["msg"]
        assert tenant.writes == 0


@pytest.mark.parametrize("shape", ["digits", "base64"])
@pytest.mark.parametrize("missing", ["400", "404"])
def test_an_id_finds_its_mailbox_or_none(tenant: Tenant, missing: str, shape: str) -> None:
    tenant.begin(2, missing_read_status=missing, id_shape=shape)
    (box_id,) = [key for key, box in tenant.directory.boxes.collection.items() if box["extension_number"] == "8002"]
    assert tenant.box(id=box_id, name="Found by id")["changed"]
    assert tenant.stored_boxes("8002")[0]["name"] == "Found by id"
    result = tenant.box(id="999999999999999999", name="Nobody")
    assert "999999999999999999: `id` does not belong to a shared voicemail" in result["msg"]
    assert not tenant.box(id="999999999999999999", state="absent")["changed"]
    assert tenant.writes == 0
