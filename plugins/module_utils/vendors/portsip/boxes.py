# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What PortSIP's two resources share: lookups, and updates that drop nothing.

See docs/vendors/portsip.md, "Filters and order" and "Updates that may reset fields".
"""

from __future__ import annotations

import typing as t
import urllib.parse

from ...deps import pydantic
from ...errors import DuplicateError, NotFoundError, RejectedError, not_understood
from ...model.fields import Values
from ...model.kinds import UNKNOWN
from ...model.mailbox import Box, Listing, Wanted
from ...model.operation import Operation
from ..protocol import Boxes, Reread
from ..replies import expect_identifier, expect_text
from .listing import Page, Pages
from .session import PortsipSession

_HINT = "Check `url`: it must end in /api"


class Item(pydantic.RootModel[dict[str, t.Any]]):
    """One object as the vendor shows it."""


class PortsipBoxes(Boxes):
    """One of the two resources; see :class:`..protocol.Boxes` for what each call promises."""

    _session: PortsipSession
    #: Path of the collection.
    path: t.ClassVar[str]
    #: The listing carries every option.
    listed_full: t.ClassVar[bool]
    #: Wire fields that an update does not take.
    fixed: t.ClassVar[frozenset[str]]
    #: Some of the objects have no extension, and so are no boxes.
    numberless: t.ClassVar[bool] = False

    def __init__(self, session: PortsipSession) -> None:
        super().__init__(session)
        self._pages = Pages(session, self.path, Operation("list", self.table.plural))
        self._filters = True
        self._made: dict[str, str] = {}

    def list(self, wanted: Wanted) -> Listing:
        """Return the boxes wanted: one by a lookup, more by lookups or by the listing, whichever is fewer requests."""
        if wanted.numbers is None:
            return Listing(tuple(self._everything()))
        names = len(wanted.numbers) + len(wanted.ids)
        if names > 1:
            first = self._pages.page(0)
            if first.further_pages is None or names >= first.further_pages:
                return Listing(tuple(self._everything(first)))
        found = [box for number in sorted(wanted.numbers) for box in self._by_number(number)]
        found.extend(box for box_id in sorted(wanted.ids) if (box := self.find(None, box_id)) is not None)
        return Listing(tuple(found))

    def find(self, number: str | None, box_id: str | None) -> Box | None:
        """Read one box by its id, or by number through the listing."""
        if box_id is None and number in self._made:
            # What was just made is read by its id: a listing may not show it yet.
            made = self.find(None, self._made[number])
            if made is not None:
                return made
        if box_id is None:
            listed = self._by_number(str(number))
            if len(listed) > 1:
                raise DuplicateError.of(self.table.resource, str(number), "PortSIP", listed, "Delete one")
            if not listed or listed[0].full:
                return listed[0] if listed else None
            box_id = str(listed[0].id)
        try:
            reply = self._session.call(
                "GET", self._item(box_id), Operation("read", self.table.resource, number or str(box_id))
            )
        except NotFoundError:
            return None
        except RejectedError as error:
            # Some answer an unknown id with 400; the listing tells what it means
            # (docs/vendors/portsip.md, "Missing objects").
            if error.status == 400 and not self._listed(number, box_id):
                return None
            raise
        box = self._box(reply.parse(Item).root, full=True)
        if box.id != str(box_id):
            raise not_understood(reply.operation, f"expected the {self.table.resource} with the id that was asked for")
        return box

    def update(self, box: Box, writes: Values, reread: Reread | None = None) -> Box | None:
        """Write the whole box, since what is left out may be reset; the reply is empty.

        See docs/vendors/portsip.md, "Updates that may reset fields".
        """
        operation = Operation("update", self.table.resource, box.number)
        settled = {option: self.table.by_option[option].settle(value) for option, value in writes.items()}
        pin = self.table.by_option["pin"].wire

        def body_of(box: Box) -> dict[str, t.Any]:
            return {**self._kept(box), **self._encode(settled)}

        try:
            self._write(box, body_of, operation, reread)
        except RejectedError as error:
            if "pin" in writes or pin not in body_of(box) or not _about_pin(error):
                raise
            # The PIN that the box has breaks a policy that came later; it is not what is declared, so it is left out.
            self._write(
                box, lambda box: {wire: value for wire, value in body_of(box).items() if wire != pin}, operation, reread
            )
        return None

    def _write(
        self,
        box: Box,
        body_of: t.Callable[[Box], dict[str, t.Any]],
        operation: Operation,
        reread: Reread | None,
    ) -> None:
        body = body_of(box)
        secret = body.get(self.table.by_option["pin"].wire)

        def renew() -> dict[str, t.Any]:
            again = body_of(reread()) if reread else body
            pin = again.get(self.table.by_option["pin"].wire)
            if pin != secret:
                self._session.client.keep_secret(pin)
            return {"json": again}

        self._session.call(
            "POST", self._item(box.id), operation, repeatable=True, secret=secret, renew=renew, json=body
        )

    def _encode(self, values: Values) -> dict[str, t.Any]:
        # An empty text clears; whether null does is not published (docs/vendors/portsip.md, "Blank values").
        return {wire: "" if value is None else value for wire, value in self.table.encode(values, values).items()}

    def _kept(self, box: Box) -> dict[str, t.Any]:
        """Return what an update has to repeat so that it stays: all that is set, but for a PIN that is not shown."""
        left_out = set(self.fixed)
        left_out.update(field.wire for field in self.table.fields if box.values.get(field.option) is UNKNOWN)
        return {
            wire: value
            for wire, value in (box.native or {}).items()
            if wire not in left_out and value not in (None, "")
        }

    def _item(self, box_id: str | None) -> str:
        return f"{self.path}/{urllib.parse.quote(str(box_id), safe='')}"

    def _listed(self, number: str | None, box_id: str) -> bool:
        return any(box.id == box_id for box in (self._by_number(number) if number else self._everything()))

    def _by_number(self, number: str) -> tuple[Box, ...]:
        """Look up a number through a filter; where the server takes no filter, through the whole listing.

        What comes back is compared here: a server may ignore the filter (docs/vendors/portsip.md, "Filters and order").
        """
        boxes: t.Iterable[Box] | None = None
        if self._filters:
            try:
                boxes = self._everything(condition=f"extension_number eq '{number}'")
            except (RejectedError, NotFoundError):
                self._filters = False
        if boxes is None:
            boxes = self._everything()
        return tuple(box for box in boxes if box.number == number)

    def _everything(self, first: Page | None = None, condition: str | None = None) -> tuple[Box, ...]:
        natives = self._pages.read(first, condition)
        boxes = (self._box(native, full=self.listed_full) for native in natives)
        return tuple(box for box in boxes if box.number)

    def _box(self, native: dict[str, t.Any], *, full: bool) -> Box:
        operation = Operation("read", f"a {self.table.resource}")
        box_id = expect_identifier(native, "id", operation, f"a {self.table.resource}", _HINT)
        blank = native.get("extension_number") in (None, "")
        number = "" if blank and self.numberless else expect_text(native, "extension_number", operation, _HINT)
        values = self.table.decode(native) if full else {}
        return Box(number, box_id, values, full, native)


def _about_pin(error: RejectedError) -> bool:
    return any("pin" in f"{option} {text}".lower() for option, text in error.details.items())
