# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user sees: results, differences and the checksum of a plan, with every secret masked by its position."""

from __future__ import annotations

import hashlib
import json
import typing as t

from ..model.fields import FieldTable, place
from ..model.kinds import UNKNOWN, Canonical
from ..model.mailbox import Box
from ..model.masks import HIDDEN, HIDDEN_NEW
from ..model.text import clean
from .plan import Action, Plan, Step


def to_options(
    table: FieldTable,
    number: str,
    box_id: str | None,
    values: t.Mapping[str, Canonical],
    *,
    unset: bool,
    pins: bool = False,
) -> dict[str, t.Any]:
    """Return a box in the form that the user writes.

    :param unset: also name options that are not set, as null; otherwise they are left out.
    :param pins: also show PINs that the vendor shows; otherwise they are left out.
    """
    options: dict[str, t.Any] = {table.key: number, "id": box_id}
    for field in table.fields:
        value = values.get(field.option)
        if field.creation_only or (field.secret and (not pins or value is UNKNOWN)):
            continue
        # Null would say that it is not set, where it was only not read.
        if value is None and (not unset or field.on_demand):
            continue
        place(options, field.option, value)
    return options


def describe(table: FieldTable, box: Box, *, pins: bool = False) -> dict[str, t.Any]:
    """Return a box for reading: options that are set, id, and the vendor's own object without its secrets.

    With ``pins``, ``hidden`` names the secrets that the box has and the vendor does not show: a missing PIN alone
    does not reveal which of the two it is.
    """
    options = to_options(table, box.number, box.id, box.values, unset=False, pins=pins)
    hidden = hidden_secrets(table, box) if pins else []
    if hidden:
        options["hidden"] = hidden
    options["native"] = without_secrets(table, box.native or {})
    return options


def hidden_secrets(table: FieldTable, box: Box) -> list[str]:
    """Return the secret options of a box that the vendor does not show."""
    return sorted(option for option in table.secrets if box.values.get(option) is UNKNOWN)


def without_secrets(table: FieldTable, native: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the vendor's object without the fields that hold secrets, at any depth."""
    hidden = {field.wire for field in table.fields if field.secret} | table.hidden
    return t.cast("dict[str, t.Any]", _without(native, hidden))


def _without(value: t.Any, hidden: set[str]) -> t.Any:
    if isinstance(value, t.Mapping):
        return {str(key): _without(inner, hidden) for key, inner in value.items() if key not in hidden}
    if isinstance(value, (list, tuple)):
        return [_without(inner, hidden) for inner in value]
    return value


def predicted(table: FieldTable, step: Step) -> dict[str, t.Any]:
    """Return the box that a step leaves; empty after a deletion."""
    if step.action is Action.DELETE or (step.desired is not None and not step.desired.present):
        return {}
    return to_options(table, step.number, step.current.id if step.current else None, step.after, unset=True)


def difference(table: FieldTable, step: Step) -> dict[str, t.Any]:
    """Return before and after of the options that change, as Ansible shows differences, and what names the step."""
    about: dict[str, t.Any] = {table.key: step.number, "action": str(step.action), "source": step.source}
    if step.action is Action.DELETE:
        about.update(messages=step.messages, pruned=step.desired is None)
    return {**about, **_difference(table, step)}


def _difference(table: FieldTable, step: Step) -> dict[str, t.Any]:
    header = _header(table, step.number)
    if step.action is Action.DELETE:
        told = {option: value for option, value in step.after.items() if value != table.by_option[option].absent}
        gone = to_options(table, step.number, None, told, unset=False)
        gone.pop("id")
        return {"before_header": header, "after_header": f"{header} (absent)", "before": gone, "after": {}}
    before, after = _sides(table, step)
    if step.action is Action.CREATE:
        return {
            "before_header": f"{header} (absent)",
            "after_header": header,
            "before": {},
            "after": {table.key: step.number, **after},
        }
    former = _header(table, step.current.number) if step.current else header
    return {"before_header": former, "after_header": header, "before": before, "after": after}


def _header(table: FieldTable, number: str) -> str:
    # Some vendors allow any text as a number, and Ansible shows the header as it is.
    return clean(f"{table.resource} {number}")


def _sides(table: FieldTable, step: Step) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    before, after = {}, {}
    for option, (old, new) in step.changes.items():
        secret = option in table.secrets
        before[option] = HIDDEN if secret and old is not None else old
        after[option] = HIDDEN_NEW if secret and new is not None else new
    return before, after


def checksum(plan: Plan, system: t.Sequence[str] = ()) -> str:
    """Return a digest of what a plan does and where; two plans that do the same on one system have the same.

    It is taken over masked values, so it does not tell one PIN from another: a digest that did would let anyone
    who sees it try all the four-digit PINs there are.

    :param system: vendor, address and account. Without it, the digest is the one of version 1.0, of the plan alone.
    """
    digest = hashlib.sha256()
    if system:
        digest.update(json.dumps([*system, plan.table.resource]).encode())
    for step in sorted(plan.steps, key=lambda step: (step.number, step.action)):
        if step.action is Action.NONE:
            continue
        before, after = _sides(plan.table, step)
        identity = step.current.id if step.current else None
        digest.update(
            json.dumps([step.action, step.number, identity, before, after], sort_keys=True, default=str).encode()
        )
    return digest.hexdigest()
