# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Callflows that reach a KAZOO mailbox are created and compared, and deleted only if the collection created them."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from helpers.kazoo_office import PROFILES, Office
from helpers.runners import Result, in_worker
from helpers.subjects import KAZOO
from voicemail_simulator.server import SimulatorServer

Item = dict[str, t.Any]


@pytest.fixture(params=PROFILES)
def office(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> t.Iterator[Office]:
    with SimulatorServer("kazoo", mailboxes=3, behaviors={"profile": request.param}) as server:
        yield Office(server, tmp_path)


@pytest.fixture
def master(tmp_path: pathlib.Path) -> t.Iterator[Office]:
    with SimulatorServer("kazoo", mailboxes=3) as server:
        yield Office(server, tmp_path)


def item(mailbox: str, **callflow: t.Any) -> Item:
    return {"mailbox": mailbox, "name": f"Box {mailbox}", "kazoo": {"callflow": callflow}}


def run(office: Office, *items: Item, check: bool = False, **options: t.Any) -> Result:
    office.server.journal.clear()
    return in_worker("vmboxes", KAZOO.arguments(office.server, mailboxes=list(items), **options), check=check)


def settle(office: Office, *items: Item, **options: t.Any) -> Result:
    """Run the module in check mode, for real, and again."""
    predicted = run(office, *items, check=True, **options)
    assert not predicted["failed"], predicted
    assert KAZOO.writes(office.server) == []
    done = run(office, *items, **options)
    assert not done["failed"], done
    for key in ("changed", "diff"):
        assert done[key] == predicted[key]
    again = run(office, *items, **options)
    assert (again["failed"], again["changed"], KAZOO.writes(office.server)) == (False, False, []), again
    return done


def callflows(office: Office) -> list[Item]:
    found = office.state.callflows.values()
    return [{**one["public"], "id": one["id"]} for one in found if not one["deleted"]]


def numbers(office: Office) -> dict[str, t.Any]:
    """Return the data of the voicemail module that a call to each number reaches."""
    return {number: one["flow"]["data"] for one in callflows(office) for number in one["numbers"]}


def add_callflow(office: Office, number: str, flow: Item | None = None, **more: t.Any) -> str:
    vendor = office.server.vendor
    identifier = str(vendor.new_id())
    flow = flow or {"module": "user", "data": {"id": "u" * 32}, "children": {}}
    public = {"name": "Reception", "numbers": [number, "777"], "patterns": [], "flow": flow, **more}
    office.state.save_document(office.state.callflows, office.account, identifier, public)
    return identifier


def test_lifecycle_of_a_direct_number(office: Office) -> None:
    box_id = office.box("1000")["id"]
    done = settle(office, item("1000", number="2000"))
    assert numbers(office) == {"2000": {"id": box_id}}
    assert "kazoo.callflow.number" in done["results"][0]["changed_fields"]
    assert callflows(office)[0]["flags"] == ["telephony.voicemail", f"telephony.voicemail:{box_id}"]
    settle(office, item("1000", number="2001"))
    assert numbers(office) == {"2001": {"id": box_id}}
    settle(office, item("1000", number=None))
    assert callflows(office) == []


def test_deleting_a_mailbox_deletes_its_callflow(office: Office) -> None:
    settle(office, item("3000", number="3000", check_code="*97"))
    box_id = office.box("3000")["id"]
    assert numbers(office) == {"3000": {"id": box_id}, "*97": {"action": "check"}}
    (code,) = [one for one in callflows(office) if one["numbers"] == ["*97"]]
    assert code["featurecode"] == {"name": "voicemail[action=check]", "number": "97"}
    settle(office, {"mailbox": "3000", "state": "absent"})
    assert numbers(office) == {"*97": {"action": "check"}}


def test_the_voicemail_check_code_is_unique_in_the_account(office: Office) -> None:
    items = [item(number, number=f"5{number}", check_code="*97") for number in ("1000", "1001", "1002")]
    settle(office, *items)
    assert sorted(numbers(office)) == ["*97", "51000", "51001", "51002"]
    settle(office, *(item(number, check_code="*98") for number in ("1000", "1001")))
    assert "*98" in numbers(office)
    assert "*97" not in numbers(office)
    settle(office, item("1000", check_code=None))
    assert sorted(numbers(office)) == ["51000", "51001", "51002"]


def test_a_changed_callflow_is_corrected(office: Office) -> None:
    settle(office, item("1000", number="2000"))
    (callflow,) = office.state.callflows.values()
    public = {**callflow["public"], "flow": {"module": "hangup", "data": {}, "children": {}}, "note": "kept"}
    office.state.save_document(office.state.callflows, office.account, callflow["id"], public)
    settle(office, item("1000", number="2000"))
    assert numbers(office) == {"2000": {"id": office.box("1000")["id"]}}
    assert callflows(office)[0]["note"] == "kept"


@pytest.mark.parametrize("option", ["number", "check_code"])
def test_an_occupied_number_is_refused_and_adopted_on_request(office: Office, option: str) -> None:
    callflow_id = add_callflow(office, "2000", metaflow={"x": 1})
    before = dict(office.state.callflows)
    result = run(office, item("1000", **{option: "2000"}), item("3000", number="3000"))
    assert (result["failed"], result["changed"], KAZOO.writes(office.server)) == (True, False, [])
    assert f"belongs to the callflow 'Reception' ({callflow_id}), which this collection did not create" in result["msg"]
    assert "kazoo.callflow.adopt" in result["msg"]
    assert dict(office.state.callflows) == before
    settle(office, item("1000", **{option: "2000", "adopt": True}))
    (callflow,) = callflows(office)
    assert (callflow["id"], callflow["numbers"], callflow["metaflow"]) == (callflow_id, ["2000", "777"], {"x": 1})
    expected = {"id": office.box("1000")["id"]} if option == "number" else {"action": "check"}
    assert callflow["flow"]["data"] == expected


def test_a_foreign_callflow_that_reaches_the_mailbox_is_accepted(office: Office) -> None:
    box_id = office.box("1000")["id"]
    flow = {"module": "voicemail", "data": {"id": box_id, "action": "compose"}, "children": {}}
    add_callflow(office, "2000", flow)
    assert "kazoo.callflow.number" not in run(office, item("1000", number="2000"))["results"][0]["changed_fields"]
    assert len(callflows(office)) == 1
    settle(office, item("1000", number=None))
    assert len(callflows(office)) == 1
    settle(office, {"mailbox": "1000", "state": "absent"})
    assert len(callflows(office)) == 1


def test_contradictory_numbers_are_refused(master: Office) -> None:
    for items, words in (
        ([item("1000", number="2000"), item("1001", number="2000")], "2000 is also the number of"),
        ([item("1000", check_code="*97"), item("1001", check_code="*98")], "whole account, but several"),
        ([item("1000", check_code="*97"), item("1001", check_code=None)], "whole account, but several"),
        ([item("1000", number="*97", check_code="*97")], "is also the code to check voicemail"),
        ([item("1000", number="2015550123")], "such as +12015550123"),
        ([item("1000", number="20 00")], "an extension"),
        ([item("1000", adopt="maybe")], "kazoo.callflow.adopt"),
    ):
        result = run(master, *items)
        assert (result["failed"], words in result["msg"]) == (True, True), result
        assert KAZOO.writes(master.server) == []


def test_the_number_of_another_mailbox_is_refused_unless_it_was_deleted(master: Office) -> None:
    settle(master, item("1000", number="2000"))
    result = run(master, item("1001", number="2000"))
    assert (result["failed"], "of this collection" in result["msg"]) == (True, True), result
    # Deleted without the collection.
    box = master.box("1000")
    master.state.save_box(master.account, box["id"], box["public"], deleted=True)
    settle(master, item("1001", number="2000"))
    assert numbers(master) == {"2000": {"id": master.box("1001")["id"]}}


def test_two_callflows_of_one_mailbox_are_merged(master: Office) -> None:
    settle(master, item("1000", number="2000"))
    (callflow,) = callflows(master)
    public = {**callflow, "numbers": ["2000"]}
    public.pop("id")
    master.state.save_document(master.state.callflows, master.account, "f" * 32, public)
    assert run(master, item("1000", number="2000"))["changed"]
    assert len(callflows(master)) == 1
    settle(master, item("1000", number="2000"))


@pytest.mark.parametrize("fault", ["method=PUT,path=.*/callflows", "method=POST,path=.*/callflows/.*", "method=DELETE"])
def test_a_lost_reply_creates_nothing_twice(office: Office, fault: str) -> None:
    settle(office, item("1000", number="2000"), item("1002", number="2222"))
    office.server.faults.set([f"lost_reply,count=1,{fault}"])
    result = run(office, item("1000", number="2001"), item("1001", number="2100"), item("1002", number=None))
    office.server.faults.set(())
    assert not result["failed"], result
    assert sorted(numbers(office)) == ["2001", "2100"]


@pytest.mark.parametrize("fault", ["method=PUT,path=.*/callflows", "method=POST,path=.*/callflows/.*", "method=DELETE"])
def test_the_next_run_repairs_a_partial_failure(master: Office, fault: str) -> None:
    settle(master, item("1000", number="2000"), item("1002", number="2222"))
    items = [item("1000", number="2001"), item("3000", number="3000"), item("1002", number=None)]
    master.server.faults.set([f"status:400,{fault}"])
    assert run(master, *items)["failed"]
    master.server.faults.set(())
    assert not run(master, *items)["failed"]
    assert sorted(numbers(master)) == ["2001", "3000"]
    assert not run(master, *items)["changed"]


def test_a_conflict_is_retried(master: Office) -> None:
    settle(master, item("1000", number="2000"))
    master.server.behaviors.conflict_writes = 1
    assert not run(master, item("1000", number="2001"))["failed"]
    assert list(numbers(master)) == ["2001"]


def test_mailboxes_without_a_declared_callflow_cost_no_request(master: Office) -> None:
    result = run(master, {"mailbox": "1000", "name": "Other"}, {"mailbox": "3000", "name": "New"})
    assert not result["failed"]
    assert not [entry for entry in master.server.journal.entries() if "callflows" in entry["path"]]


def test_a_server_without_callflows_still_deletes_mailboxes(master: Office) -> None:
    master.server.faults.set(["status:404,path=.*/callflows"])
    assert not run(master, {"mailbox": "1000", "state": "absent"})["failed"]


def shown(office: Office, **options: t.Any) -> dict[str, t.Any]:
    """Return the callflow of each mailbox from `vmbox_info`."""
    office.server.journal.clear()
    found = in_worker("vmbox_info", KAZOO.arguments(office.server, **options))["mailboxes"]
    return {box["mailbox"]: box.get("kazoo", {}).get("callflow") for box in found}


@pytest.mark.parametrize("cached", [False, True])
def test_callflows_are_read_on_request(office: Office, cached: bool, tmp_path: pathlib.Path) -> None:
    folder = {"cache": str(tmp_path / "cache")} if cached else {}
    settle(office, item("1000", number="3000", check_code="*97"), item("1001", number="3001"))
    direct = {"module": "voicemail", "data": {"id": office.box("1002")["id"]}, "children": {}}
    add_callflow(office, "3002", direct)
    add_callflow(
        office, "4002", {"module": "user", "data": {"id": "u" * 32}, "children": {"_": direct}}, numbers=["4002"]
    )
    assert set(shown(office, **folder).values()) == {None}
    assert not [entry for entry in office.server.journal.entries() if "/callflows" in entry["path"]]
    expected = {
        "1000": {"number": "3000", "check_code": "*97"},
        "1001": {"number": "3001", "check_code": "*97"},
        "1002": {"number": "3002", "check_code": "*97"},
    }
    for _run in range(3):
        assert shown(office, include_options=["kazoo.callflow"], **folder) == expected
    # The list of callflows, and a read of each one that only records or plays messages.
    asked = [entry for entry in office.server.journal.entries() if "/callflows" in entry["path"]]
    assert len(asked) == 1 + 4
    assert shown(office, mailbox="1001", include_options=["kazoo.callflow"]) == {"1001": expected["1001"]}


@pytest.mark.parametrize("compact", [False, True])
def test_applying_the_read_callflows_changes_nothing(office: Office, compact: bool) -> None:
    settle(office, item("1000", number="3000", check_code="*97"), item("1001", number="3001"))
    arguments = KAZOO.arguments(office.server, include_options=["kazoo.callflow"], compact=compact)
    found = in_worker("vmbox_info", arguments)
    defaults = {"defaults": found["defaults"]} if compact else {}
    applied = run(office, *found["mailboxes"], check=True, **defaults)
    assert (applied["failed"], applied["changed"]) == (False, False), applied


def test_a_changed_callflow_is_not_shown(master: Office) -> None:
    settle(master, item("1000", number="3000"))
    (callflow,) = master.state.callflows.values()
    flow = {"module": "user", "data": {"id": "u" * 32}, "children": {}}
    master.state.save_document(
        master.state.callflows, master.account, callflow["id"], {**callflow["public"], "flow": flow}
    )
    assert shown(master, include_options=["kazoo.callflow"])["1000"] is None


def test_callflows_are_not_cached(master: Office, tmp_path: pathlib.Path) -> None:
    """The revision of a mailbox does not cover its callflow."""
    items = [item("1000", number="3000"), item("1001", number="3001"), item("1002", number="3002")]
    options = {"cache": str(tmp_path / "cache")}
    settle(master, *items, **options)
    settle(master, *items, **options)
    callflow = next(one for one in master.state.callflows.values() if one["public"]["numbers"] == ["3001"])
    flow = {"module": "user", "data": {"id": "u" * 32}, "children": {}}
    master.state.save_document(
        master.state.callflows, master.account, callflow["id"], {**callflow["public"], "flow": flow}
    )
    result = run(master, *items, check=True, **options)
    assert [row["changed_fields"] for row in result["results"]] == [["kazoo.callflow.number"]]


def test_an_option_of_another_vendor_is_refused(master: Office) -> None:
    result = in_worker("vmbox_info", KAZOO.arguments(master.server, include_options=["onsip.attach"]))
    assert result["failed"]
    assert result["msg"] == "`include_options` names onsip.attach, which KAZOO does not have. Leave it out."
    assert not master.server.journal.entries()
