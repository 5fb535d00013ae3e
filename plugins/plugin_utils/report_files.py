# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Format and write the report of a run, for the callback and the roles."""

from __future__ import annotations

import json
import os
import pathlib
import shlex
import subprocess
import typing as t

import jinja2
from ansible import constants, context
from ansible_collections.telephony.voicemail.plugins.module_utils.model.disk import replace_file
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting import formats, migrations
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting.junit import as_junit

TEMPLATES = pathlib.Path(__file__).parents[2] / "roles" / "drift" / "templates"
ENDINGS = {"json": ".json", "markdown": ".md", "junit": ".xml", "html": ".html"}
#: Time limit for commands of Git in seconds.
_GIT_SECONDS = 5
#: Arguments after the name of the playbook that apply a plan by its checksum, by role.
_APPLIES = {"provision": "-e provision_checksum=", "migrate": "-e migrate_apply=true -e migrate_checksum="}
_COLLECTION = "telephony.voicemail."


def report_text(report: dict[str, t.Any], wanted: str, markdown_rows: int = 200, fail_on_change: bool = False) -> str:
    """Return a report in one of the formats.

    :param wanted: a key of ``ENDINGS``.
    """
    if wanted == "json":
        return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
    if wanted == "markdown":
        return formats.as_markdown(report, markdown_rows)
    return as_junit(report, fail_on_change) if wanted == "junit" else page(report)


def page(report: dict[str, t.Any]) -> str:
    """Return the page of a report."""
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, loader=jinja2.FileSystemLoader(TEMPLATES)
    )
    environment.filters["shown"] = formats.shown
    environment.filters["described"] = formats.described
    # Before the texts are cleaned, which joins their lines.
    every = formats.cleaned(formats.rows(report))
    report = formats.cleaned(report)
    return environment.get_template("report.html.j2").render(
        report=report,
        rows=every,
        verdict=formats.verdict(report),
        facts=formats.facts(report),
        counts=formats.counts(report, every),
        kinds=formats.KINDS,
        has_boxes=formats.has_boxes(report),
        progress=formats.progress_text(every),
        reasons=formats.reason_lines(report),
        sections=[section for one in report["migrations"] for section in migrations.sections(one)],
        details=[section for one in report["migrations"] for section in migrations.details(one)],
    )


def write(path: pathlib.Path, text: str) -> None:
    """Write a file atomically that only its owner can read.

    :raises OSError: if that is not possible.
    """
    replace_file(path, text.encode("utf-8", errors="backslashreplace"))


def playbook_name() -> str:
    """Return the playbooks of the run as started."""
    return " ".join(map(str, context.CLIARGS.get("args") or ()))


def start_folder() -> str:
    """Return the folder of the playbook, or that of the start for a playbook of a collection."""
    first = next(iter(context.CLIARGS.get("args") or ()), "")
    path = pathlib.Path(first)
    return str(path.parent) if first and path.exists() else "."


def apply_command(role: str | None) -> str:
    """Return the command that applies the plan of a role, up to its checksum; empty for other plans.

    It includes extra variables only as names of files, since their values may be secrets.
    """
    playbooks: tuple[str, ...] = tuple(context.CLIARGS.get("args") or ())
    if role not in _APPLIES or len(playbooks) != 1:
        return ""
    playbook = f"{_COLLECTION}apply" if playbooks[0] == f"{_COLLECTION}plan" else playbooks[0]
    words = ["ansible-playbook", playbook]
    inventories = [str(one) for one in context.CLIARGS.get("inventory") or ()]
    for inventory in inventories if inventories != constants.config.get_config_value("DEFAULT_HOST_LIST") else ():
        words += ["-i", _as_typed(inventory)]
    for given in map(str, context.CLIARGS.get("extra_vars") or ()):
        if given.startswith("@"):
            words += ["-e", f"@{_as_typed(given[1:])}"]
    return f"{shlex.join(words)} {_APPLIES[role]}"


def _as_typed(path: str) -> str:
    """Return a path relative to where Ansible was started, since Ansible makes it absolute."""
    below = os.path.relpath(path) if pathlib.Path(path).is_absolute() else path
    return path if below.startswith("..") else below


def commit_of(folder: str, environment: t.Mapping[str, str]) -> dict[str, str] | None:
    """Return ``sha``, ``branch`` and ``url`` of the commit of a run, or None if it is unknown.

    :param folder: folder of the playbook.
    :param environment: variables; those of GitHub and GitLab take precedence over the repository.
    """
    get = environment.get
    if get("GITHUB_SHA"):
        url = f"{get('GITHUB_SERVER_URL', '')}/{get('GITHUB_REPOSITORY', '')}/commit/{get('GITHUB_SHA')}"
        branch = get("GITHUB_HEAD_REF") or get("GITHUB_REF_NAME", "")
        return {"sha": get("GITHUB_SHA", ""), "branch": branch, "url": url if get("GITHUB_REPOSITORY") else ""}
    if get("CI_COMMIT_SHA"):
        url = f"{get('CI_PROJECT_URL')}/-/commit/{get('CI_COMMIT_SHA')}" if get("CI_PROJECT_URL") else ""
        return {"sha": get("CI_COMMIT_SHA", ""), "branch": get("CI_COMMIT_REF_NAME", ""), "url": url}
    found = _git(folder, "rev-parse", "HEAD", "--abbrev-ref", "HEAD").split()
    if len(found) != 2:
        return None
    return {"sha": found[0], "branch": "" if found[1] == "HEAD" else found[1], "url": ""}


def _git(folder: str, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", folder, *arguments], capture_output=True, text=True, timeout=_GIT_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return done.stdout


__all__ = ("ENDINGS", "apply_command", "commit_of", "page", "playbook_name", "report_text", "start_folder", "write")
