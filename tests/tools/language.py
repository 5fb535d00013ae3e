# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that the text of this repository avoids unclear wording, and print each line to correct.

Code spans are skipped, and so are generated sections: both repeat text of files that are checked themselves.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import io
import pathlib
import re
import sys
import tokenize
import typing as t

from workspace import ROOT, list_files

#: Files that are never checked: released changelogs, the license, and the list of words itself.
EXEMPT = (
    "CHANGELOG.md",
    "CHANGELOG.rst",
    "LICENSE",
    "changelogs/changelog.yaml",
    "tests/tools/language.py",
    "tests/unit/test_language.py",
)
SUFFIXES = (".j2", ".json", ".md", ".py", ".rst", ".svg", ".toml", ".txt", ".yaml", ".yml", "")
#: Parts of Python names that need an explanation to be understood.
METAPHORS = (
    "comparer",
    "desk",
    "face",
    "faces",
    "knob",
    "knobs",
    "liar",
    "silence",
    "story",
    "stubborn",
    "victim",
    "witness",
)
GENERATED = (
    re.compile(r"<!-- (?P<name>[\w -]+): (?:begin|start) -->.*?<!-- (?P=name): end -->", re.DOTALL),
    re.compile(r"^\.\. generated: start$.*?^\.\. generated: end$", re.DOTALL | re.MULTILINE),
)
#: A code span may contain backquotes: messages quote names of options.
CODE_SPAN = re.compile(r"``.+?``(?!`)|`[^`\n]+`")
NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclasses.dataclass(frozen=True)
class Rule:
    """A wording to avoid.

    `advice` says what to write instead. `bad` and `good` are examples for the rule's test.
    """

    pattern: re.Pattern[str]
    advice: str
    bad: tuple[str, ...]
    good: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Allowance:
    """A line that may keep a wording: the files, a part of the line, and the reason."""

    files: str
    text: str
    reason: str


def rule(pattern: str, advice: str, bad: tuple[str, ...], good: tuple[str, ...] = ()) -> Rule:
    """Return a rule whose pattern ignores case."""
    return Rule(re.compile(pattern, re.IGNORECASE), advice, bad, good)


RULES = (
    rule(
        r"\b(?:tells?|told|telling)\b",
        "name the action: report, return, show, list, describe or warn",
        ("The page tells more.", "all problems are told"),
        ("intelligent", "The page describes it.", "the untold_count"),
    ),
    rule(
        r"(?<!there )\b(?:is|are|was|were) no (?!longer\b|more\b|later\b|larger\b|less\b)\w+",
        'write "is not a ..." or "has no ..."',
        ("the file is no CSV", "what are no digits"),
        ("There is no limit.", "it is no longer read", "the file is not a CSV file", "is no more than 10"),
    ),
    rule(
        r"\bwhat (?:is|was) there\b",
        'name the thing, such as "existing mailboxes"',
        ("Adopt what is there",),
        ("Adopt existing mailboxes",),
    ),
    rule(r"\blaborator(?:y|ies)\b", 'write "test systems"', ("for laboratories",), ("for test systems only",)),
    rule(
        r"\b(?:unforeseen|foresaw|foreseen)\b",
        'write "unexpected" or "expected"',
        ("an unforeseen error", "that nobody foresaw"),
        ("an unexpected error",),
    ),
    rule(
        r"\bbelong(?:s|ed|ing)? into\b",
        'write "belongs in"',
        ("it belongs into the file",),
        ("it belongs in the file", "it belongs to the user"),
    ),
    rule(
        r"\bat once\b",
        'write "immediately", "together" or "at the same time"',
        ("all problems at once",),
        ("all problems together", "at least once", "once"),
    ),
    rule(r"\bin silence\b", 'write "silently" or "without a warning"', ("left out in silence",), ("silently",)),
    rule(
        r"\b(?:is|are|was|were) to be\b",
        "name who does it, or use the imperative",
        ("what is to be deleted", "values that are to be written"),
        ("the value must be text", "seems to be"),
    ),
    rule(
        r"\bbeside\b",
        'write "next to", "without" or "in addition to"',
        ("a file beside the playbook", "requests beside the login"),
        ("besides", "a file next to the playbook"),
    ),
    rule(r"\bonce more\b", 'write "again"', ("is read once more",), ("at most once", "is read again")),
    rule(r"\banew\b", 'write "again" or "from the start"', ("starts anew",), ("starts again", "a new one")),
    rule(r"\bany more\b", 'write "no longer", or leave it out', ("is not used any more",), ("is no longer used",)),
    rule(r"\bfor ever\b", 'write "endless" or "every time"', ("it waits for ever",), ("an endless wait", "forever")),
    rule(
        r"\b(?:in earnest|in vain|without a word)\b",
        'say plainly what happens, such as "without a message"',
        ("it failed without a word",),
        ("it failed without a message",),
    ),
    rule(r"\bforesees?\b", 'write "predict"', ("check mode foresees the change",), ("check mode predicts the change",)),
    rule(r"\bwhoever\b", "name the person or program", ("whoever starts the job",), ("the user who starts the job",)),
    rule(r"\bof somebody\b", 'write "of another client" or "foreign"', ("a box of somebody else",), ("a foreign box",)),
    rule(r"\banswers? (?:a )?success\b", 'write "reports success"', ("KAZOO answers success",), ("reports success",)),
    rule(
        r"\btaken for\b", 'write "treated as" or "mistaken for"', ("text taken for a number",), ("treated as a number",)
    ),
    rule(r"\bwhat is no\b", "name the thing that is refused", ("what is no number",), ("other values",)),
    rule(r"\bmade again\b", 'write "created again" or "repeated"', ("the box is made again",), ("is created again",)),
    rule(r"\bbehaviour", 'write "behavior", as Ansible does', ("a behaviour",), ("behaviors",)),
)
ALLOWANCES: tuple[Allowance, ...] = (
    Allowance("roles/simulator/files/voicemail_simulator/server.py", "def knobs(", "the name in version 1.0"),
    Allowance("tests/unit/simulator/test_framework.py", "knobs", "the name in version 1.0"),
)


def files() -> list[str]:
    """Return the names of the files to check."""
    names = [name.as_posix() for name in list_files() if (ROOT / name).is_file()]
    return [name for name in names if name not in EXEMPT and pathlib.PurePath(name).suffix in SUFFIXES]


def blanked(text: str) -> str:
    """Return a text with generated sections and code spans replaced by spaces, line by line."""

    def blank(match: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " ", match[0])

    for pattern in (*GENERATED, CODE_SPAN):
        text = pattern.sub(blank, text)
    return text


def name_problems(text: str) -> t.Iterator[tuple[int, str, str]]:
    """Yield line, name and advice for the names in a Python file that are metaphors."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            parts = {part.lower() for part in NAME_PART.findall(token.string)}
            if parts & set(METAPHORS):
                yield token.start[0], token.string, "use the plain term"


def text_problems(text: str) -> t.Iterator[tuple[int, str, str]]:
    """Yield line, wording and advice for each wording to avoid."""
    for number, line in enumerate(blanked(text).splitlines(), 1):
        for one in RULES:
            for match in one.pattern.finditer(line):
                yield number, match[0], one.advice


def problems() -> list[str]:
    """Return the lines to correct, as `file:line: wording: advice`, and unused allowances."""
    found = []
    unused = set(ALLOWANCES)
    for name in files():
        text = (ROOT / name).read_text(encoding="utf-8")
        lines = text.splitlines()
        results = [*text_problems(text), *(name_problems(text) if name.endswith(".py") else ())]
        for number, wording, advice in sorted(results):
            excuses = {one for one in ALLOWANCES if fnmatch.fnmatch(name, one.files) and one.text in lines[number - 1]}
            unused -= excuses
            if not excuses:
                found.append(f"{name}:{number}: {wording!r}: {advice}")
    return found + [f"tests/tools/language.py: unused allowance: {one.text!r}" for one in unused]


def main() -> int:
    """Print the lines to correct and return the exit status."""
    found = problems()
    print("\n".join(found) or f"{len(files())} files checked")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
