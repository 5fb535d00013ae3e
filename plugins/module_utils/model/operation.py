# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request is for, as a value. Decisions compare it, and errors put it into words."""

from __future__ import annotations

import dataclasses
import typing as t

from .problem import Subject

Verb: t.TypeAlias = t.Literal[
    "add",
    "adopt",
    "attach",
    "copy",
    "count",
    "create",
    "delete",
    "detach",
    "download",
    "enable",
    "enter",
    "find",
    "list",
    "log in",
    "log out",
    "mark",
    "move",
    "read",
    "renew",
    "request",
    "update",
    "upload",
    "withdraw",
]


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """What a driver asks of a vendor: "move message 17 to mailbox 3000".

    :param verb: in the infinitive, such as ``move``.
    :param kind: what it acts on, such as ``message``; empty where the verb needs nothing.
    :param name: number, id or name of that object; empty for all of them.
    :param relation: what leads to ``other``, such as ``to``, or ends the phrase.
    :param other: the object that it acts on as well, or that contains the first, such as mailbox 3000.
    """

    verb: Verb
    kind: str = ""
    name: str = ""
    relation: str = ""
    other: Subject | None = None

    def __str__(self) -> str:
        other = self.other.noun if self.other else ""
        return " ".join(filter(None, (self.verb, self.kind, self.name, self.relation, other)))

    def mentions(self, subject: Subject) -> bool:
        """Check whether the phrase names an object."""
        return self._is_first(subject) or self._is_other(subject)

    def without_name_of(self, subject: Subject) -> Operation:
        """Return the operation without the name of an object, so that equal ones on many objects read the same."""
        other = Subject(subject.kind) if self._is_other(subject) else self.other
        return dataclasses.replace(self, name="" if self._is_first(subject) else self.name, other=other)

    def _is_first(self, subject: Subject) -> bool:
        return (self.kind, self.name) == (subject.kind, subject.name)

    def _is_other(self, subject: Subject) -> bool:
        return self.other is not None and (self.other.kind, self.other.name) == (subject.kind, subject.name)


__all__ = ("Operation", "Verb")
