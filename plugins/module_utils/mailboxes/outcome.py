# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outcomes of the steps of a plan, and their report."""

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
    """The outcome of one step.

    :param box: the box after the step, if known.
    :param uncertain: whether a request with a lost reply may have created the box.
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

    def as_row(self) -> dict[str, t.Any]:
        """Return the outcome for a module's result, without secrets."""
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
        """Return the difference and other data of the step for a plan."""
        return difference(self.table, self.step)


@dataclasses.dataclass(slots=True)
class SkippedEntry(ListedStep):
    """An invalid declaration that was skipped."""

    table: FieldTable
    item: SkippedItem

    @property
    def subject(self) -> Subject:
        """The box, where its number is sure."""
        return Subject(self.table.resource, self.label)

    @property
    def action_name(self) -> str:
        """No action."""
        return str(Action.NONE)

    @property
    def label(self) -> str:
        """The number of the box, if certain."""
        return self.item.number or self.item.id or ""

    @property
    def source(self) -> str | None:
        """File and line of the item."""
        return self.item.source

    @property
    def reason(self) -> str:
        """The problems of the declaration."""
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
        """Return an empty difference."""
        return {"before": {}, "after": {}}


@dataclasses.dataclass(slots=True)
class Report(RunReport[Outcome]):
    """The report of a plan.

    :param guards: guards that would stop the plan, if they are only reported.
    """

    plan: Plan = dataclasses.field(kw_only=True)
    checksum: str = ""
    guards: list[str] = dataclasses.field(default_factory=list)

    actions: t.ClassVar[tuple[str, ...]] = tuple(map(str, Action))

    @property
    def nouns(self) -> Nouns:
        """The nouns for the resource."""
        return Nouns(self.plan.table.resource, self.plan.table.plural)

    def with_skipped(self, items: t.Iterable[SkippedItem]) -> Report:
        """Return the report with skipped declarations appended."""
        skipped = [SkippedEntry(self.plan.table, item, status=Status.SKIPPED) for item in items]
        # Skipped items have no step. Only a task with one declaration, which skips none, uses this.
        self.steps += t.cast("list[Outcome]", skipped)
        return self
