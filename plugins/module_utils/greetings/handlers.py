# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module of greetings does, from its arguments to its result. Of Ansible it knows nothing."""

from __future__ import annotations

import pathlib
import typing as t

from ..capabilities import require_resource
from ..connection import Result, Task, connect_options, opened_session
from ..errors import InvalidInputError, NotFoundError, UnsupportedError
from ..mailboxes import apply as engine
from ..model.connection import Connection
from ..model.fields import Field
from ..model.mailbox import Desired
from ..model.masks import mask_problems
from ..model.paths import path_problems
from ..results import Report
from ..vendors.greetings import GreetingWriter
from ..vendors.protocol import Vendor
from ..vendors.registry import NAMES, vendor
from . import apply as greeting_engine
from .plan import Greeting, Recording

_UPLOADED, _CHOSEN = "upload greetings", "choose greetings by media id"
#: The way of each option: a greeting is uploaded, or chosen among what is stored elsewhere.
_OWN_WAY = {"src": _UPLOADED, "prune": _UPLOADED, "media_id": _CHOSEN}


def run(task: Task) -> Result:
    """Run the module of greetings.

    :raises VoicemailError: when nothing could be done; a task that was done in part returns with ``failed``.
    """
    params = task.params
    target = vendor(params["vendor"])
    way = _way_of(target)
    if way is None:
        others = [name for name in NAMES if _way_of(vendor(name))]
        raise UnsupportedError(
            f"{target.title} cannot change greetings through its API", f"These can: {', '.join(others)}"
        )
    resource = "shared voicemail" if params.get("shared_voicemail") is not None else "mailbox"
    require_resource(target, resource, "Give `mailbox`")
    connection, problems = connect_options(target, params)
    for option, needed in _OWN_WAY.items():
        if needed != way and params.get(option) not in (None, False):
            owners = ", ".join(name for name in NAMES if _way_of(vendor(name)) == needed)
            problems.append(f"`{option}` is not for {target.name}, but for vendors that {needed}: {owners}")
    number = _number(target, resource, params, problems)
    if way == _UPLOADED:
        return _uploaded(task, target, connection, resource, number, problems)
    return _chosen(task, target, connection, number, problems)


def _way_of(target: Vendor) -> str | None:
    if target.implements(GreetingWriter):
        return _UPLOADED
    table = target.tables.get("mailbox")
    return _CHOSEN if table and table.greeting else None


def _number(target: Vendor, resource: str, params: t.Mapping[str, t.Any], problems: list[str]) -> str:
    option = resource.replace(" ", "_")
    try:
        return str(target.tables[resource].number.parse(params.get(option)))
    except ValueError as error:
        problems.append(f"`{option}` {error}")
        return ""


def _uploaded(
    task: Task, target: Vendor, connection: Connection, resource: str, number: str, problems: list[str]
) -> Result:
    params, writer = task.params, t.cast("t.Callable[[], type[GreetingWriter]]", target.greetings)()
    wanted = None
    unusable = path_problems(params, ("src",))
    problems.extend(unusable)
    if params["state"] == "present" and not unusable:
        wanted = _recording(params.get("src"), writer.most_bytes, problems)
    elif params.get("src") is not None:
        problems.append("`src` is for `state: present` only")
    if wanted is not None and (problem := writer.problem(wanted.content)) is not None:
        problems.append(f"`src` {params['src']} {problem}")
    if problems:
        raise InvalidInputError.of(problems)
    with opened_session(task, target, connection) as session:
        report = greeting_engine.apply(
            writer(session, resource, number), wanted, prune=params["prune"], check=task.check
        )
    return _result(task, report, resource, number)


def _recording(source: str | None, most_bytes: int, problems: list[str]) -> Recording | None:
    if source is None:
        problems.append("`src` is missing: the WAV file of the greeting")
        return None
    path = pathlib.Path(source)
    try:
        if path.stat().st_size > most_bytes:
            problems.append(f"`src` {path} is larger than {most_bytes // 2**20} MB")
            return None
        return Recording(path.name, path.read_bytes())
    except OSError as error:
        problems.append(f"`src` {path} cannot be read: {error.strerror}")
        return None


def _result(task: Task, report: greeting_engine.GreetingReport, resource: str, number: str) -> Result:
    task.warnings.extend(dict.fromkeys(report.warnings))
    plan, wanted = report.plan, report.wanted
    heard = _shown(plan.heard, report)
    after = None
    if wanted is not None:
        after = {
            # What holds the recording already keeps the name that it has there.
            "name": plan.own.name if plan.own else wanted.name,
            "size_bytes": len(wanted.content),
            "sha256": wanted.sha256,
        }
    own_id = report.own.id if report.own else None
    result: Result = {
        "changed": report.wrote if report.error or not task.check else plan.action != "none",
        "action": plan.action,
        "greeting": {} if after is None else {"id": own_id, "media_id": None, **after},
        "removed": [greeting.name for greeting in plan.remove],
        "kept": [greeting.name for greeting in plan.kept],
    }
    if task.diff:
        others = [greeting.name for greeting in (*plan.remove, *plan.kept) if greeting not in (plan.heard, plan.own)]
        result["diff"] = {
            "before_header": f"greeting of {resource} {number}",
            "after_header": f"greeting of {resource} {number}",
            "before": {"greeting": heard, "switched_off": sorted(map(str, others))},
            "after": {
                "greeting": after,
                "switched_off": sorted(str(greeting.name) for greeting in plan.kept),
            },
        }
        if plan.action == "none":
            result["diff"].update(before=result["diff"]["after"])
    if report.error is not None:
        result.update(failed=True, msg=f"greeting of {resource} {number}: {report.error}", error=report.error.as_dict())
    return result


def _shown(greeting: Greeting | None, report: greeting_engine.GreetingReport) -> dict[str, t.Any] | None:
    if greeting is None:
        return None
    return {"name": greeting.name, "size_bytes": greeting.size_bytes, "sha256": report.digests.get(greeting.id)}


def _chosen(task: Task, target: Vendor, connection: Connection, number: str, problems: list[str]) -> Result:
    """Set the media id of a box, by way of the engine of boxes."""
    params, table = task.params, target.tables["mailbox"]
    option = t.cast(Field, table.greeting).option
    media_id = params.get("media_id")
    present = params["state"] == "present"
    problems += mask_problems({"media_id": media_id})
    if present:
        try:
            media_id = table.by_option[option].kind.parse(media_id)
        except ValueError as error:
            problems.append(f"`media_id` {error}")
    elif media_id is not None:
        problems.append("`media_id` is for `state: present` only")
    if problems:
        raise InvalidInputError.of(problems)
    desired = Desired(position=1, label=f"mailbox {number}", number=number, values={option: media_id})
    with opened_session(task, target, connection) as session:
        boxes = target.open_boxes("mailbox", session)
        if boxes.find(number, None) is None:
            # Declared, it would be made.
            raise NotFoundError(f"mailbox {number} does not exist", "Check its number")
        report = engine.apply(boxes, [desired], engine.Options(check=task.check, workers=session.client.workers))
    return _chosen_result(task, report, option, number)


def _chosen_result(task: Task, report: Report, option: str, number: str) -> Result:
    (outcome,) = report.outcomes
    step = outcome.step
    task.warnings.extend(report.warnings)
    before, after = step.changes.get(option, (step.after.get(option),) * 2)
    action = str(step.action)
    if option in step.changes:
        action = "delete" if after is None else "update" if before is not None else "create"
    greeting = {"id": None, "media_id": after, "name": None, "size_bytes": None, "sha256": None}
    result: Result = {
        "changed": report.changed,
        "action": action,
        "greeting": greeting if after is not None else {},
        "removed": [],
        "kept": [],
    }
    if task.diff:
        header = f"greeting of mailbox {number}"
        shown = {"before": {"media_id": before}, "after": {"media_id": after}}
        result["diff"] = {"before_header": header, "after_header": header, **shown}
    if outcome.error is not None:
        result.update(failed=True, msg=str(outcome.error), error=outcome.error.as_dict())
    return result
