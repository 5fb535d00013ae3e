# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the one box of a number: no vendor guarantees that there is only one."""

from __future__ import annotations

import typing as t

from ..errors import DuplicateError, NotFoundError
from ..model.mailbox import Box
from ..model.problem import Subject


def only(found: t.Sequence[Box], subject: Subject, vendor: str, hint: str = "Delete one") -> Box | None:
    """Return the box with a number, or None.

    :param found: every box with the number.
    :param vendor: its name in errors.
    :param hint: what to do about duplicates.
    :raises DuplicateError: for several, since nobody can say which one is meant.
    """
    if len(found) > 1:
        raise DuplicateError.of(subject.kind, subject.name, vendor, found, hint)
    return found[0] if found else None


def existing(box: Box | None, subject: Subject, hint: str = "Check its number") -> Box:
    """Return a box that has to exist.

    :raises NotFoundError: when it does not.
    """
    if box is None:
        raise NotFoundError(f"{subject.noun} does not exist", hint)
    return box


__all__ = ("existing", "only")
