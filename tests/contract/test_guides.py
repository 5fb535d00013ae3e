# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow every guide exactly: with the published archive installed, from an empty folder, on a terminal.

The files and commands of a page are its steps. Nothing else is prepared: the guide must create all credentials, folders
and inventories, without a checkout. The telephone systems are simulators at the addresses in the guide.
"""

from __future__ import annotations

import fcntl
import os
import pathlib
import subprocess
import sys

import pytest
from helpers.documentation_blocks import ROOT, Document, documents, markdown
from helpers.guide_reader import Reader, TelephoneSystem, network
from helpers.guide_steps import left_out, steps, unused_playbooks

KAZOO_KEY = "simulator-api-key-accountone".ljust(64, "0")
#: The key of an account with customers.
RESELLER_KEY = "simulator-api-key-accounttwo".ljust(64, "0")
PASSWORD = "simulator-password"
KAZOO = TelephoneSystem("kazoo", "https://kazoo.example.com:8443/v2", {"mailboxes": 10, "messages": 2})
RESELLER = TelephoneSystem("kazoo", KAZOO.url, {"mailboxes": 2, "behaviors": {"customers": 4, "profile": "5"}})
ONSIP = TelephoneSystem("onsip", "https://api.onsip.com/api", {"mailboxes": 0})
TEL4VN = TelephoneSystem("tel4vn", "https://pbx01.example.com/v1", {"mailboxes": 10})
PORTSIP = TelephoneSystem("portsip", "https://pbx.example.com:8887/api", {"mailboxes": 10})
#: The reader's answers to prompts in any guide.
ANSWERS = {
    "VOICEMAIL_API_KEY": KAZOO_KEY,
    "KAZOO_API_KEY": KAZOO_KEY,
    "ONSIP_PASSWORD": PASSWORD,
    r"Variable name[^:]*: ": "vault_api_key",
    r"String to encrypt[^:]*: ": KAZOO_KEY,
}
#: Telephone systems and answers for guides that require more than a KAZOO with ten mailboxes.
SYSTEMS: dict[str, tuple[TelephoneSystem, ...]] = {
    "guide_fleets": (RESELLER,),
    "guide_migration": (KAZOO, ONSIP),
}
OWN_ANSWERS: dict[str, dict[str, str]] = {
    "guide_init": {
        r"Which PBX do you have[^?]*\?:\s": "kazoo",
        r"Base URL of its API[^\n]*:\s": KAZOO.url,
        r"User name:\s": "admin",
        r"Password \(output is hidden\):\s": PASSWORD,
        r"Realm of the account:\s": "accountone.example.com",
        r"checksum (?P<answer>[0-9a-f]{8})[0-9a-f]{56}\s+Type its first 8 characters[^\n]*:\s": "",
    },
    "guide_fleets": {r"Variable name[^:]*: ": "kazoo_api_key", r"String to encrypt[^:]*: ": RESELLER_KEY},
}
PAGES = [*documents()["guides"], markdown(ROOT / "README.md")]
GUIDES = [document for document in PAGES if any(not step.name for step in steps(document))]


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Build the archive and install it, once for all processes of a test run."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if is_worker else base
    folder = shared / "installed"
    with (shared / "installed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _galaxy(shared, "build", "--output-path", str(shared), str(ROOT))
            (archive,) = shared.glob("telephony-voicemail-*.tar.gz")
            _galaxy(shared, "install", str(archive), "-p", str(folder))
    return folder


def _galaxy(folder: pathlib.Path, *arguments: str) -> None:
    variables = {"PATH": os.defpath, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-m", "ansible", "galaxy", "collection", *arguments]
    subprocess.run(command, env=variables, cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.parametrize("document", GUIDES, ids=lambda document: document.path.stem)
def test_following_the_guide_works(document: Document, collections: pathlib.Path, tmp_path: pathlib.Path) -> None:
    name = document.path.stem
    answers = {**ANSWERS, **OWN_ANSWERS.get(name, {})}
    with (
        network(tmp_path, SYSTEMS.get(name, (KAZOO,))) as variables,
        Reader(tmp_path, collections, variables, answers) as reader,
    ):
        for step in steps(document):
            output = reader.follow(step)
            if os.environ.get("GUIDE_OUTPUT") and not step.name:
                print(f"$ {step.text}\n{output}")  # for people who read the output of a guide


def test_the_commands_of_a_guide_run_all_its_playbooks() -> None:
    assert [place for document in PAGES for place in unused_playbooks(document)] == []


def test_every_guide_is_tested() -> None:
    pages = {path.stem for path in (ROOT / "docs" / "docsite" / "rst").glob("guide_*.rst")}
    assert pages | {"README"} <= {document.path.stem for document in GUIDES}


def test_every_skipped_block_has_a_reason() -> None:
    reasons: list[tuple[str, str]] = [entry for document in PAGES for entry in left_out(document)]
    assert [place for place, reason in reasons if len(reason.split()) < 3] == []
