# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OnSIP: actions, and the effect of every behavior."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("helpers.onsip_client")

from helpers.onsip_client import (  # noqa: E402 (rewritten first)
    ATTACHED,
    AVERY,
    BOX,
    BROWSE,
    DEFAULTS,
    LOGIN,
    SECOND,
    SETTINGS,
    Start,
    listed,
)
from helpers.read_counter import counted  # noqa: E402 (the path is set above)
from voicemail_simulator.simulation import Simulation  # noqa: E402
from voicemail_simulator.store import Store  # noqa: E402

pytest_plugins = ["helpers.onsip_client"]
EXPIRED = [("SessionId", "Session.Authentication")]
UNKNOWN_BOX = {
    "request_error": [("VoicemailboxId", "VoicemailboxId.Unrecognized")],
    "permission_error": [("Action", "AccountAuthorization.Required")],
}


def fields(box: dict[str, Any], names: Any) -> dict[str, Any]:
    return {name: box[name] for name in names}


# Sessions


def test_actions_need_a_session(start_onsip: Start) -> None:
    client = start_onsip(mailboxes=1)
    guarded = list(client.server.vendor._guarded_actions)
    assert len(guarded) == 12
    for client.session in ({}, {"SessionId": "unknown"}):
        for action in guarded:
            assert client.errors(action) == EXPIRED
    assert client.call("NoOp")["Context"]["Session"] == {"IsEstablished": "false"}


def test_destroyed_session_is_invalid(start_onsip: Start) -> None:
    client = start_onsip()
    assert client.call("SessionDestroy")["Context"]["Session"] == {"IsEstablished": "false"}
    assert client.errors("VoicemailboxBrowse", **BROWSE) == EXPIRED


def test_session_recreate(start_onsip: Start) -> None:
    client = start_onsip()
    session = client.call("SessionRecreate", UserId="40021")["Context"]["Session"]
    assert session["SessionId"] == client.session["SessionId"]
    assert client.errors("SessionRecreate", UserId="1") == EXPIRED
    assert client.errors("SessionRecreate") == [("UserId", "Value.Required")]


def test_session_idle(start_onsip: Start) -> None:
    client = start_onsip(session_idle=100)
    for _time in range(3):
        client.server.clock.advance(99)
        assert client.numbers() == []
    client.server.clock.advance(101)
    assert client.errors("VoicemailboxBrowse", **BROWSE) == EXPIRED


def test_drop_session_before_call(start_onsip: Start) -> None:
    client = start_onsip(drop_session_before_call=3)
    for _time in range(2):
        assert client.numbers() == []
    assert client.errors("VoicemailboxBrowse", **BROWSE) == EXPIRED
    client.log_in()
    for _time in range(5):
        assert client.numbers() == []


def test_login_lock(start_onsip: Start) -> None:
    client = start_onsip(login_lock=2)
    wrong = LOGIN | {"Password": "wrong"}
    for _time in range(2):
        assert client.errors("SessionCreate", **wrong) == [("Password", "Accessor.LoginFailed")]
    for password in (wrong, LOGIN):
        assert client.errors("SessionCreate", **password) == [("Action", "Accessor.LoginLocked")]
    client.server.clock.advance(601)
    client.log_in()
    client = start_onsip(login_lock=0)
    for _time in range(10):
        assert client.errors("SessionCreate", **wrong) == [("Password", "Accessor.LoginFailed")]
    client.log_in()


def test_login_names(start_onsip: Start) -> None:
    client = start_onsip()
    assert client.result("SessionCreate", **(LOGIN | {"Username": "admin"})) == {}
    assert client.errors("SessionCreate", **(LOGIN | {"Username": "Admin"})) != []
    assert client.errors("SessionCreate", Username="admin", password="x") == [("Password", "Value.Required")]


# Voicemailboxes


def test_lifecycle_of_a_mailbox(start_onsip: Start) -> None:
    client = start_onsip()
    box = client.box("VoicemailboxAdd", **BOX, VoicemailboxId="7")
    assert (box["VoicemailboxId"], len(box["Password"])) == ("50101", 4)
    assert fields(box, DEFAULTS) == DEFAULTS
    assert client.box("VoicemailboxRead", VoicemailboxId="50101") == box
    client.server.clock.advance(60)
    edited = client.box("VoicemailboxEdit", VoicemailboxId="50101", Mailbox="7020", Password="12", **SETTINGS)
    expected = box | SETTINGS | {"Mailbox": "7020", "Password": "12", "Modified": edited["Modified"]}
    assert edited == expected
    assert edited["Modified"] > box["Modified"]
    assert client.numbers() == ["7020"]
    assert client.result("VoicemailboxDelete", VoicemailboxId="50101") == {}
    assert client.numbers() == []
    again = client.box("VoicemailboxAdd", **BOX)
    assert again["VoicemailboxId"] == "50102"


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"Mailbox": "0"}, [("Mailbox", "Integer.TooSmall")]),
        ({"Mailbox": "12345678"}, [("Mailbox", "Integer.TooBig")]),
        ({"Mailbox": "7x"}, [("Mailbox", "Integer.Invalid")]),
        ({"Mailbox": "7012"}, [("Mailbox", "Mailbox.Unavailable")]),
        (
            {"Mailbox": "7012", "Username": "vm.robin"},
            [("Mailbox", "Mailbox.Unavailable"), ("Username", "Address.Unavailable")],
        ),
        ({"Username": "avery"}, [("Username", "Address.Unavailable")]),
        ({"Username": "a b"}, [("Username", "Value.Invalid")]),
        ({"Domain": "nobody.example.com"}, [("Domain", "Domain.Unrecognized")]),
        ({"OrganizationId": "1"}, [("OrganizationId", "OrganizationId.Unrecognized")]),
        ({"Fullname": "", "Mailbox": ""}, [("Fullname", "Value.Required"), ("Mailbox", "Value.Required")]),
        ({"Timezone": "Mars"}, [("Timezone", "Value.Invalid")]),
        ({"SayCallerId": "maybe"}, [("SayCallerId", "Boolean.Invalid")]),
        ({"NotifyEmail": "yes"}, [("Email", "Value.Required")]),
        ({"NotifyPager": "attach"}, [("NotifyPager", "Value.Invalid"), ("Pager", "Value.Required")]),
    ],
)
def test_refused_additions(start_onsip: Start, change: dict[str, str], errors: list[tuple[str, str]]) -> None:
    client = start_onsip()
    client.box("VoicemailboxAdd", **(BOX | SECOND))
    assert client.errors("VoicemailboxAdd", **(BOX | change)) == errors
    assert client.numbers() == ["7012"]


def test_false_disables_notifications(start_onsip: Start) -> None:
    box = start_onsip().box("VoicemailboxAdd", **BOX, NotifyEmail="false", SayDuration="1")
    assert (box["NotifyEmail"], box["SayDuration"]) == ("no", "true")


def test_numbers_are_unique_in_one_organization_only(start_onsip: Start) -> None:
    client = start_onsip()
    client.box("VoicemailboxAdd", **BOX)
    client.box("VoicemailboxAdd", **(BOX | {"OrganizationId": "61003", "Domain": "second.example.onsip.com"}))
    assert client.numbers(OrganizationId="61003") == ["7011"]
    page = client.result("VoicemailboxBrowse", AccountId="58003")["Voicemailboxes"]
    assert page["@attributes"]["Found"] == "2"


@pytest.mark.parametrize(("omitted", "expected"), [("unchanged", SETTINGS), ("default", DEFAULTS)])
def test_edit_omitted(start_onsip: Start, omitted: str, expected: dict[str, Any]) -> None:
    client = start_onsip(edit_omitted=omitted)
    before = client.box("VoicemailboxAdd", **BOX, **SETTINGS)
    after = client.box("VoicemailboxEdit", VoicemailboxId="50101")
    assert fields(after, expected) == expected
    assert fields(after, ("Mailbox", "Password", "Fullname")) == fields(before, ("Mailbox", "Password", "Fullname"))


@pytest.mark.parametrize(("value", "expected"), [("applied", "New Name"), ("ignored", "Avery Quill")])
def test_edit_fullname(start_onsip: Start, value: str, expected: str) -> None:
    client = start_onsip(edit_fullname=value)
    client.box("VoicemailboxAdd", **BOX)
    assert client.box("VoicemailboxEdit", VoicemailboxId="50101", Fullname="New Name")["Fullname"] == expected


@pytest.mark.parametrize(("value", "is_shown"), [("clear", True), ("masked", False)])
def test_pin_in_replies(start_onsip: Start, value: str, is_shown: bool) -> None:
    client = start_onsip(pin_in_replies=value)
    assert client.box("VoicemailboxAdd", **BOX)["Password"].isdecimal()
    expected = "5150" if is_shown else "**********"
    assert client.box("VoicemailboxEdit", VoicemailboxId="50101", Password="5150")["Password"] == expected
    assert client.box("VoicemailboxRead", VoicemailboxId="50101")["Password"] == expected
    page = client.result("VoicemailboxBrowse", **BROWSE)["Voicemailboxes"]
    assert page["Voicemailbox"]["Password"] == expected


@pytest.mark.parametrize(("value", "expected"), [("kept", "0042"), ("stripped", "42")])
def test_pin_leading_zero(start_onsip: Start, value: str, expected: str) -> None:
    client = start_onsip(pin_leading_zero=value)
    client.box("VoicemailboxAdd", **BOX)
    assert client.box("VoicemailboxEdit", VoicemailboxId="50101", Password="0042")["Password"] == expected
    assert client.errors("VoicemailboxEdit", VoicemailboxId="50101", Password="x") == [("Password", "Integer.Invalid")]


@pytest.mark.parametrize("value", list(UNKNOWN_BOX))
def test_unknown_id(start_onsip: Start, value: str) -> None:
    client = start_onsip(unknown_id=value)
    for action in ("VoicemailboxRead", "VoicemailboxEdit", "VoicemailboxDelete"):
        assert client.errors(action, VoicemailboxId="7") == UNKNOWN_BOX[value]
        assert client.errors(action) == [("VoicemailboxId", "Value.Required")]
    refused = client.errors("VoicemailboxAdd", OrganizationId="7")
    assert (("Fullname", "Value.Required") in refused) is (value == "request_error")
    assert (("Action", "AccountAuthorization.Required") in refused) is (value == "permission_error")
    is_valid = client.call("VoicemailboxRead", VoicemailboxId="7")["Context"]["Request"]["IsValid"]
    assert is_valid == ("false" if value == "request_error" else "true")


@pytest.mark.parametrize("name", ["Email", "Pager", "Mwi"])
@pytest.mark.parametrize(("value", "expected"), [("clears", {}), ("ignored", "kept"), ("required", None)])
def test_empty_value(start_onsip: Start, value: str, expected: Any, name: str) -> None:
    client = start_onsip(empty_value=value, edit_omitted="unchanged")
    client.box("VoicemailboxAdd", **BOX, **{name: "kept"})
    if expected is None:
        assert client.errors("VoicemailboxEdit", VoicemailboxId="50101", **{name: ""}) == [(name, "Value.Required")]
        expected = "kept"
    else:
        assert client.box("VoicemailboxEdit", VoicemailboxId="50101", **{name: ""})[name] == expected
    assert client.box("VoicemailboxRead", VoicemailboxId="50101")[name] == expected


# Browse


@pytest.mark.parametrize("count", [0, 1, 2, 20, 21, 41])
@pytest.mark.parametrize("order", ["insertion", "shuffled"])
def test_pages_contain_every_mailbox_once(start_onsip: Start, count: int, order: str) -> None:
    client = start_onsip(mailboxes=count, list_order=order)
    seen = [number for offset in range(0, count + 20, 20) for number in client.numbers(Offset=str(offset))]
    everything = [str(1001 + position) for position in range(count)]
    assert sorted(seen) == everything
    if count > 2:
        assert (seen == everything) is (order == "insertion")
        assert client.numbers(Limit="50", OrderBy="Mailbox Desc") == everything[::-1]


def test_reshuffled_order_differs_between_requests(start_onsip: Start) -> None:
    client = start_onsip(mailboxes=30, list_order="reshuffled")
    assert len({tuple(client.numbers(Limit="30")) for _time in range(3)}) == 3
    assert client.numbers(Limit="30", OrderBy="VoicemailboxId") == [str(1001 + position) for position in range(30)]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ({"Limit": "25001"}, [("Limit", "Integer.TooBig")]),
        ({"Limit": "0"}, [("Limit", "Integer.TooSmall")]),
        ({"Offset": "-1"}, [("Offset", "Integer.Invalid")]),
        ({"OrderBy": "Fullname"}, [("OrderBy", "Value.Invalid")]),
        ({"OrderBy": "Mailbox Up"}, [("OrderBy", "Value.Invalid")]),
        ({"AccountId": "58003"}, [("OrganizationId", "Value.Conflict")]),
        ({"OrganizationId": ""}, [("AccountId", "Value.Required")]),
        ({"OrganizationId": "", "AccountId": "7"}, [("Action", "AccountAuthorization.Required")]),
    ],
)
def test_refused_browse(start_onsip: Start, query: dict[str, str], errors: list[tuple[str, str]]) -> None:
    assert start_onsip().errors("VoicemailboxBrowse", **(BROWSE | query)) == errors


def test_limits_are_configurable(start_onsip: Start) -> None:
    client = start_onsip(mailboxes=9, default_limit=3, max_limit=8)
    assert len(client.numbers()) == 3
    assert len(client.numbers(Limit="8")) == 8
    assert client.errors("VoicemailboxBrowse", **BROWSE, Limit="9") == [("Limit", "Integer.TooBig")]


@pytest.mark.parametrize(("value", "found"), [("absent", None), ("0", "0")])
def test_found_on_empty(start_onsip: Start, value: str, found: str | None) -> None:
    client = start_onsip(found_on_empty=value)
    page = client.result("VoicemailboxBrowse", **BROWSE)["Voicemailboxes"]
    assert page["@attributes"].get("Found") == found


def test_stale_browse(start_onsip: Start) -> None:
    client = start_onsip(mailboxes=2)
    client.server.faults.set(["stale_listing"])
    client.result("VoicemailboxDelete", VoicemailboxId="50101")
    assert sorted(client.numbers()) == ["1001", "1002"]
    client.server.faults.set([])
    assert client.numbers() == ["1002"]


# Addresses


def test_attach_and_detach(start_onsip: Start) -> None:
    client = start_onsip()
    client.box("VoicemailboxAdd", **BOX)
    before = client.result("UserAddressRead", Address=AVERY["Address"])["UserAddress"]
    assert "DefaultAddress" not in before
    after = client.result("UserAddressEdit", **ATTACHED | {"Timeout": "35"})["UserAddress"]
    default = {"Username": "vm.avery", "Domain": "example.onsip.com", "Type": "voicemail", "Name": "vm.avery"}
    assert (after["DefaultAddress"], after["Timeout"]) == (default, "35")
    assert client.result("UserAddressBrowse", UserId="40077")["UserAddresses"]["UserAddress"] == after
    assert "DefaultAddress" not in client.result("UserAddressEdit", **AVERY)["UserAddress"]


def test_rename_of_a_user_address(start_onsip: Start) -> None:
    client = start_onsip()
    assert client.errors("UserAddressEdit", **AVERY, Username="robin") == [("Username", "Address.Unavailable")]
    renamed = client.result("UserAddressEdit", **AVERY, Username="avery2", Name="A. Quill")["UserAddress"]
    assert fields(renamed["Address"], ("Username", "Name")) == {"Username": "avery2", "Name": "A. Quill"}
    assert client.errors("UserAddressRead", Address=AVERY["Address"]) == [("Address", "Address.Unrecognized")]
    assert client.result("UserAddressBrowse", UserId="40077")["UserAddresses"]["UserAddress"] == renamed
    found = listed(client.result("UserAddressBrowse", **BROWSE)["UserAddresses"]["UserAddress"])
    assert len(found) == 5


def test_refused_user_address_edits(start_onsip: Start) -> None:
    client = start_onsip()
    assert client.errors("UserAddressEdit") == [(name, "Value.Required") for name in ("Address", "UserId", "Timeout")]
    assert client.errors("UserAddressEdit", **ATTACHED) == [("DefaultAddress", "Address.Unrecognized")]
    assert client.errors("UserAddressEdit", **(AVERY | {"UserId": "7"})) == [("UserId", "UserId.Unrecognized")]
    assert client.errors("UserAddressEdit", **(AVERY | {"Timeout": "0"})) == [("Timeout", "Integer.TooSmall")]


@pytest.mark.parametrize("value", ["allowed", "refused"])
def test_delete_in_use(start_onsip: Start, value: str) -> None:
    client = start_onsip(delete_in_use=value)
    client.box("VoicemailboxAdd", **BOX)
    client.result("UserAddressEdit", **ATTACHED)
    if value == "allowed":
        client.result("VoicemailboxDelete", VoicemailboxId="50101")
        address = client.result("UserAddressRead", Address=AVERY["Address"])["UserAddress"]
        assert address["DefaultAddress"]["Username"] == "vm.avery"
        return
    in_use = [("VoicemailboxId", "Voicemailbox.InUse")]
    assert client.errors("VoicemailboxDelete", VoicemailboxId="50101") == in_use
    client.result("UserAddressEdit", **AVERY)
    client.result("VoicemailboxDelete", VoicemailboxId="50101")
    assert client.numbers() == []


# The whole simulation


def test_state_survives_a_restart_and_can_be_replaced(tmp_path: Path) -> None:
    path = str(tmp_path / "state.sqlite")
    store = Store(path)
    Simulation("onsip", store=store, mailboxes=3)
    store.close()
    simulation = Simulation("onsip", store=Store(path))
    state = simulation.vendor.state
    assert state.new_id("VoicemailboxId") == "50104"
    assert state.box_of_number("61002", "1003") is state.boxes["50103"]
    assert state.is_default_address("vm.user1003@example.onsip.com")
    kept = simulation.store.as_dict("onsip.")
    state.delete_box(state.boxes["50103"])
    simulation.replace_state(kept)
    assert state.box_of_number("61002", "1003") is not None


def test_lookup_reads_no_other_mailboxes() -> None:
    def reads(mailboxes: int) -> tuple[int, int]:
        vendor = Simulation("onsip", mailboxes=mailboxes).vendor
        pages = (
            (vendor.state.boxes, ("OrganizationId", "61002"), 5),
            (vendor.state.user_addresses, ("UserId", "40077"), 1),
        )
        for collection, scope, _count in pages:
            # The order of a list is computed once.
            vendor.state.page(collection, scope, "insertion", slice(5), vendor.random)
        with counted(vendor.state.boxes) as boxes, counted(vendor.state.user_addresses) as addresses:
            assert vendor.state.box_of_number("61002", "1003") is not None
            for collection, scope, count in pages:
                assert len(vendor.state.page(collection, scope, "insertion", slice(5), vendor.random)[0]) == count
            return boxes.reads, addresses.reads

    assert reads(20_000) == reads(5) < (10, 10)
