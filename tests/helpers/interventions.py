# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change a simulated system right before it serves a request: use it for concurrent changes during a run.

monkeypatch.setattr(server.simulation, "faults", Intervention(server.simulation.faults, act, number=3))
"""

from __future__ import annotations

import re
import typing as t


class Intervention:
    """Wrap the simulated system and act before a request is served.

    :param act: called before each chosen request.
    :param number: position of the request, counted from 1, or None for all.
    :param path: pattern of the paths that count.
    """

    def __init__(self, inner: t.Any, act: t.Callable[[], object], number: int | None = None, path: str = "") -> None:
        self._inner = inner
        self._act = act
        self._number = number
        self._path = re.compile(path)
        self.requests = 0

    async def __call__(self, scope: t.Any, receive: t.Any, send: t.Any) -> None:
        if scope["type"] == "http" and self._path.search(scope["path"]):
            self.requests += 1
            if self._number in (None, self.requests):
                self._act()
        await self._inner(scope, receive, send)

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._inner, name)
