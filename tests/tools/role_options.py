# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that roles pass on to modules, written into the variables of each role from the registry of modules."""

from __future__ import annotations

import pathlib
import re
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils.modules import CACHE, CONNECTION, TABLE

#: What each list of a role names.
LISTS: dict[str, dict[str, tuple[str, ...]]] = {
    "export": {"connection": tuple(CONNECTION)},
    "provision": {"connection": (*CONNECTION, *CACHE), "table": tuple(TABLE)},
    "retention": {"connection": tuple(CONNECTION)},
}
START = "# Written by tests/tools/generate_docs.py: the {list} options that are set for the role.\n"
END = "# End of the {list} options.\n"


def block(role: str, name: str, options: t.Iterable[str]) -> str:
    """Return the variables that collect the options which are set for a role.

    ``__<role>_<name>`` is a dictionary of these options, without the prefix of the role.
    """
    given, listed = f"__{role}_{name}_given", f"__{role}_{name}_options"
    lines = [
        f"__{role}_{name}: >-",
        f"  {{{{ dict({given} | map('regex_replace', '^{role}_', '')",
        f"          | zip(query('ansible.builtin.vars', *{given}))) }}}}",
        f"{given}: \"{{{{ query('ansible.builtin.varnames', '^{role}_(' ~ {listed} | join('|') ~ ')$') }}}}\"",
        f"{listed}:",
        *(f"  - {option}" for option in sorted(options)),
    ]
    return START.format(list=name) + "".join(f"{line}\n" for line in lines) + END.format(list=name)


def outputs(roles: pathlib.Path) -> dict[pathlib.Path, str]:
    """Return the variables of every role with its lists.

    :param roles: the folder of the roles.
    """
    found = {}
    for role, lists in LISTS.items():
        path = roles / role / "vars" / "main.yml"
        text = path.read_text(encoding="utf-8")
        for name, options in lists.items():
            marks = (re.escape(mark.format(list=name)) for mark in (START, END))
            written = block(role, name, options)
            text = re.sub(".*?".join(marks), lambda _match, block=written: block, text, count=1, flags=re.S)
        found[path] = text
    return found
