# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules in separate processes, which tests can end at any time."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import time
import typing as t

HERE = pathlib.Path(__file__).parent
PATIENCE = 60.0


def started(module: str, arguments: dict[str, t.Any]) -> subprocess.Popen[str]:
    """Start a module."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "subprocess_module.py"), module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(arguments))
    process.stdin.close()
    process.stdin = None
    return process


def wait_until(true: t.Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for a condition, or for the end of the process."""
    deadline = time.monotonic() + PATIENCE
    while not true() and process.poll() is None:
        assert time.monotonic() < deadline, "the process ended before the condition was met"
        time.sleep(0.002)
