# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Summarize a task in one sentence, and its failures in one line per reason."""

from __future__ import annotations

import dataclasses
import typing as t

from ..model.problem import Subject
from ..model.text import clean
from .grouping import Reason, as_lines, group_by_reason, shortened

#: Bytes of the message of a failed task: Ansible prints it twice.
MOST_BYTES = 400
_MOST_REASON = 250
#: Most failures listed with their file and line.
_MOST_PLACES = 3

_PLANNED = {
    "create": "to create",
    "update": "to update",
    "delete": "to delete",
    "mark": "to mark",
    "move": "to move",
    "copy": "to copy",
    "upload": "to upload",
    "download": "to download",
    "mode": "to set the file mode of",
}
#: What was done, by action.
WORDS_DONE = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "mark": "marked",
    "move": "moved",
    "copy": "copied",
    "upload": "uploaded",
    "download": "downloaded",
    "mode": "with a new file mode",
}


class Nouns(t.NamedTuple):
    """The nouns for the steps of a task."""

    one: str
    many: str

    def counted(self, number: int) -> str:
        """Return a number of them."""
        return f"{number} {self.one if number == 1 else self.many}"


@dataclasses.dataclass(frozen=True)
class Counts:
    """The outcomes of a task's steps in numbers.

    :param done: number of actual or planned changes by action, without zeros.
    :param skipped: steps not attempted, other than deletions.
    """

    done: t.Mapping[str, int]
    unchanged: int = 0
    failed: int = 0
    skipped: int = 0
    skipped_deletions: int = 0


class Failure(t.NamedTuple):
    """One step that failed.

    :param text: the error.
    :param reason: the same without the number.
    :param source: file and line of its item.
    """

    text: str
    reason: str
    label: str
    source: str | None = None

    def name(self, with_source: bool) -> str:
        """Return the number and the place of its declaration."""
        return clean(f"{self.label} ({self.source})" if with_source and self.source else self.label)


def outcome_text(nouns: Nouns, counts: Counts, planned: bool) -> str:
    """Return the summary of a task's changes, or of its planned ones in check mode."""
    if not counts.done:
        subject = nouns.counted(counts.unchanged) if counts.unchanged else f"no {nouns.many}"
        return f"Nothing to change: {subject}{' as declared' if counts.unchanged else ''}."
    words = _PLANNED if planned else WORDS_DONE
    parts = [f"{count} {words[action]}" for action, count in counts.done.items()]
    first, number = next(iter(counts.done.items()))
    parts[0] = f"{nouns.counted(number)} {words[first]}"
    if counts.unchanged:
        parts.append(f"{counts.unchanged} unchanged")
    return f"{', '.join(parts)}."


def interrupted_text(nouns: Nouns, counts: Counts) -> str:
    """Return the summary of an interrupted task."""
    left = counts.skipped + counts.skipped_deletions
    return (
        f"Interrupted: requests in flight finished and are reported. {outcome_text(nouns, counts, planned=False)}"
        f" {nouns.counted(left)} {'was' if left == 1 else 'were'} not attempted."
    )


def failure_text(nouns: Nouns, counts: Counts, failures: t.Sequence[Failure]) -> str:
    """Return the summary of a partially failed task, and one line per reason with its numbers."""
    sentence = _failure_sentence(nouns, counts)
    lines = _reasons(nouns, failures, MOST_BYTES - len(sentence))
    return "\n".join([f"{sentence}:", *lines])


def counted_text(nouns: Nouns, counts: Counts, planned: bool) -> str:
    """Return the sentence of a task, whether or not it partially failed."""
    return f"{_failure_sentence(nouns, counts)}." if counts.failed else outcome_text(nouns, counts, planned)


def _failure_sentence(nouns: Nouns, counts: Counts) -> str:
    applied = sum(counts.done.values())
    # Deletions run last and are not counted with the steps before them.
    total = counts.failed + applied + counts.unchanged + counts.skipped
    parts = [f"{counts.failed} of {nouns.counted(total)} failed"]
    parts += _were(applied, "applied") + _were(counts.unchanged, "unchanged")
    parts += _were(counts.skipped, "not attempted")
    if counts.skipped_deletions:
        number = counts.skipped_deletions
        text = "1 deletion was" if number == 1 else f"{number} deletions were"
        parts.append(f"{text} not attempted because of that")
    return "; ".join(parts)


def _were(number: int, participle: str) -> list[str]:
    return [f"{number} {'was' if number == 1 else 'were'} {participle}"] if number else []


def _reasons(nouns: Nouns, failures: t.Sequence[Failure], most_bytes: int) -> list[str]:
    few = len(failures) <= _MOST_PLACES
    groups = group_by_reason((Subject(nouns.one, one.name(few)), one.reason) for one in failures)
    alone = {one.reason: one for one in failures}
    reasons = []
    for group in sorted(groups, key=lambda group: -len(group.subjects)):
        one = alone[group.text]
        # A reason that is not grouped may include its mailbox.
        is_alone = len(group.subjects) == 1
        subjects = (Subject(source=clean(one.source or "")),) if is_alone else group.subjects
        reasons.append(Reason(shortened(clean(one.text if is_alone else group.text), _MOST_REASON), subjects))
    return [f"- {line}" for line in as_lines(reasons, most_bytes)]


__all__ = (
    "WORDS_DONE",
    "Counts",
    "Failure",
    "Nouns",
    "counted_text",
    "failure_text",
    "interrupted_text",
    "outcome_text",
)
