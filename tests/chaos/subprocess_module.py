# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a module that a test interrupts: `python subprocess_module.py MODULE`, with its arguments as JSON on stdin."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import signal
import sys

HERE = pathlib.Path(__file__).parent
specification = importlib.util.spec_from_file_location("collection_conftest", HERE.parent / "conftest.py")
above = importlib.util.module_from_spec(specification)
specification.loader.exec_module(above)

from ansible.module_utils.testing import patch_module_args  # noqa: E402
from ansible_collections.telephony.voicemail.plugins.module_utils import task  # noqa: E402

if __name__ == "__main__":
    # Child processes of tests in the background ignore interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    internal = {"_ansible_remote_tmp": "/tmp", "_ansible_check_mode": False}
    with patch_module_args({**json.load(sys.stdin), **internal}):
        task.run_module(sys.argv[1])
