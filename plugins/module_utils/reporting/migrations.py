# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report what a migration does not carry over, for Markdown and the page."""

from __future__ import annotations

import json
import typing as t

from .ranges import compact

#: Characters of the list of numbers that have the same value.
_MOST_NUMBERS = 120
_LOSS_COLUMNS = ("option", "value", "why", "instead", "mailboxes")
_FIELDS = ("source", "target", "carried", "left_out", "losses", "renamed", "unused_overrides")


class Section(t.NamedTuple):
    """A table of a report with its heading.

    :param columns: empty for a text without a table.
    """

    title: str
    text: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def read_migration(host: str, given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return a migration in the format of the report.

    :param given: what the filter ``mailboxes_for_vendor`` returned, without the mailboxes, and both vendors.
    :raises ValueError: if a field is missing.
    """
    missing = [field for field in _FIELDS if field not in given]
    if missing:
        raise ValueError(f"has no {' and no '.join(missing)}")
    return {"host": host, **{field: given[field] for field in _FIELDS}}


def sections(migration: t.Mapping[str, t.Any]) -> list[Section]:
    """Return the sections about one migration that need a decision."""
    chosen = [row for row in migration["losses"] if not row["usual"]]
    found = [Section(f"From {migration['source']} to {migration['target']}", _overview(migration))]
    if migration["left_out"]:
        rows = tuple((str(box["mailbox"]), str(box["reason"])) for box in migration["left_out"])
        found.append(Section("Mailboxes that are not carried over", "", ("mailbox", "why"), rows))
    if chosen:
        text = "The column \u201cinstead\u201d shows the value of a new mailbox."
        found.append(Section("Values that are not carried over", text, _LOSS_COLUMNS, _losses(chosen)))
    if migration["unused_overrides"]:
        text = ", ".join(map(str, migration["unused_overrides"]))
        found.append(Section("Overrides without a mailbox", text))
    return found


def details(migration: t.Mapping[str, t.Any]) -> list[Section]:
    """Return the sections about one migration that rarely matter, for the end of a report."""
    usual = [row for row in migration["losses"] if row["usual"]]
    source, target = migration["source"], migration["target"]
    found = []
    if migration["renamed"]:
        renamed = tuple((str(old), str(new)) for old, new in migration["renamed"].items())
        found.append(Section("Carried over under another name", "", (source, target), renamed))
    if usual:
        text = f"Mailboxes have these values by default. If one matters to you, check how {target} handles it."
        found.append(
            Section(f"Default values of {source} that are not carried over", text, _LOSS_COLUMNS, _losses(usual))
        )
    return found


def _overview(migration: t.Mapping[str, t.Any]) -> str:
    carried, left_out = migration["carried"], len(migration["left_out"])
    total = carried + left_out
    read = "1 mailbox was read" if total == 1 else f"{total} mailboxes were read"
    return (
        f"{read}: {carried} carried over, {left_out} not. "
        "Messages, greetings and settings without an option are not carried over."
    )


def _losses(losses: t.Iterable[t.Mapping[str, t.Any]]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (row["option"], shown(row["value"]), row["reason"], shown(row["instead"]), _numbers(row["mailboxes"]))
        for row in losses
    )


def _numbers(numbers: t.Sequence[str]) -> str:
    return (f"{len(numbers)}: " if len(numbers) > 1 else "") + compact(list(map(str, numbers)), _MOST_NUMBERS)


def shown(value: t.Any) -> str:
    """Format a value for readers: text unchanged, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


__all__ = ("Section", "details", "read_migration", "sections", "shown")
