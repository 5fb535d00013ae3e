# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolve numbers that exist twice because several runs created them at the same time.

:mod:`.duplicate_rule` decides; this module checks, waits and acts.
"""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ..concurrency import in_order
from ..errors import DuplicateError, NotFoundError, UnsupportedError, VoicemailError, unexpected_error
from ..model.mailbox import Box
from ..model.problem import Subject
from ..results import Status
from ..vendors.protocol import Boxes, DuplicateFinder, DuplicateRemover
from .duplicate_rule import Decision, Verdict, decide
from .execute import adopt, carry_out
from .outcome import Outcome
from .plan import Step

#: Seconds between two checks. If nothing changed during all of them, other runs had time to act.
_WAITS = (0.2, 0.5, 1.0, 1.0)
#: Most checks in total, whatever other runs do.
_MOST_LOOKS = 100
#: Attempts to recreate a box that another run withdrew at the same moment.
_MOST_CREATIONS = 3


@dataclasses.dataclass
class _Claim:
    """A number that this run assigned to a box, and the boxes found with it.

    :param position: position of the outcome.
    :param step: the planned step.
    :param own: the existing box that this run created.
    :param withdrawn: ids of boxes that this run created and deleted.
    :param creations: number of creations by this run.
    """

    position: int
    step: Step
    outcome: Outcome
    own: Box | None = None
    found: dict[str, Box] = dataclasses.field(default_factory=dict)
    withdrawn: set[str] = dataclasses.field(default_factory=set)
    creations: int = 1

    @property
    def number(self) -> str:
        return self.step.number

    @property
    def held(self) -> bool:
        """Check whether this run has read a box with the number, even if a listing omits it."""
        box = self.outcome.box
        return self.outcome.status is not Status.FAILED and (box is None or box.id not in self.withdrawn)


class Driver(Boxes, DuplicateFinder):
    """A driver whose vendor may create duplicates; for type checkers only."""


def settle(boxes: Driver, outcomes: t.Sequence[Outcome], verify: bool, workers: int) -> tuple[list[Outcome], list[str]]:
    """Return the outcomes after all duplicates are resolved, and warnings.

    If several boxes with a number remain, the failure lists all of them.

    :param outcomes: outcomes of the steps that created, updated and renumbered boxes.
    """
    settled = list(outcomes)
    claims = [_claim(boxes, position, outcome) for position, outcome in enumerate(outcomes) if _concerned(outcome)]
    if not claims:
        return settled, []
    run = _Settlement(boxes, verify, workers)
    run.settle(claims)
    for claim in claims:
        settled[claim.position] = claim.outcome
    return settled, run.warnings(claims)


def _concerned(outcome: Outcome) -> bool:
    """Check whether a step assigned a number to a box, or found several with it."""
    created = outcome.step.current is None
    if outcome.status is Status.FAILED:
        return created and isinstance(outcome.error, DuplicateError)
    return created or outcome.step.new_number is not None


def _claim(boxes: Driver, position: int, outcome: Outcome) -> _Claim:
    created = outcome.box is not None and outcome.step.current is None and boxes.created_here(outcome.box)
    return _Claim(position, outcome.step, outcome, outcome.box if created else None)


class _Settlement:
    def __init__(self, boxes: Driver, verify: bool, workers: int) -> None:
        self.boxes = boxes
        self.verify = verify
        self.workers = workers
        self.looks = 0
        self.quiet = 0
        self.shown: set[tuple[int, str]] | None = None

    def settle(self, claims: list[_Claim]) -> None:
        pending = claims
        try:
            while pending and self.looks < _MOST_LOOKS:
                pending = self._watch(pending)
                # Nothing has changed, so no other run will act.
                self.quiet += 1
                pending = self._act(pending)
        except VoicemailError as error:
            for claim in pending:
                self._fail(claim, _unknown(self.boxes, claim, error))
            return
        for claim in pending:
            self._fail(claim, _several(self.boxes, claim))

    def _watch(self, pending: list[_Claim]) -> list[_Claim]:
        """Check until every claim is resolved or nothing changes. Return the open ones."""
        waits = iter(_WAITS)
        while True:
            self.looks += 1
            self._check(pending)
            shown = {(claim.position, box_id) for claim in pending for box_id in claim.found}
            if self.shown is not None and shown != self.shown:
                # Another run is active and may need longer for many numbers.
                waits, self.quiet = iter(_WAITS), 0
            pending = self._act(pending)
            self.shown = {(claim.position, box_id) for claim in pending for box_id in claim.found}
            wait = next(waits, None)
            if not pending or wait is None or self.looks >= _MOST_LOOKS:
                return pending
            time.sleep(wait)

    def _check(self, pending: list[_Claim]) -> None:
        table = self.boxes.table
        by_key: dict[str, list[Box]] = {}
        for box in self.boxes.holders(frozenset(claim.number for claim in pending)):
            by_key.setdefault(table.number.key(box.number), []).append(box)
        for claim in pending:
            listed = by_key.get(table.number.key(claim.number), [])
            # A listing may still show what this run just deleted.
            claim.found = {str(box.id): box for box in listed if box.id not in claim.withdrawn}
            mine = [box for box in claim.found.values() if self.boxes.created_here(box)]
            if claim.own is None and mine and claim.step.current is None:
                claim.own = mine[0]

    def _act(self, pending: list[_Claim]) -> list[_Claim]:
        """Act on every claim, and return those that are not resolved."""
        # Almost every number exists once, which needs no request and so no thread.
        acting = [claim for claim in pending if not self._is_kept(claim)]
        left = in_order(self._settled, acting, self.workers)
        return [claim for claim, done in zip(acting, left, strict=True) if not done]

    def _is_kept(self, claim: _Claim) -> bool:
        return claim.own is not None and bool(claim.found) and self._decide(claim).verdict is Verdict.KEEP

    def _decide(self, claim: _Claim) -> Decision:
        return decide(claim.own.id if claim.own else None, claim.found, self.quiet)

    def _settled(self, claim: _Claim) -> bool:
        try:
            return self._step(claim)
        except VoicemailError as error:
            return self._fail(claim, error)
        except Exception as error:
            return self._fail(claim, unexpected_error(error))

    def _step(self, claim: _Claim) -> bool:
        if claim.held and not claim.found:
            # The listing does not show yet the box that this run read by its id.
            return self.quiet > 0
        decision = self._decide(claim)
        other = claim.found.get(decision.other or "")
        if decision.verdict is Verdict.WITHDRAW and claim.own is not None and other is not None:
            return self._withdraw(claim, claim.own, other)
        if decision.verdict is Verdict.ADOPT and other is not None:
            return self._adopt(claim, other)
        if decision.verdict is Verdict.CREATE:
            return self._create(claim)
        if decision.verdict is Verdict.FAIL:
            return self._fail(claim, _several(self.boxes, claim))
        return decision.verdict is Verdict.KEEP

    def _withdraw(self, claim: _Claim, own: Box, other: Box) -> bool:
        try:
            withdrawn = self._remover(own).withdraw(own, other)
        except VoicemailError as error:
            if self.quiet < 2:
                # The next check shows whether it matters: the other box may disappear as well.
                return False
            return self._fail(claim, _several(self.boxes, claim, error))
        if not withdrawn:
            return False
        claim.own = None
        claim.withdrawn.add(str(own.id))
        claim.found.pop(str(own.id), None)
        return False

    def _remover(self, own: Box) -> DuplicateRemover:
        if isinstance(self.boxes, DuplicateRemover):
            return self.boxes
        table = self.boxes.table
        raise UnsupportedError(
            f"cannot withdraw {table.resource} {own.number}: {table.product} does not show whether it has messages",
            "Delete one",
        )

    def _adopt(self, claim: _Claim, other: Box) -> bool:
        if claim.held and (claim.outcome.box is None or claim.outcome.box.id == other.id):
            return True
        found = self.boxes.find(None, other.id)
        if found is None:
            return False
        claim.outcome = adopt(self.boxes, claim.step, found, self.verify, uncertain=claim.outcome.uncertain)
        return not isinstance(claim.outcome.error, NotFoundError)

    def _create(self, claim: _Claim) -> bool:
        claim.creations += 1
        if claim.creations > _MOST_CREATIONS or claim.step.current is not None:
            return self._fail(claim, _several(self.boxes, claim))
        again = _claim(self.boxes, claim.position, carry_out(self.boxes, claim.step, self.verify))
        claim.outcome, claim.own = again.outcome, again.own
        return not _concerned(again.outcome)

    def _fail(self, claim: _Claim, error: VoicemailError) -> bool:
        outcome = claim.outcome
        wrote = outcome.wrote and outcome.status is not Status.OK
        claim.outcome = dataclasses.replace(outcome, status=Status.FAILED, error=error, wrote=wrote)
        return True

    def warnings(self, claims: t.Sequence[_Claim]) -> list[str]:
        """Return warnings about boxes that were created and withdrawn."""
        withdrawn = [claim.number for claim in claims if claim.withdrawn]
        if not withdrawn:
            return []
        table = self.boxes.table
        named = ", ".join(withdrawn[:20]) + (f" and {len(withdrawn) - 20} more" if len(withdrawn) > 20 else "")
        text = f"somebody else created {table.resource} {named} at the same time; the box of this task was withdrawn"
        return [text]


def _several(boxes: Boxes, claim: _Claim, cause: VoicemailError | None = None) -> VoicemailError:
    table = boxes.table
    if not claim.found:
        text = "somebody else keeps deleting it"
        return DuplicateError(text, "Run the task again", subject=Subject(table.resource, claim.number))
    found = {**claim.found, **({str(claim.own.id): claim.own} if claim.own is not None else {})}
    error = DuplicateError.of(table.resource, claim.number, table.product, found.values(), "Delete or renumber one")
    if cause is not None:
        error.text += f", and this task's own (id {claim.own and claim.own.id}) cannot be withdrawn: {cause}"
    return error


def _unknown(boxes: Boxes, claim: _Claim, cause: VoicemailError) -> VoicemailError:
    table = boxes.table
    text = f"somebody else may have created it as well: {cause.message}"
    return dataclasses.replace(cause, text=text, operation=None, subject=Subject(table.resource, claim.number))
