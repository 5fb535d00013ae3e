# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepare the checkout's own virtual environment: `python3 tests/tools/bootstrap.py demo|dev`.

Run by whatever Python the machine has, so it uses nothing but the standard library. A second run with unchanged
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
LEVELS = {"demo": "requirements-demo.txt", "dev": "requirements-dev.txt"}
OLDEST = (3, 11)


def requirement_files(path: pathlib.Path) -> list[pathlib.Path]:
    """A requirement file and every file it includes."""
    found = [path]
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found += requirement_files((path.parent / line[3:].strip()).resolve())
    return found


def fingerprint(level: str) -> str:
    """What an environment depends on: its place (scripts hold it), its Python, and the requirements."""
    digest = hashlib.sha256(f"{VENV}\n".encode())
    digest.update((VENV / "pyvenv.cfg").read_bytes())
    for path in requirement_files(ROOT / LEVELS[level]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stamp(level: str) -> pathlib.Path:
    """The file that says what was installed."""
    return VENV / f".installed-{level}"


def is_ready(level: str) -> bool:
    """Whether the environment holds what `level` asks for; dev contains demo."""
    if not PYTHON.exists():
        return False
    wanted = [level] if level == "dev" else [level, "dev"]
    return any(stamp(one).is_file() and stamp(one).read_text() == fingerprint(one) for one in wanted)


def moved_or_broken() -> bool:
    """Whether the environment cannot be used: its scripts name another place, or its Python is gone."""
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


def install(level: str, uv: str | None) -> None:
    """Install what `level` asks for and remember that it is done."""
    print(f"Installing {LEVELS[level]}", flush=True)
    installer = [uv, "pip", "install", "--python", str(PYTHON)] if uv else [str(PYTHON), "-m", "pip", "install"]
    subprocess.run([*installer, "--quiet", "-r", str(ROOT / LEVELS[level])], check=True)
    stamp(level).write_text(fingerprint(level))


def main() -> None:
    """Prepare the environment for the level named on the command line."""
    if sys.version_info < OLDEST:
        sys.exit(
            f"Python {'.'.join(map(str, OLDEST))} or newer is needed; {sys.executable} is {sys.version.split()[0]}"
        )
    level = sys.argv[1] if len(sys.argv) > 1 else "dev"
    if level not in LEVELS:
        sys.exit(f"usage: bootstrap.py {'|'.join(LEVELS)}")
    if is_ready(level):
        return
    uv = shutil.which("uv")
    if PYTHON.exists() and moved_or_broken():
        shutil.rmtree(VENV)
    if not PYTHON.exists():
        create(uv)
    os.environ.pop("PYTHONPATH", None)
    try:
        install(level, uv)
    except subprocess.CalledProcessError:
        sys.exit(f"Installing {LEVELS[level]} failed; the lines above say why.")


if __name__ == "__main__":
    main()
