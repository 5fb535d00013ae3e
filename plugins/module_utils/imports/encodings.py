# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decode files in UTF-8, UTF-16 and the code pages of Windows.

A wrong guess would write wrong names to a telephone system, so a file is decoded only if it is unambiguous.
"""

from __future__ import annotations

import codecs
import re

from .places import PlacedError

#: Byte order marks, the longer ones first: that of UTF-32 starts like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Windows code pages for languages with Latin letters, except some of the Baltic and Vietnam.
_LATIN_PAGES = ("cp1252", "cp1250", "cp1254")
_HINT = "Save it as UTF-8, or set its encoding, such as `encoding: cp1252`"
_UNKNOWN = f"is not UTF-8 text, and its encoding cannot be recognized. {_HINT}"
#: Other characters of tables in such a code page.
_SIGNS = frozenset(map(chr, range(128))) | frozenset(
    "\u20ac\u2026\u2018\u2019\u201c\u201d\u201e\u2013\u2014\xa0\xa7\xab\xbb\xb0\xb4"
)


def decode(content: bytes, encoding: str | None = None) -> str:
    """Return the text of a file without a byte order mark.

    :param encoding: the declared encoding; None to detect it.
    :raises ValueError: if the text is not in that encoding, or the encoding is ambiguous.
    """
    if encoding is not None:
        return _decode_as(content, encoding).removeprefix("\ufeff")
    for mark, marked in _MARKS:
        if content.startswith(mark):
            return _decode_as(content[len(mark) :], marked)
    name = _unmarked_utf16(content)
    if name is not None:
        return _decode_as(content, name)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _latin(content)


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        is_text = codecs.lookup(encoding)._is_text_encoding
    except LookupError:
        is_text = False
    if not is_text:
        raise PlacedError(
            f"`encoding` {encoding!r} is unknown. Use a name such as utf-8, utf-16, cp1252 or iso-8859-15"
        )
    try:
        return content.decode(encoding)
    except UnicodeError:
        raise ValueError(f"is not {encoding} text. {_HINT}") from None


def _unmarked_utf16(content: bytes) -> str | None:
    """Return the kind of UTF-16 if every other byte of the start is zero, as in text with Latin letters."""
    start = content[:1000]
    if len(content) % 2 or len(start) < 4:
        return None
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if not even and odd > half * 0.7:
        return "utf-16-le"
    return "utf-16-be" if not odd and even > half * 0.7 else None


def _latin(content: bytes) -> str:
    """Decode text whose letters are the same in the western, central European and Turkish code pages."""
    try:
        readings = {content.decode(page) for page in _LATIN_PAGES}
    except UnicodeDecodeError:
        readings = set()
    if len(readings) != 1:
        raise ValueError(_UNKNOWN)
    (text,) = readings
    words = [word for word in re.findall(r"[^\W\d_]+", text) if not word.isascii()]
    # In Greek, Cyrillic and Asian text, these bytes form words without ASCII letters, and signs.
    is_latin = words and all(re.search("[A-Za-z]", word) for word in words)
    if not is_latin or not set(re.sub(r"[^\W_]", "", text)) <= _SIGNS:
        raise ValueError(_UNKNOWN)
    return text


__all__ = ("decode",)
