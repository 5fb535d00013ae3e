# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the documents that differ to a folder, each one atomically and readable by its owner only.

Reads a JSON list of `{"name": relative path, "content": text}`, where the text of a workbook is Base64, and
prints `{"changed": [names]}`. One process for all of them: ansible.builtin.copy starts some for each.
"""

from __future__ import annotations

import argparse
import base64
import json
import pathlib
import runpy
import stat
import sys

MODE = 0o600
#: How this collection replaces files. This process runs without Ansible's loader, so it imports the file by its path.
DISK = runpy.run_path(str(pathlib.Path(__file__).resolve().parents[3] / "plugins/module_utils/model/disk.py"))


def differs(path: pathlib.Path, content: bytes) -> bool:
    """Check whether a file is missing, or its content or mode differs."""
    try:
        return path.read_bytes() != content or stat.S_IMODE(path.stat().st_mode) != MODE
    except FileNotFoundError:
        return True


def main() -> None:
    """Write the documents from standard input."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--check", action="store_true", help="only report what would be written")
    options = parser.parse_args()
    changed = []
    for document in json.load(sys.stdin):
        path, content = options.folder / document["name"], document["content"].encode()
        if path.suffix == ".xlsx":
            content = base64.b64decode(content)
        if differs(path, content):
            changed.append(document["name"])
            if not options.check:
                try:
                    # Not durable, because the next run repeats writes that a power failure loses.
                    DISK["replace_file"](path, content, MODE, durable=False)
                except OSError as error:
                    sys.exit(f"cannot write {path}: {DISK['describe'](error)}. {DISK['hint_for'](error)}")
    json.dump({"changed": changed}, sys.stdout)


if __name__ == "__main__":
    main()
