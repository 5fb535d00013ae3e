# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each box of a plan."""

from __future__ import annotations

import dataclasses
import typing as t

from ..model.fields import FieldTable
from ..model.mailbox import Box, SkippedItem
from ..model.problem import Subject
from ..reporting.sentences import Nouns
from ..results import ListedStep, RunReport, Status
from .describe import difference
from .plan import Action, Plan, Step


@dataclasses.dataclass(slots=True)
class Outcome(ListedStep):
    """What became of one step.

    :param box: the box after the step, where it is known.
    :param uncertain: a request whose reply was lost may have created the box.
    """

    table: FieldTable
    step: Step
    box: Box | None = None
    uncertain: bool = dataclasses.field(default=False, kw_only=True)

    @property
    def subject(self) -> Subject:
        """The box, as errors name it."""
        return Subject(self.table.resource, self.step.number)

    @property
    def action_name(self) -> str:
        """The action of the step."""
        return str(self.step.action)

    @property
    def label(self) -> str:
        """The number of the box."""
        return self.step.number

    @property
    def source(self) -> str | None:
        """File and line of the item."""
        return self.step.source

    @property
    def reason(self) -> str:
        """The error without the number of the box."""
        return self.error.reason(self.subject) if self.error else ""

    def as_row(self) -> dict[str, t.Any]:
        """Return the outcome for a module's result; secrets are named and never shown."""
        box = self.box or self.step.current
        return {
            self.table.key: self.step.number,
            "id": box.id if box else None,
            "action": self.action_name,
            "status": str(self.status),
            "changed_fields": sorted(self.step.changes),
            "source": self.source,
            "error": str(self.error) if self.error else None,
        }

    def difference(self) -> dict[str, t.Any]:
        """Return before and after, and what a plan shows of the step."""
        return difference(self.table, self.step)


@dataclasses.dataclass(slots=True)
class SkippedEntry(ListedStep):
    """A declaration that was left out since it is wrong."""

    table: FieldTable
    item: SkippedItem

    @property
    def action_name(self) -> str:
        """Nothing is done."""
        return str(Action.NONE)

    @property
    def label(self) -> str:
        """The number of the box, where it is sure."""
        return self.item.number or self.item.id or ""

    @property
    def source(self) -> str | None:
        """File and line of the item."""
        return self.item.source

    @property
    def reason(self) -> str:
        """What is wrong with it."""
        return "; ".join(self.item.problems)

    def as_row(self) -> dict[str, t.Any]:
        """Return the declaration for a module's result."""
        return {
            self.table.key: self.item.number,
            "id": self.item.id,
            "action": self.action_name,
            "status": str(self.status),
            "changed_fields": [],
            "source": self.source,
            "error": self.reason,
        }

    def difference(self) -> dict[str, t.Any]:
        """Return before and after, which are the same."""
        return {"before": {}, "after": {}}


@dataclasses.dataclass(slots=True)
class Report(RunReport[Outcome]):
    """What became of a plan.

    :param guards: what stops the plan before its first write, where that is only reported.
    """

    plan: Plan = dataclasses.field(kw_only=True)
    checksum: str = ""
    guards: list[str] = dataclasses.field(default_factory=list)

    actions: t.ClassVar[tuple[str, ...]] = tuple(map(str, Action))

    @property
    def nouns(self) -> Nouns:
        """The resource, in words."""
        return Nouns(self.plan.table.resource, self.plan.table.plural)

    def with_skipped(self, items: t.Iterable[SkippedItem]) -> Report:
        """Return the report with the declarations that were left out, which follow those of the plan."""
        skipped = [SkippedEntry(self.plan.table, item, status=Status.SKIPPED) for item in items]
        # They have no step. Only a task with one declaration, which skips none, asks a report for it.
        self.steps += t.cast("list[Outcome]", skipped)
        return self
