# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile text from a telephone system is plain text on terminals and in reports."""

from __future__ import annotations

import json
import pathlib
import re
import unicodedata

import pytest
from helpers.loopback import Answer, Loopback
from helpers.playbooks import play
from helpers.runners import in_worker
from helpers.subjects import KAZOO, SUBJECTS, Subject

EVIL = (
    "\x1b[2K\r\nok: [localhost]\n::error::x\u2028::set-output name=a::b \u202egnp\u200b\x9b31m"
    " <img src=x onerror=alert(1)> [link](https://evil.example) ![](https://evil.example/x) @everyone \\[x](y) \\| ## h"
)
CONTROLS = ("Cc", "Cf", "Zl", "Zp")


def unshowable(text: str) -> list[str]:
    """Return the characters that control a terminal or are invisible, except line breaks."""
    return [one for one in text if unicodedata.category(one) in CONTROLS and one not in "\n\t"]


def commands(text: str) -> list[str]:
    """Return the lines that a pipeline would run as a command, or that look like another task."""
    return [line for line in text.splitlines() if line.lstrip().startswith(("::", "ok: [localhost]\r"))]


@pytest.mark.parametrize("status", [400, 401, 403, 409, 422])
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_vendor_errors_are_one_line(subject: Subject, status: int) -> None:
    fault = {"Error": [{"Code": EVIL, "Parameter": EVIL, "Message": EVIL}]}
    context = {"Action": {"IsCompleted": "false"}, "Request": {"IsValid": "false", "Errors": fault}}
    body = {
        "status": "fail",
        "error": EVIL,
        "message": EVIL,
        "content": EVIL,
        "data": {"message": EVIL},
        "errors": [{"message": EVIL, "code": EVIL, "field": EVIL}],
        "Response": {"Context": {**context, "Session": {"IsEstablished": "false"}}},
    }
    with Loopback(lambda _seen: Answer(status, {}, json.dumps(body).encode())) as server:
        arguments = {"vendor": subject.vendor, "url": server.origin, "retry_budget": 0, **subject.connection}
        result = in_worker(f"{subject.module}_info", arguments)
    assert result["failed"], result
    reported = [result["msg"], *map(str, result["error"].values()), *result["error"]["details"].values()]
    for text in reported:
        assert unshowable(text) == []
        assert "\n" not in text
        assert not re.search(r"(?:^|\s)::", text)


def test_a_hostile_mailbox_name_is_text_in_every_report(tmp_path: pathlib.Path) -> None:
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    role = {"name": "Provision", "ansible.builtin.include_role": {"name": "telephony.voicemail.provision"}}
    with KAZOO.serve(mailboxes=2) as server:
        state = server.store.as_dict("kazoo.")
        for box in state["kazoo.boxes"].values():
            box["public"]["name"] = EVIL
            if box["public"]["mailbox"] == "1001":
                box["public"]["mailbox"] = f"1001{EVIL}"
        server.simulation.replace_state(state)
        given = {
            "vendor": "kazoo",
            "url": server.url,
            **KAZOO.connection,
            "mailboxes": [{"mailbox": "1000", "name": "Reception"}],
            "prune": True,
            "max_delete_percent": 100,
            "plan_only": True,
            "report_folder": str(tmp_path / "reports"),
        }
        environment = {
            "ANSIBLE_CALLBACKS_ENABLED": "telephony.voicemail.voicemail_report",
            "ANSIBLE_FORCE_COLOR": "false",
            "ANSIBLE_NOCOLOR": "true",
        }
        variables = {f"provision_{name}": value for name, value in given.items()}
        done = play(tmp_path, [role], "--diff", environment=environment, **variables)
        assert done.code == 0, done.output
    assert "1001" in done.output
    assert unshowable(done.output) == []
    assert commands(done.output) == []
    parser = markdown_it.MarkdownIt("commonmark", {"html": True}).enable("table")
    for file in (tmp_path / "reports" / "localhost.md", tmp_path / "voicemail-report" / "voicemail.md"):
        text = file.read_text("utf-8")
        assert "img src" in text
        assert unshowable(text) == []
        found = {one.type for block in parser.parse(text) for one in (block, *(block.children or ()))}
        assert not found & {"link_open", "image", "html_inline", "html_block"}, file
        assert "@everyone" not in text
        assert len({line.count(" | ") for line in text.splitlines() if line.startswith("| localhost")}) == 1
        assert all(line.count(" | ") >= 6 for line in text.splitlines() if line.startswith("| localhost"))
    for ending in (".html", ".xml"):
        text = (tmp_path / "voicemail-report" / f"voicemail{ending}").read_text("utf-8")
        assert unshowable(text) == []
        assert "<img" not in text
