# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task without Ansible around it: `python engine_run.py COLLECTIONS URL BOXES.json`, in check mode.

Prints JSON: seconds, CPU seconds and peak memory in MB, imports included, and the task's summary.
"""

from __future__ import annotations

import json
import resource
import sys
import time


def main() -> None:
    """List and plan, and tell what it took."""
    collections, url, source = sys.argv[1:]
    sys.path.insert(0, collections)
    begun = time.monotonic()
    from ansible_collections.telephony.voicemail.plugins.module_utils import operations, task

    arguments = {
        "vendor": "kazoo",
        "url": url,
        "username": "admin",
        "password": "simulator-password",
        "domain": "accountone.example.com",
        "src": source,
        "timeout": 120,
    }
    result = task.run_in_worker(
        "vmboxes", arguments, check=True, diff=False, sessions=operations.session_of, progress=None, environment={}
    )
    if result.get("failed"):
        sys.exit(result["msg"])
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "seconds": time.monotonic() - begun,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
        "summary": result["summary"],
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
