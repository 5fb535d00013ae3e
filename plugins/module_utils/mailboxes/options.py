# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a declaration is carried out."""

from __future__ import annotations

import dataclasses
import typing as t

from ..model.mailbox import SkippedItem
from .guards import Limits

if t.TYPE_CHECKING:
    from .cache import Cache

#: Called with what is done, of how many, how many of them failed, and the word for it: ``read`` or ``done``.
Progress = t.Callable[[int, int, int, str], None]


@dataclasses.dataclass(frozen=True)
class Options:
    """How a declaration is carried out.

    :param check: plan, and write nothing.
    :param report_guards: report the guards that stop the plan instead of raising their errors; in check mode only.
    :param full: read every declared box in full, so that the whole box can be shown.
    :param verify: fail on an option that was written and did not take.
    :param stop_on_error: start nothing more after a failure.
    :param expect_checksum: apply only the plan that has this checksum.
    :param workers: most requests at once.
    :param skipped: declarations that are left out since they are wrong; None where such a one stops the task.
    :param cache: what earlier runs read; refreshed by this one, also with ``check``.
    :param system: returns vendor, address and account, which the checksum covers; called once the plan is made.
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
