# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generate files from the field tables and the registry, so that each fact is stated once.

These are option fragments, return values of modules, options of roles, the choices of vendors, the support table and
schemas of mailbox files. Run it after a change. With --check it writes nothing, and fails if a file is out of date.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pathlib
import re
import sys
import textwrap
import typing as t

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "tools")]
importlib.import_module("conftest")  # makes the collection importable
import mailbox_schemas  # noqa: E402
import return_values  # noqa: E402
import role_options  # noqa: E402
from ansible_collections.telephony.voicemail.plugins.doc_fragments import connection  # noqa: E402
from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments  # noqa: E402
from ansible_collections.telephony.voicemail.plugins.module_utils.model.fields import FieldTable  # noqa: E402
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import RESOURCES  # noqa: E402
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor  # noqa: E402

TEXTS: dict[str, dict[str, t.Any]] = yaml.safe_load((ROOT / "tests" / "tools" / "option_texts.yml").read_text())
HEADER = '''# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a {what}. Written by tests/tools/generate_docs.py from {source}; change those instead."""

from __future__ import annotations


class ModuleDocFragment:
    """Options of a {what}."""

    DOCUMENTATION = r"""
'''
START, END = "<!-- support table: start -->", "<!-- support table: end -->"


def tables(resource: str) -> list[FieldTable]:
    """Return the field tables of a resource, in the order of the vendors."""
    return [table for name in NAMES if (table := vendor(name).tables.get(resource)) is not None]


def holders(option: str, resource: str) -> str:
    """Name the vendors that support a shared option, with the name of their field."""
    parts = []
    for table in tables(resource):
        field = table.by_option.get(option)
        if field is not None:
            parts.append(vendor(table.vendor).title + (" (required for a new one)" if field.required else ""))
    return ", ".join(parts)


def option_docs(name: str, spec: dict[str, t.Any], resource: str, key: str) -> dict[str, t.Any]:
    """Return the documentation of one option."""
    text = TEXTS[key][name]
    description = list(text) if isinstance(text, list) else [text]
    if key != "steering" and resource == "mailbox":
        description.append(f"Held by {holders(name, resource)}.")
    return {"description": description, **_types(spec), **_added(name)}


def _types(spec: dict[str, t.Any]) -> dict[str, t.Any]:
    return {key: spec[key] for key in ("type", "elements", "choices", "default", "aliases", "required") if key in spec}


def vendor_docs(name: str) -> dict[str, t.Any]:
    """Return the documentation of a vendor's dictionary."""
    table = vendor(name).tables["mailbox"]
    title = vendor(name).title
    docs: dict[str, t.Any] = {
        "description": [
            f"Fields that only {title} has, under the names that {title} gives them.",
            f"Read only when O(vendor) is V({name}), so that one file can serve several vendors.",
        ],
        "type": "dict",
    }
    options = _nested(table, arguments.vendor_options(table), name)
    if options:
        docs["suboptions"] = options
    return docs


def _nested(table: FieldTable, spec: dict[str, t.Any], prefix: str) -> dict[str, t.Any]:
    docs = {}
    for key, option in sorted(spec.items()):
        path = f"{prefix}.{key}"
        if "options" in option:
            docs[key] = {
                "description": f"Fields below C({key}).",
                "type": "dict",
                "suboptions": _nested(table, option["options"], path),
                **_added(path),
            }
            continue
        field = table.by_option[path]
        description = [field.text]
        if field.since:
            description.append(f"Known from {table.vendor.upper()} {field.since} on.")
        if field.creation_only:
            description.append("Only used when the mailbox is created; it cannot be read back.")
        # One line instead of two: there are many of them.
        shown = description if len(description) > 1 else description[0]
        docs[key] = {"description": shown, **_types(option), **_added(path)}
    return docs


def _added(option: str) -> dict[str, str]:
    """Return the version that added an option, if it is newer than its module."""
    return {"version_added": TEXTS["added"][option]} if option in TEXTS["added"] else {}


def fragment(resource: str) -> str:
    """Return the doc fragment of a resource's options."""
    described = RESOURCES[resource]
    key = described.singular
    options = {}
    for name, spec in arguments.own_options(described.module).items():
        if name in NAMES:
            options[name] = vendor_docs(name)
        elif name in TEXTS[key]:
            options[name] = option_docs(name, spec, resource, key)
        else:
            options[name] = option_docs(name, spec, resource, "steering")
    dumped = yaml.safe_dump({"options": options}, sort_keys=False, width=130, allow_unicode=False)
    return HEADER.format(what=resource, source="the field tables") + dumped + '"""\n'


def plugin_fragment() -> str:
    """Return the connection options for plugins, whose documentation names the variables of the environment apart."""
    reported = yaml.safe_load(connection.ModuleDocFragment.DOCUMENTATION)
    for name, option in reported["options"].items():
        variable = f"VOICEMAIL_{name.upper()}"
        fallback = f"If not given, the environment variable E({variable}) is used."
        option["description"].remove(fallback)
        option["env"] = [{"name": variable}]
    dumped = yaml.safe_dump(reported, sort_keys=False, width=130, allow_unicode=False)
    return HEADER.format(what="connection, for plugins", source="those of modules") + dumped + '"""\n'


def support_table() -> str:
    """Return the table of supported options as Markdown."""
    rows = ["| option | " + " | ".join(vendor(name).title for name in NAMES) + " |", "|---|" + "---|" * len(NAMES)]
    for option in ["new_mailbox", *arguments.MAILBOX]:
        cells = []
        for name in NAMES:
            table = vendor(name).tables["mailbox"]
            field = table.by_option.get(option)
            if option == "new_mailbox":
                cells.append("yes" if table.can_renumber else "no")
            elif field is None:
                cells.append("no")
            else:
                wire = field.wire or ", ".join(
                    wire for item in table.composites if option in item.options for wire in item.wires
                )
                cells.append(f"`{wire}`" if wire else "yes")
        rows.append(f"| `{option}` | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def with_table(text: str) -> str:
    """Return a Markdown document with the support table between its markers."""
    before, _start, rest = text.partition(START)
    _old, _end, after = rest.partition(END)
    return f"{before}{START}\n\n{support_table()}\n\n{END}{after}"


def outputs() -> dict[pathlib.Path, str]:
    """Return every generated file with its content."""
    found = {
        ROOT / "plugins" / "doc_fragments" / "connection_plugin.py": plugin_fragment(),
        **{
            ROOT / "plugins" / "doc_fragments" / f"{resource.singular}.py": fragment(resource.key)
            for resource in RESOURCES.values()
        },
        **return_values.outputs(ROOT / "plugins" / "modules"),
        **role_options.outputs(ROOT / "roles", TEXTS["roles"]),
    }
    for name, schema in mailbox_schemas.schemas(TEXTS).items():
        found[ROOT / "docs" / "schemas" / name] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    readme = ROOT / "README.md"
    if readme.is_file() and START in readme.read_text():
        found[readme] = with_table(readme.read_text())
    return {**found, **with_vendors(found)}


def with_vendors(found: t.Mapping[pathlib.Path, str]) -> dict[pathlib.Path, str]:
    """Return the files whose documentation lists the vendors as choices, with the list of the registry.

    :param found: other generated files.
    """
    listed = re.compile(rf"choices: \[{NAMES[0]}, [^\]]*\]")
    written = f"choices: [{', '.join(NAMES)}]"
    files = [
        *(ROOT / "plugins").rglob("*.py"),
        *(ROOT / "extensions").rglob("*.py"),
        *(ROOT / "roles").glob("*/meta/*.yml"),
    ]
    texts = {path: found.get(path) or path.read_text(encoding="utf-8") for path in files}
    return {path: listed.sub(written, text) for path, text in texts.items() if listed.search(text)}


def main() -> int:
    """Write the files, or report which are out of date."""
    parser = argparse.ArgumentParser(description=textwrap.dedent(__doc__ or ""))
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is out of date")
    check = parser.parse_args().check
    stale = [path for path, text in outputs().items() if not path.is_file() or path.read_text() != text]
    for path in stale:
        print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.write_text(outputs()[path])
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
