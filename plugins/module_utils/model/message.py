# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages and their selection, the same on every vendor."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import re
import typing as t

AGE_FORMS = (
    "a number of hours, days or weeks such as 12h, 90d or 8w, or a date or time of ISO 8601 such as 2026-01-31"
    " or 2026-01-31T08:00:00Z"
)
_AGE = re.compile(r"(\d{1,6})([hdw])", re.ASCII)
#: Messages that a warning names.
_MOST_NAMED = 20
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
#: Longer than any voicemail is kept; further back than a calendar reaches is an overflow.
_LONGEST_AGE = datetime.timedelta(days=366 * 500)


class Status(enum.StrEnum):
    """What became of a message. ``DELETED`` is one that is still there and can be brought back."""

    UNREAD = "unread"
    READ = "read"
    DELETED = "deleted"


@dataclasses.dataclass(frozen=True, slots=True)
class Transcription:
    """A recording in words.

    :param status: the vendor's word for how far it is.
    :param sentiment: the vendor's word for the mood of the caller.
    """

    status: str | None = None
    text: str | None = None
    sentiment: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """One message as the vendor shows it; what the vendor does not have is None.

    :param id: the vendor's id. It may change when the message is moved.
    :param mailbox: number of its box, personal or shared; None when the box is gone and left the message behind.
    :param mailbox_id: the vendor's id of the box.
    :param received_at: when it was left, with its time zone.
    :param duration_ms: length of the recording in milliseconds.
    :param folder: the vendor's own word for the status, where it has one.
    :param call_id: identity of the call, which survives a move.
    :param size_bytes: size of the recording.
    :param audio_url: where the recording is, for people to see; downloads go through the driver.
    :param download_url: for the driver alone; a secret where the address is all that a download needs.
    :param native: the vendor's object, without secrets.
    :param shared: the box is a shared voicemail.
    """

    id: str
    mailbox: str | None = None
    mailbox_id: str | None = None
    caller_name: str | None = None
    caller_number: str | None = None
    received_at: datetime.datetime | None = None
    duration_ms: int | None = None
    status: Status | None = None
    folder: str | None = None
    call_id: str | None = None
    size_bytes: int | None = None
    audio_url: str | None = None
    transcription: Transcription | None = None
    native: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict, repr=False)
    shared: bool = False
    download_url: str | None = dataclasses.field(default=None, repr=False)

    @property
    def box(self) -> str:
        """The box as errors and manifests name it."""
        return self.mailbox or f"with id {self.mailbox_id}"

    def as_dict(self) -> dict[str, t.Any]:
        """Return the message for a module's result, with times in UTC as ISO 8601 ending in Z."""
        return {
            "id": self.id,
            "mailbox": self.mailbox,
            "mailbox_id": self.mailbox_id,
            "caller_name": self.caller_name,
            "caller_number": self.caller_number,
            "received_at": written(self.received_at),
            "duration_ms": self.duration_ms,
            "status": str(self.status) if self.status else None,
            "folder": self.folder,
            "call_id": self.call_id,
            "size_bytes": self.size_bytes,
            "audio_url": self.audio_url,
            "transcription": dataclasses.asdict(self.transcription) if self.transcription else None,
            "native": dict(self.native),
        }


@dataclasses.dataclass(frozen=True)
class Selection:
    """Which messages a task is about: exactly one place, and any filters, which must all hold.

    :param mailbox: number of a box.
    :param shared_voicemail: number of a shared voicemail.
    :param all_mailboxes: every box that the login reaches, shared ones included.
    :param ids: only these; empty for any.
    :param call_ids: only messages of these calls; empty for any.
    :param older_than: only messages left before this moment.
    :param newer_than: only messages left at this moment or after it.
    :param caller: only where this text is part of the caller's name or number, in whatever case.
    :param limit: only so many, the newest.
    """

    mailbox: str | None = None
    shared_voicemail: str | None = None
    all_mailboxes: bool = False
    ids: frozenset[str] = frozenset()
    call_ids: frozenset[str] = frozenset()
    status: Status | None = None
    older_than: datetime.datetime | None = None
    newer_than: datetime.datetime | None = None
    caller: str | None = None
    limit: int | None = None

    @property
    def named(self) -> bool:
        """Tell whether messages are named one by one, rather than chosen by a filter."""
        return bool(self.ids or self.call_ids)

    def matches(self, message: Message) -> bool:
        """Tell whether a message of the right place passes every filter; of unknown time, it passes none by time."""
        when = message.received_at
        if self.older_than is not None and (when is None or when >= self.older_than):
            return False
        if self.newer_than is not None and (when is None or when < self.newer_than):
            return False
        if self.caller is not None and not self._is_caller(message):
            return False
        return (
            (not self.ids or message.id in self.ids)
            and (not self.call_ids or message.call_id in self.call_ids)
            and (self.status is None or message.status is self.status)
        )

    def select(self, messages: t.Iterable[Message]) -> list[Message]:
        """Return what passes, each once, the newest first, and no more than the limit."""
        found = {message.id: message for message in messages if self.matches(message)}
        return sorted(found.values(), key=_newest_first)[: self.limit]

    def undated(self, messages: t.Iterable[Message]) -> list[Message]:
        """Return the messages that pass every other filter and have no usable time, each once, by id."""
        timeless = dataclasses.replace(self, older_than=None, newer_than=None, limit=None)
        found = {one.id: one for one in messages if one.received_at is None and timeless.matches(one)}
        return [found[identifier] for identifier in sorted(found)]

    def everything(self) -> Selection:
        """Return the selection of all messages of the same place."""
        return Selection(self.mailbox, self.shared_voicemail, self.all_mailboxes)

    def _is_caller(self, message: Message) -> bool:
        text = (self.caller or "").casefold()
        return any(text in (value or "").casefold() for value in (message.caller_name, message.caller_number))


class Gathering:
    """Messages of one place that a selection may need, gathered while the pages of a listing arrive.

    What no filter lets pass is not kept, nor more of the newest than the limit asks for: a list of a million messages
    is never in memory as a whole.
    """

    #: Messages beyond the limit that are kept before the older ones are dropped.
    _SPARE = 1000

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._undated: dict[str, Message] = {}
        self._dated: dict[str, Message] = {}

    def add(self, message: Message) -> None:
        """Keep a message where the selection, or a report on what it names or cannot date, may need it."""
        selection = self._selection
        if selection.named:
            # What is named exists, whatever other filters say.
            if message.id in selection.ids or message.call_id in selection.call_ids:
                self._undated[message.id] = message
        elif message.received_at is None:
            self._undated[message.id] = message
        elif selection.matches(message):
            self._dated[message.id] = message
            if selection.limit is not None and len(self._dated) > 2 * selection.limit + self._SPARE:
                self._dated = {one.id: one for one in selection.select(self._dated.values())}

    def messages(self) -> list[Message]:
        """Return what was kept, each message once."""
        return [*self._undated.values(), *self._dated.values()]


def parse_moment(text: str, now: datetime.datetime) -> datetime.datetime:
    """Return the moment that an age or a time of ISO 8601 means; a time without an offset is in UTC.

    :param now: what ages count back from, with its time zone.
    :raises ValueError: saying the accepted forms.
    """
    age = _AGE.fullmatch(text.strip())
    if age is not None:
        span = datetime.timedelta(**{_UNITS[age[2]]: int(age[1])})
        if span > _LONGEST_AGE:
            raise ValueError("reaches further back than a calendar")
        return now - span
    try:
        moment = datetime.datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"must be {AGE_FORMS}") from None


def written(moment: datetime.datetime | None) -> str | None:
    """Return a moment in UTC, as ISO 8601 to the second, ending in Z."""
    if moment is None:
        return None
    return moment.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def undated_warnings(undated: t.Sequence[Message]) -> list[str]:
    """Return a warning of messages whose time cannot be read, so that no filter by time selects them."""
    if not undated:
        return []
    names = ", ".join(message.id for message in undated[:_MOST_NAMED])
    more = f" and {len(undated) - _MOST_NAMED} more" if len(undated) > _MOST_NAMED else ""
    consequence = "so `older_than` and `newer_than` never select them"
    return [f"the time of {len(undated)} messages cannot be read, {consequence}: {names}{more}"]


def undated_rows(undated: t.Iterable[Message]) -> list[dict[str, str | None]]:
    """Return messages whose time cannot be read for a module's result."""
    return [{"id": message.id, "mailbox": message.mailbox} for message in undated]


def _newest_first(message: Message) -> tuple[float, str]:
    when = message.received_at
    return (-when.timestamp() if when is not None else float("inf"), message.id)
