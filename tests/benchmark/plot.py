# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plot: the time to create mailboxes by method, and the time to plan by size."""

from __future__ import annotations

import pathlib
import typing as t
from collections.abc import Mapping

import matplotlib as mpl

mpl.use("svg")
# Keep text as text, and write the same file for the same figures.
mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "benchmarks", "font.size": 9})

from matplotlib import pyplot as plt  # noqa: E402 (after the choice of what draws)
from measuring import Figure  # noqa: E402

METHODS = {
    "uri": "uri in a loop",
    "vmbox": "vmbox in a loop",
    "list": "vmboxes, list in the task",
    "file": "vmboxes, list in src",
    "bare": "bare script",
    "empty": "empty playbook",
}
COLOURS = {" at 0 ms": "#7a9cc6", " at 20 ms": "#2f5d8a"}


def draw(groups: Mapping[str, list[Figure]], path: pathlib.Path) -> None:
    """Draw the plot's figures of the groups to a file."""
    named = {one.name: one for figures in groups.values() for one in figures if one.name}
    canvas, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6), width_ratios=(3, 2), layout="constrained")
    _draw_creations(left, named)
    _draw_plans(right, named)
    canvas.savefig(path, format="svg", metadata={"Date": None})
    plt.close(canvas)


def _draw_creations(axes: t.Any, named: Mapping[str, Figure]) -> None:
    height = 0.4
    for shift, (latency, colour) in enumerate(COLOURS.items()):
        bars = [
            (place, named[method + latency].median) for place, method in enumerate(METHODS) if method + latency in named
        ]
        drawn = axes.barh(
            [place + (shift - 0.5) * height for place, _value in bars],
            [value for _place, value in bars],
            height,
            color=colour,
            label=latency.strip(),
        )
        axes.bar_label(drawn, fmt="%.3g", padding=3)
    axes.set_yticks(range(len(METHODS)), METHODS.values())
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.margins(x=0.15)
    axes.set_xlabel("seconds, logarithmic")
    axes.set_title("Creating mailboxes")
    axes.legend(title="latency of the server")


def _draw_plans(axes: t.Any, named: Mapping[str, Figure]) -> None:
    points = sorted((int(name.split()[1]), one.median) for name, one in named.items() if name.startswith("plan "))
    axes.plot([count for count, _value in points], [value for _count, value in points], marker="o", color="#2f5d8a")
    for count, value in points:
        axes.annotate(f"{value:.3g} s", (count, value), textcoords="offset points", xytext=(6, -3))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.margins(0.25)
    axes.set_xlabel("mailboxes")
    axes.set_ylabel("seconds")
    axes.set_title("Listing and planning")
