# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and stop the simulator in the background: `python -m voicemail_simulator.background start`.

Uses only the standard library, so that it can name the packages that are missing. Prints one JSON object.

Everything lies in one folder that belongs to the user alone. Two locks in it replace guesses: `start.lock` is held by
whoever starts or stops, and the simulator's process holds `process.lock` for as long as it lives.
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
    """Return the folder in use when none is named: one for each user, below the temporary folder."""
    return Path(tempfile.gettempdir()) / f"telephony-voicemail-simulator-{os.geteuid()}"


class Place:
    """The folder that holds the ready file, the log, the arguments and the locks of a running simulator."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.ready = directory / "ready.json"
        self.log = directory / "simulator.log"
        self.arguments = directory / "arguments.json"
        self.process_lock = directory / "process.lock"
        self.start_lock = directory / "start.lock"

    def secure(self) -> None:
        """Create the folder for this user alone, or check that it is such a folder.

        Another local user who may write there could replace files that are written and choose the process that is
        ended.

        :raises BackgroundError: when it is a link, belongs to somebody else, or others may write to it.
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
        """Hold the lock of starting and stopping.

        :raises BackgroundError: when another process keeps it longer than the timeout.
        """
        with self.start_lock.open("a", encoding="utf-8") as lock:
            deadline = time.monotonic() + timeout
            while not _take(lock.fileno()):
                if time.monotonic() > deadline:
                    raise BackgroundError(f"Another process has been starting the simulator for {timeout:g} seconds")
                time.sleep(0.02)
            yield

    def is_alive(self) -> bool:
        """Check whether the process that was started holds its lock."""
        try:
            with self.process_lock.open("a", encoding="utf-8") as lock:
                return not _take(lock.fileno())
        except OSError:
            return False

    def running(self) -> dict[str, Any] | None:
        """Return the content of the ready file, if the process that wrote it still runs and answers."""
        content = read_json(self.ready) if self.is_alive() else None
        if not content:
            return None
        url = next(iter(content["urls"].values()))
        return content if answers(url, content["pid"]) else None


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def read_json(path: Path) -> Any:
    """The content of a JSON file, None where there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def answers(url: str, pid: int) -> bool:
    """Tell whether the simulator of that process id answers at that address."""
    scheme, _slashes, rest = url.partition("://")
    # The certificate is the user's own choice and plays no role for this question to the own machine.
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


def start(place: Place, arguments: list[str], timeout: float) -> dict[str, Any]:
    """Start the simulator unless one with the same arguments runs already.

    :raises BackgroundError: when it does not start, or the folder is not safe to use.
    """
    place.secure()
    with place.starting(timeout + STOP_TIMEOUT):
        running = place.running()
        if running is not None and read_json(place.arguments) == arguments:
            return {"changed": False, "running": True, **running}
        check_requirements()
        if running is not None:
            end(place, running)
        place.ready.unlink(missing_ok=True)
        launch(place, arguments, timeout)
        place.arguments.write_text(json.dumps(arguments), encoding="utf-8")
        return {"changed": True, "running": True, **read_json(place.ready)}


def launch(place: Place, arguments: list[str], timeout: float) -> None:
    """Start the process and wait until it is ready. Raises BackgroundError."""
    command = [sys.executable, "-m", "voicemail_simulator", "--ready-file", str(place.ready), *arguments]
    # check_requirements may have found them on the caller's own PYTHONPATH, so that stays behind ours.
    places = [str(Path(__file__).resolve().parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    with place.log.open("wb") as log, place.process_lock.open("a", encoding="utf-8") as lock:
        if not _take(lock.fileno()):
            raise BackgroundError(f"A simulator that does not answer still runs in {place.directory}; end it first")
        # The new process inherits the lock with the descriptor, and holds it until it ends in whatever way.
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
    while not place.ready.exists():
        if process.poll() is not None:
            raise BackgroundError(f"The simulator ended at once: {last_words(place.log)}")
        if time.monotonic() > deadline:
            process.kill()
            raise BackgroundError(f"The simulator was not ready after {timeout:g} seconds: {last_words(place.log)}")
        time.sleep(0.02)


def status(place: Place) -> dict[str, Any]:
    """Report whether a simulator runs, and where. Raises BackgroundError."""
    if place.directory.exists():
        place.secure()
    running = place.running()
    return {"changed": False, "running": running is not None, "urls": {}, **(running or {})}


def last_words(log: Path) -> str:
    """The end of the log."""
    return log.read_text(encoding="utf-8", errors="replace").strip()[-1000:] or "it wrote nothing"


def stop(place: Place) -> dict[str, Any]:
    """Stop the simulator; no change where none runs. Raises BackgroundError."""
    if not place.directory.exists():
        return {"changed": False, "running": False}
    place.secure()
    with place.starting(STOP_TIMEOUT):
        running = place.running()
        if running is None:
            place.ready.unlink(missing_ok=True)
            return {"changed": False, "running": False}
        end(place, running)
        return {"changed": True, "running": False}


def end(place: Place, running: dict[str, Any]) -> None:
    """End the process that holds the lock and answers as the simulator. Raises BackgroundError."""
    os.kill(running["pid"], signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT
    while place.ready.exists() or place.is_alive():
        if time.monotonic() > deadline:
            raise BackgroundError(f"The simulator, process {running['pid']}, does not end")
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
        "127.0.0.1 unless the network is yours alone."
    )


def main() -> None:
    """Run the command line."""
    usage = "%(prog)s {start,stop,status} [--directory DIR] [--timeout SECONDS] [-- ARGUMENTS OF THE SIMULATOR]"
    parser = argparse.ArgumentParser(prog="voicemail_simulator.background", usage=usage)
    parser.add_argument("action", choices=("start", "stop", "status"))
    parser.add_argument("--directory", default="", help="folder for the ready file and the log")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds to wait until it is ready")
    given = sys.argv[1:]
    position = given.index("--") if "--" in given else len(given)
    options = parser.parse_args(given[:position])
    place = Place(Path(options.directory) if options.directory else default_directory())
    passed = given[position + 1 :]
    try:
        if options.action == "start":
            outcome = start(place, passed, options.timeout) | {"warning": exposure(passed)}
        elif options.action == "stop":
            outcome = stop(place)
        else:
            outcome = status(place)
    except (BackgroundError, OSError) as error:
        sys.exit(str(error))
    sys.stdout.write(json.dumps(outcome) + "\n")


if __name__ == "__main__":
    main()
