# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attach OnSIP users to a mailbox, which records their unanswered calls."""

from __future__ import annotations

import typing as t

import pytest
from helpers.onsip_tenant import Tenant
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.onsip.call import NotPermitted

VENDOR = "onsip"


AVERY, ROBIN = "avery@example.onsip.com", "robin@example.onsip.com"
BOX_ADDRESS = "vm.7011@example.onsip.com"


@pytest.fixture(params=["addresses shown", "addresses hidden"])
def tenant(
    no_waiting: None, request: pytest.FixtureRequest, server: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> Tenant:
    """Yield a service with, and one without, the undocumented action that returns the addresses of mailboxes."""
    monkeypatch.setattr(server.vendor, "perform", server.vendor.perform)
    if request.param == "addresses hidden":

        def refused(call: t.Any) -> t.Any:
            raise NotPermitted

        monkeypatch.setitem(server.vendor._guarded_actions, "VoicemailAddressBrowse", refused)
    return Tenant(server)


def attach(tenant: Tenant, check: bool = False, number: str = "7011", **options: t.Any) -> dict[str, t.Any]:
    result = tenant.one(check=check, mailbox=number, name="Avery Quill", onsip={"attach": options or None})
    assert result.get("msg") is None
    return result


def test_a_user_is_attached_changed_moved_and_detached(tenant: Tenant) -> None:
    tenant.begin()
    for options, fields in (
        ({"user_address": AVERY}, None),
        ({"user_address": AVERY, "timeout": 35, "name": "Front desk"}, ["onsip.attach.name", "onsip.attach.timeout"]),
        ({"user_address": ROBIN, "user_id": "40078"}, ["onsip.attach.user_address"]),
    ):
        predicted = attach(tenant, check=True, **options)
        assert tenant.writes == 0
        done = attach(tenant, **options)
        assert predicted["changed_fields"] == done["changed_fields"]
        assert predicted["mailbox"] | {"id": None} == done["mailbox"] | {"id": None}
        assert done["changed_fields"] == (fields or ["name", "onsip.attach.user_address"])
        assert tenant.default_address(options["user_address"]) == BOX_ADDRESS
        assert (attach(tenant, **options)["changed"], tenant.writes) == (False, 0)
    user = tenant.vendor.state.user_addresses[AVERY]
    assert (user["Timeout"], user["Address"]["Name"]) == ("35", "Front desk")
    # Only the declared user is managed. Null refers to all users.
    assert tenant.default_address(AVERY) == BOX_ADDRESS
    assert attach(tenant)["changed_fields"] == ["onsip.attach.user_address"]
    assert (tenant.default_address(AVERY), tenant.default_address(ROBIN)) == (None, None)
    assert user["Timeout"] == "35"
    assert (attach(tenant)["changed"], tenant.writes) == (False, 0)


def test_other_settings_of_a_user_are_kept(tenant: Tenant) -> None:
    tenant.begin()
    users = tenant.vendor.state.user_addresses
    before = users[AVERY] | {"Timeout": "45"}
    users[AVERY] = before
    attach(tenant, user_address=AVERY)
    after = users[AVERY]
    assert after["Address"] | {"Modified": ""} == before["Address"] | {"Modified": ""}
    moving = ("Address", "DefaultAddress")
    assert {name: after[name] for name in after if name not in moving} == {
        name: before[name] for name in before if name not in moving
    }


def test_users_are_read_only_if_declared(tenant: Tenant) -> None:
    tenant.begin(3)
    tenant.one(mailbox="1001", announce_caller=True)
    assert tenant.sent("UserAddressRead", "UserAddressBrowse", "VoicemailAddressBrowse") == 0
    assert "'attach'" not in str(tenant.run("vmbox_info")["mailboxes"])


def test_many_users_are_read_with_one_list(tenant: Tenant) -> None:
    tenant.begin(40)
    boxes = [
        {
            "mailbox": str(number),
            "onsip": {"username": f"vm.user{number}", "attach": {"user_address": f"user{number}@example.onsip.com"}},
        }
        for number in range(1001, 1041)
    ]
    assert tenant.many(*boxes)["changed"] is False
    assert len(tenant.actions) == 5
    boxes[3]["onsip"]["attach"]["timeout"] = 45
    assert tenant.many(*boxes)["summary"]["update"] == 1
    # One read to check the planned state, and one for the values that the write must repeat.
    assert (tenant.sent("VoicemailboxRead"), tenant.sent("UserAddressRead"), tenant.writes) == (1, 2, 1)


def test_a_mailbox_in_use_is_detached_before_its_deletion(tenant: Tenant) -> None:
    tenant.begin(delete_in_use="refused")
    attach(tenant, user_address=AVERY)
    refused = tenant.one(mailbox="7011", state="absent")
    assert (refused["failed"], refused["changed"]) == (True, False)
    assert "Voicemailbox.InUse" in refused["msg"]
    assert "onsip.attach" in refused["msg"]
    for options in (None, {"user_address": AVERY}):
        attach(tenant, user_address=AVERY)
        assert tenant.one(mailbox="7011", state="absent", onsip={"attach": options})["changed"] is True
        assert (tenant.stored("7011"), tenant.default_address(AVERY)) == (None, None)


def test_invalid_attachments_are_reported_before_any_write(tenant: Tenant) -> None:
    tenant.begin(2)
    for number, options, reported in (
        ("1001", {"user_address": "nobody@example.onsip.com"}, "nobody@example.onsip.com"),
        ("1001", {"timeout": 30}, "`onsip.attach.timeout` cannot be set without `onsip.attach.user_address`"),
        ("1001", {"user_address": "avery"}, "must be a SIP address"),
        ("1001", {"user_address": AVERY, "timeout": None}, "`onsip.attach.timeout` cannot be cleared"),
    ):
        result = tenant.one(mailbox=number, onsip={"attach": options})
        assert (result["failed"], tenant.writes) == (True, 0)
        assert reported in result["msg"]
    twice = tenant.many(
        *({"mailbox": number, "onsip": {"attach": {"user_address": AVERY}}} for number in ("1001", "1002"))
    )
    assert (twice["failed"], tenant.writes) == (True, 0)
    assert "1001" in twice["msg"]
    assert "1002" in twice["msg"]


def test_a_user_of_another_mailbox_is_refused(tenant: Tenant) -> None:
    tenant.begin(1)
    result = tenant.one(
        mailbox="1001", onsip={"username": "vm.user1001", "attach": {"user_address": AVERY, "user_id": "99"}}
    )
    assert result["failed"]
    assert "UserId" in result["msg"]
    assert tenant.default_address(AVERY) is None


@pytest.mark.parametrize("options", [{"user_address": ROBIN}, None])
def test_a_concurrently_moved_user_is_not_changed(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, options: dict[str, t.Any] | None
) -> None:
    tenant.begin(3)
    tenant.one(mailbox="7011", name="Avery Quill")
    if options is None:
        attach(tenant, user_address=ROBIN)
    users, perform = tenant.vendor.state.user_addresses, tenant.vendor.perform

    def moved_by_somebody_else(name: str, call: t.Any) -> t.Any:
        # The first read of the mailbox after the plan. Users to detach are listed, and read last.
        if name == ("VoicemailboxRead" if options else "UserAddressRead"):
            users[ROBIN] = users[ROBIN] | {"DefaultAddress": {"Username": "vm.1002", "Domain": "example.onsip.com"}}
        return perform(name, call)

    monkeypatch.setattr(tenant.vendor, "perform", moved_by_somebody_else)
    result = tenant.one(mailbox="7011", onsip={"attach": options})
    assert result["failed"], result
    assert result["error"]["kind"] == "conflict"
    assert "`onsip.attach.user_address`: somebody else" in result["msg"]
    assert tenant.default_address(ROBIN) == "vm.1002@example.onsip.com"


def test_the_user_of_a_mailbox_is_read_on_request(tenant: Tenant) -> None:
    tenant.begin()
    attach(tenant, user_address=AVERY)
    shown = {
        box["mailbox"]: box.get("onsip", {}).get("attach")
        for box in tenant.run("vmbox_info", include_options=["onsip.attach"])["mailboxes"]
    }
    assert shown["7011"]["user_address"] == AVERY
    assert all("attach" not in box.get("onsip", {}) for box in tenant.run("vmbox_info")["mailboxes"])
    assert (attach(tenant, **shown["7011"])["changed"], tenant.writes) == (False, 0)
    attach(tenant, user_address=ROBIN)
    (box,) = tenant.run("vmbox_info", mailbox="7011", include_options=["onsip.attach"])["mailboxes"]
    assert "attach" not in box.get("onsip", {}), "no declaration names two users"
