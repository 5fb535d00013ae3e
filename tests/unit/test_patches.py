# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests replace public names only, so that private ones can be renamed without changing tests.

A test changes a parameter, an option, or the time (`helpers.virtual_time`) instead.
"""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
#: Methods that Ansible calls on every action plugin. Their names are Ansible's interface, underscore or not.
OF_ANSIBLE = frozenset({"_execute_module", "_compute_environment_string", "_connection", "_display", "_task"})
PATCHING = frozenset({"setattr", "delattr", "object", "patch"})
PRIVATE = re.compile(r"(?:^|\.)(_(?!_)\w+)$")
#: What the text of a file with a patch contains: a private name in quotes, or an assignment to one of something else.
#: Parsing the other files would take longer than all other tests of this kind.
CANDIDATE = re.compile(r"""["'.]_(?!_)\w+["']|(?<!\bself)\._(?!_)\w+\s*(?:[^\w\s.,()\[\]]?=(?!=)|:)""")
#: Packages of the code under test and its simulator. Names imported from them are their modules or classes.
TESTED = ("ansible_collections", "voicemail_simulator")


def private_name(name: str) -> str | None:
    """Return the private part of a name or of a dotted path, unless it belongs to Ansible's interface."""
    found = PRIVATE.search(name)
    return found[1] if found and found[1] not in OF_ANSIBLE else None


def patched_by_call(node: ast.Call) -> str | None:
    """Return the private name that a call of monkeypatch or mock replaces."""
    function = node.func
    called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if called not in PATCHING:
        return None
    texts = [one.value for one in node.args[:2] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return next((name for text in texts if (name := private_name(text))), None)


def assigned(node: ast.AST, imported: t.Container[str]) -> str | None:
    """Return the private name that an assignment replaces in something imported from the code under test."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    for target in targets:
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id in imported:
            return private_name(target.attr)
    return None


def imported_names(tree: ast.Module) -> set[str]:
    """Return the local names of what a file imports from the code under test."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(TESTED):
            names.update(alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            names.update(alias.asname for alias in node.names if alias.asname and alias.name.startswith(TESTED))
    return names


def patches(source: str) -> list[tuple[int, str]]:
    """Return the line and the private name of each patch in a source text."""
    if not CANDIDATE.search(source):
        return []
    tree = ast.parse(source)
    imported = imported_names(tree)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = patched_by_call(node)
        elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            name = assigned(node, imported)
        else:
            continue
        if name:
            found.append((node.lineno, name))
    return found


def test_no_test_replaces_a_private_name() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{line}: {name}"
        for path in sorted(TESTS.rglob("*.py"))
        for line, name in patches(path.read_text(encoding="utf-8"))
    ]
    assert not found, "\n".join(["make it a parameter or an option:", *found])


IMPORT = "from ansible_collections.telephony.voicemail.plugins.module_utils import task\n"


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ('monkeypatch.setattr(task, "_WAITS", ())', "_WAITS"),
        ('monkeypatch.setattr("package.task._WAITS", ())', "_WAITS"),
        ('monkeypatch.delattr(task, "_WAITS")', "_WAITS"),
        ('mock.patch.object(task, "_WAITS", ())', "_WAITS"),
        ('mock.patch("package.task._WAITS")', "_WAITS"),
        ('patch("package.task._WAITS")', "_WAITS"),
        ('setattr(task, "_WAITS", ())', "_WAITS"),
        ("task._WAITS = ()", "_WAITS"),
        ("task._WAITS += (1,)", "_WAITS"),
    ],
)
def test_a_private_patch_is_detected(statement: str, name: str) -> None:
    assert patches(IMPORT + statement) == [(2, name)]


@pytest.mark.parametrize(
    "statement",
    [
        'monkeypatch.setattr(task, "WAITS", ())',
        'monkeypatch.setattr(Task, "run", lambda _self: None)',
        'monkeypatch.setattr(Task, "__call__", lambda _self: None)',
        'monkeypatch.setattr(ActionModule, "_execute_module", run)',
        "self._kept = ()",
    ],
)
def test_public_names_may_be_replaced(statement: str) -> None:
    assert patches(IMPORT + statement) == []
