# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The short form of the fault suite: fixed seeds of every vendor; `make chaos` runs thousands."""

from __future__ import annotations

import pytest
from scenario import generate
from shrink import attempt
from worlds import WORLDS

SEEDS = 24
SUBJECTS = tuple(WORLDS)


@pytest.mark.parametrize("name", SUBJECTS)
@pytest.mark.parametrize("first", range(1, SEEDS + 1, 6))
def test_runs_with_faults(name: str, first: int) -> None:
    for seed in range(first, first + 6):
        scenario = generate(name, seed)
        problems = attempt(scenario)
        again = f"python tests/chaos --vendor {name} --seed {seed}"
        assert problems == [], "\n".join([f"{again} shows it again and shrinks it", scenario.told(), *problems])


def test_a_scenario_is_made_from_its_seed_alone() -> None:
    assert all(generate(name, 7) == generate(name, 7) for name in SUBJECTS)
    assert generate("kazoo", 7) != generate("kazoo", 8)
