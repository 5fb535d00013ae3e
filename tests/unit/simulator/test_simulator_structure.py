# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator's files import each other without cycles, and every vendor has the same files."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest
from voicemail_simulator.vendors import VENDORS, load

PACKAGE = Path(__file__).resolve().parents[3] / "roles" / "simulator" / "files" / "voicemail_simulator"
SHARED_FILES = ("behaviors.py", "login.py", "mailboxes.py", "seeds.py", "state.py", "vendor.py")


def imported_files(file: Path, package: Path = PACKAGE) -> set[Path]:
    """Return the files of the package that a file imports, including imports inside functions and for types only."""
    found: set[Path] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        folder = file.parents[node.level - 1].joinpath(*(node.module or "").split("."))
        submodules = [folder / f"{alias.name}.py" for alias in node.names] if folder.is_dir() else []
        candidates = [*submodules, folder.with_suffix(".py"), folder / "__init__.py"]
        found.update([one for one in submodules if one.exists()] or [one for one in candidates if one.exists()][:1])
    return {one for one in found if one.is_relative_to(package)}


def check_cycles(package: Path) -> None:
    """Raise graphlib.CycleError if the imports of a package have a cycle."""
    graphlib.TopologicalSorter({file: imported_files(file, package) for file in package.rglob("*.py")}).prepare()


def test_imports_have_no_cycle() -> None:
    check_cycles(PACKAGE)


def test_imports_are_found() -> None:
    vendor = PACKAGE / "vendors" / "kazoo" / "routes.py"
    assert {"accounts.py", "call.py", "mailboxes.py"} <= {one.name for one in imported_files(vendor)}
    assert PACKAGE / "store.py" in imported_files(PACKAGE / "vendors" / "onsip" / "state.py")


@pytest.mark.parametrize(
    "statement",
    ["from .second import x", "from . import second", "if TYPE_CHECKING:\n    from .second import x"],
)
def test_cycle_is_detected(tmp_path: Path, statement: str) -> None:
    (tmp_path / "first.py").write_text(statement, encoding="utf-8")
    (tmp_path / "second.py").write_text("def run():\n    from .first import x", encoding="utf-8")
    with pytest.raises(graphlib.CycleError):
        check_cycles(tmp_path)


@pytest.mark.parametrize("vendor", VENDORS)
def test_vendors_have_the_same_files(vendor: str) -> None:
    missing = [name for name in SHARED_FILES if not (PACKAGE / "vendors" / vendor / name).exists()]
    assert not missing
    assert load(vendor).__module__ == f"voicemail_simulator.vendors.{vendor}.vendor"
