# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invalid connection options are refused by name, before the first request, and without their value."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import (
    url_problem,
    value_problems,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem

SECRET = "unmistakable-secret-value-4711"
TEXTS = ("token", "api_key", "username", "password", "domain", "account_id", "proxy", "ca_path", "client_cert")


@pytest.mark.parametrize("letter", ["\n", "\r\n", "\t", "\0", "\x1b", "\x7f", "\x85", "\ud800"])
@pytest.mark.parametrize("option", TEXTS)
def test_control_characters_are_refused_by_option(option: str, letter: str) -> None:
    (problem, *_others) = value_problems({option: SECRET + letter})
    assert problem.option == option
    assert SECRET not in str(problem)


@pytest.mark.parametrize("value", ["é", "tok en", "\u200b", "日本"])
def test_a_token_is_visible_ascii(value: str) -> None:
    (problem,) = value_problems({"token": SECRET + value})
    assert str(problem).startswith("`token` must be ASCII")
    assert SECRET not in str(problem)
    # Passwords and names are sent in an encoding that supports every character.
    assert value_problems({"password": SECRET + value, "username": value, "api_key": value}) == []


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 1e308, 10**9])
@pytest.mark.parametrize("option", ["timeout", "retry_budget"])
def test_seconds_are_finite(option: str, value: float) -> None:
    assert value_problems({option: value}) == [Problem("must be a number of seconds, 604800 at most", option=option)]
    assert value_problems({option: 30}) == []


@pytest.mark.parametrize(
    "url",
    [
        *("https://pbx.example.com/v2\n", " https://pbx.example.com", "https://pbx.example.com/v 2", "\thttps://a.b"),
        *("https://pbx.example.com\u200b/v2", "https://pbx.example.com/\0", "https://pbx\u00a0.example.com"),
    ],
)
def test_blanks_in_the_address_are_reported(url: str) -> None:
    assert str(url_problem(url)).startswith("must not contain spaces, line breaks")


@pytest.mark.parametrize(
    "url", ["https://a..b/", "https://x:0/", "https://x:99999/", "https://[::1/", "https://x\\y/", "ftp://x/", "x"]
)
def test_invalid_addresses_are_refused(url: str) -> None:
    assert url_problem(url) == "must be an address such as https://pbx.example.com/api"


@pytest.mark.parametrize(
    "url",
    ["https://pbx.example.com:8443/v2", "http://127.0.0.1:80/api", "https://[::1]:8443", "https://münchen.example"],
)
def test_valid_addresses_are_accepted(url: str) -> None:
    assert url_problem(url) is None


NUMBERS = (float("inf"), float("nan"), "inf", "nan", "1e999999999", "9" * 5000)


def test_values_that_crash_the_validator_are_refused_by_name() -> None:
    from ansible_collections.telephony.voicemail.plugins.module_utils import task

    given: dict[str, t.Any] = {"vendor": "kazoo", "url": "https://kazoo.example.com/v2", "token": SECRET}
    cases: tuple[tuple[str, str, t.Any], ...] = (
        *(("vmbox", "workers", value) for value in NUMBERS),
        *(("vmboxes", "max_deletions", value) for value in (float("inf"), "Infinity")),
        *(("vmbox", option, value) for option in ("kazoo", "onsip") for value in (5, 1.5, True, [None], ["a", 1])),
        ("vmbox", "timeout", float("inf")),
        ("vmbox", "timeout", ".inf"),
    )
    for module, option, value in cases:
        needed = {"mailbox": "1000"} if module == "vmbox" else {"mailboxes": []}
        result = task.run_in_worker(module, {**given, **needed, option: value}, task.Worker())
        assert result["failed"], (option, value)
        assert option in result["msg"], result["msg"]
        assert len(result["msg"]) < 3000
        assert SECRET not in str(result)
