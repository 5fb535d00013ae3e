# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run each module of messages: arguments in, result out. Independent of Ansible."""

from __future__ import annotations

import contextlib
import datetime
import pathlib
import typing as t

from ..capabilities import require, require_resource
from ..connection import Result, Task, connect_options, opened_session
from ..errors import InvalidInputError, UnsupportedError
from ..model.connection import Connection
from ..model.kinds import Text
from ..model.masks import mask_problems
from ..model.message import Selection, Status, parse_time, undated_rows, undated_warnings
from ..model.paths import path_problems
from ..model.problem import Problem
from ..recordings.download import download
from ..recordings.files import Folder, content_type_of
from ..recordings.lengths import duration_of
from ..recordings.order import Order as AudioOrder
from ..resources import MAILBOXES, SHARED_VOICEMAILS, Resource
from ..vendors.messages import (
    MessageCopier,
    MessageDeleter,
    MessageMarker,
    MessageMover,
    MessageReader,
    MessageUploader,
    Recordings,
    Upload,
)
from ..vendors.protocol import Session, Vendor
from ..vendors.registry import vendor
from . import apply as message_engine
from .plan import MessageReport, Order

_INTERFACES: dict[str, type] = {
    "read": MessageMarker,
    "unread": MessageMarker,
    "absent": MessageDeleter,
    "moved": MessageMover,
    "copied": MessageCopier,
    "present": MessageUploader,
}
_FILTERS = ("ids", "call_ids", "status", "older_than", "newer_than", "caller", "limit")
#: Options of certain states only: with other states they would be ignored, which is never intended.
_OWN_STATE = {
    "to_mailbox": "moved",
    "to_mailboxes": "copied",
    "permanent": "absent",
    "max_deletions": "absent",
    "src": "present",
    "call_id": "present",
    "caller_name": "present",
    "caller_number": "present",
}


def run(task: Task) -> Result:
    """Run a module of messages.

    :raises VoicemailError: if nothing was done; a task that was partially done returns with ``failed``.
    """
    target = vendor(task.params["vendor"])
    if task.spec.shape == "change":
        require(target, _INTERFACES[task.params["state"]])
    elif task.spec.shape == "download":
        require(target, Recordings)
    require(target, MessageReader)
    connection, problems = connect_options(target, task.params)
    selection = _selection(task, target, problems)
    handler = {"change": _change, "download": _download, "read": _read}[task.spec.shape]
    return handler(task, target, connection, selection, problems)


def _selection(task: Task, target: Vendor, problems: list[Problem]) -> Selection:
    params = task.params
    moments = _moments(params, problems)
    if not params.get("all_mailboxes") and params.get("mailbox") is None and params.get("shared_voicemail") is None:
        problems.append(Problem("set one of `mailbox`, `shared_voicemail` and `all_mailboxes`"))
    if params.get("shared_voicemail") is not None:
        require_resource(target, SHARED_VOICEMAILS.key, "Select by `mailbox` or `all_mailboxes`")
    status = params.get("status")
    _require_status(target, status)
    problems += _filter_problems(params)
    return Selection(
        mailbox=_number(target, params.get("mailbox"), "mailbox", problems),
        shared_voicemail=_number(
            target, params.get("shared_voicemail"), "shared_voicemail", problems, SHARED_VOICEMAILS
        ),
        all_mailboxes=bool(params.get("all_mailboxes")),
        ids=frozenset(params.get("ids") or ()),
        call_ids=frozenset(params.get("call_ids") or ()),
        status=Status(status) if status else None,
        caller=params.get("caller"),
        limit=params.get("limit"),
        older_than=moments.get("older_than"),
        newer_than=moments.get("newer_than"),
    )


def _moments(params: t.Mapping[str, t.Any], problems: list[Problem]) -> dict[str, datetime.datetime]:
    now = datetime.datetime.now(datetime.UTC)
    moments = {}
    for option in ("older_than", "newer_than"):
        if params.get(option) is not None:
            try:
                moments[option] = parse_time(params[option], now)
            except ValueError as error:
                problems.append(Problem(str(error), option=option))
    if len(moments) == 2 and moments["newer_than"] >= moments["older_than"]:
        problems.append(Problem("is not before `older_than`, so no message can match", option="newer_than"))
    return moments


def _require_status(target: Vendor, status: str | None) -> None:
    statuses = _driver(target).statuses
    if status is not None and status not in statuses:
        supported = " and ".join(statuses)
        known = f"It shows {supported}" if supported else "It shows no status"
        raise UnsupportedError(f"{target.title} has no messages of `status` {status}", known)


def _filter_problems(params: t.Mapping[str, t.Any]) -> list[Problem]:
    problems = []
    if params.get("limit") is not None and params["limit"] < 1:
        problems.append(Problem("must be at least 1", option="limit"))
    for option in ("ids", "call_ids"):
        # An empty list selects nothing, but an empty filter would select everything.
        if params.get(option) is not None and not all(params[option] or [""]):
            problems.append(
                Problem("is empty or has an empty entry; remove it to select by other filters", option=option)
            )
        problems.extend(_unsendable(option, params.get(option) or ()))
    if params.get("caller") == "":
        problems.append(Problem("is empty; remove it to select messages of every caller", option="caller"))
    return problems


def _unsendable(option: str, texts: t.Iterable[str]) -> list[Problem]:
    problems = []
    for text in texts:
        try:
            Text().parse(text)
        except ValueError as error:
            problems.append(Problem(str(error), option=option))
    return problems


def _number(
    target: Vendor, value: t.Any, option: str, problems: list[Problem], resource: Resource = MAILBOXES
) -> str | None:
    if value is None:
        return None
    try:
        return target.tables[resource.key].parse_number(value)
    except ValueError as error:
        problems.append(Problem(str(error), option=option))
        return None


@contextlib.contextmanager
def _messages(task: Task, target: Vendor, connection: Connection) -> t.Iterator[tuple[Session, MessageReader]]:
    with opened_session(task, target, connection) as session:
        yield session, _driver(target)(session)


def _driver(target: Vendor) -> type[MessageReader]:
    # The interface was checked before.
    return t.cast("t.Callable[[], type[MessageReader]]", target.messages)()


def _read(task: Task, target: Vendor, connection: Connection, selection: Selection, problems: list[Problem]) -> Result:
    if problems:
        raise InvalidInputError.of(problems)
    with _messages(task, target, connection) as (_opened, messages):
        reading = message_engine.read(messages, selection)
    missing = reading.missing
    if missing:
        task.warnings.append(f"not found: {', '.join(missing[:20])}" + (" and more" if len(missing) > 20 else ""))
    task.warnings.extend(undated_warnings(reading.undated))
    shown = [message.as_dict() for message in reading.found]
    result: Result = {"changed": False, "messages": shown, "undated": undated_rows(reading.undated)}
    if task.spec.returns_facts:
        result["ansible_facts"] = {"voicemail_messages": shown}
    return result


def _change(
    task: Task, target: Vendor, connection: Connection, selection: Selection, problems: list[Problem]
) -> Result:
    params = task.params
    state = params["state"]
    for option, owner in _OWN_STATE.items():
        if owner != state and params.get(option) not in (None, False):
            problems.append(Problem(f"is for `state: {owner}` only", option=option))
    if state == "present":
        return _upload(task, target, connection, problems)
    order = _order(target, params, selection, problems)
    with _messages(task, target, connection) as (session, messages):
        report = message_engine.apply(
            messages,
            selection,
            order,
            check=task.check,
            workers=session.client.workers,
            progress=task.progress,
        )
        report.requests = session.client.requests
    return _result(task, report)


def _order(target: Vendor, params: t.Mapping[str, t.Any], selection: Selection, problems: list[Problem]) -> Order:
    """Return what is to become of the selected messages.

    :raises InvalidInputError: with every problem of the task.
    """
    state = params["state"]
    to = params.get("to_mailboxes") if state == "copied" else [params.get("to_mailbox")] if state == "moved" else []
    option = "to_mailboxes" if state == "copied" else "to_mailbox"
    numbers = [_number(target, number, option, problems) for number in to or ()]
    if None in (to or ()):
        problems.append(Problem("must be the number of a mailbox", option=option))
    if state == "absent" and not selection.named and params.get("max_deletions") is None:
        problems.append(
            Problem("is missing: it is required to delete messages selected by filters", option="max_deletions")
        )
    if params.get("max_deletions") is not None and params["max_deletions"] < 0:
        problems.append(Problem("must be at least 0", option="max_deletions"))
    if problems:
        raise InvalidInputError.of(problems)
    return Order(
        state=state,
        to=tuple(dict.fromkeys(number for number in numbers if number)),
        permanent=params["permanent"],
        max_deletions=params.get("max_deletions"),
    )


def _upload(task: Task, target: Vendor, connection: Connection, problems: list[Problem]) -> Result:
    params = task.params
    given = [option for option in _FILTERS if params.get(option) is not None]
    if given:
        problems.append(Problem(f"`{'`, `'.join(given)}` select messages, but `state: present` creates one"))
    problems += mask_problems({option: params.get(option) for option in ("call_id", "caller_name", "caller_number")})
    number = _number(target, params.get("mailbox"), "mailbox", problems)
    unusable = path_problems(params, ("src",))
    if unusable:
        raise InvalidInputError.of([*problems, *unusable])
    source = pathlib.Path(params["src"])
    try:
        content = source.read_bytes()
    except OSError as error:
        problems.append(Problem(f"{source} cannot be read: {error.strerror}", option="src"))
        content = b""
    content_type = content_type_of(content)
    if content_type is None and not problems:
        problems.append(Problem(f"{source} is neither a WAV, an MP3 nor an Ogg file", option="src"))
    if problems or number is None or content_type is None:
        raise InvalidInputError.of(problems)
    wanted = Upload(
        call_id=params["call_id"],
        audio=content,
        content_type=content_type,
        file_name=source.name,
        caller_name=params.get("caller_name"),
        caller_number=params.get("caller_number"),
        duration_ms=duration_of(content),
    )
    with _messages(task, target, connection) as (session, messages):
        report = message_engine.upload(messages, number, wanted, check=task.check)
        report.requests = session.client.requests
    return _result(task, report)


def _result(task: Task, report: MessageReport) -> Result:
    task.warnings.extend(report.warnings)
    result = report.as_result(everything=task.params["report"] == "all")
    return {**result, "undated": undated_rows(report.undated)}


def _download(
    task: Task, target: Vendor, connection: Connection, selection: Selection, problems: list[Problem]
) -> Result:
    params = task.params
    problems.extend(path_problems(params, ("dest", "manifest")))
    order = AudioOrder.of(params, problems)
    if problems:
        raise InvalidInputError.of(problems)
    folder = Folder.open(order.dest, order.mode, task.check)
    with _messages(task, target, connection) as (session, messages):
        report = download(
            messages,
            selection,
            order,
            folder,
            check=task.check,
            workers=session.client.workers,
            progress=task.progress,
        )
        report.requests = session.client.requests
    task.warnings.extend(report.notes)
    return report.as_result(everything=params["report"] == "all")
