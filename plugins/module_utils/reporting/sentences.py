# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what became of a task in one sentence, and why parts of it failed in a line for each reason."""

from __future__ import annotations

import dataclasses
import typing as t

from ..model.text import clean
from .ranges import compact

#: Letters of the message of a failed task: Ansible prints it twice.
MOST_LETTERS = 400
_MOST_REASON = 150
_MOST_NUMBERS = 60
#: Failures of one reason that are named with their file and line.
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
_DONE = {
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
    """What the steps of a task are about, in words."""

    one: str
    many: str

    def count(self, number: int) -> str:
        """Return a number of them."""
        return f"{number} {self.one if number == 1 else self.many}"


@dataclasses.dataclass(frozen=True)
class Counts:
    """What became of the steps of a task.

    :param done: steps that changed something, or would, by action; no zeros.
    :param skipped: steps that were not attempted, beside the deletions.
    """

    done: t.Mapping[str, int]
    unchanged: int = 0
    failed: int = 0
    skipped: int = 0
    skipped_deletions: int = 0


class Failure(t.NamedTuple):
    """One step that failed.

    :param reason: without the number.
    :param source: file and line of its item.
    """

    reason: str
    label: str
    source: str | None = None


def outcome_text(nouns: Nouns, counts: Counts, planned: bool) -> str:
    """Return what a task did, or would do in check mode."""
    if not counts.done:
        what = nouns.count(counts.unchanged) if counts.unchanged else f"no {nouns.many}"
        return f"Nothing to change: {what}{' as declared' if counts.unchanged else ''}."
    words = _PLANNED if planned else _DONE
    parts = [f"{count} {words[action]}" for action, count in counts.done.items()]
    first, number = next(iter(counts.done.items()))
    parts[0] = f"{nouns.count(number)} {words[first]}"
    if counts.unchanged:
        parts.append(f"{counts.unchanged} unchanged")
    return f"{', '.join(parts)}."


def interrupted_text(nouns: Nouns, counts: Counts) -> str:
    """Return what an interrupted task did."""
    left = counts.skipped + counts.skipped_deletions
    return (
        f"Interrupted: requests in flight finished and are reported. {outcome_text(nouns, counts, planned=False)}"
        f" {nouns.count(left)} {'was' if left == 1 else 'were'} not attempted."
    )


def failure_text(nouns: Nouns, counts: Counts, failures: t.Sequence[Failure]) -> str:
    """Return what a task that failed in part did, and a line for each reason with the numbers it concerns."""
    applied = sum(counts.done.values())
    # Deletions come last and are no part of what failed or was applied before them.
    total = counts.failed + applied + counts.unchanged + counts.skipped
    parts = [f"{counts.failed} of {nouns.count(total)} failed"]
    parts += _were(applied, "applied", always=True)
    parts += _were(counts.unchanged, "unchanged") + _were(counts.skipped, "not attempted")
    if counts.skipped_deletions:
        number = counts.skipped_deletions
        text = "1 deletion was" if number == 1 else f"{number} deletions were"
        parts.append(f"{text} not attempted because of that")
    sentence = "; ".join(parts)
    lines = _reasons(failures, MOST_LETTERS - len(sentence))
    return "\n".join([f"{sentence}:", *lines])


def _were(number: int, what: str, always: bool = False) -> list[str]:
    return [f"{number} {'was' if number == 1 else 'were'} {what}"] if number or always else []


def _reasons(failures: t.Sequence[Failure], letters: int) -> list[str]:
    grouped: dict[str, list[Failure]] = {}
    for failure in failures:
        grouped.setdefault(clean(failure.reason), []).append(failure)
    lines: list[str] = []
    for reason, members in sorted(grouped.items(), key=lambda pair: -len(pair[1])):
        text = reason if len(reason) <= _MOST_REASON else f"{reason[:_MOST_REASON]}..."
        line = f"- {_numbers(members)}: {text}"
        letters -= len(line)
        if lines and letters < 0:
            break
        lines.append(line)
    left = len(grouped) - len(lines)
    return lines + ([f"- and {left} more {'reason' if left == 1 else 'reasons'}"] if left else [])


def _numbers(members: t.Sequence[Failure]) -> str:
    if len(members) <= _MOST_PLACES:
        return ", ".join(clean(one.label) + (f" ({clean(one.source)})" if one.source else "") for one in members)
    return compact([one.label for one in members], _MOST_NUMBERS)


__all__ = ("Counts", "Failure", "Nouns", "failure_text", "interrupted_text", "outcome_text")
