# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations as values: errors name an item once, and are grouped without its name."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    DuplicateError,
    NotFoundError,
    RejectedError,
    VoicemailError,
    not_understood,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.operation import Operation
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Subject

MAILBOX = Subject("mailbox", "300")
UPDATE = Operation("update", "mailbox", "300")


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (Operation("log in"), "log in"),
        (Operation("list", "mailboxes"), "list mailboxes"),
        (UPDATE, "update mailbox 300"),
        (Operation("mark", "message", "m1", "read"), "mark message m1 read"),
        (Operation("move", "message", "m1", "to", MAILBOX), "move message m1 to mailbox 300"),
        (Operation("list", "the messages", relation="of", other=MAILBOX), "list the messages of mailbox 300"),
    ],
)
def test_an_operation_reads_as_a_phrase(operation: Operation, text: str) -> None:
    assert str(operation) == text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (NotFoundError("it is gone", operation=UPDATE), "cannot update mailbox 300: it is gone."),
        (RejectedError("", "Ask", operation=UPDATE, refused_by="KAZOO"), "KAZOO refuses to update mailbox 300. Ask."),
        (
            RejectedError("", details={"pin": "too short"}, operation=UPDATE, refused_by="KAZOO"),
            "KAZOO refuses to update mailbox 300: pin: too short.",
        ),
        (NotFoundError("is gone"), "mailbox 300: is gone."),
        (NotFoundError("it is gone", operation=Operation("log in")), "mailbox 300: cannot log in: it is gone."),
    ],
)
def test_an_error_names_its_item_exactly_once(error: VoicemailError, text: str) -> None:
    named = error.about(MAILBOX)
    assert str(named) == text
    assert str(named.about(MAILBOX)) == text
    assert named.kind == error.kind


@pytest.mark.parametrize("other", ["3000", "30", "1300", "0300"])
def test_an_error_about_a_similar_number_names_both(other: str) -> None:
    error = NotFoundError("it is gone", operation=Operation("read", "mailbox", other)).about(MAILBOX)
    assert str(error) == f"mailbox 300: cannot read mailbox {other}: it is gone."
    assert error.reason(MAILBOX) == f"mailbox: cannot read mailbox {other}: it is gone."


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RejectedError("", operation=UPDATE, refused_by="KAZOO"), "KAZOO refuses to update mailbox."),
        (NotFoundError("is gone", "Run it again", subject=MAILBOX), "mailbox: is gone. Run it again."),
        (not_understood(Operation("count", "the messages", "", "of", MAILBOX), "expected a count"), "of mailbox: the"),
        (DuplicateError.of("mailbox", "300", "KAZOO", (), ""), "mailbox: KAZOO has 0 boxes with this number"),
        (RejectedError("about 300", operation=Operation("list", "mailboxes")), "cannot list mailboxes: about 300."),
    ],
)
def test_a_reason_does_not_repeat_the_item(error: VoicemailError, reason: str) -> None:
    assert reason in error.reason(MAILBOX)
    assert "mailbox 300" not in error.reason(MAILBOX)
