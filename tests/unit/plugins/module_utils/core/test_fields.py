# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field tables: what is the same for every vendor."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import FieldTable
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import Integer
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor


def test_several_of_a_resource_have_a_name_for_errors() -> None:
    tables = [table for name in NAMES for table in vendor(name).tables.values()]
    assert {table.plural for table in tables} == {"mailboxes", "shared voicemails"}


@pytest.mark.parametrize("table", [table for name in NAMES for table in vendor(name).tables.values()])
def test_some_options_have_the_values_that_all_have(table: FieldTable) -> None:
    native = {field.wire.partition(".")[0]: "x" for field in table.fields if field.wire}
    for shown in ({}, native):
        values = table.decode(shown)
        assert table.decode_some(frozenset(values), shown) == values
        for option, value in values.items():
            assert table.decode_some(frozenset((option,)), shown) == {option: value}
    with pytest.raises(KeyError):
        table.decode_some(frozenset(("no_such_option",)), native)


@pytest.mark.parametrize("text", ["9" * 19, "9" * 5000, "-" + "9" * 5000, "\u0661"])
def test_a_number_without_end_is_read_as_it_came_and_is_no_declaration(text: str) -> None:
    assert Integer().read(text) == text
    with pytest.raises(ValueError, match="must be a whole number"):
        Integer().parse(text)
