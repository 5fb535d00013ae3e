# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Update mailboxes that an older KAZOO stored: the server validates the whole merged document, not only the change."""

from __future__ import annotations

import typing as t

import pytest
from helpers.runners import RUNNERS, Result
from helpers.subjects import KAZOO

OLD: dict[str, dict[str, t.Any]] = {
    "number": {"mailbox": 3000},
    "addresses": {"notify_email_addresses": "a@example.com"},
    "greeting": {"media": {"unavailable": ""}},
    "flag": {"require_pin": "maybe"},
    "nested": {"notify": {"callback": {"attempts": "many"}}},
    "several": {"mailbox": 3000, "media": {"unavailable": ""}, "notify_email_addresses": "a@example.com"},
}
NORMAL: dict[str, dict[str, t.Any]] = {
    "number": {"mailbox": "3000"},
    "addresses": {"notify_email_addresses": ["a@example.com"]},
    "greeting": {"media": {}},
    "several": {"mailbox": "3000", "media": {}, "notify_email_addresses": ["a@example.com"]},
}


def run(document: dict[str, t.Any], profile: str, options: dict[str, t.Any]) -> tuple[list[Result], dict[str, t.Any]]:
    """Update a stored document twice, and return the results and the document."""
    with KAZOO.serve({"profile": profile}) as server:
        stored = {"name": "Old desk", "mailbox": "3000", "owner_id": "0" * 32, **document}
        server.vendor.state.save_box(server.vendor.ACCOUNT_ID, server.vendor.new_id(), stored)
        given = KAZOO.arguments(server, mailboxes=[{"mailbox": "3000", **options}])
        results = [RUNNERS["worker"]("vmboxes", given, check=check) for check in (True, False, False)]
        (box,) = KAZOO.stored(server)
        return results, dict(box.fields)


@pytest.mark.parametrize("profile", ["4.3", "M", "5"])
@pytest.mark.parametrize("old", NORMAL)
def test_fields_in_an_old_format_are_normalized(old: str, profile: str) -> None:
    (planned, done, again), stored = run(OLD[old], profile, {"name": "New desk"})
    assert planned["results"][0]["changed_fields"] == ["name"]
    assert not done["failed"], done["msg"]
    assert done["results"][0]["changed_fields"] == ["name"]
    assert not again["changed"], again
    assert {name: stored[name] for name in ("name", "owner_id")} == {"name": "New desk", "owner_id": "0" * 32}
    for name, value in NORMAL[old].items():
        assert stored.get(name, {}) == value


@pytest.mark.parametrize("old", ["flag", "nested"])
def test_fields_that_cannot_be_normalized_are_reported(old: str) -> None:
    (_planned, done, _again), stored = run(OLD[old], "M", {"name": "New desk"})
    assert done["failed"]
    assert stored["name"] == "Old desk"
    assert "require_pin" in str(done["results"][0]["error"]) or "notify.callback" in str(done["results"][0]["error"])
