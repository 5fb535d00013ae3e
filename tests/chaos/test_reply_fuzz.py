# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A short form of the fuzzing that `make chaos` does: spoiled replies and strange options, in memory."""

from __future__ import annotations

import json
import os
import pathlib
import random

import pytest
from chaos.fuzz_targets import TARGETS
from chaos.fuzzing import fuzz, judged, recorded
from chaos.spoiling import Answer, spoil

REPLIES = int(os.environ.get("CHAOS_REPLIES", "12"))
GUARDED = [name for name in TARGETS if name.endswith("-guard")]


@pytest.mark.parametrize("name", TARGETS)
def test_spoiled_replies_and_strange_options_end_clearly(name: str) -> None:
    outcome = fuzz(name, REPLIES, 8)
    assert outcome.problems == []
    assert outcome.replies >= REPLIES


@pytest.mark.parametrize("name", GUARDED)
def test_no_spoiled_count_deletes_a_mailbox_with_messages(name: str) -> None:
    """The true run is refused for the messages; no spoiled reply may let the deletion through."""
    assert fuzz(name, 120, 0, seed=2).problems == []


def test_the_judge_notices_a_deletion_that_the_true_run_does_not_send(tmp_path: pathlib.Path) -> None:
    """With every reply that counts replaced by a true one of an empty mailbox, the deletion goes through."""
    target = TARGETS["kazoo-guard"]
    true = recorded(target, tmp_path)
    counts = [one for one in true.exchanges if one.key.path.endswith("/messages")]
    assert len(counts) == 1
    empty = counts[0].answer._replace(body=b'{"data": [], "page_size": 0, "status": "success"}')
    # The messages are counted once for the plan, and again immediately before the deletion.
    exchanges, further = (
        [one._replace(answer=empty) if one.key.path.endswith("/messages") else one for one in part]
        for part in (true.exchanges, true.further)
    )
    replay = true._replace(exchanges=exchanges, further=further).replay(None, 0)
    assert ["it deletes more" in problem for problem in judged(target, true, replay, true.task)] == [True]


def test_spoiling_changes_nearly_every_reply_and_is_the_same_for_a_seed() -> None:
    true = Answer(200, (), json.dumps({"data": [{"id": "a", "mailbox": "1000"}], "total": 1}).encode())
    spoiled = [spoil(true, random.Random(seed)) for seed in range(300)]
    assert spoiled == [spoil(true, random.Random(seed)) for seed in range(300)]
    assert sum(one != true for one in spoiled) > 250
    assert len(set(spoiled)) > 100
