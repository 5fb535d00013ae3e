# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recognize the files that an export wrote, and may overwrite or delete."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import subprocess
import sys
import typing as t

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.telephony.voicemail.plugins.filter.boxes_to_yaml import boxes_to_yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "roles" / "export" / "files" / "examine_documents.py"
PASSWORD = "correct-horse-battery-staple"

_specification = importlib.util.spec_from_file_location("examine_documents", SCRIPT)
assert _specification is not None
assert _specification.loader is not None
examine_documents = importlib.util.module_from_spec(_specification)
_specification.loader.exec_module(examine_documents)


def exported(*numbers: str, vendor: str | None = "kazoo", resource: str = "mailboxes") -> dict[str, str]:
    """Return the files of an export by name."""
    key = "mailbox" if resource == "mailboxes" else "extension_number"
    boxes = [{key: number, "name": "Reception"} for number in numbers]
    return {one["name"]: one["content"] for one in boxes_to_yaml(boxes, vendor, resource, split=True)}


def encrypted(text: str, password: str = PASSWORD) -> str:
    """Return a text encrypted as by ansible-vault."""
    return VaultLib([("default", VaultSecret(password.encode()))]).encrypt(text).decode()


class Folder:
    """The target folder of an export."""

    def __init__(self, root: pathlib.Path) -> None:
        self.root = root
        (root / "mailboxes").mkdir()
        (root / "shared_voicemails").mkdir()

    def put(self, files: dict[str, str]) -> None:
        """Write files."""
        for name, content in files.items():
            (self.root / name).write_text(content)

    def examine(self, *names: str, **options: t.Any) -> dict[str, t.Any]:
        """Return the content of the folder."""
        given = {"resource": "mailboxes", "vendor": "kazoo", "password": "", "stale": True} | options
        found: dict[str, t.Any] = examine_documents.examine({"folder": str(self.root), "names": list(names), **given})
        return found


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> Folder:
    return Folder(tmp_path)


def test_only_files_of_an_export_are_stale(folder: Folder) -> None:
    files = exported("1000", "1001", "a/b.c", "*97")
    folder.put(files)
    template = files["mailboxes/1000.yml"]
    folder.put(
        {
            "mailboxes/mine.yml": "mailboxes: []\n",
            "mailboxes/comment.yml": "# Exported boxes that I keep\nmailboxes: []\n",
            "mailboxes/copied.yml": template,
            "mailboxes/vault.yml": encrypted("mailboxes: []\n"),
            "mailboxes/.1002.yml": template,
            "mailboxes/other.yaml": template,
            "mailboxes/empty.yml": "",
            "1000.yml": template,
        }
    )
    (folder.root / "mailboxes" / "1003.yml").symlink_to(folder.root / "mailboxes" / "1000.yml")
    (folder.root / "mailboxes" / "binary.yml").write_bytes(b"\xff\xfe")
    (folder.root / "mailboxes" / "folder.yml").mkdir()
    found = folder.examine("mailboxes/1000.yml", password=PASSWORD)
    assert found["stale"] == sorted(set(files) - {"mailboxes/1000.yml"})
    assert (found["written"], found["foreign"], found["error"]) == (4, [], "")


@pytest.mark.parametrize("vendor", ["portsip", "tel4vn", "onsip"])
def test_files_of_another_vendor_are_not_stale(folder: Folder, vendor: str) -> None:
    folder.put(exported("1000"))
    assert folder.examine(vendor=vendor)["stale"] == []
    assert folder.examine(vendor=None)["stale"] == ["mailboxes/1000.yml"]


def test_files_of_a_migration_are_not_stale(folder: Folder) -> None:
    title = "Made for onsip from mailboxes of kazoo by telephony.voicemail.migrate."
    (document,) = boxes_to_yaml([{"mailbox": "1000"}], "onsip", split=True, title=title)
    folder.put({document["name"]: document["content"]})
    found = folder.examine("mailboxes/1000.yml", vendor="onsip")
    assert found["foreign"] == []
    assert folder.examine(vendor="onsip")["stale"] == []


def test_encrypted_files_count_if_they_can_be_decrypted(folder: Folder) -> None:
    content = exported("1000")["mailboxes/1000.yml"]
    folder.put({"mailboxes/1000.yml": encrypted(content), "mailboxes/1001.yml": encrypted(content, "another password")})
    assert folder.examine(password=PASSWORD)["stale"] == ["mailboxes/1000.yml"]
    assert folder.examine(password="")["stale"] == []
    names = ("mailboxes/1000.yml", "mailboxes/1001.yml")
    assert folder.examine(*names, password=PASSWORD)["foreign"] == ["mailboxes/1001.yml"]
    assert folder.examine(*names, password="")["foreign"] == list(names)


def test_shared_voicemails_have_a_separate_folder(folder: Folder) -> None:
    folder.put(exported("8001", vendor="portsip", resource="shared_voicemails"))
    options = {"vendor": "portsip", "resource": "shared_voicemails"}
    assert folder.examine(**options)["stale"] == ["shared_voicemails/8001.yml"]
    assert folder.examine(vendor="portsip")["stale"] == []


def test_files_of_other_origin_are_foreign(folder: Folder) -> None:
    folder.put({"mailboxes.yml": "mailboxes: []\n", "mailboxes/1000.yml": "", **exported("1001")})
    (folder.root / "mailboxes" / "1002.yml").symlink_to(folder.root / "nowhere")
    (folder.root / "mailboxes" / "1003.yml").mkdir()
    names = ["mailboxes.yml", *(f"mailboxes/{number}.yml" for number in range(1000, 1005))]
    found = folder.examine(*names, stale=False)
    assert found["foreign"] == ["mailboxes.yml", "mailboxes/1002.yml", "mailboxes/1003.yml"]
    assert found["stale"] == []


def test_a_missing_folder_is_empty(tmp_path: pathlib.Path) -> None:
    given = {"folder": str(tmp_path / "none"), "names": ["mailboxes/1.yml"], "resource": "mailboxes", "stale": True}
    done = subprocess.run([sys.executable, SCRIPT], input=json.dumps(given), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {"foreign": [], "stale": [], "written": 0, "error": ""}


def test_exports_of_version_1_0_are_recognized(folder: Folder) -> None:
    head = "# Exported from kazoo by telephony.voicemail.export. Options not listed here are not managed.\n"
    folder.put({"mailboxes/1000.yml": f'{head}---\nmailboxes:\n  - mailbox: "1000"\n    name: !unsafe "{{{{ 7 }}}}"\n'})
    assert folder.examine()["stale"] == ["mailboxes/1000.yml"]
