# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names in place of ids: each is looked up once a task (docs/vendors/kazoo_media.md, "Names")."""

from __future__ import annotations

import re
import threading
import typing as t

from ...errors import NotFoundError, RejectedError
from ..replies import expect_text, optional_text
from .media import KazooMedia
from .paging import every, identity
from .session import KazooSession

#: An id of KAZOO. Whatever else is given is a name.
_ID = re.compile(r"[0-9a-zA-Z]{32}")
#: How many ids an error names.
_MOST_NAMED = 5


def is_id(text: str) -> bool:
    """Check whether a text is an id of KAZOO."""
    return _ID.fullmatch(text) is not None


class Names:
    """The ids of media and users of one account, by their names. Threads share it."""

    def __init__(self, session: KazooSession) -> None:
        self._session = session
        self._media = KazooMedia(session)
        self._lock = threading.Lock()
        self._listed: dict[str, dict[str, list[str]]] = {}
        self._found: dict[str, str] = {}

    def media_id(self, text: str) -> str:
        """Return the id of a media file.

        :param text: its id or name.
        :raises NotFoundError: when this account has none.
        :raises RejectedError: when several have this name.
        """
        if not is_id(text):
            return self._named("media", text)
        with self._lock:
            if text not in self._found:
                if self._media.read(text) is None:
                    raise NotFoundError(
                        f"the account has no media file with the id {text}", "Use a media file of this very account"
                    )
                self._found[text] = text
            return text

    def user_id(self, text: str) -> str:
        """Return the id of a user, who is given by the user name, in whatever case.

        :raises NotFoundError: when this account has none.
        :raises RejectedError: when several have this name.
        """
        return self._named("users", text.lower())

    def _named(self, things: str, name: str) -> str:
        ids = self._all(things).get(name, [])
        if len(ids) == 1:
            return ids[0]
        thing = "media file" if things == "media" else "user"
        if not ids:
            raise NotFoundError(
                f"the account has no {thing} named {name!r}", "Check the name, upper and lower case too"
            )
        shown = ", ".join(ids[:_MOST_NAMED]) + (" and more" if len(ids) > _MOST_NAMED else "")
        raise RejectedError(f"{len(ids)} {thing}s of the account are named {name!r}: {shown}", "Use the id")

    def _all(self, things: str) -> dict[str, list[str]]:
        with self._lock:
            if things not in self._listed:
                found: dict[str, list[str]] = {}
                what = f"list {things}"
                for native in every(self._session, f"/{things}", what, things, {}):
                    name = _name_of(things, native, what)
                    if name is not None:
                        found.setdefault(name, []).append(identity(native))
                self._listed[things] = found
            return self._listed[things]


def _name_of(things: str, native: t.Mapping[str, t.Any], what: str) -> str | None:
    if things == "media":
        return expect_text(native, "name", what)
    # Users of other systems may have none.
    name = optional_text(native.get("username"))
    return name.lower() if name else None
