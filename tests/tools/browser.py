# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Open pages in headless Chromium, at any width and in both color schemes, through its DevTools protocol."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import typing as t

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--remote-debugging-pipe",
    "about:blank",
)
#: Chromium reads commands from descriptor 3 and writes replies to descriptor 4.
STARTER = (
    "import fcntl, os, sys; kept = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]; "
    "os.dup2(kept[0], 3); os.dup2(kept[1], 4); os.execv(sys.argv[3], sys.argv[3:])"
)
#: Events that report an error of a page's scripts or resources.
ERRORS = ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")


@dataclasses.dataclass(frozen=True)
class View:
    """The view of a page."""

    width: int = 1280
    height: int = 900
    is_dark: bool = False


class Page:
    """A page that is open in the browser."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session
        self.errors: list[str] = []

    def send(self, method: str, **parameters: t.Any) -> dict[str, t.Any]:
        """Send a command to the page and return the reply."""
        return self._browser.send(method, self._session, **parameters)

    def open(self, address: str, view: View) -> None:
        """Load an address and wait until all its resources are loaded."""
        self.errors.clear()
        size = {"width": view.width, "height": view.height, "deviceScaleFactor": 1, "mobile": view.width < 600}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if view.is_dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])
        self.send("Page.navigate", url=address)
        self._browser.wait("Page.loadEventFired", self._session)

    def evaluate(self, expression: str) -> t.Any:
        """Return the value of a JavaScript expression. A promise is awaited."""
        reply = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in reply:
            raise RuntimeError(json.dumps(reply["exceptionDetails"]))
        return reply["result"].get("value")

    def picture(self, path: pathlib.Path, whole: bool = False) -> None:
        """Write a picture of the visible part of the page, or of all of it, as PNG."""
        options: dict[str, t.Any] = {"captureBeyondViewport": whole}
        if whole:
            size = self.send("Page.getLayoutMetrics")["cssContentSize"]
            options["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot", **options)["data"]))

    def note(self, event: dict[str, t.Any]) -> None:
        """Keep an event that reports an error."""
        level = event["params"].get("entry", {}).get("level") or event["params"].get("type", "error")
        if level in ("error", "warning"):
            self.errors.append(json.dumps(event["params"]))


class Browser:
    """A running Chromium."""

    def __init__(self, commands: int, replies: t.BinaryIO) -> None:
        self._commands = commands
        self._replies = replies
        self._number = 0
        self._pages: dict[str, Page] = {}
        self._events: list[dict[str, t.Any]] = []

    def page(self) -> Page:
        """Open an empty page."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Log"):
            page.send(f"{domain}.enable")
        return page

    def send(self, method: str, session: str | None = None, **parameters: t.Any) -> dict[str, t.Any]:
        """Send a command and return the reply."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        text = json.dumps(command | ({"sessionId": session} if session else {}))
        os.write(self._commands, text.encode() + b"\0")
        while True:
            message = self._receive()
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return dict(message["result"])

    def wait(self, method: str, session: str) -> None:
        """Wait for an event of a page."""
        while not any(event["method"] == method and event.get("sessionId") == session for event in self._events):
            self._receive()
        self._events.clear()

    def _receive(self) -> dict[str, t.Any]:
        """Read one message; keep it if it is an event."""
        text = bytearray()
        while (byte := self._replies.read(1)) != b"\0":
            if not byte:
                raise RuntimeError("chromium ended")
            text += byte
        message: dict[str, t.Any] = json.loads(text)
        if "method" in message:
            self._events.append(message)
            page = self._pages.get(message.get("sessionId", ""))
            if page and message["method"] in ERRORS:
                page.note(message)
        return message


@contextlib.contextmanager
def browse() -> t.Iterator[Browser]:
    """Run Chromium during the block."""
    if PROGRAM is None:
        raise RuntimeError("Chromium is not installed. Install the package chromium.")
    (commands_read, commands), (replies, replies_write) = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, os.fdopen(replies, "rb") as reader:
        starter = [sys.executable, "-c", STARTER, str(commands_read), str(replies_write)]
        process = subprocess.Popen(
            [*starter, PROGRAM, f"--user-data-dir={profile}", *OPTIONS],
            pass_fds=(commands_read, replies_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands_read)
        os.close(replies_write)
        try:
            yield Browser(commands, reader)
        finally:
            os.close(commands)
            process.terminate()
            process.wait()
