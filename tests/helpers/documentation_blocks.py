# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the code blocks of the documentation as playbooks: use it to run examples against the simulator.

A document is one scenario: its blocks run in order, on one host, against separate simulators. A YAML block
is a playbook, a list of tasks, a file, or variables of a role. A file has a caption (`:caption:` in RST,
`<!-- file: NAME -->` in Markdown, or a first line `# NAME`) and is written to the folder of the document's playbooks.
A block that names no vendor runs with the connection in environment variables. A comment
`test: syntax only, REASON` before a block excludes it from the run.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
import textwrap
import typing as t

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
YAML_LANGUAGES = ("yaml", "yaml+jinja")
SHELL_LANGUAGES = ("console", "shell", "bash", "sh")
LANGUAGES = (*YAML_LANGUAGES, *SHELL_LANGUAGES, "text", "csv", "python", "json")
_FENCE = re.compile(
    r"^(?P<before>(?:<!--.*?-->\n+)*)(?P<indent> *)```(?P<language>\S*)\n(?P<text>.*?)^(?P=indent)```$", re.M | re.S
)
_DIRECTIVE = re.compile(
    r"^(?P<before>(?:\.\. [^\n:]+:(?!:)[^\n]*\n\n)*)(?P<indent> *)\.\. code-block:: *(?P<language>\S*)\n"
    r"(?P<options>(?: +:\w+:.*\n)*)\n(?P<text>(?:(?P=indent)   .*\n|\n)+)",
    re.M,
)
_WORD = re.compile(r"^(?:<!--|\.\.) *(test|file): *(.*?) *(?:-->)?$", re.M)


@dataclasses.dataclass(frozen=True)
class Block:
    """One code block.

    :param place: file and line, for failures.
    :param caption: name of the file, if the block is one.
    :param words: the instruction in the comment before the block.
    """

    place: str
    language: str
    text: str
    caption: str = ""
    words: str = ""

    @property
    def content(self) -> t.Any:
        """Return the content of a YAML block. Raises yaml.YAMLError."""
        return yaml.load(self.text, Loader=_Loader)

    @property
    def is_connected(self) -> bool:
        """Check whether its tasks name their telephone system, or use none."""
        return "vendor" in self.text or "telephony.voicemail." not in self.text

    @property
    def is_playbook(self) -> bool:
        """Check whether the block is a list of plays."""
        content = self.content
        return isinstance(content, list) and all(
            isinstance(play, dict)
            and {"hosts", "ansible.builtin.import_playbook"} & set(play)
            # Other tests run rulebooks.
            and "sources" not in play
            for play in content
        )

    @property
    def is_tasks(self) -> bool:
        """Check whether the block is a list of tasks."""
        content = self.content
        return (
            isinstance(content, list)
            and not self.is_playbook
            and all(
                isinstance(task, dict) and ("block" in task or any("." in str(key) for key in task)) for task in content
            )
        )


class _Loader(yaml.SafeLoader):
    """A YAML loader that returns the value of Ansible's tags."""


_Loader.add_multi_constructor("!", lambda loader, _suffix, node: loader.construct_scalar(node))


@dataclasses.dataclass(frozen=True)
class Document:
    """A file with code blocks."""

    path: pathlib.Path
    blocks: tuple[Block, ...]

    @property
    def name(self) -> str:
        """Return the document's path in the collection."""
        return str(self.path.relative_to(ROOT))

    @property
    def host(self) -> str:
        """Return a unique name for its host and folder."""
        return re.sub(r"\W+", "_", self.name).lower()

    def of(self, *languages: str) -> list[Block]:
        """Return the blocks in these languages."""
        return [block for block in self.blocks if block.language in languages]

    @property
    def playbooks(self) -> list[Block]:
        """Return the blocks that Ansible can run."""
        found = self.of(*YAML_LANGUAGES)
        return [block for block in found if block.is_playbook or (block.is_tasks and not block.caption)]


def markdown(path: pathlib.Path) -> Document:
    """Return the fenced blocks of a Markdown file."""
    return _document(path, _FENCE)


def restructured(path: pathlib.Path) -> Document:
    """Return the code blocks of an RST file."""
    return _document(path, _DIRECTIVE)


def plugin(path: pathlib.Path) -> Document:
    """Return the examples of a module or plugin: one block, or one for each file of an inventory."""
    text = path.read_text(encoding="utf-8")
    found = re.search(r'^EXAMPLES = r?"""\n(.*?)"""', text, re.M | re.S)
    if found is None:
        return Document(path, ())
    line = text[: found.start(1)].count("\n") + 1
    blocks = []
    for part in re.split(r"^---\n", found[1], flags=re.M):
        named = re.match(r"# ([\w./-]+\.\w+)\n", part)
        blocks.append(Block(f"{path.relative_to(ROOT)}:{line}", "yaml", part, caption=named[1] if named else ""))
        line += part.count("\n") + 1
    return Document(path, tuple(blocks))


def _document(path: pathlib.Path, pattern: re.Pattern[str]) -> Document:
    text = path.read_text(encoding="utf-8")
    blocks = []
    for found in pattern.finditer(text):
        given = found.groupdict()
        words = dict(_WORD.findall(given["before"]))
        caption = re.search(r":caption: *(.*)", given.get("options") or "")
        named = re.match(r"# ([\w./-]+\.\w+)\n", given["text"])
        blocks.append(
            Block(
                place=f"{path.relative_to(ROOT)}:{text[: found.start('text')].count(chr(10)) + 1}",
                language=given["language"].lower(),
                text=textwrap.dedent(given["text"]).strip("\n") + "\n",
                caption=caption[1].strip() if caption else words.get("file", named[1] if named else ""),
                words=words.get("test", ""),
            )
        )
    return Document(path, tuple(blocks))


def documents() -> dict[str, list[Document]]:
    """Return every document of the collection with code blocks, by the kind of document."""
    found = {
        "readmes": [
            markdown(path)
            for path in (
                *sorted(ROOT.glob("*.md")),
                *sorted((ROOT / "docs").glob("*.md")),
                *sorted((ROOT / "roles").glob("*/README.md")),
            )
            if not path.name.startswith("CHANGELOG")
        ],
        "guides": [restructured(path) for path in sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))],
        "plugins": [
            plugin(path)
            for kind in ("modules", "lookup", "filter", "callback", "inventory")
            for path in sorted((ROOT / "plugins" / kind).glob("*.py"))
        ],
    }
    return {kind: [document for document in listed if document.blocks] for kind, listed in found.items()}


def blocks_of(kind: str, *languages: str) -> list[Block]:
    """Return the blocks in these languages of every document of a kind."""
    return [block for document in documents()[kind] for block in document.of(*languages)]
