# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and tasks with bad input show the collection's own words, and nothing of Ansible before them."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from helpers.playbooks import play
from helpers.programs import Run
from helpers.subjects import KAZOO, TEL4VN, Subject
from voicemail_simulator.server import SimulatorServer

Item = dict[str, t.Any]
COLLECTION = "telephony.voicemail"


def connection(subject: Subject, server: SimulatorServer, prefix: str = "") -> Item:
    """Return the options of a connection, as variables of a role if it has a prefix."""
    given = {"vendor": subject.vendor, "url": server.url, **subject.connection}
    return {f"{prefix}{option}": value for option, value in given.items()}


def role(name: str, **variables: t.Any) -> Item:
    return {"ansible.builtin.include_role": {"name": f"{COLLECTION}.{name}"}, "vars": variables}


def task(module: str, **arguments: t.Any) -> Item:
    return {f"{COLLECTION}.{module}": arguments}


def cases(folder: pathlib.Path, kazoo: SimulatorServer, tel4vn: SimulatorServer) -> dict[str, tuple[Item, str]]:
    """Return what fails, by the name of the case, with the message or a part of it."""
    (folder / "typo.yml").write_text('- mailbox: "3000"\n  nmae: Desk\n')
    (folder / "slip.yml").write_text('- mailbox: "3000"\n name: Desk\n')
    (folder / "pins.yml").write_text("kazoo: {}\n")
    (folder / "pins.yml").chmod(0o644)
    missing = str(folder / "nowhere")
    source, init, export, retention = (
        connection(KAZOO, kazoo, prefix) for prefix in ("", "init_", "export_", "retention_")
    )
    files = "{{ query('telephony.voicemail.mailbox_files', '%s', vendor='kazoo') }}"
    both = {"migrate_from": source, "migrate_to": connection(TEL4VN, tel4vn)}
    rule = {"match": "(", "action": "delete", "older_than": "1d"}
    rows = "{{ [{'mailbox': '3000', 'fax': '1'}] | telephony.voicemail.rows_to_mailboxes }}"
    pins = (
        "{{ [{'mailbox': '3000', 'pin': query('telephony.voicemail.pin', '3000', vendor='kazoo', length=2) | first}] }}"
    )
    password = "there is no file {}. Create it, or correct the path"
    return {
        # A vault password file that is missing.
        "init password": (
            role("init", init_folder="a", init_vault_password_file=missing, **init),
            password.format(missing),
        ),
        "export password": (
            role("export", export_include_pins=True, export_vault_password_file=missing, **export),
            password.format(missing),
        ),
        "migrate password": (
            role("migrate", migrate_include_pins=True, migrate_vault_password_file=missing, **both),
            password.format(missing),
        ),
        # A file that is missing.
        "src": (task("vmboxes", src="nowhere.yml", **source), "`src`: the file nowhere.yml does not exist. Searched: "),
        "src of shared voicemails": (
            task("shared_voicemails", src="nowhere.csv", **source),
            "`src`: the file nowhere.csv does not exist. Searched: ",
        ),
        "layout": (task("vmboxes", src="typo.yml", layout="nowhere.yml", **source), "`layout`"),
        "lookup": (
            task("vmboxes", mailboxes=files % "nowhere.yml", **source),
            "the file or folder nowhere.yml does not exist.",
        ),
        "table": (
            role("init", init_folder="b", init_source=missing, **init),
            f"the file or folder {missing} does not exist.",
        ),
        # What lookups and filters refuse.
        "typo in a file": (
            task("vmboxes", mailboxes=files % "typo.yml", **source),
            "typo.yml:2: mailbox 3000: `nmae` is not an option; did you mean `name`?",
        ),
        "slip in a file": (
            task("vmboxes", mailboxes=files % "slip.yml", **source),
            "slip.yml:2: is not valid YAML at column 2: ",
        ),
        "rows": (task("vmboxes", mailboxes=rows, **source), "headings: unknown column 'fax'"),
        "PINs": (task("vmboxes", mailboxes=pins, **source), "`length` must be at least 4."),
        "typo in a table": (
            role("init", init_folder="c", init_source=str(folder / "typo.yml"), **init),
            "typo.yml:2: mailbox 3000: `nmae` is not an option",
        ),
        "file of PINs": (
            role("migrate", migrate_pin_file="pins.yml", **both),
            "pins.yml has mode 0644, so others can access the PINs in it; set it to 0600.",
        ),
        "rule": (role("retention", retention_rules=[rule], **retention), "`match` ( is not a regular expression: "),
    }


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, dict[str, str], dict[str, str]]:
    """Run every case in one playbook, and return what was printed, and the messages and expectations by case."""
    folder = tmp_path_factory.mktemp("refusals")
    with KAZOO.serve(mailboxes=2) as kazoo, TEL4VN.serve() as tel4vn:
        tried = cases(folder, kazoo, tel4vn)
        read = "{{ ansible_failed_result.results | default([ansible_failed_result]) | map(attribute='msg') | join }}"
        blocks = [
            {
                "block": [failing],
                "rescue": [{"ansible.builtin.set_fact": {"seen": "{{ seen | default({}) | combine({name: text}) }}"}}],
                "vars": {"name": name, "text": read},
            }
            for name, (failing, _part) in tried.items()
        ]
        stored = {"ansible.builtin.copy": {"content": "{{ seen | to_json }}", "dest": str(folder / "seen.json")}}
        run = play(folder, [*blocks, stored])
    assert run.code == 0, run.output
    return run, json.loads((folder / "seen.json").read_text()), {name: part for name, (_failing, part) in tried.items()}


def test_every_case_is_refused_in_its_own_words(outcome: tuple[Run, dict[str, str], dict[str, str]]) -> None:
    _run, seen, parts = outcome
    assert {name: part for name, part in parts.items() if part not in seen.get(name, "nothing")} == {}, seen


def test_a_missing_file_lists_each_place_once(outcome: tuple[Run, dict[str, str], dict[str, str]]) -> None:
    for name in ("src", "src of shared voicemails"):
        places = outcome[1][name].partition("Searched: ")[2].split(", ")
        assert len(places) == len(set(places)) > 0


def test_nothing_of_ansible_stands_before_the_words(outcome: tuple[Run, dict[str, str], dict[str, str]]) -> None:
    run, seen, _parts = outcome
    for text in (run.output, *seen.values()):
        for words in (
            "Finalization of task args",
            "Error while resolving value",
            "plugin '",
            "Error rendering",
            "censored",
        ):
            assert words not in text
