# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shorten boxes for export: omit the vendor's defaults, and state shared values once.

Applying the short form to the same system changes nothing. It manages fewer options than the long form, since
omitted options are not managed.
"""

from __future__ import annotations

import collections
import dataclasses
import json
import typing as t

from ..model.fields import Field, FieldTable, place
from ..model.kinds import UNKNOWN, Canonical
from ..model.mailbox import Box
from .describe import hidden_secrets

Options: t.TypeAlias = "dict[str, t.Any]"


@dataclasses.dataclass(frozen=True)
class Compact:
    """Boxes in their short form.

    :param defaults: values that most boxes share, as the option ``defaults`` accepts them.
    :param items: the boxes in their order. Null overrides a default that a box does not share.
    """

    defaults: Options
    items: list[Options]


def compact(table: FieldTable, boxes: t.Sequence[Box], *, pins: bool = False) -> Compact:
    """Return the short form of full boxes.

    :param pins: keep the PINs that the vendor shows.
    """
    defaults: Options = {}
    items: list[Options] = [{table.key: box.number, "id": box.id} for box in boxes]
    for field in table.fields:
        if field.creation_only or (field.secret and not pins):
            continue
        values = [box.values.get(field.option) for box in boxes]
        shared = _shared_value(field, values)
        if shared is not None:
            place(defaults, field.option, shared)
        for item, value in zip(items, values, strict=True):
            # The vendor's default is stated only if most boxes share another value.
            usual = field.default if shared is None else shared
            if value is not UNKNOWN and value != usual and (value is not None or shared is not None):
                place(item, field.option, value)
    for item, box in zip(items, boxes, strict=True):
        hidden = hidden_secrets(table, box) if pins else []
        if hidden:
            item["hidden"] = hidden
    return Compact(defaults, items)


def _shared_value(field: Field, values: t.Sequence[Canonical]) -> Canonical:
    """Return the value that more than half of several boxes share and the others can override, or None."""
    if len(values) < 2 or field.secret or field.required or field.on_demand or field.local:
        return None
    counts = collections.Counter(map(_key, values))
    key, count = counts.most_common(1)[0]
    value = next(value for value in values if _key(value) == key)
    overridable = field.clearable or not any(one is None for one in values)
    if value in (None, field.default) or UNKNOWN in values or 2 * count <= len(values) or not overridable:
        return None
    return value


def _key(value: Canonical) -> str:
    # Lists cannot be hashed, and 1 equals True.
    return json.dumps(value, sort_keys=True, default=repr)


__all__ = ("Compact", "compact")
