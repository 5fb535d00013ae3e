# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check spreadsheets, which are archives, before parsing anything in them.

A few kilobytes can unpack to gigabytes, and XML can define entities that expand or read other files.
"""

from __future__ import annotations

import io
import re
import zipfile

#: Maximum bytes of a spreadsheet, and of its whole content.
MOST_BYTES = 64 * 1024**2
MOST_UNPACKED = 256 * 1024**2
#: Maximum bytes of XML parts, which need many times more memory after parsing.
MOST_XML = 128 * 1024**2
MOST_PARTS = 10_000
# Also matches UTF-16, which has a zero between letters.
_DEFINITIONS = re.compile(
    rb"<\x00?!\x00?(?:D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E|E\x00?N\x00?T\x00?I\x00?T\x00?Y)", re.I
)


def opened_archive(content: bytes, kind: str) -> zipfile.ZipFile:
    """Return the archive of a spreadsheet after checking its sizes and its XML.

    :param kind: expected kind of the file: "an Excel workbook".
    :raises ValueError: if it is not of this kind, encrypted, too large, or defines XML entities.
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValueError(
            "is encrypted or has the old .xls format. Save it as .xlsx without a password,"
            " and encrypt it with ansible-vault if it must be kept secret"
        )
    if not content:
        raise ValueError("is empty, with 0 bytes. Save it again in the program that made it")
    if content.lstrip()[:1] == b"<":
        raise ValueError("is a web page or XML with the ending of a workbook. Open it in Excel, and save it as .xlsx")
    if len(content) > MOST_BYTES:
        raise ValueError(f"has more than {MOST_BYTES >> 20} MB. {_SMALLER}")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        _check_sizes(archive)
        for part in archive.infolist():
            if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                _check_xml(archive, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise ValueError(f"is not {kind}, or is damaged. Save it again in the program that created it") from None
    return archive


_SMALLER = "Copy the columns of the mailboxes to a new spreadsheet"


def _check_sizes(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    xml = sum(part.file_size for part in parts if part.filename.lower().endswith(".xml"))
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or xml > MOST_XML:
        raise ValueError(f"unpacks to more than {MOST_XML >> 20} MB. {_SMALLER}")


def _check_xml(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    with archive.open(part) as stream:
        # Definitions precede the first element, but comments of any length may precede them.
        kept = b""
        while block := stream.read(1 << 20):
            if _DEFINITIONS.search(kept + block):
                raise ValueError("defines XML entities, which no spreadsheet program writes. Do not trust this file")
            kept = block[-32:]


__all__ = ("opened_archive",)
