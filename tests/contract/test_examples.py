# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint, plan and apply the example repositories against the simulator, and check that a second plan shows no change."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import shutil

import pytest
import yaml
from helpers import documentation_shell
from helpers.documentation_blocks import ROOT, markdown
from helpers.playbooks import Run, ansible
from voicemail_simulator.server import SimulatorServer

FOLDER = ROOT / "examples"
PLAYBOOK = "telephony.voicemail."


@dataclasses.dataclass(frozen=True)
class Example:
    """An example repository with its vendor, its credentials, and the number of mailboxes per host."""

    name: str
    vendor: str
    environment: dict[str, str]
    mailboxes: dict[str, int]
    customers: int = 0


EXAMPLES = (
    Example("office", "kazoo", {"VOICEMAIL_API_KEY": "simulator-api-key-accountone".ljust(64, "0")}, {"localhost": 5}),
    Example(
        "fleet",
        "kazoo",
        {"VOICEMAIL_VENDOR": "kazoo", "VOICEMAIL_API_KEY": "simulator-api-key-accounttwo".ljust(64, "0")},
        {f"customer00{number}.example.com": 2 for number in (1, 2, 3)},
        customers=3,
    ),
    Example(
        "spreadsheet",
        "onsip",
        {
            "VOICEMAIL_USERNAME": "admin",
            "VOICEMAIL_PASSWORD": "simulator-password",
            "VOICEMAIL_DOMAIN": "example.onsip.com",
        },
        {"localhost": 3},
    ),
)


def run(example: Example, folder: pathlib.Path, url: str, *playbooks: str, confirm: bool = True) -> Run:
    """Run playbooks of the collection in the repository, as described in its README."""
    repository = folder / "repository"
    options = ("-e", "@office.yml", *(() if confirm else ("-e", "provision_confirm=false")))
    variables = {**example.environment, "VOICEMAIL_URL": url, "ANSIBLE_CONFIG": str(repository / "ansible.cfg")}
    names = [f"{PLAYBOOK}{name}" for name in playbooks]
    return ansible("playbook", folder, *names, *options, environment=variables, start=repository)


def reported(folder: pathlib.Path, host: str) -> dict[str, object]:
    """Return the state and the counts in the report of a host."""
    report = json.loads((folder / "repository" / "voicemail-report" / f"{host}.json").read_text(encoding="utf-8"))
    return {"state": report["state"], **report["tasks"][-1]["summary"]}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_second_plan_shows_no_change(example: Example, tmp_path: pathlib.Path) -> None:
    shutil.copytree(FOLDER / example.name, tmp_path / "repository")
    behaviors = {"customers": example.customers} if example.customers else {}
    with SimulatorServer(example.vendor, behaviors=behaviors) as server:
        planned = run(example, tmp_path, server.url, "lint", "plan")
        assert planned.code == 0, planned.output
        assert "[WARNING]" not in planned.output
        for host, count in example.mailboxes.items():
            found = reported(tmp_path, host)
            assert (found["state"], found["create"], found["failed"]) == ("planned", count, 0)
        applied = run(example, tmp_path, server.url, "apply", "plan", confirm=False)
        assert applied.code == 0, applied.output
        for host, count in example.mailboxes.items():
            found = reported(tmp_path, host)
            assert (found["state"], found["create"], found["none"]) == ("unchanged", 0, count)
            assert re.search(rf"^{re.escape(host)} +: ok=\d+ +changed=1 ", applied.output, re.M), applied.output


def test_every_example_is_tested() -> None:
    assert {path.parent.name for path in FOLDER.glob("*/README.md")} == {example.name for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_readme_names_existing_files_and_commands(example: Example) -> None:
    folder = FOLDER / example.name
    document = markdown(folder / "README.md")
    text = (folder / "README.md").read_text(encoding="utf-8")
    listed = {name for row in re.findall(r"^\| (`.+?) \|", text, re.M) for name in re.findall(r"`([^`]+)`", row)}
    ignored = (folder / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert listed
    assert [name for name in listed if name not in ignored and not (folder / name).exists()] == []
    files = {str(path.relative_to(folder)) for path in folder.rglob("*")}
    commands = [command for block in document.of("console") for command in documentation_shell.commands(block.text)]
    shown = [command for command in commands if command[0] in ("ansible-playbook", "ansible-inventory")]
    assert len(shown) > 2
    assert [problem for command in shown if (problem := documentation_shell.problem(command, files))] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_examples_require_a_version_with_the_features_they_use(example: Example) -> None:
    (collection,) = yaml.safe_load((FOLDER / example.name / "requirements.yml").read_text())["collections"]
    assert collection["name"] == "telephony.voicemail"
    assert collection["version"].startswith(">=1.1.0,<2")
