# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interfaces of a vendor's drivers: the required :class:`Boxes`, and optional ones for everything else.

What a vendor supports is derived from the interfaces that its drivers implement; the engine uses nothing else of a
vendor. For messages and greetings, see :mod:`.messages` and :mod:`.greetings`.
"""

from __future__ import annotations

import abc
import dataclasses
import typing as t

from ..mailboxes.plan import Step
from ..model.connection import Connection
from ..model.fields import FieldTable, Values
from ..model.mailbox import Box, Desired, Listing, ListQuery
from ..model.problem import Problem
from ..transport.client import Client

if t.TYPE_CHECKING:
    from ..model.account import Account
    from .greetings import GreetingWriter
    from .messages import MessageReader

#: Returns the current box before a request is repeated; raises to stop the update.
Reread: t.TypeAlias = t.Callable[[], Box]


class Boxes(abc.ABC):
    """One resource of a vendor: mailboxes or shared voicemails. Every driver implements this interface.

    :param session: session opened by the vendor's ``connect``.
    """

    def __init__(self, session: t.Any) -> None:
        self._session = session

    @property
    @abc.abstractmethod
    def table(self) -> FieldTable:
        """The field table. Parts that depend on the server's generation are known after the first reply."""

    @abc.abstractmethod
    def list(self, wanted: ListQuery) -> Listing:
        """Return at least the boxes of a query, with as few requests as possible.

        Boxes may be partial: the engine reads further options itself.

        :raises TransportError: if the listing may be incomplete.
        """

    @abc.abstractmethod
    def find(self, number: str | None, box_id: str | None) -> Box | None:
        """Read one box in full; return None if it does not exist.

        :param number: number to find the box by if there is no id.
        :param box_id: the vendor's id; takes precedence over the number.
        """

    @abc.abstractmethod
    def update(self, box: Box, writes: Values, reread: Reread | None = None) -> Box | None:
        """Write options of a box. Return the box in full if the vendor's reply contains it, otherwise None.

        If the vendor replaces whole boxes, send the values of ``box`` merged with ``writes``.

        :param box: the box in full, read immediately before. If it has a ``revision``, write to that revision only.
        :param writes: canonical values to write; None clears.
        :raises StaleError: if the box is in another revision; nothing was written.
        """


class Creation(abc.ABC):
    """Create and delete boxes."""

    @abc.abstractmethod
    def create(self, number: str, values: Values) -> Box | None:
        """Create a box. Return it in full if the vendor's reply contains it, otherwise None.

        :param values: canonical values of the declared options, without None.
        """

    @abc.abstractmethod
    def delete(self, box: Box, recheck: t.Callable[[], None] | None = None) -> None:
        """Delete a box and confirm that it is gone.

        :param box: the box, read immediately before. If it has a ``revision``, delete that revision only.
        :param recheck: called before the request is repeated; raises to stop the deletion.
        :raises StaleError: if the box is in another revision; nothing was deleted.
        """


class Renumbering(abc.ABC):
    """Change the number of a box."""

    @abc.abstractmethod
    def renumber(self, box: Box, new_number: str, writes: Values, reread: Reread | None = None) -> Box | None:
        """Change the number of a box and write its options, like :meth:`Boxes.update`."""


class BulkReader(abc.ABC):
    """Read several boxes in full with one request."""

    @abc.abstractmethod
    def read_many(self, boxes: t.Sequence[Box]) -> t.Sequence[Box] | None:
        """Return these boxes in full with few requests, or None if this server has no such request."""


class MessageCounter(abc.ABC):
    """Count the messages of a box, with any login that may delete the box."""

    @abc.abstractmethod
    def count_messages(self, box: Box) -> int:
        """Return how many messages would be deleted with a box."""


class PlanValidator(abc.ABC):
    """Check what a server may refuse although the field table allows it."""

    @abc.abstractmethod
    def validate_plan(self, steps: t.Sequence[Step]) -> t.Sequence[Problem]:
        """Return the problems that this server would report for a plan.

        Called before anything is written. Sends a request only for values in doubt.
        """


class DeclarationValidator(abc.ABC):
    """Check what the field table does not know: options of several boxes that contradict each other."""

    @staticmethod
    @abc.abstractmethod
    def validate_declaration(desired: t.Sequence[Desired]) -> t.Sequence[Problem]:
        """Return the problems of a whole declaration, without a server."""


class OptionAdvisor(abc.ABC):
    """Warn of options without effect on some servers, and of side effects."""

    @abc.abstractmethod
    def warnings_for(self, options: t.Collection[str]) -> t.Sequence[str]:
        """Return warnings about options that this server does not know, and about changes that nobody requested.

        Called after the listing and again after the writes. Repeated warnings are dropped.
        """


class NameResolver(abc.ABC):
    """Accept names of the vendor's objects in place of their ids."""

    @abc.abstractmethod
    def resolve(self, desired: t.Sequence[Desired]) -> t.Sequence[Desired]:
        """Replace names in declarations by ids. Each name is looked up once.

        :raises InvalidInputError: for every unknown or ambiguous name.
        """


class RevisionChecker(abc.ABC):
    """Ask the vendor which boxes changed, without reading each box."""

    @property
    @abc.abstractmethod
    def generation(self) -> str:
        """The generation of the server, known after the first reply. Revisions are valid within one generation only."""

    @abc.abstractmethod
    def unchanged(self, boxes: t.Sequence[Box], trusted: bool) -> t.Sequence[Box] | None:
        """Return the boxes whose revision is unchanged, or None if reading all boxes is cheaper.

        Other boxes may have changed. A changed box is never returned. Values that the revision does not cover are
        read again.

        :param boxes: boxes as read earlier, possibly long ago.
        :param trusted: an earlier run verified that this server answers correctly. Otherwise verify it now.
        """


class DuplicateFinder(abc.ABC):
    """Find boxes with the same number, since simultaneous creations of one number may both succeed.

    Every vendor needs this unless it documents that its check for duplicates is atomic.
    """

    @abc.abstractmethod
    def holders(self, numbers: frozenset[str]) -> t.Sequence[Box]:
        """Return every box with one of these numbers, including duplicates. Boxes may be partial.

        :raises TransportError: if the result may be incomplete.
        """

    @abc.abstractmethod
    def created_here(self, box: Box) -> bool:
        """Check whether the vendor's replies show that this driver created the box."""


class DuplicateRemover(abc.ABC):
    """Delete a box that was created as a duplicate, without loss."""

    @abc.abstractmethod
    def withdraw(self, box: Box, other: Box) -> bool:
        """Delete a box that this driver created, in favor of another one with the same number.

        :param box: the box as read after its creation.
        :param other: the other box, read just before the deletion.
        :returns: false if ``other`` is gone or has another number; nothing was deleted.
        :raises VoicemailError: if the box contains messages or was changed; nothing was deleted.
        """


class AccountTree(abc.ABC):
    """List the accounts below the account of the login.

    :param session: session opened by the vendor's ``connect``.
    """

    def __init__(self, session: t.Any) -> None:
        self._session = session

    @abc.abstractmethod
    def list(self) -> t.Sequence[Account]:
        """Return the account of the session and all accounts below it.

        :raises TransportError: if the result may be incomplete.
        """


class Session(t.Protocol):
    """A login session at a vendor."""

    client: Client

    def valid(self) -> bool:
        """Check whether another task can use the login."""

    def account_key(self) -> str:
        """Return a key that identifies the account of the session and reveals no secret."""

    def account_name(self) -> str:
        """Return the account's display name, or an empty text. Sends no request."""

    def close(self) -> None:
        """Log out if the vendor requires it, and close the connections."""


@dataclasses.dataclass(frozen=True)
class Vendor:
    """The properties of a vendor that are known before the first request.

    Drivers are functions that import and return their class, so that a task imports only the drivers it uses.

    :param name: value of the option ``vendor``.
    :param title: the vendor's spelling of its name.
    :param credentials: the supported logins, each with its required options.
    :param tables: field table by resource.
    :param connect: opens a session for complete credentials and a number of workers. It logs in when first needed.
    :param boxes: driver by resource.
    :param messages: driver of messages, if the vendor's API has any.
    :param accounts: driver of accounts, if the vendor has a tree of them.
    :param greetings: driver of greetings, if the vendor can upload them.
    :param workers: default and maximum number of concurrent requests.
    :param default_url: base address, if all customers share one.
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

        :param resource: check the driver of this resource only, such as ``shared voicemail``.
        """
        if resource is not None:
            return resource in self.boxes and issubclass(self.boxes[resource](), interface)
        others = (self.messages, self.accounts, self.greetings)
        drivers = [*self.boxes.values(), *(driver for driver in others if driver is not None)]
        return any(issubclass(driver(), interface) for driver in drivers)

    def open_boxes(self, resource: str, session: t.Any) -> Boxes:
        """Return the driver of a resource for a session of this vendor."""
        return self.boxes[resource]()(session)
