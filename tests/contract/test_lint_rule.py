# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-lint reports wrong options of the modules, and accepts templates."""

from __future__ import annotations

import io
import json
import pathlib
import subprocess
import sys
import typing as t

import pytest
import yaml
from ansible.module_utils.testing import patch_module_args
from ansible_collections.telephony.voicemail.plugins.plugin_utils.option_check import check_options
from helpers.programs import ROOT, environment_of

MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
#: Required options of each module, so that only the tested option is wrong.
NEEDED: dict[str, dict[str, t.Any]] = {
    "shared_voicemail": {"extension_number": "8500"},
    "shared_voicemails": {"shared_voicemails": "{{ shared }}"},
    "vmbox": {"mailbox": "{{ number }}"},
    "vmboxes": {"mailboxes": []},
    "voicemail_audio": {"mailbox": "3000", "dest": "recordings"},
    "voicemail_greeting": {"mailbox": "3000"},
    "voicemail_message": {"mailbox": "3000", "state": "read"},
    "voicemail_message_facts": {"mailbox": "3000"},
    "voicemail_message_info": {"mailbox": "3000"},
}


def refusal(module: str, options: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> str:
    """Return why options are refused, or empty text."""
    printed = io.StringIO()
    monkeypatch.setattr(sys, "stdout", printed)
    with patch_module_args({"_ansible_remote_tmp": "/tmp", **options}):
        try:
            check_options(module)
        except SystemExit:
            return str(json.loads(printed.getvalue())["msg"])
    return ""


def test_every_module_is_checked(tmp_path: pathlib.Path) -> None:
    tasks = []
    for module in MODULES:
        for title, options in (("Right", {}), ("Wrong", {"slip": 1})):
            name = f"telephony.voicemail.{module}"
            tasks.append({"name": f"{title} {module}", name: {**NEEDED.get(module, {}), **options}})
    play = {"name": "Options", "hosts": "localhost", "gather_facts": False, "tasks": tasks}
    (tmp_path / "playbook.yml").write_text("---\n" + yaml.safe_dump([play], sort_keys=False))
    (tmp_path / ".ansible-lint").write_text("offline: true\nenable_list: [args]\nexclude_paths: [collections, home]\n")
    done = subprocess.run(
        [sys.executable, "-m", "ansiblelint", "-c", ".ansible-lint", "--format", "codeclimate", "playbook.yml"],
        cwd=tmp_path,
        env=environment_of(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    found = [entry for entry in json.loads(done.stdout) if entry["check_name"].startswith("args")]
    tasks_found = [entry["content"]["body"].rpartition(": ")[2] for entry in found]
    assert tasks_found == [f"Wrong {module}" for module in MODULES], done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "options", "word"),
    [
        ("vmbox", {"mailbox": "3000", "kazoo": {"skip_greting": True}}, "skip_greting"),
        ("vmbox", {"mailbox": "3000", "kazoo": {"skip_greeting": "perhaps"}}, "skip_greeting"),
        ("vmbox", {"mailbox": "3000", "vendor": "asterisk"}, "vendor"),
        ("vmbox", {"name": "Reception"}, "mailbox"),
        ("vmboxes", {"mailboxes": [], "src": "boxes.yml"}, "mutually exclusive"),
        ("voicemail_message", {"mailbox": "3000", "state": "moved"}, "to_mailbox"),
        ("voicemail_audio", {"mailbox": "3000"}, "dest"),
    ],
)
def test_wrong_options_are_reported(
    module: str, options: dict[str, t.Any], word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert word in refusal(module, options, monkeypatch)


@pytest.mark.parametrize(
    ("module", "options"),
    [
        ("vmbox", {"mailbox": "{{ number }}", "state": "{{ state }}", "require_pin": "{{ one }}"}),
        ("vmbox", {"mailbox": "3000", "kazoo": {"skip_greeting": "{{ one }}", "flags": ["{{ one }}"]}}),
        ("vmbox", {"mailbox": "3000", "kazoo": "{{ everything }}", "timeout": "{{ seconds }}"}),
        ("vmboxes", {"mailboxes": "{{ many }}", "defaults": "{{ below }}", "max_deletions": "{% if a %}1{% endif %}"}),
        ("voicemail_message", {"extension": "{{ number }}", "state": "{{ state }}", "ids": ["{{ one }}"]}),
    ],
)
def test_templates_are_accepted(module: str, options: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(module, options, monkeypatch) == ""
