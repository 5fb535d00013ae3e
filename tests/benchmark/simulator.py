# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated KAZOO of all measurements, in a separate process."""

from __future__ import annotations

import base64
import contextlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import typing as t
from collections.abc import Iterator

import httpx
from workspace import ROOT

START_SECONDS = 120.0


class Simulator:
    """A running simulator.

    :param url: base address of its API.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._control = httpx.Client(base_url=url.removesuffix("/v2") + "/_simulator", timeout=300, trust_env=False)

    def prepare(
        self,
        mailboxes: int = 0,
        messages: int = 0,
        *,
        profile: str = "M",
        latency: float = 0.0,
        bucket: bool = False,
        customers: int = 0,
    ) -> None:
        """Reset the simulator to a number of mailboxes, a full bucket and no counted requests.

        :param messages: messages per mailbox, each with a recording.
        :param profile: generation of KAZOO: ``M`` lists summaries, ``5`` lists whole mailboxes.
        :param latency: seconds that every reply is delayed.
        :param bucket: charge every request to a bucket of 100 tokens that gains 10 a second.
        :param customers: accounts below the second one.
        """
        behaviors = {
            "profile": profile,
            "rate_limit": "on" if bucket else "off",
            "rate_limit_charge": "all",
            "customers": customers,
            # Measure the client, not the server's time to save.
            "uniqueness_delay": 0,
        }
        self._send("PUT", "/behaviors", json=behaviors)
        self._send("PUT", "/faults", json=[f"latency:{latency}"] if latency else [])
        self._send("POST", "/reset", json={"mailboxes": mailboxes, "messages": messages})
        self.forget()

    def charge(self) -> None:
        """Charge every further request to a bucket, without changing the mailboxes."""
        self._send("PUT", "/behaviors", json={"rate_limit": "on"})

    def enlarge(self, size: int) -> None:
        """Replace every recording by one of this number of bytes."""
        state = self._send("GET", "/state").json()
        content = base64.b64encode(bytes(size)).decode()
        state["kazoo.audio"] = {key: {"base64": content} for key in state["kazoo.audio"]}
        self._send("PUT", "/state", json=state)

    def forget(self) -> None:
        """Reset the count of requests."""
        self._send("DELETE", "/requests")

    def requests(self) -> list[dict[str, t.Any]]:
        """Return the requests since the last preparation, including logins."""
        return t.cast("list[dict[str, t.Any]]", self._send("GET", "/requests").json())

    def close(self) -> None:
        """Close the connection to the control API."""
        self._control.close()

    def _send(self, method: str, path: str, **request: t.Any) -> httpx.Response:
        return self._control.request(method, path, **request).raise_for_status()


@contextlib.contextmanager
def running() -> Iterator[Simulator]:
    """Run a simulator during the block."""
    with tempfile.TemporaryDirectory() as folder:
        ready = pathlib.Path(folder, "ready.json")
        command = [sys.executable, "-m", "voicemail_simulator", "--vendor=kazoo", "--port=0", f"--ready-file={ready}"]
        process = subprocess.Popen(
            command, cwd=ROOT / "roles" / "simulator" / "files", stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL
        )
        try:
            simulator = Simulator(_url_of(process, ready))
            try:
                yield simulator
            finally:
                simulator.close()
        finally:
            process.terminate()
            process.wait()


def _url_of(process: subprocess.Popen[bytes], ready: pathlib.Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if ready.exists():
            return str(json.loads(ready.read_text(encoding="utf-8"))["urls"]["kazoo"])
        time.sleep(0.02)
    raise RuntimeError("the simulator did not start")
