# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show the changes of a task with many items, since Ansible itself shows only whether something changed."""

from __future__ import annotations

import typing as t

from ansible import constants
from ansible_collections.telephony.voicemail.plugins.module_utils.model.text import clean
from ansible_collections.telephony.voicemail.plugins.module_utils.reporting.plan_lines import (
    ADDED,
    ALTERED,
    MOST_LINES,
    REMOVED,
    plan_lines,
)

#: The user's configured colors of additions, changes and removals.
_COLORS = {ADDED: "COLOR_DIFF_ADD", ALTERED: "COLOR_CHANGED", REMOVED: "COLOR_DIFF_REMOVE"}


def show_outcome(display: t.Any, result: t.Mapping[str, t.Any], with_plan: bool, most: t.Any = None) -> None:
    """Show the plan of a task, if requested, and the sentence with its counts.

    Ansible shows the message of a failed task.

    :param with_plan: also show a line for each change: in check mode, and if Ansible does not show the difference.
    :param most: most lines; None for the default.
    """
    if result.get("failed") or "summary" not in result or not result.get("msg"):
        return
    if with_plan and isinstance(result.get("diff"), list):
        lines, left = plan_lines(result["diff"], MOST_LINES if most is None else int(most))
        for line in lines:
            display.display(str(line), color=constants.config.get_config_value(_COLORS[line.mark]))
        if left:
            display.display(f"{left} more in the report" if lines else f"{left} changes in the report")
    display.display(clean(result["msg"]))


__all__ = ("show_outcome",)
