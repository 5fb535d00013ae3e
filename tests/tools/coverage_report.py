# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the lines and branches that the unit tests run: `make coverage`.

Only code in the processes of the unit tests counts. The contract tests run most of the rest in processes of
Ansible, which are not measured, so the coverage by all tests is higher.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

from workspace import CACHE, ROOT

FOLDER = CACHE / "coverage"
#: The badge is green from the first share on, yellow from the second, red below.
GREEN, YELLOW = 85, 70


def badge(percent: float) -> dict[str, object]:
    """Return the badge in the format of shields.io."""
    color = "green" if percent >= GREEN else "yellow" if percent >= YELLOW else "red"
    # Rounded down, so that it never shows more than was measured.
    return {"schemaVersion": 1, "label": "unit test coverage", "message": f"{int(percent)} %", "color": color}


def main() -> int:
    """Run the unit tests and write the report. Return the exit status, which is 1 below the minimum coverage."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    reports = (f"--cov-report=html:{FOLDER / 'html'}", f"--cov-report=json:{FOLDER / 'coverage.json'}")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--hypothesis-profile=quick", "tests/unit"]
    variables = os.environ | {"COVERAGE_FILE": str(FOLDER / ".coverage")}
    done = subprocess.run([*command, "--cov", *reports, "--cov-report=term"], cwd=ROOT, env=variables, check=False)
    report = FOLDER / "coverage.json"
    if report.is_file():
        percent = json.loads(report.read_text(encoding="utf-8"))["totals"]["percent_covered"]
        (FOLDER / "badge.json").write_text(json.dumps(badge(percent)) + "\n", encoding="utf-8")
        page = FOLDER.relative_to(ROOT) / "html" / "index.html"
        print(f"The unit tests run {percent:.1f} % of the code. The report is in {page}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
