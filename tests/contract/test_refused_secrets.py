# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in refused arguments stay hidden, in every option and with each runner."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible.module_utils.basic import AnsibleModule
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import lookup_loader
from ansible_collections.telephony.voicemail.extensions.eda.plugins.plugin_utils import voicemail_watch
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from contract.test_inventory import parsed, without_connection_variables
from helpers.leaks import contains_secret
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO, ONSIP, PERSONAL, SHARED, TEL4VN, Subject

__all__ = ("without_connection_variables",)

PIN = "748159"
PASSWORD = "swordfish-of-the-administrator"
#: A server that is never contacted.
URL = "https://voicemail.invalid/v2"
URLS = [
    f"https://admin:{PASSWORD}@voicemail.invalid/v2",
    f"https://{PASSWORD}@voicemail.invalid/v2",
    f"https://voicemail.invalid/v2?api_key={PASSWORD}",
    f"https://voicemail.invalid/v2#{PASSWORD}",
    f"admin:{PASSWORD}@voicemail.invalid",
    f"https://admin:{PASSWORD}@voicemail.invalid:port",
    f"{PASSWORD}",
]
#: Valid arguments of each module.
MODULES: dict[str, dict[str, t.Any]] = {
    "vmbox": {"mailbox": "3000"},
    "vmboxes": {"mailboxes": [{"mailbox": "3000"}]},
    "vmbox_info": {},
    "shared_voicemail": {"extension_number": "3000"},
    "shared_voicemails": {"shared_voicemails": [{"extension_number": "3000"}]},
    "shared_voicemail_info": {},
    "voicemail_message": {"mailbox": "3000", "state": "read"},
    "voicemail_message_info": {"mailbox": "3000"},
    "voicemail_message_facts": {"mailbox": "3000"},
    "voicemail_audio": {"mailbox": "3000", "dest": "recordings"},
    "voicemail_greeting": {"mailbox": "3000", "state": "absent"},
}
Arguments = dict[str, t.Any]


def arguments(module: str, subject: Subject | None = None, **options: t.Any) -> Arguments:
    """Return the arguments of a task that never contacts a server."""
    usual = SHARED if module.startswith("shared") or module == "voicemail_greeting" else KAZOO
    subject = subject or usual
    return {"vendor": subject.vendor, "url": URL, **subject.connection, **MODULES[module], **options}


def refused(runner: str, module: str, given: Arguments, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a task, check that it is refused, and return its result and log as text."""
    logged: list[str] = []
    monkeypatch.setattr(AnsibleModule, "log", lambda _self, *reported, **more: logged.append(f"{reported}{more}"))
    result = RUNNERS[runner](module, given)
    assert result["failed"], result
    return json.dumps(result) + "".join(logged)


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("module", MODULES)
def test_a_secret_in_an_address_is_hidden(module: str, runner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for url in URLS:
        reported = refused(runner, module, arguments(module, url=url), monkeypatch)
        assert "`url` must" in reported
        assert PASSWORD not in reported


#: Values that an option does not accept, for modules with this option.
SLIPS: list[tuple[str, t.Any]] = [
    ("state", PIN),
    ("state", f"present {PIN}"),
    ("state", f"{PIN}, got: {PIN} found in kazoo"),
    ("update_pin", PIN),
    ("update_pin", int(PIN)),
    ("update_pin", [PIN]),
    ("update_pin", {"pin": PIN}),
    ("require_pin", PIN),
    ("enable_pin", PIN),
    ("enable_pin", [PIN]),
    ("after_email", PIN),
    ("emails", [{"pin": PIN}]),
    ("emails", [PIN]),
    ("validate_certs", PIN),
    ("validate_certs", PASSWORD),
    ("timeout", PASSWORD),
    ("workers", PASSWORD),
    ("max_deletions", PASSWORD),
    ("on_unsupported", PASSWORD),
    ("on_error", PASSWORD),
    ("report", PASSWORD),
    ("limit", PASSWORD),
    ("status", PASSWORD),
    ("vendor", PASSWORD),
    ("include_pins", PIN),
    ("delete_messages", PIN),
    ("pni", PIN),
    ("passwrod", PASSWORD),
    ("kazoo", {"pin": PIN}),
    ("kazoo", {"pni": PIN}),
    ("kazoo", {"notify": {"callback": {"pin": PIN}}}),
    ("kazoo", {"media_extension": PIN}),
    ("kazoo", {"check_if_owner": PIN}),
    ("kazoo", f"pin={PIN}"),
    ("kazoo", [PIN]),
    ("portsip", {"pin": PIN}),
    ("portsip", {"voicemail_pin": PIN}),
    ("tel4vn", {"password": PIN}),
    ("onsip", {"Password": PIN}),
    ("onsip", {"attach": {"pin": PIN}}),
]
VENDORS = {"kazoo": KAZOO, "portsip": PERSONAL, "tel4vn": TEL4VN, "onsip": ONSIP}


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("module", MODULES)
def test_a_secret_as_the_value_of_another_option_is_hidden(
    module: str, runner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also test modules without the option, because a misspelled name may contain a secret."""
    for option, value in SLIPS:
        subject = None if module.startswith("shared") or module == "voicemail_greeting" else VENDORS.get(option)
        reported = refused(runner, module, arguments(module, subject, **{option: value}), monkeypatch)
        assert option in reported
        assert not contains_secret(PIN, reported), (option, value, reported)
        assert PASSWORD not in reported, (option, value, reported)


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize(("module", "key"), [("vmboxes", "mailboxes"), ("shared_voicemails", "shared_voicemails")])
def test_a_secret_in_an_item_is_hidden(
    module: str, key: str, runner: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = {"mailboxes": "mailbox", "shared_voicemails": "extension_number"}[key]
    names = {"state", "update_pin", "delete_messages", "pni", "require_pin", "enable_pin", "kazoo", "portsip", "emails"}
    for option, value in SLIPS:
        if option not in names:
            continue
        item = {number: "3000", "name": "Reception", option: value}
        file = tmp_path / "items.json"
        file.write_text(json.dumps([item]))
        plain: Arguments = {name: given for name, given in arguments(module).items() if name != key}
        for given in ({key: [item]}, {key: [{number: "3000"}], "defaults": item}, {"src": str(file)}):
            if option == "portsip" and module == "vmboxes":
                # Dictionaries of other vendors are not read.
                continue
            reported = refused(runner, module, {**plain, **given}, monkeypatch)
            assert not contains_secret(PIN, reported), (option, value, reported)


def test_a_secret_in_a_file_of_a_lookup_is_hidden(tmp_path: pathlib.Path) -> None:
    plugin = lookup_loader.get("telephony.voicemail.mailbox_files", loader=DataLoader())
    for option, value in SLIPS:
        if option not in ("state", "update_pin", "require_pin", "pni", "kazoo"):
            continue
        (tmp_path / "boxes.json").write_text(json.dumps([{"mailbox": "3000", option: value}]))
        with pytest.raises(AnsibleError) as caught:
            plugin.run([str(tmp_path / "boxes.json")], {}, vendor="kazoo")
        assert not contains_secret(PIN, str(caught.value)), (option, value)


@pytest.mark.parametrize("lookup", ["pin", "mailbox_files"])
def test_a_secret_in_the_options_of_a_lookup_is_hidden(tmp_path: pathlib.Path, lookup: str) -> None:
    plugin = lookup_loader.get(f"telephony.voicemail.{lookup}", loader=DataLoader())
    (tmp_path / "boxes.json").write_text("[]")
    terms = ["3000"] if lookup == "pin" else [str(tmp_path / "boxes.json")]
    for option in ("vendor", "length") if lookup == "pin" else ("vendor",):
        with pytest.raises(AnsibleError) as caught:
            plugin.run(terms, {}, **{"vendor": "kazoo", option: PASSWORD})
        assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize("option", ["url", "vendor", "resource", "group_by", "validate_certs", "workers", "cache"])
def test_a_secret_in_the_options_of_an_inventory_is_hidden(tmp_path: pathlib.Path, option: str) -> None:
    path = tmp_path / "wrong.mailboxes.yml"
    usual = {"plugin": "telephony.voicemail.mailboxes", "vendor": "kazoo", "url": URL, **KAZOO.connection}
    for value in URLS if option == "url" else ([PASSWORD] if option != "group_by" else [[PASSWORD]]):
        path.write_text(json.dumps({**usual, option: value}))
        with pytest.raises(AnsibleError) as caught:
            parsed(str(path))
        assert PASSWORD not in str(caught.value)
        assert f"`{option}`" in str(caught.value)


def test_a_secret_in_the_options_of_the_event_source_is_hidden(tmp_path: pathlib.Path) -> None:
    usual = {"vendor": "kazoo", "url": URL, "state_file": str(tmp_path / "events.json"), **KAZOO.connection}
    for option in ("vendor", "validate_certs", "interval", "feedback", "webhook", "backfill", "pasword"):
        with pytest.raises(InvalidInputError) as caught:
            voicemail_watch.read_options({**usual, option: PASSWORD})
        assert PASSWORD not in str(caught.value)
    for url in URLS:
        watch = voicemail_watch.Watch(voicemail_watch.read_options({**usual, "url": url}))
        with pytest.raises(InvalidInputError) as caught:
            watch.new()
        assert PASSWORD not in str(caught.value)
