# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the reference pages that antsibull-docs does not generate: indexes, playbooks, event source, examples."""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import yaml
from antsibull_docs_parser.parser import Context, parse
from antsibull_docs_parser.rst import to_rst_plain
from workspace import ROOT

COLLECTION = "telephony.voicemail"
EVENT_SOURCE = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "voicemail.py"
RULEBOOKS = ROOT / "extensions" / "eda" / "rulebooks"
REPOSITORY = "https://github.com/telephony/voicemail"
TITLE = re.compile(rf"^{re.escape(COLLECTION)}\.(\w+) (\w+) -- (.+)$", re.M)
#: Kinds of plugins in the order of the page, with the heading of each.
PLUGINS = {
    "lookup": "Lookups",
    "filter": "Filters",
    "inventory": "Inventory",
    "callback": "Callback",
}
#: A word in a comment that is the name of a variable or file.
LITERAL = re.compile(r"(?<![\w/])[\w./@-]*(?:_\w+|\.yml\b)(?:=\w+)?")


def heading(text: str, line: str = "=") -> str:
    """Return a heading in RST."""
    return f"{text}\n{line * len(text)}\n"


def indent(text: str, blanks: int = 4) -> str:
    """Return a text with every line indented."""
    return "\n".join(f"{' ' * blanks}{line}".rstrip() for line in text.splitlines())


def toctree(entries: t.Iterable[str], caption: str | None = None, hidden: bool = True) -> str:
    """Return a table of contents with the given entries."""
    options = [f":caption: {caption}"] * bool(caption) + [":hidden:"] * hidden
    return "\n".join(
        [".. toctree::", *(f"   {option}" for option in options), "", *(f"   {entry}" for entry in entries)]
    )


def documented(folder: pathlib.Path, kind: str) -> dict[str, str]:
    """Return the summaries of the plugins of a kind by name, from the pages that antsibull-docs wrote."""
    pages = sorted(folder.glob(f"*_{kind}.rst"))
    found = [TITLE.search(page.read_text(encoding="utf-8")) for page in pages]
    return {match[1]: match[3] for match in found if match}


def summaries(names: dict[str, str], kind: str) -> str:
    """Return a list of plugins with their summaries, and their table of contents."""
    lines = [f"* :doc:`{name} <{name}_{kind}>`: {summary}" for name, summary in names.items()]
    return "\n".join(lines) + "\n\n" + toctree(f"{name} <{name}_{kind}>" for name in names) + "\n"


def index(folder: pathlib.Path, title: str, introduction: str, kinds: dict[str, str]) -> str:
    """Return the page that lists the plugins of some kinds. The heading of a kind may be empty."""
    parts = [heading(title), introduction, ""]
    for kind, subheading in kinds.items():
        names = documented(folder, kind)
        if names:
            parts += [heading(subheading, "-")] if subheading else []
            parts.append(summaries(names, kind))
    return "\n".join(parts)


def marked(text: str) -> str:
    """Return a comment as RST, with names of variables and files as literals."""
    return LITERAL.sub(lambda match: f"``{match[0]}``", text)


def comment_of(playbook: pathlib.Path) -> list[str]:
    """Return the comment at the top of a playbook."""
    lines = playbook.read_text(encoding="utf-8").splitlines()[1:]
    first = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    return [line.removeprefix("#").removeprefix(" ") for line in lines[:first]]


def described(comment: list[str]) -> str:
    """Return a comment as paragraphs and commands."""
    parts: list[str] = []
    for is_command, lines in _runs(comment):
        if is_command:
            parts.append(".. code-block:: console\n\n" + indent("\n".join(f"$ {line.strip()}" for line in lines)))
        else:
            parts.append(marked(" ".join(lines)))
    return "\n\n".join(parts) + "\n"


def _runs(lines: list[str]) -> t.Iterator[tuple[bool, list[str]]]:
    """Yield consecutive lines of one kind. Indented lines are commands."""
    found: list[str] = []
    for number, line in enumerate(lines):
        found.append(line)
        following = lines[number + 1] if number + 1 < len(lines) else None
        if following is None or following.startswith("    ") != line.startswith("    "):
            yield line.startswith("    "), found
            found = []


def playbook_page(path: pathlib.Path) -> str:
    """Return the page of a playbook, from its comment and the roles that it runs."""
    text = path.read_text(encoding="utf-8")
    roles = sorted(set(re.findall(rf"name: {re.escape(COLLECTION)}\.(\w+)$", text, re.M)))
    links = ", ".join(f":ansplugin:`{COLLECTION}.{role}#role`" for role in roles)
    return "\n".join(
        [
            heading(f"The playbook {path.stem}"),
            described(comment_of(path)),
            heading("Variables", "-"),
            f"The role describes every variable: {links}. Pass them in a file with ``-e @FILE``.",
            "",
            heading("Source", "-"),
            f".. literalinclude:: {path.name}",
            "   :language: yaml+jinja",
            "   :start-at: - name",
            "",
        ]
    )


def playbooks_index(paths: list[pathlib.Path]) -> str:
    """Return the page that lists the playbooks."""
    introduction = (
        "Run these playbooks by name, without copying them. Relative paths are resolved from the folder in\n"
        "which you start the command.\n"
    )
    lines = []
    for path in paths:
        first = next(described_line for is_command, described_line in _runs(comment_of(path)) if not is_command)
        lines.append(f"* :doc:`playbook_{path.stem}`: {marked(' '.join(first)).rstrip(':.')}.")
    entries = toctree(f"{path.stem} <playbook_{path.stem}>" for path in paths)
    return "\n".join([heading("Playbooks"), introduction, *lines, "", entries, ""])


def constant(path: pathlib.Path, name: str) -> str:
    """Return a constant of a Python file, which is not imported."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return str(ast.literal_eval(node.value))
    raise ValueError(f"{path.name} has no {name}")


def prose(text: str | list[str]) -> str:
    """Return documentation markup as RST, one paragraph for each entry."""
    context = Context()
    return to_rst_plain(parse(text, context))


def option_list(options: dict[str, dict[str, t.Any]]) -> str:
    """Return options as a definition list; suboptions are indented below their option."""
    parts = []
    for name, option in options.items():
        facts = [str(option.get("type", "str")), *(["required"] if option.get("required") else [])]
        facts += [f"default {option['default']}"] if "default" in option else []
        facts += [f"one of {', '.join(option['choices'])}"] if "choices" in option else []
        parts.append(f"``{name}`` ({', '.join(facts)})\n{indent(prose(option['description']))}")
        if "suboptions" in option:
            parts.append(indent(option_list(option["suboptions"])))
    return "\n\n".join(parts)


def event_source_page() -> str:
    """Return the page of the event source, from its documentation and the example rulebook."""
    documentation = yaml.safe_load(constant(EVENT_SOURCE, "DOCUMENTATION"))
    parts = [
        heading(f"The event source {COLLECTION}.voicemail"),
        f"{documentation['short_description']}, for rules of ansible-rulebook (Event-Driven Ansible).\n",
        "\n".join(f"* {prose(line)}" for line in documentation["description"]) + "\n",
        heading("Options", "-"),
        option_list(documentation["options"]) + "\n",
        heading("Example", "-"),
        ".. code-block:: yaml\n\n" + indent(constant(EVENT_SOURCE, "EXAMPLES").strip()) + "\n",
    ]
    for path in sorted(RULEBOOKS.glob("*.yml")):
        name = f"{COLLECTION}.{path.stem}"
        parts += [
            heading(f"The rulebook {name}", "-"),
            f"Run it with ``ansible-rulebook --rulebook {name}``, or copy it:\n",
            f".. literalinclude:: {path.name}\n   :language: yaml\n   :start-at: ---\n",
        ]
    return "\n".join(parts)


def examples_index(folders: list[pathlib.Path]) -> str:
    """Return the page that lists the example repositories."""
    introduction = (
        "Complete, small repositories to start from. A test runs each of them against the simulator: plan, apply, and\n"
        "a second plan that shows no change. Copy a folder, change the address, and start with the command ``plan``.\n"
    )
    entries = toctree((f"example_{folder.name}" for folder in folders), hidden=False)
    return "\n".join([heading("Example repositories"), introduction, entries, ""])


def write_reference(folder: pathlib.Path) -> None:
    """Write the pages to the site's source, next to those of antsibull-docs."""
    playbooks = sorted((ROOT / "playbooks").glob("*.yml"))
    pages = {
        "modules": index(folder, "Modules", "Every module runs on the controller or on a host.", {"module": ""}),
        "plugins": index(folder, "Plugins", "Lookups, filters, the inventory and the callback.", PLUGINS),
        "roles": index(
            folder, "Roles", "Each role runs a module once, with checks and reports around it.", {"role": ""}
        ),
        "playbooks": playbooks_index(playbooks),
        "event_source": event_source_page(),
    }
    pages |= {f"playbook_{path.stem}": playbook_page(path) for path in playbooks}
    for name, text in pages.items():
        (folder / f"{name}.rst").write_text(text, encoding="utf-8")
    for path in (*playbooks, *RULEBOOKS.glob("*.yml")):
        (folder / path.name).write_bytes(path.read_bytes())
