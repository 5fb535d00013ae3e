# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interfaces of a vendor's drivers: the required :class:`Boxes`, and optional ones for everything else.

What a vendor can do is derived from the interfaces that its drivers implement. The engine knows nothing else of a
vendor. The interfaces of messages and greetings are in :mod:`.messages` and :mod:`.greetings`.
"""

from __future__ import annotations

import abc
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
    from .greetings import GreetingWriter
    from .messages import MessageReader

#: Return the box as it is now, for a request that is repeated; raise what ends the update.
Reread: t.TypeAlias = t.Callable[[], Box]


class Boxes(abc.ABC):
    """One resource of a vendor: its mailboxes, or its shared voicemails. Every driver implements this interface.

    :param session: a session that the vendor's ``connect`` opened.
    """

    def __init__(self, session: t.Any) -> None:
        self._session = session

    @property
    @abc.abstractmethod
    def table(self) -> FieldTable:
        """The field table. What depends on the server's generation in it is known once a reply came."""

    @abc.abstractmethod
    def list(self, wanted: Wanted) -> Listing:
        """Return the boxes wanted, with the fewest requests; boxes that were not asked for may be among them.

        A box need not be full: the engine reads those of which it needs more.

        :raises TransportError: rather than to return a listing that is not complete.
        """

    @abc.abstractmethod
    def find(self, number: str | None, box_id: str | None) -> Box | None:
        """Return one box in full, read afresh, or None when it does not exist.

        :param number: to find it by, where there is no id.
        :param box_id: the vendor's id, which wins over the number.
        """

    @abc.abstractmethod
    def update(self, box: Box, writes: Values, reread: Reread | None = None) -> Box | None:
        """Write options of a box and return it in full where the vendor's reply shows it, otherwise None.

        A vendor that replaces the whole box is sent the values of ``box`` with those of ``writes`` laid over them.

        :param box: the box in full, read immediately before; where it has a ``revision``, no other may be written to.
        :param writes: canonical values of what is to be written; None clears.
        :raises StaleError: when the box is in another revision; nothing was written.
        """


class Creation(abc.ABC):
    """Boxes can be created and deleted."""

    @abc.abstractmethod
    def create(self, number: str, values: Values) -> Box | None:
        """Create a box and return it in full where the vendor's reply shows it, otherwise None.

        :param values: canonical values of the options given; none of them None.
        """

    @abc.abstractmethod
    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        """Delete a box, and do not return before it is certain that it is gone.

        :param box: the box, read immediately before; where it has a ``revision``, no other may be deleted.
        :param recheck: called before the request is repeated; raises what ends the deletion.
        :raises StaleError: when the box is in another revision; nothing was deleted.
        """


class Renumbering(abc.ABC):
    """The number of a box can be changed."""

    @abc.abstractmethod
    def renumber(self, box: Box, new_number: str, writes: Values, reread: Reread | None = None) -> Box | None:
        """Change the number of a box and write options of it, as :meth:`Boxes.update` does."""


class BulkReader(abc.ABC):
    """One request can return several boxes in full."""

    @abc.abstractmethod
    def read_many(self, boxes: t.Sequence[Box]) -> t.Sequence[Box] | None:
        """Return these boxes in full with few requests; None where this very server has no such request."""


class MessageCounter(abc.ABC):
    """The messages of a box can be counted, by any login that may delete the box."""

    @abc.abstractmethod
    def count_messages(self, box: Box) -> int:
        """Return how many messages would be lost with a box."""


class PlanValidator(abc.ABC):
    """A server may refuse what the field table allows."""

    @abc.abstractmethod
    def validate_plan(self, steps: t.Sequence[Step]) -> t.Sequence[Problem]:
        """Return what this very server will refuse of a plan.

        Called before anything is written. It sends a request only where something is in doubt.
        """


class OptionAdvisor(abc.ABC):
    """Some options have no effect on some servers, or have effects that nobody asked for."""

    @abc.abstractmethod
    def warnings_for(self, options: t.Collection[str]) -> t.Sequence[str]:
        """Return warnings on options that this very server does not know, and on what it changed unasked.

        Called once a listing was read, and once more after the writes; repeated warnings are dropped.
        """


class NameResolver(abc.ABC):
    """Options can name objects of the vendor instead of their ids."""

    @abc.abstractmethod
    def resolve(self, desired: t.Sequence[Desired]) -> t.Sequence[Desired]:
        """Return declarations with ids in place of names; each name is looked up once.

        :raises InvalidInputError: for every name that is unknown or has several objects.
        """


class RevisionChecker(abc.ABC):
    """The vendor confirms revisions without each box being read."""

    @property
    @abc.abstractmethod
    def generation(self) -> str:
        """The generation of the server, known from the first reply on: revisions of another one mean nothing."""

    @abc.abstractmethod
    def unchanged(self, boxes: t.Sequence[Box], trusted: bool) -> t.Sequence[Box] | None:
        """Return the boxes that are still in their revision, or None where reading them all costs less.

        A box that is not returned may have changed; a box that changed is never returned. What the revision does not
        cover is read afresh.

        :param boxes: as they were read, maybe long ago.
        :param trusted: an earlier run saw this server answer as it should; otherwise it has to prove it.
        """


class DuplicateFinder(abc.ABC):
    """Two creations of one number at the same time may both succeed.

    That is so unless the vendor documents its check for duplicates as atomic.
    """

    @abc.abstractmethod
    def holders(self, numbers: frozenset[str]) -> t.Sequence[Box]:
        """Return every box that has one of these numbers, all duplicates included; they need not be full.

        :raises TransportError: rather than to return a part.
        """

    @abc.abstractmethod
    def created_here(self, box: Box) -> bool:
        """Check whether this driver created the box, according to the vendor's reply."""


class DuplicateRemover(abc.ABC):
    """A box that was created as a duplicate can be deleted without loss."""

    @abc.abstractmethod
    def withdraw(self, box: Box, other: Box) -> bool:
        """Delete a box that :meth:`DuplicateFinder.created_here`, in favour of another one that has its number.

        :param box: as it was read after its creation.
        :param other: read just before the deletion.
        :returns: false where ``other`` is gone or has another number; nothing was deleted.
        :raises VoicemailError: where the box holds messages or is not as it was created; nothing was deleted.
        """


class AccountTree(abc.ABC):
    """The vendor shows the accounts below the one of the login.

    :param session: a session that the vendor's ``connect`` opened.
    """

    def __init__(self, session: t.Any) -> None:
        self._session = session

    @abc.abstractmethod
    def list(self) -> t.Sequence[Account]:
        """Return the account that the session works on and every one below it.

        :raises TransportError: rather than to return a part.
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

    Drivers are given as functions that import and return their class, so that a task imports only those it uses.

    :param name: value of the option ``vendor``.
    :param title: as the vendor writes itself.
    :param credentials: the ways to log in, each the options it needs.
    :param tables: field table by resource.
    :param connect: open a session with so many workers, for complete credentials; it logs in when first needed.
    :param boxes: driver by resource.
    :param messages: driver of the messages, where the vendor has any in its API.
    :param accounts: driver of the accounts, where the vendor shows a tree of them.
    :param greetings: driver of the greetings, where they can be uploaded.
    :param workers: concurrent requests by default, and at most.
    :param default_url: base address, where the vendor has one for all customers.
    """

    name: str
    title: str
    credentials: tuple[tuple[str, ...], ...]
    tables: t.Mapping[str, FieldTable]
    connect: t.Callable[[Connection, int], Session]
    boxes: t.Mapping[str, t.Callable[[], type[Boxes]]]
    messages: t.Callable[[], type[MessageReader]] | None = None
    accounts: t.Callable[[], type[AccountTree]] | None = None
    greetings: t.Callable[[], type[GreetingWriter]] | None = None
    workers: tuple[int, int] = (16, 32)
    default_url: str | None = None

    def implements(self, interface: type, resource: str | None = None) -> bool:
        """Check whether a driver of the vendor implements an interface.

        :param resource: look at the driver of this resource only, such as ``shared voicemail``.
        """
        if resource is not None:
            return resource in self.boxes and issubclass(self.boxes[resource](), interface)
        others = (self.messages, self.accounts, self.greetings)
        drivers = [*self.boxes.values(), *(driver for driver in others if driver is not None)]
        return any(issubclass(driver(), interface) for driver in drivers)

    def open_boxes(self, resource: str, session: t.Any) -> Boxes:
        """Return the driver of a resource, for a session of this vendor."""
        return self.boxes[resource]()(session)
