# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test every vendor behavior that the vendor's documents leave open, one at a time.

The runner alternates from value to value. test_modes.py checks that both return the same result.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import typing as t

import pytest
from helpers.lifecycle import Lifecycle, default_history, differences, serve
from helpers.runners import RUNNERS
from helpers.subjects import PERSONAL, SUBJECTS, TEL4VN, Subject
from helpers.virtual_time import virtual_time

CASES = [
    (subject, behavior, value)
    for subject in SUBJECTS
    for behavior, values in subject.behaviors.items()
    for value in values
]
ALTERNATING = [(*case, runner) for case, runner in zip(CASES, itertools.cycle(RUNNERS), strict=False)]


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_lifecycle_under_default_behavior(subject: Subject, runner: str) -> None:
    with serve(subject) as server:
        assert differences(subject, {}, Lifecycle(subject, server, RUNNERS[runner]).run()) == []


@pytest.mark.parametrize(
    ("subject", "behavior", "value", "runner"), ALTERNATING, ids=lambda part: getattr(part, "name", str(part))
)
def test_lifecycle_under_behavior_variant(subject: Subject, behavior: str, value: t.Any, runner: str) -> None:
    expected_failures = subject.expected_failures.get((behavior, value), frozenset())
    # Without lag, a refusal is final, so no test has to wait.
    quick = contextlib.nullcontext() if behavior in subject.alone else virtual_time(lambda _seconds: None)
    with quick, serve(subject, {behavior: value}) as server:
        assert (
            differences(
                subject, {behavior: value}, Lifecycle(subject, server, RUNNERS[runner], expected_failures).run()
            )
            == []
        )


def test_a_different_end_state_is_found() -> None:
    """Check that the comparison finds different fields, and changed, missing or extra mailboxes."""
    with serve(TEL4VN) as server:
        other = dataclasses.replace(TEL4VN, update={**TEL4VN.update, "description": "Lobby"})
        found = differences(TEL4VN, {}, Lifecycle(other, server, RUNNERS["worker"]).run())
        assert "update: description of box 3000 is 'Lobby', usually 'Reception'" in found
    *before, last = default_history(PERSONAL)
    other_mailbox = last.boxes["1002"]
    for boxes, expected in (
        ({"1009": other_mailbox}, "clear: box 1009 is"),
        ({"1002": None}, "clear: box 1002 is None"),
        ({"1002": {**other_mailbox, "department": "Sales"}}, "clear: department of box 1002 is 'Sales'"),
    ):
        ended = dataclasses.replace(last, boxes={**last.boxes, **boxes})
        assert any(text.startswith(expected) for text in differences(PERSONAL, {}, [*before, ended])), expected
    unreported = [dataclasses.replace(snapshot, changed_fields=()) for snapshot in default_history(TEL4VN)]
    assert differences(TEL4VN, {"password_visible": "masked"}, unreported)
