# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run ansible-playbook: use it only where Ansible itself is what is tested."""

from __future__ import annotations

import json
import pathlib
import typing as t

from helpers.programs import ROOT, Run, environment_of, run_program


def play(
    folder: pathlib.Path,
    tasks: list[dict[str, t.Any]],
    *options: str,
    environment: dict[str, str] | None = None,
    start: pathlib.Path | None = None,
    preloaded: bool = True,
    **variables: t.Any,
) -> Run:
    """Run tasks on localhost.

    :param folder: an empty folder for the playbook and for everything that Ansible writes.
    :param options: further options of ansible-playbook.
    :param start: the folder in which Ansible is started, where it is not that one.
    :param preloaded: see :func:`programs.run_program`.
    :param variables: extra variables.
    """
    playbook = folder / "playbook.yml"
    # JSON is YAML, and Ansible reads it as such.
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    shared = {"environment": environment, "start": start, "preloaded": preloaded}
    return run_playbook(folder, str(playbook), *options, **shared, **variables)


def run_playbook(
    folder: pathlib.Path,
    name: str,
    *options: str,
    environment: dict[str, str] | None = None,
    start: pathlib.Path | None = None,
    preloaded: bool = True,
    **variables: t.Any,
) -> Run:
    """Run a playbook by its path or, where it is one of the collection, by its name; see :func:`play`."""
    arguments = (name, "-e", json.dumps(variables), *options)
    return ansible("playbook", folder, *arguments, environment=environment, start=start, preloaded=preloaded)


def ansible(
    program: str,
    folder: pathlib.Path,
    *arguments: str,
    environment: dict[str, str] | None = None,
    start: pathlib.Path | None = None,
    preloaded: bool = True,
) -> Run:
    """Run one of Ansible's programs in a folder, with this checkout as the collection and nothing of the user's own.

    :param program: ``playbook`` for ansible-playbook, and so on.
    """
    variables = environment_of(folder) | (environment or {})
    return run_program(program, start or folder, *arguments, variables=variables, merged=True, preloaded=preloaded)


def registered(folder: pathlib.Path, *names: str) -> dict[str, t.Any]:
    """Return a task that writes registered results into ``results.json``, by name."""
    results = "{{ {" + ", ".join(f"'{name}': {name}" for name in names) + "} }}"
    return {"save_results": {"file": str(folder / "results.json"), "results": results}}


__all__ = ("ROOT", "Run", "ansible", "play", "registered", "run_playbook")
