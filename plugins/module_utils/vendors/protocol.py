# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a vendor's driver offers. The engine knows nothing else of a vendor."""

from __future__ import annotations

import dataclasses
import typing as t

from ..mailboxes.plan import Step
from ..model.connection import Connection
from ..model.fields import FieldTable, Values
from ..model.mailbox import Box, Desired, Listing, Wanted
from ..model.problem import Problem
from ..transport.client import Client

if t.TYPE_CHECKING:
    from ..model.account import Account
    from .greetings import GreetingSupport
    from .messages import Messages


class Boxes(t.Protocol):
    """One resource of a vendor: its mailboxes, or its shared voicemails."""

    @property
    def table(self) -> FieldTable:
        """The field table. What depends on the server's generation in it is known once a reply came."""

    def list(self, wanted: Wanted) -> Listing:
        """Return the boxes wanted, with the fewest requests; boxes that were not asked for may be among them.

        A box need not be full: the engine reads those of which it needs more.

        :raises TransportError: rather than to return a listing that is not complete.
        """

    def read_many(self, boxes: t.Sequence[Box]) -> t.Sequence[Box] | None:
        """Return these boxes in full with one request or few; None where the vendor has no such request."""

    def find(self, number: str | None, box_id: str | None) -> Box | None:
        """Return one box in full, read afresh, or None when it does not exist.

        :param number: to find it by, where there is no id.
        :param box_id: the vendor's id, which wins over the number.
        """

    def create(self, number: str, values: Values) -> Box | None:
        """Make a box and return it in full where the vendor's reply shows it, else None.

        :param values: canonical values of the options given; none of them None.
        """

    def update(
        self, box: Box, writes: Values, new_number: str | None, reread: t.Callable[[], Box] | None = None
    ) -> Box | None:
        """Write options of a box and return it in full where the vendor's reply shows it, else None.

        A vendor that replaces the whole box is sent the values of ``box`` with those of ``writes`` laid over them.

        :param box: the box in full, read immediately before; where it has a ``revision``, no other may be written to.
        :param writes: canonical values of what is to be written; None clears.
        :param reread: returns the box as it is now, for a request that is repeated; raises what ends the update.
        :raises StaleError: when the box is in another revision; nothing was written.
        """

    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        """Delete a box, and do not return before it is certain that it is gone.

        :param box: the box, read immediately before; where it has a ``revision``, no other may be deleted.
        :param recheck: called before the request is repeated; raises what ends the deletion.
        :raises StaleError: when the box is in another revision; nothing was deleted.
        """

    def count_messages(self, box: Box) -> int | None:
        """Return how many messages would be lost with a box; None where the vendor cannot tell."""

    def objections(self, steps: t.Sequence[Step]) -> t.Sequence[Problem]:
        """Return what this very server will refuse of a plan that the field table allows.

        Called before anything is written. It sends a request only where something is in doubt.
        """

    def advise(self, options: t.Collection[str]) -> t.Sequence[str]:
        """Return warnings on options that this very server does not know, and on what it did beside what was asked.

        Called once a listing was read, and once more after the writes; repeated warnings are dropped.
        """


@t.runtime_checkable
class NamesObjects(t.Protocol):
    """What a driver offers beside :class:`Boxes` where options can name objects of the vendor instead of their ids."""

    def resolve(self, desired: t.Sequence[Desired]) -> t.Sequence[Desired]:
        """Return declarations with ids in place of names; each name is looked up once.

        :raises InvalidInputError: for every name that is unknown or has several objects.
        """


@t.runtime_checkable
class NotUnique(t.Protocol):
    """What a driver offers beside :class:`Boxes` where two creations of one number at the same time may both succeed.

    That is so unless the vendor documents its check for duplicates as atomic.
    """

    def holders(self, numbers: frozenset[str]) -> t.Sequence[Box]:
        """Return every box that has one of these numbers, all duplicates included; they need not be full.

        :raises TransportError: rather than to return a part.
        """

    def created_here(self, box: Box) -> bool:
        """Check whether this driver created the box, according to the vendor's reply."""

    def withdraw(self, box: Box, other: Box) -> bool:
        """Delete a box that :meth:`created_here`, in favour of another one that has its number.

        :param box: as it was read after its creation.
        :param other: read just before the deletion.
        :returns: false where ``other`` is gone or has another number; nothing was deleted.
        :raises VoicemailError: where the box holds messages or is not as it was created; nothing was deleted.
        """


@t.runtime_checkable
class Revisioned(t.Protocol):
    """What a driver offers beside :class:`Boxes` whose vendor confirms revisions without reading each box."""

    @property
    def generation(self) -> str:
        """The generation of the server, known from the first reply on: revisions of another one mean nothing."""

    def unchanged(self, boxes: t.Sequence[Box], trusted: bool) -> frozenset[str] | None:
        """Return the ids of boxes that are still in their revision, or None where reading them all costs less.

        A box that is not returned may have changed; a box that changed is never returned.

        :param boxes: as they were read, maybe long ago.
        :param trusted: an earlier run saw this server answer as it should; otherwise it has to prove it.
        """


class Session(t.Protocol):
    """A login at a vendor."""

    client: Client

    def valid(self) -> bool:
        """Tell whether the login can serve a further task."""

    def account_key(self) -> str:
        """Return what tells the account that the session works on from any other; it reveals no secret."""

    def account_name(self) -> str:
        """Return the account as a person knows it, or an empty text; nothing is sent for it."""

    def close(self) -> None:
        """End the login where the vendor wants that, and close the connections."""


@dataclasses.dataclass(frozen=True)
class Vendor:
    """What is known of a vendor before anything is sent.

    :param name: value of the option ``vendor``.
    :param title: as the vendor writes itself.
    :param credentials: the ways to log in, each the options it needs.
    :param tables: field table by resource.
    :param abilities: what it can do beyond mailboxes, such as ``read messages``.
    :param revisioned: the resources whose driver is :class:`Revisioned`.
    :param countable: the resources whose messages :meth:`Boxes.count_messages` can count.
    :param message_statuses: what it tells of a message, of ``unread``, ``read`` and ``deleted``.
    :param connect: open a session with so many workers, for complete credentials; it logs in when first needed.
    :param boxes: driver by resource, for a session that :attr:`connect` gave.
    :param messages: driver of the messages, for such a session; None where the vendor has none in its API.
    :param accounts: for such a session, the account that it works on and every one below it, or TransportError rather
        than a part; None where the vendor shows no tree of accounts.
    :param workers: concurrent requests by default, and at most.
    :param default_url: base address, where the vendor has one for all customers.
    :param greetings: how greetings are uploaded, where they can be.
    """

    name: str
    title: str
    credentials: tuple[tuple[str, ...], ...]
    tables: t.Mapping[str, FieldTable]
    connect: t.Callable[[Connection, int], Session]
    boxes: t.Mapping[str, t.Callable[[t.Any], Boxes]]
    messages: t.Callable[[t.Any], Messages] | None = None
    accounts: t.Callable[[t.Any], t.Sequence[Account]] | None = None
    abilities: frozenset[str] = frozenset()
    countable: frozenset[str] = frozenset()
    revisioned: frozenset[str] = frozenset()
    message_statuses: tuple[str, ...] = ()
    workers: tuple[int, int] = (16, 32)
    default_url: str | None = None
    greetings: GreetingSupport | None = None
