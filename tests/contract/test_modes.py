# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task returns the same result in the worker, as a module, in the background and over ssh."""

from __future__ import annotations

import collections
import pathlib

import pytest
from helpers import modes
from helpers.ssh_server import missing_programs

MINIMUM = 150


@pytest.mark.parametrize("name", modes.names())
def test_all_modes_return_the_same_result(name: str, tmp_path: pathlib.Path) -> None:
    differences = modes.compare(name, tmp_path)
    assert differences == [], "\n\n".join(differences)


def test_this_machine_has_an_ssh_server() -> None:
    absent = missing_programs()
    if absent:
        pytest.skip(f"cases are not compared over ssh, because this machine has no {', '.join(absent)}")


def test_there_are_many_cases_with_unique_names() -> None:
    counted = collections.Counter(case.name for name in modes.names() for case in modes.cases_of(name))
    assert len(counted) >= MINIMUM
    assert [name for name, count in counted.items() if count > 1] == []
