# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quick check of plain email addresses accepts no address that the detailed check refuses."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model import addresses
from hypothesis import given
from hypothesis import strategies as st


@given(st.from_regex(addresses._PLAIN, fullmatch=True))
def test_plain_addresses_pass_the_detailed_check(text: str) -> None:
    assert addresses._problem_in_detail(text) is None


@pytest.mark.parametrize(
    "text", ["a@b", "a b@example.com", "a@example.com\n", "a@b.1", "mailto:a@example.com", "a..b@example.com", "é@b.cd"]
)
def test_other_addresses_are_checked_in_detail(text: str) -> None:
    assert addresses._PLAIN.fullmatch(text) is None
    assert addresses.address_problem(text) == addresses._problem_in_detail(text)
