# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of tasks that are refused before their first request, or that cannot reach the server."""

from __future__ import annotations

import http.server
import json
import threading
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import task
from ansible_collections.telephony.voicemail.plugins.module_utils.deps import INSTALL

CONNECTION = {"vendor": "kazoo", "url": "http://127.0.0.1:1/v2", "api_key": "key-0123456789-abcdef", "retry_budget": 0}


def run(module: str, **given: t.Any) -> dict[str, t.Any]:
    return task.run_in_worker(module, given, task.Worker())


@pytest.fixture
def plain_server() -> t.Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        server.RequestHandlerClass.log_message = lambda *arguments: None  # type: ignore[method-assign,assignment]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_a_typo_and_the_missing_option_are_both_reported() -> None:
    given = {name: value for name, value in CONNECTION.items() if name != "vendor"}
    reported = run("vmboxes", vendr="kazoo", **given, mailboxes=[])["msg"]
    assert "`vendr` is not an option; did you mean `vendor`?" in reported
    assert "`vendor` is missing" in reported


@pytest.mark.parametrize(
    ("module", "given", "typo", "missing"),
    [
        (
            "vmboxes",
            {"scr": "boxes.yml"},
            "did you mean `src`?",
            "set one of `mailboxes`, `src`",
        ),
        (
            "vmbox",
            {"mailbx": "3000"},
            "did you mean `mailbox`?",
            "set one of `mailbox`, `id`",
        ),
        (
            "voicemail_message",
            {"mailbox": "3000", "state": "moved", "to_mailbx": "3001"},
            "`to_mailbx` is not an option; did you mean `to_mailbox`?",
            "`to_mailbox` is missing, and `state` moved needs it",
        ),
        ("voicemail_audio", {"all_mailboxes": True, "dst": "x"}, "`dst` is not an option", "`dest` is missing"),
        (
            "voicemail_greeting",
            {"extention": "1"},
            "did you mean `extension`?",
            "set one of `mailbox`, `shared_voicemail`",
        ),
    ],
)
def test_a_typo_is_reported_beside_a_rule_that_it_breaks(
    module: str, given: dict[str, t.Any], typo: str, missing: str
) -> None:
    reported = run(module, **CONNECTION, **given)["msg"]
    assert typo in reported
    assert missing in reported


def test_https_to_a_plain_server_is_explained(plain_server: int) -> None:
    given = {**CONNECTION, "url": f"https://127.0.0.1:{plain_server}/v2"}
    reported = run("vmbox_info", **given)["msg"]
    assert f"127.0.0.1:{plain_server} does not speak TLS" in reported
    assert "http://" in reported


def test_thousands_of_problems_are_returned_and_summarized() -> None:
    items = [{"mailbox": str(3000 + number), "name": "x", "pin": "12"} for number in range(2000)]
    items += [{"mailbox": str(number), f"option{number}": 1} for number in range(50)]
    result = run("vmboxes", **CONNECTION, mailboxes=items)
    (details,) = result["diff"]
    assert len(details["problems"]) >= 2050
    assert details["problems"][0]["option"] == "pin"
    assert details["problems"][0]["position"] == 1
    # The text that Ansible prints of a failed task at default verbosity.
    printed = json.dumps({key: value for key, value in result.items() if key not in ("diff", "invocation")})
    assert len(printed) <= 2200
    assert "2000 mailboxes: `pin` must be" in result["msg"]
    assert "(item 1)" in result["msg"]


def test_a_duplicate_of_an_invalid_item_is_found() -> None:
    items = [{"mailbox": "3000", "name": "x", "pin": "12"}, {"mailbox": "3000", "name": "y"}]
    reported = run("vmboxes", **CONNECTION, mailboxes=items)["msg"]
    assert "item 2 (mailbox 3000): is declared twice, first by item 1" in reported


def test_a_missing_library_is_reported_with_the_command() -> None:
    assert INSTALL.startswith("Install them with: pip install ")


def test_a_problem_of_an_option_is_reported_with_its_line(tmp_path: t.Any) -> None:
    file = tmp_path / "office.yml"
    file.write_text("- mailbox: '3000'\n  name: x\n  pin: '12'\n  kazoo:\n    skip_greting: true\n")
    reported = run("vmboxes", **CONNECTION, src=str(file))["msg"]
    assert "office.yml:3: mailbox 3000: `pin` must be" in reported
    assert "office.yml:5: mailbox 3000: `kazoo.skip_greting` is not a field" in reported
