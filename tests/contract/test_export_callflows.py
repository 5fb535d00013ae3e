# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role `export` with options that require additional requests."""

from __future__ import annotations

import pathlib

import yaml
from helpers.playbooks import play
from helpers.runners import in_worker
from helpers.subjects import KAZOO


def test_callflows_are_exported_on_request(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=2) as server:
        callflow = {"number": "3000"}
        item = {"mailbox": "1000", "name": "Reception", "kazoo": {"callflow": callflow}}
        assert in_worker("vmboxes", KAZOO.arguments(server, mailboxes=[item]))["changed"]
        connection = {**KAZOO.connection, "vendor": "kazoo", "url": server.url}
        variables = {f"export_{name}": value for name, value in connection.items()}
        role = {"ansible.builtin.include_role": {"name": "telephony.voicemail.export"}}
        file = tmp_path / "voicemail-export" / "mailboxes.yml"
        applied = {
            "telephony.voicemail.vmboxes": {**connection, "src": str(file)},
            "register": "again",
            "failed_when": "again is failed or again is changed",
        }
        server.journal.clear()
        run = play(tmp_path, [role, applied], export_include_options=["kazoo.callflow"], **variables)
        assert run.code == 0, run.output
        assert KAZOO.writes(server) == []
        text = file.read_text(encoding="utf-8")
        assert "kazoo.callflow" not in text
        assert [box["kazoo"].get("callflow") for box in yaml.safe_load(text)["mailboxes"]] == [callflow, None]
