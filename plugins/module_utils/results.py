# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outcomes of steps and tasks, shared by all modules."""

from __future__ import annotations

import abc
import collections
import dataclasses
import enum
import typing as t

from .errors import VoicemailError
from .model.problem import Subject
from .reporting.sentences import WORDS_DONE, Counts, Failure, Nouns, failure_text, interrupted_text, outcome_text

#: Names in a summary of completed steps by action: `update` and `copy` are methods of dictionaries in a
#: template. Every module uses these words.
DONE = {**WORDS_DONE, "mode": "mode_changed", "none": "unchanged"}


class Status(enum.StrEnum):
    """The status of a step."""

    PENDING = ""
    OK = "ok"
    CHANGED = "changed"
    FAILED = "failed"
    SKIPPED = "skipped"


def summarized(actions: t.Mapping[str, int], **others: int) -> dict[str, int]:
    """Return a summary: completed steps, other counts, and the steps again by action.

    The actions are the deprecated keys of 1.0, which 2.0.0 removes.
    """
    return {**{DONE[action]: count for action, count in actions.items()}, **others, **actions}


@dataclasses.dataclass(slots=True, kw_only=True)
class StepResult:
    """The outcome of one step of a task.

    :param wrote: whether something was written, even if the step failed later.
    """

    status: Status = Status.PENDING
    error: VoicemailError | None = None
    wrote: bool = False

    @property
    def is_done(self) -> bool:
        """Check whether the declared state was reached."""
        return self.status in (Status.OK, Status.CHANGED)

    @property
    def changed(self) -> bool:
        """Check whether anything was changed, even if the step then failed."""
        return self.status is Status.CHANGED or (self.status is Status.FAILED and self.wrote)

    def fail(self, error: VoicemailError) -> None:
        """Record a failure."""
        self.status, self.error = Status.FAILED, error


@dataclasses.dataclass(slots=True, kw_only=True)
class ListedStep(StepResult, abc.ABC):
    """The outcome of one of several steps of a task."""

    @property
    @abc.abstractmethod
    def action_name(self) -> str:
        """The action: a key of ``DONE``."""

    @property
    @abc.abstractmethod
    def label(self) -> str:
        """The name of the step in a list: a number or an id."""

    @property
    @abc.abstractmethod
    def subject(self) -> Subject:
        """What the step is about, as errors name it."""

    @property
    def reason(self) -> str:
        """The reason of its failure without its name, so that equal reasons can be grouped."""
        return self.error.reason(self.subject) if self.error else ""

    @abc.abstractmethod
    def as_row(self) -> dict[str, t.Any]:
        """Return the step as a row of ``results``, without secrets."""

    @abc.abstractmethod
    def difference(self) -> dict[str, t.Any]:
        """Return the difference as Ansible prints it, and the data that identifies the step in a plan."""

    @property
    def source(self) -> str | None:
        """File and line of the item, if it was read from a file."""
        return None


def _reason(step: ListedStep) -> dict[str, str]:
    return {"reason": step.reason} if step.error else {}


S = t.TypeVar("S", bound=ListedStep)


@dataclasses.dataclass(slots=True)
class RunReport(t.Generic[S]):
    """The report of a task.

    :param steps: outcomes in the order of the plan.
    :param planned: whether nothing was written, as in check mode.
    """

    steps: list[S]
    warnings: list[str] = dataclasses.field(default_factory=list)
    requests: int = 0
    interrupted: bool = False
    planned: bool = False

    #: The actions in its summary.
    actions: t.ClassVar[tuple[str, ...]] = ()

    @property
    def nouns(self) -> Nouns:
        """The nouns for its steps."""
        raise NotImplementedError

    @property
    def changed(self) -> bool:
        """Check whether anything was changed, even by a step that then failed."""
        return any(step.changed for step in self.steps)

    @property
    def failures(self) -> list[S]:
        """Steps that failed."""
        return [step for step in self.steps if step.status is Status.FAILED]

    def summary(self) -> dict[str, int]:
        """Count completed steps by action, failed and skipped ones, and requests."""
        done = collections.Counter(step.action_name for step in self.steps if step.is_done)
        return summarized(
            {action: done[action] for action in self.actions},
            failed=len(self.failures),
            skipped=sum(step.status is Status.SKIPPED for step in self.steps),
            **self.further_counts(),
            requests=self.requests,
        )

    def further_counts(self) -> dict[str, int]:
        """Return the specific counts of this kind of task."""
        return {}

    def as_result(self, everything: bool) -> dict[str, t.Any]:
        """Return the result of a module.

        :param everything: whether ``results`` includes unchanged steps.
        """
        shown = [step for step in self.steps if everything or step.status is not Status.OK]
        result: dict[str, t.Any] = {
            "changed": self.changed,
            "msg": self.message(),
            "results": [step.as_row() for step in shown],
            "summary": self.summary(),
        }
        if self.failures or self.interrupted:
            result["failed"] = True
            # Ansible does not print `diff`, but registered results contain it.
            every = [step for step in self.steps if step.action_name != "none" or not step.is_done]
            result["diff"] = [{**step.as_row(), **step.difference(), **_reason(step)} for step in every]
        else:
            altered = [step for step in self.steps if step.action_name != "none" and step.is_done]
            result["diff"] = [step.difference() for step in altered]
        return result

    def message(self) -> str:
        """Return the outcome for people: a sentence, and a line for each reason of a failure."""
        counts = self._counts()
        if self.failures:
            failures = [Failure(str(step.error), step.reason, step.label, step.source) for step in self.failures]
            return failure_text(self.nouns, counts, failures)
        if self.interrupted:
            return interrupted_text(self.nouns, counts)
        return outcome_text(self.nouns, counts, self.planned)

    def _counts(self) -> Counts:
        done = collections.Counter(step.action_name for step in self.steps if step.is_done)
        skipped = [step for step in self.steps if step.status is Status.SKIPPED]
        deletions = sum(step.action_name == "delete" for step in skipped)
        return Counts(
            done={action: done[action] for action in self.actions if action != "none" and done[action]},
            unchanged=done["none"],
            failed=len(self.failures),
            skipped=len(skipped) - deletions,
            skipped_deletions=deletions,
        )
