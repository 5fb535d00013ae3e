# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures as a table, as a page of the documentation, and as a plot."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import pathlib
import platform
from collections.abc import Mapping

from measuring import Figure, Goal

Groups = Mapping[str, list[Figure]]

PAGE = "benchmarks.md"
PLOT = "benchmarks.svg"
HEADINGS = {
    "loop": "One mailbox at a time",
    "task": "What a task costs",
    "create": "A thousand new mailboxes",
    "unchanged": "A thousand mailboxes, none or few changed",
    "cache": "With a cache, none or few changed since the last run",
    "fleet": "A fleet of accounts, compared every hour",
    "plan": "Tens of thousands of mailboxes",
    "bucket": "Under a rate limit",
    "output": "What is printed",
    "audio": "A thousand recordings",
}
NUMBERS = {
    "times": "{:.2f} x",
    "s": "{:.3g} s",
    "MB": "{:.0f} MB",
    "bytes": "{:.0f} bytes",
    "requests": "{:.4g}",
    "%": "{:.2g} %",
}
INTRODUCTION = """# Benchmarks

`make benchmark` generates this page with the simulated KAZOO of this collection, which runs on the same machine in
its own process. Times depend on the machine. Ratios compare pairs of runs from the same minute, so compare ratios.
"`uri`" is a playbook that logs in, lists, reads each mailbox with `ansible.builtin.uri`, compares, and writes the
differences. The bare script is `tests/benchmark/bare.py`: threads that share one httpx client.
"""


def number(value: float, unit: str) -> str:
    """Format a value."""
    return NUMBERS[unit].format(value)


def spread(figure: Figure) -> str:
    """Return the lowest and the highest of several values."""
    if len(figure.values) == 1:
        return ""
    return f"{number(min(figure.values), figure.unit)} to {number(max(figure.values), figure.unit)}"


def goal_text(goal: Goal | None, unit: str) -> str:
    """Describe a goal."""
    if goal is None:
        return ""
    return f"{'at least' if goal.at_least else 'at most'} {number(goal.limit, unit)}"


def verdict(figure: Figure) -> str:
    """Describe whether the goal is reached."""
    return {None: "", True: "met", False: "MISSED"}[figure.met]


def machine() -> str:
    """Describe the machine of the measurement."""
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, "
        f"ansible-core {importlib.metadata.version('ansible-core')}, httpx {importlib.metadata.version('httpx')}"
    )


def rows(figures: list[Figure]) -> list[tuple[str, str, str, str, str]]:
    """Return the table of a group."""
    return [
        (one.what, number(one.median, one.unit), spread(one), goal_text(one.goal, one.unit), verdict(one))
        for one in figures
    ]


def show(name: str, figures: list[Figure]) -> None:
    """Print a group."""
    print(f"\n{HEADINGS[name]}")
    for what, value, between, goal, word in rows(figures):
        print(f"  {what:<96} {value:>12}  {'(' + between + ')' if between else '':<24} {goal:<20} {word}", flush=True)


def write(groups: Groups, folder: pathlib.Path) -> None:
    """Write the page, and the plot if all its figures were measured."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [INTRODUCTION, f"{datetime.date.today().isoformat()}, {machine()}."]
    if {"create", "plan"} <= set(groups):
        from plot import draw  # imported here, because measured processes must not inherit its memory

        draw(groups, folder / PLOT)
        lines += ["", f"![Creating mailboxes, and planning]({PLOT})"]
    for name, figures in groups.items():
        lines += [
            "",
            f"## {HEADINGS[name]}",
            "",
            "| | median | lowest to highest | goal | |",
            "|---|---:|---:|---:|---|",
        ]
        lines += [f"| {' | '.join(row)} |" for row in rows(figures)]
    (folder / PAGE).write_text("\n".join(lines) + "\n", encoding="utf-8")
