# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter retention_plan: a message is deleted only if a rule selects it."""

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.telephony.voicemail.plugins.filter.retention_plan import FilterModule

retention_plan = FilterModule().filters()["retention_plan"]
Row = dict[str, t.Any]


def message(identifier: str, mailbox: str | None = "3000", status: str = "read") -> Row:
    return {"id": identifier, "mailbox": mailbox, "status": status}


def search(*ids: str, action: str = "delete", **more: t.Any) -> Row:
    return {"results": [{"id": one, "action": action} for one in ids], **more}


def rule(match: str = ".*", action: str = "delete", **more: t.Any) -> Row:
    return {"match": match, "action": action, **more}


ARCHIVE = rule(action="archive_then_delete")
SKIPPED = {"skipped": True}


def deleted(plan: Row) -> list[list[str]]:
    return [one["delete"] for one in plan["rules"]]


def test_the_first_matching_rule_applies_to_a_message() -> None:
    rules = [rule("30.*", "keep"), rule("3.*", "archive_then_delete"), rule()]
    plan = retention_plan(
        rules,
        [SKIPPED, search("a", "b", "c"), search("a", "b", "c", "d")],
        [message("a", "3000"), message("b", "3100"), message("c", "4000"), message("d", "3100")],
    )
    assert [one["ids"] for one in plan["rules"]] == [[], ["b"], ["c"]]
    assert deleted(plan) == [[], [], ["c"]]
    assert (plan["selected"], plan["to_archive"]) == (["b", "c"], ["b"])


def test_a_message_too_recent_for_its_rule_is_kept() -> None:
    plan = retention_plan([rule("3000"), rule()], [search(), search("a")], [message("a")])
    assert plan["selected"] == []


@pytest.mark.parametrize("mailbox", [None, "", "30001", "23000", 3000])
def test_a_rule_matches_whole_numbers_only(mailbox: t.Any) -> None:
    plan = retention_plan([rule("3000")], [search("a")], [message("a", mailbox)])
    assert plan["selected"] == []


def test_a_message_of_another_status_is_left_to_the_next_rule() -> None:
    rules = [rule(status="deleted", permanent=True), rule(status="read")]
    found = [search("a", "b"), search("a", "b")]
    plan = retention_plan(rules, found, [message("a", status="deleted"), message("b")])
    assert deleted(plan) == [["a"], ["b"]]
    assert [one["permanent"] for one in plan["rules"]] == [True, False]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"status": "changed", "verified": True}, True),
        ({"status": "ok", "verified": True}, True),
        ({"status": "ok", "verified": False}, False),
        ({"status": "ok"}, False),
        ({"status": "ok", "verified": "true"}, False),
        ({"status": "failed", "verified": True}, False),
        ({"status": "skipped", "verified": True}, False),
        ({"status": "skipped", "error": "no recording"}, False),
    ],
)
def test_only_a_verified_recording_counts_as_archived(row: Row, expected: bool) -> None:
    plan = retention_plan([ARCHIVE], [search("a")], [message("a")], archived=[{"id": "a", **row}])
    assert deleted(plan) == [["a"] if expected else []]
    assert plan["unarchived"] == ([] if expected else ["a"])
    assert plan["recordless"] == (["a"] if "error" in row else [])


def test_nothing_is_deleted_without_the_results_of_the_archive() -> None:
    for archived, new in itertools.product((None, []), (False, True)):
        plan = retention_plan([ARCHIVE], [search("a")], [message("a")], archived=archived, archive_is_new=new)
        assert (deleted(plan), plan["unarchived"]) == ([[]], ["a"])


def test_check_mode_counts_planned_archive_entries() -> None:
    rows = [{"id": "a", "status": "changed"}, {"id": "b", "status": "failed"}]
    messages, found = [message("a"), message("b")], [search("a", "b")]
    plan = retention_plan([ARCHIVE], found, messages, archived=rows, check_mode=True)
    assert deleted(plan) == [["a"]]
    assert deleted(retention_plan([ARCHIVE], found, messages, check_mode=True, archive_is_new=True)) == [["a", "b"]]


def test_a_search_counts_only_planned_deletions() -> None:
    plan = retention_plan([rule()], [search("a", action="none")], [message("a")])
    assert plan["selected"] == []


def test_messages_that_no_search_read_again_are_not_selected() -> None:
    assert retention_plan([rule()], [search("a")], [])["selected"] == []
    assert retention_plan([rule(), rule()], [search()], [message("a")])["selected"] == []


def test_undated_messages_count_where_a_rule_matches_their_mailbox() -> None:
    undated = [{"id": "x", "mailbox": "3000"}, {"id": "y", "mailbox": "4000"}, {"id": "z", "mailbox": None}]
    plan = retention_plan([rule("3.*"), rule("3000")], [search(undated=undated), search(undated=undated)], [])
    assert (plan["undated"], plan["selected"]) == (["x"], [])


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"match": ""}, "a text that is not empty"),
        ({"match": 83}, "a text that is not empty"),
        ({"match": "("}, "is not a regular expression"),
        ({"action": "purge"}, "must be keep, delete or archive_then_delete"),
        ({"permanent": "perhaps"}, "must be true or false"),
    ],
)
def test_an_invalid_rule_is_refused(wrong: Row, problem: str) -> None:
    with pytest.raises(AnsibleFilterError, match="retention_plan: .*" + problem.replace("(", r"\(")):
        retention_plan([{**rule(), **wrong}], [search("a")], [message("a")])
    # The role asserts, so that Ansible adds nothing to the reason.
    (returned,) = retention_plan([{**rule(), **wrong}], [], [], return_problems=True).items()
    assert returned[0] == "problem"
    assert problem in returned[1]


@pytest.mark.parametrize("position", range(3))
@pytest.mark.parametrize("wrong", [None, "text", {"a": 1}, ["a"]])
def test_values_other_than_lists_of_dictionaries_are_refused(position: int, wrong: t.Any) -> None:
    given: list[t.Any] = [[rule()], [search("a")], [message("a")]]
    given[position] = wrong
    with pytest.raises(AnsibleFilterError, match="must be a list of dictionaries"):
        retention_plan(*given)
