# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shorten lists of numbers to ranges."""

from __future__ import annotations

import re
import typing as t

from ..model.text import clean

_DIGITS = re.compile(r"[0-9]{1,18}")


def ranges(labels: t.Iterable[str]) -> list[tuple[str, int]]:
    """Return labels as few texts with their counts, combining consecutive numbers to ranges.

    Numbers of different lengths never share a range: 0999 and 1000 do, 999 and 1000 do not.
    """
    runs: list[list[str]] = []
    for label in sorted(labels, key=lambda label: (len(label), label)):
        if runs and _follows(runs[-1][-1], label):
            runs[-1].append(label)
        else:
            runs.append([label])
    found: list[tuple[str, int]] = []
    for run in runs:
        if len(run) > 2:
            found.append((f"{run[0]}-{run[-1]}", len(run)))
        else:
            found += [(clean(label), 1) for label in run]
    return found


def _follows(before: str, label: str) -> bool:
    numbers = _DIGITS.fullmatch(before) and _DIGITS.fullmatch(label)
    return bool(numbers) and len(before) == len(label) and int(label) == int(before) + 1


def compact(labels: t.Collection[str], longest: int) -> str:
    """Return labels as ranges in a text of limited length, with the number of omitted ones."""
    texts: list[str] = []
    named = length = 0
    for text, count in ranges(labels):
        length += len(text) + 2
        if texts and length > longest:
            break
        texts.append(text if len(text) <= longest else f"{text[:longest]}...")
        named += count
    more = len(labels) - named
    return ", ".join(texts) + (f" and {more} more" if more else "")


__all__ = ("compact", "ranges")
