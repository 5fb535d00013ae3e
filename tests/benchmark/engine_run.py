# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task without Ansible around it: `python engine_run.py COLLECTIONS TASK.json`.

The file contains the name of the module, its arguments, and whether it runs in check mode. Prints JSON: seconds, CPU
seconds
and peak memory in MB, imports included, and the task's summary.
"""

from __future__ import annotations

import json
import pathlib
import resource
import sys
import time


def main() -> None:
    """Run the task and print its resource usage."""
    collections, source = sys.argv[1:]
    wanted = json.loads(pathlib.Path(source).read_text(encoding="utf-8"))
    sys.path.insert(0, collections)
    begun = time.monotonic()
    from ansible_collections.telephony.voicemail.plugins.module_utils import dispatch, task

    result = task.run_in_worker(
        wanted["module"],
        wanted["arguments"],
        task.Worker(check=wanted["check"], sessions=dispatch.session_of),
    )
    if result.get("failed"):
        sys.exit(result["msg"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    reported = {
        "seconds": time.monotonic() - begun,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mb": _peak_kb(used.ru_maxrss) / 1024,
        "summary": result["summary"],
    }
    print(json.dumps(reported))


def _peak_kb(inherited: int) -> int:
    """Return the peak memory of this program. The resource usage would include the parent's memory at the fork."""
    try:
        lines = pathlib.Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return inherited
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), inherited)


if __name__ == "__main__":
    main()
