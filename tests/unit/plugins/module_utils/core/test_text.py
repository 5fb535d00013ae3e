# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of cleaned and escaped text: no vendor text changes the structure of the output."""

from __future__ import annotations

import csv
import html
import io
import re
import textwrap
import unicodedata
from xml.etree import ElementTree

import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.filter.boxes_to_yaml import boxes_to_yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    InvalidInputError,
    VoicemailError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model import text
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem
from hypothesis import example, given
from hypothesis import strategies as st

markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")

ESC = "\x1b"
NASTY = [
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "![](https://evil.example/x.png)",
    "\\[click](https://evil.example)",
    "\\|cell\\\\|",
    "# heading",
    "heading\n===",
    "@admin, see #1, !2, GH-3 and www.evil.example",
    "<https://evil.example>",
    "<!-- hidden",
    "/close",
    "`code` ``` ~~~ ~~gone~~ *bold* __bold__",
    "1. list",
    "- list",
    "    code",
    "[a]: https://evil.example",
    "&lt;b&gt; &#64;all &copy;",
    f"{ESC}[2J{ESC}]0;title\x07ok: [localhost]\r\n::set-output name=x::y",
    "\u202egnp.exe \u200b\ufeff\u2066\u2028::error::x",
    ":\u200b:error::x ##[error]x ##vso[task.complete]x ##teamcity[x]",
    ":::debug::x -::debug::x",
    "=HYPERLINK(1)",
    ' +1,2;"3"',
    "\x9b31m\x85\x7f\0",
]
# Any text, and text of characters that have a special meaning in some format.
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.text("\\`*_{}[]()<>#+-.!|&@~$:^=\"'/%; \t\r\n\x1b\x9b\u202e\u200b\ufeffaw1"),
    st.lists(st.sampled_from(NASTY)).map(" ".join),
)


def unshowable(shown: str) -> list[str]:
    """Return the characters that control a terminal or are invisible, except visible Arabic signs."""
    return [
        one
        for one in shown
        if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        and one not in "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
        and not 0x13430 <= ord(one) <= 0x1345F
    ]


def commands(shown: str) -> list[str]:
    """Return the lines that GitHub's runner would execute as a command, however the text is wrapped."""
    registered = re.compile(r"::[a-z][a-z-]*(?:\s|::)")
    lines = [shown, *(line for width in (7, 20, 79) for line in textwrap.wrap(shown, width))]
    return [line for line in lines if registered.match(line.lstrip()) or re.search(r"##\w*\[", line)]


@given(TEXTS)
def test_clean_text_controls_nothing_and_stays_clean(raw: str) -> None:
    shown = text.clean(raw)
    assert unshowable(shown) == []
    assert commands(shown) == []
    assert not shown.lstrip().startswith("::")
    assert text.clean(shown) == shown


@pytest.mark.parametrize("raw", NASTY)
def test_hostile_text_is_cleaned(raw: str) -> None:
    shown = text.clean(raw)
    assert unshowable(shown) == []
    assert commands(shown) == []


@pytest.mark.parametrize(
    "raw", ["Müller-Łukasz 日本 ☃", "10:30, https://[::1]:8443/v2", "a::1", "# Sales & Support", "back\\slash"]
)
def test_ordinary_text_is_unchanged(raw: str) -> None:
    assert text.clean(raw) == raw


def tokens_of(document: str) -> list[str]:
    """Return the types of all tokens of a document, parsed like on GitHub."""
    parser = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return [one.type for block in parser.parse(document) for one in (block, *(block.children or ()))]


def rendered(document: str) -> str:
    """Return the text of a rendered document."""
    parser = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return "".join(
        one.content for block in parser.parse(document) for one in block.children or () if one.type != "inline"
    )


@given(TEXTS)
def test_markdown_paragraphs_contain_only_text(raw: str) -> None:
    shown = text.markdown(raw)
    assert {*tokens_of(shown)} <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}
    expected = re.sub(" +", " ", text.clean(raw)).strip().replace("`", "'")
    assert rendered(shown).replace("\u200b", "") == expected
    # GitHub and GitLab search the rendered text for these.
    assert re.findall(r"@\w|(?<!\w)[#!~%]\w|www\.\w|://", rendered(shown)) == []
    assert not shown.startswith("/")


@given(TEXTS, TEXTS)
@example("\\|", "\\")
def test_markdown_tables_keep_their_cells(first: str, second: str) -> None:
    row = f"| {text.markdown(first)} | {text.markdown(second)} | end |"
    found = tokens_of(f"| a | b | c |\n|---|---|---|\n{row}\n")
    assert found.count("td_open") == 3
    assert not {"link_open", "image", "html_inline", "html_block", "heading_open", "code_inline", "em_open"} & {*found}


@given(TEXTS)
def test_html_and_xml_contain_only_text(raw: str) -> None:
    element = ElementTree.fromstring(f'<a b="{text.markup(raw)}">{text.markup(raw)}</a>')
    assert len(element) == 0
    assert (element.text or "") == element.get("b") == text.clean(raw)
    assert html.unescape(text.markup(raw)) == text.clean(raw)


@given(TEXTS)
def test_csv_contains_one_cell_and_no_formula(raw: str) -> None:
    (row,) = csv.reader(io.StringIO(f"{text.csv_cell(raw)},end\n"))
    assert len(row) == 2
    assert not row[0].lstrip().startswith(("=", "+", "-", "@"))
    assert row[0].removeprefix("'") == text.clean(raw).removeprefix("'")


@given(TEXTS)
def test_yaml_contains_one_text(raw: str) -> None:
    assert yaml.safe_load(f"a: {text.yaml_scalar(raw)}\n") == {"a": text.clean(raw)}


@given(TEXTS)
def test_an_error_is_shown_in_one_line(raw: str) -> None:
    error = VoicemailError(f"cannot read mailbox {raw}", raw, details={raw: raw})
    reported = error.as_dict()
    for shown in (
        str(error),
        reported["message"],
        reported["hint"],
        *reported["details"],
        *reported["details"].values(),
    ):
        assert unshowable(shown) == []


def test_each_problem_keeps_its_line() -> None:
    error = InvalidInputError.of(
        [Problem(f"mailbox 1{ESC}[32m\nok: [localhost]: `pin` is wrong"), Problem("mailbox 2: `pin` is wrong")]
    )
    assert len(str(error).splitlines()) == 3
    assert ESC not in str(error)


@given(TEXTS, TEXTS)
def test_exported_files_are_printable_and_preserve_text(name: str, title: str) -> None:
    name = name.encode("utf-8", "replace").decode()
    boxes = [{"mailbox": "3000", "name": name, "kazoo": {"flags": [name]}}]
    (file,) = boxes_to_yaml(boxes, vendor="kazoo", title=title)
    assert [one for one in unshowable(file["content"]) if one not in "\n\x85\u2028\u2029"] == []
    assert yaml.safe_load(file["content"])["mailboxes"] == boxes


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x07b\tc\u200bd\x1b[31me", "a\N{REPLACEMENT CHARACTER}b cd\N{REPLACEMENT CHARACTER}e"),
        ("plain", "plain"),
        ("a ::error:: b", "a : :error:: b"),
    ],
)
def test_what_is_left_of_unusual_characters(raw: str, shown: str) -> None:
    assert text.clean(raw) == text.terminal(raw) == shown
    assert text.clean_lines(f"{raw}\n{raw}") == f"{shown}\n{shown}"


def test_what_nobody_sees_is_found_and_spelled_out() -> None:
    assert [text.has_invisible(raw) for raw in ("a", "a b", "a\u200b", "a\U000e0001")] == [False, False, True, True]
    assert text.spelled_out("a\xadb\ufeffc\U000e0001d") == "a\\u00ADb\\uFEFFc\\U000E0001d"
    assert [text.plural_of(noun) for noun in ("box", "message")] == ["boxes", "messages"]


def test_secrets_are_hidden_with_invisible_characters_inside() -> None:
    assert text.without("x 4821-long y 48\u200b21-long", ["4821-long"]) == "x (hidden) y (hidden)"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a @b", "a &#64;&#8203;b"),
        ("a @ b", "a &#64;&#8203; b"),
        ("a #1 &x", "a \\#&#8203;1 &amp;&#8203;x"),
        ("GH-1 www.x %5", "GH&#45;&#8203;1 www&#46;&#8203;x &#37;&#8203;5"),
        ("http://x", "http&#58;&#8203;//x"),
        ("- a * b", "&#45; a \\* b"),
        ("1. a", "1\\. a"),
        ("a_b _c_", "a_b \\_c\\_"),
    ],
)
def test_marks_of_markdown(raw: str, shown: str) -> None:
    assert text.markdown(raw) == shown


@pytest.mark.parametrize(
    ("raw", "cell"),
    [
        ("", ""),
        ("a", "a"),
        ("=1", "'=1"),
        (" -1", '"\' -1"'),
        ("a b", '"a b"'),
        ('a"b', '"a""b"'),
        ("1=2", "1=2"),
        (" ", '" "'),
    ],
)
def test_cells_of_a_csv_file(raw: str, cell: str) -> None:
    assert text.csv_cell(raw) == cell
