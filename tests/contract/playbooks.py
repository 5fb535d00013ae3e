# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real runs of ansible-playbook."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import typing as t

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Run:
    """What a run of ansible-playbook printed, and how it ended."""

    code: int
    output: str


def play(
    folder: pathlib.Path,
    tasks: list[dict[str, t.Any]],
    *options: str,
    environment: dict[str, str] | None = None,
    **variables: t.Any,
) -> Run:
    """Run tasks on localhost.

    :param folder: an empty folder for the playbook and for everything that Ansible writes.
    :param options: further options of ansible-playbook.
    :param variables: extra variables.
    """
    playbook = folder / "playbook.yml"
    # JSON is YAML, and Ansible reads it as such.
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    return run_playbook(folder, str(playbook), *options, environment=environment, **variables)


def run_playbook(
    folder: pathlib.Path,
    name: str,
    *options: str,
    environment: dict[str, str] | None = None,
    **variables: t.Any,
) -> Run:
    """Run a playbook by its path or, where it is one of the collection, by its name; see :func:`play`."""
    extra = ("-e", json.dumps(variables))
    return ansible("playbook", folder, name, *extra, *options, environment=environment)


def ansible(program: str, folder: pathlib.Path, *arguments: str, environment: dict[str, str] | None = None) -> Run:
    """Run one of Ansible's programs in a folder, with this checkout as the collection and nothing of the user's own.

    :param program: ``playbook`` for ansible-playbook, and so on.
    """
    done = subprocess.run(
        [sys.executable, "-m", "ansible", program, *arguments],
        env=environment_of(folder) | (environment or {}),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # No measure of speed: machines that run tests may be busy.
        timeout=300,
        check=False,
    )
    return Run(done.returncode, done.stdout)


def environment_of(folder: pathlib.Path) -> dict[str, str]:
    """Return the variables of such a run, and make the checkout the collection of that folder."""
    link = folder / "collections" / "ansible_collections" / "telephony"
    link.mkdir(parents=True, exist_ok=True)
    if not (link / "voicemail").exists():
        (link / "voicemail").symlink_to(ROOT, target_is_directory=True)
    return {
        "PATH": os.pathsep.join((str(pathlib.Path(sys.executable).parent), os.environ["PATH"])),
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_ASYNC_DIR": str(folder / "jobs"),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        "ANSIBLE_NOCOLOR": "1",
    }
