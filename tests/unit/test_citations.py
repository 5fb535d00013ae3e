# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comments cite the pages in docs/vendors by path and heading, and name no document outside the repository."""

from __future__ import annotations

import collections.abc
import io
import pathlib
import re
import tokenize

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES
from helpers.repository_files import FILES

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = {f"docs/vendors/{page.name}": page for page in (ROOT / "docs" / "vendors").glob("*.md")}
CODE = ("plugins/", "roles/", "tests/", "extensions/")

HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.M)
FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
MENTION = re.compile(r"docs/vendors/(?!\w+\.md, \")[^\s,;:)`\"']*")
CITATION = re.compile(r"(docs/vendors/\w+\.md), (\"[^\"\n]+\"(?: and \"[^\"\n]+\")*)")
#: A document outside the repository, cited by section number.
ELSEWHERE = re.compile(r"\bcontract: (?:KAZOO|PortSIP|TEL4VN|OnSIP)\b|\((?:KAZOO|PortSIP|TEL4VN|OnSIP) \d+\.\d+\b")
DOCUMENT = re.compile(r"(?<![\w./<>{}*-])[\w./-]*\w\.(?:md|rst|rng|pdf|docx?)\b(?![\w*{}])")


#: Text that every citation contains. Other files are skipped to save time.
SUSPECT = re.compile(r"docs/vendors|contract:|\((?:KAZOO|PortSIP|TEL4VN|OnSIP)\b|\.(?:md|rst|rng|pdf|docx?)\b")


SOURCES = [name for name in FILES if name.startswith(CODE) and name.endswith((".py", ".yml", ".j2"))]


def headings_of(text: str) -> list[str]:
    """Return the headings of a Markdown page in order."""
    return HEADING.findall(FENCE.sub("", text))


HEADINGS = {path: headings_of(page.read_text(encoding="utf-8")) for path, page in PAGES.items() if page.exists()}


def python_prose(text: str) -> collections.abc.Iterator[str]:
    """Yield the comments and docstrings of a Python file. Comments on consecutive lines are one text."""
    block: list[str] = []
    last, begins_statement = -1, True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield " ".join(block)
                block = []
            block.append(token.string.lstrip("#:").strip())
            last = token.start[0]
        elif token.type == tokenize.STRING and begins_statement:
            yield " ".join(token.string.strip('"').split())
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            begins_statement = token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
    yield " ".join(block)


def prose(name: str, text: str) -> list[str]:
    """Return the comments of a source, and the docstrings of Python."""
    if name.endswith(".py"):
        return [part for part in python_prose(text) if part]
    if name.endswith(".j2"):
        return re.findall(r"{#.*?#}", text, re.S)
    return [line.partition("#")[2] for line in text.splitlines() if re.match(r"\s*#|.*\s# ", line)]


def is_documented(document: str) -> bool:
    """Check whether the repository has a document of this path or, without a folder, of this name."""
    return document in FILES or document in {name.rpartition("/")[2] for name in FILES}


def problems(text: str) -> list[str]:
    """Return the problems of the citations in a text."""
    found = [f"not a path and heading: {mention}" for mention in MENTION.findall(text)]
    for path, quoted in CITATION.findall(text):
        if path not in HEADINGS:
            found.append(f"no such page: {path}")
            continue
        found += [
            f"no such heading: {path}, {one}" for one in re.findall('"([^"]+)"', quoted) if one not in HEADINGS[path]
        ]
    found += [f"not in the repository: {cited.strip()}" for cited in ELSEWHERE.findall(text)]
    found += [
        f"not in the repository: {document}" for document in DOCUMENT.findall(text) if not is_documented(document)
    ]
    return found


def test_every_citation_names_a_heading() -> None:
    found: dict[str, list[str]] = {}
    citations = 0
    for name in SOURCES:
        text = (ROOT / name).read_text(encoding="utf-8")
        for part in prose(name, text) if SUSPECT.search(text) else ():
            citations += len(CITATION.findall(part))
            if wrong := problems(part):
                found.setdefault(name, []).extend(wrong)
    assert found == {}
    # Far fewer would mean that their format is not recognized.
    assert citations > 100


@pytest.mark.parametrize(
    "text",
    [
        'A conflict (docs/vendors/kazoo.md, "Conflicts hidden in a success").',
        'See docs/vendors/kazoo.md, "Errors" and "Rate limit".',
        "Counts are kept in docs/reliability.md, and the README.md of the role lists them.",
        "A report of the role is written to {folder}/report.md.",
        "The contract between both layers.",
    ],
)
def test_good_citations(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    "text",
    [
        'See docs/vendors/kazoo.md, "No such heading".',
        'See docs/vendors/kazoo.md, "Errors" and "No such heading".',
        'See docs/vendors/acme.md, "Errors".',
        "See docs/vendors/kazoo.md.",
        "See docs/vendors/kazoo.md, section Errors.",
        "A conflict (contract: " + "KAZOO 3.7).",
        "A conflict (" + "KAZOO 5.6 and 5.9).",
        "As design.md wants.",
        "As docs/vendors.md wants.",
        "The form is that of notes/replies.rst.",
    ],
)
def test_bad_citations(text: str) -> None:
    assert problems(text) != []


def test_a_citation_across_lines_is_found() -> None:
    comment = '# A conflict hides in a success\n# (docs/vendors/kazoo.md, "Nowhere").\n'
    docstring = 'def call():\n    """Call.\n\n    See docs/vendors/kazoo.md, "Conflicts\n    in a success".\n    """\n'
    assert [problems(part) for part in python_prose(comment) if part] == [
        ["no such heading: docs/vendors/kazoo.md, Nowhere"]
    ]
    assert [problems(part) for part in python_prose(docstring) if part] == [
        ["no such heading: docs/vendors/kazoo.md, Conflicts in a success"]
    ]


@pytest.mark.parametrize("path", PAGES)
def test_headings_of_a_page_are_unique(path: str) -> None:
    headings = HEADINGS[path]
    assert sorted(set(headings)) == sorted(headings)


@pytest.mark.parametrize("vendor", NAMES)
def test_every_page_is_linked(vendor: str) -> None:
    path = f"docs/vendors/{vendor}.md"
    guide = (ROOT / "docs" / "docsite" / "rst" / f"vendor_{vendor}.rst").read_text(encoding="utf-8")
    assert f"/{path}>`__" in guide
    assert f"({path})" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PAGES)
def test_links_of_a_page_have_a_target(path: str) -> None:
    page = PAGES[path]
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (page.parent / link).resolve().is_file()] == []
