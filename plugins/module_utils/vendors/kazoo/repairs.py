# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repair fields that an older KAZOO stored in a form that the server refuses today.

See docs/vendors/kazoo.md, "Patching a mailbox".
"""

from __future__ import annotations

import typing as t

from ...model.fields import FieldTable
from ...model.kinds import UNKNOWN


def repairable(table: FieldTable, values: t.Mapping[str, t.Any], refused: t.Collection[str]) -> list[str]:
    """Return the options whose stored fields are refused although their values are valid.

    :param values: the values of the stored mailbox.
    :param refused: wire names of the fields that the server refuses.
    """
    return [
        option
        for option, value in values.items()
        if _is_refused(table, option, refused) and _is_valid(table, option, value)
    ]


def _is_refused(table: FieldTable, option: str, refused: t.Collection[str]) -> bool:
    """Check whether the server refuses a field of an option; a refused field may be an entry of a list."""
    field = table.by_option[option]
    wires = (
        [field.wire]
        if field.wire
        else [name for one in table.composites for name in one.wires if option in one.options]
    )
    return any(name == wire or name.startswith(f"{wire}.") for wire in wires for name in refused)


def _is_valid(table: FieldTable, option: str, value: t.Any) -> bool:
    """Check whether a stored value has a form that the server accepts."""
    kind = table.by_option[option].kind
    try:
        return value is None or (value is not UNKNOWN and kind.parse(kind.write(value)) == value)
    except ValueError:
        return False
