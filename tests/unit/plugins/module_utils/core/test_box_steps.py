# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of one step on a mailbox: lost replies, other operators, and vendors that do not do what they confirm."""

from __future__ import annotations

import dataclasses
import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    AuthError,
    ConflictError,
    RejectedError,
    StaleError,
    TransportError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.execute import carry_out
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.outcome import Outcome
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import Action, Step
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import UNKNOWN
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box, Desired, PinPolicy
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Subject
from helpers.memory_vendor import MemoryMailboxes, Store

pytestmark = pytest.mark.usefixtures("no_waiting")
PIN = "48217395"
Hook = t.Callable[[str, str], None]


def driver(store: Store) -> t.Any:
    """Return a driver of the store."""
    return MemoryMailboxes(types.SimpleNamespace(store=store))


def declared(number: str = "1000", **values: t.Any) -> Desired:
    """Declare a mailbox."""
    return Desired(Subject("mailbox", number), number, values)


def creation(**values: t.Any) -> Step:
    """Return the step that creates a mailbox."""
    written = values or {"name": "A"}
    return Step(Action.CREATE, "1000", declared(**written), writes=written, changes={"name": (None, "A")})


def update(store: Store, **values: t.Any) -> Step:
    """Return the step that updates the only mailbox."""
    (box,) = store.boxes.values()
    written = values or {"name": "New"}
    return Step(Action.UPDATE, box.number, declared(**written), box, writes=written, changes={"name": ("A", "New")})


def failing(request_name: str, error: Exception, times: int = 99, before: Hook | None = None) -> Hook:
    """Return a hook that fails requests of one name, after calling another hook."""
    left = [times]

    def fail(request: str, number: str) -> None:
        if request == request_name and left[0]:
            left[0] -= 1
            if before is not None:
                before(request, number)
            raise error

    return fail


def run(store: Store, step: Step, hook: Hook | None = None, verify: bool = True) -> tuple[Outcome, list[str]]:
    """Carry out a step; return its outcome and the requests."""
    store.requests.clear()
    if hook is not None:
        store.before = hook
    outcome = carry_out(driver(store), step, verify)
    return outcome, [request for request, _number in store.requests]


LOST = TransportError("no reply", uncertain=True)


def test_a_creation() -> None:
    for shows_box, verify, requests in (
        (True, True, ["create"]),
        (True, False, ["create"]),
        (False, True, ["create", "find"]),
        (False, False, ["create"]),
    ):
        store = Store(shows_box=shows_box)
        outcome, sent = run(store, creation(), verify=verify)
        assert (outcome.status, outcome.wrote, outcome.uncertain, sent) == ("changed", True, False, requests)
        assert (outcome.box is None) is (not shows_box and not verify)


@pytest.mark.parametrize("error", [AuthError("no"), RejectedError("no"), TransportError("no connection")])
def test_a_creation_that_fails(error: Exception) -> None:
    outcome, sent = run(Store(), creation(), failing("create", error))
    assert (outcome.status, outcome.wrote, outcome.uncertain) == ("failed", False, False)
    assert sent == (["create"] if isinstance(error, AuthError) else ["create", "find"])


def test_a_creation_whose_reply_is_lost_is_looked_for_and_repeated_once() -> None:
    store = Store()
    outcome, sent = run(store, creation(), failing("create", LOST))
    assert (outcome.status, outcome.wrote, outcome.uncertain) == ("failed", True, True)
    assert sent.count("create") == 2
    assert sent[1] == sent[2] == "find"
    store = Store()
    outcome, sent = run(store, creation(), failing("create", LOST, times=1))
    assert (outcome.status, outcome.uncertain, list(store.stored)) == ("changed", True, ["1000"])
    pending = TransportError("no reply", uncertain=True, pending=True)
    outcome, sent = run(Store(), creation(), failing("create", pending))
    assert (outcome.status, sent.count("create")) == ("failed", 1)


@pytest.mark.parametrize("hidden", [True, False])
def test_a_creation_that_arrived_although_its_reply_was_lost(hidden: bool) -> None:
    store = Store()

    def arrive(_request: str, number: str) -> None:
        store.add(number, name="A")
        change(store, pin=UNKNOWN if hidden else PIN)

    step = creation(name="A", pin=PIN)
    step = dataclasses.replace(
        step, desired=dataclasses.replace(declared(name="A", pin=PIN), update_pin=PinPolicy.ON_CREATE)
    )
    outcome, sent = run(store, step, failing("create", LOST, times=1, before=arrive))
    assert (outcome.status, outcome.wrote, outcome.uncertain) == ("changed", True, True)
    # The PIN is written again: a hidden one may not have arrived.
    assert sent.count("create") == 1
    assert "update" in sent
    assert outcome.step.action is Action.CREATE


def test_a_mailbox_that_somebody_else_created_is_only_updated() -> None:
    for name, requests in (("Theirs", True), ("A", False)):
        store = Store()

        def arrive(_request: str, number: str, name: str = name, store: Store = store) -> None:
            store.add(number, name=name, pin=PIN)

        desired = dataclasses.replace(declared(name="A", pin="99999999"), update_pin=PinPolicy.ON_CREATE)
        step = dataclasses.replace(creation(name="A", pin="99999999"), desired=desired)
        outcome, sent = run(store, step, failing("create", ConflictError("exists"), before=arrive))
        assert (outcome.status, outcome.step.action) == (("changed", "update") if requests else ("ok", "none"))
        assert ("update" in sent) is requests
        assert [box.values["pin"] for box in store.boxes.values()] == [PIN]


def test_a_failed_search_shows_the_error_of_the_creation() -> None:
    def fail(request: str, _number: str) -> None:
        raise TransportError("no connection") if request == "find" else RejectedError("refused")

    outcome, _sent = run(Store(), creation(), fail)
    assert "refused" in str(outcome.error)


def test_an_update() -> None:
    store = Store().numbered("1000")
    outcome, sent = run(store, update(store))
    assert (outcome.status, outcome.wrote, sent) == ("changed", True, ["find", "update"])
    assert outcome.box is not None
    assert outcome.box.values["name"] == "New"
    unchanged = dataclasses.replace(update(store), action=Action.NONE)
    assert run(store, unchanged)[0].status == "ok"


def test_an_update_of_a_mailbox_with_a_revision_is_not_read_first() -> None:
    store = Store().numbered("1000")
    step = update(store)
    assert step.current is not None
    step = dataclasses.replace(step, current=dataclasses.replace(step.current, revision="1"))
    assert run(store, step)[1] == ["update"]
    outcome, sent = run(store, step, failing("update", StaleError("stale"), times=1))
    assert (outcome.status, sent) == ("changed", ["update", "find", "update"])
    outcome, sent = run(store, step, failing("update", StaleError("stale")))
    assert (outcome.status, sent[:3]) == ("failed", ["update", "find", "update"])


@pytest.mark.parametrize("done", [True, False])
def test_an_update_whose_reply_is_lost(done: bool) -> None:
    store = Store().numbered("1000")
    step = update(store)

    def arrive(_request: str, _number: str) -> None:
        if done:
            change(store, name="New")

    outcome, sent = run(store, step, failing("update", LOST, before=arrive))
    assert (outcome.status, outcome.wrote) == ("changed" if done else "failed", True)
    assert sent == ["find", "update", "find"]
    assert (outcome.box is not None and outcome.box.values["name"] == "New") is done


def change(store: Store, **fields: t.Any) -> None:
    """Change the only mailbox as somebody else does."""
    ((box_id, box),) = store.boxes.items()
    number = fields.pop("number", box.number)
    store.boxes[box_id] = dataclasses.replace(box, number=number, values={**box.values, **fields})


def test_a_lost_reply_proves_nothing_where_the_vendor_hides_what_was_written() -> None:
    store = Store().numbered("1000")
    change(store, pin=UNKNOWN)
    outcome, _sent = run(store, update(store, pin=PIN), failing("update", LOST))
    assert (outcome.status, outcome.wrote) == ("failed", True)


def test_an_update_that_is_refused_wrote_nothing() -> None:
    for error in (RejectedError("no"), TransportError("no connection")):
        store = Store().numbered("1000")
        outcome, sent = run(store, update(store), failing("update", error))
        assert (outcome.status, outcome.wrote, sent) == ("failed", False, ["find", "update"])


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": "Theirs"}, "`name`: somebody else changed this after it was read, so it was not changed"),
        ({"number": "1009"}, "somebody else renumbered it to 1009 meanwhile"),
        (None, "is gone: somebody else deleted it meanwhile"),
        ({"timezone": "Europe/Paris"}, None),
        ({"name": "New"}, None),
    ],
)
def test_changes_by_somebody_else(fields: dict[str, t.Any] | None, problem: str | None) -> None:
    store = Store().numbered("1000")
    step = update(store)
    if fields is None:
        store.boxes.clear()
    else:
        change(store, **fields)
    outcome, sent = run(store, step)
    assert (outcome.status, "update" in sent) == ("failed" if problem else "changed", problem is None)
    if problem:
        assert problem in str(outcome.error)
        assert str(outcome.error).startswith("mailbox 1000: ")


def test_an_unreadable_mailbox_leaves_nothing_uncertain() -> None:
    store = Store().numbered("1000")
    outcome, _sent = run(store, update(store), failing("find", LOST))
    assert outcome.error is not None
    assert not outcome.error.uncertain


class Ignoring(MemoryMailboxes):
    """A driver whose vendor confirms updates and ignores them."""

    def update(self, box: Box, writes: t.Mapping[str, t.Any], reread: t.Any = None) -> Box | None:
        """Do nothing."""
        self._store.receive("update", box.number)
        return None


def test_a_confirmed_update_that_was_not_applied() -> None:
    store = Store().numbered("1000")
    boxes = Ignoring(types.SimpleNamespace(store=store))
    outcome = carry_out(t.cast(t.Any, boxes), update(store), True)
    assert (outcome.status, outcome.wrote) == ("failed", True)
    assert "the vendor accepted the write, but did not apply `name`" in str(outcome.error)
    assert "Compare with `vmbox_info`, or set `verify` to false" in str(outcome.error)
    assert carry_out(t.cast(t.Any, boxes), update(store), False).status == "changed"


def test_a_confirmed_update_of_a_mailbox_that_disappears() -> None:
    store = Store(shows_box=False).numbered("1000")
    step = update(store)

    def vanish(request: str, _number: str) -> None:
        if ("update", "1000") in store.requests[:-1] and request == "find":
            store.boxes.clear()

    outcome, _sent = run(store, step, vanish)
    assert (outcome.status, outcome.wrote) == ("failed", True)
    assert "was written, but cannot be found afterwards" in str(outcome.error)


def deletion(store: Store, **fields: t.Any) -> Step:
    """Return the step that deletes the only mailbox."""
    (box,) = store.boxes.values()
    return Step(Action.DELETE, box.number, None, box, after=box.values, **fields)


def test_a_deletion() -> None:
    store = Store().numbered("1000")
    outcome, sent = run(store, deletion(store))
    assert (outcome.status, outcome.wrote, outcome.box, sent) == ("changed", True, None, ["find", "delete"])
    store = Store().numbered("1000")
    step = deletion(store)
    store.boxes.clear()
    assert run(store, step)[0].status == "changed"


@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("uncertain", [True, False])
def test_a_deletion_that_fails(done: bool, uncertain: bool) -> None:
    store = Store().numbered("1000")
    step = deletion(store)

    def arrive(_request: str, _number: str) -> None:
        if done:
            store.boxes.clear()

    error = TransportError("no reply", uncertain=uncertain)
    outcome, sent = run(store, step, failing("delete", error, before=arrive))
    assert (outcome.status, outcome.wrote) == ("changed" if done else "failed", done or uncertain)
    assert sent == ["find", "delete", "find"]


@pytest.mark.parametrize("spares", [True, False])
def test_messages_that_arrive_before_a_deletion(spares: bool) -> None:
    store = Store()
    store.add("1000", messages=2)
    outcome, sent = run(store, deletion(store, spares_messages=spares))
    assert (outcome.status, "delete" in sent) == (("failed", False) if spares else ("changed", True))
    if spares:
        assert "received messages after the plan was made, so it now contains 2" in str(outcome.error)


def test_an_unexpected_error_shows_no_value() -> None:
    store = Store().numbered("1000")
    outcome, _sent = run(store, update(store, pin=PIN), failing("update", KeyError(PIN)))
    assert (outcome.status, outcome.wrote) == ("failed", False)
    assert outcome.error is not None
    assert PIN not in str(outcome.error)
