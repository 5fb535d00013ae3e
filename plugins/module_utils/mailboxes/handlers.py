# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each module does, from its arguments to its result. Of Ansible it knows nothing."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import typing as t

from .. import modules as arguments
from ..connection import Result, Task, connect_options, opened_session
from ..errors import InvalidInputError, UnsupportedError
from ..model.cautions import grouped
from ..model.connection import Connection
from ..model.fields import FieldTable
from ..model.mailbox import Desired
from ..results import Outcome, Report
from ..vendors.protocol import Vendor
from ..vendors.registry import NAMES, vendor
from . import apply as engine
from .describe import describe, difference, predicted, to_options
from .guards import Limits
from .parse import Reader, number_warning, type_name
from .plan import Action


def run(task: Task) -> Result:
    """Run a module that manages or reads mailboxes or shared voicemails.

    :raises VoicemailError: when nothing could be done; a task that was done in part returns with ``failed``.
    """
    target = vendor(task.params["vendor"])
    connection, problems = connect_options(target, task.params)
    table = target.tables.get(task.resource)
    if table is None:
        owners = ", ".join(name for name in NAMES if task.resource in vendor(name).tables)
        raise UnsupportedError(
            f"{target.name} has no {task.resource}s",
            f"Only {owners} has {task.resource}s; use the module vmbox for mailboxes",
        )
    operation = {"info": _info, "many": _many, "one": _one}[task.spec.shape]
    return operation(task, target, connection, table, problems)


def _desired(
    task: Task, table: FieldTable, items: t.Sequence[t.Any], problems: list[str], single: bool = False
) -> list[Desired]:
    shared = task.spec.resource.shared
    pruning = bool(task.params.get("prune"))
    reader = Reader(table, tuple(shared), NAMES, task.params["on_unsupported"], single, pruning)
    defaults = task.raw.get("defaults") or None
    if defaults is not None and not isinstance(defaults, dict):
        raise InvalidInputError.of([*problems, f"`defaults` must be a dictionary, not {type_name(defaults)}"])
    desired = reader.read(items, defaults)
    problems.extend(reader.problems)
    if problems:
        raise InvalidInputError.of(problems)
    task.warnings.extend(grouped(reader.warnings))
    if reader.numbers:
        task.warnings.append(number_warning(reader.numbers))
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
    undone = outcome.status in ("failed", "skipped")
    box = outcome.box or (step.current if undone else None)
    if undone and box is None:
        shown = {}
    elif box is not None and not task.check and (undone or shown):
        shown = to_options(table, box.number, box.id, box.values, unset=box.full)
    result: Result = {
        "changed": report.changed,
        "action": str(step.action),
        "changed_fields": sorted(step.changes),
        task.spec.resource.singular: shown,
    }
    if task.diff:
        result["diff"] = difference(table, step) if step.action is not Action.NONE else {"before": {}, "after": {}}
    if outcome.error is not None:
        result.update(failed=True, msg=str(outcome.error), error={table.key: step.number, **outcome.error.as_dict()})
    elif report.interrupted:
        result.update(failed=True, msg=f"interrupted: {outcome.step.action} is {outcome.status}")
    return result


def _many(task: Task, target: Vendor, connection: Connection, table: FieldTable, problems: list[str]) -> Result:
    params = task.params
    if params["on_guard"] == "report" and not task.check:
        problems.append("`on_guard` report is allowed in check mode only: a guard must stop a run that writes")
    items = _items(task)
    desired = _desired(task, table, items, problems)
    limits = Limits(**{field.name: params[field.name] for field in dataclasses.fields(Limits)})
    with opened_session(task, target, connection) as session:
        options = engine.Options(
            limits=limits,
            check=task.check,
            report_guards=params["on_guard"] == "report",
            verify=params["verify"],
            stop_on_error=params["on_error"] == "stop",
            expect_checksum=params["expect_checksum"],
            workers=session.client.workers,
            system=lambda: (target.name, connection.address, session.account_key()),
        )
        report = engine.apply(target.boxes[task.resource](session), desired, options, task.progress)
        report.requests = session.client.requests
    return _plural_result(task, table, report)


def _items(task: Task) -> t.Sequence[t.Any]:
    key = task.spec.resource.plural
    source = task.params.get("src")
    if source is None:
        items = task.raw.get(key) or []
        if not isinstance(items, (list, tuple)):
            # Ansible itself would take the text apart at its commas.
            hint = "give the file it came from as `src`, or put it through from_yaml or from_json"
            raise InvalidInputError.of([f"`{key}` must be a list, not {type_name(items)}; {hint}"])
        return items
    if task.source_text is None:
        try:
            task.source_text = pathlib.Path(source).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise InvalidInputError.of([f"`src` {source} cannot be read: {reason}"]) from None
    return listed(task.module, str(task.raw["src"]), task.source_text)[key]


def listed(module: str, name: str, text: str) -> dict[str, list[t.Any]]:
    """Return the list that a file holds, under the option that takes it.

    :raises InvalidInputError: when it cannot be read.
    """
    # Few tasks read a file, and a module's own process compiles whatever it imports anew.
    from ..imports.sources import item_options, read_items
    from ..imports.tables import Layout

    resource = arguments.MODULES[module].resource
    key, number = resource.plural, resource.number
    options, lists = item_options(resource.module)
    return {key: read_items(text, name, key, Layout(lists=lists, known=options, key=number, mapped=False))}


def dictionary_problems(task: Task) -> list[str]:
    """Return what the vendors' dictionaries of a singular module hold that they cannot, and what to use instead."""
    problems = []
    for name in NAMES:
        table = vendor(name).tables.get(task.resource)
        if table is None or task.raw.get(name) is None:
            continue
        if not isinstance(task.raw[name], dict):
            problems.append(f"`{name}` must be a dictionary, not {type_name(task.raw[name])}")
            continue
        item = {key: value for key, value in task.raw.items() if key in (table.key, table.alias, "id", name)}
        reader = Reader(table, (), NAMES, single=True)
        reader.read([item])
        problems += [problem for problem in reader.problems if f"`{name}." in problem]
    return problems


def _plural_result(task: Task, table: FieldTable, report: Report) -> Result:
    task.warnings.extend(report.warnings)
    shown = [outcome for outcome in report.outcomes if task.params["report"] == "all" or outcome.status != "ok"]
    result: Result = {
        "changed": report.changed,
        "results": [_row(table, outcome) for outcome in shown],
        "summary": report.summary(),
        "plan_checksum": report.checksum,
    }
    if task.params["on_guard"] == "report":
        result["guards"] = report.guards
        task.warnings.extend(f"the real run would be refused: {guard}" for guard in report.guards)
    if task.diff:
        result["diff"] = [
            difference(table, outcome.step) for outcome in report.outcomes if outcome.step.action is not Action.NONE
        ]
    if report.failures:
        first = report.failures[0]
        source = first.step.desired.source if first.step.desired else None
        told = f"{source}: {first.error}" if source else str(first.error)
        result.update(
            failed=True,
            msg=f"{len(report.failures)} of {len(report.outcomes)} {table.plural} failed, the first: {told}",
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
        pattern = re.compile(params.get("match") or "")
    except ValueError as error:
        problems.append(f"`{table.key}` {error}")
    except re.error as error:
        problems.append(f"`match` is no regular expression: {error}")
    if problems:
        raise InvalidInputError.of(problems)
    with opened_session(task, target, connection) as session:
        boxes = target.boxes[task.resource](session)
        found = engine.read(boxes, numbers, session.client.workers, pattern.search, task.progress)
    shown = [describe(table, box, pins=params["include_pins"]) for box in found]
    return {"changed": False, task.spec.resource.plural: shown}


__all__ = ("dictionary_problems", "listed", "run")
