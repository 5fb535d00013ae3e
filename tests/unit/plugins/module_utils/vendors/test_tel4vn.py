# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TEL4VN driver against the simulated tenant, under every behavior: the result is correct, or an error is reported
and the next run repairs it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.tel4vn import session
from helpers.tel4vn_tenant import BOX, OTHER_PIN, PIN, STORED, Tenant
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.tel4vn import SimulatedTel4vn, mailboxes

VENDOR = "tel4vn"
CHANGED = {
    "mailbox": "7011",
    "pin": OTHER_PIN,
    "emails": ["casey@example.com"],
    "after_email": "delete",
    "enabled": False,
    "description": "Back office",
}
STORED_CHANGED = {
    "password": OTHER_PIN,
    "mail_to": "casey@example.com",
    "local_after_email": False,
    "enabled": False,
    "description": "Back office",
}
CLEARED = {"mailbox": "7011", "emails": [], "description": None, "after_email": "keep", "enabled": True}
STORED_CLEARED = {
    "password": OTHER_PIN,
    "mail_to": "",
    "local_after_email": True,
    "enabled": True,
    "description": "",
}
#: A mailbox that receives messages is not deleted, so its lifecycle is incomplete.
NUMBERS = {"default_limit": (1, 50), "max_limit": (1, 2, 50), "token_ttl": (30, 90), "arriving_messages": ()}
#: A refusal that looks like a gateway error has no reason, not even that a box does not exist.
LOUD = {("error_shape", "html_502")}


def _behavior_values() -> list[tuple[str, t.Any]]:
    pairs = []
    for behavior in SimulatedTel4vn.behavior_definitions:
        choices = (
            (True, False)
            if behavior.accepts is bool
            else NUMBERS[behavior.name]
            if behavior.accepts is int
            else behavior.accepts
        )
        pairs.extend((behavior.name, value) for value in choices)
    return pairs


@pytest.fixture
def tenant(server: SimulatorServer, no_waiting: None) -> Tenant:
    return Tenant(server).begin()


def _twice(tenant: Tenant, box: dict[str, t.Any], one: bool, loud: bool, stored: list[dict[str, t.Any]]) -> None:
    """Declare a box twice: the first run applies the declaration, and the second one writes nothing."""

    def declare() -> dict[str, t.Any]:
        # One of several boxes is found in the list, and a single one by its address.
        return tenant.one(**box) if one else tenant.many(box, {"mailbox": "1001"})

    result = declare()
    if loud and result.get("failed"):
        result = declare()
        if result.get("failed"):
            # Its address never reveals whether a box exists, so a single box can never be created.
            assert one
            return
    else:
        assert result["changed"] is True, result.get("msg")
    assert not result.get("failed"), result["msg"]
    assert tenant.stored("7011") == stored
    again = declare()
    assert not again.get("failed"), again["msg"]
    assert again["changed"] is False
    assert tenant.writes == 0


@pytest.mark.parametrize("one", [True, False], ids=["alone", "among others"])
@pytest.mark.parametrize(
    ("behavior", "value"), [pair for pair in _behavior_values() if pair != ("password_visible", "masked")]
)
def test_the_lifecycle_of_a_mailbox_under_every_behavior(
    tenant: Tenant, behavior: str, value: t.Any, one: bool
) -> None:
    tenant.begin(mailboxes=3, **{behavior: value})
    loud = (behavior, value) in LOUD
    for box, stored in ((BOX, [STORED]), (CHANGED, [STORED_CHANGED]), (CLEARED, [STORED_CLEARED])):
        _twice(tenant, box, one, loud, stored)
    gone = {"mailbox": "7011", "state": "absent"}
    if (behavior, value) == ("total", "high"):
        # The server counts messages that it does not list, so the mailbox may not be empty.
        assert "contain messages, which would be lost: 7011 (7)" in tenant.one(**gone)["msg"]
        gone["delete_messages"] = True
    _twice(tenant, gone, one, loud, [])
    assert len(tenant.vendor.state.boxes) == 3


def test_a_gateway_page_instead_of_a_refusal_creates_no_mailbox(tenant: Tenant) -> None:
    tenant.begin(error_shape="html_502")
    result = tenant.one(**BOX)
    assert result["failed"] is True
    assert result["error"]["status"] == 502
    assert tenant.writes == 0
    tenant.server.behaviors.set("error_shape", "text")
    assert tenant.one(**BOX)["changed"] is True


@pytest.mark.parametrize("one", [True, False], ids=["alone", "among others"])
def test_a_hidden_pin_is_never_sent_back(tenant: Tenant, one: bool) -> None:
    tenant.begin(mailboxes=3, password_visible="masked")
    always = {"update_pin": "always"}

    def declare(box: dict[str, t.Any]) -> dict[str, t.Any]:
        return tenant.one(**box) if one else tenant.many(box, {"mailbox": "1001"})

    assert declare(BOX)["changed"] is True
    assert tenant.stored("7011") == [STORED]
    again = declare(BOX)
    assert again["changed"] is False
    assert tenant.writes == 0
    assert "does not show the pin" in "".join(again["warnings"])
    refused = declare(CHANGED)
    assert refused["failed"] is True
    assert "`update_pin`" in refused["msg"]
    assert tenant.writes == 0
    assert declare(CHANGED | always)["changed"] is True
    assert tenant.stored("7011") == [STORED_CHANGED]


@pytest.mark.parametrize("conflict", ["400", "409", "update"])
@pytest.mark.parametrize("status", ["real", "200"])
def test_a_concurrently_created_mailbox_is_adopted(tenant: Tenant, conflict: str, status: str) -> None:
    tenant.begin(create_conflict=conflict, error_status=status)
    tenant.vendor.add_box("7011", description="of another client")
    tenant.server.faults.set(["stale_listing,path=/voicemail$"])
    result = tenant.many(BOX, {"mailbox": "7012", "state": "absent"})
    assert not result.get("failed"), result["msg"]
    assert tenant.stored("7011") == [STORED]
    tenant.server.faults.set([])
    assert tenant.many(BOX)["changed"] is False


def test_a_mailbox_missing_from_a_stale_list_is_not_created_twice(tenant: Tenant) -> None:
    tenant.begin(create_conflict="duplicate")
    before = tenant.vendor.add_box("7011")
    tenant.server.faults.set(["stale_listing,path=/voicemail$,count=2"])
    result = tenant.many(BOX, {"mailbox": "7012", "state": "absent"})
    assert not result.get("failed"), result["msg"]
    assert list(tenant.vendor.state.boxes) == [before["id"]]
    assert result["summary"]["update"] == 1


def test_a_duplicate_number_is_an_error_of_the_next_run(tenant: Tenant) -> None:
    tenant.begin(create_conflict="duplicate")
    for _twin in range(2):
        tenant.vendor.add_box("7011")
    for state in ("present", "absent"):
        result = tenant.many(BOX | {"state": state}, {"mailbox": "7012", "state": "absent"})
        assert result["failed"] is True
        assert all(box_id in result["msg"] for box_id in tenant.vendor.state.boxes)
        assert tenant.writes == 0


def test_an_ambiguous_deletion_is_refused(tenant: Tenant) -> None:
    tenant.vendor.add_box("7010")
    twins = [tenant.vendor.add_box("7011")["id"] for _twin in range(2)]
    for check in (True, False):
        result = tenant.one(mailbox="7011", state="absent", check=check)
        assert result["failed"] is True
        assert all(twin in result["msg"] for twin in twins)
        assert tenant.writes == 0
    assert tenant.one(id=twins[1], state="absent")["changed"] is True
    assert tenant.one(mailbox="7011", state="absent")["changed"] is True
    assert tenant.one(mailbox="7011", state="absent")["changed"] is False
    assert [box["extension"] for box in tenant.vendor.state.boxes.values()] == ["7010"]


def test_a_list_reveals_duplicates_of_a_single_mailbox(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.vendor.add_box("7011")
    tenant.vendor.add_box("7011")
    # If a server returns another number, such as 07011 for 7011, the list decides.
    monkeypatch.setattr(tenant.vendor.state, "box_of_extension", lambda extension: tenant.vendor.add_box("07011"))
    result = tenant.one(mailbox="7011", enabled=True)
    assert result["failed"] is True
    assert all(box_id in result["msg"] for box_id in list(tenant.vendor.state.boxes)[:2])


def test_a_pin_missing_from_replies_is_unknown(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(behaviors: t.Any, box: dict[str, t.Any]) -> dict[str, t.Any]:
        return {name: value for name, value in box.items() if name != "password"}

    monkeypatch.setattr(mailboxes, "shown_box", shown)
    assert tenant.one(**BOX)["changed"] is True
    again = tenant.one(**BOX)
    assert again["changed"] is False
    assert "does not show the pin" in "".join(again["warnings"])


def test_a_creation_with_a_lost_reply_is_looked_up(tenant: Tenant) -> None:
    for fault in ("lost_reply", "truncated", "reset_after"):
        tenant.begin()
        tenant.server.faults.set([f"{fault},method=POST,path=/voicemail$,count=1"])
        result = tenant.many(BOX)
        assert not result.get("failed"), result["msg"]
        assert result["changed"] is True, result.get("msg")
        assert tenant.sent("POST") == 1
        assert tenant.stored("7011") == [STORED]
        assert tenant.many(BOX)["changed"] is False


@pytest.mark.parametrize("fault", ["reset_before", "html", "html:502", "status:504"])
def test_a_creation_possibly_in_progress_is_not_retried(tenant: Tenant, fault: str) -> None:
    tenant.server.faults.set([f"{fault},method=POST,path=/voicemail$,count=1"])
    result = tenant.many(BOX)
    assert result["failed"] is True
    assert tenant.sent("POST") == 1
    assert tenant.many(BOX)["changed"] is True
    assert tenant.stored("7011") == [STORED]


@pytest.mark.parametrize("status", [500, 503])
def test_a_creation_with_a_server_error_is_looked_up_and_retried(tenant: Tenant, status: int) -> None:
    tenant.server.faults.set([f"status:{status},method=POST,path=/voicemail$,count=1"])
    assert tenant.many(BOX)["changed"] is True
    # The login, the list, the creation, four checks before it is repeated, because lists may lag, and the two pages of
    # the list that reveals duplicates of other clients.
    sent = [one["method"] for one in tenant.server.journal.entries()]
    assert sent == ["POST", "GET", "POST", "GET", "GET", "GET", "GET", "POST", "GET", "GET"]
    assert tenant.stored("7011") == [STORED]


@pytest.mark.parametrize("fault", ["lost_reply", "reset_before", "truncated", "status:500", "status:503", "html:502"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_writes_lost_in_transit_are_retried(tenant: Tenant, method: str, fault: str) -> None:
    tenant.many(BOX)
    tenant.server.faults.set([f"{fault},method={method},count=1"])
    box = CHANGED if method == "PUT" else {"mailbox": "7011", "state": "absent"}
    result = tenant.many(box, retry_budget=20)
    assert not result.get("failed"), result["msg"]
    assert result["changed"] is True
    assert tenant.stored("7011") == ([STORED_CHANGED] if method == "PUT" else [])
    assert tenant.many(box)["changed"] is False


def test_an_ineffective_success_is_a_failure(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.many(BOX)
    monkeypatch.setattr(tenant.vendor.state, "delete_box", lambda box: None)
    result = tenant.many({"mailbox": "7011", "state": "absent"})
    assert result["failed"] is True
    assert "reported success, but the box still exists" in result["msg"]
    call = session.Tel4vnSession.call

    def idle(self: t.Any, method: str, path: str, what: str, **request: t.Any) -> session.Envelope:
        if method == "GET":
            return call(self, method, path, what, **request)
        return session.Envelope(message=f"no licence, password {PIN}")

    monkeypatch.setattr(session.Tel4vnSession, "call", idle)
    made = tenant.many(BOX | {"mailbox": "7012"})
    assert "reported success, but created no box: no licence, password (hidden)" in made["msg"]
    changed = tenant.many(BOX | {"description": "Back office"})
    assert "did not apply `description`" in changed["msg"]


def test_undeclared_values_are_preserved(tenant: Tenant) -> None:
    """Check that a write, which replaces the whole box, repeats all values and the order of addresses."""
    tenant.begin(put_omitted="cleared", strip_spaces_mail_to=False)
    tenant.vendor.add_box("7011", password=PIN, mail_to="robin@Example.com, avery@example.com", local_after_email=None)
    result = tenant.one(mailbox="7011", description="Front desk")
    assert result["changed_fields"] == ["description"]
    assert tenant.stored("7011") == [STORED | {"mail_to": "robin@Example.com, avery@example.com"}]
    assert tenant.one(mailbox="7011", emails=["avery@example.com", "robin@example.com"])["changed"] is False


def test_a_pin_changed_by_its_owner_after_the_list_is_kept(tenant: Tenant) -> None:
    tenant.many(BOX)
    (box_id,) = tenant.vendor.state.boxes
    tenant.vendor.state.boxes[box_id] = tenant.vendor.state.boxes[box_id] | {"password": OTHER_PIN}
    tenant.server.faults.set(["stale_listing,path=/voicemail$"])
    tenant.many({"mailbox": "7011", "description": "Back office"}, {"mailbox": "7012", "state": "absent"})
    assert tenant.stored("7011") == [STORED | {"password": OTHER_PIN, "description": "Back office"}]


def test_an_update_of_a_deleted_mailbox_is_reported(tenant: Tenant) -> None:
    tenant.begin(mailboxes=2)
    tenant.vendor.state.delete_box(tenant.vendor.state.box_of_extension("1001"))
    tenant.server.faults.set(["stale_listing,path=/voicemail$"])
    result = tenant.many({"mailbox": "1001", "description": "x"}, {"mailbox": "1002"})
    assert result["failed"] is True
    assert "mailbox 1001: is gone" in result["msg"]
    assert len(tenant.vendor.state.boxes) == 1


def test_a_mailbox_without_an_enabled_state_is_enabled(tenant: Tenant) -> None:
    tenant.begin(bool_style="null_for_unset")
    tenant.vendor.add_box("7011", enabled=None)
    assert tenant.run("vmbox_info", mailbox="7011")["mailboxes"][0]["enabled"] is False
    assert tenant.one(mailbox="7011", enabled=True)["changed"] is True
    assert tenant.stored("7011")[0]["enabled"] is True


def test_null_restores_the_default_of_the_pbx(tenant: Tenant) -> None:
    tenant.many(CHANGED)
    nothing = {"mailbox": "7011", "emails": None, "after_email": None, "description": None}
    assert tenant.many(nothing)["changed"] is True
    assert tenant.stored("7011") == [STORED_CLEARED | {"enabled": False}]
    assert tenant.many(nothing)["changed"] is False


def test_messages_are_not_deleted_without_permission(tenant: Tenant) -> None:
    for total in ("exact", "low"):
        tenant.begin(mailboxes=2, messages=1, total=total)
        tenant.vendor.add_box("7011")
        boxes = [{"mailbox": number, "state": "absent"} for number in ("1001", "7011")]
        result = tenant.many(*boxes)
        assert result["failed"] is True
        assert "1001 (1)" in result["msg"]
        assert "7011" not in result["msg"]
        assert tenant.writes == 0
        for check in (True, False):
            allowed = tenant.many(*boxes, delete_messages=True, check=check)
            assert allowed["warnings"] == ["messages are lost with their boxes, 1 in all: 1001 (1)"]
            assert allowed["summary"]["delete"] == 2


def test_a_total_larger_than_the_rows_is_respected(tenant: Tenant) -> None:
    tenant.begin(mailboxes=2, messages=1, total="high")
    tenant.vendor.add_box("7011")
    result = tenant.many(*({"mailbox": number, "state": "absent"} for number in ("1001", "7011")))
    assert "1001 (8), 7011 (7)" in result["msg"]
    assert tenant.writes == 0


def test_delete_messages_requires_no_permission_to_read_them(tenant: Tenant) -> None:
    tenant.begin(mailboxes=1, messages=1)
    tenant.server.faults.set(["status:403,path=/voicemail/message$"])
    assert tenant.one(mailbox="1001", state="absent")["failed"] is True
    assert tenant.writes == 0
    assert tenant.one(mailbox="1001", state="absent", delete_messages=True)["changed"] is True


def test_read_mailboxes_are_valid_input(tenant: Tenant) -> None:
    tenant.begin(mailboxes=12)
    tenant.vendor.add_box("0070", password="abc123def", description="", local_after_email=False, enabled=False)
    shown = tenant.run("vmbox_info", include_pins=True)["mailboxes"]
    assert len(shown) == 13
    assert not any("password" in box["native"] for box in shown)
    result = tenant.many(*shown)
    assert not result.get("failed"), result["msg"]
    assert result["changed"] is False
    assert tenant.writes == 0


def test_check_mode_predicts_the_real_run(tenant: Tenant) -> None:
    least = {"mailbox": "7011", "pin": PIN}
    predicted = tenant.one(**least, check=True)
    assert tenant.writes == 0
    done = tenant.one(**least)
    assert predicted["mailbox"] | {"id": done["mailbox"]["id"]} == done["mailbox"]
    assert done["mailbox"]["enabled"] is True
    assert predicted["diff"] == done["diff"]
