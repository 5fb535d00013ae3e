# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the measurements of `make load` at a small size."""

from __future__ import annotations

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_the_load_measurement_works() -> None:
    sizes = ("--only=messages", "--only=soak", "--messages=20", "--minutes=0.06", "--workers=4")
    command = [sys.executable, str(ROOT / "tests" / "load"), *sizes]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout
    for reported in ("20 downloads planned", "memory in the last third, median"):
        assert reported in done.stdout
