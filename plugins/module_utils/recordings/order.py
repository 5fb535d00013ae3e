# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How recordings are to be kept."""

from __future__ import annotations

import dataclasses
import typing as t

from ..model.problem import Problem
from .names import template_problem


@dataclasses.dataclass(frozen=True)
class Order:
    """How recordings are kept.

    :param dest: folder.
    :param name_template: of the files, without their ending.
    :param mode: of the files.
    :param manifest: path of the list of what was archived, below ``dest`` unless it begins with /; None for none.
    :param ignore_missing: a message without a recording is told and is no failure.
    :param max_bytes: most bytes of one recording; None for what fits the message.
    :param verify: read every file, and compare it with what the vendor sent.
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
        """Read the options of a task, and add what is wrong with them."""
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
