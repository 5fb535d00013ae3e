# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hide secrets in texts of servers and libraries, in any encoding.

For texts of errors and logs only. Data, such as the name of a mailbox, is never changed.
"""

from __future__ import annotations

import base64
import functools
import html
import re
import sys
import typing as t
import weakref

HIDDEN = "(hidden)"
#: Most characters of a text to show.
LONGEST = 500
#: Most characters of one encoded character of a secret, including repeated encoding.
_LONGEST_ENCODING = 32
#: Most repetitions of an encoding.
_DEPTH = 3
#: Characters of base64 that suffice to find a secret.
_SHORTEST_BASE64 = 4
_BASE64_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789+/=")
_BASE64_URL = str.maketrans("-_", "+/")
_PLUS = str.maketrans("+", " ")
_JSON_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_ESCAPES = (
    re.compile(r"(?:%[0-9a-f]{2})+", re.IGNORECASE),
    re.compile(r"&(?:#[0-9]{1,9}|#x[0-9a-f]{1,8}|[a-z][a-z0-9]{1,31});", re.IGNORECASE),
    re.compile(r"(?:\\u[0-9a-f]{4})+|(?:\\x[0-9a-f]{2})+|\\.", re.IGNORECASE | re.DOTALL),
)
#: All existing redactors, so that logs of the process can be cleaned of all secrets in use.
_ALIVE: weakref.WeakSet[Redactor] = weakref.WeakSet()


class _Text(t.NamedTuple):
    """A decoded text.

    :param places: position of each character in the original text: first position, and the position after the last.
    """

    letters: str
    places: t.Sequence[tuple[int, int]]


class Redactor:
    """Hides the secrets of a task.

    :param secrets: secrets known from the start.
    """

    def __init__(self, secrets: t.Iterable[str | None] = ()) -> None:
        self._secrets: set[str] = set()
        for secret in secrets:
            self.add(secret)
        _ALIVE.add(self)

    def add(self, secret: str | None) -> None:
        """Hide one more secret. Secrets of up to three characters are part of too many words."""
        if secret and len(secret) > 3:
            self._secrets.add(secret)

    def clean(self, text: str, *further: str | None, longest: int | None = LONGEST) -> str:
        """Return a shortened text without secrets.

        :param further: secrets of this text only, such as the PIN in a request, of any length.
        :param longest: most characters of the text to show; None for all.
        """
        secrets = sorted({*self._secrets, *(secret for secret in further if secret)})
        shown = len(text) if longest is None else longest
        # Secrets that start in the shown part are searched for in full.
        margin = _LONGEST_ENCODING * max(map(len, secrets), default=0)
        written = text[: shown + margin]
        spans = _spans(written, secrets) if secrets else []
        parts: list[str] = []
        position = 0
        for start, end in spans:
            if start >= shown:
                break
            if end <= position:
                continue
            # Adjacent and overlapping ones are hidden as one.
            if start > position or not parts:
                parts += [written[position:start], HIDDEN]
            position = end
        parts.append(written[position:shown])
        return "".join(parts) + ("..." if len(text) > shown else "")


def clean_all(text: str) -> str:
    """Return a text without the secrets of any task of this process."""
    for redactor in list(_ALIVE):
        text = redactor.clean(text, longest=None)
    return text


def _spans(written: str, secrets: t.Sequence[str]) -> list[tuple[int, int]]:
    """Return the positions of secrets in order: first position, and the position after the last."""
    found: list[tuple[int, int]] = []
    for text in _decodings(written):
        lower = _lower(text.letters)
        plain, encoded = lower.translate(_PLUS), lower.translate(_BASE64_URL)
        for secret in secrets:
            spans = [*_occurrences(plain, _lower(secret).translate(_PLUS))]
            for core in _base64_cores(secret):
                spans += _base64_runs(encoded, core)
            found += [(text.places[start][0], text.places[end - 1][1]) for start, end in spans]
    return sorted(found)


def _decodings(written: str) -> list[_Text]:
    """Return the text unchanged, and decoded in each possible order of encodings."""
    texts = latest = [_Text(written, [(place, place + 1) for place in range(len(written))])]
    for _round in range(_DEPTH):
        decoded = {text.letters: text for text in texts}
        for text in latest:
            for escape in _ESCAPES:
                if escape.search(text.letters):
                    further = _decoded(text, escape)
                    decoded.setdefault(further.letters, further)
        latest = list(decoded.values())[len(texts) :]
        texts = list(decoded.values())
    return texts


def _decoded(text: _Text, escape: re.Pattern[str]) -> _Text:
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    position = 0
    for match in escape.finditer(text.letters):
        letters.append(text.letters[position : match.start()])
        places.extend(text.places[position : match.start()])
        position = match.start()
        for letter, length in _meaning(match[0]):
            letters.append(letter)
            place = (text.places[position][0], text.places[position + length - 1][1])
            places.extend([place] * len(letter))
            position += length
    letters.append(text.letters[position:])
    places.extend(text.places[position:])
    return _Text("".join(letters), places)


def _meaning(escaped: str) -> t.Iterator[tuple[str, int]]:
    """Yield each decoded character, and the length of its encoding."""
    if escaped.startswith("&#"):
        code = int(escaped[3:-1], 16) if escaped[2] in "xX" else int(escaped[2:-1])
        yield chr(code) if code <= sys.maxunicode else escaped, len(escaped)
    elif escaped.startswith("&"):
        yield html.unescape(escaped), len(escaped)
    elif escaped.startswith("%"):
        yield from _letters(bytes.fromhex(escaped.replace("%", "")), 3)
    elif escaped[1] in "uU" and len(escaped) > 2:
        units = [int(escaped[place : place + 4], 16).to_bytes(2, "big") for place in range(2, len(escaped), 6)]
        for letter in b"".join(units).decode("utf-16-be", "surrogatepass"):
            yield letter, 12 if ord(letter) > 0xFFFF else 6
    elif escaped[1] in "xX" and len(escaped) > 2:
        yield from _letters(bytes(int(escaped[place : place + 2], 16) for place in range(2, len(escaped), 4)), 4)
    else:
        yield _JSON_LETTERS.get(escaped[1], escaped[1]), 2


def _letters(content: bytes, width: int) -> t.Iterator[tuple[str, int]]:
    """Yield each character of bytes, and the length of its encoding with a fixed width per byte."""
    for letter in content.decode("utf-8", "surrogateescape"):
        code = ord(letter)
        if 0xDC80 <= code <= 0xDCFF:
            # A byte that is not UTF-8: the same character in Latin-1.
            yield chr(code - 0xDC00), width
        else:
            yield letter, width * len(letter.encode())


def _occurrences(text: str, part: str) -> t.Iterator[tuple[int, int]]:
    start = text.find(part)
    while start >= 0:
        yield start, start + len(part)
        start = text.find(part, start + 1)


def _base64_runs(text: str, core: str) -> t.Iterator[tuple[int, int]]:
    """Yield positions of base64 with a secret, including characters around the core, which encode parts of it."""
    start = text.find(core)
    while start >= 0:
        end = start + len(core)
        while start and text[start - 1] in _BASE64_LETTERS:
            start -= 1
        while end < len(text) and text[end] in _BASE64_LETTERS:
            end += 1
        yield start, end
        start = text.find(core, end)


@functools.lru_cache(maxsize=256)
def _base64_cores(secret: str) -> frozenset[str]:
    """Return the base64 forms of a secret that are independent of the text around it, in lower case."""
    found = set()
    for form in (secret, secret.lower(), secret.upper()):
        content = form.encode("utf-8", "surrogatepass")
        for before in range(3):
            encoded = base64.b64encode(bytes(before) + content).decode()
            # Characters that also encode adjacent text differ.
            first, last = -(-before * 8 // 6), (before + len(content)) * 8 // 6
            if last - first >= _SHORTEST_BASE64:
                found.add(encoded[first:last].lower())
    return frozenset(found)


def _lower(text: str) -> str:
    """Return a text in lower case without changing positions."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


__all__ = ("HIDDEN", "Redactor", "clean_all")
