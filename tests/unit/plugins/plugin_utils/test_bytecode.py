# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compiled code is kept between runs of Ansible."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest
from ansible_collections.telephony.voicemail.plugins.plugin_utils import bytecode
from helpers.programs import environment_of

PACKAGE = "ansible_collections.telephony.voicemail.plugins"
PLUGINS = pathlib.Path(bytecode.__file__).parents[1]
#: A module of the collection is imported by Ansible's loader, as for a plugin.
IMPORT = f"""
import os
import sys
from ansible.plugins.loader import init_plugin_loader
init_plugin_loader([os.environ["ANSIBLE_COLLECTIONS_PATH"]])
from {PACKAGE}.plugin_utils import bytecode
finders = list(sys.meta_path)
with bytecode.kept():
    from {PACKAGE}.module_utils import waiting
assert sys.meta_path == finders
bytecode.keep()
bytecode.keep()
from {PACKAGE}.module_utils.model import text
assert len(sys.meta_path) == len(finders) + 1
print(waiting.__file__, text.__file__)
"""


def test_what_a_plugin_imports_is_compiled_once(tmp_path: pathlib.Path) -> None:
    variables = {**environment_of(tmp_path), "PYTHONPYCACHEPREFIX": str(tmp_path / "bytecode")}
    done = subprocess.run(
        [sys.executable, "-c", IMPORT], env=variables, capture_output=True, text=True, timeout=60, check=True
    )
    imported = [pathlib.Path(name) for name in done.stdout.split()]
    kept = {path.name.partition(".")[0] for path in (tmp_path / "bytecode").rglob("*.pyc") if "voicemail" in path.parts}
    assert [path.name for path in imported] == ["waiting.py", "text.py"]
    assert {"waiting", "text"} <= kept


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("json", None),
        ("ansible_collections.acme.pbx.plugins.module_utils.pbx", PLUGINS / "module_utils"),
        (f"{PACKAGE}.module_utils.transport", PLUGINS / "module_utils"),
        (f"{PACKAGE}.module_utils.no_such_module", PLUGINS / "module_utils"),
        (f"{PACKAGE}.module_utils.waiting", PLUGINS / "no such folder"),
    ],
)
def test_everything_else_is_left_to_other_finders(name: str, folder: pathlib.Path | None) -> None:
    path = None if folder is None else [os.fspath(folder)]
    assert bytecode._Finder().find_spec(name, path) is None
