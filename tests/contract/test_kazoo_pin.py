# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove the PIN of a KAZOO mailbox with `pin: null`, and refuse that everywhere else."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, check_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.tables import Entry
from helpers.leaks import contains_secret
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO

PIN = "908172"


def fields(server: t.Any) -> dict[str, t.Any]:
    """Return the stored fields of the only mailbox."""
    (box,) = KAZOO.stored(server)
    return dict(box.fields)


@pytest.mark.parametrize("profile", ["4.3", "M", "5"])
def test_null_removes_the_pin(profile: str) -> None:
    with KAZOO.serve({"profile": profile}) as server:
        server.vendor.state.save_box(
            server.vendor.ACCOUNT_ID, server.vendor.new_id(), {"name": "x", "mailbox": "3000", "pin": PIN}
        )
        options = KAZOO.arguments(server, mailbox="3000", pin=None)
        planned = RUNNERS["worker"]("vmbox", options, check=True)
        assert fields(server)["pin"] == PIN
        done = RUNNERS["worker"]("vmbox", options, check=False)
        for result in (planned, done):
            assert (result["action"], result["changed_fields"]) == ("update", ["pin"]), result
            assert result["diff"]["after"] == {"pin": None}
            assert not contains_secret(PIN, str(result))
        assert "pin" not in fields(server)
        assert not RUNNERS["worker"]("vmbox", options, check=False)["changed"]
        read = RUNNERS["worker"]("vmbox_info", KAZOO.arguments(server, include_pins=True), check=False)
        assert "pin" not in read["mailboxes"][0]


def test_a_new_mailbox_with_null_has_no_pin() -> None:
    with KAZOO.serve({"profile": "M"}) as server:
        options = KAZOO.arguments(server, mailbox="3000", name="x", pin=None)
        assert RUNNERS["worker"]("vmbox", options, check=False)["action"] == "create"
        assert "pin" not in fields(server)
        assert not RUNNERS["worker"]("vmbox", options, check=False)["changed"]


@pytest.mark.parametrize(
    ("vendor", "value", "problem"),
    [
        ("kazoo", "", "`pin` must not be empty"),
        ("kazoo", [], "`pin` must be"),
        ("portsip", None, "`pin` cannot be cleared"),
        ("tel4vn", None, "`pin` cannot be cleared"),
        ("onsip", None, "`pin` cannot be cleared"),
        ("onsip", "", "`pin` must not be empty"),
    ],
)
def test_other_ways_to_clear_a_pin_are_refused(vendor: str, value: t.Any, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        check_entries([Entry("a.yml:1", {"mailbox": "3000", "pin": value})], [], Checks(vendor=vendor))
