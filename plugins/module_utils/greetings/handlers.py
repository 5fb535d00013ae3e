# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module of greetings does, from its arguments to its result. Of Ansible it knows nothing."""

from __future__ import annotations

import pathlib
import typing as t

from ..connection import Result, Task, connect_options, opened_session
from ..errors import InvalidInputError, NotFoundError, UnsupportedError
from ..mailboxes import apply as engine
from ..mailboxes.outcome import Report
from ..model.abilities import CHOOSE_GREETINGS, UPLOAD_GREETINGS
from ..model.connection import Connection
from ..model.mailbox import Desired
from ..model.masks import mask_problems
from ..model.paths import path_problems
from ..model.problem import Problem, Subject
from ..vendors.greetings import GreetingSupport
from ..vendors.protocol import Vendor
from ..vendors.registry import NAMES, vendor
from . import apply as greeting_engine
from .plan import Greeting, Recording

#: Options of each way to have a greeting.
_OWN_WAY = {"src": UPLOAD_GREETINGS, "prune": UPLOAD_GREETINGS, "media_id": CHOOSE_GREETINGS}
#: The end of the option that holds the media id of the greeting, in the table of a vendor that has one.
_MEDIA = ".media.unavailable"


def run(task: Task) -> Result:
    """Run the module of greetings.

    :raises VoicemailError: when nothing could be done; a task that was done in part returns with ``failed``.
    """
    params = task.params
    target = vendor(params["vendor"])
    ways = [way for way in (UPLOAD_GREETINGS, CHOOSE_GREETINGS) if way in target.abilities]
    if not ways:
        others = [name for name in NAMES if {UPLOAD_GREETINGS, CHOOSE_GREETINGS} & vendor(name).abilities]
        raise UnsupportedError(
            f"{target.title} cannot change greetings through its API", f"These can: {', '.join(others)}"
        )
    resource = "shared voicemail" if params.get("shared_voicemail") is not None else "mailbox"
    if resource not in target.tables:
        raise UnsupportedError(f"{target.title} has no {resource}s", "Give `mailbox`")
    connection, problems = connect_options(target, params)
    for option, way in _OWN_WAY.items():
        if way not in ways and params.get(option) not in (None, False):
            owners = ", ".join(name for name in NAMES if way in vendor(name).abilities)
            problems.append(Problem(f"is not for {target.name}, but for vendors that {way}: {owners}", option=option))
    number = _number(target, resource, params, problems)
    if ways[0] == UPLOAD_GREETINGS:
        return _uploaded(task, target, connection, resource, number, problems)
    return _chosen(task, target, connection, number, problems)


def _number(target: Vendor, resource: str, params: t.Mapping[str, t.Any], problems: list[Problem]) -> str:
    option = resource.replace(" ", "_")
    try:
        return str(target.tables[resource].number.parse(params.get(option)))
    except ValueError as error:
        problems.append(Problem(str(error), option=option))
        return ""


def _uploaded(
    task: Task, target: Vendor, connection: Connection, resource: str, number: str, problems: list[Problem]
) -> Result:
    params, support = task.params, t.cast(GreetingSupport, target.greetings)
    wanted = None
    unusable = path_problems(params, ("src",))
    problems.extend(unusable)
    if params["state"] == "present" and not unusable:
        wanted = _recording(params.get("src"), support.most_bytes, problems)
    elif params.get("src") is not None:
        problems.append(Problem("is for `state: present` only", option="src"))
    if wanted is not None and (problem := support.problem(wanted.content)) is not None:
        problems.append(Problem(f"{params['src']} {problem}", option="src"))
    if problems:
        raise InvalidInputError.of(problems)
    with opened_session(task, target, connection) as session:
        greetings = support.open(session, resource, number)
        report = greeting_engine.apply(greetings, wanted, prune=params["prune"], check=task.check)
    return _result(task, report, resource, number)


def _recording(source: str | None, most_bytes: int, problems: list[Problem]) -> Recording | None:
    if source is None:
        problems.append(Problem("is missing: the WAV file of the greeting", option="src"))
        return None
    path = pathlib.Path(source)
    try:
        if path.stat().st_size > most_bytes:
            problems.append(Problem(f"{path} is larger than {most_bytes // 2**20} MB", option="src"))
            return None
        return Recording(path.name, path.read_bytes())
    except OSError as error:
        problems.append(Problem(f"{path} cannot be read: {error.strerror}", option="src"))
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
        "changed": report.changed,
        "action": plan.action,
        "greeting": {} if after is None else {"id": own_id, "media_id": None, **after},
        "removed": [greeting.name for greeting in plan.remove],
        "kept": [greeting.name for greeting in plan.kept],
    }
    about = {"mailbox": number, "action": plan.action, "label": f"greeting of {resource} {number}"}
    result["diff"] = {**about, **_difference(report, about["label"], heard, after)}
    if report.error is not None:
        result.update(failed=True, msg=f"greeting of {resource} {number}: {report.error}", error=report.error.as_dict())
    return result


def _difference(
    report: greeting_engine.GreetingReport, header: str, heard: Result | None, after: Result | None
) -> Result:
    plan = report.plan
    others = [greeting.name for greeting in (*plan.remove, *plan.kept) if greeting not in (plan.heard, plan.own)]
    wanted = {"greeting": after, "switched_off": sorted(str(greeting.name) for greeting in plan.kept)}
    found = {"greeting": heard, "switched_off": sorted(map(str, others))}
    before = wanted if plan.action == "none" else found
    return {"before_header": header, "after_header": header, "before": before, "after": wanted}


def _shown(greeting: Greeting | None, report: greeting_engine.GreetingReport) -> dict[str, t.Any] | None:
    if greeting is None:
        return None
    return {"name": greeting.name, "size_bytes": greeting.size_bytes, "sha256": report.digests.get(greeting.id)}


def _chosen(task: Task, target: Vendor, connection: Connection, number: str, problems: list[Problem]) -> Result:
    """Set the media id of a box, by way of the engine of boxes."""
    params, table = task.params, target.tables["mailbox"]
    option = next(name for name in table.by_option if name.endswith(_MEDIA))
    media_id = params.get("media_id")
    present = params["state"] == "present"
    problems += mask_problems({"media_id": media_id})
    if present:
        try:
            media_id = table.by_option[option].kind.parse(media_id)
        except ValueError as error:
            problems.append(Problem(str(error), option="media_id"))
    elif media_id is not None:
        problems.append(Problem("is for `state: present` only", option="media_id"))
    if problems:
        raise InvalidInputError.of(problems)
    desired = Desired(Subject("mailbox", number), number, {option: media_id})
    with opened_session(task, target, connection) as session:
        boxes = target.boxes["mailbox"](session)
        if boxes.find(number, None) is None:
            # Declared, it would be made.
            raise NotFoundError(f"mailbox {number} does not exist", "Check its number")
        report = engine.apply(boxes, [desired], engine.Options(check=task.check, workers=session.client.workers))
    return _chosen_result(task, report, option, number)


def _chosen_result(task: Task, report: Report, option: str, number: str) -> Result:
    (outcome,) = report.steps
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
    header = f"greeting of mailbox {number}"
    shown = {"before": {"media_id": before}, "after": {"media_id": after}}
    about = {"mailbox": number, "action": action, "label": header}
    result["diff"] = {**about, "before_header": header, "after_header": header, **shown}
    if outcome.error is not None:
        result.update(failed=True, msg=str(outcome.error), error=outcome.error.as_dict())
    return result
