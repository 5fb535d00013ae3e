# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RETURN of each module documents every key that its results contain, down to those of `diff`."""

from __future__ import annotations

import importlib
import pathlib
import typing as t

import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.modules import MODULES
from helpers.message_subjects import KAZOO_MESSAGES
from helpers.runners import in_worker
from helpers.subjects import KAZOO, ONSIP, SHARED, TEL4VN, Subject

FOLDER = "ansible_collections.telephony.voicemail.plugins.modules"
#: Keys of every module of Ansible, and dictionaries whose keys are data.
COMMON = {"changed", "failed", "invocation", "msg", "warnings"}
OPEN = {"before", "after", "native", "details", "summary", "system", "omitted", "mailbox", "shared_voicemail", "error"}
ARGUMENTS: dict[str, dict[str, t.Any]] = {
    "vmbox": {"mailbox": "3000", "name": "Desk"},
    "vmboxes": {"mailboxes": [{"mailbox": "3000", "name": "Desk"}]},
    "vmbox_info": {},
    "shared_voicemail": {"extension_number": "3000", "name": "Desk"},
    "shared_voicemails": {"shared_voicemails": [{"extension_number": "3000", "name": "Desk"}]},
    "shared_voicemail_info": {},
    "voicemail_message": {"all_mailboxes": True, "state": "read"},
    "voicemail_message_info": {"all_mailboxes": True},
    "voicemail_message_facts": {"all_mailboxes": True},
    "voicemail_audio": {"all_mailboxes": True, "dest": "recordings"},
    "voicemail_greeting": {"mailbox": "1000", "state": "absent"},
}


def undocumented(documented: t.Mapping[str, t.Any], result: t.Mapping[str, t.Any], place: str = "") -> list[str]:
    """Return the keys of a result without documentation, with their place."""
    found = []
    for key, value in result.items():
        if not place and key in COMMON:
            continue
        if key not in documented:
            found.append(f"{place}{key}")
            continue
        inside = documented[key].get("contains")
        if inside and key == "diff" and "results" in documented:
            # As its description says.
            inside = {**documented["results"]["contains"], **inside}
        entries = value if isinstance(value, list) else [value]
        for entry in entries if inside and key not in OPEN else ():
            if isinstance(entry, dict):
                found += undocumented(inside, entry, f"{place}{key}.")
    return sorted(set(found))


def returned(module: str) -> dict[str, t.Any]:
    """Return the documentation of a module's return values."""
    values: dict[str, t.Any] = yaml.safe_load(importlib.import_module(f"{FOLDER}.{module}").RETURN)
    return values


@pytest.mark.parametrize("module", sorted(MODULES))
def test_refused_arguments(module: str) -> None:
    assert ARGUMENTS.keys() == MODULES.keys()
    vendor = "portsip" if "shared" in module else "kazoo"
    broken = {"vendor": vendor, "url": "ftp://pbx.example.com", "token": "a-token", "timeout": 0}
    result = in_worker(module, {**broken, **ARGUMENTS[module]})
    assert [problem["option"] for problem in result["diff"][0]["problems"]] == ["url", "timeout"]
    assert undocumented(returned(module), result) == []


@pytest.mark.parametrize("subject", [KAZOO, SHARED, TEL4VN, ONSIP], ids=lambda subject: subject.name)
def test_changes_and_failures_in_part_of_boxes(subject: Subject) -> None:
    items = [{subject.key: f"{subject.number[:-1]}{digit}", **subject.create} for digit in (1, 2)]
    # OnSIP has one path for everything; its login is the first request.
    fault = {"onsip": "status:422,skip=2,method=POST"}.get(
        subject.vendor, "status:422,count=1,method=PUT|POST,path=voicemail|vmboxes|mailboxes"
    )
    with subject.serve(mailboxes=3, faults=[fault]) as server:
        arguments = subject.arguments(server, **{subject.listed: items})
        planned = in_worker(subject.plural, arguments, check=True)
        failed = in_worker(subject.plural, arguments)
    assert failed["failed"], failed
    for result in (planned, failed):
        assert undocumented(returned(subject.plural), result) == []


@pytest.mark.parametrize("module", ["voicemail_message", "voicemail_audio"])
def test_failures_in_part_of_messages(module: str, tmp_path: pathlib.Path) -> None:
    further = {"state": "read"} if module == "voicemail_message" else {"dest": str(tmp_path)}
    with KAZOO_MESSAGES.serve(faults=["status:422,count=1,path=messages/.*"]) as server:
        arguments = KAZOO_MESSAGES.arguments(server, **KAZOO_MESSAGES.all, **further)
        planned = in_worker(module, arguments, check=True)
        failed = in_worker(module, {**arguments, "workers": 1})
    assert planned["diff"]
    for result in (planned, failed):
        assert undocumented(returned(module), result) == []
    if module == "voicemail_audio":
        assert failed["failed"]
        assert {"reason", "status"} <= failed["diff"][0].keys() | failed["diff"][-1].keys()
