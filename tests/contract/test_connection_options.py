# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules, the inventory and the event source read the connection options alike: values, defaults and errors."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader, lookup_loader
from ansible_collections.telephony.voicemail.extensions.eda.plugins.plugin_utils import voicemail_watch
from ansible_collections.telephony.voicemail.plugins.doc_fragments import connection, connection_plugin
from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments
from ansible_collections.telephony.voicemail.plugins.module_utils import task
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import VoicemailError
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import (
    inventory as inventory_operations,
)

Options = dict[str, t.Any]
#: For each option, values as a user writes them: of the right type, of another type, and wrong.
VALUES: dict[str, tuple[t.Any, ...]] = {
    "vendor": ("kazoo", "onsip", "asterisk", ""),
    "url": ("https://pbx.example.com/api", ""),
    "token": ("token-of-a-test", 12345),
    "api_key": ("key-of-a-test", 12345),
    "username": ("admin", 1001),
    "password": ("password-of-a-test", 12345),
    "domain": ("example.com", ""),
    "account_id": ("0123", 123),
    "validate_certs": (False, "no", "0", "perhaps", ""),
    "ca_path": ("ca.pem", "~/ca.pem", "$FOLDER/ca.pem"),
    "client_cert": ("cert.pem", "~/cert.pem", "$FOLDER/cert.pem"),
    "client_key": ("key.pem", "~/key.pem", "$FOLDER/key.pem"),
    "proxy": ("http://proxy.example.com:8080", ""),
    "timeout": (7, 7.5, "7", "soon"),
    "retry_budget": (0, "0", "never"),
    "workers": (4, "4", "many", 4.5),
}
CASES = [(option, value) for option, values in VALUES.items() for value in values]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the user's environment variables."""
    for name in arguments.CONNECTION:
        monkeypatch.delenv(f"VOICEMAIL_{name.upper()}", raising=False)
    monkeypatch.setenv("FOLDER", "/folder")
    monkeypatch.setenv("HOME", "/home-of-a-test")


def by_module(given: Options, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Options | str:
    """Return the options as a module reads them."""
    seen: list[Options] = []
    monkeypatch.setattr(task.dispatch, "run", lambda run: seen.append(dict(run.params)) or {})
    result = task.run_in_worker("vmbox_info", given, task.Worker())
    return seen[0] if seen else str(result["msg"])


def by_inventory(given: Options, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Options | str:
    """Return the options as the inventory plugin reads them."""
    seen: list[Options] = []
    monkeypatch.setattr(inventory_operations, "read", lambda run: seen.append(dict(run.params)) or [])
    path = folder / "office.mailboxes.yml"
    path.write_text(json.dumps({"plugin": "telephony.voicemail.mailboxes", **given}))
    plugin = inventory_loader.get("telephony.voicemail.mailboxes")
    try:
        plugin.parse(InventoryData(), DataLoader(), str(path), cache=False)
    except AnsibleError as error:
        return str(error)
    return seen[0]


def by_event_source(given: Options, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Options | str:
    """Return the options as the event source reads them."""
    try:
        return dict(voicemail_watch.read_options({"state_file": str(folder / "state.json"), **given}))
    except VoicemailError as error:
        return str(error)


READERS = {"inventory": by_inventory, "event source": by_event_source}


def compare(given: Options, reader: str, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that a reader returns the same options as a module."""
    expected = by_module(given, folder, monkeypatch)
    reported = READERS[reader](given, folder, monkeypatch)
    if isinstance(expected, str):
        assert isinstance(reported, str)
        assert expected in reported
        return
    assert isinstance(reported, dict), reported
    for name, spec in arguments.CONNECTION.items():
        if spec["type"] == "path" and expected[name] is not None:
            # Ansible expands the paths of an inventory.
            reported[name], expected[name] = (str(pathlib.Path(one[name]).absolute()) for one in (reported, expected))
        assert reported[name] == expected[name], name
        assert isinstance(reported[name], type(expected[name])), name


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("option", "value"), CASES)
def test_options_are_read_alike(
    option: str, value: t.Any, reader: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare({"vendor": "kazoo", option: value}, reader, tmp_path, monkeypatch)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("option", "value"), [(option, value) for option, value in CASES if isinstance(value, str)])
def test_environment_variables_are_read_alike(
    option: str, value: str, reader: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"VOICEMAIL_{option.upper()}", value)
    given = {"vendor": "kazoo"} if option != "vendor" else {}
    compare(given, reader, tmp_path, monkeypatch)
    compare({**given, option: None}, reader, tmp_path, monkeypatch)


@pytest.mark.parametrize(("option", "value"), [("timeout", True), ("workers", False), ("url", True)])
def test_a_boolean_is_not_a_number_or_text(
    option: str, value: bool, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"vendor": "kazoo", option: value}
    reported = [str(task.run_in_worker("vmbox_info", given, task.Worker())["msg"])]
    reported += [str(reader(given, tmp_path, monkeypatch)) for reader in READERS.values()]
    assert [f"`{option}` must be" in one for one in reported] == [True, True, True]


@pytest.mark.parametrize("reader", READERS)
def test_defaults_are_equal(reader: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compare({"vendor": "kazoo"}, reader, tmp_path, monkeypatch)
    compare({}, reader, tmp_path, monkeypatch)


def test_every_option_is_tested() -> None:
    assert VALUES.keys() == arguments.CONNECTION.keys()


def test_modules_and_plugins_document_the_same_options() -> None:
    fragments = (connection, connection_plugin)
    of_modules, of_plugins = (yaml.safe_load(one.ModuleDocFragment.DOCUMENTATION)["options"] for one in fragments)
    for name, spec in arguments.CONNECTION.items():
        for documented in (of_modules[name], of_plugins[name]):
            assert documented["type"] == spec["type"]
            assert documented.get("default") == spec.get("default")
            assert documented.get("choices") == spec.get("choices")
        assert of_plugins[name]["env"] == [{"name": f"VOICEMAIL_{name.upper()}"}]
    assert of_modules.keys() == of_plugins.keys() == arguments.CONNECTION.keys()


def test_the_pin_lookup_reads_the_vendor_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    lookup = lookup_loader.get("telephony.voicemail.pin", loader=DataLoader())
    with pytest.raises(AnsibleError, match="vendor"):
        lookup.run(["3000"], {})
    monkeypatch.setenv("VOICEMAIL_VENDOR", "kazoo")
    (pin,) = lookup_loader.get("telephony.voicemail.pin", loader=DataLoader()).run(["3000"], {})
    assert re.fullmatch(r"[1-9]\d{5}", pin)


LOGINS: dict[str, Options] = {
    "token": {"token": "token-of-the-task"},
    "api_key": {"api_key": "key-of-the-task"},
    "username": {"username": "admin-of-the-task", "password": "password-of-the-task"},
}


@pytest.mark.parametrize("reader", ["module", *READERS])
@pytest.mark.parametrize("login", LOGINS)
def test_own_login_wins_over_the_environment(
    login: str, reader: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for way in LOGINS.values():
        for option in way:
            monkeypatch.setenv(f"VOICEMAIL_{option.upper()}", f"{option}-of-the-environment")
    given = {"vendor": "kazoo", "url": "https://pbx.example.com", "domain": "example.com", **LOGINS[login]}
    found = {"module": by_module, **READERS}[reader](given, tmp_path, monkeypatch)
    assert isinstance(found, dict), found
    options = {option for way in LOGINS.values() for option in way}
    assert {option: found[option] for option in options if found[option] is not None} == LOGINS[login]


@pytest.mark.parametrize("reader", ["module", *READERS])
def test_the_environment_completes_the_own_login(
    reader: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEMAIL_PASSWORD", "password-of-the-environment")
    monkeypatch.setenv("VOICEMAIL_API_KEY", "key-of-the-environment")
    monkeypatch.setenv("VOICEMAIL_DOMAIN", "environment.example.com")
    given = {"vendor": "kazoo", "url": "https://pbx.example.com", "username": "admin", "token": ""}
    found = {"module": by_module, **READERS}[reader](given, tmp_path, monkeypatch)
    assert isinstance(found, dict), found
    assert found["password"] == "password-of-the-environment"
    assert found["domain"] == "environment.example.com"
    assert found["api_key"] is None
