# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The measured client, in a separate process: `python client.py COLLECTIONS`, with its work as JSON on stdin.

Prints JSON: seconds, CPU seconds and peak memory of one task including imports, and the task's output; or, for a soak
test, samples of its memory and open sockets, and the number of tasks.
"""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import resource
import sys
import threading
import time
import typing as t

#: Seconds between two samples of a soak.
INTERVAL = 0.5


class Sampler:
    """Sample the resources of this process in the background."""

    def __init__(self) -> None:
        self.samples: list[tuple[float, float, int]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        begun = time.monotonic()
        while not self._over.wait(INTERVAL):
            self.samples.append((time.monotonic() - begun, resident_mb(), open_sockets()))

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._thread.join()


def resident_mb() -> float:
    """Return the memory of this process, in MB."""
    pages = int(pathlib.Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def open_sockets() -> int:
    """Return the number of open sockets of this process."""
    count = 0
    for path in pathlib.Path("/proc/self/fd").iterdir():
        with contextlib.suppress(OSError):
            count += str(path.readlink()).startswith("socket:")
    return count


def main() -> None:
    """Run the requested work."""
    sys.path.insert(0, sys.argv[1])
    work = json.load(sys.stdin)
    begun = time.monotonic()
    from ansible_collections.telephony.voicemail.plugins.module_utils import dispatch, task

    def run(module: str, arguments: dict[str, t.Any], check: bool) -> dict[str, t.Any]:
        result = task.run_in_worker(module, arguments, task.Worker(check=check, sessions=dispatch.session_of))
        if result.get("failed"):
            sys.exit(f"{module}: {result['msg']}")
        return dict(result)

    if "seconds" in work:
        # Code and caches that are loaded once do not count as growth.
        for one in work["tasks"]:
            run(one["module"], one["arguments"], check=False)
        tasks, begun = 0, time.monotonic()
        with Sampler() as sampler:
            while time.monotonic() - begun < work["seconds"]:
                for one in work["tasks"]:
                    run(one["module"], one["arguments"], check=False)
                    tasks += 1
        print(json.dumps({"samples": sampler.samples, "tasks": tasks}))
        return
    result = run(work["module"], work["arguments"], work["check"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    reported = {"changed": result["changed"], "summary": result.get("summary")}
    reported["listed"] = next((len(result[key]) for key in ("mailboxes", "messages", "results") if key in result), 0)
    cpu = used.ru_utime + used.ru_stime
    print(
        json.dumps(
            {"seconds": time.monotonic() - begun, "cpu": cpu, "peak_mb": used.ru_maxrss / 1024, "reported": reported}
        )
    )


if __name__ == "__main__":
    main()
