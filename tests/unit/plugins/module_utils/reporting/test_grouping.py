# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Group rows by reason, and bound what a person has to read of them."""

from __future__ import annotations

from ansible_collections.telephony.voicemail.plugins.module_utils.reporting.grouping import (
    MOST_BYTES,
    Reason,
    as_lines,
    group_by_reason,
    listed,
    shortened,
)


def test_items_with_one_reason_are_one_line_with_the_first_ten_and_a_count() -> None:
    reasons = group_by_reason((str(3000 + number), "`pin` is too short.") for number in range(2000))
    names = ", ".join(str(3000 + number) for number in range(10))
    assert as_lines(reasons, "mailboxes") == [f"2000 mailboxes: `pin` is too short: {names} and 1990 more"]


def test_reasons_stay_in_the_order_in_which_they_first_occur() -> None:
    rows = [("1", "late"), ("2", "early"), ("3", "late"), ("3", "late")]
    assert group_by_reason(rows) == [Reason("late", ("1", "3")), Reason("early", ("2",))]


def test_one_item_reads_as_a_sentence() -> None:
    assert Reason("must be text", ("mailbox 3000",)).as_line() == "mailbox 3000: must be text"


def test_a_reason_of_the_task_itself_names_nothing() -> None:
    assert Reason("`url` is missing", ("",)).as_line() == "`url` is missing"


def test_names_beside_the_first_ten_are_counted() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(number) for number in range(10)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert listed([str(number) for number in range(11)]).endswith("9 and 1 more")


def test_lines_fit_and_the_last_counts_what_is_left_out() -> None:
    reasons = group_by_reason((f"mailbox {number}", f"{number} is wrong, and {'why ' * 20}") for number in range(500))
    lines = as_lines(reasons, "mailboxes")
    shown = len(lines) - 1
    assert 5 < shown < 20
    assert len("\n".join(lines[:-1]).encode()) <= MOST_BYTES
    assert lines[-1] == f"and {500 - shown} more reasons, which concern {500 - shown} mailboxes"


def test_a_reason_of_any_length_is_shown_and_bounded() -> None:
    lines = as_lines([Reason("x" * 5000, ("a",)), Reason("y" * 5000, ("b",))])
    assert [len(line) for line in lines] == [403, 403]
    assert as_lines([Reason("\N{SNOWMAN}" * 5000, ("a",)), Reason("y", ("b",))], most_bytes=10) == [
        shortened("a: " + "\N{SNOWMAN}" * 5000, 400),
        "and 1 more reasons, which concern 1 items",
    ]
