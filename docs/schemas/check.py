#!/usr/bin/env python
# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mailbox files against their schema, as a hook of pre-commit: check.py [VENDOR] FILE..."""

from __future__ import annotations

import os
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent


def main(arguments: list[str]) -> None:
    """Replace this process by check-jsonschema with the schema of the vendor, or of all vendors."""
    schema = FOLDER / f"mailboxes.{arguments[0]}.schema.json" if arguments else FOLDER
    if schema.is_file():
        del arguments[0]
    else:
        schema = FOLDER / "mailboxes.schema.json"
    try:
        os.execvp("check-jsonschema", ["check-jsonschema", "--schemafile", str(schema), *arguments])
    except FileNotFoundError:
        sys.exit("check-jsonschema is not installed. Install it: pip install check-jsonschema")


if __name__ == "__main__":
    main(sys.argv[1:])
