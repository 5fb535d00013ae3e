# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that control how recordings are stored."""

from __future__ import annotations

import dataclasses
import typing as t

from ..model.problem import Problem
from .names import template_problem


@dataclasses.dataclass(frozen=True)
class Order:
    """Options that control how recordings are stored.

    :param dest: folder of the files.
    :param name_template: template of the file names, without their ending.
    :param mode: mode of the files.
    :param manifest: path of the manifest, below ``dest`` unless it starts with /; None for none.
    :param ignore_missing: report messages without a recording instead of failing.
    :param max_bytes: most bytes of one recording; None to derive it from the message.
    :param verify: read every file again, and compare it with the received bytes.
    """

    dest: str
    name_template: str
    mode: int
    manifest: str | None = None
    ignore_missing: bool = False
    max_bytes: int | None = None
    verify: bool = False

    @classmethod
    def of(cls, params: t.Mapping[str, t.Any], problems: list[Problem]) -> Order:
        """Parse the options of a task, and add their problems."""
        problem = template_problem(params["name_template"])
        if problem:
            problems.append(Problem(problem, option="name_template"))
        mode = params["mode"]
        try:
            number = mode if isinstance(mode, int) and not isinstance(mode, bool) else int(str(mode), 8)
        except ValueError:
            number = -1
        if not 0 <= number <= 0o777:
            problems.append(Problem('must be three or four octal digits in quotes, such as "0600"', option="mode"))
        most = params.get("max_bytes")
        if most is not None and most < 1:
            problems.append(Problem("must be at least 1", option="max_bytes"))
        return cls(
            params["dest"],
            params["name_template"],
            number,
            params.get("manifest"),
            params["ignore_missing"],
            most,
            bool(params.get("verify")),
        )
