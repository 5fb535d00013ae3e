# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator can be read from bottom to top, and has the vendors of the collection."""

from __future__ import annotations

import ast
import graphlib
import pathlib

from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES
from voicemail_simulator.vendors import VENDORS

ROOT = pathlib.Path(__file__).resolve().parents[3] / "roles" / "simulator" / "files"


def name_of(file: pathlib.Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(file): file for file in ROOT.rglob("*.py")}


def imports_of(name: str) -> set[str]:
    """Return the modules of the simulator that one imports, anywhere in it."""
    file = MODULES[name]
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            names = {f"{base}.{alias.name}" for alias in node.names}
            found |= {one if one in MODULES else base for one in names}
    return found & set(MODULES) - {name}


def test_imports_have_no_cycle() -> None:
    graph = {name: imports_of(name) for name in MODULES}
    assert sum(map(len, graph.values())) > len(MODULES)
    graphlib.TopologicalSorter(graph).prepare()


def test_the_vendors_match_the_collection() -> None:
    assert sorted(VENDORS) == sorted(NAMES)
