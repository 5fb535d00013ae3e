# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read files without losses: characters of scalars, lines, repeated keys."""

from __future__ import annotations

import json
import typing as t

import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.imports import documents
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, unchecked_items
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layout import Layout
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.sources import File, read_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import RESOURCES
from hypothesis import example, given
from hypothesis import strategies as st

#: Scalars that YAML converts: octal, separators, base 60, hexadecimal, signs, powers, words, dates, markers.
SPOILT = (
    *("0123", "1_000", "12:30", "0x1F", "0b101", "+5", "-5", "1e3", "1.5e+3", "3000.0", ".5", ".inf", "-.INF", ".nan"),
    *("yes", "No", "on", "off", "true", "FALSE", "y", "2024-01-01", "2024-1-1 10:00:00Z", "2026-13-45", "=", "<<"),
    *("0x_", "9" * 5000, "1:99", "190:20:30", "0o17", "0008", "+49301234", "12-Mar", "-", "--- x"),
)
NULLS = ("~", "null", "Null", "NULL", "")


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Use PyYAML's loader in C, and the one in Python, which managed hosts may use."""
    if request.param == "SafeLoader":
        monkeypatch.delattr(yaml, "CSafeLoader")
    return str(request.param)


def read(text: str, name: str = "boxes.yml", key: str = "mailboxes") -> list[dict[str, t.Any]]:
    """Return the items of a file."""
    (resource,) = (one for one in RESOURCES.values() if one.plural == key)
    problems: list[Problem] = []
    entries = read_entries(File(text, name, resource), Layout(), problems)
    items = unchecked_items(entries, problems, Checks(sources=True, resource=resource))
    return [{key: value for key, value in item.items() if key != "source_lines"} for item in items]


def problems_of(text: str, name: str = "boxes.yml") -> tuple[str, ...]:
    with pytest.raises(InvalidInputError) as caught:
        read(text, name)
    return tuple(map(str, caught.value.problems))


def is_plain(text: str) -> bool:
    """Check whether YAML reads a text without quotes as one scalar with these characters."""
    starts_block = text[:1] in "-?:" and text[1:2] in ("", " ")
    is_split = ": " in text or text.endswith(":") or " #" in text or "  " in text
    return text == text.strip() and text not in NULLS and not starts_block and not is_split


plain_scalars = st.one_of(
    st.sampled_from([text for text in SPOILT if is_plain(text)]),
    st.text("0123456789abcdefxXoO+-_.:/~yYnNeE@ é#", min_size=1, max_size=12).filter(
        lambda text: is_plain(text) and text[0] not in "#@"
    ),
)


@given(scalar=plain_scalars)
@example(scalar="0123")
def test_text_options_keep_the_written_characters(scalar: str) -> None:
    text = f"""
mailboxes:
- mailbox: {scalar}
  id: {scalar}
  new_mailbox: {scalar}
  name: {scalar}
  pin: {scalar}
  emails:
  - {scalar}
  owner_id: {scalar}
  kazoo:
    operator_number: {scalar}
    aliases:
    - {scalar}
    members:
    - id: {scalar}
      type: user
    notify:
      callback:
        number: {scalar}
  onsip:
    username: {scalar}
"""
    (item,) = read(text)
    kazoo = item["kazoo"]
    found = [item[option] for option in ("mailbox", "id", "new_mailbox", "name", "pin", "owner_id")]
    found += [*item["emails"], kazoo["operator_number"], *kazoo["aliases"], kazoo["members"][0]["id"]]
    found += [kazoo["notify"]["callback"]["number"], item["onsip"]["username"]]
    assert set(found) == {scalar}
    assert item["source"] == "boxes.yml:3"


@pytest.mark.parametrize("scalar", SPOILT)
def test_ambiguous_scalars_of_a_shared_voicemail_are_preserved(scalar: str, loader: str) -> None:
    if not is_plain(scalar):
        return
    (item,) = read(f"- extension_number: {scalar}\n  recipients: [{scalar}]\n  name: {scalar}", key="shared_voicemails")
    assert (item["extension_number"], item["recipients"], item["name"]) == (scalar, [scalar], scalar)


def test_other_options_use_the_yaml_value(loader: str) -> None:
    text = """
- mailbox: 0123
  notify: yes
  require_pin: off
  state: absent
  announce_time: on
  name: ~
  emails:
  kazoo:
    skip_greeting: No
    seek_duration_ms: 1_000
    notify: {callback: {attempts: 0x1F, schedule: [0b11, 12], number: 0x1F}}
  native: {when: 2024-01-01, size: 1_0, deep: [{on: 1.5}]}
"""
    assert read(text) == [
        {
            "mailbox": "0123",
            "notify": True,
            "require_pin": False,
            "state": "absent",
            "announce_time": True,
            "name": None,
            "emails": None,
            "kazoo": {
                "skip_greeting": False,
                "seek_duration_ms": 1000,
                "notify": {"callback": {"attempts": 31, "schedule": [3, 12], "number": "0x1F"}},
            },
            "native": {"when": "2024-01-01", "size": 10, "deep": [{"on": 1.5}]},
            "source": "boxes.yml:2",
        }
    ]


def test_quotes_tags_and_blocks_are_read(loader: str) -> None:
    text = """
- mailbox: '0123'
  name: !!str 0042
  description: !unsafe '{{ x }}'
  pin: !unsafe 0042
  owner_id: >-
    a
    b
"""
    assert read(text) == [
        {
            "mailbox": "0123",
            "name": "0042",
            "description": "{{ x }}",
            "pin": "0042",
            "owner_id": "a b",
            "source": "boxes.yml:2",
        }
    ]


def test_json_numbers_are_read() -> None:
    kazoo = '{"operator_number": 5, "notify": {"callback": {"attempts": 7}}}'
    text = f'[{{"mailbox": 3000, "kazoo": {kazoo}}},\n{{"mailbox": -0}}]'
    assert read(text, "boxes.json") == [
        {
            "mailbox": "3000",
            "kazoo": {"operator_number": "5", "notify": {"callback": {"attempts": 7}}},
            "source": "boxes.json:1",
        },
        {"mailbox": "-0", "source": "boxes.json:2"},
    ]


def test_values_that_cannot_be_restored_are_unchanged() -> None:
    """Check that a numeric PIN, which may have lost zeros, and a fractional number are not converted."""
    (item,) = read('[{"mailbox": 3000.0, "pin": 42, "name": true}]', "boxes.json")
    assert [type(item[option]) for option in ("mailbox", "pin", "name")] == [float, int, bool]


@pytest.mark.parametrize("name", ["boxes.yml", "boxes.json"])
def test_repeated_keys_are_reported_with_both_lines(name: str, loader: str) -> None:
    text = '{"mailboxes": [{"mailbox": "1",\n"emails": [],\n"emails": [{"a":\n1, "\\u0061": 2}]}],\n"mailboxes": []}'
    assert problems_of(text, name) == (
        f"{name}:4: the key `a` is repeated, first in line 3. Keep one of the two",
        f"{name}:3: the key `emails` is repeated, first in line 2. Keep one of the two",
        f"{name}:5: the key `mailboxes` is repeated, first in line 1. Keep one of the two",
    )


def test_a_key_with_and_without_quotes_is_the_same(loader: str) -> None:
    assert problems_of("- on: 1\n  'on': 2") == (
        "boxes.yml:2: the key `on` is repeated, first in line 1. Keep one of the two",
    )


def test_merged_keys_are_read(loader: str) -> None:
    text = """
x-base: &base {name: Base, emails: [a@example.com], kazoo: {skip_greeting: yes}}
x-more: &more {name: More, pin: 0042}
mailboxes:
- {<<: *base, mailbox: 0100, name: Own}
- <<: [*more, *base]
  mailbox: 0200
- "<<": x
"""
    assert read(text) == [
        {
            "mailbox": "0100",
            "name": "Own",
            "emails": ["a@example.com"],
            "kazoo": {"skip_greeting": True},
            "source": "boxes.yml:5",
        },
        {
            "mailbox": "0200",
            "name": "More",
            "pin": "0042",
            "emails": ["a@example.com"],
            "kazoo": {"skip_greeting": True},
            "source": "boxes.yml:6",
        },
        {"<<": "x", "source": "boxes.yml:8"},
    ]


def test_two_merges_in_one_mapping_are_refused(loader: str) -> None:
    assert problems_of("- &a {b: 1}\n- <<: *a\n  <<: *a") == (
        "boxes.yml:3: the key `<<` is repeated. Use one with a list: `<<: [*first, *second]`",
    )


DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(data=DATA, indent=st.sampled_from([None, 1]))
def test_json_is_read_as_the_standard_library_reads_it(data: t.Any, indent: int | None) -> None:
    written = json.dumps(data, indent=indent)
    assert documents.plain(documents.load(written, "x.json")) == data


printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=4)


@given(
    data=st.recursive(
        st.none() | st.booleans() | st.integers() | printable,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(printable, inner, max_size=4),
        max_leaves=12,
    )
)
def test_yaml_is_read_as_pyyaml_reads_it(data: t.Any) -> None:
    assert documents.plain(documents.load(yaml.safe_dump(data), "x.yml")) == data


@given(
    text=st.text(st.sampled_from("[]{}:,\"'&*!|>-?#%@`\n \t<<~0a\\"), max_size=40)
    | st.text(st.characters(codec="utf-8"), max_size=30),
    name=st.sampled_from(["x.yml", "x.json", "x.csv"]),
)
def test_any_text_is_read_or_refused_by_name(text: str, name: str) -> None:
    problems: list[Problem] = []
    entries = read_entries(File(text, name), Layout(), problems)
    found = [*problems, *(problem for entry in entries for problem in entry.problems)]
    assert [problem for problem in map(str, found) if not problem.startswith((name, "`columns`"))] == []
