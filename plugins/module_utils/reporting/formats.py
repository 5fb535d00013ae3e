# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Format the report of a run as Markdown, and provide the rows and texts of its page."""

from __future__ import annotations

import collections
import typing as t

from ..model.problem import Subject
from ..model.text import clean, markdown
from ..resources import RESOURCES
from .grouping import Reason, as_lines
from .migrations import Section, details, sections, shown

Report = t.Mapping[str, t.Any]
#: The counted kinds of rows, in the order of the page, with their words for planned and completed changes.
KINDS = {
    "failed": ("failed", "failed"),
    "skipped": ("not attempted", "not attempted"),
    "delete": ("to delete", "deleted"),
    "create": ("to create", "created"),
    "update": ("to update", "updated"),
    "mark": ("to mark", "marked"),
    "move": ("to move", "moved"),
    "copy": ("to copy", "copied"),
    "upload": ("to upload", "uploaded"),
    "download": ("to download", "downloaded"),
    "mode": ("new file mode", "new file mode"),
}
_BOX_COLUMNS = ("create", "update", "delete", "none", "failed", "skipped")
_COLUMNS = ("create", "update", "delete", "mark", "move", "copy", "upload", "download", "mode", *_BOX_COLUMNS[3:])
_COLUMN_WORDS = {"none": "as declared", "skipped": "not attempted", "mode": "file mode"}
_BOX_MODULES = {name for one in RESOURCES.values() for name in (one.module, one.bulk_module)}
#: Displayed names of statuses: a skipped deletion must not look like a completed one.
STATUS_WORDS = {"skipped": "not attempted"}
MOST_SYSTEMS = 5
#: A role sets how it ended before its first write.
_ENDED_BEFORE = {"refused": "Refused: nothing was written", "declined": "Not confirmed: nothing was written"}
_MOST_REASON_BYTES = 4000
_FIRST = {"failed": 0, "unknown": 1, "skipped": 1, "changed": 3, "ok": 4}
_UNKNOWN = "the outcome is unknown: the task runs in the background, or its result is hidden"


def rows(report: Report) -> list[dict[str, t.Any]]:
    """Return every change with its task, failures and deletions first.

    A task without a change gets its own row.
    """
    found = []
    for task in report["tasks"]:
        about = {key: task[key] for key in ("host", "task", "module", "check_mode")}
        for row in [*_unexplained(task), *task["changes"]]:
            handled = task["handled"] and row["status"] == "failed"
            error = f"{row['error'] or 'failed'} (the play continued)" if handled else row["error"]
            found.append({**about, **row, "error": error})
    return sorted(found, key=_rank)


def _rank(row: t.Mapping[str, t.Any]) -> int:
    """Return the rank of a row: failures first, then steps not attempted, then deletions."""
    deleted = row["status"] == "changed" and row["action"] == "delete"
    return 2 if deleted else _FIRST.get(row["status"], 3)


def _unexplained(task: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    status = task["status"]
    if status == "ok" or any(change["status"] == status for change in task["changes"]):
        return []
    row = {"number": "", "action": "none", "status": status, "changed_fields": [], "values": [], "error": None}
    if status == "changed":
        return [{**row, "action": "changed", "changed_fields": [task["sentence"] or "no details"]}]
    # The reasons have the other lines.
    message = (task["message"] or "").partition("\n- ")[0].rstrip(":")
    return [{**row, "error": _UNKNOWN if status == "unknown" else message}]


def as_markdown(report: Report, most: int) -> str:
    """Return the report for a comment on a merge request.

    :param most: most changes to list; the length of such comments is limited.
    """
    every = rows(report)
    lines = [f"# {markdown(report['title'])}", "", f"**{verdict(report)[1]}**", ""]
    lines += [f"{markdown(report['sentence'])}", ""] if report["sentence"] else []
    lines += [f"* {name}: {markdown(text)}" for name, text in facts(report)]
    checksums = [(task["host"], task["plan_checksum"]) for task in report["tasks"] if _open_plan(task)]
    lines += [f"\nChecksum of the plan of {markdown(host)}: `{checksum}`" for host, checksum in checksums]
    if report["apply"]:
        lines += ["", "To apply exactly this plan:", "", "```console", f"$ {clean(report['apply'])}", "```"]
    lines += _failures(report, every)
    lines += [line for one in report["migrations"] for section in sections(one) for line in _section(section, most)]
    lines += [*_counts_table(report, every), ""]
    lines += _table(every, most)
    lines += [line for one in report["migrations"] for section in details(one) for line in _section(section, most)]
    warnings = dict.fromkeys(warning for task in report["tasks"] for warning in task["warnings"])
    lines += [f"\n> {markdown(warning)}" for warning in warnings]
    return "\n".join(lines) + "\n"


def counts(report: Report, every: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, int]:
    """Return the number of rows of each kind: of boxes as their tasks count them, and of messages and recordings."""
    found = collections.Counter(
        row["action"] for row in every if row["status"] == "changed" and row["module"] not in _BOX_MODULES
    )
    return {kind: report["summary"].get(kind, 0) + found[kind] for kind in KINDS}


def has_boxes(report: Report) -> bool:
    """Check whether a task of the run changes boxes, so that others are as declared."""
    return any(task["module"] in _BOX_MODULES for task in report["tasks"])


def _counts_table(report: Report, every: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    numbers = {**counts(report, every), "none": report["summary"]["none"]}
    always = _BOX_COLUMNS if has_boxes(report) else ()
    columns = [kind for kind in _COLUMNS if kind in always or numbers[kind]]
    if not any(numbers.values()):
        return []
    cells = [str(numbers[kind]) for kind in columns]
    return ["", _line(_COLUMN_WORDS.get(kind, kind) for kind in columns), "|---" * len(columns) + "|", _line(cells)]


def facts(report: Report) -> list[tuple[str, str]]:
    """Return the facts to show before the changes of a run: systems, commit and duration."""
    found = [("System", _system(system)) for system in report["systems"][:MOST_SYSTEMS]]
    if len(report["systems"]) > MOST_SYSTEMS:
        found.append(("Systems", f"{len(report['systems']) - MOST_SYSTEMS} more"))
    if report["playbook"]:
        found.append(("Playbook", report["playbook"]))
    commit = report["commit"] or {}
    if commit.get("sha"):
        branch = f" on {commit['branch']}" if commit.get("branch") else ""
        found.append(("Commit", f"{commit['sha'][:12]}{branch}"))
    if report["duration_seconds"] is not None:
        found.append(("Duration", f"{report['duration_seconds']} s"))
    return found


def _system(system: t.Mapping[str, str]) -> str:
    account = f", account {system['account']}" if system.get("account") else ""
    return f"{system['vendor']} at {system['url']}{account}"


def progress_text(every: t.Sequence[t.Mapping[str, t.Any]]) -> str | None:
    """Return how many changes were done, failed or not attempted, or None if none failed.

    If tasks failed as a whole, it is a heading for their reasons.
    """
    numbers = {name: sum(row["status"] == name for row in every) for name in ("changed", "failed", "skipped")}
    if not numbers["failed"]:
        return None
    if not any(row["number"] for row in every):
        return "Why it failed"
    return f"{numbers['changed']} done, {numbers['failed']} failed, {numbers['skipped']} not attempted"


def reason_lines(report: Report) -> list[str]:
    """Return a line for each distinct reason of a failure, with the items that it concerns."""
    reasons = [
        Reason(one["text"], tuple(Subject(one["kind"], item) for item in one["items"]) or (Subject(),))
        for one in report["reasons"]
    ]
    return as_lines(reasons, most_bytes=_MOST_REASON_BYTES)


def _failures(report: Report, every: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    progress = progress_text(every)
    if progress is None:
        return []
    return ["", f"**{progress}**", "", *(f"* {markdown(line)}" for line in reason_lines(report))]


def _section(section: Section, most: int) -> list[str]:
    lines = ["", f"## {markdown(section.title)}"]
    lines += ["", markdown(section.text)] if section.text else []
    if section.columns:
        lines += ["", _line(section.columns), "|---" * len(section.columns) + "|"]
    lines += [_line(row) for row in section.rows[:most]]
    more = len(section.rows) - most
    return lines + (["", f"and {more} more"] if more > 0 else [])


def _table(every: t.Sequence[t.Mapping[str, t.Any]], most: int) -> list[str]:
    if not every:
        return []
    declared = any(row.get("source") for row in every)
    # Messages and recordings have a description instead of options.
    described_only = all(row["module"] not in _BOX_MODULES for row in every)
    titles = ["host", "number", *(["declared in"] if declared else []), "action", "status"]
    titles += ["message"] if described_only else ["option", "before", "after"]
    lines = [_line(titles), "|---" * len(titles) + "|"]
    for row in every[:most]:
        start = [row["host"], row["number"], *([row.get("source") or ""] if declared else [])]
        start += [row["action"], _status_word(row)]
        if described_only:
            lines.append(_line([*start, row["error"] or described(row) or ", ".join(row["changed_fields"])]))
            continue
        for cells in _cells(row):
            lines.append(_line([*start, *cells]))
            start = [""] * len(start)
    return lines + (["", f"and {len(every) - most} more"] if len(every) > most else [])


def _status_word(row: t.Mapping[str, t.Any]) -> str:
    """Return the status for readers: a planned change must not look like a completed one."""
    if row["status"] == "changed":
        return "planned" if row["check_mode"] else "done"
    return STATUS_WORDS.get(row["status"], row["status"])


def _cells(row: t.Mapping[str, t.Any]) -> list[tuple[str, str, str]]:
    """Return option, before and after of each line of a row."""
    if row["error"]:
        return [("error", "", row["error"])]
    if described(row):
        return [(described(row), "", "")]
    if row["status"] == "skipped":
        # Steps not attempted have no resulting values.
        return [("", "", "")]
    values = row["values"] or [{"option": ", ".join(row["changed_fields"]), "before": None, "after": None}]
    return [(value["option"], shown(value["before"]), shown(value["after"])) for value in values]


def described(row: t.Mapping[str, t.Any]) -> str:
    """Return a message or recording as a plan names it, with its change, since its number is that of its box."""
    if row["module"] in _BOX_MODULES or not row.get("line"):
        return ""
    return str(row["line"]).partition(" ")[2].removeprefix(f"{row['number']} ")


def _open_plan(task: t.Mapping[str, t.Any]) -> bool:
    return bool(task["check_mode"] and task["plan_checksum"] and task["changes"])


def verdict(report: Report) -> tuple[str, str]:
    """Return how a run ended: ``failed``, ``changed`` or ``same``, and a sentence. It agrees with the exit status."""
    if report["state"] in _ENDED_BEFORE:
        return "failed", _ENDED_BEFORE[report["state"]]
    tasks = report["tasks"]
    changed = [one for one in tasks if one["status"] == "changed" or _is_changed(one["changes"])]
    unknown = any(one["status"] == "unknown" for one in tasks)
    if report["failed"] or report["state"] == "failed":
        return "failed", "Failed"
    kind = "changed" if changed or unknown else "same"
    if any(not one["check_mode"] for one in changed):
        text = "Applied"
    elif changed:
        text = "Planned: nothing was written"
    elif unknown:
        return kind, "The changes are unknown"
    elif not tasks:
        return kind, "No task of telephony.voicemail that writes was run"
    else:
        text = "Nothing to change"
    if report["tasks_failed"]:
        return kind, ("Nothing was changed" if not changed else text) + ", and the play continued after failures"
    return kind, f"{text}, but the outcome of other tasks is unknown" if unknown else text


def _is_changed(changes: t.Iterable[t.Mapping[str, t.Any]]) -> bool:
    return any(one["status"] == "changed" for one in changes)


def cleaned(value: t.Any) -> t.Any:
    """Return a report with all its texts cleaned for display."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [cleaned(entry) for entry in value]
    return {clean(key): cleaned(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def _line(cells: t.Iterable[str]) -> str:
    return "| " + " | ".join(map(markdown, cells)) + " |"
