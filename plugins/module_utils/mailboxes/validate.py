# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validate a declaration as a whole without a server."""

from __future__ import annotations

import typing as t

from ..model.connection import Connection
from ..model.fields import FieldTable
from ..model.mailbox import Desired, SkippedItem
from ..model.problem import Problem
from ..transport.tls import ssl_context
from ..vendors.protocol import DeclarationValidator, Vendor
from .guards import Limits, check_limits
from .outcome import Report
from .plan import Plan
from .skipping import refused_by, refused_item

Result = dict[str, t.Any]


def check_together(
    target: Vendor, resource: str, desired: list[Desired], skipped: list[SkippedItem] | None
) -> tuple[list[Desired], list[Problem]]:
    """Check declarations against each other by the rules of the vendor.

    :param skipped: collects the invalid ones instead of returning their problems; None to skip none.
    :returns: the remaining declarations, and the problems.
    """
    driver = target.boxes[resource]()
    problems = list(driver.validate_declaration(desired)) if issubclass(driver, DeclarationValidator) else []
    if skipped is None or not problems:
        return desired, problems
    refused = refused_by(desired, problems)
    skipped += [refused_item(item, [str(problem)]) for item, problem in refused]
    left_out = {id(item) for item, _problem in refused}
    answered = {id(problem) for _item, problem in refused}
    return (
        [item for item in desired if id(item) not in left_out],
        [problem for problem in problems if id(problem) not in answered],
    )


def check_offline(connection: Connection, table: FieldTable, desired: t.Sequence[Desired], limits: Limits) -> None:
    """Check what the real run checks before its first request.

    :raises VoicemailError: as the real run.
    """
    if connection.url:
        ssl_context(connection)
    check_limits(table, limits, len(desired), sum(item.present for item in desired))


def validation_result(
    target: Vendor, table: FieldTable, desired: t.Sequence[Desired], skipped: t.Sequence[SkippedItem]
) -> Result:
    """Return the result of a task that only validated its declaration."""
    report = Report([], plan=Plan(table, []), planned=True).with_skipped(skipped)
    text = f"{report.nouns.counted(len(desired))} {'is' if len(desired) == 1 else 'are'} valid for {target.title}"
    if skipped:
        text += f"; {len(skipped)} skipped, because {'it is' if len(skipped) == 1 else 'they are'} invalid"
    return {**report.as_result(everything=True), "msg": f"{text}."}


__all__ = ("check_offline", "check_together", "validation_result")
