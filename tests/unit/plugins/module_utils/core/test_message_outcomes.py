# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run on messages reports after a vendor answered wrongly, late or not at all, and what it refuses first."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    NotFoundError,
    RejectedError,
    TransportError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.messages import apply as engine
from ansible_collections.telephony.voicemail.plugins.module_utils.messages.plan import Order
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import Message, Selection, Status
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.messages import (
    MessageDeleter,
    Recordings,
    Upload,
)
from helpers.memory_messages import MemoryMessages, MessageStore, SingleMessages
from helpers.recordings import wav

pytestmark = pytest.mark.usefixtures("no_waiting")
BOX = Selection(mailbox="1000")
SOUND = wav()
CLAIMED = "the vendor reported success, but "


class Recorded(SingleMessages, Recordings):
    """A driver whose messages have a recording, of this store's pieces."""

    @contextlib.contextmanager
    def audio(self, message: Message, start: int = 0) -> t.Iterator[t.Any]:
        """Open the recording of a message."""
        pieces = self._session.pieces
        if pieces is None:
            raise NotFoundError("has no recording")
        yield types.SimpleNamespace(pieces=lambda: iter(pieces))


class Keeping(SingleMessages):
    """A driver of a vendor that keeps some messages."""

    kept_hint = "Release it first"


def driver(store: MessageStore, kind: type[SingleMessages] = SingleMessages, pieces: t.Any = None) -> t.Any:
    """Return a driver of the store."""
    return kind(types.SimpleNamespace(store=store, pieces=pieces))


def applied(store: MessageStore, order: Order, kind: type[SingleMessages] = SingleMessages, **options: t.Any) -> t.Any:
    """Apply an order to the messages of one mailbox."""
    return engine.apply(driver(store, kind), BOX, order, **{"check": False, "workers": 1, **options})


ORDERS = {
    "mark": (Order("read"), "its status is not the requested one"),
    "delete": (Order("absent", max_deletions=5), "it still exists"),
    "move": (Order("moved", ("2000",)), "it is not in the other mailbox, or still in this one"),
    "copy": (Order("copied", ("2000",)), "it is not in every other mailbox"),
}


@pytest.mark.parametrize("request_name", ORDERS)
def test_a_success_that_is_none(request_name: str) -> None:
    order, problem = ORDERS[request_name]
    store = MessageStore(ignored=frozenset({request_name})).filled(b1000=1, b2000=0)
    (step,) = applied(store, order).steps
    assert str(step.error) == f"message 1000-0: {CLAIMED}{problem}. Run the task again."
    # Moves and copies may have done a part.
    assert (step.status, step.wrote) == ("failed", request_name == "move")


def test_what_a_vendor_advises_for_messages_that_it_keeps() -> None:
    for request_name, hint in (("delete", "Release it first"), ("mark", "Run the task again")):
        store = MessageStore(ignored=frozenset({request_name})).filled(b1000=1)
        (step,) = applied(store, ORDERS[request_name][0], Keeping).steps
        assert str(step.error).endswith(f". {hint}.")
    assert issubclass(Keeping, MessageDeleter)


@pytest.mark.parametrize("request_name", ORDERS)
@pytest.mark.parametrize("done", [True, False])
def test_a_lost_reply(request_name: str, done: bool) -> None:
    order, _problem = ORDERS[request_name]
    store = MessageStore().filled(b1000=1, b2000=0)

    def lose(request: str, about: str) -> None:
        if request == request_name:
            if done:
                store.before = lambda request, about: None
                getattr(driver(store), request)(store.boxes["1000"][0], *ARGUMENTS[request])
                store.before = lose
            raise TransportError("no reply", uncertain=True)

    store.before = lose
    (step,) = applied(store, order).steps
    assert (step.status, step.wrote) == ("changed" if done else "failed", True)
    assert (step.error is None) is done
    if request_name == "move":
        assert step.new_id == ("1000-0-moved" if done else None)


ARGUMENTS: dict[str, tuple[t.Any, ...]] = {
    "mark": (Status.READ,), "delete": (False,), "move": ("2000",), "copy": (("2000",),),
}  # fmt: skip


def test_what_cannot_be_verified() -> None:
    store = MessageStore().filled(b1000=3)
    written: list[str] = []

    def fail(request: str, about: str) -> None:
        if request == "mark":
            written.append(about)
            if about == "1000-1":
                raise RejectedError("no")
            if about == "1000-2":
                raise TransportError("no reply", uncertain=True)
        elif written:
            raise TransportError("no connection")

    store.before = fail
    first, refused, lost = applied(store, Order("read")).steps
    assert str(first.error) == "message 1000-0: could not be verified: no connection."
    assert (first.wrote, refused.wrote, lost.wrote) == (True, False, True)
    assert str(refused.error).startswith("no")
    assert "no reply" in str(lost.error)


def test_only_what_was_written_is_verified() -> None:
    store = MessageStore(ignored=frozenset({"mark"})).filled(b1000=2)

    def fail(request: str, about: str) -> None:
        if (request, about) == ("mark", "1000-1"):
            raise RejectedError("no")

    store.before = fail
    first, refused = applied(store, Order("read")).steps
    assert CLAIMED in str(first.error)
    assert str(refused.error) == "no."


def test_a_deletion_that_keeps_the_message_as_deleted() -> None:
    store = MessageStore(ignored=frozenset({"delete", "permanent"})).filled(b1000=1)

    def mark_deleted(request: str, _about: str) -> None:
        if request in ("delete", "permanent"):
            (message,) = store.boxes["1000"]
            store.boxes["1000"] = [dataclasses.replace(message, status=Status.DELETED)]

    store.before = mark_deleted
    (step,) = applied(store, Order("absent", max_deletions=1)).steps
    assert step.status == "changed"
    (step,) = applied(store, Order("absent", permanent=True, max_deletions=1)).steps
    assert step.status == "failed"


def test_an_arrival_among_others_of_its_call() -> None:
    store = MessageStore().filled(b1000=1, b2000=0)
    (message,) = store.boxes["1000"]

    def add_twin(request: str, _about: str) -> None:
        if request == "move":
            store.add("2000", "twin", call_id=message.call_id)
            store.before = lambda request, about: None

    store.before = add_twin
    (step,) = applied(store, Order("moved", ("2000",))).steps
    assert (step.status, step.new_id) == ("changed", "1000-0-moved")


@pytest.mark.parametrize("kind", [SingleMessages, MemoryMessages])
def test_progress_counts_what_is_done_and_what_failed(kind: type[SingleMessages]) -> None:
    store = MessageStore().filled(b1000=3)

    def fail(request: str, about: str) -> None:
        if request == "mark" and about != "1000-1":
            raise RejectedError("no")

    store.before = fail
    shown: list[tuple[t.Any, ...]] = []
    report = applied(store, Order("read"), kind, progress=lambda *counts: shown.append(counts))
    if kind is SingleMessages:
        assert shown == [(1, 3, 1, "done"), (2, 3, 1, "done"), (3, 3, 2, "done")]
        assert [step.status for step in report.steps] == ["failed", "changed", "failed"]
    else:
        assert shown == [(3, 3, 3, "done")]
    assert not report.interrupted


def test_names_that_are_not_found() -> None:
    store = MessageStore().filled(b1000=1, b2000=1)
    names = [f"gone-{number:02}" for number in range(21)]
    selection = Selection(mailbox="1000", ids=frozenset(names), status=Status.READ)
    report = engine.apply(driver(store), selection, Order("absent"), check=False, workers=1)
    assert report.warnings == [f"not found, so there was nothing to delete: {', '.join(names[:20])} and more"]
    selection = Selection(mailbox="1000", ids=frozenset(names[:20]))
    (warning,) = engine.apply(driver(store), selection, Order("absent"), check=False, workers=1).warnings
    assert warning.endswith("gone-19")
    moved = Selection(mailbox="1000", call_ids=frozenset({"call-2000-0", "call-1000-0"}))
    for order, statuses in ((Order("moved", ("2000",)), ["changed", "ok"]), (Order("read"), ["changed", "failed"])):
        report = engine.apply(driver(store), moved, order, check=True, workers=1)
        assert [step.status for step in report.steps] == statuses
        assert report.warnings == []


def test_a_filter_does_not_hide_that_a_named_message_exists() -> None:
    store = MessageStore().filled(b1000=1)
    selection = Selection(mailbox="1000", ids=frozenset({"1000-0", "gone"}), status=Status.READ)
    found = engine.read(driver(store), selection)
    assert (found.found, found.missing, found.undated) == ([], ["gone"], [])


WANTED = Upload(call_id="new", audio=SOUND, content_type="audio/x-wav", file_name="a.wav", caller_number="5")


def uploaded(store: MessageStore, kind: type[SingleMessages] = SingleMessages, pieces: t.Any = None) -> t.Any:
    """Upload a message, and return its step."""
    (step,) = engine.upload(driver(store, kind, pieces), "1000", WANTED, check=False).steps
    return step


def test_an_upload() -> None:
    store = MessageStore().filled(b1000=1)
    planned = engine.upload(driver(store), "1000", WANTED, check=True)
    assert (planned.planned, planned.steps[0].status, store.writes) == (True, "changed", [])
    assert planned.steps[0].after == {
        "mailbox": "1000", "caller_number": "5", "call_id": "new", "status": "unread",
    }  # fmt: skip
    step = uploaded(store)
    assert (step.status, step.new_id, step.wrote, step.to) == ("changed", "uploaded", True, ("1000",))
    again = engine.upload(driver(store), "1000", WANTED, check=False)
    assert [(one.id, one.action, one.status) for one in again.steps] == [("uploaded", "none", "ok")]
    assert again.steps[0].message is not None
    assert not again.planned


def test_an_upload_that_does_not_arrive() -> None:
    step = uploaded(MessageStore(ignored=frozenset({"upload"})).filled(b1000=0))
    assert str(step.error) == f"{CLAIMED}the message does not exist. Run the task again."
    assert (step.status, step.wrote) == ("failed", False)


@pytest.mark.parametrize("done", [True, False])
def test_an_upload_whose_reply_is_lost(done: bool) -> None:
    store = MessageStore().filled(b1000=0)

    def lose(request: str, _about: str) -> None:
        if request == "upload":
            if done:
                store.add("1000", "late", call_id="new")
            raise TransportError("no reply", uncertain=True)

    store.before = lose
    step = uploaded(store)
    assert (step.status, step.new_id, step.wrote) == (("changed", "late", True) if done else ("failed", None, True))
    assert (step.error is None) is done
    if not done:
        assert "no reply" in str(step.error)


def test_an_upload_that_is_refused_is_not_looked_for() -> None:
    store = MessageStore().filled(b1000=0)

    def refuse(request: str, _about: str) -> None:
        if request == "upload":
            raise RejectedError("no")

    store.before = refuse
    step = uploaded(store)
    assert (str(step.error), step.wrote, len(store.requests)) == ("no.", False, 2)


def test_an_upload_that_cannot_be_verified() -> None:
    store = MessageStore().filled(b1000=0)

    def fail(request: str, _about: str) -> None:
        if request == "list" and store.writes:
            raise TransportError("no connection")

    store.before = fail
    step = uploaded(store)
    assert (step.status, step.wrote) == ("failed", True)
    assert str(step.error).startswith("no connection")


@pytest.mark.parametrize(
    ("pieces", "problem"),
    [
        ([SOUND], None),
        ([SOUND[:9], SOUND[9:]], None),
        ([wav(frames=800, level=3)], None),
        (None, "the message has no recording"),
        ([], "its recording is not complete"),
        ([SOUND[:9]], "its recording is not complete"),
        ([b"no recording at all"], "its recording is damaged: "),
        ([bytes(2**25)] * 3, "its recording does not end"),
    ],
)
def test_the_recording_of_an_upload(pieces: list[bytes] | None, problem: str | None) -> None:
    step = uploaded(MessageStore().filled(b1000=0), Recorded, pieces)
    assert (step.status, step.new_id, step.wrote) == ("failed" if problem else "changed", "uploaded", True)
    if problem:
        assert str(step.error).startswith(f"{CLAIMED}{problem}")
        assert str(step.error).endswith(". Delete the message.")


def refused(module: str = "voicemail_message", **options: t.Any) -> str:
    """Return the error of a task that must not send anything."""
    store = MessageStore().filled(b1000=1)
    result = store.run(module, **options)
    assert result["failed"]
    assert store.requests == []
    return str(result["msg"])


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"state": "moved", "mailbox": "1000", "to_mailbox": ""}, "`to_mailbox` must not be empty."),
        ({"state": "copied", "mailbox": "1000", "to_mailboxes": ["2000", ""]}, "`to_mailboxes` must not be empty."),
        ({"state": "read", "mailbox": ""}, "`mailbox` must not be empty."),
        ({"state": "read", "all_mailboxes": False}, "set one of `mailbox`, `shared_voicemail` and `all_mailboxes`"),
        ({"state": "read", "mailbox": "1000", "to_mailbox": "2000"}, "`to_mailbox` is for `state: moved` only"),
        (
            {"state": "read", "mailbox": "1000", "status": "deleted"},
            "has no messages of `status` deleted. It shows unread and read",
        ),
        ({"state": "present", "mailbox": "1000", "src": "a\x00", "call_id": "x"}, "`src` is not a usable path"),
        ({"state": "absent", "mailbox": "1000"}, "`max_deletions` is missing: it is required to delete"),
        ({"state": "absent", "mailbox": "1000", "max_deletions": -1}, "`max_deletions` must be at least 0"),
        ({"state": "read", "mailbox": "1000", "ids": [""]}, "`ids` is empty or has an empty entry"),
        ({"state": "read", "mailbox": "1000", "limit": 0}, "`limit` must be at least 1"),
        ({"state": "read", "mailbox": "1000", "older_than": "2d", "newer_than": "1d"}, None),
        ({"state": "read", "mailbox": "1000", "older_than": "2d", "newer_than": "2w"}, ""),
    ],
)
def test_what_is_refused_first(options: dict[str, t.Any], problem: str | None) -> None:
    if problem == "":
        assert not MessageStore().filled(b1000=1).run(**options)["failed"]
    else:
        expected = "`newer_than` is not before `older_than`, so no message can match" if problem is None else problem
        assert expected in refused(**options)


def test_what_a_reading_and_a_download_refuse(tmp_path: pathlib.Path) -> None:
    assert "`limit` must be at least 1" in refused("voicemail_message_info", mailbox="1000", limit=0)
    text = refused("voicemail_audio", mailbox="1000", dest=f"{tmp_path}/\x00")
    assert "cannot" in text or "`dest` is not a usable path" in text


def test_more_names_than_a_warning_shows() -> None:
    store = MessageStore().filled(b1000=1)
    names = [f"gone-{number:02}" for number in range(21)]
    for count, ending in ((20, "gone-19"), (21, "gone-19 and more")):
        (warning,) = store.run("voicemail_message_info", mailbox="1000", ids=names[:count])["warnings"]
        assert warning == f"not found: {', '.join(names[:19])}, {ending}"
