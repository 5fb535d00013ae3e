# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The helpers state their use, and only tests/conftest.py makes them importable."""

from __future__ import annotations

import ast
import pathlib
import re

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
HELPERS = sorted((TESTS / "helpers").glob("*.py"))
#: Programs that run in a separate Python, without pytest.
PROGRAMS = ("benchmark", "chaos/__main__.py", "load", "mutation", "tools", "helpers/preloaded_python.py")
CHANGES = re.compile(r"sys\.path(?:\[[^\]]*\])?\s*(?:\.(?:insert|append|extend|remove)\b|\+?=[^=])|syspath_prepend")


@pytest.mark.parametrize("path", HELPERS, ids=lambda path: path.stem)
def test_every_helper_states_its_use(path: pathlib.Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert re.search(r"\buse (?:it|them)\b|\b[UR](?:se|un)\b", text), text


def test_only_conftest_changes_the_path() -> None:
    found = []
    for path in TESTS.rglob("*.py"):
        name = path.relative_to(TESTS).as_posix()
        # `helpers/programs.py` removes the test folders in a fork that becomes another program.
        if name.startswith(PROGRAMS) or name in ("conftest.py", "helpers/programs.py", "unit/test_helpers.py"):
            continue
        code = path.read_text(encoding="utf-8")
        if not CHANGES.search(code):
            continue
        # What is written into a program that a test starts changes nothing here.
        literals = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)]
        programs = [node.value for node in literals if isinstance(node.value, str) and "\n" in node.value]
        for program in programs:
            code = code.replace(program, "")
        found += [f"{name}: {change}" for change in CHANGES.findall(code)]
    assert found == []


@pytest.mark.parametrize(
    "statement",
    ["sys.path.insert(0, x)", "sys.path[:0] = [x]", "sys.path = [x]", "sys.path += [x]", "m.syspath_prepend(x)"],
)
def test_a_change_of_the_path_is_detected(statement: str) -> None:
    assert CHANGES.search(statement)
    assert not CHANGES.search("assert sys.path == before")
