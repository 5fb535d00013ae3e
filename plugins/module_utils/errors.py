# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exceptions of the collection.

An error contains the attempted operation, its box, the vendor's message and what to do. It never contains a
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
    """Base class of all errors that prevent the declared state.

    :param text: the problem. The message adds the operation and the subject.
    :param hint: what to do.
    :param status: HTTP status of the vendor's reply, if any.
    :param wrote: whether the vendor changed something before the failure.
    :param uncertain: whether the vendor may have carried out the request nevertheless.
    :param details: the vendor's messages by field: ``{field: text}``. Never a value that was sent.
    :param operation: the attempted operation, if it is a request.
    :param subject: the affected item, if the operation does not contain it.
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
    #: Most characters of a message, since ids of servers or users may have thousands.
    longest: t.ClassVar[int] = 2000
    #: Whether the message lists several problems, one per line.
    has_lines: t.ClassVar[bool] = False

    def __post_init__(self) -> None:
        # Numbers and names come from vendors and files, and the vendor's messages are quoted.
        self.text, self.hint = self._clean(self.text), clean(self.hint)
        self.details = {clean(field): clean(text) for field, text in self.details.items()}

    @property
    def message(self) -> str:
        """One sentence with the item, the option if there is one, and the problem."""
        return self._worded(self.operation, self.subject)

    def __str__(self) -> str:
        return self._completed(self.message)

    def about(self, item: Subject) -> t.Self:
        """Return the error for an item, or the same error if it contains the item."""
        if self.subject == item or (self.operation and self.operation.mentions(item)):
            return self
        return dataclasses.replace(self, subject=item)

    def reason(self, item: Subject) -> str:
        """Return the whole text without the name of an item, so that equal reasons of many items can be grouped."""
        operation = self.operation and self.operation.without_name_of(item)
        return self._completed(self._worded(operation, Subject(item.kind) if self.subject == item else self.subject))

    def _attempt(self, operation: Operation) -> str:
        """Return the part of the message about the operation."""
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
    """The vendor refused the login, the token or the permission."""

    kind = "auth"


class ExpiredError(AuthError):
    """The token or session expired; a new login may help."""

    kind = "expired"


class NotFoundError(VoicemailError):
    """The requested object does not exist at the vendor."""

    kind = "not_found"


@dataclasses.dataclass
class RejectedError(VoicemailError):
    """The vendor understood the request but refused it or did not carry it out.

    :param refused_by: the vendor, if it refused the operation itself.
    """

    refused_by: str = dataclasses.field(default="", kw_only=True)
    kind: t.ClassVar[str] = "rejected"

    def _attempt(self, operation: Operation) -> str:
        return f"{self.refused_by} refuses to {operation}" if self.refused_by else super()._attempt(operation)


class ConflictError(RejectedError):
    """Another object conflicts with the request, or somebody changed the object at the same time."""

    kind = "conflict"


class StaleError(ConflictError):
    """The vendor refused a write to an outdated revision and changed nothing."""


class DuplicateError(RejectedError):
    """The vendor has several boxes with one number, so the intended one is ambiguous."""

    @classmethod
    def of(cls, resource: str, number: str, vendor: str, boxes: t.Iterable[t.Any], hint: str) -> DuplicateError:
        """Return the error for these boxes, which have ``number`` and ``id``."""
        names = [str(box.id) + ("" if box.number == number else f" ({box.number})") for box in boxes]
        text = f"{vendor} has {len(names)} boxes with this number, ids {' and '.join(names)}"
        return cls(text, hint, subject=Subject(resource, number))


class RateLimitedError(VoicemailError):
    """The vendor's rate limit still applied after the waiting time of the task."""

    kind = "rate_limited"


@dataclasses.dataclass
class TransportError(VoicemailError):
    """There was no usable reply.

    :param pending: whether the vendor may carry out the request later, so that sending it again would repeat it.
    """

    pending: bool = False
    kind: t.ClassVar[str] = "transport"


def not_understood(operation: Operation, expected: str, hint: str = "", status: int | None = None) -> TransportError:
    """Return the error for an unexpected reply; the request may have been carried out.

    :param expected: the expected reply: "expected a list of mailboxes".
    """
    return TransportError(
        f"the vendor's reply was not understood: {expected}",
        hint or "Check that `url` is the base address of the API and that nothing in between answers for it",
        status=status,
        uncertain=True,
        operation=operation,
    )


class UnsafeError(VoicemailError):
    """Continuing could delete something without a declaration."""

    kind = "unsafe"


class UnsupportedError(VoicemailError):
    """The vendor does not support the request."""

    kind = "unsupported"


@dataclasses.dataclass
class InvalidInputError(VoicemailError):
    """The user's input is invalid. ``problems`` contains every problem; the message groups and limits them."""

    problems: tuple[Problem, ...] = ()
    kind: t.ClassVar[str] = "invalid"
    has_lines: t.ClassVar[bool] = True

    @classmethod
    def of(cls, problems: t.Iterable[Problem]) -> InvalidInputError:
        """Return one error for all problems, in the order of the input; equal ones count once."""
        found = tuple(dict.fromkeys(map(_cleaned, problems)))
        if len(found) == 1:
            return cls(str(found[0]), problems=found)
        lines = as_lines(group_by_reason((problem.subject, problem.reason) for problem in found))
        listed = "".join(f"\n- {line}" for line in lines)
        return cls(f"{len(found)} problems, and nothing was written:{listed}", problems=found)

    def as_dict(self) -> dict[str, t.Any]:
        """Return the error for a module's result, whose ``msg`` already contains the problems."""
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


def unexpected_error(error: Exception) -> VoicemailError:
    """Return the error for an unexpected exception: only its type and location, since its message may quote data."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return VoicemailError(
        f"unexpected {type(error).__name__} at {place.name}, line {place.lineno}", "This is a defect; please report it"
    )
