# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which mailboxes did not change, asked with few requests (docs/vendors/kazoo.md, "Filtering by revision")."""

from __future__ import annotations

import json
import typing as t
import urllib.parse

from ...errors import NotFoundError, RejectedError
from ...model.fields import FieldTable
from ...model.mailbox import Box
from ...model.operation import Operation
from ..replies import expect_list, expect_object
from .paging import identity
from .session import ADDRESS_HINT, KazooSession

#: Revisions of one request, and the most letters that they may take: a longer request line is refused.
PER_REQUEST = 150
_LONGEST_FILTER = 7000
#: Seconds of one read among many, and that one box of the account costs a request that filters: each looks at all.
_READ_SECONDS = 0.008
_LOOK_SECONDS = 0.00064
_LISTING = Operation("list", "mailboxes by revision")


def unchanged(
    session: KazooSession, table: FieldTable, boxes: t.Sequence[Box], in_account: int, trusted: bool
) -> frozenset[str] | None:
    """Return the ids of boxes that are still in their revision; None where reading all of them costs less.

    The requests are sent one after another: a server that is loaded leaves boxes out.

    :param in_account: boxes of the account.
    :param trusted: the server is known to filter. Otherwise it has to show so: a server that ignores the filter
        returns boxes that were not asked for.
    """
    parts = _parts(boxes)
    if len(parts) == 1 and not trusted:
        half = len(boxes) // 2
        parts = [part for part in (parts[0][:half], parts[0][half:]) if part]
    if (len(parts) == 1 and not trusted) or not _pays(session, len(boxes), len(parts), in_account):
        return None
    found: set[str] = set()
    for part in parts:
        confirmed = _ask(session, table, part)
        if confirmed is None:
            return frozenset()
        found |= confirmed
    return frozenset(found)


def _parts(boxes: t.Sequence[Box]) -> list[list[Box]]:
    parts: list[list[Box]] = []
    letters = 0
    for box in boxes:
        size = len(_quoted([box]))
        if not parts or len(parts[-1]) >= PER_REQUEST or letters + size > _LONGEST_FILTER:
            parts.append([])
            letters = 0
        parts[-1].append(box)
        letters += size
    return parts


def _pays(session: KazooSession, boxes: int, requests: int, in_account: int) -> bool:
    pacer = session.client.pacer
    filtering = requests * in_account * _LOOK_SECONDS + pacer.expected_wait(requests)
    return filtering < boxes * _READ_SECONDS + pacer.expected_wait(boxes)


def _ask(session: KazooSession, table: FieldTable, boxes: t.Sequence[Box]) -> frozenset[str] | None:
    """Return the ids of boxes that did not change; None where the reply shows that the server does not filter."""
    parameters = {"paginate": "false", "filter__rev": _filter(boxes)}
    try:
        envelope = session.call("GET", "/vmboxes", _LISTING, params=parameters)
    except (NotFoundError, RejectedError):
        return None
    asked = {box.id: box for box in boxes}
    found = set()
    for row in expect_list(envelope.data, _LISTING, "boxes", ADDRESS_HINT):
        native = expect_object(row, _LISTING, "a mailbox", ADDRESS_HINT)
        box = asked.get(identity(native))
        if box is None:
            return None
        if _shows(table, native, box):
            found.add(str(box.id))
    return frozenset(found)


def _shows(table: FieldTable, native: t.Mapping[str, t.Any], box: Box) -> bool:
    """Check whether a summary is that of the box: its revision may be the former one of another box."""
    summary = (field.option for field in table.fields if field.summary)
    return native.get("mailbox") == box.number and all(
        table.decode_one(option, native) == box.values[option] for option in summary
    )


def _filter(boxes: t.Iterable[Box]) -> str:
    return json.dumps([box.revision for box in boxes], separators=(",", ":"))


def _quoted(boxes: t.Iterable[Box]) -> str:
    return urllib.parse.quote(_filter(boxes), safe="")


__all__ = ("PER_REQUEST", "unchanged")
