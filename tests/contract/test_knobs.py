# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every doubtful behaviour of every vendor, one at a time, both ways of running."""

from __future__ import annotations

import functools
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import steps
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
def test_doubtful_behaviour(
    subject: Subject, knob: str, value: t.Any, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if knob not in subject.alone:
        # Nothing lags here, so there is nothing to wait for before a refusal is believed.
        monkeypatch.setattr(steps, "_STALE_WAITS", (0.01, 0.01))
    stubborn = subject.stubborn.get((knob, value), frozenset())
    with subject.serve({knob: value}) as server:
        Life(subject, server, WAYS[way], stubborn).run()
