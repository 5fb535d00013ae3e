# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure large numbers of mailboxes and messages, and a long run: `make load`.

Exits with 1 if the memory of the long run grew, or a task had an unexpected result.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "benchmark"), str(HERE.parent / "tools")]

import report  # noqa: E402
import sections  # noqa: E402
from measuring import Figure  # noqa: E402
from workspace import ROOT  # noqa: E402

PAGE = ROOT / "docs" / "reliability.md"
START_SECONDS = 1800.0
SOAKED_BOXES = 500
#: Allowed growth of memory that the allocator keeps, in MB, and as a share.
SPARE_MB, SPARE = 8.0, 0.05
#: Initial messages per mailbox in the measurement of messages.
MESSAGES_PER_BOX = {"tel4vn": 10, "kazoo": 100, "portsip": 10_000}
LOGINS: dict[str, dict[str, t.Any]] = {
    "kazoo": {"username": "admin", "password": "simulator-password", "domain": "accountone.example.com"},
    "tel4vn": {"api_key": "5f0c1a9e-3b7d-4e62-9a48-c1d2e3f40567"},
    "portsip": {"username": "voicemail-admin", "password": "simulator-password", "domain": "voicemail.example.com"},
}


@contextlib.contextmanager
def serving(vendor: str, *options: str) -> t.Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a simulator in a separate process and yield the address of its API."""
    with tempfile.TemporaryDirectory() as folder:
        ready = pathlib.Path(folder, "ready.json")
        command = [sys.executable, "-m", "voicemail_simulator", f"--vendor={vendor}", "--port=0"]
        process = subprocess.Popen(
            [*command, f"--ready-file={ready}", *options],
            cwd=ROOT / "roles" / "simulator" / "files",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + START_SECONDS
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the simulator did not start")
                time.sleep(0.05)
            yield str(json.loads(ready.read_text(encoding="utf-8"))["urls"][vendor]), process
        finally:
            process.terminate()
            process.wait()


def memory_mb(process: subprocess.Popen[bytes]) -> float:
    """Return the peak memory of a running process, in MB."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def client(work: dict[str, t.Any], collections: pathlib.Path) -> dict[str, t.Any]:
    """Run the client and return its output.

    :raises RuntimeError: if it fails.
    """
    done = subprocess.run(
        [sys.executable, str(HERE / "client.py"), str(collections)],
        input=json.dumps(work),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the client failed with {done.returncode}:\n{done.stderr[-3000:]}")
    return dict(json.loads(done.stdout))


def arguments(vendor: str, url: str, **options: t.Any) -> dict[str, t.Any]:
    """Return the arguments of a task."""
    return {"vendor": vendor, "url": url, "timeout": 600, **LOGINS[vendor], **options}


class Load:
    """The measurements.

    :param failures: unexpected results.
    """

    def __init__(self, options: argparse.Namespace, folder: pathlib.Path) -> None:
        self.options = options
        self.folder = folder
        link = folder / "collections" / "ansible_collections" / "telephony"
        link.mkdir(parents=True)
        (link / "voicemail").symlink_to(ROOT, target_is_directory=True)
        self.figures: list[Figure] = []
        self.failures: list[str] = []

    def take(self, what: str, work: dict[str, t.Any], expected: t.Callable[[dict[str, t.Any]], bool]) -> None:
        """Measure one task."""
        found = client(work, self.folder / "collections")
        if not expected(found["reported"]):
            self.failures.append(f"{what}: {found['reported']}")
        for value, unit, name in (("seconds", "s", what), ("peak_mb", "MB", f"{what}, peak memory")):
            self.add(Figure(name, (found[value],), unit))

    def add(self, figure: Figure) -> None:
        """Store and print a figure."""
        self.figures.append(figure)
        print(f"  {figure.what:<80} {report.number(figure.median, figure.unit):>12}", flush=True)

    def boxes(self) -> None:
        """Read, plan and apply the existing mailboxes."""
        count = self.options.boxes
        source = self.folder / "boxes.json"
        source.write_text(json.dumps([{"mailbox": str(1000 + n), "name": f"Mailbox {1000 + n}"} for n in range(count)]))
        changed = self.folder / "changed.json"
        changed.write_text(json.dumps([{"mailbox": str(1000 + n), "name": f"New {1000 + n}"} for n in range(count)]))
        with serving("kazoo", f"--mailboxes={count}", "--set=profile=5") as (url, process):
            read = {"module": "vmbox_info", "arguments": arguments("kazoo", url), "check": False}
            self.take(f"{count} boxes read", read, lambda reported: reported["listed"] == count)
            work = {"module": "vmboxes", "arguments": arguments("kazoo", url, src=str(changed)), "check": True}
            self.take(f"{count} changes planned", work, lambda reported: reported["summary"]["update"] == count)
            work = {"module": "vmboxes", "arguments": arguments("kazoo", url, src=str(source)), "check": False}
            self.take(f"{count} boxes applied, none to change", work, lambda reported: not reported["changed"])
            self.add(Figure(f"the simulator with {count} boxes, peak memory", (memory_mb(process),), "MB"))

    def messages(self) -> None:
        """Read, plan and apply over very many messages."""
        for vendor, each in MESSAGES_PER_BOX.items():
            with tempfile.TemporaryDirectory(dir=self.folder) as archive:
                self._messages_of(vendor, min(each, self.options.messages), archive)

    def _messages_of(self, vendor: str, each: int, archive: str) -> None:
        boxes = max(1, self.options.messages // each)
        count = boxes * each
        begun = time.monotonic()
        with serving(vendor, f"--mailboxes={boxes}", f"--messages={each}") as (url, process):
            self.add(Figure(f"{vendor}: the simulator makes {count} messages", (time.monotonic() - begun,), "s"))
            one = arguments(vendor, url, all_mailboxes=True)
            work = {"module": "voicemail_message_info", "arguments": {**one, "limit": 1000}, "check": False}
            few = min(count, 1000)
            what = f"{vendor}: {count} messages read, {few} of them returned"
            self.take(what, work, lambda reported: reported["listed"] == few)
            nobody = {**one, "dest": archive, "caller": "unknown caller"}
            work = {"module": "voicemail_audio", "arguments": nobody, "check": False}
            what = f"{vendor}: {count} messages searched, none to download"
            self.take(what, work, lambda reported: not reported["changed"])
            work = {"module": "voicemail_audio", "arguments": {**one, "dest": archive}, "check": True}
            what = f"{vendor}: {count} downloads planned"
            self.take(what, work, lambda reported: reported["summary"]["download"] == count)
            what = f"{vendor}: the simulator with {count} messages, peak memory"
            self.add(Figure(what, (memory_mb(process),), "MB"))

    def soak(self) -> None:
        """Run the maximum number of workers for a long time, and check the growth."""
        seconds, workers = self.options.minutes * 60, self.options.workers
        one, two = ([{"mailbox": str(1000 + n), "name": f"{name} {n}"} for n in range(SOAKED_BOXES)] for name in "AB")
        with serving("kazoo", f"--mailboxes={SOAKED_BOXES}", "--messages=1", "--set=profile=5") as (url, _process):
            tasks = [
                {"module": "vmboxes", "arguments": arguments("kazoo", url, workers=workers, mailboxes=items)}
                for items in (one, two)
            ]
            tasks.append({"module": "vmbox_info", "arguments": arguments("kazoo", url, workers=workers)})
            everywhere = arguments("kazoo", url, workers=workers, all_mailboxes=True)
            tasks.append({"module": "voicemail_message_info", "arguments": everywhere})
            found = client({"seconds": seconds, "tasks": tasks}, self.folder / "collections")
        samples = found["samples"]
        third = len(samples) // 3
        if not third:
            self.failures.append("the long run was too short for a result")
            return
        first, last = samples[:third], samples[-third:]
        rows = {"the first third": first, "the last third": last}
        self.add(Figure(f"tasks in {seconds:.0f} s with {workers} workers", (found["tasks"],), "requests"))
        for name, part in rows.items():
            self.add(Figure(f"memory in {name}, median", (statistics.median(mb for _at, mb, _count in part),), "MB"))
            self.add(Figure(f"open sockets in {name}, most", (max(count for _at, _mb, count in part),), "requests"))
        before, after = (statistics.median(mb for _at, mb, _count in part) for part in rows.values())
        if after > before * (1 + SPARE) + SPARE_MB:
            self.failures.append(f"memory grew from {before:.0f} to {after:.0f} MB")
        most = max(count for _at, _mb, count in samples)
        if most > workers:
            self.failures.append(f"{most} sockets were open, of {workers} workers")
        if max(count for _at, _mb, count in last) > max(count for _at, _mb, count in first) + 1:
            self.failures.append("connections grew")


def main() -> int:
    """Run the measurements of the command line."""
    parser = argparse.ArgumentParser(prog="python tests/load", description=__doc__)
    parser.add_argument("--only", action="append", choices=("boxes", "messages", "soak"))
    parser.add_argument("--boxes", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=32)
    parser.add_argument("--write", action="store_true", help=f"write the figures to {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    if options.write and options.only:
        parser.error("the documentation only contains complete runs")
    print(report.machine(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        load = Load(options, pathlib.Path(folder))
        for name in ("boxes", "messages", "soak"):
            if not options.only or name in options.only:
                getattr(load, name)()
    for failure in load.failures:
        print(f"! {failure}")
    if options.write:
        rows = [(one.what, report.number(one.median, one.unit)) for one in load.figures]
        sections.write(PAGE, "load", sections.table(("measured", "figure"), rows), report.machine())
    return int(bool(load.failures))


if __name__ == "__main__":
    sys.exit(main())
