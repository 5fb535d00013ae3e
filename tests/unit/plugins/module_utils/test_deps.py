# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file can be imported without the libraries, and the modules then report the missing ones."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[4]
LIBRARIES = ("httpx", "pydantic", "tenacity")
IMPORT_ALL = """
import importlib, json, pathlib, sys
for library in {libraries}:
    sys.modules[library] = None
sys.path.insert(0, {tests!r})
import conftest
root = pathlib.Path({root!r})
package = "ansible_collections.telephony.voicemail."
names = [
    package + ".".join(path.relative_to(root).with_suffix("").parts)
    for folder in ("module_utils", "modules", "action", "plugin_utils", "callback", "filter", "lookup")
    for path in sorted((root / "plugins" / folder).rglob("*.py"))
    if path.name != "__init__.py"
]
for name in names:
    importlib.import_module(name)
from ansible_collections.telephony.voicemail.plugins.module_utils import deps
print(json.dumps([len(names), deps.IMPORT_ERROR]))
"""


@pytest.mark.parametrize("missing", [LIBRARIES, *((library,) for library in LIBRARIES)], ids="-".join)
def test_everything_can_be_imported_without_the_libraries(missing: tuple[str, ...]) -> None:
    code = IMPORT_ALL.format(libraries=missing, tests=str(ROOT / "tests"), root=str(ROOT))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    count, error = json.loads(done.stdout)
    assert count > 40
    assert any(library in error for library in missing)


OLD = """
import sys
{setting}
sys.path.insert(0, {tests!r})
import conftest
from ansible_collections.telephony.voicemail.plugins.module_utils import deps
print(deps.IMPORT_ERROR)
"""


@pytest.mark.parametrize(
    ("setting", "reported"),
    [
        ("import pydantic; pydantic.VERSION = '1.10.4'", "pydantic 2.8 or newer is needed, found 1.10.4"),
        ("import tenacity; del tenacity.stop_before_delay", "tenacity 8.3 or newer is needed"),
    ],
)
def test_an_outdated_library_is_reported(setting: str, reported: str) -> None:
    code = OLD.format(setting=setting, tests=str(ROOT / "tests"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert reported in done.stdout, done.stderr[-2000:]
