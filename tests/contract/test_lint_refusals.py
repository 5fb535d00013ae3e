# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a plan refuses before its first request, a validation without a server refuses in the same words."""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import pytest
import yaml
from helpers.playbooks import play
from helpers.runners import RUNNERS

ROOT = pathlib.Path(__file__).resolve().parents[2]
TASKS = ROOT / "roles" / "provision" / "tasks"
Item = dict[str, t.Any]
#: Nobody listens there: a refusal that needs an answer would be another message.
CONNECTION: dict[str, Item] = {
    "kazoo": {"url": "https://127.0.0.1:9", "api_key": "key-of-a-test-00000000000000"},
    "portsip": {"url": "https://127.0.0.1:9", "token": "token-of-a-test-000000000000"},
    "tel4vn": {"url": "https://127.0.0.1:9", "api_key": "key-of-a-test-00000000000000"},
    "onsip": {"token": "token-of-a-test-000000000000"},
}
BOX = {"mailbox": "3000", "name": "Desk"}


def two(first: Item, second: Item) -> Item:
    """Return a declaration of two mailboxes."""
    return {"mailboxes": [{**BOX, **first}, {**BOX, "mailbox": "3001", **second}]}


def callflow(**options: t.Any) -> Item:
    return {"kazoo": {"callflow": options}}


#: Vendor, arguments, and a part of the refusal.
CASES: dict[str, tuple[str, Item, str]] = {
    # The declaration.
    "unknown option": ("kazoo", {"mailboxes": [{**BOX, "nmae": "x"}]}, "did you mean `name`?"),
    "no number": ("kazoo", {"mailboxes": [{"name": "Desk"}]}, "`mailbox` is missing"),
    "no dictionary": ("kazoo", {"mailboxes": ["3000"]}, "must be a dictionary"),
    "no list": ("kazoo", {"mailboxes": "3000,3001"}, "must be a list"),
    "wrong value": ("tel4vn", {"mailboxes": [{"mailbox": "3000", "after_email": "burn"}]}, "`after_email` must be"),
    "unsupported option": ("tel4vn", {"mailboxes": [{"mailbox": "3000", "timezone": "UTC"}]}, "is not supported by"),
    "number in place of text": ("kazoo", {"mailboxes": [{"mailbox": 3000, "state": "absent"}]}, "is a number"),
    "aliases that differ": ("kazoo", {"mailboxes": [{**BOX, "extension": "3001"}]}, "are the same option and differ"),
    "declared twice": ("onsip", two({}, {"mailbox": "3000"}), "is declared twice"),
    "exchanged numbers": ("kazoo", two({"new_mailbox": "3001"}, {"new_mailbox": "3000"}), "exchanges numbers"),
    "renumbered where impossible": (
        "tel4vn",
        {"mailboxes": [{"mailbox": "3000", "new_mailbox": "1"}]},
        "not supported",
    ),
    "renumbered and absent": (
        "kazoo",
        {"mailboxes": [{"mailbox": "3000", "new_mailbox": "1", "state": "absent"}]},
        "has no meaning",
    ),
    "absent where impossible": (
        "portsip",
        {"mailboxes": [{"mailbox": "1000", "state": "absent"}]},
        "absent is not possible",
    ),
    "cleared PIN": ("tel4vn", {"mailboxes": [{"mailbox": "3000", "pin": None}]}, "cannot be cleared"),
    "mask": ("kazoo", {"mailboxes": [{**BOX, "pin": "********"}]}, "`pin`"),
    "only another vendor's": (
        "kazoo",
        {"mailboxes": [{"mailbox": "3000", "onsip": {"mwi": True}}]},
        "is the only dictionary",
    ),
    "field with an option": ("onsip", {"mailboxes": [{**BOX, "onsip": {"fullname": "Desk"}}]}, "use that one"),
    "options that contradict": (
        "onsip",
        {"mailboxes": [{**BOX, "attach_audio": True, "notify": False}]},
        "needs `notify`",
    ),
    "address that is missing": ("onsip", {"mailboxes": [{**BOX, "notify": True, "emails": []}]}, "needs `emails`"),
    "pager that is missing": (
        "onsip",
        {"mailboxes": [{**BOX, "onsip": {"notify_pager": True, "pager": None}}]},
        "needs `onsip.pager`",
    ),
    "one number of two callflows": (
        "kazoo",
        two(callflow(number="3999"), callflow(number="3999")),
        "is also the number of",
    ),
    "two codes": ("kazoo", two(callflow(check_code="*97"), callflow(check_code="*98")), "applies to the whole account"),
    "code that is a number": ("kazoo", two(callflow(number="*97"), callflow(check_code="*97")), "is also the code"),
    "one user of two mailboxes": (
        "onsip",
        two({"onsip": {"attach": {"user_address": "a@x.com"}}}, {"onsip": {"attach": {"user_address": "A@x.com"}}}),
        "is also declared for",
    ),
    "defaults": ("kazoo", {"mailboxes": [BOX], "defaults": {"nmae": "x"}}, "did you mean `name`?"),
    # Guards.
    "nothing declared": ("kazoo", {"mailboxes": [], "prune": True}, "would delete every box"),
    "only absent ones": (
        "kazoo",
        {"mailboxes": [{"mailbox": "3000", "state": "absent"}], "prune": True},
        "only items with `state`",
    ),
    "prune where impossible": (
        "portsip",
        {"mailboxes": [{"mailbox": "1000", "notify": True}], "prune": True},
        "`prune` is not possible",
    ),
    "number where others are pruned": (
        "kazoo",
        {"mailboxes": [{**BOX, "mailbox": 3000}], "prune": True},
        "is a number",
    ),
    "empty expression": ("kazoo", {"mailboxes": [BOX], "prune": True, "prune_match": " "}, "`prune_match` is empty"),
    "wrong expression": ("kazoo", {"mailboxes": [BOX], "prune": True, "prune_match": "("}, "not a regular expression"),
    "number as an expression": ("kazoo", {"mailboxes": [BOX], "prune": True, "prune_match": 3000}, "is a number"),
    "negative deletions": ("kazoo", {"mailboxes": [BOX], "max_deletions": -1}, "`max_deletions` must be at least 0"),
    "negative updates": ("kazoo", {"mailboxes": [BOX], "max_updates": -1}, "`max_updates` must be at least 0"),
    "percent of deletions": ("kazoo", {"mailboxes": [BOX], "max_delete_percent": 101}, "between 0 and 100"),
    "percent of updates": ("kazoo", {"mailboxes": [BOX], "max_update_percent": -1}, "between 0 and 100"),
    "deletions as text": ("kazoo", {"mailboxes": [BOX], "max_deletions": "many"}, "max_deletions"),
    "several guards": ("kazoo", {"mailboxes": [{"nmae": 1}], "max_deletions": -1, "prune_match": "("}, "4 problems"),
    # Other options of the task.
    "prune as another word": ("kazoo", {"mailboxes": [BOX], "prune": "perhaps"}, "prune"),
    "unknown word": ("kazoo", {"mailboxes": [BOX], "on_error": "panic"}, "on_error"),
    "unknown task option": ("kazoo", {"mailboxes": [BOX], "purne": True}, "purne"),
    "lines of the plan": ("kazoo", {"mailboxes": [BOX], "plan_lines": -1}, "`plan_lines` must be at least 0"),
    "file that is missing": ("kazoo", {"src": "/nowhere/mailboxes.yml"}, "cannot be read"),
    "list and file": ("kazoo", {"mailboxes": [BOX], "src": "/nowhere/mailboxes.yml"}, "mutually exclusive"),
    "columns without a table": ("kazoo", {"mailboxes": [BOX], "columns": {"a": "name"}}, "`src` is not set"),
    "cache where impossible": (
        "portsip",
        {"mailboxes": [{"mailbox": "1000", "notify": True}], "cache": "cache"},
        "cannot be cached",
    ),
    "cache in a device": ("kazoo", {"mailboxes": [BOX], "cache": "/dev/null"}, "cache"),
    # The connection.
    "address": ("kazoo", {"mailboxes": [BOX], "url": "pbx.example.com"}, "`url` must be an address"),
    "timeout": ("kazoo", {"mailboxes": [BOX], "timeout": 0}, "`timeout` must be more than 0"),
    "workers": ("kazoo", {"mailboxes": [BOX], "workers": 0}, "`workers` must be at least 1"),
    "retries": ("kazoo", {"mailboxes": [BOX], "retry_budget": -1}, "`retry_budget` must be at least 0"),
    "key without certificate": ("kazoo", {"mailboxes": [BOX], "client_key": "key.pem"}, "needs `client_cert`"),
    "authorities that are missing": (
        "kazoo",
        {"mailboxes": [BOX], "url": "https://127.0.0.1:9", "ca_path": "/nowhere"},
        "`ca_path`",
    ),
    "two logins": (
        "kazoo",
        {"mailboxes": [BOX], "api_key": "k" * 32, "username": "u", "password": "p" * 32},
        "contradict each other",
    ),
}


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("case", CASES)
def test_same_refusal(case: str, runner: str) -> None:
    vendor, arguments, part = CASES[case]
    planned = RUNNERS[runner]("vmboxes", {"vendor": vendor, **CONNECTION[vendor], **arguments}, check=True)
    validated = RUNNERS[runner]("vmboxes", {"vendor": vendor, **arguments, "validate_only": True})
    assert part in planned["msg"]
    assert validated["msg"] == planned["msg"]
    assert validated["failed"]
    # A sentence has the name of the product; the vendor's id is only part of an option.
    assert not re.search(r"(?<![\w`.])(kazoo|portsip|tel4vn|onsip)(?![\w`.])", planned["msg"])


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("vendor", CONNECTION)
def test_valid_declaration_needs_no_server(vendor: str, runner: str) -> None:
    item = {"mailbox": "3000", "notify": True} if vendor == "portsip" else {"mailbox": "3000"}
    result = RUNNERS[runner]("vmboxes", {"vendor": vendor, "mailboxes": [item], "validate_only": True})
    assert not result["failed"], result
    assert not result["changed"]
    assert result["summary"]["requests"] == 0


def test_the_role_validates_the_arguments_of_its_plan() -> None:
    def arguments(name: str) -> Item:
        tasks = yaml.safe_load((TASKS / name).read_text(encoding="utf-8"))
        inner = [task for outer in tasks for task in outer.get("block", [outer])]
        return next(task["telephony.voicemail.vmboxes"] for task in inner if "telephony.voicemail.vmboxes" in task)

    planned, validated = arguments("main.yml"), arguments("lint.yml")
    # A guard of the plan that is only reported stops nothing.
    assert {**planned, "validate_only": True} == {**validated, "on_guard": planned["on_guard"]}


FILES = {
    "good.yml": '- mailbox: "3000"\n  name: Desk\n',
    "again.yml": '- mailbox: "3000"\n  name: Twin\n',
    "typo.yml": '- mailbox: "3000"\n  nmae: Desk\n',
    "slip.yml": '- mailbox: "3000"\n name: Desk\n',
    "none.yml": "[]\n",
    "fax.csv": "mailbox,name,emails\n3000,Desk,nobody\n",
}
ROLE_CASES: dict[str, tuple[Item, str]] = {
    "typo": ({"provision_sources": ["typo.yml"]}, "typo.yml:2: mailbox 3000: `nmae` is not an option"),
    "slip": ({"provision_sources": ["slip.yml"]}, "slip.yml:2: is not valid YAML at column 2"),
    "twins": ({"provision_sources": ["good.yml", "again.yml"]}, "again.yml:1: mailbox 3000: is declared twice"),
    "cell": ({"provision_sources": ["fax.csv"]}, "fax.csv:2, column emails"),
    "file": ({"provision_sources": ["nowhere.yml"]}, "nowhere.yml does not exist"),
    "empty": ({"provision_sources": ["none.yml"], "provision_prune": True}, "would delete every box"),
    "deletions": ({"provision_sources": ["good.yml"], "provision_max_deletions": -1}, "`max_deletions`"),
    "address": ({"provision_sources": ["good.yml"], "provision_url": "pbx.example.com"}, "`url` must be an address"),
    "PIN": (
        {"provision_sources": ["good.yml"], "provision_pin_file": "pins.yml", "provision_pin_length": 3},
        "`length` must be at least 4",
    ),
}


def test_lint_and_plan_of_the_role(tmp_path: pathlib.Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    messages = "{{ seen | default({}) | combine({case.name ~ ' ' ~ tasks: ansible_failed_result.msg}) }}"
    keep = {"ansible.builtin.set_fact": {"seen": messages}}
    role = {"name": "telephony.voicemail.provision", "tasks_from": "{{ tasks }}"}
    fixed = {"provision_vendor": "kazoo", "provision_plan_only": True, "provision_report_folder": ""}
    # A variable of lint may come from a vault that is not available.
    secret = {"lint": "{{ unavailable }}", "main": "key-of-a-test-00000000000000"}
    tasks = [
        {
            "vars": {
                **fixed,
                "provision_url": "https://127.0.0.1:9",
                "provision_api_key": "{{ secret[tasks] }}",
                **given,
            },
            "block": [{"ansible.builtin.include_role": role}],
            "rescue": [{**keep, "vars": {"case": {"name": name}}}],
        }
        for name, (given, _part) in ROLE_CASES.items()
    ]
    (tmp_path / "cases.yml").write_text(json.dumps(tasks))
    loop = {
        "ansible.builtin.include_tasks": "cases.yml",
        "loop": ["lint", "main"],
        "loop_control": {"loop_var": "tasks"},
    }
    stored = {"ansible.builtin.copy": {"content": "{{ seen | to_json }}", "dest": str(tmp_path / "seen.json")}}
    run = play(tmp_path, [loop, stored], secret=secret)
    assert run.code == 0, run.output
    seen = json.loads((tmp_path / "seen.json").read_text())
    for name, (_given, part) in ROLE_CASES.items():
        assert part in seen[f"{name} lint"]
        assert seen[f"{name} lint"] == seen[f"{name} main"], name
    assert "Finalization" not in run.output
    assert "Error while resolving" not in run.output
