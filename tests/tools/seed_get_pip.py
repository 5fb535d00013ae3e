# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Provide ansible-test's version of pip from the package index.

ansible-test installs pip with a script from a separate server, or with a cached copy.
Without access to that server every run would fail, so this writes the cached copy:
a script that runs pip from its wheel and installs that wheel.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys
import types
import typing as t

SCRIPT = '''"""Install pip from its wheel."""

import runpy
import sys

WHEEL = {wheel!r}
sys.path.insert(0, WHEEL)
sys.argv[1:] = ["install", "--no-index", "--disable-pip-version-check", WHEEL]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
'''


def wanted_version() -> str:
    """Return the version of pip that this ansible-core requires."""
    from ansible_test._internal.python_requirements import get_venv_packages

    python: t.Any = types.SimpleNamespace(version=f"{sys.version_info.major}.{sys.version_info.minor}")
    return str(get_venv_packages(python)["pip"])


def seed() -> None:
    """Write the cached script unless it exists."""
    version = wanted_version()
    cache = pathlib.Path("~/.ansible/test/cache").expanduser()
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    if script.exists():
        return
    cache.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), f"pip=={version}"]
    subprocess.run(command, check=True)
    wheel = next(cache.glob(f"pip-{version}-*.whl"))
    script.write_text(SCRIPT.format(wheel=str(wheel)), encoding="utf-8")


if __name__ == "__main__":
    seed()
