# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notices of the guide, sent to a server and a mail program of the test."""

from __future__ import annotations

import http.server
import itertools
import json
import pathlib
import threading
import typing as t

from helpers.documentation_blocks import ROOT
from helpers.playbooks import play, run_playbook
from helpers.subjects import KAZOO

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_gitops.rst"


class Hook(http.server.BaseHTTPRequestHandler):
    """Store the posted bodies by path."""

    posted: t.ClassVar[dict[str, t.Any]] = {}

    def do_POST(self) -> None:
        self.posted[self.path] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *arguments: t.Any) -> None:  # noqa: A002  the name of the library
        """Print nothing."""


def guide_playbook() -> str:
    """Return the playbook of the guide."""
    text = GUIDE.read_text(encoding="utf-8")
    block = text.split("   :caption: notify.yml\n\n", 1)[1]
    # The block ends at the first line without indentation.
    lines = itertools.takewhile(
        lambda line: not line.strip() or line.startswith("   "), block.splitlines(keepends=True)
    )
    return "".join(line[3:] if line.strip() else line for line in lines)


def test_every_notice_matches_the_report(tmp_path: pathlib.Path) -> None:
    boxes = [{"mailbox": "3000", "name": "One"}, {"mailbox": "3001", "name": "Two"}]
    with KAZOO.serve(mailboxes=0, faults=["status:422,method=PUT,path=vmboxes$,count=1"]) as server:
        arguments = KAZOO.arguments(server, mailboxes=boxes, workers=1)
        environment = {"ANSIBLE_CALLBACKS_ENABLED": "telephony.voicemail.voicemail_report"}
        assert play(tmp_path, [{"telephony.voicemail.vmboxes": arguments}], environment=environment).code == 2
    (tmp_path / "notify.yml").write_text(guide_playbook(), encoding="utf-8")
    programs, mail = tmp_path / "programs", tmp_path / "mail"
    programs.mkdir()
    (programs / "sendmail").write_text(f"#!/bin/sh\ncat > {mail}\n")
    (programs / "sendmail").chmod(0o755)
    hooks = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=hooks.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{hooks.server_address[1]}"
        places = {
            "SLACK_WEBHOOK_URL": f"{address}/slack",
            "TEAMS_WEBHOOK_URL": f"{address}/teams",
            "NOTICE_MAIL_TO": "operator@example.com",
        }
        path = f"{programs}:{pathlib.Path('/usr/bin')}:/bin"
        done = run_playbook(tmp_path, str(tmp_path / "notify.yml"), environment={**places, "PATH": path})
    finally:
        hooks.shutdown()
        hooks.server_close()
    assert done.code == 0, done.output
    sentence = "1 of 2 mailboxes failed; 1 was applied."
    assert Hook.posted["/slack"]["text"].startswith(f"Voicemail: failed. {sentence} KAZOO refuses to create mailbox")
    (card,) = Hook.posted["/teams"]["attachments"]
    assert "1 of 2 mailboxes failed; 1 was applied" in card["content"]["body"][0]["text"]
    assert mail.read_text().startswith("To: operator@example.com\nSubject: Voicemail: failed\n")
    assert sentence in mail.read_text()
