# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names instead of ids on KAZOO: accounts, owners and media, each looked up once per task."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from helpers.kazoo_office import PROFILES, Office
from helpers.runners import Result, in_worker
from helpers.subjects import KAZOO
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.kazoo.seeds import add_account, add_user


@pytest.fixture(params=PROFILES)
def office(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> t.Iterator[Office]:
    with SimulatorServer("kazoo", mailboxes=3, behaviors={"profile": request.param}) as server:
        yield Office(server, tmp_path)


def run(office: Office, items: list[dict[str, t.Any]], check: bool = False, **options: t.Any) -> Result:
    office.server.journal.clear()
    return in_worker("vmboxes", KAZOO.arguments(office.server, mailboxes=items, **options), check=check)


def requests(office: Office, ending: str) -> int:
    return sum(entry["path"].endswith(ending) for entry in office.server.journal.entries())


def public(office: Office, number: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = office.box(number)["public"]
    return found


def test_an_owner_is_set_by_user_name(office: Office) -> None:
    items = [{"mailbox": number, "owner": "Admin"} for number in ("1000", "1001", "1002")]
    predicted = run(office, items, check=True)
    result = run(office, items)
    assert not result["failed"], result
    assert requests(office, "/users") == 1
    assert [public(office, item["mailbox"])["owner_id"] for item in items] == [office.server.vendor.USER_ID] * 3
    assert [row["changed_fields"] for row in result["results"]] == [["owner_id"]] * 3
    assert predicted["diff"] == result["diff"]
    again = run(office, items)
    assert (again["changed"], KAZOO.writes(office.server)) == (False, [])
    cleared = run(office, [{"mailbox": "1000", "owner": None}])
    assert (cleared["changed"], public(office, "1000").get("owner_id")) == (True, None)


def test_media_are_set_by_name(office: Office) -> None:
    welcome = office.add_media(b"", name="Welcome")
    items = [
        {"mailbox": "1000", "kazoo": {"media": {"unavailable": "Welcome"}}},
        {"mailbox": "1001", "kazoo": {"media": {"unavailable": "Welcome", "temporary_unavailable": welcome}}},
        {"mailbox": "1003", "name": "New", "kazoo": {"media": {"unavailable": "Welcome"}}},
    ]
    result = run(office, items)
    assert not result["failed"], result
    assert requests(office, "/media") == 1
    assert public(office, "1001")["media"] == {"unavailable": welcome, "temporary_unavailable": welcome}
    assert public(office, "1003")["media"] == {"unavailable": welcome}
    again = run(office, items)
    assert (again["changed"], KAZOO.writes(office.server)) == (False, [])


def test_unusable_names_and_ids_are_one_error(office: Office) -> None:
    vendor = office.server.vendor
    office.add_media(b"", name="Twice")
    office.add_media(b"", name="Twice")
    foreign = office.add_media(b"", account=vendor.OTHER_ACCOUNT_ID, name="Foreign")
    add_user(vendor, vendor.ACCOUNT_ID, vendor.new_id(), "PLAIN", "user")
    named = run(
        office,
        [
            {"mailbox": "1000", "owner": "nobody"},
            {"mailbox": "1001", "owner": "plain"},
            {"mailbox": "1002", "kazoo": {"media": {"unavailable": "Twice"}}},
            {"mailbox": "1003", "name": "x", "kazoo": {"media": {"unavailable": "Foreign"}}},
            {"mailbox": "1004", "name": "x", "owner": "admin", "owner_id": "0" * 32},
        ],
    )
    assert (named["failed"], named["changed"], KAZOO.writes(office.server)) == (True, False, [])
    for words in (
        "no user named 'nobody'",
        "2 users of the account are named 'plain'",
        "2 media files of the account are named 'Twice'",
        "no media file named 'Foreign'",
        "`owner` and `owner_id` are the same option",
    ):
        assert words in named["msg"]
    by_id = run(
        office,
        [
            {"mailbox": "1000", "kazoo": {"media": {"unavailable": foreign}}},
            {"mailbox": "1001", "kazoo": {"media": {"temporary_unavailable": "0" * 32}}},
        ],
    )
    assert (by_id["failed"], by_id["changed"], KAZOO.writes(office.server)) == (True, False, [])
    assert f"no media file with the id {foreign}" in by_id["msg"]
    assert "`kazoo.media.temporary_unavailable`" in by_id["msg"]


def test_an_unknown_owner_id_is_one_error(office: Office) -> None:
    vendor = office.server.vendor
    stranger = next(one["id"] for one in vendor.state.users.values() if one["account_id"] == vendor.OTHER_ACCOUNT_ID)
    result = run(
        office,
        [
            {"mailbox": "1000", "owner_id": vendor.PLAIN_USER_ID},
            {"mailbox": "1001", "owner_id": stranger},
            {"mailbox": "1002", "owner_id": office.box("1000")["id"]},
            {"mailbox": "1003", "name": "New", "owner_id": "0" * 32},
        ],
    )
    assert (result["failed"], result["changed"], KAZOO.writes(office.server)) == (True, False, [])
    assert "3 mailboxes: `owner_id` is not the id of a user of this account" in result["msg"]
    assert all(f"{number} (item" in result["msg"] for number in ("1001", "1002", "1003")), result["msg"]
    assert "1000 (item" not in result["msg"]
    assert requests(office, "/users") == 1


def test_the_current_owner_id_is_not_looked_up(office: Office) -> None:
    box = office.box("1000")
    gone = "0" * 32
    office.state.save_box(office.account, box["id"], {**box["public"], "owner_id": gone})
    result = run(office, [{"mailbox": "1000", "owner_id": gone}, {"mailbox": "1001", "name": "No owner"}])
    assert (result["failed"], result["summary"]["updated"], requests(office, "/users")) == (False, 1, 0)


def test_without_permission_to_list_users_the_server_validates_the_owner(office: Office) -> None:
    office.server.faults.set(["status:403,path=.*/users"])
    result = run(office, [{"mailbox": "1000", "owner_id": "0" * 32}])
    assert (result["failed"], result["changed"]) == (False, True), result


def test_the_current_media_id_is_not_looked_up(office: Office) -> None:
    gone = "0" * 32
    office.point(gone)
    result = run(office, [{"mailbox": "1000", "kazoo": {"media": {"unavailable": gone}}}])
    assert (result["failed"], result["changed"], requests(office, gone)) == (False, False, 0)


MASTER = {"username": None, "password": None, "domain": None, "api_key": "simulator-api-key-master".ljust(64, "0")}


def reseller(office: Office) -> dict[str, str]:
    """Add two customers with one name, below different accounts."""
    vendor = office.server.vendor
    ids = {}
    for position, parent in enumerate((vendor.ACCOUNT_ID, vendor.OTHER_ACCOUNT_ID)):
        ids[parent] = vendor.new_id()
        add_account(vendor, ids[parent], "customer", parent, f"key-{position}".ljust(64, "0"))
        vendor.state.accounts[ids[parent]]["realm"] = f"customer{position}.example.com"
    return ids


@pytest.mark.parametrize(
    "name", ["customer0.example.com", "CUSTOMER0.example.com", "accountone/customer", "master/accountone/customer"]
)
def test_an_account_is_selected_by_realm_or_path(office: Office, name: str) -> None:
    ids = reseller(office)
    items = [{"mailbox": number, "name": "x"} for number in ("3000", "3001", "3002")]
    result = run(office, items, account_id=name, **MASTER)
    assert not result["failed"], result
    assert requests(office, "/descendants") == 1
    owners = {one["account_id"] for one in office.state.boxes.values() if one["public"]["mailbox"] >= "3000"}
    assert owners == {ids[office.server.vendor.ACCOUNT_ID]}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("customer", "2 accounts have"),
        ("nowhere.example.com", "cannot access an account"),
        ("accounttwo/nobody", "cannot access an account"),
        ("customer/accountone", "cannot access an account"),
    ],
)
def test_an_unknown_or_ambiguous_account_is_one_error(office: Office, name: str, words: str) -> None:
    reseller(office)
    result = run(office, [{"mailbox": "3000", "name": "x"}], account_id=name, **MASTER)
    assert (result["failed"], words in result["msg"]) == (True, True), result
    assert KAZOO.writes(office.server) == []


def test_the_login_cannot_name_an_account_above_it(office: Office) -> None:
    assert "cannot access an account" in run(office, [{"mailbox": "3000", "name": "x"}], account_id="accounttwo")["msg"]
    assert not run(office, [{"mailbox": "3000", "name": "x"}], account_id="accountone")["failed"]
