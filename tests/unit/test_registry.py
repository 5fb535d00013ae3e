# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module, vendor and option in the registry has its files, documentation and schemas."""

from __future__ import annotations

import importlib
import json
import pathlib
import re
import typing as t

import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.modules import (
    CONNECTION,
    MODULES,
    TABLE,
    own_options,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import RESOURCES, Resource
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRAGMENTS = "ansible_collections.telephony.voicemail.plugins.doc_fragments"
SCHEMAS = ROOT / "docs" / "schemas"
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


def documented_options(name: str) -> set[str]:
    """Return the options in the documentation of a module, with those of its fragments."""
    text = (ROOT / "plugins" / "modules" / f"{name}.py").read_text(encoding="utf-8")
    own = yaml.safe_load(t.cast("re.Match[str]", re.search(r'^DOCUMENTATION = r"""\n(.*?)"""', text, re.S | re.M))[1])
    found = set(own.get("options") or {})
    for fragment in own["extends_documentation_fragment"]:
        file, _dot, part = fragment.removeprefix("telephony.voicemail.").partition(".")
        holder = importlib.import_module(f"{FRAGMENTS}.{file}").ModuleDocFragment
        found |= set(yaml.safe_load(getattr(holder, (part or "documentation").upper())).get("options") or {})
    return found


@pytest.mark.parametrize("name", MODULES)
def test_every_option_of_a_module_is_documented(name: str) -> None:
    assert documented_options(name) == {*own_options(name), *CONNECTION}


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=str)
def test_every_option_of_an_item_is_in_its_schemas(resource: Resource) -> None:
    vendors = [name for name in NAMES if resource.key in vendor(name).tables]
    assert vendors
    for name in vendors:
        schema = json.loads((SCHEMAS / f"{resource.plural}.{name}.schema.json").read_text(encoding="utf-8"))
        table = vendor(name).tables[resource.key]
        options = {field.option.partition(".")[0] for field in table.fields}
        assert options <= set(schema["$defs"]["item"]["properties"])


@pytest.mark.parametrize("resource", RESOURCES.values(), ids=str)
def test_every_module_of_a_resource_is_registered(resource: Resource) -> None:
    for module, shape in ((resource.module, "one"), (resource.bulk_module, "many"), (resource.info_module, "info")):
        assert (MODULES[module].resource, MODULES[module].shape) == (resource, shape)


def test_the_role_provision_documents_every_option_of_tables() -> None:
    specs = yaml.safe_load((ROOT / "roles/provision/meta/argument_specs.yml").read_text(encoding="utf-8"))
    assert {f"provision_{option}" for option in TABLE} <= set(specs["argument_specs"]["main"]["options"])


@pytest.mark.parametrize("name", MODULES)
def test_module_options_differ_from_connection_options(name: str) -> None:
    assert set(own_options(name)) & set(CONNECTION) == set()
    assert MODULES[name].resource.key in RESOURCES


@pytest.mark.parametrize("name", NAMES)
def test_every_vendor_has_its_pages_and_its_simulator(name: str) -> None:
    assert vendor(name).name == name
    assert (ROOT / "docs" / "vendors" / f"{name}.md").is_file()
    assert (ROOT / "docs" / "docsite" / "rst" / f"vendor_{name}.rst").is_file()
    simulated = ROOT / "roles" / "simulator" / "files" / "voicemail_simulator"
    assert [path for path in simulated.glob(f"*/{name}") if path.is_dir()]
    page = (ROOT / "docs" / "docsite" / "rst" / f"vendor_{name}.rst").read_text(encoding="utf-8")
    assert f"vendor: {name}" in page
    assert (ROOT / "extensions" / "molecule" / name / "molecule.yml").is_file()
    assert (ROOT / "tests" / "integration" / "targets" / f"vmbox_{name}").is_dir()
    assert (SCHEMAS / f"mailboxes.{name}.schema.json").is_file()


def test_every_list_of_vendors_matches_the_registry() -> None:
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
    assert {path for path, listed in found if listed != tuple(NAMES) and set(listed) & set(NAMES)} == set()


def role_data(path: str) -> dict[str, t.Any]:
    """Return the variables of a file of a role."""
    return yaml.safe_load((ROOT / "roles" / path).read_text(encoding="utf-8"))


def test_the_role_init_asks_for_a_login_of_every_vendor() -> None:
    variables = role_data("init/vars/main.yml")
    assert set(variables["__init_needs"]) == set(NAMES)
    assert set(variables["__init_domains"]) | set(variables["__init_urls"]) <= set(NAMES)
    for name, asked in variables["__init_needs"].items():
        assert set(asked) <= set(variables["__init_questions"])
        ways = [set(way) for way in vendor(name).credentials]
        # A domain narrows down a login, and the address of a vendor in the cloud is known.
        assert any(way <= set(asked) for way in ways), name
        assert ("url" in asked) == (vendor(name).default_url is None), name


def test_the_role_init_knows_the_connection_options() -> None:
    variables = role_data("init/vars/main.yml")
    pace = {"timeout", "retry_budget", "workers"}
    assert {"vendor", *variables["__init_options"]} == set(CONNECTION) - pace
    assert set(variables["__init_secret"]) == {name for name, option in CONNECTION.items() if option.get("no_log")}


def test_the_role_migrate_reads_the_shared_voicemails_of_vendors_that_have_them() -> None:
    default = role_data("migrate/defaults/main.yml")["migrate_shared_voicemails"]
    owners = [name for name in NAMES if "shared voicemail" in vendor(name).tables]
    assert [f"{{{{ migrate_from.vendor == '{name}' }}}}" for name in owners] == [default]


@pytest.mark.parametrize("name", NAMES)
def test_every_table_has_the_title_of_its_vendor(name: str) -> None:
    (product,) = {table.product for table in vendor(name).tables.values()}
    assert product != name
    assert vendor(name).title in (product, f"{product} PBX")
