# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that control how a declaration is applied."""

from __future__ import annotations

import dataclasses
import typing as t

from ..model.mailbox import SkippedItem
from .guards import Limits

if t.TYPE_CHECKING:
    from .cache import Cache

#: Called with the number of finished steps, their total, the number of failures, and ``read`` or ``done``.
Progress = t.Callable[[int, int, int, str], None]


@dataclasses.dataclass(frozen=True)
class Options:
    """Options that control how a declaration is applied.

    :param check: plan without writing.
    :param report_guards: report the guards that stop the plan instead of raising their errors; in check mode only.
    :param full: read every declared box in full, so that the whole box can be shown.
    :param verify: fail if a written option was not applied.
    :param stop_on_error: start no further steps after a failure.
    :param expect_checksum: apply only the plan that has this checksum.
    :param workers: most concurrent requests.
    :param skipped: collects invalid declarations, which are skipped; None to stop on them.
    :param cache: results of earlier runs; refreshed by this one, even with ``check``.
    :param system: returns vendor, address and account, which the checksum covers; called after planning.
    """

    limits: Limits = dataclasses.field(default_factory=Limits)
    check: bool = False
    report_guards: bool = False
    full: bool = False
    verify: bool = True
    stop_on_error: bool = False
    expect_checksum: str | None = None
    workers: int = 16
    skipped: t.Sequence[SkippedItem] | None = None
    cache: Cache | None = None
    system: t.Callable[[], tuple[str, ...]] = tuple


__all__ = ("Options", "Progress")
