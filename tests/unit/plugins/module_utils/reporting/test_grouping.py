# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Group rows by reason, and limit the text that a person has to read."""

from __future__ import annotations

from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import TASK, Problem, Subject
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting.grouping import (
    MOST_BYTES,
    Reason,
    as_lines,
    group_by_reason,
    listed,
    shortened,
)


def mailbox(number: int, source: str = "") -> Subject:
    return Subject("mailbox", str(number), source)


def test_items_with_one_reason_are_grouped_in_one_line() -> None:
    reasons = group_by_reason((mailbox(3000 + number), "`pin` is too short.") for number in range(2000))
    names = ", ".join(str(3000 + number) for number in range(10))
    assert as_lines(reasons) == [f"2000 mailboxes: `pin` is too short: {names} and 1990 more"]


def test_items_are_named_with_their_files_and_lines() -> None:
    reasons = group_by_reason([(mailbox(1, "a.yml:3"), "x"), (Subject(position=7), "x"), (Subject("", "", "b"), "x")])
    assert as_lines(reasons) == ["3 items: x: 1 (a.yml:3), item 7, b"]


def test_reasons_stay_in_the_order_in_which_they_first_occur() -> None:
    rows = [(mailbox(1), "late"), (mailbox(2), "early"), (mailbox(3), "late"), (mailbox(3), "late")]
    assert group_by_reason(rows) == [
        Reason("late", (mailbox(1), mailbox(3))),
        Reason("early", (mailbox(2),)),
    ]


def test_a_single_item_is_a_sentence() -> None:
    assert Reason("must be text", (mailbox(3000, "a.yml:3"),)).as_line() == "a.yml:3: mailbox 3000: must be text"
    assert Reason("`url` is missing", (TASK,)).as_line() == "`url` is missing"


def test_further_names_are_counted() -> None:
    assert listed(["a", "b"]) == "a, b"
    assert listed([str(number) for number in range(10)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert listed([str(number) for number in range(11)]).endswith("9 and 1 more")


def test_lines_are_limited_and_the_rest_is_counted() -> None:
    reasons = group_by_reason((mailbox(number), f"{number} is wrong, and {'why ' * 20}") for number in range(500))
    lines = as_lines(reasons)
    shown = len(lines) - 1
    assert 5 < shown < 20
    assert len("\n".join(lines[:-1]).encode()) <= MOST_BYTES
    assert lines[-1] == f"and {500 - shown} further problems of {500 - shown} mailboxes"


def test_a_reason_of_any_length_is_shown_and_bounded() -> None:
    lines = as_lines([Reason("x" * 5000, (mailbox(1),)), Reason("y" * 5000, (mailbox(2),))])
    assert [len(line) for line in lines] == [403, 403]
    long = Reason("\N{SNOWMAN}" * 5000, (mailbox(1),))
    assert as_lines([long, Reason("y", (mailbox(2),))], most_bytes=10) == [
        shortened(long.as_line(), 400),
        "and 1 further problem of mailbox 2",
    ]
    assert as_lines([long, Reason("y", (TASK,))], most_bytes=10)[-1] == "and 1 further problem of the task"


def test_an_error_groups_its_problems_and_keeps_every_one() -> None:
    problems = [Problem("must be text", option="pin", subject=mailbox(number)) for number in range(2000)]
    problems.append(Problem("is missing", option="url", hint="Set it"))
    error = InvalidInputError.of([*problems, problems[0]])
    assert error.problems == tuple(problems)
    names = ", ".join(map(str, range(10)))
    assert str(error) == (
        "2001 problems, and nothing was written:\n"
        f"- 2000 mailboxes: `pin` must be text: {names} and 1990 more\n"
        "- `url` is missing. Set it."
    )


def test_equal_mistakes_with_different_details_are_grouped() -> None:
    twins = [
        Problem("is declared twice", subject=Subject("mailbox", str(number), f"b.yml:{number}", note=f"first {number}"))
        for number in (1, 2)
    ]
    assert str(twins[0]) == "b.yml:1: mailbox 1: is declared twice, first 1"
    (line,) = as_lines(group_by_reason((twin.subject, twin.reason) for twin in twins))
    assert line == "2 mailboxes: is declared twice: 1 (b.yml:1, first 1), 2 (b.yml:2, first 2)"
