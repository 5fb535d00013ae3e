# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and write KAZOO's mailboxes (docs/vendors/kazoo.md, "Mailboxes")."""

from __future__ import annotations

import dataclasses
import json
import typing as t
import urllib.parse

from ...errors import (
    NotFoundError,
    RejectedError,
    VoicemailError,
    not_understood,
)
from ...mailboxes.plan import Step
from ...model.fields import Decoded, FieldTable, Values
from ...model.mailbox import Box, Desired, Listing, ListQuery
from ...model.operation import Operation
from ...model.problem import Problem, Subject
from ...waiting import looks
from ..creations import Withdrawal, incomplete
from ..protocol import (
    BulkReader,
    DeclarationValidator,
    NameResolver,
    OptionAdvisor,
    PlanValidator,
    Renumbering,
    Reread,
    RevisionChecker,
)
from ..replies import expect_count, expect_header_text, expect_list, expect_object, expect_text
from ..unique import only
from .callflows import Callflows, declared_numbers_problems
from .fields import CALLFLOW, GENERATIONS, MAILBOX, TABLES, Number, wire_names
from .names import Names, missing_media, missing_owners, with_ids
from .paging import PAGE_SIZE, identity, read_all
from .patches import patch, path_of
from .revisions import unchanged
from .schema import doubtful, schema_problems
from .session import ADDRESS_HINT, Envelope, KazooSession

#: For more numbers than this, listing all boxes is cheaper.
MOST_FILTERED = 40
#: Encoded characters of a filter: request lines of 8 kB are refused (docs/vendors/kazoo.md, "Other limits").
_LONGEST_FILTER = 5000
BULK_SIZE = 500
_BULK = Operation("read", "mailboxes in bulk")
_READ = Operation("read", "a mailbox")


class KazooMailboxes(
    Withdrawal,
    Renumbering,
    BulkReader,
    RevisionChecker,
    NameResolver,
    DeclarationValidator,
    PlanValidator,
    OptionAdvisor,
):
    """Mailboxes of one account; see :class:`..protocol.Boxes` for the contract of each method."""

    _session: KazooSession

    def __init__(self, session: KazooSession) -> None:
        super().__init__(session)
        self._bulk = True
        self._names = Names(session)
        self._callflows = Callflows(session)
        #: Number of boxes in the account, known after all were listed.
        self._in_account: int | None = None

    @property
    def table(self) -> FieldTable:
        """The field table.

        The numbers that KAZOO treats as equal, and the properties that it supports, depend on its generation. The first
        reply
        reply shows it.
        """
        return TABLES.get(self._session.generation, MAILBOX)

    def resolve(self, desired: t.Sequence[Desired]) -> t.Sequence[Desired]:
        """Replace names of users and media by ids."""
        return with_ids(self._names, self._callflows.without_steering(desired))

    def list(self, wanted: ListQuery) -> Listing:
        """Return the boxes of a query: by id one by one, by number with a filter, many or all with the listing."""
        numbers = wanted.numbers
        # Deletions compare every option: a box that somebody changes is in use.
        deletes = wanted.everything or any(not item.present for item in wanted.declared)
        options = self.table.always_read if deletes else wanted.options
        few = numbers is not None and len(numbers) + len(wanted.ids) <= MOST_FILTERED
        # Each number has dozens of spellings, which are not needed if all boxes are listed.
        searched = _any_of(_spellings(numbers or ())) if few and numbers else ""
        if few and _fits(searched):
            boxes = list(self._pages({"filter_mailbox": searched}, options)) if searched else []
            absent = wanted.ids - {box.id for box in boxes}
            boxes.extend(box for box_id in absent if (box := self.find(None, box_id)) is not None)
            return Listing(self._with_callflows(boxes, wanted))
        every_box = self._with_callflows(self._pages({}, options), wanted)
        self._in_account = len(every_box)
        return Listing(every_box, whole=True)

    def _with_callflows(self, boxes: t.Iterable[Box], wanted: ListQuery) -> tuple[Box, ...]:
        if not wanted.declared and not wanted.options.isdisjoint(CALLFLOW):
            self._callflows.show_all()
        return tuple(self._callflows.with_options_all(list(boxes), self._session.client.workers))

    @property
    def generation(self) -> str:
        """The generation of the server according to its latest reply."""
        return self._session.generation

    def unchanged(self, boxes: t.Sequence[Box], trusted: bool) -> t.Sequence[Box] | None:
        """Ask by revision if all boxes of the account were listed; a few boxes are read as fast."""
        if self._in_account is None:
            return None
        ids = unchanged(self._session, self.table, boxes, self._in_account, trusted)
        if ids is None:
            return None
        # The revision of a mailbox does not cover its callflows.
        confirmed = [box for box in boxes if box.id in ids]
        return self._callflows.with_options_all(confirmed, self._session.client.workers)

    def read_many(self, boxes: t.Sequence[Box]) -> t.Sequence[Box] | None:
        """Read boxes with the bulk module of 4.3, if the operator started it.

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
            found.extend(self._box_without_callflows(native) for native in rows)
        # A missing box is gone, or was lost in transit: proxies may drop the body of a GET request.
        shown = {box.id for box in found}
        left_out = (self.find(None, box.id) for box in boxes if box.id not in shown)
        found += [box for box in left_out if box is not None]
        return self._callflows.with_options_all(found, self._session.client.workers)

    def find(self, number: str | None, box_id: str | None) -> Box | None:
        """Read one box by its id, or find its number with a filter and read it by id."""
        if box_id is None:
            texts = _spellings([str(number)])
            pages = list(self._pages({"filter_mailbox": _any_of(texts)}, frozenset(self.table.by_option)))
            listed = [box for box in pages if self.table.same_number(box.number, number)]
            box = only(listed, Subject("mailbox", str(number)), "KAZOO", "Delete or renumber one")
            if box is None or box.full:
                return self._callflows.with_options(box) if box else None
            box_id = box.id
        operation = Operation("read", "mailbox", number or str(box_id))
        try:
            envelope = self._session.call("GET", path_of(box_id), operation)
        except NotFoundError:
            return None
        return self._the_box(envelope.data, box_id, operation, envelope.revision)

    def create(self, number: str, values: Values) -> Box | None:
        """Create a box with one PUT, which returns the box."""
        own = {option: value for option, value in values.items() if option not in CALLFLOW}
        data = {"mailbox": number, **self.table.encode(own, own)}
        envelope = self._session.call("PUT", "/vmboxes", Operation("create", "mailbox", number), json={"data": data})
        box = self._box(envelope.data, revision=envelope.revision)
        if box.revision:
            self._created[str(box.id)] = box.revision
        if len(own) == len(values):
            return box
        try:
            return self._write_callflows(box, values)
        except VoicemailError as error:
            raise incomplete(
                Subject("mailbox", number), f"was created (id {box.id}), but not its callflow", error
            ) from None

    def _write_callflows(self, box: Box, values: Values) -> Box:
        """Write the callflows of a box and return the box with their options."""
        written = self._callflows.write(box, values)
        return dataclasses.replace(box, values={**box.values, **written})

    def holders(self, numbers: frozenset[str]) -> t.Sequence[Box]:
        """Return every box with these numbers: KAZOO checks for duplicates before it saves, without a lock."""
        found = self.list(ListQuery(numbers)).boxes
        keys = {self.table.number.key(number) for number in numbers}
        return [box for box in found if self.table.number.key(box.number) in keys]

    def _is_as_created(self, fresh: Box, box: Box) -> bool:
        """Compare the revision with that of the creation; KAZOO deletes no other revision."""
        return fresh.revision == self._created[str(box.id)]

    def update(self, box: Box, writes: Values, reread: Reread | None = None) -> Box | None:
        """Patch only the keys that differ; other keys stay unchanged."""
        return self._write(box, writes, {})

    def renumber(self, box: Box, new_number: str, writes: Values, reread: Reread | None = None) -> Box | None:
        """Patch the number along with the keys that differ."""
        return self._write(box, writes, {"mailbox": new_number})

    def _write(self, box: Box, writes: Values, extra: dict[str, t.Any]) -> Box:
        """Patch a box, then write its callflows.

        :param extra: wire fields without an option.
        """
        own = {option: value for option, value in writes.items() if option not in CALLFLOW}
        if len(own) < len(writes):
            done = self._write(box, own, extra) if own or extra else box
            return self._write_callflows(done, writes)
        envelope = patch(self._session, self.table, box, own, extra)
        return self._box(envelope.data, revision=envelope.revision)

    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        """Delete a box and its messages in the revision that was read, then confirm that it is gone.

        KAZOO may report success and delete nothing (docs/vendors/kazoo.md, "Deletions that delete nothing").

        :raises StaleError: if somebody else changed it; nothing was deleted.
        """
        # Checked before anything is deleted; otherwise the messages would be gone before the conflict in the box shows.
        operation = Operation("delete", "mailbox", box.number)
        headers = {"If-Match": f'"{expect_header_text(box.revision, operation, "a revision")}"'}
        self._callflows.remove(box)
        self._session.call("DELETE", path_of(box.id), operation, headers=headers, repeatable=True)
        if not any(self.find(box.number, box.id) is None for _look in looks()):
            raise RejectedError(
                "KAZOO reported success, but the box still exists",
                "KAZOO before 5 cannot delete a box containing a message with two @ in its sender or recipient",
                operation=operation,
            )

    def count_messages(self, box: Box) -> int:
        """Count by listing: KAZOO's counters omit messages of the last moments.

        See docs/vendors/kazoo.md, "Listing and paging".
        """
        operation = Operation("count", "the messages", relation="of", other=Subject("mailbox", box.number))
        envelope = self._session.call(
            "GET", f"{path_of(box.id)}/messages", operation, params={"page_size": str(PAGE_SIZE)}
        )
        rows = len(expect_list(envelope.data, operation, "messages", ADDRESS_HINT))
        if envelope.next_start_key and not rows:
            raise not_understood(operation, "expected messages on a page that is not the last one")
        return max(rows, expect_count(envelope.page_size, operation, "messages on this page") or 0)

    @staticmethod
    def validate_declaration(desired: t.Sequence[Desired]) -> t.Sequence[Problem]:
        """Check that no two boxes declare the same callflow number."""
        return declared_numbers_problems(desired)

    def validate_plan(self, steps: t.Sequence[Step]) -> t.Sequence[Problem]:
        """Check that declared media and owners exist, and compare unusual values with the schema of this server."""
        missing = [
            *missing_media(self._names, steps),
            *missing_owners(self._names, steps),
            *self._callflows.problems(steps),
        ]
        doubts = doubtful(steps)
        if not doubts:
            return missing
        operation = Operation("read", "the schema of mailboxes")
        reply = self._session.client.send("GET", "/schemas/vmboxes", operation)
        if not reply.ok:
            # Without a schema, the server validates each box when it is written.
            return missing
        schema = expect_object(reply.parse(Envelope).data, operation, "a schema", ADDRESS_HINT)
        properties = expect_object(schema.get("properties"), operation, "the properties of a schema")
        return [*missing, *schema_problems(doubts, properties)]

    def warnings_for(self, options: t.Collection[str]) -> t.Sequence[str]:
        """Warn of properties that are newer than this server: it stores them but ignores them."""
        generation = self._session.generation
        later = GENERATIONS[GENERATIONS.index(generation) + 1 :] if generation else ()
        late = sorted(option for option in options if self.table.by_option[option].since in later)
        return [
            f"`{option}` has no effect on this server: it needs KAZOO {self.table.by_option[option].since} or later"
            for option in late
        ]

    def _pages(self, parameters: dict[str, str], options: frozenset[str]) -> t.Iterator[Box]:
        query = dict(parameters)
        summary = frozenset(field.option for field in self.table.fields if field.summary)
        if not summary.issuperset(options):
            # 5 returns these keys; older generations ignore the parameter and return the summary.
            query["fields"] = json.dumps(wire_names(options), separators=(",", ":"))
        whole = self.table.always_read.issubset(options)
        for native in read_all(self._session, "/vmboxes", Operation("list", "mailboxes"), "boxes", query):
            # Only full documents have it: the schema writes its default to every box that the API creates or changes.
            shown = options if "require_pin" in native or not options else summary
            yield self._box_without_callflows(native) if whole and shown is options else self._part(native, shown)

    def _the_box(self, native: t.Any, box_id: str | None, operation: Operation, revision: t.Any) -> Box:
        box = self._box(native, revision=revision)
        if box.id != box_id:
            raise not_understood(operation, "expected the mailbox with the id that was asked for")
        return box

    def _box(self, native: t.Any, revision: t.Any = None) -> Box:
        """Return a full box with the callflow options that are declared for it."""
        return self._callflows.with_options(self._box_without_callflows(native, revision=revision))

    def _box_without_callflows(self, native: t.Any, revision: t.Any = None) -> Box:
        native = expect_object(native, _READ, "a mailbox", ADDRESS_HINT)
        if not identity(native):
            raise not_understood(_READ, "expected a mailbox with its id", ADDRESS_HINT)
        number = expect_text(native, "mailbox", _READ, ADDRESS_HINT)
        if revision is not None:
            revision = expect_header_text(revision, _READ, "a revision")
        return Box(number, identity(native), Decoded(self.table, native), True, native, revision)

    def _part(self, native: t.Mapping[str, t.Any], options: frozenset[str]) -> Box:
        """Return a box with only some of its options."""
        values = self.table.decode_some(options, native)
        return Box(expect_text(native, "mailbox", _READ, ADDRESS_HINT), identity(native), values, False)


def _spellings(numbers: t.Iterable[str]) -> set[str]:
    """Return every spelling that KAZOO treats as one of these numbers, since its filters compare text."""
    kind = t.cast(Number, MAILBOX.number)
    return {text for number in numbers for text in kind.spellings(number)}


def _fits(searched: str) -> bool:
    # Each byte is encoded as up to three characters, so that few filters have to be encoded to know their length.
    return 3 * len(searched.encode()) <= _LONGEST_FILTER or len(urllib.parse.quote(searched)) <= _LONGEST_FILTER


def _any_of(numbers: t.Collection[str]) -> str:
    # A number may itself look like a list, which the server would split.
    alone = next(iter(numbers)) if len(numbers) == 1 else "["
    return json.dumps(sorted(numbers)) if alone.startswith("[") else alone
