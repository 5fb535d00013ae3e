# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A short form of the fuzzing of `make chaos`: corrupted replies and unexpected options, in memory."""

from __future__ import annotations

import json
import os
import pathlib
import random

import pytest
from chaos.corrupting_server import UNEXPECTED_VALUES, corrupted
from chaos.corruption import Answer, corrupt
from chaos.fuzz_targets import TARGETS
from chaos.fuzzing import fuzz, problems_of, recorded

REPLIES = int(os.environ.get("CHAOS_REPLIES", "12"))
GUARDED = [name for name in TARGETS if name.endswith("-guard")]


@pytest.mark.parametrize("name", TARGETS)
def test_corrupted_replies_and_unexpected_options_end_with_a_clear_result(name: str) -> None:
    outcome = fuzz(name, REPLIES, 8)
    assert outcome.problems == []
    assert outcome.replies >= REPLIES


@pytest.mark.parametrize("name", GUARDED)
def test_no_corrupted_count_deletes_a_mailbox_with_messages(name: str) -> None:
    """Check that no corrupted reply allows a deletion that the messages prevent."""
    assert fuzz(name, 120, 0, seed=2).problems == []


def test_an_additional_deletion_is_detected(tmp_path: pathlib.Path) -> None:
    """Replace all counts by those of an empty mailbox, and check that the deletion is reported as a problem."""
    target = TARGETS["kazoo-guard"]
    true = recorded(target, tmp_path)
    counts = [one for one in true.exchanges if one.key.path.endswith("/messages")]
    assert len(counts) == 1
    empty = counts[0].answer._replace(body=b'{"data": [], "page_size": 0, "status": "success"}')
    # The messages are counted for the plan, and again immediately before the deletion.
    exchanges, further = (
        [one._replace(answer=empty) if one.key.path.endswith("/messages") else one for one in part]
        for part in (true.exchanges, true.further)
    )
    replay = true._replace(exchanges=exchanges, further=further).replay(None, 0)
    assert ["it deletes more" in problem for problem in problems_of(target, true, replay, true.task)] == [True]


def test_corruption_is_reproducible_and_changes_nearly_every_reply() -> None:
    true = Answer(200, (), json.dumps({"data": [{"id": "a", "mailbox": "1000"}], "total": 1}).encode())
    corrupted = [corrupt(true, random.Random(seed)) for seed in range(300)]
    assert corrupted == [corrupt(true, random.Random(seed)) for seed in range(300)]
    assert sum(one != true for one in corrupted) > 250
    assert len(set(corrupted)) > 100


def test_corruption_leaves_the_unexpected_values_alone() -> None:
    before = repr(UNEXPECTED_VALUES)
    body = json.dumps({"data": [{"id": "x", "emails": ["a", "b"]}]}).encode()
    for seed in range(3000):
        corrupted(body, random.Random(seed))
    assert repr(UNEXPECTED_VALUES) == before
