# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO's mailboxes (docs/vendors/kazoo.md, "Mailboxes")."""

from __future__ import annotations

import json
import time
import typing as t
import urllib.parse

from ...errors import DuplicateError, NotFoundError, RejectedError, not_understood
from ...mailboxes.plan import Step
from ...model.fields import FieldTable, Values
from ...model.mailbox import Box, Listing, Wanted
from ..creations import Withdrawal
from ..protocol import BulkReader, OptionAdvisor, PlanValidator, Renumbering, Reread
from ..replies import expect_count, expect_header_text, expect_list, expect_object, expect_text
from .fields import MAILBOX, MAILBOX_OF_5, WIRE_NAMES, Number
from .paging import PAGE_SIZE, every, identity
from .schema import doubtful, objections
from .session import ADDRESS_HINT, Envelope, KazooSession, billed, changed_meanwhile

#: More numbers than this are cheaper as a listing of all boxes.
MOST_FILTERED = 40
#: Characters of a filter, encoded: a request line of 8 kB is refused (docs/vendors/kazoo.md, "Other limits").
_LONGEST_FILTER = 5000
BULK_SIZE = 500
_BULK = "read mailboxes in bulk"
_GONE_WAITS = (0.0, 0.2, 0.5, 1.0)
_GENERATIONS = {"4.3": 0, "M": 1, "5": 2, "": 2}


class KazooMailboxes(Withdrawal, Renumbering, BulkReader, PlanValidator, OptionAdvisor):
    """Mailboxes of one account; see :class:`..protocol.Boxes` for what each call promises."""

    _session: KazooSession

    def __init__(self, session: KazooSession) -> None:
        super().__init__(session)
        self._bulk = True

    @property
    def table(self) -> FieldTable:
        """The field table; what KAZOO treats as one number depends on its generation, known from the first reply on."""
        return MAILBOX_OF_5 if self._session.generation == "5" else MAILBOX

    def list(self, wanted: Wanted) -> Listing:
        """Return the boxes wanted: by id one by one, by number through a filter, many or all through the listing."""
        numbers = wanted.numbers
        texts = _spellings(numbers or ())
        encoded = len(urllib.parse.quote(_any_of(texts))) if texts else 0
        few = numbers is not None and len(numbers) + len(wanted.ids) <= MOST_FILTERED and encoded <= _LONGEST_FILTER
        if few:
            boxes = list(self._pages({"filter_mailbox": _any_of(texts)}, wanted.options)) if texts else []
            absent = wanted.ids - {box.id for box in boxes}
            boxes.extend(box for box_id in absent if (box := self.find(None, box_id)) is not None)
            return Listing(tuple(boxes))
        return Listing(tuple(self._pages({}, wanted.options)))

    def read_many(self, boxes: t.Sequence[Box]) -> t.Sequence[Box] | None:
        """Read boxes through the bulk module of 4.3, where the operator started it.

        See docs/vendors/kazoo.md, "Reading many mailboxes".
        """
        if self._session.generation != "4.3" or not self._bulk or len(boxes) < MOST_FILTERED:
            return None
        found: list[Box] = []
        for start in range(0, len(boxes), BULK_SIZE):
            chunk = [box.id for box in boxes[start : start + BULK_SIZE]]
            try:
                envelope = self._session.call("GET", "/bulk", _BULK, json={"data": {"ids": chunk}})
            except (NotFoundError, RejectedError):
                self._bulk = False
                return None
            found.extend(self._box(native) for native in expect_list(envelope.data, _BULK, "mailboxes", ADDRESS_HINT))
        # What the reply leaves out is gone, or was lost on the way: a body of GET is no matter of course.
        shown = {box.id for box in found}
        left_out = (self.find(None, box.id) for box in boxes if box.id not in shown)
        return found + [box for box in left_out if box is not None]

    def find(self, number: str | None, box_id: str | None) -> Box | None:
        """Read one box by its id, or by number through a filter and then its id."""
        if box_id is None:
            texts = _spellings([str(number)])
            pages = list(self._pages({"filter_mailbox": _any_of(texts)}, frozenset(self.table.by_option)))
            listed = [box for box in pages if self.table.same_number(box.number, number)]
            if len(listed) > 1:
                raise DuplicateError.of("mailbox", str(number), "KAZOO", listed, "Delete or renumber one")
            if not listed or listed[0].full:
                return listed[0] if listed else None
            box_id = listed[0].id
        what = f"read mailbox {number or box_id}"
        try:
            envelope = self._session.call("GET", _path(box_id), what)
        except NotFoundError:
            return None
        return self._the_box(envelope.data, box_id, what, envelope.revision)

    def create(self, number: str, values: Values) -> Box | None:
        """Make a box with one PUT, whose reply is the box."""
        data = {"mailbox": number, **self.table.encode(values, values)}
        envelope = self._session.call("PUT", "/vmboxes", f"create mailbox {number}", json={"data": data})
        box = self._box(envelope.data, revision=envelope.revision)
        if box.revision:
            self._created[str(box.id)] = box.revision
        return box

    def holders(self, numbers: frozenset[str]) -> t.Sequence[Box]:
        """Return every box of these numbers: KAZOO looks for duplicates before it saves, without a lock."""
        found = self.list(Wanted(numbers)).boxes
        keys = {self.table.number.key(number) for number in numbers}
        return [box for box in found if self.table.number.key(box.number) in keys]

    def _is_as_created(self, fresh: Box, box: Box) -> bool:
        """Compare the revision with that of the creation; KAZOO deletes the box in no other."""
        return fresh.revision == self._created[str(box.id)]

    def update(self, box: Box, writes: Values, reread: Reread | None = None) -> Box | None:
        """Patch only the keys that differ; a key that is not sent is left alone."""
        return self._patch(box, self.table.encode(writes, {**box.values, **writes}))

    def renumber(self, box: Box, new_number: str, writes: Values, reread: Reread | None = None) -> Box | None:
        """Patch the number along with the keys that differ."""
        return self._patch(box, {**self.table.encode(writes, {**box.values, **writes}), "mailbox": new_number})

    def _patch(self, box: Box, data: dict[str, t.Any]) -> Box:
        """Patch only the keys that differ; a key that is not sent is left alone.

        See docs/vendors/kazoo.md, "Patching a mailbox".

        A conflict hides in a success of 4.3 and M, so a reply counts only when it is the box.
        """
        what = f"update mailbox {box.number}"
        try:
            envelope = self._session.call(
                "PATCH", _path(box.id), what, headers=_only(box), repeatable=True, json={"data": data}
            )
        except RejectedError as error:
            if (
                error.status == 400
                and {"mailbox", "name"} <= set(error.details)
                and not {"mailbox", "name"} & set(data)
            ):
                raise NotFoundError(f"cannot {what}: it is gone", "Run the task again", status=400) from None
            raise
        native = envelope.data if isinstance(envelope.data, dict) else {}
        if native.get("id") == box.id:
            return self._box(native, revision=envelope.revision)
        if "voicemails" in native:
            # The quote of a 402 (docs/vendors/kazoo.md, "Conflicts hidden in a success").
            raise billed(what)
        said = self._session.client.redact(str(native.get("message", "")), str(data.get("pin") or ""))
        if said == "conflicting documents":
            raise changed_meanwhile(what)
        reason = f", and why: {said!r}" if said else ""
        raise RejectedError(
            f"cannot {what}: KAZOO answered success with something else than the box{reason}", "Run the task again"
        )

    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        """Delete a box and its messages, in the revision that was read, and read it back.

        KAZOO may answer success and delete nothing (docs/vendors/kazoo.md, "Deletions that delete nothing").

        :raises StaleError: when somebody else changed it; nothing was deleted.
        """
        # Refused before anything is done; without it the messages would be gone when the box itself collides.
        what = f"delete mailbox {box.number}"
        headers = {"If-Match": f'"{expect_header_text(box.revision, what, "a revision")}"'}
        self._session.call("DELETE", _path(box.id), what, headers=headers, repeatable=True)
        self._confirm_gone(box)

    def _confirm_gone(self, box: Box) -> None:
        for wait in _GONE_WAITS:
            time.sleep(wait)
            if self.find(box.number, box.id) is None:
                return
        raise RejectedError(
            f"cannot delete mailbox {box.number}: KAZOO answered success and the box is still there",
            "KAZOO before 5 cannot delete a box that holds a message with two @ in its sender or recipient",
        )

    def count_messages(self, box: Box) -> int:
        """Count by listing them: the counters of KAZOO leave out messages of the last moment.

        See docs/vendors/kazoo.md, "Listing and paging".
        """
        what = f"count the messages of mailbox {box.number}"
        envelope = self._session.call("GET", f"{_path(box.id)}/messages", what, params={"page_size": str(PAGE_SIZE)})
        rows = len(expect_list(envelope.data, what, "messages", ADDRESS_HINT))
        if envelope.next_start_key and not rows:
            raise not_understood(what, "expected messages on a page that another one follows")
        return max(rows, expect_count(envelope.page_size, what, "messages on this page") or 0)

    def validate_plan(self, steps: t.Sequence[Step]) -> t.Sequence[str]:
        """Ask for the schema of this server where a PIN or time zone is to be written that not every server takes."""
        doubts = doubtful(steps)
        if not doubts:
            return ()
        what = "read the schema of mailboxes"
        reply = self._session.client.send("GET", "/schemas/vmboxes", what)
        if not reply.ok:
            # A server that shows no schema judges by itself, one box at a time.
            return ()
        schema = expect_object(reply.parse(Envelope).data, what, "a schema", ADDRESS_HINT)
        return objections(doubts, expect_object(schema.get("properties"), what, "the properties of a schema"))

    def warnings_for(self, options: t.Collection[str]) -> t.Sequence[str]:
        """Warn of properties that this server is too old for: it stores them, and nothing reads them."""
        here = _GENERATIONS[self._session.generation]
        late = sorted(option for option in options if here < _GENERATIONS[self.table.by_option[option].since])
        late = [option for option in late if self.table.by_option[option].since]
        return [
            f"`{option}` has no effect on this server: it is known from KAZOO {self.table.by_option[option].since} on"
            for option in late
        ]

    def _pages(self, parameters: dict[str, str], options: t.Collection[str]) -> t.Iterator[Box]:
        query = dict(parameters)
        if any(not self.table.by_option[option].summary for option in options):
            # 5 answers whole boxes; older generations ignore the parameter and answer the summary.
            query["fields"] = json.dumps(WIRE_NAMES, separators=(",", ":"))
        for native in every(self._session, "/vmboxes", "list mailboxes", "boxes", query):
            yield self._box(native, listed=True)

    def _the_box(self, native: t.Any, box_id: str | None, what: str, revision: t.Any) -> Box:
        box = self._box(native, revision=revision)
        if box.id != box_id:
            raise not_understood(what, "expected the mailbox with the id that was asked for")
        return box

    def _box(self, native: t.Any, listed: bool = False, revision: t.Any = None) -> Box:
        what = "read a mailbox"
        native = expect_object(native, what, "a mailbox", ADDRESS_HINT)
        if not identity(native):
            raise not_understood(what, "expected a mailbox with its id", ADDRESS_HINT)
        number = expect_text(native, "mailbox", what, ADDRESS_HINT)
        # Only a whole box has it: the schema writes its default into every box that was made or changed by the API.
        full = not listed or "require_pin" in native
        values = self.table.decode(native)
        if not full:
            values = {field.option: values[field.option] for field in self.table.fields if field.summary}
        if revision is not None:
            revision = expect_header_text(revision, what, "a revision")
        return Box(number, identity(native), values, full, native, revision)


def _path(box_id: str | None) -> str:
    return f"/vmboxes/{urllib.parse.quote(str(box_id), safe='')}"


def _only(box: Box) -> dict[str, str]:
    """Return the header with which a write is refused once the box is in another revision.

    See docs/vendors/kazoo.md, "Revisions and If-Match".
    """
    return {"If-Match": f'"{box.revision}"'} if box.revision else {}


def _spellings(numbers: t.Iterable[str]) -> set[str]:
    """Return every text of these numbers that KAZOO treats as the same: its filters compare text."""
    kind = t.cast(Number, MAILBOX.number)
    return {text for number in numbers for text in kind.spellings(number)}


def _any_of(numbers: t.Collection[str]) -> str:
    # A number may itself look like a list, which the server would take apart.
    alone = next(iter(numbers)) if len(numbers) == 1 else "["
    return json.dumps(sorted(numbers)) if alone.startswith("[") else alone
