# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sentence that summarizes a task."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting.sentences import (
    MOST_BYTES,
    Counts,
    Failure,
    Nouns,
    failure_text,
    interrupted_text,
    outcome_text,
)

BOXES = Nouns("mailbox", "mailboxes")


@pytest.mark.parametrize(
    ("counts", "planned", "text"),
    [
        (
            Counts({"create": 200, "update": 1, "delete": 3}, 7),
            True,
            "200 mailboxes to create, 1 to update, 3 to delete, 7 unchanged.",
        ),
        (
            Counts({"create": 200, "update": 1, "delete": 3}, 7),
            False,
            "200 mailboxes created, 1 updated, 3 deleted, 7 unchanged.",
        ),
        (Counts({"delete": 1}), True, "1 mailbox to delete."),
        (Counts({}, 2000), False, "Nothing to change: 2000 mailboxes as declared."),
        (Counts({}, 1), True, "Nothing to change: 1 mailbox as declared."),
        (Counts({}), True, "Nothing to change: no mailboxes."),
    ],
)
def test_outcome(counts: Counts, planned: bool, text: str) -> None:
    assert outcome_text(BOXES, counts, planned) == text


def failures(*numbers: int, reason: str = "refused mailbox. Correct it") -> list[Failure]:
    return [
        Failure(reason.replace("mailbox", f"mailbox {number}"), reason, str(number), f"boxes.yml:{number}")
        for number in numbers
    ]


def test_failures_of_one_reason_are_one_line() -> None:
    counts = Counts({"create": 497}, failed=3, skipped_deletions=5)
    assert failure_text(BOXES, counts, failures(3, 5, 9)).splitlines() == [
        "3 of 500 mailboxes failed; 497 were applied; 5 deletions were not attempted because of that:",
        "- 3 mailboxes: refused mailbox. Correct it: 3 (boxes.yml:3), 5 (boxes.yml:5), 9 (boxes.yml:9)",
    ]


def test_a_single_failure_names_its_item_and_source() -> None:
    counts = Counts({"update": 1}, unchanged=2, failed=1, skipped=1)
    assert failure_text(BOXES, counts, failures(7)).splitlines() == [
        "1 of 5 mailboxes failed; 1 was applied; 2 were unchanged; 1 was not attempted:",
        "- boxes.yml:7: refused mailbox 7. Correct it",
    ]


def test_the_most_frequent_reason_comes_first_and_the_text_is_bounded() -> None:
    rare = [failure for number in range(40) for failure in failures(number, reason=f"reason {number} " + "x" * 90)]
    many = failures(*range(1000, 3000))
    text = failure_text(BOXES, Counts({}, failed=2040), [*rare, *many])
    assert text.splitlines()[1].startswith("- 2000 mailboxes: refused mailbox. Correct it: 1000, 1001")
    assert "further problems" in text.splitlines()[-1]
    assert len(text.encode()) < MOST_BYTES + 200


def test_interrupted() -> None:
    text = interrupted_text(BOXES, Counts({"create": 12}, skipped=1, skipped_deletions=2))
    assert "12 mailboxes created." in text
    assert text.endswith("3 mailboxes were not attempted.")
