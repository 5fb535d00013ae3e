# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each module does, from its arguments to its result. Of Ansible it knows nothing."""

from __future__ import annotations

import pathlib
import re
import typing as t

from . import arguments, engine
from .core.boxes import Desired
from .core.connection import Connection
from .core.errors import InvalidInputError, UnsupportedError, VoicemailError
from .core.fields import FieldTable
from .core.guards import Limits
from .core.items import Reader
from .core.outcome import Outcome, Report
from .core.plan import Action
from .core.report import checksum, describe, difference, predicted, to_options
from .sessions import Result, Task, connect_options, opened_session, session_of
from .sources import read_items
from .vendors.protocol import Vendor
from .vendors.registry import NAMES, load_drivers, vendor

#: What a user calls the objects of each resource: singular and plural result keys, shared options.
RESOURCES = {
    "mailbox": ("mailbox", "mailboxes", arguments.MAILBOX),
    "shared voicemail": ("shared_voicemail", "shared_voicemails", arguments.SHARED_VOICEMAIL),
}


def run(task: Task) -> Result:
    """Run a module.

    :raises VoicemailError: when nothing could be done; a task that was done in part returns with ``failed``.
    """
    if task.module in arguments.MESSAGE_MODULES:
        from . import message_operations

        return message_operations.run(task)
    if task.module == "voicemail_greeting":
        from . import greeting_operations

        return greeting_operations.run(task)
    target = vendor(task.params["vendor"])
    connection, problems = connect_options(target, task.params)
    table = target.tables.get(task.resource)
    if table is None:
        raise UnsupportedError(
            f"{target.name} has no {task.resource}s",
            "Only portsip has shared voicemails; use the module vmbox for mailboxes",
        )
    operation = {"info": _info, "many": _many, "one": _one}[_shape(task.module)]
    return operation(task, target, connection, table, problems)


def _shape(module: str) -> str:
    if module.endswith("_info"):
        return "info"
    return "many" if module in ("vmboxes", "shared_voicemails") else "one"


def _desired(
    task: Task, table: FieldTable, items: t.Sequence[t.Any], problems: list[str], single: bool = False
) -> list[Desired]:
    _singular, _plural, shared = RESOURCES[task.resource]
    reader = Reader(table, tuple(shared), NAMES, task.params["on_unsupported"], single)
    desired = reader.read(items, task.raw.get("defaults") or None)
    problems.extend(reader.problems)
    if problems:
        raise InvalidInputError.of(problems)
    task.warnings.extend(reader.warnings)
    return desired


def _one(task: Task, target: Vendor, connection: Connection, table: FieldTable, problems: list[str]) -> Result:
    steering = {*arguments.CONNECTION, *arguments.ON_UNSUPPORTED, *arguments.VERIFY}
    item = {key: value for key, value in task.raw.items() if key not in steering}
    desired = _desired(task, table, [item], problems, single=True)
    with opened_session(task, target, connection) as session:
        options = engine.Options(
            check=task.check, full=True, verify=task.params["verify"], workers=session.client.workers
        )
        report = engine.apply(target.boxes[task.resource](session), desired, options)
    return _singular_result(task, table, report)


def _singular_result(task: Task, table: FieldTable, report: Report) -> Result:
    outcome = report.outcomes[0]
    step = outcome.step
    task.warnings.extend(report.warnings)
    shown = predicted(table, step)
    if shown and outcome.box is not None and not task.check:
        shown = to_options(table, outcome.box.number, outcome.box.id, outcome.box.values, unset=True)
    result: Result = {
        "changed": report.changed,
        "action": str(step.action),
        "changed_fields": sorted(step.changes),
        RESOURCES[task.resource][0]: shown,
    }
    if task.diff:
        result["diff"] = difference(table, step) if step.action is not Action.NONE else {"before": {}, "after": {}}
    if outcome.error is not None:
        result.update(failed=True, msg=str(outcome.error), error=outcome.error.as_dict())
    elif report.interrupted:
        result.update(failed=True, msg=f"interrupted: {outcome.step.action} is {outcome.status}")
    return result


def _many(task: Task, target: Vendor, connection: Connection, table: FieldTable, problems: list[str]) -> Result:
    params = task.params
    items = _items(task)
    desired = _desired(task, table, items, problems)
    limits = Limits(
        **{
            name: params[name]
            for name in (
                "prune",
                "prune_match",
                "max_deletions",
                "max_delete_percent",
                "allow_empty",
                "delete_messages",
            )
        }
    )
    with opened_session(task, target, connection) as session:
        options = engine.Options(
            limits=limits,
            check=task.check,
            verify=params["verify"],
            stop_on_error=params["on_error"] == "stop",
            expect_checksum=params["expect_checksum"],
            workers=session.client.workers,
        )
        report = engine.apply(target.boxes[task.resource](session), desired, options, task.progress)
        report.requests = session.client.requests
    return _plural_result(task, table, report)


def _items(task: Task) -> t.Sequence[t.Any]:
    key = RESOURCES[task.resource][1]
    source = task.params.get("src")
    if source is None:
        return t.cast("t.Sequence[t.Any]", task.raw.get(key) or [])
    if task.source_text is None:
        try:
            task.source_text = pathlib.Path(source).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
            raise InvalidInputError.of([f"`src` {source} cannot be read: {reason}"]) from None
    return listed(task.module, str(source), task.source_text)[key]


def listed(module: str, name: str, text: str) -> dict[str, list[t.Any]]:
    """Return the list that a file holds, under the option that takes it.

    :raises InvalidInputError: when it cannot be read.
    """
    resource = Task(module, {}, {}).resource
    key = RESOURCES[resource][1]
    tables = [table for target in map(vendor, NAMES) if (table := target.tables.get(resource)) is not None]
    lists = {field.option for table in tables for field in table.fields if field.kind.ansible_type == "list"}
    return {key: read_items(text, name, key, lists)}


def _plural_result(task: Task, table: FieldTable, report: Report) -> Result:
    task.warnings.extend(report.warnings)
    shown = [outcome for outcome in report.outcomes if task.params["report"] == "all" or outcome.status != "ok"]
    result: Result = {
        "changed": report.changed,
        "results": [_row(table, outcome) for outcome in shown],
        "summary": report.summary(),
        "plan_checksum": checksum(report.plan),
    }
    if task.diff:
        result["diff"] = [
            difference(table, outcome.step) for outcome in report.outcomes if outcome.step.action is not Action.NONE
        ]
    if report.failures:
        first = report.failures[0]
        result.update(
            failed=True,
            msg=f"{len(report.failures)} of {len(report.outcomes)} {table.resource}s failed, the first: {first.error}",
        )
    elif report.interrupted:
        result.update(failed=True, msg="interrupted: what was begun is done and told, the rest is skipped")
    return result


def _row(table: FieldTable, outcome: Outcome) -> Result:
    row = outcome.as_dict()
    return {table.key: row.pop("number"), **row}


def _info(task: Task, target: Vendor, connection: Connection, table: FieldTable, problems: list[str]) -> Result:
    params = task.params
    numbers = None
    try:
        if params.get(table.key) is not None:
            numbers = frozenset((str(table.number.parse(params[table.key])),))
        pattern = re.compile(params["match"]) if params.get("match") is not None else None
    except ValueError as error:
        problems.append(f"`{table.key}` {error}")
    except re.error as error:
        problems.append(f"`match` is no regular expression: {error}")
    if problems:
        raise InvalidInputError.of(problems)
    with opened_session(task, target, connection) as session:
        found = engine.read(target.boxes[task.resource](session), numbers, session.client.workers)
    kept = [box for box in found if pattern is None or pattern.search(box.number)]
    shown = [describe(table, box, pins=params["include_pins"]) for box in kept]
    return {"changed": False, RESOURCES[task.resource][1]: shown}


__all__ = ("Task", "VoicemailError", "load_drivers", "run", "session_of")
