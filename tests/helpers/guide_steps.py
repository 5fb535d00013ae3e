# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a guide, which are its files and commands in order: use it to run them.

A comment before a block changes the expectation: `.. test: not run, REASON` skips it,
`.. test: status 2, REASON` sets the exit status of its last command, and `.. test: interrupt, REASON` presses Ctrl-C
when
the command waits. `.. test: output` before a block of text requires that the command before it prints these lines.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from helpers.documentation_blocks import SHELL_LANGUAGES, YAML_LANGUAGES, Block, Document

#: Comments for the test of examples without a caption, which do not affect files and commands.
_OTHER_WORDS = ("syntax only",)


@dataclasses.dataclass(frozen=True)
class Step:
    """A file to write or a command to run.

    :param place: file and line in the documentation.
    :param name: name of the file, or empty for a command.
    :param text: the content of the file, or the command.
    :param status: expected exit status of a command.
    :param is_interrupted: whether the command is interrupted with Ctrl-C.
    :param prints: expected lines of its output.
    """

    place: str
    name: str
    text: str
    status: int = 0
    is_interrupted: bool = False
    prints: str = ""


def left_out(document: Document) -> list[tuple[str, str]]:
    """Return the blocks that the test does not run, as place and reason."""
    blocks = [block for block in document.blocks if block.words.startswith("not run")]
    return [(block.place, block.words.removeprefix("not run").strip(" ,")) for block in blocks]


def steps(document: Document) -> list[Step]:
    """Return the steps of a guide in order.

    :raises ValueError: for an unknown comment.
    """
    found: list[Step] = []
    for block in document.blocks:
        if block.words == "output":
            found[-1] = dataclasses.replace(found[-1], prints=block.text.strip("\n"))
        else:
            found += _steps(block)
    return found


def _steps(block: Block) -> list[Step]:
    if block.words.startswith("not run"):
        return []
    if block.language in SHELL_LANGUAGES:
        return list(_commands(block))
    return [Step(block.place, block.caption, block.text)] if block.caption else []


def _commands(block: Block) -> t.Iterator[Step]:
    joined = re.sub(r"\\\n\s*", "", block.text)
    lines = [line.removeprefix("$ ") for line in joined.splitlines() if line.startswith("$ ")]
    status, is_interrupted = _expectation(block)
    for position, line in enumerate(lines, start=1):
        is_last = position == len(lines)
        yield Step(block.place, "", line, status if is_last else 0, is_interrupted and is_last)


def _expectation(block: Block) -> tuple[int, bool]:
    """Return the exit status of the last command, and whether it is interrupted."""
    if not block.words or block.words.startswith(_OTHER_WORDS):
        return 0, False
    found = re.fullmatch(r"(?:status (?P<status>\d)|interrupt), \w.*", block.words)
    if found is None:
        raise ValueError(f"{block.place}: unknown comment {block.words!r}")
    return int(found["status"] or 0), found["status"] is None


def unused_playbooks(document: Document) -> list[str]:
    """Return the playbooks of a guide that its commands and its Python code do not run.

    Molecule finds its playbooks by their folder.
    """
    callers = [step.text for step in steps(document) if not step.name or step.name.endswith(".py")]
    commands = "\n".join(callers)
    shown = [block for block in document.of(*YAML_LANGUAGES) if block.caption and block.is_playbook]
    shown = [block for block in shown if not block.words.startswith("not run")]
    unused = [block for block in shown if block.caption.rpartition("/")[2] not in commands]
    return [block.place for block in unused if block.caption.partition("/")[0] not in commands.split()]
