# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON schemas of mailbox files accept the same values as the collection, and find mistakes without it."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import typing as t

import jsonschema
import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.filter.boxes_to_yaml import SCHEMA_LINE, SCHEMAS, boxes_to_yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, unchecked_items
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layout import Layout
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.sources import File, read_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import Reader
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import FieldTable
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import RESOURCES
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.declarations import raw_items
from helpers.programs import environment_of, run_program
from helpers.runners import in_worker
from helpers.subjects import SUBJECTS, Subject
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = pathlib.Path(__file__).resolve().parents[2]

FOLDER = ROOT / "docs" / "schemas"
TABLES = [table for name in NAMES for table in vendor(name).tables.values()]
#: A valid file for each vendor, with values as people write them.
GOOD = {
    "mailboxes.kazoo": """
        defaults: {timezone: Europe/Paris, attach_audio: yes}
        mailboxes:
          - mailbox: 0300
            name: yes
            pin: 0042
            emails: [a@example.com]
            kazoo: {skip_greeting: off, notify: {callback: {number: 5550100, attempts: 3}}, media: null}
          - {extension: "3001", timezone: null, emails: [], update_pin: on_create}
          - {mailbox: 3002, state: absent, delete_messages: true}
          - {id: 0123456789abcdef0123456789abcdef, new_mailbox: "3100", pin: null}
    """,
    "mailboxes.portsip": "[{mailbox: 1001, pin: 482159, notify: true, announce_time: 24_hour, language: de-DE}]",
    "mailboxes.tel4vn": "mailboxes: [{mailbox: 0300, pin: 4821, enabled: true, description: Desk, after_email: keep}]",
    "mailboxes.onsip": """
        - {mailbox: 3000, name: Desk, timezone: America/Denver, announce_time: true, onsip: {attach: {timeout: 20}}}
        - {mailbox: 3001, name: Two, emails: b@example.com, notify: on, kazoo: {anything: 1}}
    """,
    "mailboxes": "[{mailbox: 3000, name: Desk, language: de-DE, onsip: {say_duration: no}}]",
    "shared_voicemails.portsip": "[{extension_number: 8500, name: Support, pin: 482159, recipients: [a@example.com]}]",
}
#: Mistakes: the schema that finds it, and the entry or document.
BAD = {
    "typo": ("mailboxes.kazoo", "[{mailbox: '3000', emials: [a@example.com]}]"),
    "typo-inside": ("mailboxes.kazoo", "[{mailbox: '3000', kazoo: {skip_greting: true}}]"),
    "wrong-list": ("mailboxes.kazoo", "mailbox: [{mailbox: '3000'}]"),
    "no-number": ("mailboxes.kazoo", "[{name: Desk}]"),
    "no-address": ("mailboxes.kazoo", "[{mailbox: '3000', emails: [reception]}]"),
    "long-name": ("mailboxes.kazoo", f"[{{mailbox: '3000', name: {'x' * 129}}}]"),
    "short-pin": ("mailboxes.kazoo", "[{mailbox: '3000', pin: '12'}]"),
    "choice": ("mailboxes.kazoo", "[{mailbox: '3000', after_email: discard}]"),
    "truth": ("mailboxes.kazoo", "[{mailbox: '3000', attach_audio: perhaps}]"),
    "number-in-defaults": ("mailboxes.kazoo", "{defaults: {mailbox: '3000'}, mailboxes: []}"),
    "entry": ("mailboxes.kazoo", "['3000']"),
    "unsupported": ("mailboxes.tel4vn", "[{mailbox: '3000', name: Desk}]"),
    "letters": ("mailboxes.onsip", "[{mailbox: desk, name: Desk}]"),
    "zone": ("mailboxes.onsip", "[{mailbox: '3000', timezone: Europe/Paris}]"),
    "absent-user": ("mailboxes.portsip", "[{mailbox: '1001', state: absent}]"),
    "cleared-name": ("shared_voicemails.portsip", "[{extension_number: '8500', name: null}]"),
    "not-one-vendor": ("mailboxes", "[{mailbox: '3000', nmae: Desk}]"),
}


def schema_of(table: FieldTable) -> dict[str, t.Any]:
    name = f"{RESOURCES[table.resource].plural}.{table.vendor}.schema.json"
    return t.cast("dict[str, t.Any]", json.loads((FOLDER / name).read_text(encoding="utf-8")))


def test_every_schema_is_valid_and_has_a_case() -> None:
    names = {path.name.removesuffix(".schema.json"): path for path in FOLDER.glob("*mail*s*.schema.json")}
    names.pop("voicemail_report", None)
    assert set(names) == set(GOOD)
    for path in names.values():
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", GOOD)
def test_check_jsonschema_accepts_good_and_refuses_bad_files(name: str, tmp_path: pathlib.Path) -> None:
    bad = {case: text for case, (schema, text) in BAD.items() if schema == name}
    for case, text in {"good": GOOD[name], **bad}.items():
        (tmp_path / f"{case}.yml").write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "-o",
        "json",
        "--schemafile",
        str(FOLDER / f"{name}.schema.json"),
    ]
    files = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run([*command, *files], capture_output=True, text=True, timeout=120, check=False)
    found = json.loads(done.stdout)
    assert found.get("parse_errors", []) == [], done.stdout
    assert {pathlib.Path(error["filename"]).stem for error in found.get("errors", [])} == set(bad), done.stdout


@pytest.mark.parametrize("name", [name for name in GOOD if name != "mailboxes"])
def test_the_collection_accepts_good_files(name: str) -> None:
    plural, vendor_name = name.split(".")
    resource = next(one for one in RESOURCES.values() if one.plural == plural)
    table = vendor(vendor_name).tables[resource.key]
    entries = read_entries(File(GOOD[name], "good.yml", resource), Layout(), [])
    items = unchecked_items(entries, [], Checks(sources=True, resource=resource))
    reader = Reader(table, tuple(resource.shared), NAMES)
    reader.read(items)
    assert reader.problems == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.vendor}-{table.resource}")
@settings(max_examples=25)
@given(data=st.data())
def test_values_that_the_collection_accepts_are_valid(table: FieldTable, data: st.DataObject) -> None:
    item = data.draw(raw_items(table))
    jsonschema.validate([item], schema_of(table), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_exports_pass_and_name_their_schema(subject: Subject) -> None:
    table = vendor(subject.vendor).tables["mailbox" if subject.module == "vmbox" else "shared voicemail"]
    with subject.serve(mailboxes=4) as server:
        in_worker(
            subject.plural,
            subject.arguments(server, **{subject.listed: [{subject.key: subject.number, **subject.create}]}),
        )
        for compact in (False, True):
            found = in_worker(subject.info, subject.arguments(server, include_pins=True, compact=compact))
            (document,) = boxes_to_yaml(
                found[subject.listed], subject.vendor, subject.listed, include_pins=True, defaults=found.get("defaults")
            )
            first = f"{SCHEMA_LINE}{SCHEMAS}/{subject.listed}.{subject.vendor}.schema.json\n"
            assert document["content"].startswith(first)
            content = yaml.safe_load(document["content"])
            assert len(content[subject.listed]) >= 4
            jsonschema.validate(content, schema_of(table), jsonschema.Draft202012Validator)


def test_a_file_of_an_unknown_vendor_uses_the_common_schema() -> None:
    boxes = [{"mailbox": "3000"}]
    (document,) = boxes_to_yaml(boxes)
    assert document["content"].startswith(f"{SCHEMA_LINE}{SCHEMAS}/mailboxes.schema.json\n")
    (document,) = boxes_to_yaml(boxes, "kazoo", schema="schemas/mine.json")
    assert document["content"].startswith(f"{SCHEMA_LINE}schemas/mine.json\n# Exported from kazoo")
    (document,) = boxes_to_yaml(boxes, "kazoo", schema="")
    assert document["content"].startswith("# Exported from kazoo")


def test_the_hooks_check_files_offline(tmp_path: pathlib.Path) -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    (tmp_path / "mailboxes.yml").write_text(GOOD["mailboxes.kazoo"], encoding="utf-8")
    (tmp_path / "wrong.yml").write_text(BAD["typo"][1], encoding="utf-8")
    script = str(ROOT / hooks["mailbox-schema"]["entry"])
    environment = {"PATH": f"{pathlib.Path(sys.executable).parent}:/usr/bin:/bin"}
    for arguments, code in ((["kazoo", "mailboxes.yml"], 0), (["mailboxes.yml"], 0), (["kazoo", "wrong.yml"], 1)):
        done = subprocess.run([script, *arguments], cwd=tmp_path, env=environment, capture_output=True, check=False)
        assert done.returncode == code, done.stdout
    (tmp_path / "office.yml").write_text("{provision_vendor: kazoo, provision_sources: [mailboxes.yml]}")
    variables = environment_of(tmp_path)
    for name, code in (("mailboxes.yml", 0), ("wrong.yml", 2)):
        (tmp_path / "mailboxes.yml").write_text((tmp_path / name).read_text(encoding="utf-8"), encoding="utf-8")
        program, *options = hooks["mailbox-lint"]["entry"].split()
        assert program == "ansible-playbook"
        assert run_program("playbook", tmp_path, *options, variables=variables).code == code
