# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every doubtful behaviour of every vendor, one at a time, both ways of running."""

from __future__ import annotations

import functools
import typing as t

import pytest
from cycle import Life
from subjects import SUBJECTS, Subject
from ways import WAYS

CASES = [(subject, knob, value) for subject in SUBJECTS for knob, values in subject.knobs.items() for value in values]


@functools.cache
def usual_story(subject_name: str) -> tuple[str, ...]:
    """What happens where the vendor does what its documents say."""
    subject = next(subject for subject in SUBJECTS if subject.name == subject_name)
    with subject.serve() as server:
        return tuple(Life(subject, server, WAYS["worker"]).run())


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_usual_behaviour(subject: Subject, way: str) -> None:
    with subject.serve() as server:
        Life(subject, server, WAYS[way]).run()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("subject", "knob", "value"), CASES, ids=lambda part: getattr(part, "name", str(part)))
def test_doubtful_behaviour(subject: Subject, knob: str, value: t.Any, way: str) -> None:
    stubborn = subject.stubborn.get((knob, value), frozenset())
    with subject.serve({knob: value}) as server:
        Life(subject, server, WAYS[way], stubborn).run()
