# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and stop the simulator in the background: `python -m voicemail_simulator.background start`.

Uses only the standard library, so that it can list missing packages. Prints one JSON object.

All files are in one folder that only this user can write to. `start.lock` is locked while a simulator is started or
stopped, and the simulator's process locks `process.lock` until it ends.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import importlib.util
import ipaddress
import json
import os
import signal
import ssl
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REQUIREMENTS = {
    "python_multipart": "python-multipart",
    "starlette": "starlette",
    "uvicorn": "uvicorn",
}
ANSWER_TIMEOUT = 3.0
STOP_TIMEOUT = 10.0


class BackgroundError(Exception):
    """The simulator could not be started or stopped."""


def default_directory() -> Path:
    """Return the default folder: one for each user, below the temporary folder."""
    return Path(tempfile.gettempdir()) / f"telephony-voicemail-simulator-{os.geteuid()}"


class RuntimeFolder:
    """The folder with the ready file, the log, the arguments and the locks of a running simulator."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ready = directory / "ready.json"
        self.log = directory / "simulator.log"
        self.arguments = directory / "arguments.json"
        self.process_lock = directory / "process.lock"
        self.start_lock = directory / "start.lock"

    def secure(self) -> None:
        """Create the folder with mode 0700, or check that only this user can write to it.

        Another local user who can write there could replace files, and could choose which process is stopped.

        :raises BackgroundError: if it is a link, belongs to another user, or other users can write to it.
        """
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            self.directory.mkdir(mode=0o700)
        found = self.directory.lstat()
        reason = None
        if not stat.S_ISDIR(found.st_mode):
            reason = "is not a folder, or is a link"
        elif found.st_uid != os.geteuid():
            reason = "belongs to another user"
        elif found.st_mode & 0o022:
            reason = "can be written to by other users"
        if reason is not None:
            raise BackgroundError(
                f"{self.directory} {reason}. Delete it, or set `simulator_directory` to a folder of your own."
            )
        if found.st_mode & 0o077:
            self.directory.chmod(0o700)

    @contextlib.contextmanager
    def starting(self, timeout: float) -> Iterator[None]:
        """Lock out other starts and stops.

        :raises BackgroundError: if another process has the lock for longer than the timeout.
        """
        with self.start_lock.open("a", encoding="utf-8") as lock:
            deadline = time.monotonic() + timeout
            while not _try_lock(lock.fileno()):
                if time.monotonic() > deadline:
                    raise BackgroundError(
                        f"Another process has been starting the simulator for {timeout:g} seconds. Try again later."
                    )
                time.sleep(0.02)
            yield

    def is_alive(self) -> bool:
        """Check whether the started process still has its lock."""
        try:
            with self.process_lock.open("a", encoding="utf-8") as lock:
                return not _try_lock(lock.fileno())
        except OSError:
            return False

    def running(self) -> dict[str, Any] | None:
        """Return the content of the ready file if the process that wrote it still runs and answers, otherwise None."""
        content = read_json(self.ready) if self.is_alive() else None
        if not content:
            return None
        url = next(iter(content["urls"].values()))
        return content if answers(url, content["pid"]) else None


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def read_json(path: Path) -> Any:
    """Return the content of a JSON file, or None where it is missing or invalid."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def answers(url: str, pid: int) -> bool:
    """Check whether the simulator with this process id answers at this address."""
    scheme, _slashes, rest = url.partition("://")
    # The request stays on this machine, and the user chose the certificate: it is not verified.
    context = ssl._create_unverified_context() if scheme == "https" else None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
    try:
        with opener.open(f"{scheme}://{rest.partition('/')[0]}/_simulator/ready", timeout=ANSWER_TIMEOUT) as reply:
            return json.load(reply).get("pid") == pid
    except (OSError, ValueError, urllib.error.URLError):
        return False


def check_requirements() -> None:
    """Raise BackgroundError naming every Python package that is missing."""
    missing = [package for module, package in REQUIREMENTS.items() if importlib.util.find_spec(module) is None]
    if missing:
        listing = Path(__file__).resolve().parents[1] / "requirements.txt"
        raise BackgroundError(
            f"The simulator needs Python packages that {sys.executable} does not have: {', '.join(missing)}. "
            f"Install them with: {sys.executable} -m pip install -r {listing}"
        )


def start(folder: RuntimeFolder, arguments: list[str], timeout: float) -> dict[str, Any]:
    """Start the simulator unless one with the same arguments is running.

    :raises BackgroundError: if it does not start, or the folder is not safe to use.
    """
    folder.secure()
    with folder.starting(timeout + STOP_TIMEOUT):
        running = folder.running()
        if running is not None and read_json(folder.arguments) == arguments:
            return {"changed": False, "running": True, **running}
        check_requirements()
        if running is not None:
            terminate(folder, running)
        folder.ready.unlink(missing_ok=True)
        launch(folder, arguments, timeout)
        folder.arguments.write_text(json.dumps(arguments), encoding="utf-8")
        return {"changed": True, "running": True, **read_json(folder.ready)}


def launch(folder: RuntimeFolder, arguments: list[str], timeout: float) -> None:
    """Start the process and wait until it is ready. Raises BackgroundError."""
    command = [sys.executable, "-m", "voicemail_simulator", "--ready-file", str(folder.ready), *arguments]
    # check_requirements may have found packages on the caller's PYTHONPATH, so it follows this folder.
    search_path = [str(Path(__file__).resolve().parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(search_path)}
    with folder.log.open("wb") as log, folder.process_lock.open("a", encoding="utf-8") as lock:
        if not _try_lock(lock.fileno()):
            raise BackgroundError(f"A simulator in {folder.directory} does not answer. Stop its process first.")
        # The new process inherits the lock with the descriptor, and releases it however it ends.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=environment,
            pass_fds=[lock.fileno()],
        )
    deadline = time.monotonic() + timeout
    while not folder.ready.exists():
        if process.poll() is not None:
            raise BackgroundError(f"The simulator ended during its start: {end_of(folder.log)}")
        if time.monotonic() > deadline:
            process.kill()
            raise BackgroundError(f"The simulator was not ready after {timeout:g} seconds: {end_of(folder.log)}")
        time.sleep(0.02)


def status(folder: RuntimeFolder) -> dict[str, Any]:
    """Return whether a simulator is running, and its URLs. Raises BackgroundError."""
    if folder.directory.exists():
        folder.secure()
    running = folder.running()
    return {"changed": False, "running": running is not None, "urls": {}, **(running or {})}


def end_of(log: Path) -> str:
    """Return the end of the log."""
    return log.read_text(encoding="utf-8", errors="replace").strip()[-1000:] or "the log is empty"


def stop(folder: RuntimeFolder) -> dict[str, Any]:
    """Stop the simulator. Changes nothing when none is running. Raises BackgroundError."""
    if not folder.directory.exists():
        return {"changed": False, "running": False}
    folder.secure()
    with folder.starting(STOP_TIMEOUT):
        running = folder.running()
        if running is None:
            folder.ready.unlink(missing_ok=True)
            return {"changed": False, "running": False}
        terminate(folder, running)
        return {"changed": True, "running": False}


def terminate(folder: RuntimeFolder, running: dict[str, Any]) -> None:
    """Stop the process that has the lock and answers as the simulator. Raises BackgroundError."""
    os.kill(running["pid"], signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT
    while folder.ready.exists() or folder.is_alive():
        if time.monotonic() > deadline:
            raise BackgroundError(
                f"Process {running['pid']} of the simulator did not stop within {STOP_TIMEOUT:g} seconds"
            )
        time.sleep(0.02)


def exposure(arguments: list[str]) -> str | None:
    """Return a warning when other machines can reach the simulator, otherwise None."""
    host = next((word.partition("=")[2] for word in arguments if word.startswith("--host=")), "127.0.0.1")
    if host == "localhost":
        return None
    with contextlib.suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            return None
    return (
        f"The simulator listens on {host}, where other machines can reach it. Its credentials are public: use "
        "127.0.0.1 unless you trust everyone on this network."
    )


def main() -> None:
    """Run the command line."""
    usage = "%(prog)s {start,stop,status} [--directory DIR] [--timeout SECONDS] [-- ARGUMENTS OF THE SIMULATOR]"
    parser = argparse.ArgumentParser(prog="voicemail_simulator.background", usage=usage)
    parser.add_argument("action", choices=("start", "stop", "status"))
    parser.add_argument("--directory", default="", help="folder for the ready file and the log")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds to wait until the simulator is ready")
    words = sys.argv[1:]
    position = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(words[:position])
    folder = RuntimeFolder(Path(options.directory) if options.directory else default_directory())
    simulator_arguments = words[position + 1 :]
    try:
        if options.action == "start":
            outcome = start(folder, simulator_arguments, options.timeout) | {"warning": exposure(simulator_arguments)}
        elif options.action == "stop":
            outcome = stop(folder)
        else:
            outcome = status(folder)
    except (BackgroundError, OSError) as error:
        sys.exit(str(error))
    sys.stdout.write(json.dumps(outcome) + "\n")


if __name__ == "__main__":
    main()
