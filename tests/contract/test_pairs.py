# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test vendor behaviors in pairs, with a covering array instead of the full product."""

from __future__ import annotations

import typing as t

import pytest
from allpairspy import AllPairs
from helpers.lifecycle import Lifecycle, differences, serve
from helpers.runners import RUNNERS
from helpers.subjects import SUBJECTS, Subject
from voicemail_simulator.vendors import load


def combinations(subject: Subject) -> list[dict[str, t.Any]]:
    """Return rows that contain each pair of values of two behaviors at least once."""
    usual = {behavior.name: behavior.default for behavior in load(subject.vendor).behavior_definitions}
    excluded = set(subject.expected_failures)
    values = {
        behavior: [usual[behavior], *(value for value in others if (behavior, value) not in excluded)]
        for behavior, others in subject.behaviors.items()
        if behavior not in subject.alone
    }
    names = [name for name, choices in values.items() if len(choices) > 1]
    return [dict(zip(names, row, strict=True)) for row in AllPairs([values[name] for name in names])]


CASES = [(subject, position, row) for subject in SUBJECTS for position, row in enumerate(combinations(subject))]


@pytest.mark.parametrize(
    ("subject", "position", "behaviors"), CASES, ids=[f"{subject.name}-{position}" for subject, position, _row in CASES]
)
def test_lifecycle_under_pairs_of_variants(subject: Subject, position: int, behaviors: dict[str, t.Any]) -> None:
    # Alternate the runner, so that each one meets every vendor many times.
    runner = list(RUNNERS.values())[position % len(RUNNERS)]
    with serve(subject, behaviors) as server:
        assert differences(subject, behaviors, Lifecycle(subject, server, runner).run()) == []
