# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OnSIP driver against the simulated service, under every behavior: the result is correct, or an error is reported
and the next run repairs it."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import extent
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.onsip.vendor import VENDOR as ONSIP
from helpers.onsip_tenant import BOX, OTHER_PIN, PIN, STORED, Tenant
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.onsip import SimulatedOnsip

VENDOR = "onsip"
CHANGED: dict[str, t.Any] = {
    "mailbox": "7011",
    "name": "Robin Hale",
    "pin": OTHER_PIN,
    "emails": ["robin@example.com"],
    "after_email": "delete",
    "timezone": "US/Pacific",
    "announce_time": "disabled",
    "announce_caller": False,
    "onsip": {"say_duration": False, "notify_pager": "no", "pager": "other@example.com"},
}
STORED_CHANGED = STORED | {
    "Password": OTHER_PIN,
    "Fullname": "Robin Hale",
    "Timezone": "us_pacific",
    "SayCallerId": "false",
    "SayDuration": "false",
    "SayDatetime": "false",
    "NotifyEmail": "delete",
    "NotifyPager": "no",
    "Email": "robin@example.com",
    "Pager": "other@example.com",
}
CLEARED: dict[str, t.Any] = {
    "mailbox": "7011",
    "emails": [],
    "notify": False,
    "attach_audio": None,
    "after_email": "keep",
    "timezone": None,
    "onsip": {"pager": None, "mwi": None},
}
STORED_CLEARED = STORED_CHANGED | {
    "NotifyEmail": "no",
    "Timezone": "us_eastern",
    "Email": "",
    "Pager": "",
    "Mwi": "",
}
NUMBERS: dict[str, tuple[t.Any, ...]] = {
    "session_idle": (0.0, 1440.0),
    "drop_session_before_call": (0, 1, 2, 3, 4, 5, 6, 9, 14),
    "login_lock": (0, 1, 5),
    "default_limit": (1, 20),
    "max_limit": (20, 25000),
}
#: Behaviors under which the service prevents a correct result.
LOUD = {
    ("session_idle", 0.0),
    ("max_limit", 20),
    ("transport", "html_502"),
    ("transport", "exception"),
    ("edit_fullname", "ignored"),
    ("empty_value", "required"),
    ("empty_value", "ignored"),
}


def _behavior_values() -> list[tuple[str, t.Any]]:
    pairs = []
    for behavior in SimulatedOnsip.behavior_definitions:
        choices = behavior.accepts if isinstance(behavior.accepts, tuple) else NUMBERS[behavior.name]
        pairs.extend((behavior.name, value) for value in choices)
    return pairs


@pytest.fixture
def tenant(no_waiting: None, server: SimulatorServer, monkeypatch: pytest.MonkeyPatch) -> Tenant:
    monkeypatch.setattr(server.vendor, "perform", server.vendor.perform)
    return Tenant(server)


def apply(
    tenant: Tenant, box: dict[str, t.Any], stored: dict[str, t.Any] | None, loud: tuple[str, t.Any] | None
) -> bool:
    """Apply a box in check mode, for real, and again. Failures must be expected, and the next run must repair them.

    :returns: whether the run failed.
    """
    number = box.get("new_mailbox", box["mailbox"])
    predicted = tenant.one(check=True, **box)
    assert tenant.writes == 0
    done = tenant.one(**box)
    if loud is not None and done.get("failed"):
        assert done["msg"]
        name, value = loud
        tenant.server.behaviors.set(
            name, next(behavior.default for behavior in SimulatedOnsip.behavior_definitions if behavior.name == name)
        )
        assert not tenant.one(**box).get("failed")
        tenant.server.behaviors.set(name, value)
    else:
        assert (done.get("msg"), done["changed"]) == (None, True)
        assert (predicted["changed"], predicted["changed_fields"]) == (True, done["changed_fields"])
        assert predicted["mailbox"] | {"id": None} == done["mailbox"] | {"id": None} or not predicted["mailbox"]
    assert tenant.stored(number) == stored
    if not done.get("failed"):
        again = tenant.one(**box)
        assert (again.get("msg"), again["changed"], tenant.writes) == (None, False, 0)
    return bool(done.get("failed"))


@pytest.mark.parametrize(("name", "value"), _behavior_values())
def test_every_behavior_of_onsip(tenant: Tenant, name: str, value: t.Any) -> None:
    tenant.begin(1, **{name: value})
    loud = (name, value) if (name, value) in LOUD else None
    hidden = {"Password": PIN} if (name, value) == ("pin_in_replies", "masked") else {}
    failed = [
        apply(tenant, BOX, STORED, loud),
        apply(tenant, CHANGED, STORED_CHANGED | hidden, loud),
        apply(tenant, CLEARED, STORED_CLEARED | hidden, loud),
        apply(tenant, {"mailbox": "7011", "new_mailbox": "7012"}, STORED_CLEARED | hidden | {"Mailbox": "7012"}, loud),
        apply(tenant, {"mailbox": "7012", "state": "absent"}, None, loud),
    ]
    assert any(failed) is (loud is not None)
    assert tenant.stored("7011") is None
    assert tenant.stored("1001") is not None


def test_the_number_of_requests_for_many_mailboxes(tenant: Tenant) -> None:
    boxes = [{"mailbox": str(2001 + position), "name": f"Box {position}"} for position in range(60)]
    tenant.begin()
    made = tenant.many(*boxes)
    assert (made["summary"]["create"], made["summary"]["failed"]) == (60, 0)
    assert tenant.sent("VoicemailboxAdd") == 60
    assert len(tenant.actions) == 60 + 5, "login, organization, one page before and one after, logout"
    again = tenant.many(*boxes)
    assert (again["changed"], tenant.actions) == (
        False,
        ["SessionCreate", "OrganizationRead", "VoicemailboxBrowse", "SessionDestroy"],
    )
    boxes[7]["announce_caller"] = True
    assert tenant.many(*boxes)["summary"]["update"] == 1
    assert tenant.writes == 1
    pruned = tenant.many(*boxes[:55], prune=True)
    assert (pruned["summary"]["delete"], len(tenant.vendor.state.boxes)) == (5, 55)


@pytest.mark.parametrize("count", [0, 1, 2, 20, 21, 499, 500, 501, 998, 999, 1000, 3100])
def test_pages_are_read_completely(tenant: Tenant, count: int) -> None:
    tenant.begin(count, list_order="reshuffled")
    found = tenant.run("vmbox_info")["mailboxes"]
    assert [box["mailbox"] for box in found] == [str(1001 + position) for position in range(count)]
    assert tenant.sent("VoicemailboxBrowse") == 1 + max(0, count - 1) // 499


@pytest.mark.parametrize("organization", [{"domain": SimulatedOnsip.DOMAIN}, {"domain": None, "account_id": "61002"}])
def test_declaring_the_read_mailboxes_changes_nothing(tenant: Tenant, organization: dict[str, t.Any]) -> None:
    tenant.begin(30)
    shown = tenant.run("vmbox_info", **organization)["mailboxes"]
    assert tenant.many(*shown, **organization)["changed"] is False
    assert (tenant.writes, len(shown)) == (0, 30)


def test_the_organization_is_selected_by_id(tenant: Tenant) -> None:
    tenant.begin()
    made = tenant.one(mailbox="7011", name="Avery Quill", domain=None, account_id="61003")
    assert made["changed"] is True
    (box,) = tenant.vendor.state.boxes.values()
    assert (box["OrganizationId"], box["address"]) == ("61003", "vm.7011@second.example.onsip.com")


def test_the_domain_is_that_of_the_login(tenant: Tenant) -> None:
    tenant.begin(2)
    login = {"username": f"{SimulatedOnsip.USERNAME}@{SimulatedOnsip.DOMAIN}", "domain": None}
    assert len(tenant.run("vmbox_info", **login)["mailboxes"]) == 2


def test_a_hidden_pin_is_handled(tenant: Tenant) -> None:
    tenant.begin(pin_in_replies="masked")
    tenant.one(**BOX)
    assert "update_pin" in str(tenant.one(**BOX | {"pin": OTHER_PIN})["warnings"])
    assert tenant.stored("7011") == STORED
    for _run in range(2):
        assert tenant.one(**BOX | {"pin": OTHER_PIN}, update_pin="always")["changed_fields"] == ["pin"]
        assert tenant.stored("7011") == STORED | {"Password": OTHER_PIN}
    shown = tenant.run("vmbox_info", include_pins=True)["mailboxes"]
    assert "pin" not in shown[0]


@pytest.mark.parametrize("value", ["clears", "required", "ignored"])
def test_an_empty_value_is_sent_only_to_clear_one(tenant: Tenant, value: str) -> None:
    tenant.begin(empty_value=value)
    assert tenant.one(mailbox="7011", name="Avery Quill").get("msg") is None
    assert tenant.one(mailbox="7011", announce_caller=True).get("msg") is None


@pytest.mark.parametrize("unknown", ["request_error", "permission_error"])
def test_a_concurrently_deleted_mailbox_counts_as_deleted(tenant: Tenant, unknown: str) -> None:
    tenant.begin(2, unknown_id=unknown)
    perform = tenant.vendor.perform

    def late(name: str, call: t.Any) -> t.Any:
        if name == "VoicemailboxDelete":
            tenant.vendor.state.delete_box(tenant.vendor.state.boxes["50101"])
        return perform(name, call)

    tenant.vendor.perform = late
    assert tenant.one(mailbox="1001", state="absent").get("msg") is None
    assert list(tenant.vendor.state.boxes) == ["50102"]


def test_a_mailbox_is_found_by_id(tenant: Tenant) -> None:
    tenant.begin(2)
    assert tenant.one(id="50102", announce_caller=True)["mailbox"]["mailbox"] == "1002"
    assert tenant.one(id="50102", state="absent")["changed"] is True
    assert tenant.stored("1002") is None


def test_a_reply_with_another_mailbox_is_refused(tenant: Tenant) -> None:
    tenant.begin(3)
    perform = tenant.vendor.perform

    def other(name: str, call: t.Any) -> t.Any:
        if name == "VoicemailboxRead":
            call.sent["VoicemailboxId"] = "50101"
        return perform(name, call)

    tenant.vendor.perform = other
    login = {"username": SimulatedOnsip.USERNAME, "password": SimulatedOnsip.PASSWORD, "domain": SimulatedOnsip.DOMAIN}
    session = ONSIP.connect(Connection(vendor="onsip", url=tenant.server.url, **login), 1)
    with contextlib.closing(session):
        found = ONSIP.open_boxes("mailbox", session).find(None, "50102")
    assert found is not None
    assert (found.id, found.number) == ("50102", "1002")


def test_an_endless_list_is_an_error(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.begin(501)
    monkeypatch.setattr(extent, "MOST_ROWS", 400)
    result = tenant.run("vmbox_info")
    assert result["failed"]
    assert "cannot list mailboxes: the listing does not end" in result["msg"]


@pytest.mark.parametrize(
    ("also_changed", "reported"),
    [
        ({"Status": "disabled"}, "mailbox 1001: OnSIP also changed Status"),
        ({"TransferAddress": ""}, "mailbox 1001: OnSIP also changed TransferAddress"),
        ({"Timezone": "us_pacific"}, "mailbox 1001: was updated, but OnSIP also changed `timezone`"),
        ({"Password": "7777"}, "mailbox 1001: was updated, but OnSIP also changed `pin`"),
    ],
)
def test_unrequested_changes_are_reported(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, also_changed: dict[str, str], reported: str
) -> None:
    tenant.begin(1)
    state, boxes = tenant.vendor.state, tenant.vendor.boxes
    update, shown = state.update_box, boxes.shown
    monkeypatch.setattr(state, "update_box", lambda box, changed: update(box, changed | also_changed))
    monkeypatch.setattr(boxes, "shown", lambda box: shown(state.boxes[box["VoicemailboxId"]]))
    result = tenant.one(mailbox="1001", announce_caller=True)
    assert result["changed"]
    assert reported in [*result.get("warnings", ()), *result.get("msg", "").split(". ")]
    assert "7777" not in str({key: value for key, value in result.items() if key != "invocation"})
