# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source ``voicemail`` without its loop: its options, its position, and new messages."""

from __future__ import annotations

import contextlib
import datetime
import json
import logging
import os
import pathlib
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils import dispatch
from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments
from ansible_collections.telephony.voicemail.plugins.module_utils.deps import IMPORT_ERROR, INSTALL, LIBRARIES, pydantic
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import (
    read_options as read_options_of_connection,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.disk import replace_file
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import parse_time, written
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem
from ansible_collections.telephony.voicemail.plugins.module_utils.model.text import clean
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.files import FileProblem

Message = dict[str, t.Any]
_VERSION = 1
_log = logging.getLogger(__name__)


def read_options(args: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the converted options with defaults.

    :raises InvalidInputError: listing all invalid options, without their values.
    """
    if IMPORT_ERROR:
        raise RuntimeError(f"telephony.voicemail.voicemail needs {LIBRARIES}. {INSTALL}")
    connection, problems = read_options_of_connection(arguments.CONNECTION, args, os.environ)
    given = {
        name: value
        for name, value in args.items()
        if name not in connection and name != "eda_feedback_queue" and value not in (None, "")
    }
    options: dict[str, t.Any] = {}
    try:
        options = connection | _options_model()(**given).model_dump()
        if options["backfill"] is not None:
            parse_time(options["backfill"], _now())
    except pydantic.ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        problems += [
            Problem(f"cannot be used: {entry['msg']}", option=".".join(map(str, entry["loc"]))) for entry in found
        ]
    except ValueError as error:
        problems.append(Problem(str(error), option="backfill"))
    if problems:
        raise InvalidInputError.of(problems)
    return options


def _options_model() -> t.Any:
    """Return the pydantic model of the options that are not connection options."""
    positive = t.Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)]
    config = pydantic.ConfigDict(extra="forbid", coerce_numbers_to_str=True)
    listener = {
        "host": (str, "127.0.0.1"),
        "port": (t.Annotated[int, pydantic.Field(ge=1, le=65535)], ...),
        "secret": (t.Annotated[str, pydantic.Field(min_length=8)], ...),
    }
    listener |= dict.fromkeys(("certfile", "keyfile"), (str | None, None))
    fields: dict[str, t.Any] = dict.fromkeys(("mailbox", "shared_voicemail", "caller", "backfill"), (str | None, None))
    fields |= {
        "state_file": (str, ...),
        "interval": (positive, 60.0),
        "overlap": (positive, 3600.0),
        "feedback": (bool, False),
        "webhook": (pydantic.create_model("Webhook", __config__=config, **listener) | None, None),
    }
    return pydantic.create_model("Options", __config__=config, **fields)


class Position:
    """The position in the stream of messages, stored in a file: the newest known time, and the messages around it.

    :param source: identity of the source; the file of another source is refused.
    """

    def __init__(self, path: str, source: dict[str, t.Any], overlap: float) -> None:
        self.path = pathlib.Path(path).expanduser()
        self.source = source
        self.overlap = datetime.timedelta(seconds=overlap)
        self.newest: datetime.datetime | None = None
        self.seen: dict[str, str] = {}
        #: Whether the file is outdated.
        self.changed = False
        self.known = self.path.exists()
        if not self.known:
            return
        try:
            state = json.loads(self.path.read_bytes())
            if (state["version"], state["source"]) != (_VERSION, source):
                raise ValueError
            self.newest = parse_time(state["newest"], _now()) if state["newest"] else None
            self.seen = dict(state["seen"])
        except OSError as error:
            raise InvalidInputError.of(
                [Problem(f"{path} cannot be read: {error.strerror}", option="state_file")]
            ) from None
        except (ValueError, KeyError, TypeError):
            text = f"{path} belongs to another source, or is not a file of this plugin"
            raise InvalidInputError.of([Problem(text, option="state_file")]) from None

    @property
    def since(self) -> datetime.datetime | None:
        """The start of the next listing."""
        return self.newest - self.overlap if self.newest else None

    def add(self, message: Message) -> None:
        """Remember a message."""
        when = message["received_at"]
        self.seen[message["id"]] = when
        self.changed = True
        # A temporarily wrong clock of the vendor must not hide later messages.
        moment = min(parse_time(when, _now()), _now())
        self.newest = max(self.newest or moment, moment)

    def save(self) -> None:
        """Write the file atomically, for its owner only.

        :raises FileProblem: if it cannot be written; the old file remains.
        """
        since = written(self.since)
        self.seen = {name: when for name, when in self.seen.items() if since is None or when >= since}
        state = {"version": _VERSION, "source": self.source, "newest": written(self.newest), "seen": self.seen}
        try:
            replace_file(self.path, json.dumps(state).encode())
        except OSError as error:
            raise FileProblem(f"cannot write {self.path}", error) from None
        self.known, self.changed = True, False


class Watch:
    """The messages of a login, listed repeatedly with one session."""

    def __init__(self, options: dict[str, t.Any]) -> None:
        place = {name: options[name] for name in ("mailbox", "shared_voicemail", "caller") if options[name] is not None}
        everywhere = not {"mailbox", "shared_voicemail"} & place.keys()
        login = {name: options[name] for name in arguments.CONNECTION}
        self._params = {**login, **place, "all_mailboxes": everywhere}
        source = {name: login[name] for name in ("vendor", "url", "domain", "account_id", "username")} | place
        self.position = Position(options["state_file"], source, options["overlap"])
        self._backfill = options["backfill"]
        self._session: t.Any = None
        self._told: set[str] = set()

    def new(self) -> list[Message]:
        """List the messages, and return the new ones, the oldest first.

        The first listing without a file returns only the messages of ``backfill``, and
        """
        found = self._list(written(self.position.since))
        fresh = [message for message in reversed(found) if message["id"] not in self.position.seen]
        if self.position.known:
            return fresh
        begin = written(parse_time(self._backfill, _now())) if self._backfill else None
        for message in fresh:
            if begin is None or message["received_at"] < begin:
                self.position.add(message)
        return [message for message in fresh if message["id"] not in self.position.seen]

    def _list(self, since: str | None) -> list[Message]:
        params = self._params | ({"newer_than": since} if since else {})
        task = dispatch.Task("voicemail_message_info", params, params, sessions=self._kept)
        found = dispatch.run(task)["messages"]
        for warning in task.warnings:
            if warning not in self._told:
                _log.warning("%s", clean(warning))
        self._told.update(task.warnings)
        # Messages without a time cannot be ordered.
        return [message for message in found if message["received_at"]]

    @contextlib.contextmanager
    def _kept(self, target: t.Any, connection: t.Any, workers: int) -> t.Iterator[t.Any]:
        if self._session is not None and not self._session.valid():
            self.close()
        if self._session is None:
            self._session = target.connect(connection, workers)
        self._session.client.renew_budget()
        try:
            yield self._session
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the session; a listing in another thread ends with its current request."""
        session, self._session = self._session, None
        if session is not None:
            session.client.stop_waiting()
            session.close()


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


__all__ = ("FileProblem", "Position", "Watch", "read_options")
