# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and stop the simulator in the background: `python -m voicemail_simulator.background start --directory DIR`.

Needs nothing but the standard library, so that it can say what is missing. Answers with one JSON object.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

REQUIREMENTS = {
    "httptools": "httptools",
    "python_multipart": "python-multipart",
    "starlette": "starlette",
    "uvicorn": "uvicorn",
}
ANSWER_TIMEOUT = 3.0
STOP_TIMEOUT = 10.0


class BackgroundError(Exception):
    """The simulator could not be started or stopped."""


class Place:
    """The folder that holds the ready file, the log and the arguments of a running simulator."""

    def __init__(self, directory: str) -> None:
        self.directory = Path(directory)
        self.ready = self.directory / "ready.json"
        self.log = self.directory / "simulator.log"
        self.arguments = self.directory / "arguments.json"

    def running(self) -> dict[str, Any] | None:
        """The content of the ready file, if the process that wrote it still answers."""
        content = read_json(self.ready)
        if not content:
            return None
        url = next(iter(content["urls"].values()))
        return content if answers(url, content["pid"]) else None


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
    """Start the simulator unless one with the same arguments runs already. Raises BackgroundError."""
    running = place.running()
    if running is not None and read_json(place.arguments) == arguments:
        return {"changed": False, "running": True, **running}
    check_requirements()
    if running is not None:
        stop(place)
    place.directory.mkdir(parents=True, exist_ok=True)
    place.ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "voicemail_simulator", "--ready-file", str(place.ready), *arguments]
    # check_requirements may have found them on the caller's own PYTHONPATH, so that stays behind ours.
    places = [str(Path(__file__).resolve().parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    with place.log.open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=environment
        )
    deadline = time.monotonic() + timeout
    while not place.ready.exists():
        if process.poll() is not None:
            raise BackgroundError(f"The simulator ended at once: {last_words(place.log)}")
        if time.monotonic() > deadline:
            process.kill()
            raise BackgroundError(f"The simulator was not ready after {timeout:g} seconds: {last_words(place.log)}")
        time.sleep(0.02)
    place.arguments.write_text(json.dumps(arguments), encoding="utf-8")
    return {"changed": True, "running": True, **read_json(place.ready)}


def status(place: Place) -> dict[str, Any]:
    """Tell whether a simulator runs, and where."""
    running = place.running()
    return {"changed": False, "running": running is not None, "urls": {}, **(running or {})}


def last_words(log: Path) -> str:
    """The end of the log."""
    return log.read_text(encoding="utf-8", errors="replace").strip()[-1000:] or "it wrote nothing"


def stop(place: Place) -> dict[str, Any]:
    """Stop the simulator; no change where none runs. Raises BackgroundError.

    Only a process that answers as the simulator is ended: the number in an old ready file may belong to another one.
    """
    running = place.running()
    if running is None:
        place.ready.unlink(missing_ok=True)
        return {"changed": False, "running": False}
    os.kill(running["pid"], signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT
    while place.ready.exists():
        if time.monotonic() > deadline:
            raise BackgroundError(f"The simulator, process {running['pid']}, does not end")
        time.sleep(0.02)
    return {"changed": True, "running": False}


def main() -> None:
    """Run the command line."""
    usage = "%(prog)s {start,stop,status} --directory DIR [--timeout SECONDS] [-- ARGUMENTS OF THE SIMULATOR]"
    parser = argparse.ArgumentParser(prog="voicemail_simulator.background", usage=usage)
    parser.add_argument("action", choices=("start", "stop", "status"))
    parser.add_argument("--directory", required=True, help="folder for the ready file and the log")
    parser.add_argument("--timeout", type=float, default=30.0, help="seconds to wait until it is ready")
    given = sys.argv[1:]
    end = given.index("--") if "--" in given else len(given)
    options = parser.parse_args(given[:end])
    place = Place(options.directory)
    try:
        if options.action == "start":
            outcome = start(place, given[end + 1 :], options.timeout)
        elif options.action == "stop":
            outcome = stop(place)
        else:
            outcome = status(place)
    except (BackgroundError, OSError) as error:
        sys.exit(str(error))
    sys.stdout.write(json.dumps(outcome) + "\n")


if __name__ == "__main__":
    main()
