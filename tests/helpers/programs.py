# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run Ansible's programs, each in a process of its own: use it for other programs than ansible-playbook.

Half of what a short run costs is importing code that is the same in every run. So the processes are forks of one that
has imported it, see :mod:`helpers.preloaded_ansible`.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import functools
import gc
import importlib
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from multiprocessing import forkserver
from unittest import mock

from helpers.preloaded_ansible import PRELOADING, can_fork, changes_python, read_settings
from helpers.preloaded_python import preloaded_python

ROOT = pathlib.Path(__file__).resolve().parents[2]
#: Seconds that one run may take. No measure of speed: machines that run tests may be busy.
TIMEOUT = 300
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["cryptography.hazmat.backends", "jinja2.nativetypes", "yaml", "helpers.preloaded_ansible"]
)


@dataclasses.dataclass(frozen=True)
class Run:
    """How a run of a program ended: its exit status, and what it printed to each stream."""

    code: int
    output: str
    errors: str


def environment_of(folder: pathlib.Path) -> dict[str, str]:
    """Return variables with which Ansible sees this checkout as the collection, and nothing of the user's own."""
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
        "ANSIBLE_ACTION_PLUGINS": str(ROOT / "tests" / "modes" / "action_plugins"),
        "ANSIBLE_ASYNC_DIR": str(folder / "jobs"),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0",
        "ANSIBLE_NOCOLOR": "1",
    }


@functools.cache
def shared_python() -> str:
    """Return the path of a Python for modules that serves all runs of this process."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
    environment_of(folder)
    return stack.enter_context(preloaded_python(folder, folder / "collections"))


def run_program(
    program: str,
    folder: pathlib.Path,
    *arguments: str,
    variables: dict[str, str],
    merged: bool = False,
    preloaded: bool = True,
) -> Run:
    """Run one of Ansible's programs in a folder, with nothing to read from.

    :param program: ``playbook`` for ``ansible-playbook``, and so on.
    :param variables: the whole environment of the run.
    :param merged: put both streams into the output, in the order in which they were written.
    :param preloaded: run modules in :func:`shared_python`, and send them through a pipe, instead of in a Python that
        is started separately, and as files. Variables for Python require a separate start.
    """
    # Started first: it imports while the Python for modules does.
    packed = _start_server()
    if preloaded and not changes_python(variables) and program in ("adhoc", "playbook"):
        arguments = (*arguments, "-e", f"ansible_python_interpreter={shared_python()}")
        variables = {"ANSIBLE_PIPELINING": "1", **variables}
    if not can_fork(variables, folder):
        return _start(program, folder, arguments, variables, merged)
    with tempfile.TemporaryDirectory() as kept:
        files = (pathlib.Path(kept, "output"), pathlib.Path(kept, "errors"))
        for file in files:
            file.touch()
        written = tuple(str(files[0] if merged else file) for file in files)
        run = (program, list(arguments), variables, str(folder), written, packed)
        process = FORKS.Process(target=_become, args=run)
        process.start()
        process.join(TIMEOUT)
        if process.exitcode is None:
            process.kill()
            process.join()
        output, errors = (file.read_text(encoding="utf-8", errors="replace") for file in files)
    assert process.exitcode is not None
    assert process.exitcode >= 0, f"ansible-{program} did not end by itself:\n{output}{errors}"
    return Run(process.exitcode, output, errors)


@functools.cache
def _start_server() -> str:
    """Start the process that runs are forks of, and return the folder of modules that Ansible packed for them."""
    packed = tempfile.TemporaryDirectory()
    atexit.register(packed.cleanup)
    # It finds the helpers by a variable, and drops what it cannot import.
    with mock.patch.dict(os.environ, {"PYTHONPATH": str(ROOT / "tests"), PRELOADING: "1"}):
        forkserver.ensure_running()
    return packed.name


def _start(
    program: str, folder: pathlib.Path, arguments: tuple[str, ...], variables: dict[str, str], merged: bool
) -> Run:
    """Run a program in a Python that reads its variables when it starts."""
    done = subprocess.run(
        [sys.executable, "-m", "ansible", program, *arguments],
        env=variables,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merged else subprocess.PIPE,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr or "")


def _become(
    program: str, arguments: list[str], variables: dict[str, str], folder: str, written: tuple[str, ...], packed: str
) -> None:
    """Turn this fork into a run of a program."""
    # What the first process does at its end is not for its forks.
    atexit._clear()
    # Garbage collection in a fork copies the memory that forks share, and a short run does not need it.
    gc.disable()
    for name, descriptor in ((os.devnull, 0), (written[0], 1), (written[1], 2)):
        opened = os.open(name, os.O_RDONLY if descriptor == 0 else os.O_WRONLY | os.O_APPEND)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(variables)
    time.tzset()
    os.chdir(folder)
    tempfile.tempdir = None
    # The folders of the tests, which a program that is started does not have.
    sys.path[:] = [place for place in sys.path if not pathlib.Path(place).is_relative_to(ROOT) or _is_library(place)]
    sys.argv = [f"ansible-{program}", *arguments]
    read_settings(pathlib.Path(packed))
    try:
        importlib.import_module(f"ansible.cli.{program}").main(sys.argv)
    finally:
        # A process that multiprocessing has begun does not call them by itself.
        atexit._run_exitfuncs()


def _is_library(place: str) -> bool:
    return pathlib.Path(place).name == "site-packages"
