# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example rulebook, run by ansible-rulebook. test_event_source.py tests the source with a plain queue."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import typing as t

import pytest
from contract.test_event_source import Source
from helpers.documentation_blocks import restructured
from helpers.message_subjects import KAZOO_MESSAGES
from helpers.playbooks import ROOT

#: Seconds for a Java virtual machine to start on a busy machine, and for an event to come through.
PATIENCE = 120
SEARCHED = os.pathsep.join((str(pathlib.Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))


def lacking() -> str:
    """Return why ansible-rulebook cannot run here, or empty text."""
    found = shutil.which("ansible-rulebook", path=SEARCHED)
    if found is None:
        return "ansible-rulebook is not installed"
    asked = subprocess.run([found, "--version"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    return (
        "" if asked.returncode == 0 else "ansible-rulebook does not start; it needs a Java virtual machine, 17 or newer"
    )


@contextlib.contextmanager
def running(source: Source) -> t.Iterator[pathlib.Path]:
    """Run the rulebook with the connection from the environment, and yield the file of its output."""
    folder = source.folder
    collections = folder / "collections" / "ansible_collections" / "telephony"
    collections.mkdir(parents=True)
    (collections / "voicemail").symlink_to(ROOT, target_is_directory=True)
    (folder / "hosts.yml").write_text("all: {hosts: {localhost: {ansible_connection: local}}}\n")
    (folder / "variables.yml").write_text(f"voicemail_interval: 0.5\nvoicemail_state_file: {source.state}\n")
    command = ["ansible-rulebook", "--rulebook", "telephony.voicemail.new_voicemail"]
    command += ["--vars", "variables.yml", "--inventory", "hosts.yml"]
    connection = source.subject.arguments(source.server)
    printed = folder / "printed.txt"
    with printed.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={
                "PATH": SEARCHED,
                "HOME": str(folder),
                "LC_ALL": "C.UTF-8",
                "ANSIBLE_HOME": str(folder / "home"),
                "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
                **{f"VOICEMAIL_{name.upper()}": str(value) for name, value in connection.items()},
                **{name: os.environ[name] for name in ("JAVA_HOME", "JDK_HOME") if name in os.environ},
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # The engine starts child processes.
            start_new_session=True,
        )
        try:
            yield printed
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def awaited(printed: pathlib.Path, text: str) -> str:
    """Wait until a text was printed, and return the whole output."""
    end = time.monotonic() + PATIENCE
    while text not in printed.read_text() and time.monotonic() < end:
        time.sleep(0.2)
    found = printed.read_text()
    assert text in found
    return found


def test_the_guide_shows_the_tested_rulebook() -> None:
    guide = restructured(ROOT / "docs" / "docsite" / "rst" / "guide_messages.rst")
    (shown,) = [block.text for block in guide.blocks if block.caption == "new_voicemail.yml"]
    kept = (ROOT / "extensions" / "eda" / "rulebooks" / "new_voicemail.yml").read_text(encoding="utf-8")
    assert kept.endswith(f"---\n{shown}")


def test_the_example_rulebook_reports_each_new_message_once(tmp_path: pathlib.Path) -> None:
    if reason := lacking():
        pytest.skip(reason)
    with KAZOO_MESSAGES.serve() as server:
        source = Source(tmp_path, KAZOO_MESSAGES, server)
        # Existing messages are recorded. Then one arrives while the rulebook is not running.
        assert asyncio.run(source.events(0)) == []
        source.leave("1001")
        with running(source) as printed:
            awaited(printed, "left a message in 1001")
            source.leave("1002")
            reported = awaited(printed, "left a message in 1002")
        assert reported.count("left a message in") == 2
        assert "simulator-password" not in reported
        # The state file does not depend on the program that runs the source.
        assert asyncio.run(source.events(0)) == []
