# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO's mailboxes (docs/vendors/kazoo.md, "Mailboxes")."""

from __future__ import annotations

import dataclasses
import json
import time
import typing as t
import urllib.parse

from ...errors import (
    DuplicateError,
    NotFoundError,
    RejectedError,
    TransportError,
    VoicemailError,
    not_understood,
)
from ...mailboxes.plan import Step
from ...model.fields import Decoded, FieldTable, Values
from ...model.mailbox import Box, Desired, Listing, Wanted
from ...model.operation import Operation
from ...model.problem import Problem, Subject
from ..creations import Withdrawal
from ..protocol import (
    BulkReader,
    NameResolver,
    OptionAdvisor,
    PlanValidator,
    Renumbering,
    Reread,
    RevisionChecker,
)
from ..replies import expect_count, expect_header_text, expect_list, expect_object, expect_text
from .callflows import Callflows
from .fields import CALLFLOW, GENERATIONS, MAILBOX, TABLES, Number, wire_names
from .names import Names, missing_media, with_ids
from .paging import PAGE_SIZE, every, identity
from .patches import patch, path_of
from .revisions import unchanged
from .schema import doubtful, objections
from .session import ADDRESS_HINT, Envelope, KazooSession

#: More numbers than this are cheaper as a listing of all boxes.
MOST_FILTERED = 40
#: Characters of a filter, encoded: a request line of 8 kB is refused (docs/vendors/kazoo.md, "Other limits").
_LONGEST_FILTER = 5000
BULK_SIZE = 500
_BULK = Operation("read", "mailboxes in bulk")
_READ = Operation("read", "a mailbox")
_GONE_WAITS = (0.0, 0.2, 0.5, 1.0)


class KazooMailboxes(Withdrawal, Renumbering, BulkReader, RevisionChecker, NameResolver, PlanValidator, OptionAdvisor):
    """Mailboxes of one account; see :class:`..protocol.Boxes` for what each call promises."""

    _session: KazooSession

    def __init__(self, session: KazooSession) -> None:
        super().__init__(session)
        self._bulk = True
        self._names = Names(session)
        self._callflows = Callflows(session)
        #: Boxes of the account, known once all were listed.
        self._in_account: int | None = None

    @property
    def table(self) -> FieldTable:
        """The field table.

        Which numbers KAZOO treats as one, and which properties it knows, depends on its generation. The first reply
        reveals it.
        """
        return TABLES.get(self._session.generation, MAILBOX)

    def resolve(self, desired: t.Sequence[Desired]) -> t.Sequence[Desired]:
        """Put ids in place of names of users and media."""
        return with_ids(self._names, self._callflows.without_steering(desired))

    def list(self, wanted: Wanted) -> Listing:
        """Return the boxes wanted: by id one by one, by number through a filter, many or all through the listing."""
        numbers = wanted.numbers
        # A deletion minds every option of its box: who changes one uses it.
        deletes = wanted.everything or any(not item.present for item in wanted.declared)
        options = self.table.standing if deletes else wanted.options
        few = numbers is not None and len(numbers) + len(wanted.ids) <= MOST_FILTERED
        # Each number has dozens of spellings, which are of no use where all boxes are listed.
        searched = _any_of(_spellings(numbers or ())) if few and numbers else ""
        if few and len(urllib.parse.quote(searched)) <= _LONGEST_FILTER:
            boxes = list(self._pages({"filter_mailbox": searched}, options)) if searched else []
            absent = wanted.ids - {box.id for box in boxes}
            boxes.extend(box for box_id in absent if (box := self.find(None, box_id)) is not None)
            return Listing(self._with_callflows(boxes))
        every_box = self._with_callflows(self._pages({}, options))
        self._in_account = len(every_box)
        return Listing(every_box, whole=True)

    def _with_callflows(self, boxes: t.Iterable[Box]) -> tuple[Box, ...]:
        return tuple(self._callflows.laid_over_all(list(boxes), self._session.client.workers))

    @property
    def generation(self) -> str:
        """The generation of the server, as its latest reply shows it."""
        return self._session.generation

    def unchanged(self, boxes: t.Sequence[Box], trusted: bool) -> frozenset[str] | None:
        """Ask by revision, where all boxes of the account were listed: a few boxes are read as fast."""
        if self._in_account is None:
            return None
        return unchanged(self._session, self.table, boxes, self._in_account, trusted)

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
            rows = expect_list(envelope.data, _BULK, "mailboxes", ADDRESS_HINT)
            found.extend(self._bare_box(native) for native in rows)
        # What the reply leaves out is gone, or was lost on the way: a body of GET is no matter of course.
        shown = {box.id for box in found}
        left_out = (self.find(None, box.id) for box in boxes if box.id not in shown)
        found += [box for box in left_out if box is not None]
        return self._callflows.laid_over_all(found, self._session.client.workers)

    def find(self, number: str | None, box_id: str | None) -> Box | None:
        """Read one box by its id, or by number through a filter and then its id."""
        if box_id is None:
            texts = _spellings([str(number)])
            pages = list(self._pages({"filter_mailbox": _any_of(texts)}, frozenset(self.table.by_option)))
            listed = [box for box in pages if self.table.same_number(box.number, number)]
            if len(listed) > 1:
                raise DuplicateError.of("mailbox", str(number), "KAZOO", listed, "Delete or renumber one")
            if not listed or listed[0].full:
                return self._callflows.laid_over(listed[0]) if listed else None
            box_id = listed[0].id
        operation = Operation("read", "mailbox", number or str(box_id))
        try:
            envelope = self._session.call("GET", path_of(box_id), operation)
        except NotFoundError:
            return None
        return self._the_box(envelope.data, box_id, operation, envelope.revision)

    def create(self, number: str, values: Values) -> Box | None:
        """Make a box with one PUT, whose reply is the box."""
        own = {option: value for option, value in values.items() if option not in CALLFLOW}
        data = {"mailbox": number, **self.table.encode(own, own)}
        envelope = self._session.call("PUT", "/vmboxes", Operation("create", "mailbox", number), json={"data": data})
        box = self._box(envelope.data, revision=envelope.revision)
        if box.revision:
            self._created[str(box.id)] = box.revision
        if len(own) == len(values):
            return box
        try:
            return self._reachable(box, values)
        except VoicemailError as error:
            raise TransportError(
                f"was created (id {box.id}), but not its callflow: {error.message}",
                error.hint,
                subject=Subject("mailbox", number),
                status=error.status,
                details=error.details,
                uncertain=True,
            ) from None

    def _reachable(self, box: Box, values: Values) -> Box:
        """Write the callflows of a box and return it with their options."""
        written = self._callflows.write(box, values)
        return dataclasses.replace(box, values={**box.values, **written})

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
        return self._write(box, writes, {})

    def renumber(self, box: Box, new_number: str, writes: Values, reread: Reread | None = None) -> Box | None:
        """Patch the number along with the keys that differ."""
        return self._write(box, writes, {"mailbox": new_number})

    def _write(self, box: Box, writes: Values, extra: dict[str, t.Any]) -> Box:
        """Patch a box, then write its callflows.

        :param extra: wire fields that no option has.
        """
        own = {option: value for option, value in writes.items() if option not in CALLFLOW}
        if len(own) < len(writes):
            done = self._write(box, own, extra) if own or extra else box
            return self._reachable(done, writes)
        envelope = patch(self._session, self.table, box, own, extra)
        return self._box(envelope.data, revision=envelope.revision)

    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        """Delete a box and its messages, in the revision that was read, and read it back.

        KAZOO may answer success and delete nothing (docs/vendors/kazoo.md, "Deletions that delete nothing").

        :raises StaleError: when somebody else changed it; nothing was deleted.
        """
        # Refused before anything is done; without it the messages would be gone when the box itself collides.
        operation = Operation("delete", "mailbox", box.number)
        headers = {"If-Match": f'"{expect_header_text(box.revision, operation, "a revision")}"'}
        self._callflows.remove(box)
        self._session.call("DELETE", path_of(box.id), operation, headers=headers, repeatable=True)
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
        operation = Operation("count", "the messages", relation="of", other=Subject("mailbox", box.number))
        envelope = self._session.call(
            "GET", f"{path_of(box.id)}/messages", operation, params={"page_size": str(PAGE_SIZE)}
        )
        rows = len(expect_list(envelope.data, operation, "messages", ADDRESS_HINT))
        if envelope.next_start_key and not rows:
            raise not_understood(operation, "expected messages on a page that another one follows")
        return max(rows, expect_count(envelope.page_size, operation, "messages on this page") or 0)

    def validate_plan(self, steps: t.Sequence[Step]) -> t.Sequence[Problem]:
        """Look for media that are to be used, and ask for the schema of this server where a value is unusual."""
        missing = [*missing_media(self._names, steps), *self._callflows.problems(steps)]
        doubts = doubtful(steps)
        if not doubts:
            return missing
        operation = Operation("read", "the schema of mailboxes")
        reply = self._session.client.send("GET", "/schemas/vmboxes", operation)
        if not reply.ok:
            # A server that shows no schema judges by itself, one box at a time.
            return missing
        schema = expect_object(reply.parse(Envelope).data, operation, "a schema", ADDRESS_HINT)
        properties = expect_object(schema.get("properties"), operation, "the properties of a schema")
        return [*missing, *objections(doubts, properties)]

    def warnings_for(self, options: t.Collection[str]) -> t.Sequence[str]:
        """Warn of properties that this server is too old for: it stores them, and nothing reads them."""
        generation = self._session.generation
        later = GENERATIONS[GENERATIONS.index(generation) + 1 :] if generation else ()
        late = sorted(option for option in options if self.table.by_option[option].since in later)
        return [
            f"`{option}` has no effect on this server: it is known from KAZOO {self.table.by_option[option].since} on"
            for option in late
        ]

    def _pages(self, parameters: dict[str, str], options: t.Collection[str]) -> t.Iterator[Box]:
        query = dict(parameters)
        summary = frozenset(field.option for field in self.table.fields if field.summary)
        if not summary.issuperset(options):
            # 5 answers these keys; older generations ignore the parameter and answer the summary.
            query["fields"] = json.dumps(wire_names(options), separators=(",", ":"))
        whole = self.table.standing.issubset(options)
        for native in every(self._session, "/vmboxes", Operation("list", "mailboxes"), "boxes", query):
            # Only a document has it: the schema writes its default into every box that was made or changed by the API.
            shown = options if "require_pin" in native else summary
            yield self._bare_box(native) if whole and shown is options else self._part(native, shown)

    def _the_box(self, native: t.Any, box_id: str | None, operation: Operation, revision: t.Any) -> Box:
        box = self._box(native, revision=revision)
        if box.id != box_id:
            raise not_understood(operation, "expected the mailbox with the id that was asked for")
        return box

    def _box(self, native: t.Any, revision: t.Any = None) -> Box:
        """Return a whole box with the callflow options that are declared for it."""
        return self._callflows.laid_over(self._bare_box(native, revision=revision))

    def _bare_box(self, native: t.Any, revision: t.Any = None) -> Box:
        native = expect_object(native, _READ, "a mailbox", ADDRESS_HINT)
        if not identity(native):
            raise not_understood(_READ, "expected a mailbox with its id", ADDRESS_HINT)
        number = expect_text(native, "mailbox", _READ, ADDRESS_HINT)
        if revision is not None:
            revision = expect_header_text(revision, _READ, "a revision")
        return Box(number, identity(native), Decoded(self.table, native), True, native, revision)

    def _part(self, native: t.Mapping[str, t.Any], options: t.Collection[str]) -> Box:
        """Return a box of which only some options were shown."""
        values = {option: self.table.decode_one(option, native) for option in options}
        return Box(expect_text(native, "mailbox", _READ, ADDRESS_HINT), identity(native), values, False)


def _spellings(numbers: t.Iterable[str]) -> set[str]:
    """Return every text of these numbers that KAZOO treats as the same: its filters compare text."""
    kind = t.cast(Number, MAILBOX.number)
    return {text for number in numbers for text in kind.spellings(number)}


def _any_of(numbers: t.Collection[str]) -> str:
    # A number may itself look like a list, which the server would take apart.
    alone = next(iter(numbers)) if len(numbers) == 1 else "["
    return json.dumps(sorted(numbers)) if alone.startswith("[") else alone
