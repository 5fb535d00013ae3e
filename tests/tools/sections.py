# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated sections of the documentation, between two markers with one name."""

from __future__ import annotations

import datetime
import pathlib
import sys
from collections.abc import Sequence


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table. All columns except the first are numbers."""
    lines = [f"| {' | '.join(heading)} |", f"|---|{'---:|' * (len(heading) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def write(page: pathlib.Path, name: str, text: str, machine: str, folder: str | None = None) -> None:
    """Write a text between the markers of a name, with the date, the machine and the command.

    :param folder: below ``tests``, of the command; of the same name as the section by default.
    :raises ValueError: if the page has no such markers.
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _old, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{page} has no section {name}")
    command = " ".join(["python", f"tests/{folder or name}", *sys.argv[1:]])
    reported = f"{datetime.datetime.now(datetime.UTC).date().isoformat()}, {machine}, by `{command}`:"
    page.write_text(f"{before}{begin}\n\n{reported}\n\n{text}\n\n{end}{after}", encoding="utf-8")
