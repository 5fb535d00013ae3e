# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For a misspelt `timezone`, an error or a warning suggests the most similar one, on every vendor with the option."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.runners import in_worker

MISSPELT = {
    "America/Dnver": "America/Denver",
    "america/chicago": "America/Chicago",
    "America/Los_Angelos": "America/Los_Angeles",
}
HAVING = sorted(name for name in NAMES if "timezone" in vendor(name).tables["mailbox"].by_option)


@pytest.mark.parametrize(("written", "meant"), MISSPELT.items())
@pytest.mark.parametrize("name", HAVING)
def test_most_similar_zone_is_suggested(name: str, written: str, meant: str) -> None:
    items = [{"mailbox": "3000", "name": "Desk", "timezone": written}]
    result = in_worker("vmboxes", {"vendor": name, "mailboxes": items, "validate_only": True})
    assert f"did you mean {meant}?" in " ".join([result["msg"], *result.get("warnings", ())])


def test_vendors_with_zones() -> None:
    assert HAVING == ["kazoo", "onsip"]


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(HAVING)))
def test_others_state_where_the_zone_is_set(name: str) -> None:
    items = [{"mailbox": "3000", "timezone": "America/Dnver"}]
    result = in_worker("vmboxes", {"vendor": name, "mailboxes": items, "validate_only": True})
    assert "the time zone is a setting of the tenant" in result["msg"]


def test_dissimilar_zone_gets_no_suggestion() -> None:
    items = [{"mailbox": "3000", "name": "Desk", "timezone": "Europe/Paris"}]
    result = in_worker("vmboxes", {"vendor": "onsip", "mailboxes": items, "validate_only": True})
    assert "OnSIP supports only these four zones" in result["msg"]
    assert "did you mean" not in result["msg"]
