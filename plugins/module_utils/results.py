# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each step."""

from __future__ import annotations

import dataclasses
import typing as t

from .errors import VoicemailError
from .mailboxes.plan import Action, Plan, Step
from .model.mailbox import Box

#: What a summary calls steps that were carried out, by action: `update` and `copy` are methods of dictionaries in a
#: template. Every module uses these words.
DONE = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "mark": "marked",
    "move": "moved",
    "copy": "copied",
    "upload": "uploaded",
    "download": "downloaded",
    "mode": "mode_changed",
    "none": "unchanged",
}


def summarized(actions: t.Mapping[str, int], **others: int) -> dict[str, int]:
    """Return a summary: steps by what was done, then other counts, then the steps again by action.

    The actions are the keys of 1.0, and deprecated; 2.0.0 removes them.
    """
    return {**{DONE[action]: count for action, count in actions.items()}, **others, **actions}


@dataclasses.dataclass(slots=True)
class Outcome:
    """What became of one step.

    :param status: ``ok``, ``changed``, ``failed`` or ``skipped``.
    :param box: the box after the step, where it is known.
    :param wrote: something was written, also where the step failed after it.
    :param uncertain: a request whose reply was lost may have created the box.
    """

    step: Step
    status: str
    box: Box | None = None
    error: VoicemailError | None = None
    wrote: bool = False
    uncertain: bool = False

    def as_dict(self) -> dict[str, t.Any]:
        """Return the outcome for a module's result; secrets are named and never shown."""
        box_id = self.box.id if self.box else (self.step.current.id if self.step.current else None)
        return {
            "number": self.step.number,
            "id": box_id,
            "action": str(self.step.action),
            "status": self.status,
            "changed_fields": sorted(self.step.changes),
            "source": self.step.desired.source if self.step.desired else None,
            "error": str(self.error) if self.error else None,
        }


@dataclasses.dataclass(slots=True)
class Report:
    """What became of a plan.

    :param guards: what stops the plan before its first write, where that is only reported.
    """

    plan: Plan
    outcomes: list[Outcome]
    warnings: list[str] = dataclasses.field(default_factory=list)
    requests: int = 0
    interrupted: bool = False
    checksum: str = ""
    guards: list[str] = dataclasses.field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Tell whether anything was changed, also by a step that then failed."""
        return any(
            outcome.status == "changed" or (outcome.status == "failed" and outcome.wrote) for outcome in self.outcomes
        )

    @property
    def failures(self) -> list[Outcome]:
        """Outcomes that failed."""
        return [outcome for outcome in self.outcomes if outcome.status == "failed"]

    def summary(self) -> dict[str, int]:
        """Count what was done, by action, beside what failed, what was skipped and the requests sent."""
        done = [outcome for outcome in self.outcomes if outcome.status in ("ok", "changed")]
        counts = {str(action): sum(outcome.step.action is action for outcome in done) for action in Action}
        skipped = sum(outcome.status == "skipped" for outcome in self.outcomes)
        return summarized(counts, failed=len(self.failures), skipped=skipped, requests=self.requests)
