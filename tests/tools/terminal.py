# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw the content of a terminal as SVG: a still picture, or an animation that plays once."""

from __future__ import annotations

import dataclasses
import itertools
import re
import typing as t
from xml.sax.saxutils import escape

#: Width of a character, height of a line and size of the font, in pixels.
ADVANCE, LINE, SIZE = 7.8, 18, 13
MARGIN, BAR = 14, 30
BACKGROUND, FOREGROUND = "#0d1117", "#d5dbe3"
COLORS = dict(
    zip(
        range(30, 38),
        ("#8b949e", "#ff8a80", "#7ee787", "#e3b341", "#82b7ff", "#d8b4fe", "#5fd7de", "#d5dbe3"),
        strict=True,
    )
)
ESCAPE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")
#: The start of an escape sequence at another one or at the end of the line.
IGNORED = re.compile(r"\x1b\[(?=[\r\n\x1b])")
UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?]*)?$")
FONT = "ui-monospace, 'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace"


@dataclasses.dataclass
class Line:
    """A line of the terminal: its characters with their color, and when it appeared, in seconds."""

    at: float
    cells: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    #: Seconds to type the line, if it was typed.
    typed: float = 0.0

    @property
    def text(self) -> str:
        """Return the line without its colors."""
        return "".join(character for character, _color in self.cells).rstrip()


class Terminal:
    """A terminal of a fixed width that keeps every line. It understands colors, line breaks and returns."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.lines: list[Line] = [Line(0.0)]
        self._color = FOREGROUND
        self._column = 0
        #: The start of an incomplete escape sequence.
        self._pending = ""

    def feed(self, text: str, at: float) -> None:
        """Add the output of a program."""
        text, position = IGNORED.sub("", self._pending + text), 0
        cut = UNFINISHED.search(text)
        self._pending = cut[0] if cut else ""
        text = text.removesuffix(self._pending)
        for match in ESCAPE.finditer(text):
            self._write(text[position : match.start()], at)
            position = match.end()
            if match[2] == "m":
                self._recolor(match[1])
            elif match[2] == "K":
                del self.lines[-1].cells[self._column :]
        self._write(text[position:], at)

    def _recolor(self, codes: str) -> None:
        for code in (int(part or 0) for part in codes.split(";")):
            self._color = COLORS.get(code - 60 if code >= 90 else code, FOREGROUND if code == 0 else self._color)

    def _write(self, text: str, at: float) -> None:
        for character in text:
            if character == "\n" or (character not in "\r\b" and self._column == self.columns):
                self.lines.append(Line(at))
                self._column = 0
            if character in "\r\b":
                self._column = 0 if character == "\r" else max(0, self._column - 1)
            elif character >= " ":
                line = self.lines[-1]
                line.at = line.at if line.cells else at
                line.cells[self._column : self._column + 1] = [(character, self._color)]
                self._column += 1

    def type(self, prompt: str, command: str, at: float, duration: float) -> None:
        """Add a command that is typed after a prompt."""
        self.lines[-1].at, self.lines[-1].typed = at, duration
        self._color = COLORS[32]
        self._write(prompt, at)
        self._color = FOREGROUND
        self._write(command, at)


def _runs(line: Line) -> t.Iterator[tuple[int, str, str]]:
    """Yield the parts of a line of one color, with the column in which each begins."""
    column = 0
    for color, cells in itertools.groupby(line.cells, key=lambda cell: cell[1]):
        text = "".join(character for character, _color in cells)
        if text.strip():
            yield column, text, color
        column += len(text)


def _drawn(line: Line, row: int) -> str:
    """Return a line as texts whose width does not depend on the font."""
    parts = []
    for column, text, color in _runs(line):
        lead = len(text) - len(text.lstrip())
        words = text.strip()
        place = f'x="{(column + lead) * ADVANCE:g}" y="{row * LINE - 5:g}"'
        fill = "" if color == FOREGROUND else f' fill="{color}"'
        parts.append(f'<text {place}{fill} textLength="{len(words) * ADVANCE:g}">{escape(words)}</text>')
    return "".join(parts)


def _frame(columns: int, rows: int, label: str, style: str, content: str) -> str:
    """Return the window around the lines."""
    width, height = columns * ADVANCE + 2 * MARGIN, rows * LINE + MARGIN + BAR
    buttons = "".join(
        f'<circle cx="{MARGIN + 6 + number * 18}" cy="15" r="5.5" fill="{color}"/>'
        for number, color in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="terminal" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" role="img" aria-label="{escape(label)}">\n<style>{style}</style>\n'
        f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>{buttons}\n'
        f'<svg x="{MARGIN}" y="{BAR}" width="{columns * ADVANCE:g}" height="{rows * LINE:g}" overflow="hidden">'
        f'<g class="screen" font-family="{FONT}" font-size="{SIZE}" fill="{FOREGROUND}" xml:space="preserve">\n'
        f"{content}\n</g></svg>\n</svg>\n"
    )


def still(lines: list[Line], columns: int, label: str) -> str:
    """Return a picture of the lines."""
    content = "\n".join(_drawn(line, row) for row, line in enumerate(lines, 1) if line.text)
    return _frame(columns, len(lines) + 1, label, ".terminal text{white-space:pre}", content)


def _scrolling(lines: list[Line], rows: int, total: float) -> str:
    """Return the key frames that move the lines up when the screen is full."""
    steps = {0.0: 0}
    for row, line in enumerate(lines, 1):
        if row > rows:
            steps[round(100 * line.at / total, 3)] = (row - rows) * LINE
    return "".join(f"{share:g}%{{transform:translateY(-{offset}px)}}" for share, offset in steps.items())


def animated(lines: list[Line], columns: int, rows: int, label: str) -> str:
    """Return an animation of the lines. Viewers who prefer reduced motion see the end."""
    total = max(line.at + line.typed for line in lines) + 1
    last = max(0, len(lines) - rows) * LINE
    style = (
        ".terminal text{white-space:pre}@keyframes show{from{visibility:hidden}}"
        "@keyframes type{from{visibility:visible;clip-path:inset(0 100% 0 0)}to{clip-path:inset(0)}}"
        f"@keyframes scroll{{{_scrolling(lines, rows, total)}100%{{transform:translateY(-{last}px)}}}}"
        f".terminal .screen{{transform:translateY(-{last}px);animation:scroll {total:g}s step-end both}}"
        ".terminal .l{animation:show 1ms both}.terminal .t{animation:show 1ms both,type both}"
        "@media(prefers-reduced-motion:reduce){.terminal .screen,.terminal .l,.terminal .t{animation:none!important}}"
    )
    parts = []
    for row, line in enumerate(lines, 1):
        if not line.text:
            continue
        when = f"animation-delay:{line.at:.2f}s"
        if line.typed:
            steps = f"animation-timing-function:linear,steps({len(line.text)});animation-duration:1ms,{line.typed:.2f}s"
            parts.append(f'<g class="t" style="{when},{line.at:.2f}s;{steps}">{_drawn(line, row)}</g>')
        else:
            parts.append(f'<g class="l" style="{when}">{_drawn(line, row)}</g>')
    return _frame(columns, rows + 1, label, style, "\n".join(parts))
