# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO's messages: ineffective deletions, paging by time, the retention period and partial failures."""

from __future__ import annotations

import datetime
import typing as t
import urllib.parse

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import RejectedError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import Message, Selection
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo import messages
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo.message_wire import windows
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo.messages import KazooMessages
from contract.test_messages import TaskRunner
from helpers.interventions import Intervention
from helpers.message_subjects import KAZOO_MESSAGES
from hypothesis import given
from hypothesis import strategies as st
from voicemail_simulator.server import SimulatorServer

DAY = 86400
profiles = pytest.mark.parametrize("profile", ["M", "5", "4.3"])


def stored(server: SimulatorServer) -> list[dict[str, t.Any]]:
    """Return every message in the simulator, newest first."""
    vendor = server.vendor
    found: list[dict[str, t.Any]] = vendor.state.messages_of(vendor.ACCOUNT_ID, None)
    return found


def left(server: SimulatorServer, like: dict[str, t.Any], **metadata: t.Any) -> str:
    """Add a copy of a message."""
    vendor = server.vendor
    timestamp = metadata.get("timestamp", like["metadata"]["timestamp"])
    identifier = vendor.month(timestamp) + vendor.new_id()
    changed = {**like["metadata"], "media_id": identifier, "call_id": vendor.new_id()[:24], **metadata}
    one = {**like, "id": identifier, "rev": None, "metadata": changed, "utc_seconds": timestamp, "deleted": False}
    vendor.state.save_message(one)
    return str(identifier)


@profiles
def test_an_ineffective_deletion_is_reported(profile: str) -> None:
    with KAZOO_MESSAGES.serve(behaviors={"profile": profile}) as server:
        runner = TaskRunner(KAZOO_MESSAGES, server)
        box = runner.messages(mailbox="1000")
        like = next(one for one in stored(server) if one["id"] == box[0]["id"])
        stuck = left(server, like, **{"from": "1001@example.com@accountone.example.com"})
        result = runner.run("voicemail_message", mailbox="1000", state="absent", permanent=True, max_deletions=9)
        rows = {row["id"]: row for row in result["results"]}
        assert (result["failed"], result["changed"]) == (True, True)
        assert rows.pop(stuck)["status"] == "failed"
        assert {row["status"] for row in rows.values()} == {"changed"}
        assert "two @" in result["msg"]
        assert [message["id"] for message in runner.messages(mailbox="1000")] == [stuck]
        soft = runner.run("voicemail_message", mailbox="1000", state="absent", max_deletions=9)
        assert (soft["failed"], soft["changed"]) == (False, True)


def test_deletions_have_no_request_body() -> None:
    with KAZOO_MESSAGES.serve() as server:
        runner = TaskRunner(KAZOO_MESSAGES, server)
        for permanent in (False, True):
            runner.run("voicemail_message", all_mailboxes=True, state="absent", permanent=permanent, max_deletions=50)
            for method, path in KAZOO_MESSAGES.writes(server):
                named = path.rpartition("/")[2]
                assert (method, named) == ("POST", "messages") if not permanent else method == "DELETE"
                assert not permanent or len(named) > 30, path
        assert runner.messages() == []


class Untouched:
    """A session that must not be used."""

    def call(self, *_arguments: t.Any, **_options: t.Any) -> t.NoReturn:
        raise AssertionError("a request was sent")


@pytest.mark.parametrize("identifier", ["", "raw", "../vmboxes", "a/b/c/d/e/f", "xxxxxx", "abcdefgh?a=b", "abcdefgh\n"])
def test_an_id_that_would_change_the_path_is_never_sent(identifier: str) -> None:
    driver = KazooMessages(t.cast("t.Any", Untouched()))
    for permanent in (False, True):
        with pytest.raises(RejectedError, match="not an id"):
            driver.delete(Message(identifier, mailbox_id="a" * 32), permanent)
        with pytest.raises(RejectedError, match="not an id"):
            driver.delete(Message("a" * 32, mailbox_id=identifier), permanent)


def test_messages_that_arrive_between_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that other messages are neither lost nor repeated."""
    with KAZOO_MESSAGES.serve(mailboxes=3, messages=5) as server:
        runner = TaskRunner(KAZOO_MESSAGES, server)
        everything = {message["id"] for message in runner.messages()}
        simulation = server.simulation

        def while_one_arrives() -> None:
            left(server, stored(server)[0], timestamp=server.vendor.state.now())

        arriving = Intervention(simulation.faults, while_one_arrives, path="/messages$")
        monkeypatch.setattr(simulation, "faults", arriving)
        monkeypatch.setattr(messages, "PAGE_SIZE", 4)
        found = [message["id"] for message in runner.messages()]
        assert len(set(found)) == len(found)
        assert set(found) >= everything
        assert sum(path.endswith("/messages") for _method, path in KAZOO_MESSAGES.requests(server)) > 4


@profiles
def test_more_messages_in_a_second_than_in_a_page_is_an_error(profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check the error, because pages continue by the second and cannot get past it."""
    with KAZOO_MESSAGES.serve(messages=2, behaviors={"profile": profile}) as server:
        like = stored(server)[0]
        for _message in range(6):
            left(server, like, timestamp=like["metadata"]["timestamp"])
        monkeypatch.setattr(messages, "PAGE_SIZE", 4)
        found = [message["id"] for message in TaskRunner(KAZOO_MESSAGES, server).messages()]
        assert sorted(found) == sorted(message["id"] for message in stored(server))


def test_a_message_of_a_deleted_mailbox_is_listed() -> None:
    with KAZOO_MESSAGES.serve() as server:
        runner = TaskRunner(KAZOO_MESSAGES, server)
        like = stored(server)[0]
        orphan = left(server, {**like, "box_id": "f" * 32})
        (found,) = [message for message in runner.messages() if message["id"] == orphan]
        assert (found["mailbox"], found["mailbox_id"]) == (None, "f" * 32)


def test_messages_older_than_the_retention_are_read_in_windows() -> None:
    with KAZOO_MESSAGES.serve(messages=1) as server:
        runner = TaskRunner(KAZOO_MESSAGES, server)
        now = server.vendor.state.now()
        ids = {left(server, stored(server)[0], timestamp=now - age * DAY) for age in (30, 31, 32, 61, 62, 63, 120)}
        recent = {message["id"] for message in runner.messages()}
        assert len(ids - recent) == 1
        found = runner.messages(all_mailboxes=True, newer_than="130d")
        assert {message["id"] for message in found} == recent | ids
        asked = [entry for entry in server.journal.entries() if entry["path"].endswith("/messages")]
        assert len(asked) == 5
        expired = next(message for message in found if message["id"] not in recent)
        assert (expired["status"], expired["native"]["retention"]) == ("deleted", "enforced")


@given(st.integers(0, 400), st.none() | st.integers(0, 400))
def test_windows_cover_the_time_and_keep_to_the_limit(newer: int, older: int | None) -> None:
    now = datetime.datetime.now(datetime.UTC)
    selection = Selection(
        newer_than=now - datetime.timedelta(days=newer),
        older_than=None if older is None else now - datetime.timedelta(days=older),
    )
    found = windows(selection)
    if older is not None and older > newer:
        assert found == []
        return
    previous = None
    for window in found:
        start, end = int(window["created_from"]), int(window.get("created_to", 0))
        assert previous is None or start == previous + 1
        assert not end or 0 <= end - start <= 2_682_000
        previous = end
    first, last = int(found[0]["created_from"]), found[-1]
    offset = 62167219200
    assert first == int(selection.newer_than.timestamp()) + offset if selection.newer_than else False
    if selection.older_than is None or not older:
        assert "created_to" not in last
    else:
        assert int(last["created_to"]) == int(selection.older_than.timestamp()) + offset


def test_a_short_period_is_one_request() -> None:
    with KAZOO_MESSAGES.serve() as server:
        TaskRunner(KAZOO_MESSAGES, server).messages(mailbox="1000", newer_than="30d", status="unread")
        (query,) = [entry["query"] for entry in server.journal.entries() if entry["path"].endswith("/messages")]
        asked = urllib.parse.parse_qs(query)
        assert set(asked) == {"created_from", "filter_folder", "page_size"}


def test_a_failed_request_does_not_hide_successful_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "CHUNK", 3)
    with KAZOO_MESSAGES.serve(messages=7) as server:
        runner = TaskRunner(KAZOO_MESSAGES, server)
        server.faults.set(["status:400,skip=1,count=1,method=POST,path=.*/messages"])
        options = {"mailbox": "1000", "state": "absent", "max_deletions": 9}
        result = runner.run("voicemail_message", **options)
        assert (result["failed"], result["changed"]) == (True, True)
        assert sorted(row["status"] for row in result["results"]) == ["changed"] * 4 + ["failed"] * 3
        reported = {row["id"] for row in result["results"] if row["status"] == "failed"}
        assert {message["id"] for message in runner.messages(mailbox="1000", status="unread")} <= reported
        again = runner.run("voicemail_message", **options)
        assert (again["failed"], again["summary"]["delete"]) == (False, 3)


def test_bulk_changes_report_each_message() -> None:
    with KAZOO_MESSAGES.serve() as server:
        runner = TaskRunner(KAZOO_MESSAGES, server)
        box = [message["id"] for message in runner.messages(mailbox="1000")]
        # Two messages disappear between the list and the change.
        server.faults.set([])
        original = server.vendor.state.message

        def vanishing(account_id: str, identifier: str) -> t.Any:
            return None if identifier in box[:2] else original(account_id, identifier)

        server.vendor.state.message = vanishing
        for shape in ("object", "array"):
            server.behaviors.failed_shape = shape
            result = runner.run("voicemail_message", mailbox="1000", state="unread" if shape == "array" else "read")
            reported = {row["id"]: row["status"] for row in result["results"]}
            assert result["failed"]
            assert "failed" in reported.values()
            assert {identifier for identifier, status in reported.items() if status == "failed"} <= set(box[:2])
