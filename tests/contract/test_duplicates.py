# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A number that two runs create at the same time exists once in the end, and both runs report their changes.

No run deletes a mailbox that it did not create, that contains messages or that was changed.
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import ConflictError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box as VendorBox
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo.mailboxes import KazooMailboxes
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.portsip.shared_voicemails import (
    PortsipSharedVoicemails,
)
from helpers.races import LARGER, RACE, SMALLER, before_first_look, many, numbered, one, rival, serve, stored, together
from helpers.subjects import KAZOO, ONSIP, TEL4VN, Subject
from voicemail_simulator.vendors.kazoo.seeds import add_message

BOTH = pytest.mark.parametrize("subject", [KAZOO, TEL4VN], ids=lambda subject: subject.name)


@pytest.mark.parametrize("profile", ["4.3", "M", "5"])
def test_two_hosts_create_one_mailbox(profile: str) -> None:
    with KAZOO.serve({"profile": profile, **RACE}) as server:
        results = together(*[lambda: one(KAZOO, server)] * 2)
        assert len([entry for entry in server.journal.entries() if entry["path"].endswith("/vmboxes")]) >= 4
        assert not any(result["failed"] for result in results), [result.get("msg") for result in results]
        assert sorted(result["action"] for result in results) == ["create", "none"]
        assert sorted(result["changed"] for result in results) == [False, True]
        (box,) = stored(KAZOO, server)
        assert {result["mailbox"]["id"] for result in results} == {box.id}
        again = one(KAZOO, server)
        assert not again["failed"]
        assert not again["changed"]


def test_conflicting_declarations_of_two_hosts_result_in_one_of_them() -> None:
    with KAZOO.serve(RACE) as server:
        results = together(lambda: one(KAZOO, server, name="A"), lambda: one(KAZOO, server, name="B"))
        assert not any(result["failed"] for result in results), [result.get("msg") for result in results]
        assert sorted(result["action"] for result in results) == ["create", "update"]
        (updated,) = (result for result in results if result["action"] == "update")
        assert updated["changed_fields"] == ["name"]
        (box,) = stored(KAZOO, server)
        assert box.fields["name"] == updated["mailbox"]["name"]


@pytest.mark.parametrize("runs", [2, 3])
def test_concurrent_lists_with_common_numbers(runs: int) -> None:
    items = numbered(30)
    with KAZOO.serve({"uniqueness_delay": 0.03}) as server:
        results = together(*[lambda: many(server, items, workers=4)] * runs)
        assert not any(result["failed"] for result in results), [result.get("msg") for result in results]
        for number in [item["mailbox"] for item in items]:
            assert len(stored(KAZOO, server, number)) == 1
            rows = [row for result in results for row in result["results"] if row["mailbox"] == number]
            assert sorted(row["action"] for row in rows) == ["create", *["none"] * (runs - 1)], rows
        again = many(server, items)
        assert not again["failed"]
        assert not again["changed"]


def test_spellings_of_one_number_are_duplicates() -> None:
    with KAZOO.serve(RACE) as server:
        numbers = ("8000", "08000", "008000")
        results = together(*(lambda number=number: one(KAZOO, server, mailbox=number) for number in numbers))
        assert not any(result["failed"] for result in results), [result.get("msg") for result in results]
        (box,) = KAZOO.stored(server)
        assert sorted(result["action"] for result in results) == ["create", "none", "none"]
        assert {result["mailbox"]["mailbox"] for result in results} == {box.number}


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("box_id", [SMALLER, LARGER])
@BOTH
def test_a_mailbox_of_another_client_remains(subject: Subject, box_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(subject) as server:
        before_first_look(monkeypatch, subject, lambda box: rival(subject, server, box_id))
        result = one(subject, server)
        assert not result["failed"], result["msg"]
        assert result["action"] == "update"
        assert any("was withdrawn" in warning for warning in result["warnings"])
        assert [box.id for box in stored(subject, server)] == [box_id]
        again = one(subject, server)
        assert not again["failed"]
        assert not again["changed"]


@pytest.mark.usefixtures("no_waiting")
def test_a_short_lived_duplicate_of_another_client_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with KAZOO.serve() as server:
        looks = before_first_look(
            monkeypatch, KAZOO, lambda box: server.vendor.state.erase_box(server.vendor.ACCOUNT_ID, LARGER), at=2
        )
        create = KazooMailboxes.create

        def created(self: t.Any, number: str, values: t.Any) -> t.Any:
            box = create(self, number, values)
            rival(KAZOO, server, LARGER)
            return box

        monkeypatch.setattr(KazooMailboxes, "create", created)
        result = one(KAZOO, server)
        assert (result["action"], result["failed"]) == ("create", False)
        assert looks == [2, 2, 1]


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("box_id", [SMALLER, LARGER])
@pytest.mark.parametrize("use", ["message", "change"])
@BOTH
def test_a_mailbox_in_use_is_not_withdrawn(
    subject: Subject, use: str, box_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act(box: t.Any) -> None:
        state = server.vendor.state
        if subject is TEL4VN and use == "change":
            state.boxes[box.id] = {**state.boxes[box.id], "description": "Changed"}
        elif subject is TEL4VN:
            server.vendor.add_message(subject.number)
        else:
            public = state.box(server.vendor.ACCOUNT_ID, box.id)["public"]
            if use == "change":
                state.save_box(server.vendor.ACCOUNT_ID, box.id, {**public, "skip_envelope": True})
            else:
                add_message(server.vendor, {"id": box.id, "account_id": server.vendor.ACCOUNT_ID, "public": public}, 5)
        rival(subject, server, box_id)
        made.append(box.id)

    made: list[str] = []
    with serve(subject) as server:
        before_first_look(monkeypatch, subject, act)
        result = one(subject, server)
        assert result["failed"]
        assert box_id in result["msg"]
        assert made[0] in result["msg"]
        assert "cannot be withdrawn" in result["msg"]
        assert result["changed"]
        assert {box.id for box in stored(subject, server)} == {box_id, made[0]}


@pytest.mark.usefixtures("no_waiting")
def test_duplicates_after_a_lost_reply_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose the reply to the creation, so that the run cannot identify the mailbox that it created."""
    with KAZOO.serve() as server:
        server.faults.set(["lost_reply,method=PUT,path=vmboxes$,count=1"])
        find, intruded = KazooMailboxes.find, []

        def found(self: KazooMailboxes, number: str | None, box_id: str | None) -> t.Any:
            if number == KAZOO.number and not intruded:
                intruded.append(True)
                rival(KAZOO, server, LARGER)
            return find(self, number, box_id)

        monkeypatch.setattr(KazooMailboxes, "find", found)
        items = [{"mailbox": KAZOO.number, "name": "Reception"}, {"mailbox": "3999", "name": "Front desk"}]
        result = many(server, items, workers=1)
        twins = [box.id for box in stored(KAZOO, server)]
        assert len(twins) == 2
        assert [row["status"] for row in result["results"]] == ["failed", "changed"]
        assert all(twin in result["results"][0]["error"] for twin in twins)
        assert result["changed"]
        server.vendor.state.erase_box(server.vendor.ACCOUNT_ID, LARGER)
        assert not many(server, items)["failed"]


@pytest.mark.usefixtures("no_waiting")
def test_onsip_withdraws_nothing_because_messages_are_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    with ONSIP.serve() as server:
        boxes, fields = server.vendor.boxes, {"Mailbox": ONSIP.number, "Fullname": "Rival"}
        before_first_look(
            monkeypatch,
            ONSIP,
            lambda box: boxes.new_box("61002", "vm.rival@example.onsip.com", address_name="Rival", **fields),
        )
        result = one(ONSIP, server)
        twins = stored(ONSIP, server)
        assert len(twins) == 2
        assert result["failed"]
        assert all(twin.id in result["msg"] for twin in twins), result["msg"]
        assert "does not show whether it has messages" in result["msg"]


@pytest.mark.parametrize(
    ("messages", "own", "kept", "expected"),
    [
        (0, "as created", "8500", True),
        (0, None, "8500", True),
        (0, "as created", None, False),
        (0, "as created", "8501", False),
        (1, "as created", "8500", "contains messages"),
        (0, "changed", "8500", "somebody else changed it"),
    ],
)
def test_portsip_withdraws_only_empty_unchanged_mailboxes(
    messages: int, own: str | None, kept: str | None, expected: bool | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = PortsipSharedVoicemails(t.cast(t.Any, None))
    box, other = VendorBox("8500", "1", {"name": "as created"}), VendorBox("8500", "2", {})
    driver._created["1"] = None
    found = {"1": own and VendorBox("8500", "1", {"name": own}), "2": kept and VendorBox(kept, "2", {})}
    deleted: list[str | None] = []
    monkeypatch.setattr(driver, "count_messages", lambda box: messages)
    monkeypatch.setattr(driver, "find", lambda number, box_id: found[box_id])
    monkeypatch.setattr(driver, "delete", lambda box: deleted.append(box.id))
    assert driver.created_here(box)
    assert not driver.created_here(other)
    if isinstance(expected, str):
        with pytest.raises(ConflictError, match=expected):
            driver.withdraw(box, other)
    else:
        assert driver.withdraw(box, other) is expected
    assert deleted == (["1"] if expected is True and own else [])


@pytest.mark.parametrize("kind", ["lost_reply", "truncated"])
def test_a_lost_reply_during_a_concurrent_run(kind: str) -> None:
    items = numbered(6)
    with KAZOO.serve(RACE) as server:
        server.faults.set([f"{kind},method=PUT,path=vmboxes$,count=3"])
        results = together(*[lambda: many(server, items, workers=3)] * 2)
        for number in [item["mailbox"] for item in items]:
            rows = [row for result in results for row in result["results"] if row["mailbox"] == number]
            failed = [row for row in rows if row["status"] == "failed"]
            # Two mailboxes remain only if both replies were lost. Then both runs report them.
            assert len(stored(KAZOO, server, number)) == (2 if len(failed) == 2 else 1), rows
            assert failed or any(row["action"] == "create" for row in rows), rows


@pytest.mark.parametrize(("name", "action"), [("Rival", "none"), ("Reception", "update")])
def test_a_refused_run_reports_its_changes(name: str, action: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let another client create the mailbox between the list and the request."""
    with KAZOO.serve() as server:
        create = KazooMailboxes.create

        def late(self: t.Any, number: str, values: t.Any) -> t.Any:
            rival(KAZOO, server, LARGER)
            return create(self, number, values)

        monkeypatch.setattr(KazooMailboxes, "create", late)
        result = many(server, [{"mailbox": KAZOO.number, "name": name}])
        assert not result["failed"], result["msg"]
        assert result["summary"][action] == 1
        assert result["summary"]["create"] == 0
        assert [row["action"] for row in result["results"]] == [action]
        assert result["changed"] is (action == "update")
        assert [box.id for box in stored(KAZOO, server)] == [LARGER]


def test_only_creations_cause_another_listing() -> None:
    with KAZOO.serve(mailboxes=1) as server:

        def listings(name: str) -> int:
            server.journal.clear()
            assert not many(server, [{**item, "name": name} for item in numbered(20)])["failed"]
            asked = [(entry["method"], entry["path"].rsplit("/", 1)[-1]) for entry in server.journal.entries()]
            return asked.count(("GET", "vmboxes"))

        assert listings("x") == 2
        assert listings("y") == 1


def test_a_failed_duplicate_check_fails_every_new_mailbox() -> None:
    with KAZOO.serve() as server:
        server.faults.set(["status:403,method=GET,path=vmboxes$,skip=1,count=9"])
        result = many(server, numbered(2))
        assert [row["status"] for row in result["results"]] == ["failed", "failed"]
        assert all("may have created it as well" in row["error"] for row in result["results"])
        assert result["changed"]
