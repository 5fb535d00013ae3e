# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes and accounts become hosts with names, variables and groups."""

from __future__ import annotations

import re

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import hosts
from ansible_collections.telephony.voicemail.plugins.module_utils.model.account import Account
from hypothesis import given
from hypothesis import strategies as st

TREE = [
    Account("a", "Acme", "acme.example.com"),
    Account("b", "Acme Berlin", "berlin.example.com", ("a",)),
    Account("c", "Acme Berlin", "", ("a",)),
    Account("d", "Workshop", "workshop.example.com", ("a", "b")),
]


def made(groupings: tuple[str, ...] = hosts.DEFAULT_GROUPINGS["accounts"]) -> list[hosts.Host]:
    """Return the accounts of the tree as hosts."""
    shown = [account.as_dict() for account in TREE]
    names = {one["id"]: hosts.fit_name(hosts.usual_name("accounts", one)) for one in shown}
    variables = [hosts.variables_of("accounts", one, None, "kazoo", "https://kazoo.example.com/v2") for one in shown]
    return [
        hosts.Host(names[one["id"]], given, hosts.groups_of("accounts", groupings, given, names))
        for one, given in zip(shown, variables, strict=True)
    ]


def test_accounts_are_named_by_realm_or_id() -> None:
    assert [host.name for host in made()] == ["acme.example.com", "berlin.example.com", "c", "workshop.example.com"]


def test_accounts_are_grouped_by_depth_and_parent() -> None:
    assert [host.groups for host in made()] == [
        ("accounts", "vendor_kazoo", "depth_0"),
        ("accounts", "vendor_kazoo", "depth_1", "below_acme.example.com"),
        ("accounts", "vendor_kazoo", "depth_1", "below_acme.example.com"),
        ("accounts", "vendor_kazoo", "depth_2", "below_berlin.example.com"),
    ]
    assert made(("depth",))[1].groups == ("accounts", "depth_1")


def test_a_branch_is_a_child_of_the_branch_above_it() -> None:
    assert hosts.nested_groups(made()) == [("below_acme.example.com", "below_berlin.example.com")]
    # Without the account between them, their relation is unknown.
    assert hosts.nested_groups([host for host in made() if host.name != "berlin.example.com"]) == []


def test_mailboxes_are_grouped_by_known_values() -> None:
    shown = {"mailbox": "3000", "id": "x", "timezone": "Europe/Berlin", "owner_id": "o1"}
    known = hosts.variables_of("mailboxes", shown, 2, "kazoo", "https://kazoo.example.com/v2")
    assert known["voicemail_mailbox"] is shown
    assert known["voicemail_messages"] == 2
    groupings = hosts.GROUPINGS["mailboxes"]
    assert hosts.groups_of("mailboxes", groupings, known, {}) == (
        "mailboxes",
        "vendor_kazoo",
        "owner_o1",
        "timezone_Europe/Berlin",
        "has_messages",
    )
    bare = hosts.variables_of("mailboxes", {"mailbox": "3001", "id": "y"}, 0, "onsip", "https://api.onsip.com/api")
    assert hosts.groups_of("mailboxes", groupings, bare, {}) == ("mailboxes", "vendor_onsip", "no_messages")
    assert "voicemail_messages" not in hosts.variables_of("mailboxes", shown, None, "kazoo", "")


@pytest.mark.parametrize("resource", hosts.GROUPINGS)
def test_messages_are_not_counted_by_default(resource: str) -> None:
    assert "messages" not in hosts.DEFAULT_GROUPINGS[resource]
    assert hosts.unsupported_groupings(resource, hosts.GROUPINGS[resource]) == []
    assert hosts.unsupported_groupings(resource, ("vendor", "colour")) == ["colour"]


@pytest.mark.parametrize(
    ("text", "name"),
    [("*97", "_97"), ("3000,!all", "3000__all"), (" Büro 1 ", "Büro_1"), ("--", ""), ("@list", "_list")],
)
def test_names_that_are_patterns_are_refused(text: str, name: str) -> None:
    assert hosts.fit_name(text) == name


@given(st.text(max_size=20))
def test_host_names_are_never_patterns(text: str) -> None:
    name = hosts.fit_name(text)
    assert not re.search(r"[\s,:&!*?\[\]@/~]", name)
    assert not name.startswith("-")
    assert hosts.fit_name(name) == name


@given(st.lists(st.sampled_from("abcdef")))
def test_the_first_duplicate_name_is_returned(names: list[str]) -> None:
    twice = hosts.repeated(names)
    assert (twice is None) == (len(set(names)) == len(names))
    assert twice is None or names.count(twice) > 1
