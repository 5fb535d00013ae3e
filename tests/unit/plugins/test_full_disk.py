# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A full disk is reported with the path, wherever a file is written."""

from __future__ import annotations

import errno
import importlib.util
import io
import json
import os
import pathlib
import sys
import types
import typing as t

import pytest
from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import lookup_loader
from ansible_collections.telephony.voicemail.plugins.callback import voicemail_report
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import VoicemailError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import Message
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.files import Folder
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.manifest import Manifest
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.report import Recording
from ansible_collections.telephony.voicemail.plugins.module_utils.results import Status

ROOT = pathlib.Path(__file__).resolve().parents[3]


@pytest.fixture(params=[errno.ENOSPC, errno.EDQUOT])
def words(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make every write of this process fail with a full disk, and return the expected error."""

    def full(*_arguments: t.Any, **_options: t.Any) -> t.NoReturn:
        raise OSError(request.param, os.strerror(request.param))

    monkeypatch.setattr(os, "fdopen", full)
    return {errno.ENOSPC: "the disk is full", errno.EDQUOT: "the disk quota of the user is used up"}[request.param]


def test_a_full_disk_at_the_report_of_the_callback(words: str, tmp_path: pathlib.Path) -> None:
    options = {"title": "Report", "folder": str(tmp_path), "formats": ["json"], "name": "report"}
    options |= {"markdown_rows": 200, "fail_on_change": False}
    callback = types.SimpleNamespace(
        get_option=options.__getitem__,
        _gathering=types.SimpleNamespace(reports=[]),
        _began=0.0,
        _role=None,
        _migrations=[],
    )
    with pytest.raises(AnsibleError, match=f"{tmp_path}.*{words}"):
        voicemail_report.CallbackModule._write(t.cast("t.Any", callback))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_at_the_pin_file(words: str, tmp_path: pathlib.Path) -> None:
    lookup = lookup_loader.get("telephony.voicemail.pin", loader=DataLoader(), templar=None)
    with pytest.raises(AnsibleLookupError, match=f"pins.json cannot be used: .*{words}"):
        lookup.run(["1000"], {}, vendor="kazoo", file=str(tmp_path / "pins.json"))
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == []


def test_in_the_manifest(words: str, tmp_path: pathlib.Path) -> None:
    manifest = Manifest.open(Folder(tmp_path, 0o600), "list.json")
    recording = Recording("m1", Message("m1", "3000"), ("m1",), tmp_path / "m1.wav", status=Status.CHANGED)
    with pytest.raises(VoicemailError, match=f"{tmp_path}/list.json: .*{words}"):
        manifest.write([recording], 0o600, check=False)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_at_the_export(
    words: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = ROOT / "roles" / "export" / "files" / "write_documents.py"
    specification = importlib.util.spec_from_file_location("write_documents", script)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", ["write_documents.py", str(tmp_path)])
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps([{"name": "one.yml", "content": "text"}])))
    with pytest.raises(SystemExit, match=f"cannot write {tmp_path}/one.yml: .*{words}"):
        module.main()
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []
