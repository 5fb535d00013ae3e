# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one family of errors of the collection.

An error says what was attempted, on which box, what the vendor said and what to do. It never holds a
request, a reply or a secret, so that it can be shown at any verbosity.
"""

from __future__ import annotations

import dataclasses
import traceback
import typing as t

from .model.operation import Operation
from .model.problem import Problem, Subject
from .model.text import clean, clean_lines
from .reporting.grouping import as_lines, group_by_reason, shortened


@dataclasses.dataclass
class VoicemailError(Exception):
    """Anything that keeps the declared state from being reached.

    :param text: what is wrong. The message adds the operation and the subject to it.
    :param hint: what to do about it.
    :param status: HTTP status of the vendor's reply, where there was one.
    :param wrote: the vendor changed something before it failed.
    :param uncertain: the vendor may have carried the request out all the same.
    :param details: what the vendor said, field by field: ``{field: text}``. Never a value that was sent.
    :param operation: what was attempted, where it is a request.
    :param subject: the item that is concerned, where the operation does not name it.
    """

    text: str
    hint: str = ""
    status: int | None = None
    details: dict[str, str] = dataclasses.field(default_factory=dict)
    wrote: bool = False
    uncertain: bool = False
    operation: Operation | None = dataclasses.field(default=None, kw_only=True)
    subject: Subject | None = dataclasses.field(default=None, kw_only=True)

    kind: t.ClassVar[str] = "error"
    #: Most letters of a message: an id that a server or a user made up may have thousands.
    longest: t.ClassVar[int] = 2000
    #: The message lists several problems, a line each.
    has_lines: t.ClassVar[bool] = False

    def __post_init__(self) -> None:
        # Numbers and names come from vendors and files, and what the vendor said is quoted.
        self.text, self.hint = self._clean(self.text), clean(self.hint)
        self.details = {clean(field): clean(text) for field, text in self.details.items()}

    @property
    def message(self) -> str:
        """One sentence that names the item, the option where there is one, and what is wrong."""
        return self._worded(self.operation, self.subject)

    def __str__(self) -> str:
        return self._completed(self.message)

    def about(self, item: Subject) -> t.Self:
        """Return the error of an item: the same where it names the item already."""
        if self.subject == item or (self.operation and self.operation.mentions(item)):
            return self
        return dataclasses.replace(self, subject=item)

    def reason(self, item: Subject) -> str:
        """Return the whole text without the name of an item, so that equal reasons of many items can be grouped."""
        operation = self.operation and self.operation.without_name_of(item)
        return self._completed(self._worded(operation, Subject(item.kind) if self.subject == item else self.subject))

    def _attempt(self, operation: Operation) -> str:
        """Return the part of the message that names the operation."""
        return f"cannot {operation}"

    def _worded(self, operation: Operation | None, subject: Subject | None) -> str:
        parts = (subject.noun if subject else "", self._attempt(operation) if operation else "", self.text)
        return shortened(self._clean(": ".join(filter(None, parts))), self.longest)

    def _completed(self, message: str) -> str:
        parts = [message.rstrip(".")]
        if self.details:
            parts[0] += ": " + "; ".join(f"{field}: {text}" if field else text for field, text in self.details.items())
        if self.hint:
            parts.append(self.hint.rstrip("."))
        text = ". ".join(parts)
        return text if text.endswith(("?", ".")) else f"{text}."

    def _clean(self, text: str) -> str:
        return clean_lines(text) if self.has_lines else clean(text)

    def as_dict(self) -> dict[str, t.Any]:
        """Return the error for a module's result."""
        return {
            "kind": self.kind,
            "message": self.message,
            "hint": self.hint,
            "status": self.status,
            "details": dict(self.details),
        }


class AuthError(VoicemailError):
    """The vendor refused the login, the token or the right to do this."""

    kind = "auth"


class ExpiredError(AuthError):
    """The token or session was valid once; a new login may help."""

    kind = "expired"


class NotFoundError(VoicemailError):
    """The vendor does not know what was asked for."""

    kind = "not_found"


@dataclasses.dataclass
class RejectedError(VoicemailError):
    """The vendor understood the request and refused it, or did not carry it out.

    :param refused_by: the vendor, where it refused the operation itself.
    """

    refused_by: str = dataclasses.field(default="", kw_only=True)
    kind: t.ClassVar[str] = "rejected"

    def _attempt(self, operation: Operation) -> str:
        return f"{self.refused_by} refuses to {operation}" if self.refused_by else super()._attempt(operation)


class ConflictError(RejectedError):
    """Something else already has what was asked for, or changed it at the same moment."""

    kind = "conflict"


class StaleError(ConflictError):
    """The vendor refused a write, and did nothing, because the box is not in the revision that was read."""


class DuplicateError(RejectedError):
    """The vendor has several boxes of one number, so nobody can say which one is meant."""

    @classmethod
    def of(cls, resource: str, number: str, vendor: str, boxes: t.Iterable[t.Any], hint: str) -> DuplicateError:
        """Build the error for these boxes, which have ``number`` and ``id``."""
        names = [str(box.id) + ("" if box.number == number else f" ({box.number})") for box in boxes]
        text = f"{vendor} has {len(names)} boxes with this number, ids {' and '.join(names)}"
        return cls(text, hint, subject=Subject(resource, number))


class RateLimitedError(VoicemailError):
    """The vendor still refused to serve when the waiting time of the task was spent."""

    kind = "rate_limited"


@dataclasses.dataclass
class TransportError(VoicemailError):
    """No usable reply came back.

    :param pending: the vendor may carry the request out later, and would do so twice if it were sent again.
    """

    pending: bool = False
    kind: t.ClassVar[str] = "transport"


def not_understood(operation: Operation, expected: str, hint: str = "", status: int | None = None) -> TransportError:
    """Return the error for a reply that is not what the vendor promises; what was asked may have been carried out.

    :param expected: what the reply should have been: "expected a list of mailboxes".
    """
    return TransportError(
        f"the vendor's reply was not understood: {expected}",
        hint or "Check that `url` is the base address of the API and that nothing in between answers for it",
        status=status,
        uncertain=True,
        operation=operation,
    )


class UnsafeError(VoicemailError):
    """Going on could destroy something that was not declared to be destroyed."""

    kind = "unsafe"


class UnsupportedError(VoicemailError):
    """This vendor cannot do what is asked."""

    kind = "unsupported"


@dataclasses.dataclass
class InvalidInputError(VoicemailError):
    """What the user wrote cannot be used. Every problem is in ``problems``; the message groups and bounds them."""

    problems: tuple[Problem, ...] = ()
    kind: t.ClassVar[str] = "invalid"
    has_lines: t.ClassVar[bool] = True

    @classmethod
    def of(cls, problems: t.Iterable[Problem]) -> InvalidInputError:
        """Build one error out of every problem, in the order of the input; equal ones count once."""
        found = tuple(dict.fromkeys(map(_cleaned, problems)))
        if len(found) == 1:
            return cls(str(found[0]), problems=found)
        lines = as_lines(group_by_reason((problem.subject, problem.reason) for problem in found))
        listed = "".join(f"\n- {line}" for line in lines)
        return cls(f"{len(found)} problems, and nothing was written:{listed}", problems=found)

    def as_dict(self) -> dict[str, t.Any]:
        """Return the error for a module's result, whose ``msg`` has the problems already."""
        count = len(self.problems)
        message = self.message if count < 2 else f"{count} problems, and nothing was written"
        return {**super().as_dict(), "message": message}


def _cleaned(problem: Problem) -> Problem:
    subject = problem.subject
    cell = subject.cell
    if cell is not None:
        cell = cell._replace(table=clean(cell.table), column=clean(cell.column), value=clean(cell.value))
    shown = dataclasses.replace(
        subject, name=clean(subject.name), source=clean(subject.source), note=clean(subject.note), cell=cell
    )
    text = shortened(clean(problem.text), VoicemailError.longest)
    return Problem(text, option=clean(problem.option), subject=shown, hint=clean(problem.hint))


def unforeseen(error: Exception) -> VoicemailError:
    """Return the error to tell of a defect: its type and place only, since its message may quote data."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return VoicemailError(
        f"unexpected {type(error).__name__} at {place.name}, line {place.lineno}", "This is a defect; please report it"
    )
