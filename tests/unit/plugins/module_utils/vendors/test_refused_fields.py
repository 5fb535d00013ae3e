# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about a refused value names the fields, if the vendor names them."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.replies import correction_hint
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO


@pytest.mark.parametrize(
    ("details", "hint"),
    [
        ({"pin": "too short"}, "Correct the option of the field pin"),
        ({"pin": "too short", "name": "too long"}, "Correct the option of the fields pin and name"),
        (dict.fromkeys("abcde", "wrong"), "Correct the option of the fields a and b and c and others"),
        ({"": "no"}, "Compare the options with the server's documentation"),
        ({}, "Compare the options with the server's documentation"),
    ],
)
def test_hint(details: dict[str, str], hint: str) -> None:
    assert correction_hint(details) == hint


@pytest.mark.parametrize("runner", RUNNERS)
def test_refusal_without_fields(runner: str) -> None:
    with KAZOO.serve(mailboxes=0, faults=["status:422,method=PUT,path=vmboxes$"]) as server:
        result = RUNNERS[runner]("vmbox", KAZOO.arguments(server, mailbox="3000", name="Desk"))
    assert "this field" not in result["msg"]
    assert "Compare the options with the server's documentation." in result["msg"]
