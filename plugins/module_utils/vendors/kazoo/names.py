# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resolve names to ids, each once per task (docs/vendors/kazoo_media.md, "Names")."""

from __future__ import annotations

import dataclasses
import threading
import typing as t

from ...errors import AuthError, InvalidInputError, NotFoundError, RejectedError
from ...mailboxes.plan import Step
from ...model.mailbox import Desired
from ...model.operation import Operation
from ...model.problem import Problem
from ..replies import expect_text, optional_text
from .media import KazooMedia
from .paging import identity, read_all
from .session import IDENTIFIER, KazooSession, is_unavailable

#: Options of a mailbox that refer to media.
MEDIA = ("kazoo.media.unavailable", "kazoo.media.temporary_unavailable")
#: Most ids in an error message.
_MOST_NAMED = 5


def is_id(text: str) -> bool:
    """Check whether a text is an id of KAZOO."""
    return IDENTIFIER.fullmatch(text) is not None


class Names:
    """The ids of media and users of one account by their names. Shared by threads."""

    def __init__(self, session: KazooSession) -> None:
        self._session = session
        self._media = KazooMedia(session)
        self._lock = threading.Lock()
        self._listed: dict[str, dict[str, list[str]]] = {}
        self._ids: dict[str, set[str]] = {}
        self._found: dict[str, str] = {}

    def media_id(self, text: str) -> str:
        """Return the id of a media file.

        :param text: its id or name.
        :raises NotFoundError: if this account has none.
        :raises RejectedError: if several have this name.
        """
        if not is_id(text):
            return self._named("media", text)
        with self._lock:
            if text not in self._found:
                if self._media.read(text) is None:
                    raise NotFoundError(
                        f"the account has no media file with the id {text}", "Use a media file of this account"
                    )
                self._found[text] = text
            return text

    def user_id(self, text: str) -> str:
        """Return the id of a user by the user name, ignoring case.

        :raises NotFoundError: if this account has none.
        :raises RejectedError: if several have this name.
        """
        return self._named("users", text.lower())

    def is_user(self, user_id: str) -> bool:
        """Check whether the account has a user of an id; True if the login lacks the permission to list users."""
        try:
            self._all("users")
        except (AuthError, NotFoundError) as error:
            if not is_unavailable(error):
                raise
            return True
        return user_id in self._ids["users"]

    def _named(self, things: str, name: str) -> str:
        ids = self._all(things).get(name, [])
        if len(ids) == 1:
            return ids[0]
        thing = "media file" if things == "media" else "user"
        if not ids:
            raise NotFoundError(f"the account has no {thing} named {name!r}", "Check its spelling")
        shown = ", ".join(ids[:_MOST_NAMED]) + (" and more" if len(ids) > _MOST_NAMED else "")
        raise RejectedError(f"{len(ids)} {thing}s of the account are named {name!r}: {shown}", "Use the id")

    def _all(self, things: str) -> dict[str, list[str]]:
        with self._lock:
            if things not in self._listed:
                found: dict[str, list[str]] = {}
                ids: set[str] = set()
                operation = Operation("list", things)
                for native in read_all(self._session, f"/{things}", operation, things, {}):
                    ids.add(identity(native))
                    name = _name_of(things, native, operation)
                    if name is not None:
                        found.setdefault(name, []).append(identity(native))
                self._listed[things], self._ids[things] = found, ids
            return self._listed[things]


def with_ids(names: Names, desired: t.Sequence[Desired]) -> t.Sequence[Desired]:
    """Replace the names of users and media in declarations by ids.

    :raises InvalidInputError: for every unknown or ambiguous name.
    """
    problems: list[Problem] = []
    found = [_with_ids(names, item, problems) for item in desired]
    if problems:
        raise InvalidInputError.of(problems)
    return found


def _with_ids(names: Names, item: Desired, problems: list[Problem]) -> Desired:
    lookups = {option: names.media_id for option in MEDIA if not is_id(str(item.values.get(option) or "0" * 32))}
    if "owner" in item.values:
        lookups["owner"] = names.user_id
    if not lookups or not item.present:
        return item
    values = dict(item.values)
    if "owner" in values and "owner_id" in values:
        problems.append(Problem("`owner` and `owner_id` are the same option; use one", subject=item.at("owner")))
    for option, lookup in lookups.items():
        value = values.pop(option)
        target = "owner_id" if option == "owner" else option
        if value is None:
            values[target] = None
            continue
        try:
            values[target] = lookup(str(value))
        except (NotFoundError, RejectedError) as error:
            # An error with a status concerns the listing itself.
            if error.status is not None:
                raise
            problems.append(Problem(f"`{option}`: {error}".rstrip("."), subject=item.at(option)))
    return dataclasses.replace(item, values=values)


def missing_media(names: Names, steps: t.Iterable[Step]) -> list[Problem]:
    """Return problems with the declared media, since KAZOO stores any id.

    Each id is looked up once. See docs/vendors/kazoo_media.md, "Greetings".
    """
    problems: list[Problem] = []
    for step in steps:
        for option in MEDIA:
            if step.desired is None or not step.writes.get(option):
                continue
            try:
                names.media_id(str(step.writes[option]))
            except NotFoundError as error:
                problems.append(Problem(f"`{option}`: {error}".rstrip("."), subject=step.desired.at(option)))
    return problems


def missing_owners(names: Names, steps: t.Iterable[Step]) -> list[Problem]:
    """Return which users that are to own a mailbox do not exist: KAZOO stores any id. Users are listed once."""
    text, hint = "is not the id of a user of this account", "Use `owner` with a user name, or correct the id"
    return [
        Problem(text, option="owner_id", subject=step.desired.at("owner_id"), hint=hint)
        for step in steps
        if step.desired is not None and step.writes.get("owner_id") and not names.is_user(str(step.writes["owner_id"]))
    ]


def _name_of(things: str, native: t.Mapping[str, t.Any], operation: Operation) -> str | None:
    if things == "media":
        return expect_text(native, "name", operation)
    # Users created by other systems may have none.
    name = optional_text(native.get("username"))
    return name.lower() if name else None
