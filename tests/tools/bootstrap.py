# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepare the checkout's virtual environment for a make target: `python3 tests/tools/bootstrap.py unit`.

Each target installs only its requirements, so `make unit` on a fresh clone does not wait for linters.

Uses only the standard library, because any Python of the machine may run it. A second run with unchanged
requirement files does nothing and takes a few hundredths of a second.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
#: The requirements of each target; all of them are in `dev`.
LEVELS = {
    "demo": "requirements-demo.txt",
    "unit": "tests/requirements/unit.txt",
    "contract": "tests/requirements/contract.txt",
    "lint": "tests/requirements/lint.txt",
    "sanity": "requirements-demo.txt",
    "ansible-units": "requirements-demo.txt",
    "integration": "requirements-demo.txt",
    "molecule": "tests/requirements/molecule.txt",
    "docs": "tests/requirements/docs.txt",
    "docs-lint": "tests/requirements/docs.txt",
    "pictures": "tests/requirements/contract.txt",
    "coverage": "requirements-dev.txt",
    "release": "requirements-dev.txt",
    "benchmark": "tests/requirements/benchmark.txt",
    "chaos": "tests/requirements/contract.txt",
    "load": "tests/requirements/benchmark.txt",
    "mutation": "requirements-dev.txt",
    "stress": "tests/requirements/contract.txt",
    "matrix": "tests/requirements/nox.txt",
    "galaxy": "tests/requirements/nox.txt",
    "dev": "requirements-dev.txt",
}
OLDEST = (3, 11)


def requirement_files(path: pathlib.Path) -> list[pathlib.Path]:
    """Return a requirements file and all files that it includes."""
    found = [path]
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found += requirement_files((path.parent / line[3:].strip()).resolve())
    return found


def fingerprint(file: str) -> str:
    """Hash the inputs of an environment: its path, which its scripts contain, its Python, and the requirements."""
    digest = hashlib.sha256(f"{VENV}\n".encode())
    digest.update((VENV / "pyvenv.cfg").read_bytes())
    for path in requirement_files(ROOT / file):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stamp(file: str) -> pathlib.Path:
    """Return the file that records that the requirements of a file were installed."""
    return VENV / f".installed-{pathlib.PurePath(file).stem}"


def is_ready(file: str) -> bool:
    """Check whether the requirements of a file are installed, by themselves or as a part of others."""
    if not PYTHON.exists():
        return False
    containing = [other for other in set(LEVELS.values()) if ROOT / file in requirement_files(ROOT / other)]
    return any(stamp(one).is_file() and stamp(one).read_text() == fingerprint(one) for one in containing)


def moved_or_broken() -> bool:
    """Check whether the environment is unusable: its scripts contain another path, or its Python is missing."""
    if subprocess.run([PYTHON, "-c", ""], check=False, stderr=subprocess.DEVNULL).returncode:
        return True
    activate = VENV / "bin" / "activate"
    return activate.is_file() and str(VENV) not in activate.read_text(encoding="utf-8")


def create(uv: str | None) -> None:
    """Create the environment, with pip in it: seeding ansible-test needs it."""
    print(f"Creating {VENV.name} with Python {sys.version.split()[0]}", flush=True)
    if uv:
        subprocess.run([uv, "venv", "--quiet", "--seed", "--python", sys.executable, VENV], check=True)
        return
    made = subprocess.run([sys.executable, "-m", "venv", VENV], check=False, stdout=subprocess.PIPE, text=True)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(f"{made.stdout}\nThis Python cannot create virtual environments. Install its venv package, or uv.")


def install(file: str, uv: str | None) -> None:
    """Install the requirements of a file and record it."""
    print(f"Installing {file}", flush=True)
    installer = [uv, "pip", "install", "--python", str(PYTHON)] if uv else [str(PYTHON), "-m", "pip", "install"]
    subprocess.run([*installer, "--quiet", "-r", str(ROOT / file)], check=True)
    stamp(file).write_text(fingerprint(file))


def main() -> None:
    """Prepare the environment for the target named on the command line."""
    if sys.version_info < OLDEST:
        sys.exit(
            f"Python {'.'.join(map(str, OLDEST))} or newer is needed; {sys.executable} is {sys.version.split()[0]}"
        )
    level = sys.argv[1] if len(sys.argv) > 1 else "dev"
    if level not in LEVELS:
        sys.exit(f"usage: bootstrap.py {'|'.join(LEVELS)}")
    file = LEVELS[level]
    if is_ready(file):
        return
    uv = shutil.which("uv")
    if PYTHON.exists() and moved_or_broken():
        shutil.rmtree(VENV)
    if not PYTHON.exists():
        create(uv)
    os.environ.pop("PYTHONPATH", None)
    try:
        install(file, uv)
    except subprocess.CalledProcessError:
        sys.exit(f"Installing {file} failed; see the lines above.")


if __name__ == "__main__":
    main()
