# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of commands, their resource usage, and the figures from several runs."""

from __future__ import annotations

import dataclasses
import os
import statistics
import subprocess
import tempfile
import time
import typing as t
from collections.abc import Callable, Mapping, Sequence


@dataclasses.dataclass(frozen=True)
class Run:
    """The resource usage of one command, including its children.

    :param wall: seconds that passed.
    :param cpu: CPU seconds, of user and system.
    :param peak_mb: memory of the largest of its processes, in MB.
    :param output: the output.
    """

    wall: float
    cpu: float
    peak_mb: float
    output: str

    def __sub__(self, other: Run) -> Run:
        return Run(self.wall - other.wall, self.cpu - other.cpu, self.peak_mb, self.output)

    def scaled(self, factor: float, constant: Run) -> Run:
        """Return the estimate for a multiple of the work, plus a constant part."""
        return Run(
            constant.wall + (self.wall - constant.wall) * factor,
            constant.cpu + (self.cpu - constant.cpu) * factor,
            self.peak_mb,
            self.output,
        )


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Run:
    """Run a command.

    :raises RuntimeError: if it fails, with the end of its output.
    """
    with tempfile.TemporaryFile() as output:
        begun = time.monotonic()
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        # Not Popen.wait: only this returns the resources used by the process and its children.
        _pid, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed with {process.returncode}:\n{text[-3000:]}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, text)


@dataclasses.dataclass(frozen=True)
class Goal:
    """The goal of a figure.

    :param limit: the figure.
    :param at_least: whether the limit is a minimum instead of a maximum.
    :param exact: whether the figure is independent of the machine, so that a miss is a defect.
    """

    limit: float
    at_least: bool = False
    exact: bool = False

    def met(self, value: float) -> bool:
        """Check whether a figure reaches the goal."""
        return value >= self.limit if self.at_least else value <= self.limit


@dataclasses.dataclass(frozen=True)
class Figure:
    """One line of the report.

    :param what: description of the measurement.
    :param values: one value per run. The median counts.
    :param unit: ``times``, ``s``, ``MB``, ``bytes``, ``requests`` or ``%``.
    :param name: name of a figure in the plot.
    """

    what: str
    values: tuple[float, ...]
    unit: str
    goal: Goal | None = None
    name: str = ""

    @property
    def median(self) -> float:
        """Return the median."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        """Check whether the goal is reached. Return None without a goal."""
        return None if self.goal is None else self.goal.met(self.median)


def in_turn(jobs: Mapping[str, Callable[[], Run]], runs: int) -> list[dict[str, Run]]:
    """Run all jobs in rounds, so that the runs of one round have the same load of the machine."""
    return [{name: job() for name, job in jobs.items()} for _round in range(runs)]


def figures(
    what: str, rounds: t.Iterable[dict[str, Run]], value: Callable[[dict[str, Run]], float], unit: str, **rest: t.Any
) -> Figure:
    """Return the figure of each round."""
    return Figure(what, tuple(value(one) for one in rounds), unit, **rest)
