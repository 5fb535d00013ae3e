# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever adds a module or a vendor to the registry learns here what else it needs."""

from __future__ import annotations

import pathlib
import re

import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.modules import CONNECTION, MODULES, own_options
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import RESOURCES
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHOICES = re.compile(r"choices: \[((?:kazoo|portsip|tel4vn|onsip)[^\]]*)\]")


def names_in(folder: str) -> set[str]:
    return {path.stem for path in (ROOT / "plugins" / folder).glob("*.py")}


def test_every_module_has_its_files_and_every_file_its_module() -> None:
    assert names_in("modules") == set(MODULES)
    assert names_in("action") == set(MODULES)


def test_every_module_is_in_the_action_group() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert sorted(runtime["action_groups"]["all"]) == sorted(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_every_module_is_documented_with_an_example(name: str) -> None:
    text = (ROOT / "plugins" / "modules" / f"{name}.py").read_text(encoding="utf-8")
    blocks = dict(re.findall(r'^(DOCUMENTATION|EXAMPLES|RETURN) = r"""\n(.*?)"""', text, re.S | re.M))
    assert yaml.safe_load(blocks["DOCUMENTATION"])["module"] == name
    assert f"telephony.voicemail.{name}:" in blocks["EXAMPLES"]
    assert yaml.safe_load(blocks["RETURN"])
    assert f'run_module("{name}")' in text


@pytest.mark.parametrize("name", MODULES)
def test_no_option_of_a_module_is_one_of_the_connection(name: str) -> None:
    assert set(own_options(name)) & set(CONNECTION) == set()
    assert MODULES[name].resource.key in RESOURCES


@pytest.mark.parametrize("name", NAMES)
def test_every_vendor_has_its_pages_and_its_simulator(name: str) -> None:
    assert vendor(name).name == name
    assert (ROOT / "docs" / "vendors" / f"{name}.md").is_file()
    assert (ROOT / "docs" / "docsite" / "rst" / f"vendor_{name}.rst").is_file()
    simulated = ROOT / "roles" / "simulator" / "files" / "voicemail_simulator"
    assert [path for path in simulated.glob(f"*/{name}") if path.is_dir()]


def test_every_list_of_vendors_is_that_of_the_registry() -> None:
    files = [
        *(ROOT / "plugins").rglob("*.py"),
        *(ROOT / "extensions").rglob("*.py"),
        *(ROOT / "roles").glob("*/meta/argument_specs.yml"),
    ]
    found = {
        (path.relative_to(ROOT), tuple(re.split(r",\s*", listed)))
        for path in files
        for listed in CHOICES.findall(path.read_text(encoding="utf-8"))
    }
    assert len(found) > 10
    assert {path for path, listed in found if listed != tuple(NAMES)} == set()
