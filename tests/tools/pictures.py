# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create the pictures of the website and of the README in `docs/images`: `make pictures`.

The example repository `examples/office` is planned and applied on a simulated KAZOO, in a terminal. From that
come a recording (for asciinema, as an animation and as text), a picture of the plan, and pictures of the report page.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time

import browser
import PIL.Image
import terminal
from workspace import CACHE, ROOT, RUNNING, environment, link_collection

sys.path.insert(0, str(ROOT / "roles" / "simulator" / "files"))

from voicemail_simulator.server import SimulatorServer

IMAGES = ROOT / "docs" / "images"
EXAMPLE = ROOT / "examples" / "office"
ADDRESS = "https://kazoo.example.com:8443/v2"
KEY = "simulator-api-key-accountone".ljust(64, "0")
#: The users' folder of the collection, which replaces the folder of this checkout.
INSTALLED = "~/.ansible/collections/"
COLUMNS, ROWS = 120, 30
PROMPT = "$ "
#: Seconds: between two typed characters, before and after a command, and the longest wait that is kept.
TYPING, PAUSE, LONGEST = 0.045, 1.2, 0.8
CHECKSUM = re.compile(r"checksum ([0-9a-f]{64})")
WAITING = re.compile(r"Type the first 8|anything else to stop", re.I)
#: The initial mailboxes of the telephone system: one to delete, two to update, and one is missing.
BEFORE = [
    {"mailbox": "3000", "name": "Reception", "emails": ["reception@example.com"], "attach_audio": True},
    {"mailbox": "3001", "name": "Night bell", "emails": ["security@example.com"]},
    {"mailbox": "3010", "name": "Sales", "emails": ["sales@example.com"]},
    {"mailbox": "3012", "name": "Ben Example", "emails": ["ben@example.com"]},
    {"mailbox": "3090", "name": "Old desk"},
]
MORE = """\
mailboxes:
  - {mailbox: 3020, name: Support}
  - {mailbox: 3021, name: Hotline}
  - {mailbox: 3022, name: Returns}
"""
#: The telephone system's reply to two of the three creations.
REFUSAL = "status:403,method=PUT,path=vmboxes,count=2"
LABEL = "A terminal: plan lists each change, apply applies the plan, and a failure is reported"


class Recorder:
    """A terminal that runs commands and records its output with times."""

    def __init__(self, folder: pathlib.Path, variables: dict[str, str]) -> None:
        self.folder = folder
        self.variables = variables
        self.events: list[tuple[float, str]] = []
        self.screen = terminal.Terminal(COLUMNS)
        self.now = 0.5

    def show(self, text: str) -> None:
        """Record the output of a program."""
        self.events.append((self.now, text))
        self.screen.feed(text, self.now)

    def type(self, command: str) -> None:
        """Record a typed command."""
        duration = len(command) * TYPING
        self.screen.type(PROMPT, command, self.now, duration)
        self.events.append((self.now, f"\x1b[32m{PROMPT}\x1b[0m"))
        self.events += [(self.now + number * TYPING, character) for number, character in enumerate(command)]
        self.now += duration + 0.3
        self.show("\r\n")

    def run(self, command: str, status: int = 0) -> str:
        """Type a command, run it in a shell on a terminal, and return its output."""
        self.type(command)
        child, device = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.execvpe("sh", ["sh", "-c", command], self.variables)
        fcntl.ioctl(device, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        try:
            shown = self._follow(device)
        finally:
            os.close(device)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if (ended == 0) != (status == 0):
            sys.exit(f"{shown}\n{command} ended with status {ended}")
        self.now += PAUSE
        return shown

    def _follow(self, device: int) -> str:
        """Record the output of a program until it ends, and answer its prompt with the checksum."""
        shown, last, is_answered = "", time.monotonic(), False
        while True:
            if not select.select([device], [], [], 1.0)[0]:
                if WAITING.search(shown) and not is_answered and (found := CHECKSUM.search(shown)):
                    # A prompt discards earlier input, so this waits for a pause in the output.
                    for character in f"{found[1][:8]}\r":
                        os.write(device, character.encode())
                        time.sleep(0.1)
                    is_answered = True
                continue
            piece = b""
            # Linux reports the end of a terminal by an error.
            with contextlib.suppress(OSError):
                piece = os.read(device, 65536)
            if not piece:
                return shown
            self.now += min(time.monotonic() - last, LONGEST)
            last = time.monotonic()
            text = piece.decode(errors="replace").replace(f"{CACHE / 'link'}/", INSTALLED)
            shown += text
            self.show(text)

    def cast(self) -> str:
        """Return the recording in the format of asciinema."""
        header = {"version": 2, "width": COLUMNS, "height": ROWS, "title": "telephony.voicemail"}
        lines = [json.dumps(header), *(json.dumps([round(at, 3), "o", text]) for at, text in self.events)]
        return "\n".join(lines) + "\n"


def prepare_system(folder: pathlib.Path, variables: dict[str, str]) -> None:
    """Create the initial mailboxes on the telephone system."""
    task = {"telephony.voicemail.vmboxes": {"mailboxes": BEFORE, "defaults": {"timezone": "Europe/Berlin"}}}
    playbook = folder / "before.yml"
    playbook.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    command = ["ansible-playbook", str(playbook)]
    subprocess.run(command, env=variables | {"VOICEMAIL_VENDOR": "kazoo"}, check=True, stdout=subprocess.DEVNULL)
    playbook.unlink()


def part_of(recorder: Recorder, first: int) -> list[terminal.Line]:
    """Return the lines since a line, without empty lines at the end."""
    lines = recorder.screen.lines[first:]
    while lines and not lines[-1].text:
        lines = lines[:-1]
    return lines


def record(folder: pathlib.Path, variables: dict[str, str], server: SimulatorServer) -> pathlib.Path:
    """Record the terminal, write the files, and return a copy of the report of the plan."""
    recorder = Recorder(folder, variables)
    recorder.run("cat mailboxes/sales.yml")
    first = len(recorder.screen.lines) - 1
    recorder.run("ansible-playbook telephony.voicemail.plan -e @office.yml")
    plan = part_of(recorder, first)
    report = shutil.copy(folder / "voicemail-report" / "localhost.html", folder / "plan.html")
    recorder.run("ansible-playbook telephony.voicemail.apply -e @office.yml")
    (folder / "mailboxes" / "support.yml").write_text(MORE)
    server.faults.add(REFUSAL)
    recorder.run("cat mailboxes/support.yml")
    recorder.run("ansible-playbook telephony.voicemail.apply -e @office.yml", status=2)
    lines = part_of(recorder, 0)
    if any(str(ROOT) in line.text for line in lines):
        sys.exit("The recording shows the folder of this checkout.")
    label = "A plan in the terminal: a line for each mailbox to delete, create or update, and the counts"
    (IMAGES / "plan.svg").write_text(terminal.still(plan, COLUMNS, label), encoding="utf-8")
    (IMAGES / "recording.svg").write_text(terminal.animated(lines, COLUMNS, ROWS, LABEL), encoding="utf-8")
    (IMAGES / "recording.cast").write_text(recorder.cast(), encoding="utf-8")
    (IMAGES / "recording.txt").write_text("".join(f"{line.text}\n" for line in lines), encoding="utf-8")
    return pathlib.Path(report)


def photograph(report: pathlib.Path, url: str) -> None:
    """Write pictures of the report page, light and dark."""
    text = report.read_text(encoding="utf-8").replace(url, ADDRESS)
    report.write_text(text, encoding="utf-8")
    with browser.browse() as running:
        page = running.page()
        for is_dark in (False, True):
            picture = IMAGES / f"report-{'dark' if is_dark else 'light'}.png"
            page.open(report.as_uri(), browser.View(1040, 640, is_dark))
            page.picture(picture, whole=True)
            # Fewer colors reduce the file to a third, and look the same.
            image = PIL.Image.open(picture).convert("RGB")
            image.quantize(64, dither=PIL.Image.Dither.NONE).save(picture, optimize=True)


def main() -> int:
    """Create all pictures."""
    link_collection()
    with tempfile.TemporaryDirectory() as place, SimulatorServer("kazoo") as server:
        folder = pathlib.Path(place, "voicemail")
        shutil.copytree(EXAMPLE, folder)
        variables = environment() | {"VOICEMAIL_URL": server.url, "VOICEMAIL_API_KEY": KEY, "TERM": "xterm-256color"}
        variables |= {"PATH": f"{RUNNING / 'bin'}:{os.environ['PATH']}", "ANSIBLE_DEPRECATION_WARNINGS": "false"}
        prepare_system(folder.parent, variables)
        photograph(record(folder, variables, server), server.url)
    for path in sorted(IMAGES.iterdir()):
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
