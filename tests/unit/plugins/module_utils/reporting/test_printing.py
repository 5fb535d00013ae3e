# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The amount that Ansible prints of a failed task."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting.printing import MOST_BYTES, printable


def failed(number: int, done: int = 0) -> dict[str, t.Any]:
    rows = [
        {
            "mailbox": str(1000 + position),
            "id": "f" * 32,
            "action": "create",
            "status": "changed" if position < done else "failed",
            "changed_fields": ["name", "emails"],
            "source": f"mailboxes.yml:{position}",
            "error": None if position < done else "cannot create mailbox: the server answered 503",
        }
        for position in range(number)
    ]
    return {
        "failed": True,
        "changed": True,
        "msg": f"{number - done} of {number} mailboxes failed",
        "results": rows,
        "diff": [dict(row) for row in rows],
        "summary": {"created": done, "failed": number - done},
    }


@pytest.mark.parametrize(("number", "done"), [(10, 7), (500, 497), (500, 0), (10000, 9000), (10000, 0)])
def test_the_output_is_bounded_for_any_number_of_items(number: int, done: int) -> None:
    result = failed(number, done)
    kept = printable(result)
    printed = {key: value for key, value in kept.items() if key not in ("diff", "failed")}
    assert len(json.dumps(printed)) < MOST_BYTES
    assert kept["diff"] == result["diff"], "every row stays available"
    assert {row["status"] for row in kept["results"]} == {"failed"}
    assert set(kept["omitted"]) <= {"failed", "created"}
    if done:
        assert kept["omitted"]["created"] == f"1000-{1000 + done - 1}"


def test_lines_of_a_message_are_not_repeated_in_its_error() -> None:
    result = {
        "failed": True,
        "msg": "2 problems:\n- one\n- two",
        "error": {"kind": "invalid", "message": "2 problems:\n- one\n- two"},
    }
    assert printable(result) == {**result, "error": {"kind": "invalid", "message": "2 problems:"}}


def test_small_results_and_successes_are_not_shortened() -> None:
    assert printable(failed(2, 1)) == failed(2, 1)
    success = {**failed(500, 500), "failed": False}
    assert printable(success) == success
