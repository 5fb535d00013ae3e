# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role migrate between two simulators: every pair of vendors, the report, and no unrequested change."""

from __future__ import annotations

import contextlib
import json
import pathlib
import stat
import typing as t

import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.filter.mailboxes_for_vendor import mailboxes_for_vendor
from contract.test_export_role import parsed
from helpers.leaks import contains_secret
from helpers.playbooks import play, run_playbook
from helpers.runners import in_worker
from helpers.subjects import KAZOO, ONSIP, PERSONAL, TEL4VN, Subject
from voicemail_simulator.server import SimulatorServer

Item = dict[str, t.Any]
# Six digits that every vendor accepts, and that are unmistakable in the output of a verbose run.
PIN = "482159"
OWN_PIN = "731902"
VAULT_PASSWORD = "correct horse"
ROLE = {"ansible.builtin.include_role": {"name": "telephony.voicemail.migrate"}}
FOLDER = "voicemail-migration"
RENAMED = {"name": "description", "description": "name"}
#: The initial mailboxes of each vendor. Every simulated PortSIP has a user with the number 1001, and none with 3000.
HOLDS: dict[str, Item] = {
    "kazoo": {
        "name": "Ärzte: {{ 7*7 }} # \"q\", 'so' | <b>",
        "emails": ["desk@example.com"],
        "timezone": "America/Denver",
        "require_pin": True,
        "kazoo": {"skip_greeting": True},
    },
    "portsip": {"notify": True, "language": "de-DE", "announce_time": "24_hour"},
    "tel4vn": {"description": "Reception", "emails": ["desk@example.com"], "after_email": "delete"},
    "onsip": {
        "name": "Reception",
        "emails": ["desk@example.com"],
        "notify": True,
        "attach_audio": True,
        "timezone": "America/Denver",
        "announce_time": "enabled",
    },
}
NAMES = {"kazoo": HOLDS["kazoo"]["name"], "portsip": "Ada Abendrot", "tel4vn": "Reception", "onsip": "Reception"}
EMAILS = {name: ["desk@example.com"] for name in NAMES} | {"portsip": ["ada.abendrot.1001@voicemail.example.com"]}
SYSTEMS = {"kazoo": KAZOO, "portsip": PERSONAL, "tel4vn": TEL4VN, "onsip": ONSIP}
PAIRS = [(source, target) for source in SYSTEMS for target in SYSTEMS if source != target]
#: The options of mailbox 1001 on the new system, without its PIN.
BECOMES: dict[tuple[str, str], Item] = {
    ("kazoo", "portsip"): {"require_pin": True, "notify": True},
    ("kazoo", "tel4vn"): {"description": NAMES["kazoo"], "after_email": "keep", "enabled": True},
    ("kazoo", "onsip"): {"notify": True, "attach_audio": True, "timezone": "America/Denver"},
    ("portsip", "kazoo"): {"require_pin": True},
    ("portsip", "tel4vn"): {"description": NAMES["portsip"]},
    ("portsip", "onsip"): {"notify": True, "announce_time": "enabled", "timezone": "America/New_York"},
    ("tel4vn", "kazoo"): {"require_pin": True, "after_email": "delete"},
    ("tel4vn", "portsip"): {"require_pin": True, "notify": True},
    ("tel4vn", "onsip"): {"notify": True, "after_email": "keep"},
    ("onsip", "kazoo"): {"require_pin": True, "attach_audio": True, "timezone": "America/Denver"},
    ("onsip", "portsip"): {"require_pin": True, "notify": True, "announce_time": "24_hour"},
    ("onsip", "tel4vn"): {"description": NAMES["onsip"]},
}
#: The reported losses.
LOSES = {
    ("kazoo", "portsip"): {"name", "emails", "timezone", "kazoo.skip_greeting"},
    ("kazoo", "tel4vn"): {"timezone", "kazoo.skip_greeting"},
    ("kazoo", "onsip"): {"kazoo.skip_greeting"},
    ("portsip", "kazoo"): {"language", "announce_time"},
    ("portsip", "tel4vn"): {"language", "announce_time"},
    ("portsip", "onsip"): {"language"},
    ("tel4vn", "kazoo"): set(),
    ("tel4vn", "portsip"): {"description", "emails", "after_email"},
    ("tel4vn", "onsip"): {"after_email"},
    ("onsip", "kazoo"): {"announce_time"},
    ("onsip", "portsip"): {"name", "emails", "attach_audio", "timezone"},
    ("onsip", "tel4vn"): {"attach_audio", "timezone", "announce_time"},
}
VALUES = {"announce_time": {"enabled": "24_hour", "24_hour": "enabled"}}


def connection(subject: Subject, server: SimulatorServer) -> Item:
    return {"vendor": subject.vendor, "url": server.url, **subject.connection}


def populate(subject: Subject, server: SimulatorServer, *numbers: str, **more: t.Any) -> None:
    boxes = [{"mailbox": number, "pin": PIN, **HOLDS[subject.vendor], **more} for number in numbers]
    result = in_worker("vmboxes", subject.arguments(server, mailboxes=boxes))
    assert not result["failed"], result
    server.journal.clear()


def read(subject: Subject, server: SimulatorServer) -> dict[str, Item]:
    """Return the mailboxes by number, with their PINs."""
    result = in_worker("vmbox_info", subject.arguments(server, include_pins=True))
    assert not result["failed"], result
    return {box["mailbox"]: box for box in result["mailboxes"]}


def kept(folder: pathlib.Path, name: str, **facts: str) -> Item:
    """Return a task that writes facts to a file."""
    results = "{{ {" + ", ".join(f"'{key}': {expression}" for key, expression in facts.items()) + "} }}"
    return {"save_results": {"file": str(folder / name), "results": results}}


def test_every_pair_of_vendors(tmp_path: pathlib.Path) -> None:
    """Migrate between all pairs in one run. The module defaults of the play must not affect either system."""
    with contextlib.ExitStack() as stack:
        old = {name: stack.enter_context(SYSTEMS[name].serve(mailboxes=3 * (name == "portsip"))) for name in SYSTEMS}
        for name, server in old.items():
            populate(SYSTEMS[name], server, *(("1001",) if name == "portsip" else ("1001", "3000")))
        new = {
            (source, target): stack.enter_context(SYSTEMS[target].serve(mailboxes=3 * (target == "portsip")))
            for source, target in PAIRS
        }
        given = [
            {
                "name": f"{source}-{target}",
                "from": connection(SYSTEMS[source], old[source]),
                "to": connection(SYSTEMS[target], new[source, target]),
            }
            for source, target in PAIRS
        ]
        one_pair = [
            {**ROLE, "vars": {"migrate_from": "{{ pair.from }}", "migrate_to": "{{ pair.to }}"}},
            {
                "ansible.builtin.set_fact": {
                    "reported": "{{ reported | default({}) | combine({pair.name: {'losses': migrate_losses,"
                    " 'left_out': migrate_left_out, 'outcome': migrate_outcome.summary}}) }}"
                }
            },
        ]
        (tmp_path / "pair.yml").write_text(json.dumps(one_pair))
        loop = {
            "ansible.builtin.include_tasks": "pair.yml",
            "loop": "{{ pairs }}",
            "loop_control": {"loop_var": "pair", "label": "{{ pair.name }}"},
        }
        elsewhere = {"group/telephony.voicemail.all": {"url": "http://127.0.0.1:9", "domain": "elsewhere.example.com"}}
        run = play(
            tmp_path,
            [{"module_defaults": elsewhere, "block": [loop]}, kept(tmp_path, "reported.json", reported="reported")],
            # Each system has a login of its own, so that the environment's applies to neither.
            environment={"VOICEMAIL_TOKEN": "token-of-another-system", "VOICEMAIL_USERNAME": "somebody-else"},
            pairs=given,
            migrate_folder="",
            migrate_include_pins=True,
            migrate_apply=True,
            migrate_values=VALUES,
        )
        assert run.code == 0, run.output[-4000:]
        reported = json.loads((tmp_path / "reported.json").read_text())["reported"]
        for name, server in old.items():
            assert SYSTEMS[name].writes(server) == [], name
        for source, target in PAIRS:
            check_pair(source, target, old[source], new[source, target], reported[f"{source}-{target}"])


def check_pair(source: str, target: str, old: SimulatorServer, new: SimulatorServer, reported: Item) -> None:
    """Check the new system of one pair, and plan again."""
    pair = (source, target)
    there = read(SYSTEMS[target], new)
    box = there["1001"]
    expected = {"pin": PIN, **BECOMES[pair]}
    if target != "portsip":
        expected["emails"] = EMAILS[source]
    if target in ("kazoo", "onsip"):
        expected["name"] = NAMES[source]
    assert {option: box.get(option) for option in expected} == expected, pair
    lost = {row["option"] for row in reported["losses"] if "1001" in row["mailboxes"] and not row["usual"]}
    assert lost == LOSES[pair], pair
    shared: list[Item] = []
    if source == "portsip":
        # Its shared voicemails are mailboxes now.
        assert there["8001"].get("name", there["8001"].get("description")) == "Reception 8001"
        arguments = SYSTEMS[source].arguments(old, include_pins=True)
        shared = in_worker("shared_voicemail_info", arguments)["shared_voicemails"]
    if target == "portsip":
        assert [box["mailbox"] for box in reported["left_out"]] == ["3000"]
        assert "create the user in PortSIP first" in reported["left_out"][0]["reason"]
        assert reported["outcome"]["create"] == 0
    else:
        assert reported["left_out"] == []
        assert reported["outcome"]["create"] == len(there) > 1
    translated = mailboxes_for_vendor(
        list(read(SYSTEMS[source], old).values()),
        source,
        target,
        shared_voicemails=shared,
        values=VALUES,
        renamed=RENAMED,
        include_pins=True,
        present=list(there),
    )
    new.journal.clear()
    again = in_worker("vmboxes", SYSTEMS[target].arguments(new, mailboxes=translated["mailboxes"]))
    assert (again["failed"], again["changed"]) == (False, False), (pair, again)
    assert SYSTEMS[target].writes(new) == [], pair


@pytest.fixture
def systems() -> t.Iterator[tuple[SimulatorServer, SimulatorServer]]:
    """Yield a KAZOO with mailboxes, and an empty OnSIP."""
    with KAZOO.serve(mailboxes=0) as old, ONSIP.serve(mailboxes=0) as new:
        populate(KAZOO, old, "1001")
        populate(KAZOO, old, "1002", emails=["a@example.com", "b@example.com"], timezone="Europe/Paris")
        populate(KAZOO, old, "sales")
        yield old, new


def both(old: SimulatorServer, new: SimulatorServer) -> Item:
    return {"migrate_from": connection(KAZOO, old), "migrate_to": connection(ONSIP, new)}


def test_the_reviewed_plan_is_applied_once(
    tmp_path: pathlib.Path, systems: tuple[SimulatorServer, SimulatorServer]
) -> None:
    old, new = systems
    info = {"telephony.voicemail.vmbox_info": ONSIP.arguments(new)}
    reviewed = {"migrate_checksum": "{{ planned[:8] }}", "migrate_folder": f"{tmp_path}/applied"}
    refused = {"ansible.builtin.set_fact": {"refused": "{{ ansible_failed_result.msg }}"}}

    def applied(**variables: str) -> Item:
        return {**ROLE, "vars": {"migrate_apply": True, "migrate_folder": "", **variables}}

    run = play(
        tmp_path,
        [
            ROLE,
            {"ansible.builtin.set_fact": {"planned": "{{ migrate_plan.plan_checksum }}"}},
            {"block": [applied(migrate_checksum="0" * 64)], "rescue": [refused]},
            {**info, "register": "before"},
            applied(**reviewed),
            {"ansible.builtin.set_fact": {"made": "{{ migrate_outcome.summary.create }}"}},
            applied(),
            kept(
                tmp_path,
                "reported.json",
                before="before.mailboxes",
                refused="refused",
                made="made",
                again="migrate_outcome",
            ),
        ],
        **both(old, new),
    )
    assert run.code == 0, run.output[-4000:]
    reported = json.loads((tmp_path / "reported.json").read_text())
    assert reported["before"] == []
    assert "differs from the reviewed one" in reported["refused"]
    assert reported["made"] == 2
    assert reported["again"]["skipped"] is True
    assert KAZOO.writes(old) == []
    assert not contains_secret(PIN, run.output)
    assert "not carried over: mailbox sales: its number must be a number of 1 to 7 digits" in run.output
    check_files(tmp_path / FOLDER, tmp_path / "applied", new)


def check_files(planned: pathlib.Path, applied: pathlib.Path, new: SimulatorServer) -> None:
    """The files of the run that planned, and of the one that applied."""
    for file in [*planned.iterdir(), *(planned.parent / "voicemail-report").iterdir()]:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert not contains_secret(PIN, file.read_text())
    mailboxes = (planned / "mailboxes.yml").read_text()
    assert mailboxes == (applied / "mailboxes.yml").read_text()
    assert "# Left out as secret: pin." in mailboxes
    assert [box["mailbox"] for box in parsed(mailboxes)["mailboxes"]] == ["1001", "1002"]
    again = in_worker("vmboxes", ONSIP.arguments(new, src=str(applied / "mailboxes.yml")))
    assert (again["failed"], again["changed"]) == (False, False)


def test_check_mode_writes_nothing(tmp_path: pathlib.Path, systems: tuple[SimulatorServer, SimulatorServer]) -> None:
    old, new = systems
    # The playbook is in the collection, but it writes to the working directory.
    folder = tmp_path / "voicemail-migration"
    # Text, as typed on the command line, not booleans.
    command = ["--check", "-e", "migrate_apply=true"]
    run = run_playbook(tmp_path, "telephony.voicemail.migrate", *command, **both(old, new))
    assert run.code == 0, run.output[-4000:]
    assert ONSIP.writes(new) == KAZOO.writes(old) == []
    report = json.loads((tmp_path / "voicemail-report" / "localhost-migration.json").read_text())
    assert report["state"] == "planned"
    assert not (folder / "mailboxes.yml").exists()
    assert "checksum " in run.output


def test_a_foreign_file_is_not_overwritten(
    tmp_path: pathlib.Path, systems: tuple[SimulatorServer, SimulatorServer]
) -> None:
    mine = tmp_path / FOLDER / "mailboxes.yml"
    mine.parent.mkdir()
    mine.write_text("# Mine\nmailboxes: []\n")
    run = play(tmp_path, [ROLE], **both(*systems))
    assert run.code != 0
    assert "migrate_overwrite" in run.output
    assert mine.read_text() == "# Mine\nmailboxes: []\n"


def test_pins_are_migrated_encrypted_and_hidden(tmp_path: pathlib.Path) -> None:
    (tmp_path / "password").write_text(VAULT_PASSWORD + "\n")
    given = {"migrate_include_pins": True, "migrate_apply": True, "migrate_pin_file": str(tmp_path / "pins.yml")}
    secret = {"migrate_vault_id": "voicemail", "migrate_vault_password_file": str(tmp_path / "password")}
    reported = {"ansible.builtin.debug": {"msg": "reported: {{ ansible_failed_result.msg }}"}}
    with KAZOO.serve(mailboxes=0) as old, TEL4VN.serve(mailboxes=0) as new:
        populate(KAZOO, old, "1001")
        for number in ("1002", "1003"):
            in_worker("vmbox", KAZOO.arguments(old, mailbox=number, name="Sales"))
        in_worker("vmbox", TEL4VN.arguments(new, mailbox="1003", pin=OWN_PIN))
        old.journal.clear()
        source = connection(KAZOO, old)
        file = {**TEL4VN.arguments(new), "src": f"{FOLDER}/mailboxes.yml"}

        def role(**variables: t.Any) -> Item:
            # Not as extra variables, which a verbose run prints.
            return {**ROLE, "vars": {"migrate_from": source, "migrate_to": connection(TEL4VN, new), **variables}}

        run = play(
            tmp_path,
            [
                {"block": [role()], "rescue": [reported]},
                {
                    "block": [role(migrate_from={**source, "password": "wrong-password"}, migrate_folder="")],
                    "rescue": [reported],
                },
                role(**secret),
                {"telephony.voicemail.vmboxes": file},
                role(**secret),
            ],
            "-vvvv",
            "--diff",
            "--vault-id",
            f"voicemail@{tmp_path / 'password'}",
            **given,
        )
        assert run.code == 0, run.output[-4000:]
        assert "reported: migrate_include_pins needs migrate_vault_password_file" in run.output
        assert "reported: KAZOO refuses the login" in run.output
        assert KAZOO.writes(old) == []
        there = read(TEL4VN, new)
        made = yaml.safe_load((tmp_path / "pins.yml").read_text())["tel4vn"]["default"]
        assert {number: box["pin"] for number, box in there.items()} == {
            "1001": PIN,
            "1002": made["1002"],
            "1003": OWN_PIN,
        }
        assert list(made) == ["1002"]
        # The mailboxes and their file. Applying that file and the second run of the role change nothing.
        assert "changed=2 " in run.output
    assert (tmp_path / FOLDER / "mailboxes.yml").read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;voicemail\n")
    written = "".join(path.read_text(errors="replace") for path in (tmp_path / "home").rglob("*") if path.is_file())
    reports = "".join(path.read_text() for path in (tmp_path / "voicemail-report").iterdir())
    for text in (run.output, written, reports):
        assert not contains_secret(PIN, text)
        assert not contains_secret(OWN_PIN, text)
        assert not contains_secret(made["1002"], text)
        for password in (VAULT_PASSWORD, "wrong-password", source["password"], TEL4VN.connection["api_key"]):
            assert password not in text


def test_ambiguous_environment_variables_are_refused(
    tmp_path: pathlib.Path, systems: tuple[SimulatorServer, SimulatorServer]
) -> None:
    # Both connections have a domain and a login; neither has an account.
    environment = {
        "VOICEMAIL_TOKEN": "a-token",
        "VOICEMAIL_DOMAIN": "elsewhere.example.com",
        "VOICEMAIL_ACCOUNT_ID": "an-account",
    }
    run = play(tmp_path, [ROLE], environment=environment, **both(*systems))
    assert run.code != 0
    assert '"VOICEMAIL_ACCOUNT_ID would apply to both systems' in run.output, run.output
    assert [len(server.journal) for server in systems] == [0, 0]
