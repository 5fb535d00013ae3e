# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the options that roles pass to modules to each role, from the registry of modules.

Each role requires a copy, because Ansible reads the variables and argument specs of a role separately.
"""

from __future__ import annotations

import json
import pathlib
import re
import typing as t

import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.modules import CACHE, CONNECTION, TABLE

#: The options that each role collects in ``__<role>_<list>``.
LISTS: dict[str, dict[str, tuple[str, ...]]] = {
    "export": {"connection": tuple(CONNECTION)},
    "provision": {"connection": (*CONNECTION, *CACHE), "table": tuple(TABLE)},
    "retention": {"connection": tuple(CONNECTION)},
}
#: The prefix of the options of the connection in the argument specs of each role; dictionaries have none.
PREFIXES = {"export": "export_", "migrate": "", "provision": "provision_", "retention": "retention_"}
START = "# Written by tests/tools/generate_docs.py: {what}.\n"
END = "# End of: {what}.\n"
Texts = t.Mapping[str, t.Any]


def collected(role: str, name: str, options: t.Iterable[str]) -> str:
    """Return the variables that collect the options which are set for a role, without its prefix."""
    given, listed = f"__{role}_{name}_given", f"__{role}_{name}_options"
    lines = [
        f"__{role}_{name}: >-",
        f"  {{{{ dict({given} | map('regex_replace', '^{role}_', '')",
        f"          | zip(query('ansible.builtin.vars', *{given}))) }}}}",
        f"{given}: \"{{{{ query('ansible.builtin.varnames', '^{role}_(' ~ {listed} | join('|') ~ ')$') }}}}\"",
        f"{listed}:",
        *(f"  - {option}" for option in sorted(options)),
    ]
    return "".join(f"{line}\n" for line in lines)


def documented(prefix: str, texts: Texts) -> str:
    """Return the options of the connection for an argument spec.

    :param prefix: of the variables; empty for the keys of a dictionary, which has to name its vendor.
    """
    lines = []
    for name, spec in CONNECTION.items():
        text = texts.get(prefix + name, texts[name])
        lines += [f"{prefix}{name}:", *_description(text), f"  type: {spec['type']}"]
        if "choices" in spec:
            lines.append(f"  choices: [{', '.join(spec['choices'])}]")
        if spec.get("required") and not prefix:
            lines.append("  required: true")
        if spec.get("no_log"):
            lines.append("  no_log: true")
    return "".join(f"{line}\n" for line in lines)


def _description(text: str | list[str]) -> list[str]:
    if isinstance(text, list):
        return ["  description:", *(f"    - {line}" for line in text)]
    return [f"  description: {text if yaml.safe_load(text) == text else json.dumps(text)}"]


def _replaced(text: str, what: str, written: str) -> str:
    """Return a text with the part between two markers replaced, with the indentation of the markers."""
    start, end = START.format(what=what), END.format(what=what)
    found = re.search(rf"^( *){re.escape(start)}.*?^ *{re.escape(end)}", text, re.S | re.M)
    if found is None:
        raise ValueError(f"the mark {start!r} is missing")
    lines = "".join(f"{found[1]}{line}" for line in f"{start}{written}{end}".splitlines(keepends=True))
    return text[: found.start()] + lines + text[found.end() :]


def outputs(roles: pathlib.Path, texts: Texts) -> dict[pathlib.Path, str]:
    """Return the variables and argument specs of every role with the options that it passes on.

    :param roles: the folder of the roles.
    :param texts: descriptions of the options of the connection.
    """
    found = {}
    for role, lists in LISTS.items():
        path = roles / role / "vars" / "main.yml"
        content = path.read_text(encoding="utf-8")
        for name, options in lists.items():
            content = _replaced(content, f"the {name} options that are set", collected(role, name, options))
        found[path] = content
    for role, prefix in PREFIXES.items():
        path = roles / role / "meta" / "argument_specs.yml"
        content = path.read_text(encoding="utf-8")
        found[path] = _replaced(content, "options of the connection", documented(prefix, texts))
    return found
