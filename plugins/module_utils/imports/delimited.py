# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read text whose cells are separated by a comma, semicolon, tab or vertical bar."""

from __future__ import annotations

import csv
import io
import re
import typing as t

from . import cells
from .cells import Likeness, Row, Sheet
from .places import PlacedError

DELIMITERS = ",;\t|"
_NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}


def read_delimited(text: str, name: str, delimiter: str | None, likeness: Likeness) -> Sheet:
    """Return the rows that are not blank, with their first lines.

    :param name: name of the file; empty for text without a file.
    :param delimiter: separator of cells; None to detect it from the heading row.
    :param likeness: counts the known headings in a row.
    :raises ValueError: if the text is not a table, with its line.
    """
    text = text.removeprefix("\ufeff")
    first, _newline, rest = text.partition("\n")
    hint = re.fullmatch(r"sep=(.)\r?", first)
    offset = 1
    if hint:
        text, offset = rest, 2
    if delimiter is not None and len(delimiter) != 1:
        raise PlacedError("`delimiter` must be one character")
    known = delimiter or (hint[1] if hint else None)
    if known is None:
        known = _recognised(text, name, likeness)
    return Sheet(name or "the table", list(_records(text, name, known, offset)), delimiter=known)


def separator_problem(row: t.Sequence[str], width: int, delimiter: str) -> str | None:
    """Return what is wrong with a row whose cells another character separates, or None.

    Read as it is, such a row would be a mailbox whose number is the whole line.

    :param width: number of columns.
    """
    if len(row) >= width:
        return None
    for mark in DELIMITERS.replace(delimiter, ""):
        if mark not in row[0]:
            continue
        cut = next(csv.reader([delimiter.join(row)], delimiter=mark, skipinitialspace=True))
        if len(cut) == width or len(row) == 1:
            headings = _NAMES.get(delimiter, repr(delimiter))
            return (
                f"{_NAMES[mark]} separates the cells, and {headings} the headings. Use one separator in the whole file"
            )
    return None


def _records(text: str, name: str, delimiter: str, offset: int = 1) -> t.Iterator[Row]:
    # Strict: otherwise an unclosed quote would read the rest of the file as one cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    count = 0
    while True:
        line = reader.line_num + offset
        place = f"{name}:{line}" if name else f"line {line}"
        try:
            found = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise PlacedError(f"{place}: is not a CSV file: {error}") from None
        if all(map(cells.is_blank, found)):
            continue
        count += 1
        if count > cells.MOST_ROWS or len(found) > cells.MOST_COLUMNS:
            raise PlacedError(f"{place}: has more than {cells.MOST_ROWS} rows or {cells.MOST_COLUMNS} columns")
        yield Row(place, line, found, name, "line")


def _recognised(text: str, name: str, likeness: Likeness) -> str:
    """Return the delimiter that results in the most known headings.

    Names, addresses and lists contain all of these characters, so counting them is not reliable.

    :raises ValueError: if two delimiters are equally good, with different results.
    """
    found: dict[str, tuple[int, list[t.Any]]] = {}
    for mark in DELIMITERS:
        best: tuple[int, list[t.Any]] = (0, [])
        try:
            for position, row in enumerate(_records(text, name, mark)):
                best = max(best, (likeness(row.cells), row.cells), key=lambda pair: pair[0])
                if position >= 20:
                    break
        except ValueError:
            # With the right delimiter, it is reported when the rows are read.
            pass
        found[mark] = best
    most = max(score for score, _row in found.values())
    winners = [mark for mark, (score, _row) in found.items() if score == most]
    if most and len({tuple(found[mark][1]) for mark in winners}) > 1:
        named = " or ".join(_NAMES[mark] for mark in winners)
        raise PlacedError(f"{name or 'the table'}: its cells may be separated by {named}. Set `delimiter`")
    if most:
        return winners[0]
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(DELIMITERS, key=first.count)


__all__ = ("read_delimited", "separator_problem")
