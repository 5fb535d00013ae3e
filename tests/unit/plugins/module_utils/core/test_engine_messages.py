# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages are selected, changed and verified for any content of mailboxes."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import RejectedError, TransportError
from helpers.memory_messages import MessageStore
from helpers.recordings import wav
from hypothesis import given
from hypothesis import strategies as st

ALL = {"all_mailboxes": True}
BOX = {"mailbox": "1000"}
WRITES = {"read": "mark", "absent": "delete", "moved": "move", "copied": "copy"}


def options(state: str) -> dict[str, t.Any]:
    """Return the options that a state requires."""
    others = {"absent": {"max_deletions": 100}, "moved": {"to_mailbox": "2000"}, "copied": {"to_mailboxes": ["2000"]}}
    return {"state": state, **others.get(state, {})}


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("bulk", [True, False])
@pytest.mark.parametrize("state", [*WRITES, "unread"])
@given(counts=st.tuples(st.integers(0, 3), st.integers(0, 3)), limit=st.none() | st.integers(1, 4))
def test_selected_messages_are_changed_once(state: str, bulk: bool, counts: tuple[int, int], limit: int | None) -> None:
    store = MessageStore(bulk=bulk).filled(b1000=counts[0], b1001=counts[1], b2000=0)
    before = [message for found in store.boxes.values() for message in found]
    given_options = {**ALL, **options(state), "report": "all"}
    if limit is not None:
        given_options["limit"] = limit
    wanted = [message.id for message in before][:limit]
    planned = store.run(check=True, **given_options)
    assert store.writes == []
    done = store.run(**given_options)
    changes = state != "unread"
    for result in (planned, done):
        assert not result["failed"], result["msg"]
        assert [row["id"] for row in result["results"]] == wanted
        assert {row["status"] for row in result["results"]} <= {"changed" if changes else "ok"}
        assert result["changed"] is (changes and bool(wanted))
        assert result["undated"] == []
    assert sorted(about for _request, about in store.writes) == (sorted(wanted) if changes else [])
    assert {request for request, _about in store.writes} <= {WRITES.get(state)}
    if state == "absent":
        assert sum(map(len, store.ids.values())) == len(before) - len(wanted)
    elif state == "read":
        read = [message.id for found in store.boxes.values() for message in found if message.status == "read"]
        assert read == wanted
    elif state in ("moved", "copied"):
        assert len(store.ids["2000"]) == len(wanted)
        assert sum(map(len, store.ids.values())) == len(before) + len(wanted) * (state == "copied")
    if limit is None:
        place = BOX if state in ("moved", "copied") else ALL
        again = store.run(**place, **options(state))
        assert not again["failed"], again["msg"]
        assert again["changed"] is False


@pytest.mark.parametrize("permanent", [True, False])
def test_messages_are_deleted_permanently_on_request(permanent: bool) -> None:
    store = MessageStore().filled(b1000=3)
    result = store.run(**BOX, state="absent", max_deletions=3, permanent=permanent)
    assert not result["failed"], result["msg"]
    assert {request for request, _about in store.writes} == {"permanent" if permanent else "delete"}
    assert store.ids == {"1000": []}


@given(count=st.integers(0, 4), limit=st.integers(0, 4))
def test_the_message_deletion_limit_is_exact(count: int, limit: int) -> None:
    store = MessageStore().filled(b1000=count)
    result = store.run(**BOX, state="absent", max_deletions=limit)
    assert result["failed"] is (count > limit)
    assert len(store.ids["1000"]) == (count if count > limit else 0)
    if count > limit:
        assert store.writes == []


@pytest.mark.parametrize("name", ["ids", "call_ids"])
@pytest.mark.parametrize("module", ["voicemail_message_info", "voicemail_message"])
def test_unknown_ids_are_reported(module: str, name: str) -> None:
    store = MessageStore().filled(b1000=2, b2000=0)
    known = "1000-1" if name == "ids" else "call-1000-1"
    others = {"status": "read"} if module.endswith("info") else {"state": "absent"}
    result = store.run(module, **BOX, **others, **{name: [known, "none"]})
    if module.endswith("info"):
        assert not result["failed"]
        # The message exists, although the other filter excludes it.
        assert result["messages"] == []
        assert result["warnings"] == ["not found: none"]
    else:
        assert not result["failed"], result["msg"]
        assert result["warnings"] == ["not found, so there was nothing to delete: none"]
        assert store.ids["1000"] == ["1000-0"]


@pytest.mark.parametrize("count", [20, 21])
def test_the_first_of_many_unknown_ids_are_shown(count: int) -> None:
    names = [f"x{number:02}" for number in range(count)]
    shown = ", ".join(names[:20]) + (" and more" if count > 20 else "")
    store = MessageStore().filled(b1000=0)
    assert store.run("voicemail_message_info", **BOX, ids=names)["warnings"] == [f"not found: {shown}"]
    shown_text = store.run(**BOX, ids=names, state="absent")["warnings"]
    assert shown_text == [f"not found, so there was nothing to delete: {shown}"]


@pytest.mark.parametrize("module", ["voicemail_message_info", "voicemail_message_facts"])
def test_messages_are_listed(module: str) -> None:
    store = MessageStore().filled(b1000=2, b1001=1)
    store.add("1000", "read", status="read", received_at=None)
    result = store.run(module, **BOX)
    assert [message["id"] for message in result["messages"]] == ["1000-0", "1000-1", "read"]
    assert result["changed"] is False
    assert ("ansible_facts" in result) is module.endswith("facts")
    if module.endswith("facts"):
        assert result["ansible_facts"] == {"voicemail_messages": result["messages"]}
    assert [one["id"] for one in store.run(module, **BOX, status="unread")["messages"]] == ["1000-0", "1000-1"]
    assert len(store.run(module, **ALL)["messages"]) == 4
    assert [one["id"] for one in store.run(module, **ALL, limit=1)["messages"]] == ["1000-0"]
    older = store.run(module, **BOX, older_than="2026-05-10T11:30:00Z")
    assert [one["id"] for one in older["messages"]] == ["1000-1"]
    assert [one["id"] for one in older["undated"]] == ["read"]
    assert len(older["warnings"]) == 1
    assert "does not exist" in store.run(module, mailbox="9")["msg"]


WRONG: list[tuple[dict[str, t.Any], str]] = [
    ({"state": "read"}, "mailbox, shared_voicemail, all_mailboxes"),
    ({**BOX, "state": "read", "limit": 0}, "limit"),
    ({**BOX, "state": "read", "ids": []}, "ids"),
    ({**BOX, "state": "read", "call_ids": ["a", ""]}, "call_ids"),
    ({**BOX, "state": "read", "ids": ["a\x00"]}, "ids"),
    ({**BOX, "state": "read", "caller": ""}, "caller"),
    ({**BOX, "state": "read", "older_than": "soon"}, "older_than"),
    ({**BOX, "state": "read", "newer_than": "2026-05-10", "older_than": "2026-05-10"}, "newer_than"),
    ({"mailbox": "10 00", "state": "read"}, "mailbox"),
    ({**BOX, "state": "moved"}, "to_mailbox"),
    ({**BOX, "state": "copied"}, "to_mailboxes"),
    ({**BOX, "state": "copied", "to_mailboxes": ["2000", "2 0"]}, "to_mailboxes"),
    ({**BOX, "state": "absent"}, "max_deletions"),
    ({**BOX, "state": "absent", "max_deletions": -1}, "max_deletions"),
    ({**BOX, "state": "read", "max_deletions": 1}, "max_deletions"),
    ({**BOX, "state": "read", "permanent": True}, "permanent"),
    ({**BOX, "state": "absent", "max_deletions": 1, "to_mailbox": "2000"}, "to_mailbox"),
    ({"shared_voicemail": "8000", "state": "read"}, "shared voicemail"),
]


@pytest.mark.parametrize(("given_options", "named"), WRONG, ids=lambda value: str(value)[:60])
def test_invalid_selections_are_refused(given_options: dict[str, t.Any], named: str) -> None:
    store = MessageStore().filled(b1000=2, b2000=0)
    result = store.run(**given_options)
    assert result["failed"]
    assert named in result["msg"]
    assert store.requests == []


@pytest.mark.parametrize("given_options", [{"limit": 1}, {"newer_than": "2026-05-09", "older_than": "2026-05-11"}])
def test_minimum_values_are_accepted(given_options: dict[str, t.Any]) -> None:
    store = MessageStore().filled(b1000=2)
    assert not store.run(**BOX, state="read", **given_options)["failed"]


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("bulk", [True, False])
@pytest.mark.parametrize("state", WRITES)
def test_success_without_effect_is_a_failure(state: str, bulk: bool) -> None:
    store = MessageStore(bulk=bulk, ignored=frozenset(WRITES.values())).filled(b1000=2, b2000=0)
    result = store.run(**BOX, **options(state), report="all")
    assert result["failed"], result["msg"]
    assert [row["status"] for row in result["results"]] == ["failed", "failed"]
    assert store.ids == {"1000": ["1000-0", "1000-1"], "2000": []}


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("lost", [True, False], ids=["lost", "refused"])
@pytest.mark.parametrize("state", WRITES)
def test_a_failure_among_successes_is_reported(state: str, lost: bool) -> None:
    store = MessageStore(bulk=False).filled(b1000=3, b2000=0)

    def fail(request: str, about: str) -> None:
        if request != "list" and about == "1000-1":
            raise TransportError("the reply was lost", uncertain=True) if lost else RejectedError("not this one")

    store.before = fail
    result = store.run(**BOX, **options(state), report="all")
    assert result["failed"]
    assert result["changed"]
    rows = {row["id"]: row for row in result["results"]}
    assert [rows[f"1000-{number}"]["status"] for number in range(3)] == ["changed", "failed", "changed"]
    assert ("the reply was lost" if lost else "not this one") in rows["1000-1"]["error"]
    assert (result["summary"]["failed"], result["summary"]["requests"]) == (1, 7)


def test_a_message_is_uploaded_once(tmp_path: t.Any) -> None:
    source = tmp_path / "sound.wav"
    source.write_bytes(wav())
    store = MessageStore().filled(b1000=0)
    given_options = {**BOX, "state": "present", "src": str(source), "call_id": "c1", "caller_number": "555"}
    planned = store.run(check=True, **given_options)
    assert (planned["changed"], store.writes) == (True, [])
    for option in ("limit", "status", "caller", "ids"):
        refused = store.run(**given_options, **{option: {"limit": 1, "ids": ["a"], "status": "read"}.get(option, "x")})
        assert f"`{option}` select messages" in refused["msg"]
    missing = store.run(**{**given_options, "src": str(tmp_path / "none.wav")})
    assert "cannot be read" in missing["msg"]
    (tmp_path / "text.wav").write_text("no sound")
    assert "is neither a WAV" in store.run(**{**given_options, "src": str(tmp_path / "text.wav")})["msg"]
    assert store.writes == []
    assert "is for `state: present` only" in store.run(**BOX, state="read", call_id="c1")["msg"]


@pytest.mark.parametrize("count", [20, 21])
def test_the_first_of_many_mailboxes_with_messages_are_named(count: int) -> None:
    store = MessageStore().filled(**{f"b{1000 + place}": 1 for place in range(count)})
    result = store.run(**ALL, state="absent", max_deletions=0)
    assert result["failed"]
    assert all(str(1000 + place) in result["msg"] for place in range(20))
    assert (" and more" in result["msg"]) is (count > 20)
    assert ("1020" in result["msg"]) is False
