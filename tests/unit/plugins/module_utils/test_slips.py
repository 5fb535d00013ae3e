# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Syntax errors in files show reason, line, column and the text of the line, and never a PIN."""

from __future__ import annotations

import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.imports import documents
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.slips import masked_line

PIN = "hunterpinvalue739154"


def reported(text: str, name: str = "office.yml") -> str:
    with pytest.raises(InvalidInputError) as caught:
        documents.load(text, name)
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "- mailbox: '3000'\n  emails: [sales@example.com\n- mailbox: '3001'\n",
            (
                "office.yml:3: is not valid YAML at column 10: did not find expected ',' or ']'"
                " while parsing a flow sequence that starts in line 2: - mailbox: '****'"
            ),
        ),
        (
            "- mailbox: '3000'\n  name: Sales: desk\n",
            (
                "office.yml:2: is not valid YAML at column 14: mapping values are not allowed in this context:"
                " name: Sales: desk"
            ),
        ),
        (
            "- mailbox: '3000'\n\tname: Sales\n",
            "office.yml:2: is not valid YAML at column 1: found character that cannot start any token: name: Sales",
        ),
        (
            "- mailbox: '3000'\n  name: 'Sales\n",
            (
                "office.yml:3: is not valid YAML at column 1: found unexpected end of stream"
                " while scanning a quoted scalar that starts in line 2: name: 'Sales"
            ),
        ),
        (
            "- mailbox: '3000'\n  name: \x07\n",
            "office.yml:2: is not valid YAML at column 9: the character U+0007 is not allowed: name:",
        ),
    ],
)
def test_syntax_errors_show_reason_place_and_line(text: str, problem: str) -> None:
    assert reported(text).removesuffix(" \N{REPLACEMENT CHARACTER}") == problem


@pytest.mark.parametrize("loader", ["CSafeLoader", "SafeLoader"])
@pytest.mark.parametrize(
    "text",
    [
        f"- pin: {PIN}: x\n",
        f"- pin: '{PIN}\n",
        f"- pin: *{PIN}\n",
        f'- pin: "\\{PIN}"\n',
        f"- pin: !{PIN}!x y\n",
        f"- {{mailbox: '3000', pin: {PIN}, name: [}}\n",
        f"- pin: >-\n    x\n  {PIN}\n  a: b\n",
        f"- mailbox: '3000' pin: {PIN}\n",
        f"- {{pin: {PIN} name: x: y}}\n",
        f"- pin:\n    - {PIN}\n   - x\n",
        f"- api_key: @{PIN}\n",
        f"- 'pin': '{PIN}' x\n",
        f"- PIN : {PIN} : x\n",
    ],
)
def test_yaml_errors_contain_no_pin(text: str, loader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if loader == "SafeLoader":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    shown = reported(text)
    assert PIN not in shown
    assert "739154" not in shown
    assert "office.yml:" in shown


@pytest.mark.parametrize("text", [f'[{{"pin": "{PIN}" "name": 1}}]', f'[{{"pin": "{PIN}\n"}}]', f'[\n"{PIN}" 1]'])
def test_json_errors_contain_no_pin(text: str) -> None:
    assert PIN not in reported(text, "office.json")


def test_a_masked_line_keeps_its_length_and_context() -> None:
    line = "  - {mailbox: '3000', name: Sales, pin: abcd, emails: [sales@example.com]}"
    masked = masked_line(line)
    assert masked == "  - {mailbox: '****', name: Sales, pin: ****, emails: [sales@example.com]}"


def test_a_long_line_is_shown_around_the_error() -> None:
    shown = reported(f"- name: {'x' * 500} : ] {'y' * 500}\n")
    assert len(shown) < 250
    assert "xx : ] yy" in shown
