# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules and lint warn, once for all mailboxes, about values that the vendor stores but no telephone can enter."""

from __future__ import annotations

import pathlib

from helpers.playbooks import run_playbook
from helpers.runners import in_worker
from helpers.subjects import KAZOO

SECRET = "qNULLq"


def test_a_task_warns_once_without_a_pin() -> None:
    boxes = [{"mailbox": str(3000 + number), "name": "x", "pin": SECRET} for number in range(30)]
    with KAZOO.serve(mailboxes=0) as server:
        result = in_worker("vmboxes", KAZOO.arguments(server, mailboxes=boxes))
    assert not result["failed"], result
    about_pins = [warning for warning in result["warnings"] if "`pin` contains characters other" in warning]
    assert len(about_pins) == 1
    assert "30 mailboxes" in about_pins[0]
    assert "3009 (item 10) and 20 more" in about_pins[0]
    assert SECRET not in str(result)


def test_lint_warns(tmp_path: pathlib.Path) -> None:
    (tmp_path / "boxes.yml").write_text(f"- {{mailbox: '3000', pin: {SECRET}, timezone: Europe/Berln}}\n")
    run = run_playbook(
        tmp_path, "telephony.voicemail.lint", provision_vendor="kazoo", provision_sources=[str(tmp_path / "boxes.yml")]
    )
    assert run.code == 0, run.output
    shown = " ".join(run.output.split())
    assert shown.count("boxes.yml:1: mailbox 3000: `pin` contains characters other than digits") == 1, run.output
    assert "did you mean Europe/Berlin?" in shown
    assert SECRET not in run.output
