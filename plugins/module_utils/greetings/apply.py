# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply the declared greeting of a box: read, plan, upload, attach, enable, and remove the old one last.

Callers hear the old or the new greeting at every moment, whatever fails.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import typing as t

from ..concurrency import finished
from ..errors import ConflictError, NotFoundError, RejectedError, TransportError, VoicemailError
from ..results import Status, StepResult
from ..vendors.greetings import GreetingWriter, SharedGreetings
from ..waiting import looks
from .plan import Greeting, GreetingPlan, Recording, plan_greeting

#: Largest size of a recording after conversion by the vendor.
_MOST_BYTES = 64 * 1024 * 1024


@dataclasses.dataclass(slots=True)
class GreetingReport(StepResult):
    """The report of a task.

    :param own: the uploaded greeting that callers hear afterwards, if any.
    :param digests: SHA-256 of the downloaded recordings, by id of their greeting.
    """

    plan: GreetingPlan
    wanted: Recording | Greeting | None
    own: Greeting | None = None
    digests: dict[str, str] = dataclasses.field(default_factory=dict)
    warnings: list[str] = dataclasses.field(default_factory=list)


def apply(
    greetings: GreetingWriter, wanted: Recording | Greeting | None, *, prune: bool, check: bool
) -> GreetingReport:
    """Set the greeting that callers hear.

    :param wanted: a recording, an existing greeting of the vendor, or None for the vendor's default greeting.
    :param prune: also delete disabled greetings.
    :param check: plan without writing.
    :raises VoicemailError: if reading failed; nothing was written.
    """
    run = _Run(greetings, wanted)
    found = greetings.list()
    plan = plan_greeting(found, wanted, run.same, prune, run.stays)
    status = Status.OK if plan.action == "none" else Status.CHANGED
    report = run.report = GreetingReport(plan, wanted, status=status)
    report.digests, report.warnings, report.own = run.digests, run.warnings, report.plan.own
    if check or report.plan.action == "none":
        return report
    try:
        finished(lambda: run.carry_out(report, found))
        report.status = Status.CHANGED if report.wrote else Status.OK
    except VoicemailError as error:
        report.fail(error)
        report.wrote = report.wrote or error.uncertain
    return report


class _Run:
    report: GreetingReport

    def __init__(self, greetings: GreetingWriter, wanted: Recording | Greeting | None) -> None:
        self._greetings = greetings
        self._wanted = wanted
        self.digests: dict[str, str] = {}
        self.warnings: list[str] = []

    def stays(self, greeting: Greeting) -> bool:
        """Check whether the vendor keeps the recording of a removed greeting."""
        return isinstance(self._greetings, SharedGreetings) and self._greetings.stays(greeting)

    def same(self, greeting: Greeting) -> bool:
        """Check whether a greeting contains the wanted recording or the vendor's conversion of it."""
        wanted = t.cast("Recording", self._wanted)
        source, stored = greeting.converted or (None, None)
        most = _MOST_BYTES if source == wanted.sha256 else len(wanted.content)
        if greeting.size_bytes is not None and greeting.size_bytes != len(wanted.content):
            return False
        digest, size = hashlib.sha256(), 0
        try:
            with self._greetings.open(greeting) as stream:
                for piece in stream.pieces():
                    digest.update(piece)
                    size += len(piece)
                    if size > most:
                        # A longer one is different, so its rest need not be read.
                        return False
        except (NotFoundError, RejectedError) as error:
            alike = greeting.name == wanted.name and greeting.size_bytes is not None
            verdict = "the same" if alike else "different"
            self.warnings.append(f"greeting {greeting.name} is assumed to be {verdict} by its name and size: {error}")
            return alike
        self.digests[greeting.id] = digest.hexdigest()
        return digest.hexdigest() in (wanted.sha256, stored if source == wanted.sha256 else None)

    def carry_out(self, report: GreetingReport, before: t.Sequence[Greeting]) -> None:
        """Carry out the plan.

        :param before: the earlier greetings.
        """
        plan = report.plan
        own_id = plan.own.id if plan.own else None
        if plan.upload:
            own_id = self._added(report, {greeting.id for greeting in before})
        if plan.enable and own_id is not None:
            self._refuse_concurrent_changes(report, before, own_id)
            self._greetings.enable(own_id)
            report.wrote = True
        if own_id is not None and (plan.enable or plan.remove):
            # The old greeting is deleted only after it is certain that callers hear the new one.
            report.own = self._awaited(own_id, lambda own: own is not None and own.enabled, "it is not enabled")
        for greeting in plan.remove:
            if self._is_removable(greeting, own_id):
                self._greetings.delete(greeting.id)
                report.wrote = True
        for greeting in plan.remove:
            self._awaited(greeting.id, lambda gone: gone is None, "it still exists")

    def _refuse_concurrent_changes(self, report: GreetingReport, before: t.Sequence[Greeting], own_id: str) -> None:
        """Raise ConflictError if somebody else changed the greeting after the plan was made."""
        expected = {own_id, *(greeting.id for greeting in before if greeting.enabled)}
        chosen = next((one for one in self._greetings.list() if one.enabled and one.id not in expected), None)
        if chosen is None:
            return
        if report.plan.upload:
            with contextlib.suppress(VoicemailError):
                self._greetings.delete(own_id)
                report.wrote = False
        raise ConflictError(
            f"greeting {chosen.name}: somebody else enabled it meanwhile, so it was kept",
            "Run the task again",
        )

    def _is_removable(self, planned: Greeting, own_id: str | None) -> bool:
        """Check whether a greeting to delete still exists; raise ConflictError if it was replaced."""
        found = {one.id: one for one in self._greetings.list()}
        now = found.get(planned.id)
        if now is None:
            return False
        changed = (now.name, now.size_bytes) != (planned.name, planned.size_bytes)
        chosen = now.enabled and not planned.enabled
        if changed or chosen or (own_id is not None and not (own_id in found and found[own_id].enabled)):
            raise ConflictError(
                f"greeting {planned.name}: somebody else changed the greetings meanwhile, so it was not deleted",
                "Run the task again",
            )
        return True

    def _added(self, report: GreetingReport, before: t.Collection[str]) -> str:
        wanted = t.cast("Recording", self._wanted)
        file_id = self._greetings.upload(wanted)
        try:
            own_id = self._greetings.attach(file_id)
        except TransportError as error:
            if not error.uncertain:
                raise
            report.wrote = True
            # Attaching it twice would create two greetings.
            made = [one for one in self._greetings.list() if one.id not in before and one.name == wanted.name]
            own_id = made[0].id if made else self._greetings.attach(file_id)
        report.wrote = True
        own = self._awaited(own_id, lambda added: added is not None, "it does not exist")
        if own is not None and not self.same(own):
            # Callers never hear it, and each such run would leave another one behind.
            with contextlib.suppress(VoicemailError):
                self._greetings.delete(own_id)
                report.wrote = False
            raise RejectedError(
                f"greeting {wanted.name}: the vendor stored a recording other than the uploaded one",
                "Upload a recording in the vendor's format; callers still hear the previous greeting",
            )
        return own_id

    def _awaited(
        self, greeting_id: str, condition: t.Callable[[Greeting | None], bool], problem: str
    ) -> Greeting | None:
        """Read a greeting until it has the expected state, since a success reply does not prove it."""
        for _look in looks():
            found = next((one for one in self._greetings.list() if one.id == greeting_id), None)
            if condition(found):
                return found
        raise RejectedError(f"greeting {greeting_id}: the vendor reported success, but {problem}", "Run the task again")


__all__ = ("GreetingReport", "apply")
