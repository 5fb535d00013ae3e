# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field tables: rules that apply to every vendor."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import Integer
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor


def test_resources_have_a_plural_for_errors() -> None:
    tables = [table for name in NAMES for table in vendor(name).tables.values()]
    assert {table.plural for table in tables} == {"mailboxes", "shared voicemails"}


@pytest.mark.parametrize("text", ["9" * 19, "9" * 5000, "-" + "9" * 5000, "\u0661"])
def test_infinity_is_read_unchanged_and_refused_as_a_declaration(text: str) -> None:
    assert Integer().read(text) == text
    with pytest.raises(ValueError, match="must be a whole number"):
        Integer().parse(text)
