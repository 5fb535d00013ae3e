# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check values that some installations refuse against the schema of the server.

See docs/vendors/kazoo.md, "Fields of a mailbox".
"""

from __future__ import annotations

import re
import typing as t
import zoneinfo

from ...deps import pydantic
from ...errors import not_understood
from ...mailboxes.plan import Step
from ...model.operation import Operation
from ...model.problem import Problem
from ...model.zones import zone_caution
from .fields import MAILBOX


class Limits(pydantic.BaseModel):
    """The limits of a schema for a text."""

    minLength: int = 0  # noqa: N815  names of JSON Schema
    maxLength: int | None = None  # noqa: N815
    pattern: str | None = None
    enum: list[t.Any] | None = None

    def problem(self, text: str) -> str | None:
        """Return what is wrong with a text, without quoting it, or None."""
        if len(text) < self.minLength or (self.maxLength is not None and len(text) > self.maxLength):
            most = f" to {self.maxLength}" if self.maxLength is not None else " or more"
            return f"must be {self.minLength}{most} characters long on this server, got {len(text)}"
        if self.enum is not None and text not in self.enum:
            return "is not a value that this server supports"
        try:
            fits = self.pattern is None or re.search(self.pattern, text) is not None
        except re.error:
            fits = True
        return None if fits else f"does not match {self.pattern}, as this server requires"


def doubtful(steps: t.Iterable[Step]) -> list[tuple[Step, str, str]]:
    """Return (step, option, value) of values that some installations refuse."""
    tests: dict[str, t.Callable[[str], bool]] = {"pin": _is_unusual_pin, "timezone": _is_unusual_zone}
    return [
        (step, option, step.writes[option])
        for step in steps
        for option, is_unusual in tests.items()
        if step.writes.get(option) is not None and is_unusual(step.writes[option])
    ]


def schema_problems(found: t.Iterable[tuple[Step, str, str]], properties: t.Mapping[str, t.Any]) -> list[Problem]:
    """Return a problem for each value that the schema refuses."""
    problems = []
    for step, option, value in found:
        wire = MAILBOX.by_option[option].wire
        try:
            # Properties that this server does not know have no limits.
            problem = Limits.model_validate(properties.get(wire, {})).problem(value)
        except pydantic.ValidationError:
            raise not_understood(
                Operation("read", "the schema of mailboxes"), f"expected the limits of `{wire}`"
            ) from None
        if problem and step.desired:
            hint = (zone_caution(value) or "") if option == "timezone" else ""
            problems.append(Problem(problem, option=option, subject=step.desired.at(option), hint=hint))
    return problems


def _is_unusual_pin(pin: str) -> bool:
    return not re.fullmatch(r"[0-9]{4,6}", pin)


def _is_unusual_zone(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return True
    return not 5 <= len(name) <= 32
