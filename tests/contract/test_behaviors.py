# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every doubtful behavior of every vendor, one at a time.

Each value runs one way, and which one alternates: that both give the same is what the comparer proves, and pairs of
behaviors meet both.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import typing as t

import pytest
from helpers.lifecycle import Lifecycle, serve, strange, usual_history
from helpers.runners import RUNNERS
from helpers.subjects import PERSONAL, SUBJECTS, TEL4VN, Subject
from helpers.virtual_time import virtual_time

CASES = [
    (subject, behavior, value)
    for subject in SUBJECTS
    for behavior, values in subject.behaviors.items()
    for value in values
]
ALTERNATING = [(*case, way) for case, way in zip(CASES, itertools.cycle(RUNNERS), strict=False)]


@pytest.mark.parametrize("way", RUNNERS)
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_usual_behavior(subject: Subject, way: str) -> None:
    with serve(subject) as server:
        assert strange(subject, {}, Lifecycle(subject, server, RUNNERS[way]).run()) == []


@pytest.mark.parametrize(
    ("subject", "behavior", "value", "way"), ALTERNATING, ids=lambda part: getattr(part, "name", str(part))
)
def test_doubtful_behavior(subject: Subject, behavior: str, value: t.Any, way: str) -> None:
    stubborn = subject.stubborn.get((behavior, value), frozenset())
    # Where nothing lags, there is nothing to wait for before a refusal is believed.
    quick = contextlib.nullcontext() if behavior in subject.alone else virtual_time(lambda _seconds: None)
    with quick, serve(subject, {behavior: value}) as server:
        assert strange(subject, {behavior: value}, Lifecycle(subject, server, RUNNERS[way], stubborn).run()) == []


def test_another_end_state_is_strange() -> None:
    """What the comparison above has to notice: a field, a box of somebody else, a box too many or too few."""
    with serve(TEL4VN) as server:
        other = dataclasses.replace(TEL4VN, update={**TEL4VN.update, "description": "Lobby"})
        found = strange(TEL4VN, {}, Lifecycle(other, server, RUNNERS["worker"]).run())
        assert "update: description of box 3000 is 'Lobby', usually 'Reception'" in found
    *before, last = usual_history(PERSONAL)
    neighbour = last.boxes["1002"]
    for boxes, said in (
        ({"1009": neighbour}, "clear: box 1009 is"),
        ({"1002": None}, "clear: box 1002 is None"),
        ({"1002": {**neighbour, "department": "Sales"}}, "clear: department of box 1002 is 'Sales'"),
    ):
        ended = dataclasses.replace(last, boxes={**last.boxes, **boxes})
        assert any(text.startswith(said) for text in strange(PERSONAL, {}, [*before, ended])), said
    silent = [dataclasses.replace(moment, changed_fields=()) for moment in usual_history(TEL4VN)]
    assert strange(TEL4VN, {"password_visible": "masked"}, silent)
