# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow the guide about fleets: twenty accounts as hosts, with forks and through ansible-runner."""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import re
import subprocess
import sys
import typing as t
from collections import Counter

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from helpers.documentation_blocks import ROOT, restructured
from helpers.programs import TIMEOUT, run_program
from helpers.runners import in_worker
from voicemail_simulator.server import SimulatorServer

GUIDE = restructured(ROOT / "docs" / "docsite" / "rst" / "guide_fleets.rst")
URL = "https://kazoo.example.com:8443/v2"
CUSTOMERS = 20
#: Mailboxes per account. FLEET_MAILBOXES=200 in the environment selects the full size.
MAILBOXES = int(os.environ.get("FLEET_MAILBOXES", "20"))
COMMANDS = [line.removeprefix("$ ") for block in GUIDE.of("console") for line in block.text.splitlines()]


class Fleet:
    """The files of the guide in a folder, and a simulated KAZOO with a reseller."""

    def __init__(self, folder: pathlib.Path, server: SimulatorServer) -> None:
        self.folder = folder
        self.server = server
        self.customers: int = server.behaviors.customers
        for block in GUIDE.blocks:
            if block.caption:
                # The guide's inventory of mailboxes uses a customer. Here it uses the account of the login.
                text = re.sub(r"^ *account_id: customer001.*\n", "", block.text, flags=re.M)
                self.write(block.caption, text.replace(URL, server.url))
        self.keep(server.vendor.OTHER_API_KEY)
        link = folder / "collections" / "ansible_collections" / "telephony"
        link.mkdir(parents=True)
        (link / "voicemail").symlink_to(ROOT, target_is_directory=True)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def keep(self, key: str) -> None:
        """Encrypt the key as described in the guide."""
        vault = VaultLib([("default", VaultSecret(b"a password"))])
        self.write("password", "a password")
        self.write("secrets.yml", vault.encrypt(json.dumps({"kazoo_api_key": key})).decode())

    def declare(self, count: int) -> None:
        """Declare the same number of mailboxes for every customer, in the format of the guide."""
        for number in range(1, self.customers + 1):
            realm = f"customer{number:03d}.example.com"
            boxes = [
                {"mailbox": str(3000 + box), "name": f"Desk {box}", "emails": [f"desk{box}@{realm}"]}
                for box in range(count)
            ]
            self.write(f"customers/{realm}.yml", json.dumps({"mailboxes": boxes}))

    def run(self, command: str, *, status: int = 0, **environment: str) -> str:
        """Run a command of the guide, check its exit status, and return its output."""
        assert command in COMMANDS
        assigned, words = {}, command.split()
        while re.match(r"[A-Z_]+=", words[0]):
            name, _equals, value = words.pop(0).partition("=")
            assigned[name] = value
        program, *arguments = words
        variables = {
            "PATH": os.pathsep.join((str(pathlib.Path(sys.executable).parent), os.environ["PATH"])),
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_HOME": str(self.folder / "home"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "collections"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_VAULT_PASSWORD_FILE": str(self.folder / "password"),
            **assigned,
            **environment,
        }
        if program == "ansible-runner":
            runner = [sys.executable, "-m", "ansible_runner", *arguments]
            done = subprocess.run(
                runner,
                env=variables,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=TIMEOUT,
                check=False,
            )
            code, printed = done.returncode, done.stdout
        else:
            ended = run_program(
                program.removeprefix("ansible-"), self.folder, *arguments, variables=variables, merged=True
            )
            code, printed = ended.code, ended.output
        assert code == status, printed[-4000:]
        return printed

    def sent(self) -> Counter[str]:
        """Return the number of requests by method since the last call."""
        counted = Counter(entry["method"] for entry in self.server.journal.entries())
        logins = sum(entry["path"].endswith("_auth") for entry in self.server.journal.entries())
        self.server.journal.clear()
        counted["PUT"] -= logins
        counted["login"] = logins
        return counted

    def boxes(self) -> Counter[str]:
        """Return the number of mailboxes by account."""
        state = self.server.store.as_dict("kazoo.")
        names = {account["id"]: account["name"] for account in state["kazoo.accounts"].values()}
        return Counter(names[box["account_id"]] for box in state["kazoo.boxes"].values())


def outcome(printed: str) -> Counter[str]:
    """Return the number of hosts by the counts in the recap."""
    rows = re.findall(r"^\S+ +: (ok=\d+) +(changed=\d+) .*(failed=\d+)", printed, re.M)
    return Counter(" ".join(row) for row in rows)


@pytest.fixture
def fleet(tmp_path: pathlib.Path, request: pytest.FixtureRequest) -> t.Iterator[Fleet]:
    """Yield a reseller with twenty customers, or the number that the test sets. KAZOO 5 lists whole mailboxes."""
    behaviors = {"customers": getattr(request, "param", CUSTOMERS), "profile": "5"}
    with SimulatorServer("kazoo", behaviors=behaviors) as server:
        yield Fleet(tmp_path, server)


def test_twenty_accounts_with_forks(fleet: Fleet) -> None:
    """Plan in batches, apply, apply again, and apply one branch."""
    fleet.declare(MAILBOXES)
    predicted = fleet.run(
        "ansible-playbook -i customers.mailboxes.yml fleet.yml -e @secrets.yml --forks 10 -e batch=5 --check --diff"
    )
    assert predicted.count("TASK [Apply the customer's mailbox file]") == CUSTOMERS // 5
    assert outcome(predicted) == {"ok=1 changed=1 failed=0": CUSTOMERS}
    assert fleet.sent()["PUT"] == 0
    applied = "ansible-playbook -i customers.mailboxes.yml fleet.yml -e @secrets.yml --forks 10"
    assert outcome(fleet.run(applied)) == {"ok=1 changed=1 failed=0": CUSTOMERS}
    sent = fleet.sent()
    # One write per mailbox, one login per account, and one login for the inventory.
    assert (sent["PUT"], sent["login"]) == (CUSTOMERS * MAILBOXES, CUSTOMERS + 1)
    assert fleet.boxes() == {f"customer{number:03d}": MAILBOXES for number in range(1, CUSTOMERS + 1)}
    assert outcome(fleet.run(applied)) == {"ok=1 changed=0 failed=0": CUSTOMERS}
    sent = fleet.sent()
    assert (sent["PUT"], sent["PATCH"], sent["DELETE"]) == (0, 0, 0)
    branch = fleet.run(
        "ansible-playbook -i customers.mailboxes.yml fleet.yml -e @secrets.yml --limit below_customer003_example_com"
    )
    assert re.findall(r"^(\S+) +: ok=", branch, re.M) == ["customer004.example.com"]


@pytest.mark.parametrize("fleet", [4], indirect=True)
def test_one_login_serves_all_accounts(fleet: Fleet) -> None:
    fleet.declare(2)
    printed = fleet.run(
        "ansible-playbook -i customers.mailboxes.yml one-login.yml -e @secrets.yml --forks 10", ANSIBLE_VERBOSITY="4"
    )
    assert outcome(printed)["ok=1 changed=1 failed=0"] == fleet.customers
    # One login for the inventory, and one for the play.
    assert fleet.sent()["login"] == 2
    assert fleet.server.vendor.OTHER_API_KEY not in printed
    assert "eyJ" not in printed


def test_with_ansible_runner(fleet: Fleet) -> None:
    if importlib.util.find_spec("ansible_runner") is None:
        if os.environ.get("CI"):
            pytest.fail("ansible-runner is not installed")
        pytest.skip("ansible-runner is not installed")
    fleet.declare(20)
    for shown in COMMANDS:
        # The folder of the customers already exists.
        if shown.startswith(("mkdir ", "cp ")) and shown != "mkdir customers":
            subprocess.run(shown.split(), cwd=fleet.folder, check=True)
    runner = "ansible-runner run fleet --playbook fleet.yml --forks 10"
    assert outcome(fleet.run(runner)) == {"ok=1 changed=1 failed=0": CUSTOMERS}
    assert fleet.sent()["PUT"] == CUSTOMERS * 20
    assert outcome(fleet.run(runner)) == {"ok=1 changed=0 failed=0": CUSTOMERS}
    assert fleet.sent()["PUT"] == 0
    kept = "".join(path.read_text() for path in (fleet.folder / "fleet").rglob("*") if path.is_file())
    assert kept.count("PLAY RECAP") >= 2
    assert fleet.server.vendor.OTHER_API_KEY not in kept


def test_mailboxes_as_hosts(tmp_path: pathlib.Path) -> None:
    with SimulatorServer("kazoo", mailboxes=4, messages=1) as server:
        fleet = Fleet(tmp_path, server)
        fleet.keep(server.vendor.API_KEY)
        connection = {"vendor": "kazoo", "url": server.url, "api_key": server.vendor.API_KEY}
        assert in_worker("vmboxes", {**connection, "mailboxes": [{"mailbox": "1002", "emails": []}]})["changed"]
        graph = fleet.run("ansible-inventory -i office.mailboxes.yml -e @secrets.yml --graph without_email")
        assert re.findall(r"--(\d{4})$", graph, re.M) == ["1002"]
        play = "ansible-playbook -i office.mailboxes.yml without-email.yml -e @secrets.yml"
        server.journal.clear()
        # The inventory is cached, so the only login is that of the task.
        assert outcome(fleet.run(play)) == {"ok=1 changed=1 failed=0": 1}
        assert fleet.sent()["login"] == 1
        found = in_worker("vmbox_info", connection)["mailboxes"]
        assert [box["mailbox"] for box in found if box["emails"] == ["secretariat@example.com"]] == ["1002"]
        fresh = fleet.run("ansible-inventory -i office.mailboxes.yml -e @secrets.yml --list --flush-cache")
        assert "without_email" not in fresh


@pytest.mark.parametrize("fleet", [4], indirect=True)
def test_the_hourly_comparison_reads_only(fleet: Fleet) -> None:
    fleet.server.behaviors.set("profile", "M")
    fleet.declare(10)
    for number in range(1, fleet.customers + 1):
        connection = {"vendor": "kazoo", "url": fleet.server.url, "api_key": fleet.server.vendor.OTHER_API_KEY}
        account = next(
            account["id"]
            for account in fleet.server.vendor.state.accounts.values()
            if account["name"] == f"customer{number:03d}"
        )
        source = str(fleet.folder / "customers" / f"customer{number:03d}.example.com.yml")
        assert in_worker("vmboxes", {**connection, "account_id": account, "src": source})["changed"]
    compare = "ansible-playbook -i customers.mailboxes.yml fleet-drift.yml -e @secrets.yml --forks 10"
    sent = []
    for _hour in range(3):
        fleet.sent()
        assert outcome(fleet.run(compare)) == {"ok=2 changed=0 failed=0": fleet.customers}
        sent.append(fleet.sent()["GET"])
    # Two requests of the inventory. For each account, a list, and the reads of mailboxes.
    assert sent == [2 + 4 * (1 + 10), 2 + 4 * (1 + 2), 2 + 4 * (1 + 1)]
    assert len(list((fleet.folder / ".cache" / "voicemail").iterdir())) == fleet.customers
    account, box = next(iter(fleet.server.vendor.state.boxes.values()))["account_id"], "unexpected name"
    stored = next(one for one in fleet.server.vendor.state.boxes.values() if one["account_id"] == account)
    fleet.server.vendor.state.save_box(account, stored["id"], {**stored["public"], "name": box})
    assert "1 mailboxes differ" in fleet.run(compare, status=2)


@pytest.mark.parametrize("fleet", [4], indirect=True)
def test_a_failed_inventory_can_fail_the_run(fleet: Fleet) -> None:
    guarded = next(line for line in COMMANDS if "ANY_UNPARSED" in line)
    variable = guarded.partition("=")[0]
    wrong = "wrong-" + "x" * 58
    fleet.keep(wrong)
    usual = fleet.run(guarded, **{variable: "false"})
    assert "KAZOO refuses the login" in usual
    assert outcome(usual) == {}
    stopped = fleet.run(guarded, status=1)
    assert "KAZOO refuses the login" in stopped
    assert wrong not in usual + stopped
