# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distinguish a PIN from the same digits in values that differ between runs."""

from __future__ import annotations

import pytest
from helpers.leaks import contains_secret


@pytest.mark.parametrize(
    "text",
    [
        "pin 9137",
        "'pin': '9137', 'port': 80",
        '{"pin": "9137"}',
        "pin=9137,",
        "9137",
        "3000: 9137",
        "a;9137;b",
        "the value 9137: too short",
        "/files/9137/x",
        "pin:9137",
        "?pin=%279137%27",
        r"\u00279137\u0027",
        r"\n9137\b9137",
        "&#39;9137&#39;",
    ],
)
def test_a_pin_is_found(text: str) -> None:
    assert contains_secret("9137", text)


@pytest.mark.parametrize(
    "text",
    [
        "<object at 0x7f9137aa0>",
        "<object at 0x9137>",
        "http://127.0.0.1:9137/v2",
        "localhost:9137",
        "http://[::1]:9137",
        "3f2a77b0-9137-4aaa-8bbb-0123456789ab",
        "2026-11-27T09:13:37.9137Z",
        "2026-11-27 09:13:37,9137 p=9",
        "20261127T091370",
        "1764286085.9137",
        "a39137bc",
        "19137",
        "home/tmp/ansible-tmp-1764286085.7-9137-2607",
        "/tmp/pytest-of-root/pytest-9137/x",
        "pid=9137",
    ],
)
def test_coincidental_digits_are_ignored(text: str) -> None:
    assert not contains_secret("9137", text)


def test_a_secret_with_letters_is_found_anywhere() -> None:
    assert contains_secret("7q48z159", "x7q48z159y")
    assert not contains_secret("7q48z159", "7q48-z159")
