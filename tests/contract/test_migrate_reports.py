# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of the role migrate: the one format, with what is not carried over."""

from __future__ import annotations

import json
import pathlib
import typing as t

import jsonschema
import pytest
from contract.test_migrate_role import ROLE, both, populate
from helpers.playbooks import ROOT, play
from helpers.subjects import KAZOO, ONSIP
from voicemail_simulator.server import SimulatorServer

SCHEMA = json.loads((ROOT / "docs/schemas/voicemail_report.schema.json").read_text())
Systems = tuple[SimulatorServer, SimulatorServer]


@pytest.fixture
def systems() -> t.Iterator[Systems]:
    """A KAZOO with mailboxes, one of which OnSIP refuses, and an empty OnSIP."""
    with KAZOO.serve(mailboxes=0) as old, ONSIP.serve(mailboxes=0) as new:
        populate(KAZOO, old, "1001", "sales")
        populate(KAZOO, old, "1002", emails=["a@example.com", "b@example.com"], timezone="Europe/Paris")
        yield old, new


def report_of(folder: pathlib.Path, name: str = "localhost-migration") -> dict[str, t.Any]:
    """Return a valid report."""
    report: dict[str, t.Any] = json.loads((folder / f"{name}.json").read_text())
    jsonschema.validate(report, SCHEMA)
    return report


def test_the_plan_and_its_outcome_are_shown(tmp_path: pathlib.Path, systems: Systems) -> None:
    applied = {**ROLE, "vars": {"migrate_apply": True, "migrate_report_folder": f"{tmp_path}/applied"}}
    run = play(tmp_path, [ROLE, applied], **both(*systems))
    assert run.code == 0, run.output[-4000:]
    # The module shows it for the plan and for the outcome, and nothing repeats it.
    assert run.output.count("2 mailboxes to create.") == 2
    planned, outcome = report_of(tmp_path / "voicemail-report"), report_of(tmp_path / "applied")
    assert (planned["state"], outcome["state"]) == ("planned", "applied")
    assert planned["apply"].endswith(f"migrate_checksum={planned['tasks'][0]['plan_checksum']}")
    assert outcome["sentence"] == "2 mailboxes created."
    (migration,) = planned["migrations"]
    assert (migration["carried"], len(migration["left_out"])) == (2, 1)
    (zone,) = [row for row in migration["losses"] if row["option"] == "timezone"]
    assert (zone["mailboxes"], zone["value"], zone["instead"]) == (["1002"], "Europe/Paris", "America/New_York")
    check_markdown((tmp_path / "voicemail-report" / "localhost-migration.md").read_text())
    page = (tmp_path / "voicemail-report" / "localhost-migration.html").read_text()
    assert "<h2>Mailboxes that are not carried over</h2>" in page


def check_markdown(text: str) -> None:
    """Look for the parts in their order: what needs a decision first."""
    shown = text.replace("&#64;&#8203;", "@")
    ordered = [
        "**Planned: nothing was written**",
        "2 mailboxes to create.",
        "To apply exactly this plan:",
        "3 mailboxes were read: 2 carried over, 1 not.",
        "| sales | its number must be",
        "| emails | a@example.com, b@example.com | must have at most 1 entries, got 2 |  | 1002 |",
        "| localhost | 1001 | create | planned |",
        "## Default values of kazoo that are not carried over",
    ]
    assert [shown.index(part) for part in ordered] == sorted(shown.index(part) for part in ordered)


def test_the_callback_reports_what_is_not_carried_over(tmp_path: pathlib.Path, systems: Systems) -> None:
    environment = {"ANSIBLE_CALLBACKS_ENABLED": "telephony.voicemail.voicemail_report"}
    run = play(tmp_path, [ROLE], environment=environment, **both(*systems))
    assert run.code == 0, run.output[-4000:]
    folder = tmp_path / "voicemail-report"
    # One report of the run: the role writes none.
    assert sorted(path.name for path in folder.iterdir()) == [
        f"voicemail.{kind}" for kind in ("html", "json", "md", "xml")
    ]
    report = report_of(folder, "voicemail")
    (migration,) = report["migrations"]
    assert (migration["host"], migration["source"], migration["target"]) == ("localhost", "kazoo", "onsip")
    assert [box["mailbox"] for box in migration["left_out"]] == ["sales"]


def test_a_system_that_cannot_be_read_is_in_the_report(tmp_path: pathlib.Path, systems: Systems) -> None:
    given = both(*systems)
    given["migrate_from"]["password"] = "a-wrong-password-of-nobody"
    run = play(tmp_path, [ROLE], **given)
    assert run.code != 0
    report = report_of(tmp_path / "voicemail-report")
    assert (report["state"], report["migrations"]) == ("refused", [])
    (reason,) = report["reasons"]
    assert reason["text"].startswith("KAZOO refuses the login.")
