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
#: Most messages in a warning.
_MOST_NAMED = 20
_NO_OBJECT: t.Mapping[str, t.Any] = {}
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
#: Longer than any voicemail is kept. Larger ages would overflow the calendar.
_LONGEST_AGE = datetime.timedelta(days=366 * 500)


class Status(enum.StrEnum):
    """The status of a message. A ``DELETED`` message still exists and can be restored."""

    UNREAD = "unread"
    READ = "read"
    DELETED = "deleted"


@dataclasses.dataclass(frozen=True, slots=True)
class Transcription:
    """The transcription of a recording.

    :param status: the vendor's word for its progress.
    :param sentiment: the vendor's word for the mood of the caller.
    """

    status: str | None = None
    text: str | None = None
    sentiment: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """One message as returned by the vendor; unsupported fields are None.

    :param id: the vendor's id. It may change when the message is moved.
    :param mailbox: number of its mailbox or shared voicemail; None if the box no longer exists.
    :param mailbox_id: the vendor's id of the box.
    :param received_at: time of the message, with its time zone.
    :param duration_ms: length of the recording in milliseconds.
    :param folder: the vendor's own word for the status, if any.
    :param call_id: identifier of the call, which a move preserves.
    :param size_bytes: size of the recording in bytes.
    :param audio_url: address of the recording for display; downloads use the driver.
    :param download_url: address for the driver only. It is a secret if a download needs nothing else.
    :param native: the vendor's object, without secrets.
    :param shared: whether the box is a shared voicemail.
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
        """The name of the box in errors and manifests."""
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
    """The messages selected by a task: exactly one place, and filters that must all match.

    :param mailbox: number of a box.
    :param shared_voicemail: number of a shared voicemail.
    :param all_mailboxes: all boxes that the login can access, including shared ones.
    :param ids: only these; empty for any.
    :param call_ids: only messages of these calls; empty for any.
    :param older_than: only messages before this time.
    :param newer_than: only messages at or after this time.
    :param caller: only messages with this text in the caller's name or number, ignoring case.
    :param limit: only this number of messages, the newest ones.
    :param with_native: whether the messages keep the vendor's object.
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
    with_native: bool = True

    @property
    def named(self) -> bool:
        """Check whether messages are selected individually rather than by a filter."""
        return bool(self.ids or self.call_ids)

    def matches(self, message: Message) -> bool:
        """Check whether a message of the place matches all filters. Without a known time, it matches none by time."""
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
        """Return the matching messages, each once, the newest first, up to the limit."""
        found = {message.id: message for message in messages if self.matches(message)}
        return sorted(found.values(), key=_newest_first)[: self.limit]

    def undated(self, messages: t.Iterable[Message]) -> list[Message]:
        """Return messages without a usable time that match all other filters, each once, by id."""
        timeless = dataclasses.replace(self, older_than=None, newer_than=None, limit=None)
        found = {one.id: one for one in messages if one.received_at is None and timeless.matches(one)}
        return [found[identifier] for identifier in sorted(found)]

    def everything(self) -> Selection:
        """Return the selection of all messages of the same place."""
        return Selection(self.mailbox, self.shared_voicemail, self.all_mailboxes, with_native=self.with_native)

    def _is_caller(self, message: Message) -> bool:
        text = (self.caller or "").casefold()
        return any(text in (value or "").casefold() for value in (message.caller_name, message.caller_number))


class Gathering:
    """Collects messages of one place that a selection may need while the pages of a listing arrive.

    Messages that match no filter, or exceed the limit, are not kept: a list of a million messages
    is never in memory as a whole.
    """

    #: Messages beyond the limit before older ones are dropped.
    _SPARE = 1000

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._undated: dict[str, Message] = {}
        self._dated: dict[str, Message] = {}

    def add(self, message: Message) -> None:
        """Keep a message if the selection needs it, or a report on named or undated messages."""
        selection = self._selection
        if not selection.with_native:
            message = dataclasses.replace(message, native=_NO_OBJECT)
        if selection.named:
            # Named messages count as existing, whatever other filters match.
            if message.id in selection.ids or message.call_id in selection.call_ids:
                self._undated[message.id] = message
        elif message.received_at is None:
            self._undated[message.id] = message
        elif selection.matches(message):
            self._dated[message.id] = message
            if selection.limit is not None and len(self._dated) > 2 * selection.limit + self._SPARE:
                self._dated = {one.id: one for one in selection.select(self._dated.values())}

    def messages(self) -> list[Message]:
        """Return the kept messages, each once."""
        return [*self._undated.values(), *self._dated.values()]


def parse_time(text: str, now: datetime.datetime) -> datetime.datetime:
    """Parse an age or an ISO 8601 time. A time without an offset is in UTC.

    :param now: start of ages, with its time zone.
    :raises ValueError: with the accepted forms.
    """
    age = _AGE.fullmatch(text.strip())
    if age is not None:
        span = datetime.timedelta(**{_UNITS[age[2]]: int(age[1])})
        if span > _LONGEST_AGE:
            raise ValueError("is before the start of the calendar")
        return now - span
    try:
        moment = datetime.datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)).astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"must be {AGE_FORMS}") from None


def written(moment: datetime.datetime | None) -> str | None:
    """Format a time in UTC as ISO 8601 to the second, ending in Z."""
    if moment is None:
        return None
    return moment.astimezone(datetime.UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def undated_warnings(undated: t.Sequence[Message]) -> list[str]:
    """Return a warning about messages without a readable time, which no filter by time selects."""
    if not undated:
        return []
    names = ", ".join(message.id for message in undated[:_MOST_NAMED])
    more = f" and {len(undated) - _MOST_NAMED} more" if len(undated) > _MOST_NAMED else ""
    consequence = "so `older_than` and `newer_than` never select them"
    return [f"the time of {len(undated)} messages cannot be read, {consequence}: {names}{more}"]


def undated_rows(undated: t.Iterable[Message]) -> list[dict[str, str | None]]:
    """Return messages without a readable time for a module's result."""
    return [{"id": message.id, "mailbox": message.mailbox} for message in undated]


def _newest_first(message: Message) -> tuple[float, str]:
    when = message.received_at
    return (-when.timestamp() if when is not None else float("inf"), message.id)
