# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the collection in a folder that ansible-test accepts.

It requires the path ansible_collections/telephony/voicemail, which checkouts may not have.
"""

from __future__ import annotations

import pathlib
import shutil
import subprocess

from workspace import ROOT, TREE, list_files


def same(source: pathlib.Path, target: pathlib.Path) -> bool:
    """Check whether a copied file equals the one in the checkout."""
    if source.is_symlink() or target.is_symlink():
        return target.is_symlink() and source.is_symlink() and source.readlink() == target.readlink()
    if not target.is_file():
        return False
    one, other = source.stat(), target.stat()
    return (one.st_size, one.st_mtime_ns, one.st_mode) == (other.st_size, other.st_mtime_ns, other.st_mode)


def copy(source: pathlib.Path, target: pathlib.Path) -> None:
    """Copy one file. Links are copied as links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.is_dir():
        shutil.rmtree(target)
    shutil.copy2(source, target, follow_symlinks=False)


def drop_strangers(wanted: set[pathlib.Path]) -> None:
    """Delete files from the copy that the checkout no longer has, except its repository and the tests' output."""
    kept = (TREE / ".git", TREE / "tests" / "output")
    for path in sorted(TREE.rglob("*"), reverse=True):
        if path.is_relative_to(kept[0]) or path.is_relative_to(kept[1]):
            continue
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(TREE) not in wanted:
            path.unlink()


def refresh() -> pathlib.Path:
    """Update the copy and return its path."""
    files = list_files()
    TREE.mkdir(parents=True, exist_ok=True)
    drop_strangers({pathlib.Path(name) for name in files})
    for name in files:
        if not same(ROOT / name, TREE / name):
            copy(ROOT / name, TREE / name)
    if not (TREE / ".git").exists() and shutil.which("git"):
        # Without a separate repository, ansible-test uses that of the checkout, which ignores the folder of the copy.
        # Then every target is skipped and the run counts as passed.
        subprocess.run(["git", "init", "--quiet", TREE], check=True)
    return TREE


if __name__ == "__main__":
    print(refresh())
