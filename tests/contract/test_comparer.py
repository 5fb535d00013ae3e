# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task gives the same result in the worker, as a module, in the background and over ssh."""

from __future__ import annotations

import collections
import pathlib

import pytest
from helpers import comparer
from helpers.ssh_server import missing_programs

FEWEST = 150


@pytest.mark.parametrize("name", comparer.names())
def test_every_way_gives_the_same_result(name: str, tmp_path: pathlib.Path) -> None:
    differences = comparer.compare(name, tmp_path)
    assert differences == [], "\n\n".join(differences)


def test_this_machine_compares_over_ssh() -> None:
    absent = missing_programs()
    if absent:
        pytest.skip(f"cases are not compared over ssh, because this machine has no {', '.join(absent)}")


def test_there_are_many_cases_and_each_has_a_name_of_its_own() -> None:
    counted = collections.Counter(case.name for name in comparer.names() for case in comparer.cases_of(name))
    assert len(counted) >= FEWEST
    assert [name for name, count in counted.items() if count > 1] == []
