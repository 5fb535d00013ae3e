# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the module of greetings: arguments in, result out. Independent of Ansible."""

from __future__ import annotations

import pathlib
import typing as t

from ..capabilities import WORDS, owners, require, require_resource
from ..connection import Result, Task, connect_options, opened_session
from ..errors import InvalidInputError
from ..model.kinds import Text
from ..model.masks import mask_problems
from ..model.paths import path_problems
from ..model.problem import Problem, Subject
from ..resources import Resource, resource_of
from ..vendors.greetings import GreetingWriter, SharedGreetings
from ..vendors.protocol import Vendor
from ..vendors.registry import vendor
from . import apply as greeting_engine
from .plan import Greeting, Recording


def run(task: Task) -> Result:
    """Run the module of greetings.

    :raises VoicemailError: if nothing was done; a task that was partially done returns with ``failed``.
    """
    params = task.params
    target = vendor(params["vendor"])
    require(target, GreetingWriter)
    writer = t.cast("t.Callable[[], type[GreetingWriter]]", target.greetings)()
    resource = resource_of(params)
    require_resource(target, resource.key, "Use `mailbox`")
    connection, problems = connect_options(target, params)
    if params.get("media_id") is not None and not issubclass(writer, SharedGreetings):
        others = f"vendors that {WORDS[SharedGreetings]}: {', '.join(owners(SharedGreetings))}"
        problems.append(Problem(f"is not for {target.title}, but for {others}", option="media_id"))
    kind = params.get("kind") or writer.kinds[0]
    if kind not in writer.kinds:
        text = f"{kind} is not for {target.title}, whose mailboxes have one kind of greeting"
        problems.append(Problem(text, option="kind"))
    number = _number(target, resource, params, problems)
    given = _wanted(writer, params, problems)
    if problems:
        raise InvalidInputError.of(problems)
    with opened_session(task, target, connection) as session:
        greetings = writer(session, resource.key, number, kind)
        wanted = t.cast("SharedGreetings", greetings).existing(given) if isinstance(given, str) else given
        report = greeting_engine.apply(greetings, wanted, prune=params["prune"], check=task.check)
    return _result(task, report, Subject(resource.key, number), isinstance(greetings, SharedGreetings))


def _number(target: Vendor, resource: Resource, params: t.Mapping[str, t.Any], problems: list[Problem]) -> str:
    try:
        return target.tables[resource.key].parse_number(params.get(resource.singular))
    except ValueError as error:
        problems.append(Problem(str(error), option=resource.singular))
        return ""


def _wanted(
    writer: type[GreetingWriter], params: t.Mapping[str, t.Any], problems: list[Problem]
) -> Recording | str | None:
    """Return the recording of ``src``, the text of ``media_id``, or None for the default greeting."""
    unusable = path_problems(params, ("src",)) + mask_problems({"media_id": params.get("media_id")})
    problems.extend(unusable)
    given = [option for option in ("src", "media_id") if params.get(option) is not None]
    if params["state"] == "absent":
        problems.extend(Problem("is for `state: present` only", option=option) for option in given)
        return None
    if unusable:
        return None
    if len(given) == 2:
        problems.append(Problem("`src` and `media_id` both set the greeting; use one of them"))
    elif not given:
        both = " or `media_id`" if issubclass(writer, SharedGreetings) else ""
        problems.append(Problem(f"`src`{both} is missing: the {writer.file} of the greeting"))
    elif given == ["media_id"]:
        return _reference(params["media_id"], problems)
    else:
        return _recording(params["src"], writer, problems)
    return None


def _reference(text: t.Any, problems: list[Problem]) -> str | None:
    try:
        return str(Text(shortest=1, longest=128).parse(text))
    except ValueError as error:
        problems.append(Problem(str(error), option="media_id"))
        return None


def _recording(source: str, writer: type[GreetingWriter], problems: list[Problem]) -> Recording | None:
    path = pathlib.Path(source)
    try:
        if path.stat().st_size > writer.most_bytes:
            problems.append(Problem(f"{path} is larger than {writer.most_bytes // 2**20} MB", option="src"))
            return None
        recording = Recording(path.name, path.read_bytes())
    except OSError as error:
        problems.append(Problem(f"{path} cannot be read: {error.strerror}", option="src"))
        return None
    problem = writer.problem(recording.content)
    if problem is not None:
        problems.append(Problem(f"{source} {problem}", option="src"))
    return recording


def _result(task: Task, report: greeting_engine.GreetingReport, box: Subject, shares: bool) -> Result:
    """Return the result of a task.

    :param shares: whether the vendor's greetings are media files, whose ids are media ids.
    """
    task.warnings.extend(dict.fromkeys(report.warnings))
    plan = report.plan
    after = _after(report)
    own_id = report.own.id if report.own else None
    ids = {"id": None, "media_id": own_id} if shares else {"id": own_id, "media_id": None}
    removed = [greeting.name for greeting in plan.remove if greeting not in plan.staying]
    result: Result = {
        "changed": report.changed,
        "action": plan.action,
        "greeting": {} if after is None else {**ids, **after},
        "removed": removed,
        "kept": [greeting.name for greeting in plan.kept],
    }
    label = f"greeting of {box.noun}"
    about = {"mailbox": box.name, "action": plan.action, "label": label}
    result["diff"] = {**about, **_difference(report, label, after)}
    if report.error is not None:
        result.update(failed=True, msg=f"{label}: {report.error}", error=report.error.as_dict())
    return result


def _after(report: greeting_engine.GreetingReport) -> dict[str, t.Any] | None:
    """Return the final greeting, or None for the default greeting."""
    plan, wanted = report.plan, report.wanted
    if wanted is None:
        return None
    if isinstance(wanted, Greeting):
        return {"name": wanted.name, "size_bytes": None, "sha256": None}
    # A greeting that already contains the recording keeps its name.
    name = plan.own.name if plan.own else wanted.name
    return {"name": name, "size_bytes": len(wanted.content), "sha256": wanted.sha256}


def _difference(report: greeting_engine.GreetingReport, label: str, after: dict[str, t.Any] | None) -> dict[str, t.Any]:
    plan = report.plan
    others = [greeting.name for greeting in (*plan.remove, *plan.kept) if greeting not in (plan.heard, plan.own)]
    difference: dict[str, t.Any] = {
        "before_header": label,
        "after_header": label,
        "before": {"greeting": _shown(plan.heard, report), "switched_off": sorted(map(str, others))},
        "after": {"greeting": after, "switched_off": sorted(str(greeting.name) for greeting in plan.kept)},
    }
    if plan.action == "none":
        difference.update(before=difference["after"])
    return difference


def _shown(greeting: Greeting | None, report: greeting_engine.GreetingReport) -> dict[str, t.Any] | None:
    if greeting is None:
        return None
    return {"name": greeting.name, "size_bytes": greeting.size_bytes, "sha256": report.digests.get(greeting.id)}
