# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A renumbered mailbox is never withdrawn if another run creates its new number at the same time."""

from __future__ import annotations

import typing as t

import pytest
from helpers.races import LARGER, RACE, SMALLER, before_first_look, many, one, rival, stored, together
from helpers.subjects import KAZOO

RENUMBERING = [{"mailbox": "1000", "new_mailbox": KAZOO.number}]


def test_a_renumbered_mailbox_is_never_withdrawn() -> None:
    with KAZOO.serve(RACE, mailboxes=1) as server:
        (before,) = KAZOO.stored(server)
        renumbered, created = together(lambda: many(server, RENUMBERING), lambda: one(KAZOO, server))
        boxes = stored(KAZOO, server)
        assert before.id in {box.id for box in KAZOO.stored(server)}
        assert not created["failed"], created["msg"]
        assert renumbered["failed"] is (created["action"] == "create"), (renumbered["msg"], renumbered["results"])
        # Both remain if the other run checked for duplicates before the renumbering was written. That is an error with
        # both ids.
        named = [box for box in boxes if box.id in (renumbered["results"][0]["error"] or "")]
        assert len(boxes) == 1 or (len(boxes) == 2 and named == boxes)


@pytest.mark.usefixtures("no_waiting")
def test_a_new_mailbox_is_withdrawn_in_favor_of_a_renumbered_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with KAZOO.serve(mailboxes=1) as server:
        (before,) = KAZOO.stored(server)

        def renumber(_box: t.Any) -> None:
            public = server.vendor.state.box(server.vendor.ACCOUNT_ID, before.id)["public"]
            server.vendor.state.save_box(server.vendor.ACCOUNT_ID, before.id, {**public, "mailbox": KAZOO.number})

        before_first_look(monkeypatch, KAZOO, renumber)
        result = one(KAZOO, server)
        assert not result["failed"], result["msg"]
        assert result["action"] == "update"
        assert [box.id for box in stored(KAZOO, server)] == [before.id]


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize("box_id", [SMALLER, LARGER])
@pytest.mark.parametrize("goes", [True, False], ids=["the other goes", "the other stays"])
def test_a_renumbering_waits_until_the_duplicate_is_withdrawn(
    goes: bool, box_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two mailboxes are an error unless the other run withdraws its own."""
    with KAZOO.serve(mailboxes=1) as server:
        (before,) = KAZOO.stored(server)
        before_first_look(monkeypatch, KAZOO, lambda _box: rival(KAZOO, server, box_id))
        if goes:
            state, account = server.vendor.state, server.vendor.ACCOUNT_ID
            before_first_look(monkeypatch, KAZOO, lambda _box: state.erase_box(account, box_id), at=3)
        result = many(server, RENUMBERING)
        assert result["failed"] is not goes
        assert result["changed"]
        remaining = {before.id} if goes else {before.id, box_id}
        assert {box.id for box in stored(KAZOO, server)} == remaining
        if not goes:
            assert all(box_id in result["results"][0]["error"] for box_id in remaining)
