# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of plugins without an argument spec are rendered, converted and validated."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import callback_loader, inventory_loader, lookup_loader
from ansible_collections.telephony.voicemail.extensions.eda.plugins.plugin_utils import voicemail_watch
from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from contract.test_inventory import groups, parsed, source, without_connection_variables
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO

__all__ = ("without_connection_variables",)


TEMPLATED = {
    "validate_certs": "{{ true }}",
    "timeout": "{{ 2 + 3 }}",
    "workers": "{{ 1 + 1 }}",
    "retry_budget": "{{ 0.5 }}",
    "match": "{{ '^10' ~ '0[01]$' }}",
    "resource": "{{ 'mailboxes' }}",
    "include_own_account": "{{ false }}",
    "group_by": ["{{ 'vendor' }}"],
    "strict": "{{ true }}",
}


def options_of(path: str) -> dict[str, t.Any]:
    """Return the connection options that the plugin passes on."""
    module = inventory_loader.get("telephony.voicemail.mailboxes")
    module.parse(InventoryData(), DataLoader(), path)
    return {name: module.get_option(name) for name in arguments.CONNECTION}


def test_options_are_rendered_before_they_are_converted(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=3) as server:
        path = source(tmp_path, "rendered", KAZOO, server, **TEMPLATED)
        assert set(groups(parsed(path))["vendor_kazoo"]) == {"1000", "1001"}
        found = options_of(path)
    assert (found["validate_certs"], found["timeout"], found["workers"]) == (True, 5.0, 2)


@pytest.mark.parametrize("empty", ["", " ", "{{ '' }}", "{{ none }}", None], ids=repr)
def test_empty_options_are_unset(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, empty: str | None) -> None:
    names = ("validate_certs", "timeout", "workers", "retry_budget", "match", "ca_path", "proxy", "strict")
    with KAZOO.serve(mailboxes=1) as server:
        path = source(tmp_path, "empty", KAZOO, server, **dict.fromkeys(names, empty if empty is not None else ""))
        if empty is None:
            for name in names[:4]:
                monkeypatch.setenv(f"VOICEMAIL_{name.upper()}", "")
        found = options_of(path)
    assert (found["validate_certs"], found["timeout"], found["retry_budget"]) == (True, 30.0, 120.0)
    assert (found["workers"], found["ca_path"], found["proxy"]) == (None, None, None)


def test_environment_variables_replace_empty_options(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEMAIL_TIMEOUT", "7")
    monkeypatch.setenv("VOICEMAIL_VALIDATE_CERTS", "no")
    with KAZOO.serve(mailboxes=1) as server:
        found = options_of(source(tmp_path, "empty", KAZOO, server, timeout=""))
    assert (found["timeout"], found["validate_certs"]) == (7.0, False)


WRONG = {
    "validate_certs": ["{{ 'maybe' }}", "maybe", "2", [True], {"a": 1}],
    "include_own_account": ["maybe"],
    "strict": ["maybe"],
    "cache": ["maybe"],
    "timeout": ["soon", ".inf", "NaN", True],
    "workers": ["1.5", "many", True],
    "url": [["https://pbx.example.com"]],
}


@pytest.mark.parametrize(("option", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_an_option_of_the_wrong_type_is_an_error(tmp_path: pathlib.Path, option: str, value: t.Any) -> None:
    with KAZOO.serve(mailboxes=1) as server:
        with pytest.raises(AnsibleParserError, match=f"`{option}` must be "):
            parsed(source(tmp_path, "wrong", KAZOO, server, **{option: value}))
        assert server.journal.entries() == []


def test_the_environment_is_checked_as_well(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICEMAIL_VALIDATE_CERTS", "maybe")
    with (
        KAZOO.serve(mailboxes=1) as server,
        pytest.raises(AnsibleParserError, match="`validate_certs` must be true or"),
    ):
        parsed(source(tmp_path, "wrong", KAZOO, server))


@pytest.mark.parametrize("value", ["maybe", "{{ true }}", "2", [True]])
@pytest.mark.parametrize(("lookup", "option"), [("pin", "write"), ("mailbox_files", "ignore_unknown_columns")])
def test_lookups_refuse_values_other_than_booleans(
    tmp_path: pathlib.Path, lookup: str, option: str, value: t.Any
) -> None:
    (tmp_path / "boxes.csv").write_text("mailbox,name\n3000,Reception\n")
    terms = ["3000"] if lookup == "pin" else [str(tmp_path / "boxes.csv")]
    plugin = lookup_loader.get(f"telephony.voicemail.{lookup}", loader=DataLoader())
    assert plugin.run(terms, {}, vendor="kazoo", **{option: ""})
    with pytest.raises(AnsibleError, match=f"`{option}` must be true or false"):
        plugin.run(terms, {}, vendor="kazoo", **{option: value})


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("fail_on_change", "", False),
        ("fail_on_change", "yes", True),
        ("fail_on_change", "maybe", None),
        ("markdown_rows", "", 200),
        ("markdown_rows", "many", None),
        ("markdown_rows", "-1", None),
        ("formats", "", ["json", "markdown", "junit", "html"]),
        ("folder", "", "voicemail-report"),
        ("name", " ", "voicemail"),
        ("title", "", "Voicemail"),
    ],
)
def test_the_report_callback_reads_its_environment(
    monkeypatch: pytest.MonkeyPatch, option: str, value: str, expected: t.Any
) -> None:
    monkeypatch.setenv(f"VOICEMAIL_REPORT_{option.upper()}", value)
    plugin = callback_loader.get("telephony.voicemail.voicemail_report")
    if expected is None:
        with pytest.raises(AnsibleError, match=f"`{option}`|{option}"):
            plugin.set_options()
    else:
        plugin.set_options()
        found = plugin.get_option(option)
        assert (pathlib.Path(found).name if option == "folder" else found) == expected


SOURCE = {
    "vendor": "kazoo",
    "url": "https://pbx.example.com",
    "api_key": "key-of-an-account",
    "state_file": "events.json",
}


@pytest.mark.parametrize(
    ("option", "value"), [(name, value) for name in ("validate_certs", "timeout", "workers") for value in WRONG[name]]
)
def test_the_event_source_refuses_values_of_another_type(option: str, value: t.Any) -> None:
    with pytest.raises(InvalidInputError, match=f"`{option}` must be "):
        voicemail_watch.read_options({**SOURCE, option: value})


@pytest.mark.parametrize("option", ["validate_certs", "timeout", "workers", "ca_path"])
def test_the_event_source_reads_empty_options_as_unset(monkeypatch: pytest.MonkeyPatch, option: str) -> None:
    expected = arguments.CONNECTION[option].get("default")
    assert voicemail_watch.read_options({**SOURCE, option: ""})[option] == expected
    monkeypatch.setenv(f"VOICEMAIL_{option.upper()}", "")
    assert voicemail_watch.read_options(SOURCE)[option] == expected


def test_the_event_source_hides_the_value_of_a_wrong_option() -> None:
    secret = "a-password-in-the-wrong-place"
    with pytest.raises(InvalidInputError) as caught:
        voicemail_watch.read_options(
            {**SOURCE, "validate_certs": secret, "timeout": secret, "vendor": secret, "aip_key": secret}
        )
    assert secret not in json.dumps(caught.value.as_dict()) + str(caught.value)


@pytest.mark.parametrize("runner", RUNNERS)
def test_modules_read_empty_variables_as_unset(runner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VALIDATE_CERTS", "TIMEOUT", "WORKERS", "RETRY_BUDGET", "PROXY", "CA_PATH", "TOKEN"):
        monkeypatch.setenv(f"VOICEMAIL_{name}", "")
    with KAZOO.serve(mailboxes=1) as server:
        arguments_of_task = {"vendor": "kazoo", "url": server.url, **KAZOO.connection}
        result = RUNNERS[runner]("vmbox_info", arguments_of_task)
    assert not result["failed"], result
    assert [box["mailbox"] for box in result["mailboxes"]] == ["1000"]
