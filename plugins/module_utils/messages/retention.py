# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decide which messages retention rules delete. In doubt, a message stays."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..model.kinds import Boolean
from ..results import Status

Row = t.Mapping[str, t.Any]

#: A rule that deletes a message only once its recording is archived.
ARCHIVE = "archive_then_delete"


@dataclasses.dataclass(frozen=True)
class Rule:
    """One rule, in the order of the user.

    :param match: must match the whole number of a mailbox.
    :param action: ``keep``, ``delete`` or :data:`ARCHIVE`.
    :param status: select only messages with this status; None for any.
    :param permanent: delete for good, where the vendor has a folder of deleted messages.
    """

    match: re.Pattern[str]
    action: str
    status: str | None = None
    permanent: bool = False

    @classmethod
    def read(cls, rule: Row) -> Rule:
        """Return a rule of the user.

        :raises ValueError: for one that cannot be understood.
        """
        if not isinstance(rule.get("match"), str) or not rule["match"]:
            raise ValueError("each rule needs `match`, a text that is not empty")
        if rule.get("action") not in ("keep", "delete", ARCHIVE):
            raise ValueError(f"{rule['match']}: `action` must be keep, delete or {ARCHIVE}")
        try:
            pattern = re.compile(rule["match"])
        except re.error as error:
            raise ValueError(f"`match` {rule['match']} is not a regular expression: {error}") from None
        permanent = Boolean().parse(rule.get("permanent") or False)
        return cls(pattern, rule["action"], rule.get("status") or None, bool(permanent))

    def covers(self, message: Row) -> bool:
        """Check whether the rule decides about a message. One of a deleted mailbox has no number, so none does."""
        mailbox = message.get("mailbox")
        return (
            isinstance(mailbox, str)
            and self.match.fullmatch(mailbox) is not None
            and (self.status is None or message.get("status") == self.status)
        )


@dataclasses.dataclass(frozen=True)
class Archive:
    """What the archive has of the messages.

    :param rows: ``results`` of the download; None before it.
    :param assumed: in check mode, the folder does not exist yet, so nothing could be compared with it.
    :param check_mode: nothing was downloaded, so nothing could be verified.
    """

    rows: t.Sequence[Row] | None = None
    assumed: bool = False
    check_mode: bool = False

    def ids(self, wanted: t.Sequence[str]) -> list[str]:
        """Return those of the messages whose recording is in the archive, or in check mode would be."""
        if self.check_mode and self.assumed:
            return list(wanted)
        kept = [row for row in self.rows or () if row.get("status") in (Status.OK, Status.CHANGED)]
        # The download read these files back from disk: they are the complete recordings of the vendor.
        known = {row.get("id") for row in kept if self.check_mode or row.get("verified") is True}
        return [one for one in wanted if one in known]

    def without_recording(self) -> set[t.Any]:
        """Return the ids of messages that were skipped because the vendor has no recording."""
        return {row.get("id") for row in self.rows or () if row.get("status") == Status.SKIPPED and row.get("error")}


def retention_plan(
    rules: t.Sequence[Row], searches: t.Sequence[Row], messages: t.Sequence[Row], archive: Archive
) -> dict[str, t.Any]:
    """Return what each rule selects and deletes.

    The first rule that covers a message decides. A message that is too young for it stays, regardless of later rules.

    :param searches: a result for each rule, in their order, with the messages that it would delete if it were alone.
    :param messages: every message of these results.
    :returns: ``rules``, each with ``ids`` that it selects and ``delete`` that may be deleted now; ``selected``,
        ``to_archive``, ``archived``, ``unarchived``, ``recordless`` and ``undated`` ids of all rules.
    :raises ValueError: for a rule that cannot be understood.
    """
    planned = [Rule.read(rule) for rule in rules]
    selected = _selected(planned, searches, messages)
    to_archive = _joined(ids for rule, ids in zip(planned, selected, strict=True) if rule.action == ARCHIVE)
    archived = archive.ids(to_archive)
    safe = frozenset(archived)
    rows = [
        {
            "match": rule.match.pattern,
            "action": rule.action,
            "permanent": rule.permanent,
            "ids": ids,
            "delete": [one for one in ids if rule.action != ARCHIVE or one in safe],
        }
        for rule, ids in zip(planned, selected, strict=True)
    ]
    unarchived = [one for one in to_archive if one not in safe]
    without_recording = archive.without_recording()
    return {
        "rules": rows,
        "selected": _joined(selected),
        "to_archive": to_archive,
        "archived": archived,
        "unarchived": unarchived,
        "recordless": [one for one in unarchived if one in without_recording],
        "undated": _undated(planned, searches),
    }


def _selected(rules: t.Sequence[Rule], searches: t.Sequence[Row], messages: t.Sequence[Row]) -> list[list[str]]:
    """Return the ids that each rule deletes: those that it covers first, and that its own search found."""
    found = [_found(search) for search in searches]
    selected: list[list[str]] = [[] for _rule in rules]
    for message in messages:
        position = next((number for number, rule in enumerate(rules) if rule.covers(message)), None)
        if position is None or rules[position].action == "keep":
            continue
        if position < len(found) and message["id"] in found[position]:
            selected[position].append(message["id"])
    return selected


def _found(search: Row) -> frozenset[str]:
    return frozenset(row["id"] for row in search.get("results") or () if row.get("action") == "delete")


def _undated(rules: t.Sequence[Rule], searches: t.Sequence[Row]) -> list[str]:
    """Return messages of unknown age in mailboxes that a rule matches. No rule selects them."""
    pairs = zip(rules, searches, strict=False)
    return _joined(
        [
            row["id"]
            for row in search.get("undated") or ()
            if isinstance(row.get("mailbox"), str) and rule.match.fullmatch(row["mailbox"])
        ]
        for rule, search in pairs
    )


def _joined(lists: t.Iterable[t.Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(one for ids in lists for one in ids))


__all__ = ("ARCHIVE", "Archive", "Rule", "retention_plan")
