# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README of the simulator role matches the code: behaviors, credentials and playbooks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from voicemail_simulator.behaviors import Behavior
from voicemail_simulator.faults import KINDS
from voicemail_simulator.vendors import VENDORS, load

ROOT = Path(__file__).resolve().parents[3]
ROLE = ROOT / "roles" / "simulator"
README = (ROLE / "README.md").read_text(encoding="utf-8")
TITLES = {"kazoo": "KAZOO", "portsip": "PortSIP", "tel4vn": "TEL4VN", "onsip": "OnSIP"}
PLAYBOOKS = re.findall(r"```yaml\n(.*?)```", README, flags=re.S)


def row(behavior: Behavior) -> str:
    """Return the row of a behavior in the README."""
    words = {"True": "true", "False": "false", "None": "none"}
    default = words.get(str(behavior.default), str(behavior.default))
    return f"| `{behavior.name}` | `{default}` | {behavior.describe().replace(' or ', ', ')} | {behavior.help} |"


@pytest.mark.parametrize("vendor", VENDORS)
def test_behaviors_of_every_vendor_are_listed(vendor: str) -> None:
    table = README.split(f"### {TITLES[vendor]}\n")[1].split("\n### ")[0]
    listed = [line for line in table.splitlines() if line.startswith("| `")]
    assert listed == [row(behavior) for behavior in load(vendor).behavior_definitions]


@pytest.mark.parametrize("vendor", VENDORS)
def test_credentials_are_listed(vendor: str) -> None:
    simulated = load(vendor)
    for name in ("USERNAME", "PASSWORD", "API_KEY", "ACCOUNT_ID", "DOMAIN", "REALM", "ORGANIZATION_ID"):
        value = getattr(simulated, name, None)
        if value is not None:
            assert f"`{value.rstrip('0') if name == 'API_KEY' else value}`" in README, name


def test_variables_are_listed() -> None:
    defaults = yaml.safe_load((ROLE / "defaults" / "main.yml").read_text(encoding="utf-8"))
    specification = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options = specification["argument_specs"]["main"]["options"]
    assert set(defaults) == set(options)
    assert all(f"`{name}`" in README for name in defaults)
    assert {name: one["default"] for name, one in options.items() if "default" in one}.items() <= defaults.items()


def test_fault_kinds_are_listed() -> None:
    assert all(f"`{kind}" in README for kind in KINDS)


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=[yaml.safe_load(one)[0]["name"] for one in PLAYBOOKS])
def test_playbooks_run(playbook: str, tmp_path: Path) -> None:
    namespace = tmp_path / "collections" / "ansible_collections" / "telephony"
    namespace.mkdir(parents=True)
    (namespace / "voicemail").symlink_to(ROOT, target_is_directory=True)
    (tmp_path / "play.yml").write_text(playbook, encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "collections"),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "TMPDIR": str(tmp_path),
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "play.yml"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "failed=0" in done.stdout
    assert not list(tmp_path.glob("**/ready.json"))
