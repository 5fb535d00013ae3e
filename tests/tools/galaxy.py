# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import the archive as Ansible Galaxy does on publication: `make galaxy`.

Galaxy's importer requires older versions of some packages, so it has a separate virtual environment below
`.cache/galaxy`. Galaxy shows its warnings on the page of the collection. Here each warning is a failure.
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys

from environments import provide
from workspace import CACHE, ROOT, environment

FOLDER = CACHE / "galaxy"
HOME = FOLDER / "home"
PROGRAMS = FOLDER / "environment" / "bin"
REQUIREMENTS = ["galaxy-importer>=0.4.44,<0.5"]
DONE = "Importer processing completed successfully"


def complaints(output: str) -> list[str]:
    """Return the importer's findings from its output."""
    found = re.findall(r"^(?:WARNING|ERROR|CRITICAL): .*$", output, re.MULTILINE)
    return found if DONE in output else [*found, "the import was not completed"]


def run(*command: str | pathlib.Path) -> str:
    """Run a program in the working folder, print its output, and return it."""
    variables = environment() | {"HOME": str(HOME), "VIRTUAL_ENV": str(PROGRAMS.parent)}
    variables["PATH"] = os.pathsep.join((str(PROGRAMS), variables["PATH"]))
    # The importer searches for the collection where it unpacked the archive.
    variables.pop("ANSIBLE_COLLECTIONS_PATH")
    lines = []
    with subprocess.Popen(
        command, cwd=FOLDER, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        lines.append(f"ERROR: {pathlib.Path(command[0]).name} ended with status {process.returncode}\n")
    return "".join(lines)


def main() -> int:
    """Build the archive, import it, and report the findings."""
    python = provide(PROGRAMS.parent, pathlib.Path(sys.executable), REQUIREMENTS)
    build = FOLDER / "build"
    shutil.rmtree(build, ignore_errors=True)
    HOME.mkdir(exist_ok=True)
    output = run(PROGRAMS / "ansible-galaxy", "collection", "build", "--output-path", build, ROOT)
    for archive in build.glob("*.tar.gz"):
        output += run(python, "-m", "galaxy_importer.main", archive)
    found = complaints(output)
    print("\n".join(["", *found]) if found else "\nNo findings.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
