# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin mailboxes against every vendor, with ansible-inventory and with Ansible's loader."""

from __future__ import annotations

import contextlib
import json
import pathlib
import re
import textwrap
import typing as t

import pytest
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.plugins.loader import inventory_loader
from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.hosts import VARIABLES
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo import paging
from helpers.documentation_blocks import ROOT, plugin
from helpers.leaks import contains_secret
from helpers.loopback import refusing_port
from helpers.programs import environment_of, run_program
from helpers.runners import in_worker
from helpers.subjects import KAZOO, ONSIP, PERSONAL, SHARED, SUBJECTS, TEL4VN, Subject
from voicemail_simulator.server import SimulatorServer

EXAMPLES = plugin(ROOT / "plugins" / "inventory" / "mailboxes.py")
#: A PIN that meets every vendor's rules.
PIN = "918264"
#: A name that would be rendered as a template.
TEMPLATE = "{{ 7 * 191 }}"
Hosts = dict[str, dict[str, t.Any]]


@pytest.fixture(autouse=True)
def without_connection_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the user's environment variables of the plugin."""
    for name in (*(f"VOICEMAIL_{name.upper()}" for name in arguments.CONNECTION), "ANSIBLE_INVENTORY_CACHE"):
        monkeypatch.delenv(name, raising=False)


def source(folder: pathlib.Path, name: str, subject: Subject, server: SimulatorServer, **options: t.Any) -> str:
    """Write the file of an inventory and return its path."""
    path = folder / f"{name}.mailboxes.yml"
    content = {
        "plugin": "telephony.voicemail.mailboxes",
        "vendor": subject.vendor,
        "url": server.url,
        "resource": subject.listed,
        **subject.connection,
        **options,
    }
    # JSON is YAML, and Ansible reads it as such.
    path.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))
    return str(path)


def encrypt(path: str, option: str) -> dict[str, str]:
    """Encrypt an option in an inventory file, and return the variable with the path of the password."""
    file = pathlib.Path(path)
    content = json.loads(file.read_text())
    vault = VaultLib([("default", VaultSecret(b"a password"))])
    encrypted = textwrap.indent(vault.encrypt(content.pop(option)).decode(), "  ")
    plain_options = [f"{name}: {json.dumps(value)}" for name, value in content.items()]
    file.write_text("\n".join([*plain_options, f"{option}: !vault |", encrypted]))
    password = file.with_suffix(".password")
    password.write_text("a password")
    return {"ANSIBLE_VAULT_PASSWORD_FILE": str(password)}


def parsed(path: str, into: InventoryData | None = None, cache: bool = True) -> InventoryData:
    """Add the plugin's hosts to an inventory, as Ansible does.

    :raises AnsibleParserError: if the plugin fails.
    """
    inventory = into or InventoryData()
    module = inventory_loader.get("telephony.voicemail.mailboxes")
    assert module.verify_file(path)
    module.parse(inventory, DataLoader(), path, cache=cache)
    with contextlib.suppress(AttributeError):
        # Like Ansible, which has no cache unless it is enabled.
        module.update_cache_if_changed()
    return inventory


def groups(inventory: InventoryData) -> dict[str, set[str]]:
    """Return the hosts of every group, including those of its child groups."""
    inventory.reconcile_inventory()
    return {name: {host.name for host in group.get_hosts()} for name, group in inventory.groups.items()}


def plain(value: t.Any) -> t.Any:
    """Return the output of ansible-inventory without the markers of unsafe text."""
    if isinstance(value, dict):
        return (
            value["__ansible_unsafe"]
            if "__ansible_unsafe" in value
            else {key: plain(inner) for key, inner in value.items()}
        )
    return [plain(entry) for entry in value] if isinstance(value, list) else value


def listed(folder: pathlib.Path, paths: list[str], *options: str, **environment: str) -> tuple[Hosts, str]:
    """Run ansible-inventory, and return the variables of the hosts and the whole output."""
    sources = [word for path in paths for word in ("-i", path)]
    variables = {**environment_of(folder), "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true", **environment}
    done = run_program("inventory", folder, *sources, "--list", *options, variables=variables)
    assert done.code == 0, done.errors
    printed = done.output[done.output.index("\n{") + 1 if not done.output.startswith("{") else 0 :]
    return plain(json.loads(printed)["_meta"]["hostvars"]), done.output + done.errors


def test_every_vendor_by_ansible_inventory(tmp_path: pathlib.Path) -> None:
    """Load five inventories in one run, at the highest verbosity, and again from the cache."""
    with contextlib.ExitStack() as stack:
        servers = {subject.name: stack.enter_context(subject.serve(mailboxes=3)) for subject in SUBJECTS}
        paths, expected, secrets, password = [], {}, {PIN, "eyJ"}, {}
        for subject in SUBJECTS:
            server = servers[subject.name]
            boxes = [{subject.key: subject.number, **subject.create, "pin": PIN}]
            boxes[0] |= {"name": TEMPLATE} if subject is KAZOO else {}
            changed = in_worker(subject.plural, subject.arguments(server, **{subject.listed: boxes}))
            assert not changed["failed"], changed
            found = in_worker(subject.info, subject.arguments(server))[subject.listed]
            variable = VARIABLES[subject.listed]
            for box in found:
                expected[f"{subject.name}-{box[subject.key]}"] = {
                    "voicemail_vendor": subject.vendor,
                    "voicemail_url": server.url,
                    variable: box,
                }
            secrets |= {value for key, value in subject.connection.items() if key in ("password", "api_key")}
            options = {
                "hostname": f"{subject.name}-{{{{ {variable}.{subject.key} }}}}",
                "cache": True,
                "cache_plugin": "ansible.builtin.jsonfile",
                "cache_connection": str(tmp_path / "cache"),
            }
            paths.append(source(tmp_path, subject.name, subject, server, **options))
            password = encrypt(paths[-1], "api_key") if subject is TEL4VN else password
        for server in servers.values():
            server.journal.clear()
        first, printed = listed(tmp_path, paths, "-vvvv", **password)
        assert first == expected
        assert first["kazoo-3000"]["voicemail_mailbox"]["name"] == TEMPLATE
        assert all(len(server.journal) for server in servers.values())
        for server in servers.values():
            server.journal.clear()
        second, printed_again = listed(tmp_path, paths, "-vvvv", **password)
        assert second == expected
        assert [name for name, server in servers.items() if len(server.journal)] == []
        # Text from a telephone system is never a template, whether it is read or cached.
        assert f'"__ansible_unsafe": "{TEMPLATE}"' in printed
        assert f'"__ansible_unsafe": "{TEMPLATE}"' in printed_again
        kept = "".join(path.read_text() for path in (tmp_path / "cache").rglob("*") if path.is_file())
        assert len(list((tmp_path / "cache").iterdir())) == len(paths)
        for secret in secrets:
            assert not contains_secret(secret, printed + printed_again + kept)


def test_groups_of_mailboxes(tmp_path: pathlib.Path) -> None:
    owner = "6881f4a906eb323a1c86fb4210b372cc"
    with KAZOO.serve(mailboxes=3) as server:
        boxes = [
            {"mailbox": "1000", "owner_id": owner},
            {"mailbox": "1001", "timezone": "America/New_York"},
            {"mailbox": "1002", "timezone": None},
        ]
        assert in_worker("vmboxes", KAZOO.arguments(server, mailboxes=boxes))["changed"]
        constructed = {
            "compose": {"label": "voicemail_mailbox.name | upper"},
            "groups": {"odd": "voicemail_mailbox.mailbox | int is odd"},
            "keyed_groups": [{"key": "voicemail_mailbox.after_email", "prefix": "after"}],
        }
        inventory = parsed(source(tmp_path, "office", KAZOO, server, match="^100[01]$", strict=True, **constructed))
        assert groups(inventory) == {
            "all": {"1000", "1001"},
            "ungrouped": set(),
            "mailboxes": {"1000", "1001"},
            "vendor_kazoo": {"1000", "1001"},
            f"owner_{owner}": {"1000"},
            "timezone_Europe_Berlin": {"1000"},
            "timezone_America_New_York": {"1001"},
            "odd": {"1001"},
            "after_keep": {"1000", "1001"},
        }
        assert inventory.hosts["1001"].vars["label"] == "MAILBOX 1001"
        assert "voicemail_messages" not in inventory.hosts["1001"].vars
        only = parsed(source(tmp_path, "office", KAZOO, server, group_by=[]))
        assert set(groups(only)) == {"all", "ungrouped", "mailboxes"}


@pytest.mark.parametrize("subject", [KAZOO, TEL4VN, SHARED], ids=lambda subject: subject.name)
def test_groups_by_messages(subject: Subject, tmp_path: pathlib.Path) -> None:
    with subject.serve(mailboxes=2, messages=2) as server:
        empty = {subject.key: subject.number, **subject.create}
        assert in_worker(subject.module, subject.arguments(server, **empty))["changed"]
        inventory = parsed(source(tmp_path, "office", subject, server, group_by=["messages"]))
        found = groups(inventory)
        assert found["no_messages"] == {subject.number}
        assert len(found["has_messages"]) >= 2
        counts = {name: host.vars["voicemail_messages"] for name, host in inventory.hosts.items()}
        assert {counts[name] for name in found["has_messages"]} == {2}
        assert counts[subject.number] == 0


def test_accounts_and_their_branches(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve({"customers": 5}) as server:
        login = {"username": None, "password": None, "domain": None, "api_key": server.vendor.MASTER_API_KEY}
        named = {"resource": "accounts", "hostname": "{{ voicemail_account.name }}", **login}
        below = {f"customer{number:03d}" for number in range(1, 6)}
        inventory = parsed(source(tmp_path, "tree", KAZOO, server, include_own_account=True, **named))
        found = groups(inventory)
        assert found["accounts"] == {"master", "accountone", "accounttwo", *below}
        assert found["depth_0"] == {"master"}
        assert found["depth_1"] == {"accountone", "accounttwo"}
        assert found["depth_3"] == {"customer004"}
        assert found["below_master"] == found["accounts"] - {"master"}
        assert found["below_accounttwo"] == below
        assert found["below_customer003"] == {"customer004"}
        branch = inventory.hosts["customer004"].vars["voicemail_account"]
        above = inventory.hosts["customer003"].vars["voicemail_account"]
        assert branch == {
            "id": branch["id"],
            "name": "customer004",
            "realm": "customer004.example.com",
            "depth": 3,
            "parent_id": above["id"],
        }
        # The hosts of another account than the login's, without that account itself, named by realm.
        reported = {"account_id": server.vendor.OTHER_ACCOUNT_ID, "match": "^customer", "resource": "accounts", **login}
        assert set(parsed(source(tmp_path, "branch", KAZOO, server, **reported)).hosts) == {
            f"{name}.example.com" for name in below
        }


def test_the_cache_belongs_to_one_system(tmp_path: pathlib.Path) -> None:
    """Check that the cache serves the same query only, and not another account or other options."""
    kept = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    login = {"username": None, "password": None, "domain": None}
    with KAZOO.serve(mailboxes=2, messages=1) as server:
        login["api_key"] = server.vendor.MASTER_API_KEY
        one = {**kept, **login, "account_id": server.vendor.ACCOUNT_ID}

        def requests(fresh: bool = False, **options: t.Any) -> tuple[int, set[str]]:
            server.journal.clear()
            inventory = parsed(source(tmp_path, "office", KAZOO, server, **options), cache=not fresh)
            return len(server.journal), set(inventory.hosts)

        assert requests(**one)[1] == {"1000", "1001"}
        assert requests(**one) == (0, {"1000", "1001"})
        assert requests(**{**one, "account_id": server.vendor.OTHER_ACCOUNT_ID})[1] == set()
        assert requests(**one)[0] > 0
        assert requests(**one, match="0$")[1] == {"1000"}
        assert requests(**one, group_by=["messages"])[0] > 0
        assert requests(**one, group_by=["messages"])[0] == 0
        assert requests(**one)[0] == 0
        assert requests(fresh=True, **one)[0] > 0
        for path in (tmp_path / "cache").iterdir():
            path.write_text(json.dumps({"__payload__": json.dumps({"found": 1})}))
        assert requests(**one)[1] == {"1000", "1001"}


BAD_OPTIONS: list[tuple[Subject, dict[str, t.Any], str]] = [
    (KAZOO, {"vendor": "asterisk"}, "vendor"),
    (KAZOO, {"acount_id": "x"}, "unknown option `acount_id`"),
    (KAZOO, {"username": None, "password": None}, "credentials are"),
    (KAZOO, {"url": "kazoo.example.com"}, "`url` must be an address"),
    (KAZOO, {"match": "("}, "`match` is not a regular expression"),
    (KAZOO, {"match": 30}, "`match` is a number, not text"),
    (KAZOO, {"api_key": "{{ no_such_variable }}"}, "`api_key` cannot be rendered"),
    (KAZOO, {"hostname": "{{ voicemail_mailbox.nothing }}"}, "`hostname` cannot be rendered for 1000"),
    (KAZOO, {"hostname": "desk"}, "two of the mailboxes would be called desk"),
    (KAZOO, {"hostname": "-"}, "`hostname` results in no valid name for 1000"),
    (KAZOO, {"group_by": ["depth"]}, "`group_by` contains depth; mailboxes can be grouped by messages, owner"),
    (KAZOO, {"resource": "shared_voicemails"}, "KAZOO has no shared voicemails"),
    (KAZOO, {"password": "wrong"}, "KAZOO refuses the login"),
    (KAZOO, {"strict": True, "compose": {"label": "nothing.at.all"}}, "Could not set label"),
    (ONSIP, {"group_by": ["messages"]}, "OnSIP cannot count the messages of a mailbox through its API"),
    (PERSONAL, {"group_by": ["messages"]}, "PortSIP PBX cannot count the messages of a mailbox through its API"),
    (TEL4VN, {"resource": "accounts"}, "TEL4VN cannot list accounts through its API. These can: KAZOO"),
    (ONSIP, {"resource": "accounts"}, "OnSIP cannot list accounts through its API"),
    (PERSONAL, {"resource": "accounts"}, "PortSIP PBX cannot list accounts through its API"),
]


@pytest.mark.parametrize(
    ("subject", "options", "message"), BAD_OPTIONS, ids=[f"{case[0].name} {', '.join(case[1])}" for case in BAD_OPTIONS]
)
def test_bad_input_is_one_clear_error(
    subject: Subject, options: dict[str, t.Any], message: str, tmp_path: pathlib.Path
) -> None:
    with subject.serve(mailboxes=2) as server:
        inventory = InventoryData()
        path = source(tmp_path, "office", subject, server, **options)
        with pytest.raises(AnsibleError, match=re.escape(message)) as raised:
            parsed(path, inventory)
        for name in ("password", "api_key"):
            secret = {**subject.connection, **options}.get(name)
            assert not secret or secret.startswith("{{") or secret not in str(raised.value)
        assert inventory.hosts == {}


def test_an_unreachable_server_is_reported(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve() as server:
        path = source(tmp_path, "office", KAZOO, server, url=f"http://127.0.0.1:{refusing_port()}/v2", retry_budget=0)
        with pytest.raises(AnsibleParserError, match="cannot log in"):
            parsed(path)


@pytest.mark.parametrize(("resource", "profile"), [("mailboxes", "M"), ("accounts", "M"), ("accounts", "4.3")])
def test_an_incomplete_list_adds_no_host(
    resource: str, profile: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Create more objects of one name than fit in a page, where pages continue by name."""
    with KAZOO.serve({"customers": 6, "profile": profile}, mailboxes=4) as server:
        state = server.store.as_dict("kazoo.")
        for account in state["kazoo.accounts"].values():
            account["name"] = "same"
        for box in state["kazoo.boxes"].values():
            box["public"]["name"] = "same"
        server.simulation.replace_state(state)
        path = source(tmp_path, "office", KAZOO, server, resource=resource, domain="accounttwo.example.com")
        if resource == "mailboxes":
            path = source(tmp_path, "office", KAZOO, server)
        whole = len(parsed(path).hosts)
        assert whole >= 4
        monkeypatch.setattr(paging, "PAGE_SIZE", 2)
        inventory = InventoryData()
        with pytest.raises(AnsibleParserError, match="the listing would never end"):
            parsed(path, inventory)
        assert inventory.hosts == {}


@pytest.mark.parametrize("profile", ["M", "5", "4.3"])
def test_accounts_over_many_pages(profile: str, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    monkeypatch.setattr(paging, "PAGE_SIZE", 3)
    with KAZOO.serve({"customers": 10, "profile": profile}) as server:
        path = source(tmp_path, "tree", KAZOO, server, resource="accounts", domain="accounttwo.example.com")
        inventory = parsed(path)
        assert set(inventory.hosts) == {f"customer{number:03d}.example.com" for number in range(1, 11)}
        assert [entry["path"] for entry in server.journal.entries()].count(
            f"/v2/accounts/{server.vendor.OTHER_ACCOUNT_ID}/descendants"
        ) == 4


def test_two_systems_with_the_same_numbers(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=2) as server, TEL4VN.serve(mailboxes=2) as other:
        inventory = parsed(source(tmp_path, "one", KAZOO, server))
        second = source(tmp_path, "two", TEL4VN, other, hostname="{{ voicemail_mailbox.mailbox }}")
        number = next(iter(inventory.hosts))
        mailboxes = {"mailbox": number, "pin": PIN}
        in_worker("vmbox", TEL4VN.arguments(other, **mailboxes))
        with pytest.raises(AnsibleParserError, match=f"another inventory already has a host {number}"):
            parsed(second, inventory)
        assert {host.vars["voicemail_vendor"] for host in inventory.hosts.values()} == {"kazoo"}
        # A host that a user added to set its variables is allowed.
        written = InventoryData()
        written.add_host(number)
        written.set_variable(number, "floor", 2)
        assert parsed(str(tmp_path / "one.mailboxes.yml"), written).hosts[number].vars["floor"] == 2


@pytest.mark.parametrize("block", EXAMPLES.blocks, ids=lambda block: block.caption)
def test_examples(block: t.Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = block.content["vendor"]
    with SimulatorServer(
        vendor, mailboxes=3, messages=1, behaviors={"customers": 3} if vendor == "kazoo" else {}
    ) as server:
        key = getattr(server.vendor, "API_KEY" if block.content.get("api_key") else "OTHER_API_KEY", "")
        for variable in ("KAZOO_API_KEY", "VOICEMAIL_API_KEY"):
            monkeypatch.setenv(variable, key)
        text = block.text.replace(block.content["url"], server.url)
        text = text.replace("~", str(tmp_path)).replace("{{ portsip_password }}", "simulator-password")
        path = tmp_path / block.caption
        path.write_text(text)
        assert parsed(str(path)).hosts
