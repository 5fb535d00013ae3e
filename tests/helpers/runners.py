# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a task as a module or in the worker: use it for every test of a module that does not test Ansible."""

from __future__ import annotations

import contextlib
import io
import json
import typing as t

from ansible.module_utils.testing import patch_module_args
from ansible_collections.telephony.voicemail.plugins.module_utils import dispatch, task

Result = dict[str, t.Any]


def as_module(name: str, arguments: t.Mapping[str, t.Any], *, check: bool = False) -> Result:
    """Run the module as a packed module does, and return its printed result."""
    internal = {
        "_ansible_check_mode": check,
        "_ansible_remote_tmp": "/tmp",
        "_ansible_no_log": False,
    }
    printed = io.StringIO()
    with (
        patch_module_args({**arguments, **internal}),
        contextlib.redirect_stdout(printed),
        contextlib.suppress(SystemExit),
    ):
        task.run_module(name)
    result: Result = json.loads(printed.getvalue())
    result.setdefault("failed", False)
    return result


def in_worker(name: str, arguments: t.Mapping[str, t.Any], *, check: bool = False) -> Result:
    """Run the module in the worker, as the action plugin does, and return its result after a JSON round trip."""
    result = task.run_in_worker(name, arguments, task.Worker(check=check, sessions=dispatch.session_of))
    plain: Result = json.loads(json.dumps(result))
    plain.setdefault("failed", False)
    return plain


RUNNERS: dict[str, t.Callable[..., Result]] = {"module": as_module, "worker": in_worker}
