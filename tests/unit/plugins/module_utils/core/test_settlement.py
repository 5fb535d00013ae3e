# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run settles a number that another run created at the same time, look by look."""

from __future__ import annotations

import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    DuplicateError,
    RejectedError,
    TransportError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.duplicates import settle
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.outcome import Outcome
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import Action, Step
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box, Desired
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Subject
from ansible_collections.telephony.voicemail.plugins.module_utils.results import Status
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import protocol
from helpers.memory_vendor import TABLE, MemoryMailboxes, Store

pytestmark = pytest.mark.usefixtures("no_waiting")
#: Looks until a run knows that nobody else is active, and until it knows that for two periods.
CALM, CALM_TWICE = 5, 10
WITHDRAWN = "somebody else created mailbox 1000 at the same time; the box of this task was withdrawn"


class Keeping(protocol.Boxes, protocol.Creation, protocol.DuplicateFinder):
    """A driver that cannot withdraw a mailbox; the rest is that of the store."""

    table = TABLE
    list, find, create, update, delete = (
        MemoryMailboxes.list,
        MemoryMailboxes.find,
        MemoryMailboxes.create,
        MemoryMailboxes.update,
        MemoryMailboxes.delete,
    )
    holders, created_here, _store = MemoryMailboxes.holders, MemoryMailboxes.created_here, MemoryMailboxes._store


def added(store: Store, box_id: str, number: str = "1000", own: bool = False) -> Box:
    """Add a mailbox with this id."""
    box = Box(number, box_id, dict.fromkeys(TABLE.by_option) | {"name": "A"})
    store.boxes[box_id] = box
    store.messages[box_id] = 0
    if own:
        store.created.add(box_id)
    return box


def created(store: Store, box_id: str = "m") -> Outcome:
    """Return the outcome of a creation by this run."""
    desired = Desired(Subject("mailbox", "1000"), "1000", {"name": "A"})
    step = Step(Action.CREATE, "1000", desired, writes={"name": "A"})
    box = added(store, box_id, own=True)
    return Outcome(TABLE, step, box, status=Status.CHANGED, wrote=True)


def settled(
    store: Store,
    outcome: Outcome,
    kind: t.Any = MemoryMailboxes,
    events: t.Mapping[int, t.Callable[[], t.Any]] = types.MappingProxyType({}),
) -> tuple[Outcome, list[str], int]:
    """Settle one outcome; return it, the warnings and the number of looks.

    :param events: what somebody else does before a look, by the number of the look.
    """
    looks = 0

    def act(request: str, _number: str) -> None:
        nonlocal looks
        if request == "holders":
            looks += 1
            events.get(looks, lambda: None)()

    store.before = act
    boxes = kind(types.SimpleNamespace(store=store))
    (found,), warnings = settle(boxes, [outcome], True, 1)
    return found, warnings, looks


def test_steps_that_give_no_number_are_not_looked_at() -> None:
    store = Store()
    box = added(store, "m")
    step = Step(Action.UPDATE, "1000", None, box)
    creation = created(store).step
    failed = Outcome(TABLE, creation, status=Status.FAILED, error=RejectedError("no"))
    moved = Outcome(TABLE, step, box, status=Status.FAILED, error=DuplicateError("several"))
    for outcome in (Outcome(TABLE, step, box, status=Status.CHANGED), failed, moved):
        assert settled(store, outcome) == (outcome, [], 0)


def test_the_only_mailbox_is_kept() -> None:
    store = Store()
    outcome = created(store)
    assert settled(store, outcome) == (outcome, [], 1)


def test_a_mailbox_that_no_listing_shows_yet_is_trusted() -> None:
    store = Store()
    outcome = created(store)
    store.boxes.clear()
    assert settled(store, outcome) == (outcome, [], CALM)


@pytest.mark.parametrize(("other", "looks"), [("a", 2), ("z", CALM + 1)])
def test_of_two_mailboxes_the_own_is_withdrawn(other: str, looks: int) -> None:
    store = Store()
    outcome = created(store)
    added(store, other)
    found, warnings, seen = settled(store, outcome)
    assert (found.status, found.box and found.box.id, warnings) == ("ok", other, [WITHDRAWN])
    assert list(store.boxes) == [other]
    assert seen == looks


def test_the_other_mailbox_is_withdrawn_in_time() -> None:
    store = Store()
    outcome = created(store)
    added(store, "z")
    assert settled(store, outcome, events={3: lambda: store.boxes.pop("z")}) == (outcome, [], 3)


def test_a_change_starts_the_wait_again() -> None:
    store = Store()
    outcome = created(store)
    added(store, "z")
    found, warnings, looks = settled(store, outcome, events={4: lambda: added(store, "y")})
    # After the withdrawal two mailboxes of others are left.
    assert (found.status, warnings, looks) == ("failed", [WITHDRAWN], 8 + CALM_TWICE)
    assert set(store.boxes) == {"y", "z"}


def test_the_other_mailbox_disappears_during_the_withdrawal() -> None:
    store = Store()
    outcome = created(store)
    added(store, "a")

    def vanish() -> None:
        store.boxes.pop("a", None)

    found, warnings, _looks = settled(store, outcome, events={2: vanish})
    # Both are gone: the number is created again.
    assert (found.status, len(store.boxes), warnings) == ("changed", 1, [WITHDRAWN])


@pytest.mark.parametrize("number", ["1000", "1001"])
def test_a_renumbered_mailbox_with_a_twin(number: str) -> None:
    store = Store()
    box = added(store, "m")
    added(store, "a", number)
    step = Step(Action.UPDATE, "1000", None, Box("0999", "m", box.values))
    outcome = Outcome(TABLE, step, box, status=Status.CHANGED, wrote=True)
    found, warnings, looks = settled(store, outcome)
    if number == "1001":
        assert (found, warnings, looks) == (outcome, [], 1)
        return
    assert (found.status, found.wrote, warnings, looks) == ("failed", True, [], CALM_TWICE)
    several = "KAZOO has 2 boxes with this number, ids m and a. Delete or renumber one."
    assert str(found.error) == f"mailbox 1000: {several}"


def test_a_mailbox_that_cannot_be_withdrawn() -> None:
    store = Store()
    outcome = created(store)
    added(store, "a")
    found, warnings, looks = settled(store, outcome, Keeping)
    assert (found.status, found.wrote, warnings, looks) == ("failed", True, [], CALM_TWICE)
    assert ", and this task's own (id m) cannot be withdrawn: cannot withdraw mailbox 1000: KAZOO does not show" in str(
        found.error
    )
    assert set(store.boxes) == {"a", "m"}


def test_a_number_that_never_becomes_calm() -> None:
    store = Store()
    outcome = created(store)
    added(store, "z")

    def toggle() -> None:
        if store.boxes.pop("y", None) is None:
            added(store, "y")

    found, _warnings, looks = settled(store, outcome, events=dict.fromkeys(range(1, 200), toggle))
    assert (found.status, looks) == ("failed", 100)
    assert isinstance(found.error, DuplicateError)


def test_a_listing_that_fails() -> None:
    store = Store()
    outcome = created(store)

    def fail() -> None:
        raise TransportError("no connection")

    found, _warnings, looks = settled(store, outcome, events={1: fail})
    assert (found.status, found.wrote, looks) == ("failed", True, 1)
    assert str(found.error) == "mailbox 1000: somebody else may have created it as well: no connection."


def test_somebody_who_keeps_deleting() -> None:
    store = Store()
    outcome = Outcome(
        TABLE, created(store).step, status=Status.FAILED, error=DuplicateError("several"), wrote=True, uncertain=True
    )
    store.boxes.clear()
    found, _warnings, _looks = settled(store, outcome)
    assert (found.status, len(store.boxes)) == ("changed", 1)


def test_several_mailboxes_of_others() -> None:
    store = Store()
    step = created(store).step
    store.boxes.clear()
    added(store, "a")
    added(store, "b")
    outcome = Outcome(TABLE, step, status=Status.FAILED, error=DuplicateError("several"))
    found, _warnings, looks = settled(store, outcome)
    assert (found.status, found.wrote, looks) == ("failed", False, CALM_TWICE)
    adopted, _warnings, looks = settled(store, outcome, events={2: lambda: store.boxes.pop("a")})
    assert (adopted.status, adopted.box and adopted.box.id, looks) == ("ok", "b", 2)


def test_many_withdrawn_mailboxes_are_named() -> None:
    for count, ending in ((20, "1019 at the same time"), (21, "1019 and 1 more at the same time")):
        store = Store()
        outcomes = []
        for position in range(count):
            number = str(1000 + position)
            desired = Desired(Subject("mailbox", number), number, {"name": "A"})
            step = Step(Action.CREATE, number, desired, writes={"name": "A"})
            added(store, f"a{number}", number)
            outcomes.append(Outcome(TABLE, step, added(store, f"m{number}", number, own=True), status=Status.CHANGED))
        boxes: t.Any = MemoryMailboxes(types.SimpleNamespace(store=store))
        _settled, (warning,) = settle(boxes, outcomes, True, 2)
        assert ending in warning
