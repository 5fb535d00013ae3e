# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An action plugin that writes registered results to a file on the controller."""

from __future__ import annotations

import json
import pathlib
import typing as t

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Write ``results`` to ``file``."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return an empty result."""
        super().run(tmp, task_vars)
        pathlib.Path(self._task.args["file"]).write_text(json.dumps(self._task.args["results"]), encoding="utf-8")
        return {"changed": False}
