# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role export, run by ansible-playbook: applying its files changes nothing."""

from __future__ import annotations

import json
import pathlib
import stat
import typing as t

import pytest
from helpers.exports import PINS, check_documents, parsed, populate
from helpers.leaks import contains_secret
from helpers.playbooks import Run, play
from helpers.runners import in_worker
from helpers.subjects import KAZOO, ONSIP, PERSONAL, SHARED, TEL4VN, Subject
from voicemail_simulator.server import SimulatorServer

VAULT_PASSWORD = "correct horse"
FOLDER = "voicemail-export"


ROLE = {"ansible.builtin.include_role": {"name": "telephony.voicemail.export"}}


def export(folder: pathlib.Path, subject: Subject, server: SimulatorServer, *options: str, **given: t.Any) -> Run:
    """Run the role against a simulator."""
    connection = {**subject.connection, "vendor": subject.vendor, "url": server.url}
    variables = {"resources": [subject.listed], **connection, **given}
    tasks = given.pop("tasks", [ROLE])
    return play(folder, tasks, *options, **{f"export_{name}": value for name, value in variables.items()})


def refused(folder: pathlib.Path, subject: Subject, server: SimulatorServer, *scenarios: dict[str, t.Any]) -> list[str]:
    """Run the role in one play with each of several sets of variables, and return the errors as JSON."""
    failures = "{{ failures | default([]) + [ansible_failed_result | to_json] }}"
    tasks = [
        {
            "block": [ROLE],
            "rescue": [{"ansible.builtin.set_fact": {"failures": failures}}],
            "vars": {f"export_{name}": value for name, value in given.items()},
        }
        for given in scenarios
    ]
    kept = {"save_results": {"file": str(folder / "failures.json"), "results": "{{ failures | default([]) }}"}}
    run = export(folder, subject, server, tasks=[*tasks, kept])
    assert run.code == 0, run.output
    found: list[str] = json.loads((folder / "failures.json").read_text())
    assert len(found) == len(scenarios), run.output
    return found


def apply(folder: pathlib.Path, subject: Subject, server: SimulatorServer, name: str) -> dict[str, t.Any]:
    """Return tasks that apply the export and fail if anything changes."""
    arguments = {**subject.connection, "vendor": subject.vendor, "url": server.url, "src": str(folder / FOLDER / name)}
    name = f"telephony.voicemail.{subject.plural}"
    return {name: arguments, "register": "again", "failed_when": "again is failed or again is changed"}


def texts(folder: pathlib.Path) -> dict[str, str]:
    """Return the exported files by name."""
    files = sorted((folder / FOLDER).rglob("*.yml"))
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    return {str(file.relative_to(folder / FOLDER)): file.read_text(encoding="utf-8") for file in files}


# The role itself differs for the two resources only.
@pytest.mark.parametrize("subject", [KAZOO, SHARED], ids=lambda subject: subject.name)
def test_export_applied_again_changes_nothing(tmp_path: pathlib.Path, subject: Subject) -> None:
    whole, single = f"{subject.listed}.yml", f"{subject.listed}/{subject.number}.yml"
    with subject.serve(mailboxes=2) as server:
        populate(subject, server)
        server.journal.clear()
        applied = [apply(tmp_path, subject, server, name) for name in (whole, single)]
        run = export(tmp_path, subject, server, tasks=[ROLE, {**ROLE, "vars": {"export_split": True}}, *applied, ROLE])
        assert run.code == 0, run.output
        assert subject.writes(server) == []
        # Each layout creates a folder and writes files. The third run of the role changes nothing.
        assert "changed=4 " in run.output, run.output
        check_documents(subject, texts(tmp_path))


def test_compact_exports_contain_shared_values_once_and_change_nothing(tmp_path: pathlib.Path) -> None:
    boxes = [{"mailbox": str(7000 + position), "name": f"Box {position}"} for position in range(4)]
    odd = {"timezone": "Asia/Tokyo", "attach_audio": True, "kazoo": {"skip_greeting": True}}
    shared = {"timezone": "Europe/Paris", "attach_audio": False}
    with KAZOO.serve({"profile": "M"}, mailboxes=0) as server:
        made = in_worker(
            "vmboxes", KAZOO.arguments(server, defaults=shared, mailboxes=[*boxes[1:], {**boxes[0], **odd}])
        )
        assert not made["failed"], made
        server.journal.clear()
        compact = [{**ROLE, "vars": {"export_compact": True, "export_split": split}} for split in (False, True)]
        names = ["mailboxes.yml", *(f"mailboxes/{box['mailbox']}.yml" for box in boxes[:2])]
        applied = [apply(tmp_path, KAZOO, server, name) for name in names]
        run = export(tmp_path, KAZOO, server, tasks=[*compact, *applied])
        assert run.code == 0, run.output
        assert KAZOO.writes(server) == []
        found = texts(tmp_path)
        assert "# Left out: options that have the vendor's default.\n" in found["mailboxes.yml"]
        assert parsed(found["mailboxes.yml"]) == {
            "defaults": {"attach_audio": False, "timezone": "Europe/Paris"},
            "mailboxes": [{**boxes[0], **odd}, *boxes[1:]],
        }
        assert parsed(found["mailboxes/7001.yml"]) == {"mailboxes": [{**boxes[1], **shared}]}


NAMES = [
    "Line\x85break",
    "A\u2028B\u2029C",
    "{{ 7 * 7 }}{% raw %}{# x #}",
    " \ttab\t ",
    "\ufeffBOM\u200b\u202e",
    "null",
    "1e3",
]


@pytest.mark.parametrize("layout", ["whole", "split", "encrypted"])
def test_every_character_of_a_name_is_preserved(layout: str, tmp_path: pathlib.Path) -> None:
    """Check that applying the file, as `src` and as Ansible variables, changes nothing."""
    boxes = [{"mailbox": str(7000 + position), "name": name} for position, name in enumerate(NAMES)]
    (tmp_path / "password").write_text(VAULT_PASSWORD)
    secret = {"include_pins": True, "vault_password_file": str(tmp_path / "password")}
    files = [f"mailboxes/{box['mailbox']}.yml" for box in boxes] if layout == "split" else ["mailboxes.yml"]
    with KAZOO.serve(mailboxes=0) as server:
        made = in_worker("vmboxes", KAZOO.arguments(server, mailboxes=boxes))
        assert not made["failed"], made
        server.journal.clear()
        applied = [apply(tmp_path, KAZOO, server, name) for name in files]
        for name in files:
            task = apply(tmp_path, KAZOO, server, name)
            del task["telephony.voicemail.vmboxes"]["src"]
            task["telephony.voicemail.vmboxes"]["mailboxes"] = "{{ mailboxes }}"
            applied += [{"ansible.builtin.include_vars": str(tmp_path / FOLDER / name)}, task]
        given = {"split": layout == "split", **(secret if layout == "encrypted" else {})}
        options = ["--vault-password-file", str(tmp_path / "password")]
        run = export(tmp_path, KAZOO, server, *options, tasks=[ROLE, *applied], **given)
        assert run.code == 0, run.output
        assert KAZOO.writes(server) == []


@pytest.mark.parametrize("subject", [KAZOO, SHARED], ids=lambda subject: subject.name)
def test_pins_are_encrypted_and_valid(tmp_path: pathlib.Path, subject: Subject) -> None:
    (tmp_path / "password").write_text(VAULT_PASSWORD + "\n")
    secret = {"include_pins": True, "vault_id": "voicemail", "vault_password_file": str(tmp_path / "password")}
    opened = ["--vault-id", f"voicemail@{tmp_path / 'password'}"]
    name = f"{subject.listed}.yml"
    with subject.serve(mailboxes=1) as server:
        populate(subject, server)
        server.journal.clear()
        tasks = [ROLE, apply(tmp_path, subject, server, name), ROLE]
        run = export(tmp_path, subject, server, "-vvv", "--diff", *opened, tasks=tasks, **secret)
        assert run.code == 0, run.output
        assert subject.writes(server) == []
        assert "changed=2 " in run.output
        assert not contains_secret(PINS[subject.name], run.output)
        assert VAULT_PASSWORD not in run.output
        file = tmp_path / FOLDER / name
        assert file.read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;voicemail\n")
        assert read_vault(file)[subject.number]["pin"] == PINS[subject.name]
        item = {subject.key: subject.number, **subject.update}
        in_worker(subject.plural, subject.arguments(server, **{subject.listed: [item]}))
        changed = export(tmp_path, subject, server, **secret)
        assert "changed=1 " in changed.output, changed.output
        assert read_vault(file)[subject.number]["pin"] == subject.update["pin"]


def read_vault(file: pathlib.Path) -> dict[str, t.Any]:
    """Return the mailboxes in an encrypted file by number."""
    from ansible.parsing.vault import VaultLib, VaultSecret

    vault = VaultLib([("voicemail", VaultSecret(VAULT_PASSWORD.encode()))])
    (boxes,) = parsed(vault.decrypt(file.read_bytes())).values()
    return {box.get("mailbox", box.get("extension_number")): box for box in boxes}


def test_pins_without_a_password_are_refused(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=1) as server:
        run = export(tmp_path, KAZOO, server, include_pins=True)
        assert run.code != 0
        assert "encrypted or not at all" in run.output
        assert not (tmp_path / FOLDER).exists()
        assert len(server.journal) == 0


def test_errors_are_reported_if_pins_are_included(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=1) as server:
        run = export(tmp_path, KAZOO, server, include_pins=True, vault_password=VAULT_PASSWORD, password="wrong")
    assert run.code != 0
    assert "KAZOO refuses the login" in run.output
    assert VAULT_PASSWORD not in run.output
    assert not (tmp_path / FOLDER).exists()


def test_match_ids_and_order(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=12) as server:
        run = export(tmp_path, KAZOO, server, match="^100", include_ids=True)
        assert run.code == 0, run.output
        text = (tmp_path / FOLDER / "mailboxes.yml").read_text()
        boxes = parsed(text)["mailboxes"]
        assert [box["mailbox"] for box in boxes] == [str(number) for number in range(1000, 1010)]
        assert all(box["id"] for box in boxes)
        assert "Left out: id" not in text


def test_stale_files_are_removed_only_when_asked(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / FOLDER / "mailboxes"
    with TEL4VN.serve(mailboxes=3) as server:
        assert export(tmp_path, TEL4VN, server, split=True).code == 0
        (folder / "mine.yml").write_text("mailboxes: []\n")
        names = {file.name for file in folder.iterdir()}
        gone = sorted(names - {"mine.yml"})[0]
        arguments = {"mailbox": gone.removesuffix(".yml"), "state": "absent", "delete_messages": True}
        assert in_worker("vmbox", TEL4VN.arguments(server, **arguments))["changed"]
        stale = {"split": True, "remove_stale": True}
        matching, many = refused(tmp_path, TEL4VN, server, {**stale, "match": "1"}, stale)
        assert "export_remove_stale needs export_split, and cannot be combined with export_match" in matching
        assert f"1 of {len(names) - 1} exported files would be removed, more than 30 percent" in many
        allowed = {"split": True, "remove_stale": True, "max_delete_percent": 50}
        predicted = export(tmp_path, TEL4VN, server, "--check", **allowed)
        assert predicted.code == 0, predicted.output
        assert f"changed: [localhost] => (item=mailboxes/{gone})" in predicted.output
        assert {file.name for file in folder.iterdir()} == names
        done = export(tmp_path, TEL4VN, server, **allowed)
        assert done.code == 0, done.output
        assert {file.name for file in folder.iterdir()} == names - {gone}


def test_an_empty_listing_removes_nothing(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=2) as server:
        assert export(tmp_path, KAZOO, server, split=True).code == 0
        before = texts(tmp_path)
    with KAZOO.serve(mailboxes=0) as server:
        run = export(tmp_path, KAZOO, server, split=True, remove_stale=True, max_delete_percent=100)
        assert run.code != 0
        assert "the system lists no mailboxes" in run.output
        assert texts(tmp_path) == before


def test_files_of_other_origin_are_kept(tmp_path: pathlib.Path) -> None:
    (tmp_path / FOLDER).mkdir()
    mine = tmp_path / FOLDER / "mailboxes.yml"
    mine.write_text("# Mine\nmailboxes: []\n")
    with KAZOO.serve(mailboxes=1) as server:
        secret = {"include_pins": True, "vault_password": VAULT_PASSWORD}
        for error in refused(tmp_path, KAZOO, server, {}, secret):
            assert "export_overwrite" in error
        assert mine.read_text() == "# Mine\nmailboxes: []\n"
        assert export(tmp_path, KAZOO, server, **secret, overwrite=True).code == 0
        first = mine.read_text()
        assert first.startswith("$ANSIBLE_VAULT;")
        # A file that is not encrypted, or has another password, may belong to a user.
        other = {"include_pins": True, "vault_password": "another password"}
        assert len(refused(tmp_path, KAZOO, server, {}, other)) == 2
        assert mine.read_text() == first
        assert export(tmp_path, KAZOO, server, **other, overwrite=True).code == 0
        assert mine.read_text() != first


def test_check_mode_writes_nothing(tmp_path: pathlib.Path) -> None:
    with ONSIP.serve(mailboxes=1) as server:
        run = export(tmp_path, ONSIP, server, "--check", tasks=[ROLE, {**ROLE, "vars": {"export_split": True}}])
        assert run.code == 0, run.output
        # The folder and the files of each layout.
        assert "changed=4 " in run.output, run.output
        assert not (tmp_path / FOLDER).exists()


def test_many_files_are_written_by_one_task(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / FOLDER / "mailboxes"
    with KAZOO.serve({"profile": "5"}, mailboxes=150) as server:
        run = export(tmp_path, KAZOO, server, split=True)
        assert run.code == 0, run.output
        assert "changed=2 " in run.output
        assert len(run.output) < 3000
        assert len(texts(tmp_path)) == 150
        (folder / "1000.yml").chmod(0o644)
        (folder / "1001.yml").unlink()
        before = {file: file.stat().st_ino for file in folder.iterdir()}
        again = export(tmp_path, KAZOO, server, "-v", split=True)
        assert '{\\"changed\\": [\\"mailboxes/1000.yml\\", \\"mailboxes/1001.yml\\"]}' in again.output
        assert len(texts(tmp_path)) == 150
        assert [file for file in before if file.stat().st_ino != before[file]] == [folder / "1000.yml"]


def test_both_resources_can_be_exported_together(tmp_path: pathlib.Path) -> None:
    with PERSONAL.serve(mailboxes=2) as server:
        run = export(tmp_path, PERSONAL, server, resources=["mailboxes", "shared_voicemails"], match="^nothing$")
        assert run.code == 0, run.output
        for name in ("mailboxes", "shared_voicemails"):
            assert parsed((tmp_path / FOLDER / f"{name}.yml").read_text()) == {name: []}


def test_applying_an_exported_table_changes_nothing(tmp_path: pathlib.Path) -> None:
    """Run the role with one vendor. For other vendors and resources, see test_tables."""
    files = ("mailboxes.csv", "mailboxes.xlsx")
    with KAZOO.serve(mailboxes=3) as server:
        populate(KAZOO, server)
        roles = [{**ROLE, "vars": {"export_format": file.rpartition(".")[2]}} for file in files]
        applied = [apply(tmp_path, KAZOO, server, file) for file in files]
        run = export(tmp_path, KAZOO, server, tasks=[*roles, *applied, *roles])
        assert run.code == 0, run.output
        # The folder and both files; the second run of the role changes nothing.
        assert "changed=3 " in run.output, run.output
        written = [tmp_path / FOLDER / file for file in files]
        assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
        assert not contains_secret(PINS["kazoo"], written[0].read_text())


def test_options_that_tables_do_not_support_are_refused(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / FOLDER
    folder.mkdir()
    (folder / "mailboxes.csv").write_text("Number;Name\n1;what a person keeps\n")
    (folder / "mailboxes.xlsx").write_bytes(b"PK")
    with KAZOO.serve(mailboxes=2) as server:
        pins = {"include_pins": True, "vault_password": VAULT_PASSWORD}
        options = ({}, {}, {"split": True}, pins, {"match": "no number"})
        formats = ("csv", "xlsx", "csv", "xlsx", "csv")
        scenarios = [{"format": name, **given} for name, given in zip(formats, options, strict=True)]
        reported = refused(tmp_path, KAZOO, server, *scenarios)
    foreign = "has files that no export wrote"
    unsupported = ("csv does not support export_split. Use yaml", "xlsx does not support export_include_pins. Use yaml")
    expected = [foreign, foreign, *unsupported, "there are no mailboxes, and a table cannot be empty. Use yaml"]
    assert [text in error for text, error in zip(expected, reported, strict=True)] == [True] * 5, reported
