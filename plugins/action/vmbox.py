# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the module vmbox in the worker where that gives the same result."""

from __future__ import annotations

import functools

from ansible_collections.telephony.voicemail.plugins.action import vmboxes
from ansible_collections.telephony.voicemail.plugins.plugin_utils.option_check import check_options


class ActionModule(vmboxes.ActionModule):
    """Run the task's module in the worker, or hand over to it."""

    module = "vmbox"


main = functools.partial(check_options, ActionModule.module)
