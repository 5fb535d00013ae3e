# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PortSIP driver under failures of network and PBX: the result is correct, or the run fails and the next one
repairs it."""

from __future__ import annotations

import typing as t

import pytest
from helpers.portsip_tenant import BOX, PIN, STORED_BOX, Tenant
from voicemail_simulator.server import SimulatorServer

VENDOR = "portsip"
FAULTS = (
    "lost_reply,count=1",
    "reset_before,count=1",
    "truncated,count=1",
    "timeout:1,count=1",
    "status:500,count=1",
    "status:502,count=1",
    "status:503,count=1,retry_after=0",
    "status:429,count=1,retry_after=0",
    "html:502,count=1",
    "html,count=1",
)
#: Initial boxes, the declaration, and the expected stored boxes.
WORK: dict[str, tuple[list[dict[str, t.Any]], dict[str, t.Any], list[dict[str, t.Any]]]] = {
    "create": ([], BOX, [STORED_BOX]),
    "update": ([{**BOX, "name": "Old", "recipients": []}], BOX, [STORED_BOX]),
    "delete": ([BOX], {"extension_number": "8500", "state": "absent"}, []),
}
PATHS = {"create": "shared_voicemails$", "update": "shared_voicemails/[^/]+$", "delete": "/destroy$"}


@pytest.fixture
def tenant(server: SimulatorServer, no_waiting: None) -> Tenant:
    return Tenant(server).begin()


def _settled(
    tenant: Tenant, declared: dict[str, t.Any], stored: list[dict[str, t.Any]], first: dict[str, t.Any]
) -> None:
    """Check that the first run succeeded, or failed and a second one succeeds. A further run changes nothing."""
    tenant.server.faults.set([])
    if first.get("failed"):
        assert first["msg"]
        repaired = tenant.boxes(declared)
        assert not repaired.get("failed"), repaired["msg"]
    assert tenant.stored_boxes("8500") == stored
    again = tenant.boxes(declared)
    assert not again["changed"]
    assert tenant.writes == 0


@pytest.mark.parametrize("missing", ["400", "404"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("work", WORK)
def test_a_write_that_fails_once_is_repaired(tenant: Tenant, work: str, fault: str, missing: str) -> None:
    tenant.begin(2, missing_read_status=missing, missing_destroy="documented" if missing == "404" else "swapped")
    begin, declared, stored = WORK[work]
    assert not tenant.boxes(*begin).get("failed")
    tenant.server.faults.set([f"{fault},method=POST,path={PATHS[work]}"])
    result = tenant.boxes(declared, timeout=0.5, retry_budget=5)
    if fault.startswith(("lost_reply", "status:429", "reset_before", "truncated")):
        assert not result.get("failed"), result["msg"]
        assert result["changed"]
    _settled(tenant, declared, stored, result)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("work", WORK)
def test_a_read_that_fails_once_is_retried(tenant: Tenant, work: str, fault: str) -> None:
    begin, declared, stored = WORK[work]
    tenant.begin(2).boxes(*begin)
    tenant.server.faults.set([f"{fault},method=GET"])
    result = tenant.boxes(declared, timeout=0.5, retry_budget=5)
    if not fault.startswith("html,"):
        assert not result.get("failed"), result["msg"]
    _settled(tenant, declared, stored, result)


@pytest.mark.parametrize("fault", ["stale_listing", "stale_listing:2"])
@pytest.mark.parametrize("work", WORK)
def test_a_stale_list_is_handled(tenant: Tenant, work: str, fault: str) -> None:
    begin, declared, stored = WORK[work]
    tenant.begin(2).boxes(*begin)
    tenant.server.faults.set([f"{fault},count=1,path=shared_voicemails$,method=GET"])
    result = tenant.boxes(declared, retry_budget=5)
    if work == "delete" and not result["changed"]:
        # A box missing from the list cannot be deleted. The next run finds it.
        result = tenant.boxes(declared)
    _settled(tenant, declared, stored, result)


@pytest.mark.parametrize("work", WORK)
def test_a_broken_server_is_reported(tenant: Tenant, work: str) -> None:
    begin, declared, stored = WORK[work]
    tenant.begin(2).boxes(*begin)
    tenant.server.faults.set([f"status:503,method=POST,path={PATHS[work]}"])
    result = tenant.boxes(declared)
    assert result["failed"]
    assert "shared voicemail 8500" in result["msg"]
    assert "503" in result["msg"]
    _settled(tenant, declared, stored, result)


@pytest.mark.parametrize("status", ["403", "429", "503"])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_rate_limit_is_reported_and_a_later_run_succeeds(tenant: Tenant, status: str, limit: int) -> None:
    tenant.begin(2, rate_limit=limit, rate_limit_status=status, rate_limit_retry_after=True)
    tenant.server.simulation.clock.advance(60)
    result = tenant.boxes(BOX)
    assert result["failed"]
    tenant.server.behaviors.set("rate_limit", 0)
    _settled(tenant, BOX, [STORED_BOX], result)


@pytest.mark.parametrize("destroyed", ["documented", "swapped"])
@pytest.mark.parametrize("missing", ["400", "404"])
@pytest.mark.parametrize("work", ["update", "delete"])
def test_a_mailbox_that_disappears_before_its_write(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, work: str, missing: str, destroyed: str
) -> None:
    begin, declared, stored = WORK[work]
    tenant.begin(2, missing_read_status=missing, missing_destroy=destroyed).boxes(*begin)
    (key,) = [key for key, box in tenant.directory.boxes.collection.items() if box["extension_number"] == "8500"]
    at = 3 if work == "update" else 4
    tenant.before_request(monkeypatch, at, lambda: tenant.directory.remove_box(key))
    result = tenant.boxes(declared)
    assert result.get("failed", False) == (work == "update")
    _settled(tenant, declared, stored, result)


@pytest.mark.parametrize("taken", ["400", "409"])
def test_a_mailbox_created_concurrently_is_adopted(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, taken: str) -> None:
    tenant.begin(1, number_taken_status=taken)
    other = next(iter(tenant.directory.boxes.collection.values()))
    somebody = {**other, "id": "123456789012345678", "extension_number": "8500"}
    tenant.before_request(monkeypatch, 3, lambda: tenant.directory.add_box(somebody))
    _settled(tenant, BOX, [STORED_BOX], tenant.boxes(BOX))


@pytest.mark.parametrize("fault", ["lost_reply,probability=0.3", "status:503,probability=0.3,retry_after=0"])
def test_many_mailboxes_on_an_unreliable_network(tenant: Tenant, fault: str) -> None:
    tenant.begin(20)
    wanted = [{"extension_number": str(9000 + place), "name": f"Desk {place}", "pin": PIN} for place in range(40)]
    tenant.server.faults.set([f"{fault},path=shared_voicemails"])
    tenant.boxes(*wanted, retry_budget=10)
    tenant.server.faults.set([])
    result = tenant.boxes(*wanted)
    assert not result.get("failed"), result["msg"]
    numbers = [box["extension_number"] for box in tenant.directory.boxes.collection.values()]
    assert len(numbers) == len(set(numbers)) == 60
    assert not tenant.boxes(*wanted)["changed"]


def test_a_lost_reply_to_a_personal_mailbox_write(tenant: Tenant) -> None:
    tenant.begin(2)
    tenant.server.faults.set(["lost_reply,count=1,method=POST,path=/users/"])
    result = tenant.mailbox(mailbox="1001", notify=True, retry_budget=5)
    assert not result.get("failed"), result["msg"]
    assert result["changed"]
    assert tenant.stored_user("1001")["enable_voicemail_notify"] is True


def test_a_mailbox_with_messages_is_not_deleted(tenant: Tenant) -> None:
    tenant.begin(3, 4)
    gone = {"extension_number": "8002", "state": "absent"}
    for result in (tenant.box(**gone), tenant.boxes(gone)):
        assert result["error"]["kind"] == "unsafe"
        assert "8002 (4)" in result["msg"]
        assert tenant.writes == 0
    assert tenant.boxes(gone, delete_messages=True)["changed"]
    assert tenant.stored_boxes("8002") == []
    kept = [{"extension_number": "8001"}]
    result = tenant.boxes(*kept, prune=True, max_delete_percent=100)
    assert "8003 (4)" in result["msg"]
    assert tenant.boxes(*kept, prune=True, max_delete_percent=100, delete_messages=True)["changed"]
    assert tenant.stored_boxes("8003") == []
