# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Describe optional capabilities of vendors, derived from the interfaces that their drivers implement."""

from __future__ import annotations

from .errors import UnsupportedError
from .model.text import plural_of
from .vendors.greetings import GreetingWriter, SharedGreetings
from .vendors.messages import (
    MessageCopier,
    MessageDeleter,
    MessageMarker,
    MessageMover,
    MessageReader,
    MessageUploader,
    Recordings,
)
from .vendors.protocol import AccountTree, Creation, MessageCounter, Renumbering, Vendor
from .vendors.registry import NAMES, vendor

#: The capability of each interface; completes "KAZOO cannot ...".
WORDS: dict[type, str] = {
    Creation: "create or delete a {resource}",
    Renumbering: "change the number of a {resource}",
    MessageCounter: "count the messages of a {resource}",
    AccountTree: "list accounts",
    MessageReader: "read messages",
    MessageMarker: "mark messages",
    MessageDeleter: "delete messages",
    MessageMover: "move messages",
    MessageCopier: "copy messages",
    MessageUploader: "upload messages",
    Recordings: "download audio",
    GreetingWriter: "change greetings",
    SharedGreetings: "choose greetings by media id",
}


def owners(interface: type, resource: str | None = None) -> list[str]:
    """Return the titles of the vendors that implement an interface."""
    return [vendor(name).title for name in NAMES if vendor(name).implements(interface, resource)]


def require(target: Vendor, interface: type, resource: str | None = None, hint: str = "") -> None:
    """Check that a vendor implements an interface, before anything is sent.

    :param resource: the resource that needs it, if not all resources of a vendor have it.
    :param hint: what to do with this vendor, in addition to the list of vendors that implement it.
    :raises UnsupportedError: listing the vendors that do.
    """
    if not target.implements(interface, resource):
        others = ", ".join(owners(interface, resource))
        can = WORDS[interface].format(resource=resource)
        hints = [*([f"These can: {others}"] if others else []), *([hint] if hint else [])]
        raise UnsupportedError(f"{target.title} cannot {can} through its API", ". ".join(hints))


def require_resource(target: Vendor, resource: str, hint: str) -> None:
    """Check that a vendor has a resource.

    :raises UnsupportedError: with the hint.
    """
    if resource not in target.tables:
        raise UnsupportedError(f"{target.title} has no {plural_of(resource)}", hint)


__all__ = ("WORDS", "owners", "require", "require_resource")
