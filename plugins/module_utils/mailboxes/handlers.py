# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run each module: arguments in, result out. Independent of Ansible."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import typing as t

from .. import modules as arguments
from ..connection import Result, Task, connect_options, opened_session
from ..errors import InvalidInputError, UnsupportedError
from ..model.cautions import cautions_of, grouped
from ..model.connection import Connection
from ..model.fields import FieldTable
from ..model.mailbox import Desired, ListQuery, SkippedItem
from ..model.problem import Problem
from ..vendors.protocol import Vendor
from ..vendors.registry import NAMES, vendor
from . import apply as engine
from .caching import cache_folder, opened_cache
from .compact import compact
from .describe import describe, predicted, to_options
from .guards import Limits, limit_problems
from .outcome import Report
from .parse import Reader, number_warning, type_name
from .plan import Action
from .skipping import read_valid
from .validate import check_offline, check_together, validation_result


def run(task: Task) -> Result:
    """Run a module that manages or reads mailboxes or shared voicemails.

    :raises VoicemailError: if nothing was done; a task that was partially done returns with ``failed``.
    """
    target = vendor(task.params["vendor"])
    connection, problems = connect_options(target, task.params, offline=bool(task.params.get("validate_only")))
    table = target.tables.get(task.resource)
    if table is None:
        owners = ", ".join(vendor(name).title for name in NAMES if task.resource in vendor(name).tables)
        raise UnsupportedError(
            f"{target.title} has no {task.resource}s",
            f"Only {owners} has {task.resource}s. Use the module vmbox for mailboxes",
        )
    operation = {"info": _info, "many": _many, "one": _one}[task.spec.shape]
    return operation(task, target, connection, table, problems)


def _desired(
    task: Task,
    table: FieldTable,
    items: t.Sequence[t.Any],
    problems: list[Problem],
    single: bool = False,
    skipped: list[SkippedItem] | None = None,
) -> list[Desired]:
    """Return the declared boxes.

    :param skipped: collects invalid items instead of raising.
    :raises InvalidInputError: with all problems.
    """
    shared = task.spec.resource.shared
    pruning = bool(task.params.get("prune"))
    reader = Reader(table, tuple(shared), NAMES, task.params["on_unsupported"], single, pruning)
    defaults = task.raw.get("defaults") or None
    if defaults is not None and not isinstance(defaults, dict):
        text = f"must be a dictionary, not {type_name(defaults)}"
        raise InvalidInputError.of([*problems, Problem(text, option="defaults")])
    if skipped is None:
        desired = reader.read(items, defaults)
    else:
        desired, left_out = read_valid(reader, items, defaults)
        skipped += left_out
    problems.extend(reader.problems)
    if not problems:
        desired, problems = check_together(vendor(table.vendor), table.resource, desired, skipped)
    if problems:
        raise InvalidInputError.of(problems)
    task.warnings.extend(grouped(reader.warnings))
    if reader.numbers:
        task.warnings.append(number_warning(reader.numbers))
    return desired


def _one(task: Task, target: Vendor, connection: Connection, table: FieldTable, problems: list[Problem]) -> Result:
    steering = {*arguments.CONNECTION, *arguments.ON_UNSUPPORTED, *arguments.VERIFY}
    item = {key: value for key, value in task.raw.items() if key not in steering}
    desired = _desired(task, table, [item], problems, single=True)
    with opened_session(task, target, connection) as session:
        options = engine.Options(
            check=task.check, full=True, verify=task.params["verify"], workers=session.client.workers
        )
        report = engine.apply(target.open_boxes(task.resource, session), desired, options)
    return _singular_result(task, table, report)


def _singular_result(task: Task, table: FieldTable, report: Report) -> Result:
    outcome = report.steps[0]
    step = outcome.step
    task.warnings.extend(report.warnings)
    shown = predicted(table, step)
    undone = not outcome.is_done
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
    result["diff"] = outcome.difference() if step.action is not Action.NONE else {"before": {}, "after": {}}
    if outcome.error is not None:
        result.update(failed=True, msg=str(outcome.error), error={table.key: step.number, **outcome.error.as_dict()})
    elif report.interrupted:
        result.update(failed=True, msg=f"interrupted: {outcome.step.action} is {outcome.status}")
    return result


def _many(task: Task, target: Vendor, connection: Connection, table: FieldTable, problems: list[Problem]) -> Result:
    params = task.params
    if params["on_guard"] == "report" and not task.check:
        text = "report is allowed in check mode only: a guard must stop a run that writes"
        problems.append(Problem(text, option="on_guard"))
    limits = Limits(**{field.name: params[field.name] for field in dataclasses.fields(Limits)})
    problems += limit_problems(limits)
    items = _items(task)
    skipped: list[SkippedItem] | None = [] if params["invalid"] == "skip" else None
    desired = _desired(task, table, items, problems, skipped=skipped)
    folder = cache_folder(task, target, task.resource)
    if params["validate_only"]:
        task.system = {"vendor": target.name, "url": connection.url.rstrip("/"), "account": ""}
        check_offline(connection, table, desired, limits)
        task.warnings.extend(
            grouped(caution for item in desired if item.present for caution in cautions_of(table, item))
        )
        return validation_result(target, table, desired, skipped or ())
    with (
        opened_session(task, target, connection) as session,
        opened_cache(task, folder, connection, session) as cache,
    ):
        options = engine.Options(
            limits=limits,
            check=task.check,
            report_guards=params["on_guard"] == "report",
            verify=params["verify"],
            stop_on_error=params["on_error"] == "stop",
            expect_checksum=params["expect_checksum"],
            workers=session.client.workers,
            skipped=skipped,
            cache=cache,
            system=lambda: (target.name, connection.address, session.account_key()),
        )
        report = engine.apply(target.open_boxes(task.resource, session), desired, options, task.progress)
        report.requests = session.client.requests
    return _plural_result(task, report)


def _items(task: Task) -> t.Sequence[t.Any]:
    key = task.spec.resource.plural
    source = task.params.get("src")
    if source is None:
        given = [name for name in arguments.TABLE if task.raw.get(name) is not None]
        if given:
            hint = "Set `src`, or use the filter rows_to_mailboxes for a table in a variable"
            text = "describes the table in `src`, but `src` is not set"
            raise InvalidInputError.of([Problem(text, option=given[0], hint=hint)])
        items = task.raw.get(key) or []
        if not isinstance(items, (list, tuple)):
            # Ansible itself would split the text at its commas.
            hint = "set `src` to its file, or use the filter from_yaml or from_json"
            raise InvalidInputError.of([Problem(f"must be a list, not {type_name(items)}; {hint}", option=key)])
        return items
    if task.source is None:
        try:
            task.source = pathlib.Path(source).read_bytes()
        except OSError as error:
            raise InvalidInputError.of([Problem(f"{source} cannot be read: {error.strerror}", option="src")]) from None
    return listed(task.module, task.raw, task.source)[key]


def listed(module: str, raw: t.Mapping[str, t.Any], content: bytes) -> dict[str, list[t.Any]]:
    """Return the list in the file ``src``, under the option that accepts it.

    :param raw: the task's arguments, including those that describe a table.
    :raises InvalidInputError: if it cannot be read, or contains values that the vendor does not accept.
    """
    # Imported on demand: few tasks read a file, and a module's process compiles every import.
    from ..imports.check import Checks, check_entries, unchecked_items
    from ..imports.layouts import layout_of
    from ..imports.sources import File, read_entries

    resource = arguments.MODULES[module].resource
    problems: list[Problem] = []
    file = File(content, str(raw["src"]), resource)
    layout = layout_of(raw)
    given = [name for name in arguments.TABLE if raw.get(name) is not None]
    is_table = file.is_table or file.follows(layout)
    if given and not is_table:
        text = f"describes a table, but {file.name} is not one"
        raise InvalidInputError.of([Problem(text, option=given[0], hint="Remove it")])
    entries = read_entries(file, layout, problems)
    skip = raw.get("invalid") == "skip"
    checks = Checks(vendor=_named_vendor(raw), sources=True, skip=skip, resource=resource)
    if isinstance(raw.get("defaults"), dict):
        checks.defaults = raw["defaults"]
    # Values of a table are checked here, while their columns are known; others are checked with all items.
    finish = check_entries if is_table else unchecked_items
    return {resource.plural: finish(entries, problems, checks)}


def _named_vendor(raw: t.Mapping[str, t.Any]) -> str | None:
    """Return the vendor of a task."""
    return raw.get("vendor") or os.environ.get("VOICEMAIL_VENDOR")


def dictionary_problems(task: Task) -> list[Problem]:
    """Return invalid keys in the vendors' dictionaries of a singular module, and their replacements."""
    problems: list[Problem] = []
    for name in NAMES:
        table = vendor(name).tables.get(task.resource)
        if table is None or task.raw.get(name) is None:
            continue
        if not isinstance(task.raw[name], dict):
            problems.append(Problem(f"must be a dictionary, not {type_name(task.raw[name])}", option=name))
            continue
        item = {key: value for key, value in task.raw.items() if key in (table.key, table.alias, "id", name)}
        reader = Reader(table, (), NAMES, single=True)
        reader.read([item])
        problems += [problem for problem in reader.problems if problem.option.startswith(f"{name}.")]
    return problems


def _plural_result(task: Task, report: Report) -> Result:
    task.warnings.extend(report.warnings)
    result = report.as_result(everything=task.params["report"] == "all")
    if task.params["on_guard"] == "report":
        result["guards"] = report.guards
        task.warnings.extend(f"the real run would be refused: {guard}" for guard in report.guards)
    return {**result, "plan_checksum": report.checksum}


def _info(task: Task, target: Vendor, connection: Connection, table: FieldTable, problems: list[Problem]) -> Result:
    params = task.params
    numbers = None
    try:
        if params.get(table.key) is not None:
            numbers = frozenset((table.parse_number(params[table.key]),))
        pattern = re.compile(params.get("match") or "")
    except ValueError as error:
        problems.append(Problem(str(error), option=table.key))
    except re.error as error:
        problems.append(Problem(f"is not a regular expression: {error}", option="match"))
    further = _further_options(table, params.get("include_options") or (), problems)
    if problems:
        raise InvalidInputError.of(problems)
    folder = cache_folder(task, target, task.resource)
    with (
        opened_session(task, target, connection) as session,
        opened_cache(task, folder, connection, session) as cache,
    ):
        boxes = target.open_boxes(task.resource, session)
        wanted = ListQuery(numbers, options=further)
        found = engine.read(boxes, wanted, session.client.workers, pattern.search, task.progress, cache)
    pins = params["include_pins"]
    if params["compact"]:
        # The table of the server's generation is known now and contains its defaults.
        short = compact(boxes.table, found, pins=pins)
        return {"changed": False, task.spec.resource.plural: short.items, "defaults": short.defaults}
    return {"changed": False, task.spec.resource.plural: [describe(table, box, pins=pins) for box in found]}


def _further_options(table: FieldTable, groups: t.Iterable[str], problems: list[Problem]) -> frozenset[str]:
    """Return the options that are read on request only, since they cost further requests."""
    further: set[str] = set()
    for group in groups:
        found = {option for option in table.by_option if option.startswith(f"{group}.")}
        if not found:
            problems.append(
                Problem(
                    f"names {group}, which {table.product} does not have", option="include_options", hint="Leave it out"
                )
            )
        further |= found
    return frozenset(further)


__all__ = ("dictionary_problems", "listed", "run")
