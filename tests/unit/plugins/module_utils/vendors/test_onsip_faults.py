# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OnSIP driver under lost requests and replies, expired sessions and concurrent changes."""

from __future__ import annotations

import typing as t

import pytest
from helpers.onsip_tenant import BOX, OTHER_PIN, PIN, STORED, Tenant
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.onsip import SimulatedOnsip

VENDOR = "onsip"
USER = "avery@example.onsip.com"
ATTACHED = BOX | {"onsip": BOX["onsip"] | {"attach": {"user_address": USER}}}
FAULTS = ("lost_reply", "reset_before", "truncated", "status:503", "status:429", "html", "html:502")


@pytest.fixture
def tenant(no_waiting: None, server: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    monkeypatch.setattr(server.vendor, "perform", server.vendor.perform)
    return Tenant(server)


def settle(tenant: Tenant, fault: str, box: dict[str, t.Any], stored: dict[str, t.Any] | None, number: str) -> None:
    """Apply a box under a fault. The result is correct, or the run failed and the next one corrects it."""
    tenant.server.faults.set([fault])
    struck = tenant.one(**box, retry_budget=1)
    tenant.server.faults.set([])
    assert tenant.server.vendor.state.boxes.keys() >= {"50101"}
    if not struck.get("failed"):
        assert tenant.stored(number) == stored
    repaired = tenant.one(**box)
    assert repaired.get("msg") is None
    assert tenant.stored(number) == stored
    assert tenant.one(**box)["changed"] is False
    assert tenant.writes == 0


@pytest.mark.parametrize("skip", range(9))
@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_at_any_request(tenant: Tenant, fault: str, skip: int) -> None:
    tenant.begin(1)
    fault = f"{fault},count=1,skip={skip}"
    settle(tenant, fault, ATTACHED, STORED, "7011")
    assert tenant.default_address(USER) == "vm.avery@example.onsip.com"
    settle(tenant, fault, {"mailbox": "7011", "pin": OTHER_PIN}, STORED | {"Password": OTHER_PIN}, "7011")
    settle(tenant, fault, {"mailbox": "7011", "state": "absent"}, None, "7011")


@pytest.mark.parametrize("skip", range(6))
@pytest.mark.parametrize("fault", ["lost_reply", "reset_before", "truncated"])
def test_a_hidden_pin_is_never_assumed_to_be_written(tenant: Tenant, fault: str, skip: int) -> None:
    tenant.begin(1, pin_in_replies="masked")
    tenant.one(**BOX)
    changed = {"mailbox": "7011", "pin": OTHER_PIN, "update_pin": "always"}
    tenant.server.faults.set([f"{fault},count=1,skip={skip}"])
    struck = tenant.one(**changed)
    tenant.server.faults.set([])
    assert struck.get("failed") or tenant.stored("7011") == STORED | {"Password": OTHER_PIN}
    assert tenant.one(**changed).get("msg") is None
    assert tenant.stored("7011") == STORED | {"Password": OTHER_PIN}


@pytest.mark.parametrize(("skip", "made"), [(2, False), (3, True), (4, True)])
def test_a_failed_run_reports_possible_writes(tenant: Tenant, skip: int, made: bool) -> None:
    """Lose every reply from one on, so that the run cannot check whether the box was created."""
    tenant.begin()
    tenant.server.faults.set([f"lost_reply,skip={skip}"])
    result = tenant.one(**BOX)
    tenant.server.faults.set([])
    assert (result["failed"], result["changed"]) == (True, made)
    assert (tenant.stored("7011") is not None) is made


@pytest.mark.parametrize("fault", ["lost_reply", "reset_before", "status:503"])
def test_many_mailboxes_under_faults(tenant: Tenant, fault: str) -> None:
    boxes = [{"mailbox": str(2001 + position), "name": f"Box {position}", "pin": PIN} for position in range(25)]
    tenant.begin()
    for _run in range(20):
        tenant.server.faults.set([f"{fault},probability=0.2"])
        result = tenant.many(*boxes, retry_budget=1)
        tenant.server.faults.set([])
        numbers = [box["Mailbox"] for box in tenant.vendor.state.boxes.values()]
        assert len(numbers) == len(set(numbers)), "no box is created twice"
        if not result.get("failed"):
            break
    else:
        tenant.many(*boxes)
    assert tenant.many(*boxes)["changed"] is False
    assert {box["Password"] for box in tenant.vendor.state.boxes.values()} == {PIN}


@pytest.mark.parametrize("parameter", ["Password", "Mailbox", ""])
def test_a_refused_pin_is_not_reported_as_written(tenant: Tenant, parameter: str) -> None:
    """Create the box, refuse its Edit and hide the PIN. The run must fail and report its write."""
    tenant.begin(pin_in_replies="masked")
    find = tenant.vendor.boxes.find

    def refusing(call: t.Any) -> t.Any:
        if call.get("Password"):
            call.refuse(parameter, "Value.Invalid", f"The PIN {call.get('Password')} is too simple.")
            call.check()
        return find(call)

    tenant.vendor.boxes.find = refusing
    try:
        result = tenant.one(**BOX)
    finally:
        tenant.vendor.boxes.find = find
    assert (result["failed"], result["changed"]) == (True, True)
    assert "Value.Invalid" in result["msg"]
    assert parameter in result["msg"]


def test_an_ineffective_deletion_is_a_failure(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.begin(2)
    monkeypatch.setattr(tenant.vendor.state, "delete_box", lambda box: None)
    result = tenant.one(mailbox="1001", state="absent")
    assert result["failed"]
    assert "delete mailbox 1001: OnSIP reported success, but the box still exists" in result["msg"]


@pytest.mark.parametrize("behaviors", [{"login_lock": 5}, {"login_lock": 1}, {"login_lock": 0}])
def test_a_refused_login_is_not_retried(tenant: Tenant, behaviors: dict[str, t.Any]) -> None:
    tenant.begin(5, **behaviors)
    boxes = [{"mailbox": str(1001 + position), "announce_caller": True} for position in range(5)]
    result = tenant.many(*boxes, password="not the password", retry_budget=5)
    assert (result["error"]["kind"], tenant.actions) == ("auth", ["SessionCreate"])
    assert "not the password" not in str(result["msg"])


def test_the_error_of_a_locked_login_names_its_duration(tenant: Tenant) -> None:
    tenant.begin(login_lock=1)
    tenant.one(mailbox="7011", name="Avery", password="not the password")
    assert "Wait 10 minutes" in tenant.one(mailbox="7011", name="Avery")["msg"]
    assert tenant.actions == ["SessionCreate"]


def test_a_lost_session_is_renewed_once(tenant: Tenant) -> None:
    tenant.begin(20)
    boxes = [{"mailbox": str(1001 + position), "announce_caller": True} for position in range(20)]
    tenant.server.behaviors.set("drop_session_before_call", 9)
    assert tenant.many(*boxes)["summary"]["update"] == 20
    assert tenant.sent("SessionCreate") == 2
    assert tenant.vendor.state.sessions == {}, "the session is ended"


@pytest.mark.parametrize(
    "options",
    [
        {"mailboxes": [{"mailbox": "7011", "name": "Avery", "onsip": {"username": "avery"}}]},
        {"mailboxes": [{"mailbox": "7011"}]},
        {"mailboxes": [{"mailbox": "1001"}], "prune": True},
        {"mailboxes": [{"mailbox": "1001", "announce_caller": True}], "expect_checksum": "0" * 64},
    ],
    ids=["refused by the service", "refused by the driver", "stopped by a guard", "stopped by the review"],
)
def test_the_session_is_also_ended_after_a_failure(tenant: Tenant, options: dict[str, t.Any]) -> None:
    tenant.begin(4)
    assert tenant.run("vmboxes", **options)["failed"]
    assert (tenant.actions[0], tenant.actions[-1]) == ("SessionCreate", "SessionDestroy")
    assert tenant.vendor.state.sessions == {}


def test_a_given_session_is_used_and_not_ended(tenant: Tenant) -> None:
    tenant.begin(2)
    key = "k3v9q0t7m2h5d8r1c6s4b0n7j2"
    session = {"SessionId": key, "UserId": "40021", "used": tenant.server.clock.now()}
    tenant.vendor.state.sessions[key] = session
    given = {"username": None, "password": None, "token": key}
    assert tenant.one(mailbox="1001", announce_caller=True, **given)["changed"] is True
    assert tenant.sent("SessionCreate", "SessionDestroy") == 0
    tenant.vendor.state.sessions.clear()
    lost = tenant.one(mailbox="1001", announce_caller=False, **given)
    assert (lost["error"]["kind"], tenant.actions) == ("expired", ["OrganizationRead"])


def test_mailboxes_deleted_during_a_list_are_handled(tenant: Tenant) -> None:
    tenant.begin(1200)
    perform = tenant.vendor.perform

    def deleting(name: str, call: t.Any) -> t.Any:
        if name == "VoicemailboxBrowse" and tenant.sent(name) == 1:
            for number in ("1001", "1002", "1003"):
                tenant.vendor.state.delete_box(
                    tenant.vendor.state.box_of_number(SimulatedOnsip.ORGANIZATION_ID, number)
                )
        return perform(name, call)

    tenant.vendor.perform = deleting
    found = tenant.run("vmbox_info")["mailboxes"]
    assert [box["mailbox"] for box in found] == [str(number) for number in range(1004, 2201)]


def test_a_list_that_always_changes_is_an_error(tenant: Tenant) -> None:
    tenant.begin(1200)
    perform = tenant.vendor.perform

    def deleting(name: str, call: t.Any) -> t.Any:
        if name == "VoicemailboxBrowse" and call.get("Offset") != "0":
            tenant.vendor.state.delete_box(next(iter(tenant.vendor.state.boxes.values())))
        return perform(name, call)

    tenant.vendor.perform = deleting
    result = tenant.run("vmbox_info")
    assert (result["error"]["kind"], tenant.sent("VoicemailboxBrowse")) == ("transport", 6)
