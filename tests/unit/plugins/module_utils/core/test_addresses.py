# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Email addresses, the reason for refusing each text, and what spreadsheets leave around a value."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.addresses import (
    address_problem,
    bare_address,
    refusal,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.artefacts import clean_cell

BRACKETS = "names and angle brackets do not belong to it"
SEVERAL = "it has a comma or semicolon; each address is an entry of its own"
QUOTES = "quotes do not belong to it"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a.b+c@mail.example.com", None),
        ("\xe4@b\xfccher.example", None),
        ("o'brien@example.com", None),
        ("a@[192.0.2.1]", None),
        ("a@[IPv6:2001:db8::1]", None),
        (f"{'a' * 64}@example.com", None),
        (f"a@{'b' * 63}.com", None),
        (f"a@{'b' * 64}.com", "its domain is not valid"),
        ("nobody", ""),
        ("MAILTO:a@example.com", "`mailto:` does not belong to it"),
        ("<a@example.com", BRACKETS),
        ("a@example.com>", BRACKETS),
        ("a,b@example.com", SEVERAL),
        ("a;b@example.com", SEVERAL),
        ("a b@example.com", "it has a space"),
        ("a@exa\u200bmple.com", "it has an invisible character"),
        ('"a"@example.com', QUOTES),
        ("'a@example.com", QUOTES),
        ("a@example.com'", QUOTES),
        ("a@b@example.com", "it has more than one @"),
        ("@example.com", "the part before the @ is missing"),
        (f"{'a' * 65}@example.com", "the part before the @ has more than 64 characters"),
        ("a..b@example.com", "the part before the @ is not valid"),
        ("a@", "the domain is missing"),
        ("a@example.com.", "it ends with a dot"),
        ("a@example", "its domain has no dot"),
        ("a@[1]", None),
        ("a@[x", "its domain is not valid"),
        ("a@example.123", "its domain is not valid"),
        ("a@-example.com", "its domain is not valid"),
    ],
)
def test_why_a_text_is_no_address(text: str, problem: str | None) -> None:
    assert address_problem(text) == problem


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Name <a@example.com>", "a@example.com"),
        ("mailto:a@example.com?subject=x", "a@example.com"),
        ("<MAILTO:a@example.com>", "a@example.com"),
        (" 'a@example.com' ", "a@example.com"),
        ("a @ example.com", "a@example.com"),
        ("a@@example.com", "a@example.com"),
        ("a@exa\u200bmple.com.", "a@example.com"),
        ("a@example.com", None),
        ("a@example.com, b@example.com", None),
        ("Name <nobody>", None),
        ("nobody", None),
        ("<a@example.com> <b@example.com>", None),
    ],
)
def test_the_address_that_is_meant(text: str, meant: str | None) -> None:
    assert bare_address(text) == meant


def test_the_refusal_of_an_address() -> None:
    assert refusal("a@example.com") is None
    assert refusal("nobody") == "must be an email address"
    assert refusal("a@b@c") == "must be an email address: it has more than one @"
    assert refusal("Name <a@example.com>") == f"must be an email address: {BRACKETS}; write a@example.com"


@pytest.mark.parametrize(
    ("text", "value", "name"),
    [
        ("", "", ""),
        ("'", "", "'"),
        ('"', '"', '"'),
        ('""', "", ""),
        (" '0123 ", "0123", "0123"),
        ("'-1", "-1", "-1"),
        ("'s-Hertogenbosch", "s-Hertogenbosch", "'s-Hertogenbosch"),
        ('"a"', "a", "a"),
        ('"a" "b"', '"a" "b"', '"a" "b"'),
        ("\u201ea\u201c", "a", "a"),
        ("\u201ca\u201d", "a", "a"),
        ("\u2018a\u2019", "a", "a"),
        ("\u201da\u201c", "\u201da\u201c", "\u201da\u201c"),
        ("\xa0a\ufeff", "a", "a"),
        ("\u200ba\u200db\u200e", "ab", "a\u200db\u200e"),
        ('"\'\u00ad12"', "12", "'\u00ad12"),
    ],
)
def test_what_spreadsheets_add(text: str, value: str, name: str) -> None:
    assert clean_cell(text) == value
    assert clean_cell(text, is_name=True) == name
