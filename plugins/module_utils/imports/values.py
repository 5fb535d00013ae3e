# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Convert the contents of cells to values of options, and back."""

from __future__ import annotations

import json
import re
import typing as t

from ..model.artefacts import clean_cell
from ..model.zones import is_zone
from .cells import BadCell, NumberText, is_blank
from .layout import LIST_SEPARATOR, OTHERWISE, Layout, text_of
from .options import ItemOptions, is_pin
from .windows_zones import WINDOWS_ZONES

#: Prefix of a cell with a JSON value, for values that plain text cannot represent.
JSON_MARK = "json:"
#: The value of a cell that manages nothing.
UNMANAGED: t.Final = object()


def _words(*languages: str) -> frozenset[str]:
    return frozenset(word for language in languages for word in language.split())


_TRUE = _words(
    "true yes y on 1 t x enabled active",
    "ja j wahr aktiv",
    "oui o vrai actif",
    "sí si s verdadero activo",
    "sim verdadeiro ativo vero attivo",
    "waar aan tak prawda ano pravda igen kyllä tosi evet da",
    "có đúng да истина はい 是",
)
_FALSE = _words(
    "false no n off 0 f disabled inactive",
    "nein falsch inaktiv",
    "non faux inactif",
    "falso inactivo",
    "não nao inativo inattivo",
    "nee onwaar uit nie ne nepravda nem ei nej nei nu",
    "không sai нет ложь いいえ 否",
)

# How spreadsheets change the digits of a number: powers of ten, groups of three, a fraction.
_SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[.,'\u2019\u00a0\u202f][0-9]{3})+")
_DECIMAL = re.compile(r"-?[0-9]+[.,][0-9]+")
_FRACTION = re.compile(r"([0-9]+)[.,]0+")
# A formula that converts a number to text to keep its leading zeros.
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_LOST = "is a number, which has lost its leading zeros. Format the column as text"
# Errors of formulas in cells.
_FAILED_FORMULA = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)")
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")
# Options with free text, whose apostrophes and invisible characters may have a meaning.
_NAMES = ("name", "description", "flags")
#: Characters that start a formula, even after an invisible space.
_STARTS_FORMULA = re.compile(r"[=+@\t\r\n-]|\s+[=+@-]")


class CellReader:
    """Reads the cells of a table by their options."""

    def __init__(self, options: ItemOptions, layout: Layout) -> None:
        self._options = options
        self._layout = layout

    def read(self, cell: t.Any, option: str, meanings: t.Mapping[str, t.Any]) -> t.Any:
        """Return the value of a cell, or :data:`UNMANAGED`.

        :param meanings: text of a cell to its value.
        :raises ValueError: if the cell cannot be used, without its content.
        """
        if isinstance(cell, BadCell):
            raise ValueError(str(cell))
        if isinstance(cell, str) and cell.startswith(JSON_MARK):
            return _json(cell)
        if meanings:
            found = meaning(cell, meanings)
            if found is cell and isinstance(cell, str):
                self._check_unmatched(clean_cell(cell), option, meanings)
            cell = found
        is_number = isinstance(cell, NumberText)
        if isinstance(cell, str):
            cell = clean_cell(cell, is_name(option))
        if cell is None or is_blank(cell):
            return UNMANAGED
        marker = self._layout.clear_marker
        if marker is not None and isinstance(cell, str) and text_of(cell) == text_of(marker):
            return [] if option in self._options.elements else None
        return self._text(cell, option, is_number) if isinstance(cell, str) else self._plain(cell, option)

    def _check_unmatched(self, text: str, option: str, meanings: t.Mapping[str, t.Any]) -> None:
        """Refuse a cell that a value map does not name, unless it is a value of the option itself.

        :raises ValueError: with the texts of the map.
        """
        if not text or (self._layout.clear_marker is not None and text_of(text) == text_of(self._layout.clear_marker)):
            return
        if option in self._options.choices:
            is_known = text.casefold() in map(str.casefold, self._options.choices[option])
        elif self._options.types.get(option) == "bool":
            is_known = truth(text) is not None
        elif option.rpartition(".")[2] == "timezone":
            is_known = text.casefold() in WINDOWS_ZONES or is_zone(text)
        else:
            return
        if not is_known:
            raise ValueError(f"has a value that its column does not map. `values` has {_listed_words(meanings)}")

    def _plain(self, cell: t.Any, option: str) -> t.Any:
        if isinstance(cell, bool) and (is_pin(option) or self._options.types.get(option) == "str"):
            raise ValueError("is TRUE or FALSE, a truth value. Format the column as text, and enter the value again")
        if is_pin(option) and isinstance(cell, (int, float)):
            raise ValueError(_LOST)
        if isinstance(cell, float) and cell.is_integer():
            # Programs store every number as a float: 3000 is read as 3000.0.
            return int(cell)
        if isinstance(cell, (bool, int, float, list, dict)):
            return cell
        raise ValueError(f"is of the type {type(cell).__name__}. Format the column as text")

    def _text(self, text: str, option: str, is_number: bool) -> t.Any:
        if _FAILED_FORMULA.fullmatch(text):
            raise ValueError("contains an error of a formula. Correct the formula, or enter the value as text")
        kind = self._options.types.get(option)
        if is_pin(option) or option in self._options.keys or option.startswith("new_"):
            return _digits(str(text), is_pin(option), is_number)
        if self._options.is_list(option):
            return self._list(text, option)
        if kind == "bool":
            word = truth(text)
            return text if word is None else word
        if kind == "int":
            return int(text) if _WHOLE_NUMBER.fullmatch(text) else text
        if option in self._options.choices:
            choices = {choice.casefold(): choice for choice in self._options.choices[option]}
            return choices.get(text.casefold(), text)
        if option.rpartition(".")[2] == "timezone":
            return WINDOWS_ZONES.get(text.casefold(), str(text))
        return str(text)

    def _list(self, text: str, option: str) -> list[t.Any]:
        separators = self._layout.list_separator
        if separators is not None:
            parts = re.split("|".join(map(re.escape, separators)), text)
        elif option in self._options.addresses:
            parts = _addresses(text)
        else:
            parts = text.split(LIST_SEPARATOR)
        entries = [entry for part in parts if (entry := clean_cell(part, is_name(option)))]
        if self._options.elements.get(option) == "int":
            return [int(entry) if _WHOLE_NUMBER.fullmatch(entry) else entry for entry in entries]
        return entries


def truth(text: str) -> bool | None:
    """Return the boolean for a word in one of many languages, or None."""
    word = text.strip().casefold()
    return True if word in _TRUE else False if word in _FALSE else None


def same_truth(text: str, words: t.Iterable[str]) -> str | None:
    """Return the word, not a digit, for the same boolean as a text, or None."""
    value = truth(text)
    return None if value is None else next((word for word in words if word.isalpha() and truth(word) is value), None)


def meaning(cell: t.Any, meanings: t.Mapping[str, t.Any]) -> t.Any:
    """Return the meaning of a cell in a value map, or the cell itself. A boolean may be any word."""
    text = text_of(cell) if not isinstance(cell, (list, dict)) else ""
    word = text if text in meanings else same_truth(text, meanings)
    if word is not None:
        return meanings[word]
    return meanings[OTHERWISE] if OTHERWISE in meanings and text else cell


def is_name(option: str | None) -> bool:
    """Check whether an option contains free text."""
    return option is None or option.rpartition(".")[2] in _NAMES


def _listed_words(meanings: t.Mapping[str, t.Any]) -> str:
    words = [word or "an empty cell" for word in meanings]
    return ", ".join(words[:20]) + (f" and {len(words) - 20} more" if len(words) > 20 else "")


def _addresses(text: str) -> list[str]:
    parts = []
    for part in re.split("[;,\r\n]", text):
        pieces = re.split(r"[|\s]+", part.strip())
        # Spaces and bars may also be part of a name next to the address, or of the address itself.
        parts += pieces if all("@" in piece for piece in pieces) else [part]
    return parts


def _json(cell: str) -> t.Any:
    try:
        return json.loads(cell[len(JSON_MARK) :])
    except ValueError:
        raise ValueError(f"starts with {JSON_MARK} but is not valid JSON. Correct it, or use plain text") from None


def _digits(text: str, pin: bool, is_number: bool) -> str:
    """Return a number or PIN as it was before a spreadsheet treated it as a quantity.

    :param is_number: whether the cell is a number, not text.
    :raises ValueError: if that is not possible.
    """
    formula = _TEXT_FORMULA.fullmatch(text)
    if formula:
        return formula[1]
    if is_number and text.startswith("-"):
        raise ValueError("is a negative number. Enter the digits that people dial, as text")
    if _SCIENTIFIC.fullmatch(text):
        raise ValueError("was rounded to powers of ten by a spreadsheet. Format the column as text")
    if _GROUPED.fullmatch(text):
        raise ValueError("has separators between its digits, added by a spreadsheet. Format the column as text")
    fraction = _FRACTION.fullmatch(text)
    if fraction and pin:
        raise ValueError(_LOST)
    if not fraction and _DECIMAL.fullmatch(text):
        raise ValueError("is a number with decimal places. Enter the digits that people dial, as text")
    return fraction[1] if fraction else text


class CellWriter:
    """Writes values so that :class:`CellReader` reads the same ones, and no spreadsheet runs them as a formula."""

    def __init__(self, options: ItemOptions) -> None:
        self._reader = CellReader(options, Layout())

    def write(self, value: t.Any, option: str) -> str:
        """Return the text of a cell: plain if possible, otherwise in JSON."""
        if value is None or value in ("", []):
            return ""
        text = _plain_text(value)
        if text is not None:
            text = f"'{text}" if _STARTS_FORMULA.match(text) else text
            try:
                is_same = self._reader.read(text, option, {}) == value
            except ValueError:
                is_same = False
            if is_same:
                return text
        return JSON_MARK + json.dumps(value, ensure_ascii=False)


def _plain_text(value: t.Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int)):
        return str(value)
    if isinstance(value, list) and all(isinstance(entry, (str, int)) for entry in value):
        return LIST_SEPARATOR.join(map(str, value))
    return None


__all__ = ("UNMANAGED", "CellReader", "CellWriter", "is_name", "same_truth")
