# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layout of a checkout, and the environment for Ansible's tools.

Nothing outside the checkout is written, except the files of `ansible-test` in the home folder.
"""

from __future__ import annotations

import locale
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
VENV = ROOT / ".venv"
#: The environment of the running Python, so that each Python uses its own programs.
RUNNING = pathlib.Path(sys.prefix) if sys.prefix != sys.base_prefix else VENV
COLLECTION = pathlib.PurePath("ansible_collections", "telephony", "voicemail")
LINK = CACHE / "link" / COLLECTION
TREE = CACHE / "tree" / COLLECTION

# Generated folders of the root. Git ignores them as well, and this list is used without Git.
GENERATED = frozenset({".ansible", ".cache", ".git", ".hypothesis", ".mypy_cache", ".nox", ".pytest_cache"})
GENERATED |= frozenset({".ruff_cache", ".venv", "site"})


def python_version() -> str:
    """Return the version of the running Python in ansible-test's format, such as 3.11."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


#: Variables of Python that are not passed on. Without bytecode, every process of pytest compiles every test again.
UNUSED = frozenset({"PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE"})


def environment() -> dict[str, str]:
    """Return the environment for a tool that uses this checkout as the collection, without a real telephone system."""
    variables = {
        name: value
        for name, value in os.environ.items()
        # Tests must never use a maintainer's connection or Ansible settings.
        if not name.startswith(("VOICEMAIL_", "ANSIBLE_", "MOLECULE_")) and name not in UNUSED
    }
    bypassed = [part for part in (variables.get("NO_PROXY"), "127.0.0.1", "localhost") if part]
    variables |= {
        "ANSIBLE_COLLECTIONS_PATH": str(CACHE / "link"),
        "ANSIBLE_HOME": str(CACHE / "ansible"),
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "NO_PROXY": ",".join(bypassed),
        "PATH": os.pathsep.join([str(RUNNING / "bin"), variables.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
        "VIRTUAL_ENV": str(RUNNING),
    }
    if locale.getpreferredencoding(False).upper() != "UTF-8" or not variables.get("LC_ALL", variables.get("LANG")):
        variables["LC_ALL"] = "C.UTF-8"  # Ansible requires this encoding
    return variables


def link_collection() -> None:
    """Make the checkout importable as ansible_collections.telephony.voicemail."""
    LINK.parent.mkdir(parents=True, exist_ok=True)
    if not LINK.is_symlink() or LINK.resolve() != ROOT:
        LINK.unlink(missing_ok=True)
        LINK.symlink_to(ROOT, target_is_directory=True)


def list_files(root: pathlib.Path = ROOT) -> list[pathlib.PurePath]:
    """Return the files of the collection, relative to `root`: those that are not ignored or generated."""
    listed = list_with_git(root)
    return sorted(walk(root) if listed is None else listed)


def list_with_git(root: pathlib.Path) -> list[pathlib.PurePath] | None:
    """Return the files that Git does not ignore, or None if `root` is not the top of a valid working tree."""
    if not (root / ".git").exists() or shutil.which("git") is None:
        return None
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if answer.returncode:
        return None
    names = {name for name in os.fsdecode(answer.stdout).split("\0") if name}
    return [pathlib.PurePath(name) for name in names if os.path.lexists(root / name)]


def walk(root: pathlib.Path) -> Iterator[pathlib.PurePath]:
    """Yield the files below `root` that are not generated."""
    for folder, folders, names in os.walk(root):
        here = pathlib.Path(folder)
        at_root = here == root
        folders[:] = [
            name
            for name in folders
            if name != "__pycache__"
            and not (name in GENERATED and (at_root or name.startswith(".")))
            and not (name == "output" and here == root / "tests")
        ]
        for name in names:
            if not name.endswith((".pyc", ".pyo", ".tar.gz")) and name not in (".coverage", ".plugin-cache.yaml"):
                yield (here / name).relative_to(root)
