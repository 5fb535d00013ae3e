# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role drift and the playbooks plan, apply and drift, with the exit status for pipelines."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

from helpers.playbooks import Run, play, run_playbook
from helpers.subjects import KAZOO
from voicemail_simulator.server import SimulatorServer

SAME = [{"mailbox": "1000", "name": "Mailbox 1000"}]
OTHER = [{"mailbox": "1000", "name": "Reception"}, {"mailbox": "1001", "name": "New"}]


def playbook(folder: pathlib.Path, server: SimulatorServer, name: str, **given: t.Any) -> Run:
    """Run a playbook of the collection by name, as a pipeline does, with the report callback."""
    own = {"vendor": "kazoo", "url": server.url, **KAZOO.connection, **given}
    extra = {key if key == "voicemail_hosts" else f"provision_{key}": value for key, value in own.items()}
    report = {"ANSIBLE_CALLBACKS_ENABLED": "telephony.voicemail.voicemail_report"}
    return run_playbook(folder, f"telephony.voicemail.{name}", environment=report, **extra)


def test_the_exit_status_reports_drift(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=1) as server:
        none = playbook(tmp_path, server, "drift", mailboxes=SAME)
        assert none.code == 0, none.output
        drift = playbook(tmp_path, server, "drift", mailboxes=OTHER)
        assert drift.code == 2, drift.output
        assert "2 mailboxes differ from what is declared: 1000, 1001" in drift.output
        assert not (tmp_path / "voicemail-report" / "localhost.json").exists(), "the callback reports already"
        report = json.loads((tmp_path / "voicemail-report" / "voicemail.json").read_text())
        assert report["summary"]["create"] == report["summary"]["update"] == 1
        page = tmp_path / "voicemail-report" / "voicemail.html"
        assert "Reception" in page.read_text()
        page.unlink()
        refused = playbook(tmp_path, server, "drift", mailboxes=SAME, password="wrong")
        assert refused.code == 1, refused.output
        assert "the comparison failed. KAZOO refuses the login" in refused.output
        assert "DEPRECATION" not in refused.output
        assert "KAZOO refuses the login" in page.read_text()
        nobody = playbook(tmp_path, server, "drift", mailboxes=SAME, voicemail_hosts="nobody")
        assert nobody.code == 1, nobody.output
        assert "No host was compared" in nobody.output
        assert KAZOO.writes(server) == []


def test_drift_above_a_guard_is_drift(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=40) as server:
        drift = playbook(tmp_path, server, "drift", mailboxes=SAME, prune=True)
        assert drift.code == 2, drift.output
        assert "39 mailboxes differ from what is declared" in drift.output
        shown = " ".join(drift.output.split())
        assert "would be refused: 39 deletions planned, more than `max_deletions`, which is 10" in shown
        report = json.loads((tmp_path / "voicemail-report" / "voicemail.json").read_text())
        assert report["summary"]["delete"] == 39
        assert any("max_deletions" in warning for warning in report["tasks"][0]["warnings"])
        assert KAZOO.writes(server) == []


def test_apply_runs_exactly_the_reviewed_plan(tmp_path: pathlib.Path) -> None:
    # A relative path, as in a variables file, refers to the working directory.
    (tmp_path / "mailboxes").mkdir()
    (tmp_path / "mailboxes" / "all.json").write_text(json.dumps(OTHER))
    with KAZOO.serve(mailboxes=1) as server:
        planned = playbook(tmp_path, server, "plan", sources=["mailboxes"])
        assert planned.code == 0, planned.output
        found = re.search(r"checksum ([0-9a-f]{64})", planned.output)
        assert found is not None
        unconfirmed = playbook(tmp_path, server, "apply", mailboxes=OTHER)
        assert unconfirmed.code != 0
        changed = playbook(tmp_path, server, "apply", mailboxes=OTHER[:1], checksum=found[1])
        assert changed.code != 0
        assert KAZOO.writes(server) == []
        applied = playbook(tmp_path, server, "apply", mailboxes=OTHER, checksum=found[1])
        assert applied.code == 0, applied.output
        assert len(KAZOO.writes(server)) == 2
        # Text, as typed after -e, not a boolean.
        unasked = playbook(tmp_path, server, "apply", mailboxes=SAME, confirm="false")
        assert unasked.code == 0, unasked.output
        assert len(KAZOO.writes(server)) == 3


def test_the_role_fails_and_sets_facts(tmp_path: pathlib.Path) -> None:
    role: dict[str, t.Any] = {"ansible.builtin.include_role": {"name": "telephony.voicemail.drift"}}
    reported = {
        "ansible.builtin.debug": {
            "msg": "found {{ drift_found }} {{ drift_results | map(attribute='action') | join('+') }}"
        }
    }
    given = {"vendor": "kazoo", **KAZOO.connection, "mailboxes": OTHER, "report_folder": ""}
    with KAZOO.serve(mailboxes=1) as server:
        variables = {f"provision_{key}": value for key, value in {**given, "url": server.url}.items()}
        quiet = {**role, "vars": {"drift_fail": False}}
        run = play(tmp_path, [quiet, reported, role], **variables)
        assert run.code == 2, run.output
        assert "found True update+create" in run.output
        assert "2 mailboxes differ from what is declared: update 1000, create 1001." in run.output
