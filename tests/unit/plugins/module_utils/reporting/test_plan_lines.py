# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan with one line per item."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting.plan_lines import line_of, plan_lines
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting.ranges import compact

CREATION = {
    "mailbox": "3005",
    "action": "create",
    "source": "mailboxes.yml:7",
    "before": {},
    "after": {"mailbox": "3005", "name": "New desk", "emails": ["new@example.com"], "pin": "(hidden, new)"},
}
UPDATE = {
    "mailbox": "3002",
    "action": "update",
    "source": "mailboxes.yml:12",
    "before": {"emails": ["sales@example.com"], "notify": None},
    "after": {"emails": ["orders@example.com"], "notify": True},
}
PRUNING = {
    "mailbox": "3090",
    "action": "delete",
    "source": None,
    "messages": 2,
    "pruned": True,
    "before": {"name": "Old desk", "emails": ["old@example.com"]},
    "after": {},
}


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (CREATION, '+ 3005 "New desk" new@example.com (mailboxes.yml:7)'),
        (
            UPDATE,
            "~ 3002 emails: sales@example.com → orders@example.com, notify: nothing → true (mailboxes.yml:12)",
        ),
        (PRUNING, '- 3090 "Old desk", 2 messages (pruned)'),
        ({**PRUNING, "messages": 1, "pruned": False, "source": "a.yml:3"}, '- 3090 "Old desk", 1 message (a.yml:3)'),
        ({**PRUNING, "messages": None}, '- 3090 "Old desk" (pruned)'),
        (
            {
                "extension_number": "8500",
                "action": "create",
                "source": None,
                "after": {"name": "Team", "recipients": ["a@b.c"]},
            },
            '+ 8500 "Team" a@b.c',
        ),
        (
            {
                "mailbox": "3000",
                "id": "m1",
                "action": "mark",
                "label": "message m1 of 3000",
                "before": {"status": "unread", "mailbox": "3000"},
                "after": {"status": "read", "mailbox": "3000"},
            },
            "~ message m1 of 3000 status: unread → read",
        ),
        (
            {
                "mailbox": "3000",
                "id": "m1",
                "action": "delete",
                "label": "message m1 of 3000",
                "before": {},
                "after": {},
            },
            "- message m1 of 3000",
        ),
    ],
)
def test_lines_of_a_plan(entry: dict[str, t.Any], text: str) -> None:
    assert str(line_of(entry)) == text


def test_a_hostile_name_stays_on_its_line() -> None:
    line = str(line_of({**CREATION, "after": {"name": "a\x1b[31m\n- 1000 \u202e", "emails": ["x" * 900]}}))
    assert "\n" not in line
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert len(line) < 300


def test_deletions_come_first_and_the_rest_is_counted() -> None:
    lines, left = plan_lines([*[CREATION] * 30, PRUNING, UPDATE], most=20)
    assert [str(lines[0]), len(lines), left] == ['- 3090 "Old desk", 2 messages (pruned)', 20, 12]
    assert plan_lines([CREATION], most=0) == ([], 1)


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        (["3001", "3000", "3002", "3005"], "3000-3002, 3005"),
        (["999", "1000", "1001"], "999, 1000, 1001"),
        (["0099", "0100", "0101"], "0099-0101"),
        (["desk", "3000"], "3000, desk"),
        ([str(number) for number in range(1000, 3000, 2)], "1000, 1002, 1004 and 997 more"),
    ],
)
def test_compact_lines(labels: list[str], text: str) -> None:
    assert compact(labels, 20).replace(" and", " and") == text or compact(labels, 60) == text
