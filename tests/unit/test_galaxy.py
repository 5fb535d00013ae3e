# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of an import into Galaxy: warnings and incomplete imports are failures."""

from __future__ import annotations

import pathlib
import types

import pytest

TOOLS = pathlib.Path(__file__).resolve().parents[1] / "tools"
LINT = "WARNING: roles/export/tasks/main.yml:4: fqcn[action-core]: Use FQCN for builtin module actions (copy)."


@pytest.fixture
def galaxy(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    import galaxy

    return galaxy


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ("Loading module vmbox\n{done}\n", []),
        ("Loading module vmbox\n{lint}\n{done}\n", [LINT]),
        (
            "ERROR: no README.md in role export\n",
            ["ERROR: no README.md in role export", "the import was not completed"],
        ),
        ("", ["the import was not completed"]),
    ],
)
def test_every_warning_is_a_failure(galaxy: types.ModuleType, output: str, found: list[str]) -> None:
    assert galaxy.complaints(output.format(done=galaxy.DONE, lint=LINT)) == found
