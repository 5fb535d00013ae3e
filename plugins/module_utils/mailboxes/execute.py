# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out one step of a plan and verify its result."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ..errors import (
    AuthError,
    ConflictError,
    DuplicateError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    StaleError,
    TransportError,
    UnsafeError,
    VoicemailError,
    unexpected_error,
)
from ..model.kinds import UNKNOWN
from ..model.mailbox import Box, PinPolicy
from ..resources import RESOURCES
from ..results import Status
from ..vendors.protocol import Boxes, Creation, MessageCounter, Renumbering
from ..waiting import looks
from .outcome import Outcome
from .plan import (
    Action,
    Index,
    Step,
    moved,
    plan,
    unapplied_options,
)

#: Seconds to wait before a write that lost a race is planned again for the new revision.
_COLLISION_WAITS = (0.05, 0.2, 0.5, 1.0)


def carry_out(boxes: Boxes, step: Step, verify: bool = True) -> Outcome:
    """Carry out a step. Errors become its outcome, so that the other steps are carried out and reported."""
    run = _Run(boxes, step, verify)
    return run.outcome(run.do)


def adopt(boxes: Boxes, step: Step, found: Box, verify: bool = True, *, uncertain: bool = False) -> Outcome:
    """Update an existing box to the declaration of a step that should have created it.

    :param uncertain: whether this run may have created the box; otherwise somebody else did.
    """
    run = _Run(boxes, step, verify)
    run.wrote = run.uncertain = uncertain
    return run.outcome(lambda: run.adopt(found))


class _Run:
    def __init__(self, boxes: Boxes, step: Step, verify: bool) -> None:
        self.boxes = boxes
        self.step = step
        self.verify = verify
        self.wrote = False
        #: A request whose reply was lost may have created the box.
        self.uncertain = False
        #: The vendor confirmed the creation, so the box is never created again.
        self.made = False
        self.box: Box | None = step.current

    def outcome(self, act: t.Callable[[], Box | None]) -> Outcome:
        """Run an action and return the outcome of the step."""
        try:
            box = act()
        except VoicemailError as error:
            return self._failed(error, self.wrote or error.wrote)
        except Exception as error:
            return self._failed(unexpected_error(error), self.wrote)
        status = Status.OK if self.step.action is Action.NONE else Status.CHANGED
        return Outcome(self.boxes.table, self.step, box, status=status, wrote=True, uncertain=self.uncertain)

    def _failed(self, error: VoicemailError, wrote: bool) -> Outcome:
        outcome = Outcome(self.boxes.table, self.step, self.box, wrote=wrote, uncertain=self.uncertain)
        outcome.fail(error.about(outcome.subject))
        return outcome

    def do(self) -> Box | None:
        current = self.step.current
        if current is None:
            return self._create()
        return self._delete(current) if self.step.action is Action.DELETE else self._update(self.step, current)

    def _create(self) -> Box | None:
        for is_last in (False, True):
            try:
                return self._verified(self.step, self._create_once())
            except (AuthError, RateLimitedError):
                raise
            except (TransportError, RejectedError) as error:
                # A driver finds duplicates only once the vendor accepted the creation.
                uncertain = error.uncertain or isinstance(error, DuplicateError)
                self.wrote = self.wrote or uncertain
                self.uncertain = self.uncertain or uncertain
                # The box may exist nevertheless: the reply was lost, it was created partially, or by somebody else.
                try:
                    found = self._found(patient=self.made or uncertain or isinstance(error, ConflictError))
                except DuplicateError:
                    raise
                except VoicemailError:
                    raise error from None
                if found is not None:
                    return self.adopt(found, known=self.made or isinstance(error, RejectedError))
                if self.made or is_last or not uncertain or (isinstance(error, TransportError) and error.pending):
                    raise
        return None  # pragma: no cover

    def _found(self, patient: bool) -> Box | None:
        """Find the box by its number. With ``patient``, repeat it, since a new box may not be listed yet."""
        for _look in looks(patient):
            found = self.boxes.find(self.step.number, None)
            if found is not None:
                return found
        return None

    def _create_once(self) -> Box | None:
        box = t.cast(Creation, self.boxes).create(self.step.number, self.step.writes)
        self.wrote = self.made = True
        self.box = box
        return box

    def adopt(self, found: Box, known: bool = True) -> Box | None:
        """Continue with an existing box and bring it to the declared state.

        :param known: whether earlier writes are known to have succeeded.
        """
        self.box = found
        desired = self.step.desired
        foreign = not (self.made or self.uncertain)
        self.wrote = self.wrote or not foreign
        if desired is None or (known and not foreign and not unapplied_options(self.step, found, self.boxes.table)):
            return found
        hidden = any(found.values.get(option) is UNKNOWN for option in self.boxes.table.secrets)
        # If the vendor hides the PIN, it is unknown whether it was written.
        policy = PinPolicy.ALWAYS if hidden or not foreign else desired.update_pin
        desired = dataclasses.replace(desired, update_pin=policy, number=self.step.number, new_number=None)
        again = plan(self.boxes.table, [desired], Index.of([found]))
        if again.problems:
            raise RejectedError(again.problems[0].reason)
        step = again.steps[0]
        if foreign:
            # Somebody else created the box: this run only updates it, if necessary.
            self.step = step
        return self._update(step, found) if step.writing else found

    def _update(self, step: Step, current: Box) -> Box | None:
        def update(box: Box) -> Box | None:
            def reread() -> Box:
                return self._reread(step, box)

            if step.number == box.number:
                return self.boxes.update(box, step.writes, reread)
            return t.cast(Renumbering, self.boxes).renumber(box, step.number, step.writes, reread)

        try:
            box = self._write(step, current, update)
        except TransportError as error:
            if not error.uncertain:
                raise
            self.wrote = True
            found = self.boxes.find(None, current.id)
            if found is None or unapplied_options(step, found, self.boxes.table) or self._hides(step, found):
                raise
            return found
        self.wrote = True
        return self._verified(step, box)

    def _write(self, step: Step, planned: Box, write: t.Callable[[Box], Box | None]) -> Box | None:
        """Write to the current state of a box, and retry once if another writer was faster.

        A box with a revision need not be read first, since the vendor compares revisions.
        """
        box = planned if planned.revision else self._reread(step, planned)
        for wait in _COLLISION_WAITS:
            try:
                return write(box)
            except StaleError:
                time.sleep(wait)
            box = self._reread(step, box)
        return write(box)

    def _reread(self, step: Step, before: Box) -> Box:
        """Read the current box.

        :param before: the box as it was read last.
        :raises NotFoundError: if it no longer exists.
        :raises ConflictError: if it is another mailbox now, or an option of the step was changed.
        """
        table = self.boxes.table
        try:
            box = self.boxes.find(before.number, before.id)
        except TransportError as error:
            # Only a write can leave an uncertain state.
            raise dataclasses.replace(error, uncertain=False) from None
        if box is None:
            raise NotFoundError("is gone: somebody else deleted it meanwhile", "Run the task again")
        if box.number not in (before.number, step.number):
            raise ConflictError(f"somebody else renumbered it to {box.number} meanwhile", "Run the task again")
        changed = moved(step, before, box, table)
        if changed:
            options = ", ".join(f"`{option}`" for option in changed)
            raise ConflictError(
                f"{options}: somebody else changed this after it was read, so it was not changed",
                "Run the task again",
            )
        settled = {option: table.by_option[option].value_after_write(value) for option, value in step.writes.items()}
        contradictions = table.conflicts(settled, {**box.values, **settled})
        if contradictions:
            raise ConflictError(
                f"conflicts with changes by somebody else meanwhile: {'; '.join(map(str, contradictions))}",
                "Run the task again",
            )
        return box

    def _hides(self, step: Step, box: Box) -> bool:
        """Check whether the vendor hides a written value, so that it cannot be verified."""
        return any(box.values.get(option) is UNKNOWN for option in step.writes)

    def _verified(self, step: Step, box: Box | None) -> Box | None:
        """Read the box again and return it, since a success reply does not prove the write."""
        if not self.verify:
            return box
        for look in looks():
            if box is None or look:
                box = self.boxes.find(step.number, self.box.id if self.box else None)
            if box is not None:
                self.box = box
                if not unapplied_options(step, box, self.boxes.table):
                    return box
        if box is None:
            raise RejectedError("was written, but cannot be found afterwards")
        missed = ", ".join(f"`{option}`" for option in unapplied_options(step, box, self.boxes.table))
        module = RESOURCES[self.boxes.table.resource].info_module
        raise RejectedError(
            f"the vendor accepted the write, but did not apply {missed}",
            f"The vendor may round, limit or ignore the value. Compare with `{module}`, or set `verify` to false",
        )

    def _delete(self, current: Box) -> Box | None:
        def delete(box: Box) -> None:
            self._spare_messages(box)
            t.cast(Creation, self.boxes).delete(box, lambda: self._spare_messages(self._reread(self.step, box)))

        try:
            self._write(self.step, current, delete)
        except NotFoundError:
            pass
        except (TransportError, RejectedError) as error:
            if error.uncertain:
                self.wrote = True
            if self.boxes.find(None, current.id) is not None:
                raise
        self.wrote = True
        return None

    def _spare_messages(self, box: Box) -> None:
        spared = self.step.spares_messages and isinstance(self.boxes, MessageCounter)
        count = t.cast(MessageCounter, self.boxes).count_messages(box) if spared else 0
        if count:
            raise UnsafeError(
                f"received messages after the plan was made, so it now contains {count}, which would be lost",
                "Set `delete_messages` to true to delete them",
            )
