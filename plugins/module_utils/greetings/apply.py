# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the greeting of a box what is wanted: reads, plans, uploads, attaches, enables, and removes the old one last.

At every moment callers hear the old greeting or the new one, whatever goes wrong and whenever.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import time
import typing as t

from ..concurrency import finished
from ..errors import ConflictError, NotFoundError, RejectedError, TransportError, VoicemailError
from ..results import Status, StepResult
from ..vendors.greetings import GreetingWriter, SharedGreetings
from .plan import Greeting, GreetingPlan, Recording, plan_greeting

#: Seconds to wait before reading back again: a vendor's list may lag behind what was written.
_STALE_WAITS = (0.0, 0.2, 0.5, 1.0)
#: A recording that the vendor converted is never larger.
_MOST_BYTES = 64 * 1024 * 1024


@dataclasses.dataclass(slots=True)
class GreetingReport(StepResult):
    """What became of a task.

    :param own: the greeting that callers hear afterwards, where it was uploaded.
    :param digests: SHA-256 of the recordings that were read, by id of their greeting.
    """

    plan: GreetingPlan
    wanted: Recording | Greeting | None
    own: Greeting | None = None
    digests: dict[str, str] = dataclasses.field(default_factory=dict)
    warnings: list[str] = dataclasses.field(default_factory=list)


def apply(
    greetings: GreetingWriter, wanted: Recording | Greeting | None, *, prune: bool, check: bool
) -> GreetingReport:
    """Make callers hear a recording.

    :param wanted: a recording, a greeting that the vendor has already, or None for the vendor's default greeting.
    :param prune: also delete greetings that are switched off.
    :param check: plan, and write nothing.
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
        """Check whether the recording of a removed greeting stays at the vendor."""
        return isinstance(self._greetings, SharedGreetings) and self._greetings.stays(greeting)

    def same(self, greeting: Greeting) -> bool:
        """Check whether a greeting holds the wanted recording, or what the vendor made of it."""
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
                        # Longer is another one, however much of it may come.
                        return False
        except (NotFoundError, RejectedError) as error:
            alike = greeting.name == wanted.name and greeting.size_bytes is not None
            verdict = "the same" if alike else "another one"
            self.warnings.append(f"greeting {greeting.name} is taken for {verdict} by its name and size: {error}")
            return alike
        self.digests[greeting.id] = digest.hexdigest()
        return digest.hexdigest() in (wanted.sha256, stored if source == wanted.sha256 else None)

    def carry_out(self, report: GreetingReport, before: t.Sequence[Greeting]) -> None:
        """Do what the plan says.

        :param before: the greetings that there were.
        """
        plan = report.plan
        own_id = plan.own.id if plan.own else None
        if plan.upload:
            own_id = self._added(report, {greeting.id for greeting in before})
        if plan.enable and own_id is not None:
            self._refuse_rivals(report, before, own_id)
            self._greetings.enable(own_id)
            report.wrote = True
        if own_id is not None and (plan.enable or plan.remove):
            # The old one goes only when it is certain that callers hear the new one.
            report.own = self._awaited(own_id, lambda own: own is not None and own.enabled, "it is not enabled")
        for greeting in plan.remove:
            if self._is_removable(greeting, own_id):
                self._greetings.delete(greeting.id)
                report.wrote = True
        for greeting in plan.remove:
            self._awaited(greeting.id, lambda gone: gone is None, "it is still there")

    def _refuse_rivals(self, report: GreetingReport, before: t.Sequence[Greeting], own_id: str) -> None:
        """Raise ConflictError where callers hear what somebody else chose after the plan was made."""
        expected = {own_id, *(greeting.id for greeting in before if greeting.enabled)}
        chosen = next((one for one in self._greetings.list() if one.enabled and one.id not in expected), None)
        if chosen is None:
            return
        if report.plan.upload:
            with contextlib.suppress(VoicemailError):
                self._greetings.delete(own_id)
                report.wrote = False
        raise ConflictError(
            f"greeting {chosen.name}: somebody else enabled it meanwhile, so callers go on to hear it",
            "Run the task again",
        )

    def _is_removable(self, planned: Greeting, own_id: str | None) -> bool:
        """Check whether a greeting that has to go is still there, and raise ConflictError where it is another one."""
        found = {one.id: one for one in self._greetings.list()}
        now = found.get(planned.id)
        if now is None:
            return False
        changed = (now.name, now.size_bytes) != (planned.name, planned.size_bytes)
        chosen = now.enabled and not planned.enabled
        if changed or chosen or (own_id is not None and not (own_id in found and found[own_id].enabled)):
            raise ConflictError(
                f"greeting {planned.name}: somebody else changed the greetings meanwhile, so it is not deleted",
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
            # Attached twice, it would be there twice.
            made = [one for one in self._greetings.list() if one.id not in before and one.name == wanted.name]
            own_id = made[0].id if made else self._greetings.attach(file_id)
        report.wrote = True
        own = self._awaited(own_id, lambda added: added is not None, "it is not there")
        if own is not None and not self.same(own):
            # Nobody hears it, and every run that ends like this one would leave another behind.
            with contextlib.suppress(VoicemailError):
                self._greetings.delete(own_id)
                report.wrote = False
            raise RejectedError(
                f"greeting {wanted.name}: the vendor keeps another recording than the one that was uploaded",
                "Upload one in the form that it keeps; callers still hear what they heard before",
            )
        return own_id

    def _awaited(
        self, greeting_id: str, condition: t.Callable[[Greeting | None], bool], problem: str
    ) -> Greeting | None:
        """Read a greeting back until it is as it should be: a reply of success is no proof."""
        for wait in _STALE_WAITS:
            time.sleep(wait)
            found = next((one for one in self._greetings.list() if one.id == greeting_id), None)
            if condition(found):
                return found
        raise RejectedError(f"greeting {greeting_id}: the vendor answered success, and {problem}", "Run the task again")


__all__ = ("GreetingReport", "apply")
