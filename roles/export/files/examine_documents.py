# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Examine a folder before a write: find files that no export wrote, and stale files of an earlier export.

Reads a JSON object: `folder`, `names` (relative paths that will be written), `resource`, `vendor` and `password` of the
vault (empty where there is none). Prints `{"foreign": [names], "stale": [names], "written": count, "error": text}`.
"""

from __future__ import annotations

import json
import pathlib
import re
import stat
import sys
import typing as t
import urllib.parse
import zipfile

import yaml

if t.TYPE_CHECKING:
    from ansible.parsing.vault import VaultLib

#: The first lines of every file that a role of this collection writes.
HEADER = re.compile(
    r"(?:# yaml-language-server: [^\n]*\n)?# (?:Exported|Made for \S+)(?: from (?:mailboxes of )?(?P<vendor>\w+))?"
    r" by telephony\.voicemail\.(?P<role>\w+)\."
)
#: The headings of every CSV file that a role of this collection writes: options, the number first.
HEADINGS = re.compile(r"\ufeff(?:mailbox|extension_number)(?:,[a-z0-9_.]+)*\r?\n")
#: The author of every workbook that a role of this collection writes.
AUTHOR = b">telephony.voicemail.export<"
VAULT = b"$ANSIBLE_VAULT;"
#: Bytes of the part of a workbook that names its author.
MOST_BYTES = 100_000
KEYS = {"mailboxes": "mailbox", "shared_voicemails": "extension_number"}


class _Loader(yaml.SafeLoader):
    """Reads tags such as `!unsafe` as the text behind them."""


_Loader.add_multi_constructor("!", lambda loader, _suffix, node: loader.construct_scalar(node))


def vault_of(password: str) -> VaultLib:
    """Return a vault that decrypts with a password."""
    # Importing Ansible takes longer than everything else here, and few exports are encrypted.
    from ansible.parsing.vault import VaultLib, VaultSecret

    return VaultLib([("default", VaultSecret(password.encode()))])


def text_of(path: pathlib.Path, vault: VaultLib | None) -> str | None:
    """Return the text of a file, or None if it is encrypted with another password or is not text."""
    content = path.read_bytes()
    if content.startswith(VAULT):
        if vault is None:
            return None
        from ansible.errors import AnsibleError

        try:
            content = vault.decrypt(content)
        except AnsibleError:
            return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def is_foreign(path: pathlib.Path, vault: VaultLib | None) -> bool:
    """Check whether a path exists and was not written by a role of this collection."""
    if not path.exists():
        # A broken link.
        return path.is_symlink()
    if not path.is_file():
        return True
    if path.suffix == ".xlsx":
        return not is_own_workbook(path)
    text = text_of(path, vault)
    header = HEADINGS if path.suffix == ".csv" else HEADER
    return text is None or (text.strip() != "" and header.match(text) is None)


def is_own_workbook(path: pathlib.Path) -> bool:
    """Check whether a role of this collection wrote a workbook, and no user saved it since."""
    try:
        with zipfile.ZipFile(path) as book:
            part = book.getinfo("docProps/core.xml")
            return part.file_size < MOST_BYTES and AUTHOR in book.read(part)
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError):
        return False


def is_left_behind(path: pathlib.Path, resource: str, vendor: str | None, vault: VaultLib | None) -> bool:
    """Check whether a file is the export of one mailbox of this vendor, under its original name."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return False
    text = text_of(path, vault)
    header = HEADER.match(text or "")
    if (
        text is None
        or header is None
        or header["role"] != "export"
        or (vendor and header["vendor"] not in (None, vendor))
    ):
        return False
    try:
        boxes = yaml.load(text, Loader=_Loader)[resource]
        return [str(box[KEYS[resource]]) for box in boxes] == [urllib.parse.unquote(path.stem)]
    except (yaml.YAMLError, KeyError, TypeError):
        return False


def examine(given: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the foreign and stale files of the folder, and the number of exported files."""
    folder, names = pathlib.Path(given["folder"]), given["names"]
    password = given.get("password")
    vault = vault_of(password) if password else None
    foreign = [name for name in names if is_foreign(folder / name, vault)]
    written = sum((folder / name).is_file() for name in names) - sum((folder / name).is_file() for name in foreign)
    expected = {(folder / name).name for name in names}
    others = sorted((folder / given["resource"]).glob("[!.]*.yml")) if given.get("stale") else []
    stale = [
        f"{given['resource']}/{path.name}"
        for path in others
        if path.name not in expected and is_left_behind(path, given["resource"], given.get("vendor"), vault)
    ]
    return {"foreign": foreign, "stale": stale, "written": written + len(stale), "error": ""}


def main() -> None:
    """Examine the folder that standard input describes."""
    try:
        result = examine(json.load(sys.stdin))
    except OSError as error:
        result = {"error": f"cannot read {error.filename}: {error.strerror}"}
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
