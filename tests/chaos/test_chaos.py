# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A short form of the fault suite with fixed seeds of every vendor. `make chaos` runs thousands."""

from __future__ import annotations

import pytest
from chaos.suite import KINDS, attempt, generate
from chaos.worlds import WORLDS

SUBJECTS = tuple(KINDS)
#: Number of seeds for mailboxes, which have the most faults, and for everything else.
SEEDS = {name: 12 if name in WORLDS else 6 for name in SUBJECTS}
STEP = 6


@pytest.mark.parametrize(
    ("name", "first"), [(name, first) for name in SUBJECTS for first in range(1, SEEDS[name] + 1, STEP)]
)
def test_runs_with_faults(name: str, first: int) -> None:
    for seed in range(first, first + STEP):
        scenario = generate(name, seed)
        problems = attempt(scenario)
        again = f"python tests/chaos --subject {name} --seed {seed}"
        assert problems == [], "\n".join([f"{again} repeats and reduces it", scenario.reported(), *problems])


def test_a_scenario_depends_on_its_seed_only() -> None:
    assert all(generate(name, 7) == generate(name, 7) for name in SUBJECTS)
    assert generate("kazoo", 7) != generate("kazoo", 8)
