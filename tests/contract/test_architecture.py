# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps on the architecture page match the calls of the code."""

from __future__ import annotations

import ast
import functools
import pathlib
import re
import sys
import threading
import types
import typing as t

from helpers.programs import ROOT
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO

PAGE = ROOT / "docs" / "docsite" / "rst" / "architecture.rst"
MODULE_UTILS = ROOT / "plugins" / "module_utils"
WALK = "One mailbox, from YAML to the wire and back\n---"
MOST_STEPS = 10


@functools.cache
def walk() -> list[tuple[int, pathlib.Path, str]]:
    """Return the number of each step with its files and functions."""
    text = PAGE.read_text(encoding="utf-8").partition(WALK)[2].partition("\n---")[0]
    found: list[tuple[int, pathlib.Path, str]] = []
    for number, step in re.findall(r"^(\d+)\. (.*?)(?=^\d+\. |^\S)", text, re.S | re.M):
        for name, function in re.findall(r"``([\w/]+\.py)``:\s+``([\w.]+)``", step):
            place = ROOT if name.startswith("plugins/") else MODULE_UTILS
            found.append((int(number), place / name, function))
    return found


def functions_of(path: pathlib.Path) -> set[str]:
    """Return the functions of a file. Methods have the prefix of their class."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        names |= {f"{prefix}{each.name}" for each in inner if isinstance(each, ast.FunctionDef)}
    return names


def test_every_step_names_an_existing_function() -> None:
    steps = [number for number, _path, _function in walk()]
    assert sorted(set(steps)) == list(range(1, steps[-1] + 1))
    assert 5 < steps[-1] <= MOST_STEPS
    for _number, path, function in walk():
        assert function in functions_of(path), f"{path}: {function}"


def test_the_steps_match_the_calls_for_a_mailbox(tmp_path: pathlib.Path) -> None:
    """Check that changing one mailbox calls the functions in the order of the steps."""
    calls: list[tuple[str, str]] = []
    names = {function for _number, _path, function in walk()}

    def note(frame: types.FrameType, event: str, _argument: t.Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_qualname in names:
            calls.append((str(pathlib.Path(code.co_filename).resolve()), code.co_qualname))

    source = tmp_path / "mailboxes.yml"
    source.write_text('- mailbox: "3000"\n  name: Front desk\n')
    with KAZOO.serve() as server:
        RUNNERS["worker"]("vmbox", KAZOO.arguments(server, mailbox="3000", name="Reception"))
        threading.setprofile(note)
        sys.setprofile(note)
        try:
            result = RUNNERS["worker"]("vmboxes", KAZOO.arguments(server, src=str(source)))
        finally:
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type]
    assert result["summary"]["updated"] == 1, result
    waiting = iter(calls)
    # The first step belongs to the action plugin, which needs a playbook.
    for number, path, function in walk()[1:]:
        assert (str(path.resolve()), function) in waiting, (
            f"step {number}: {function} is not called after the previous one"
        )
