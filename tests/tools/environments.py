# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Pythons of this machine, and additional virtual environments.

Uses only the standard library, because any Python of the machine may run it.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Iterator

#: Required features of a Python: it starts, prints its version, and can create virtual environments with pip.
PROBE = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2])"


def find_python(version: str) -> pathlib.Path | None:
    """Return a Python of a version such as 3.12, or None."""
    return next((path for path in _candidates(version) if _is_usable(path, version)), None)


def _candidates(version: str) -> Iterator[pathlib.Path]:
    """Yield programs that may be that Python: this one, those on PATH, and those of pyenv, the newest first."""
    yield pathlib.Path(sys.executable)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        program = pathlib.Path(folder or os.curdir, f"python{version}")
        if program.is_file():
            yield program
    if root := _pyenv_root():
        yield from (folder / "bin" / "python" for folder in _installed(root / "versions", version))


def _pyenv_root() -> pathlib.Path | None:
    """Return the folder of pyenv, from the environment or pyenv itself."""
    if named := os.environ.get("PYENV_ROOT"):
        return pathlib.Path(named)
    if program := shutil.which("pyenv"):
        answer = subprocess.run([program, "root"], stdout=subprocess.PIPE, text=True, check=False)
        return pathlib.Path(answer.stdout.strip()) if answer.returncode == 0 and answer.stdout.strip() else None
    return None


def _installed(versions: pathlib.Path, version: str) -> list[pathlib.Path]:
    """Return pyenv's folders of a version, the newest first, without pre-releases and builds without the lock."""
    found = {
        int(patch): folder
        for folder in versions.glob(f"{version}.*")
        if (patch := folder.name.removeprefix(f"{version}.")).isdecimal()
    }
    return [found[patch] for patch in sorted(found, reverse=True)]


def _is_usable(program: pathlib.Path, version: str) -> bool:
    """Check that a program is this Python, because its name may be a shim of an inactive version."""
    try:
        answer = subprocess.run(
            [program, "-c", PROBE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False
        )
    except OSError:
        return False
    return answer.returncode == 0 and answer.stdout.strip() == version


def provide(folder: pathlib.Path, python: pathlib.Path, requirements: list[str]) -> pathlib.Path:
    """Create a virtual environment with these requirements, unless it exists, and return its Python.

    Raises subprocess.CalledProcessError if that fails.
    """
    own, stamp = folder / "bin" / "python", folder / ".installed"
    wanted = hashlib.sha256("\n".join([str(folder), str(python), *requirements]).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted and _runs(own):
        return own
    shutil.rmtree(folder, ignore_errors=True)
    # Variables of pip would change the target folder, and those of Python would add other packages.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    variables.pop("PIP_USER", None)
    print(f"Creating {folder.name} with {', '.join(requirements)}", flush=True)
    subprocess.run([python, "-m", "venv", folder], env=variables, check=True)
    subprocess.run([own, "-m", "pip", "install", "--quiet", *requirements], env=variables, check=True)
    stamp.write_text(wanted)
    return own


def _runs(python: pathlib.Path) -> bool:
    """Check whether an environment still works, because its base Python may have been removed."""
    return python.exists() and subprocess.run([python, "-c", ""], check=False).returncode == 0


def read_requirements(path: pathlib.Path) -> list[str]:
    """Return the requirements of a file, without those of the files that it includes."""
    lines = (line.partition(" #")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-"))]
