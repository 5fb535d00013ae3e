# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of wording that `make lint` runs: its rules, and what it skips."""

from __future__ import annotations

import pathlib
import types

import language
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def wordings(text: str) -> list[tuple[int, str]]:
    return [(number, wording) for number, wording, _advice in language.text_problems(text)]


@pytest.mark.parametrize("rule", language.RULES, ids=lambda rule: rule.advice)
def test_each_rule_finds_its_bad_examples_only(rule: types.SimpleNamespace) -> None:
    assert rule.bad
    assert [text for text in rule.bad if not wordings(text)] == []
    assert [text for text in rule.good if wordings(text)] == []


def test_code_spans_and_generated_sections_are_skipped() -> None:
    text = "\n".join(
        (
            "``the token does not tell which``",
            "```group_by` holds what is there``",
            "see `test_a_conflict_is_told`, told",
            "<!-- load: begin -->",
            "1000 of them told",
            "<!-- load: end -->",
            ".. generated: start",
            "at once",
            ".. generated: end",
            "it tells",
        )
    )
    assert wordings(text) == [(3, "told"), (10, "tells")]


def test_words_in_fenced_blocks_are_found() -> None:
    assert wordings("```yaml\n- name: Tell what differs\n```\n") == [(2, "Tell")]


def test_metaphors_in_names_are_found() -> None:
    text = "class GreetingDesk:\n    def silences_of(self, interface, surface): ...\n"
    assert [name for _line, name, _advice in language.name_problems(text)] == ["GreetingDesk"]


def test_files_that_are_not_checked_exist() -> None:
    assert [name for name in language.EXEMPT if not (ROOT / name).is_file()] == []


def test_an_unwanted_word_in_any_text_file_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    names = ("README.md", "docs/guide.rst", "roles/drift/tasks/main.yml", "plugins/module.py", "tests/test_module.py")
    for name in (*names, "CHANGELOG.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("First line.\nIt tells more.\n")
    monkeypatch.setattr(language, "ROOT", tmp_path)
    monkeypatch.setattr(language, "list_files", lambda: [path.relative_to(tmp_path) for path in tmp_path.rglob("*")])
    monkeypatch.setattr(language, "ALLOWANCES", ())
    assert sorted(line.split(": ")[0] for line in language.problems()) == sorted(f"{name}:2" for name in names)


def test_an_allowance_excuses_its_line_and_must_be_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "README.md").write_text("Ask a colleague to tell you.\nIt tells more.\n")
    monkeypatch.setattr(language, "ROOT", tmp_path)
    monkeypatch.setattr(language, "list_files", lambda: [pathlib.PurePath("README.md")])
    used = language.Allowance("*.md", "a colleague to tell", "somebody speaks")
    unused = language.Allowance("*.md", "never there", "none")
    monkeypatch.setattr(language, "ALLOWANCES", (used, unused))
    found = language.problems()
    assert [line.split(": ")[0] for line in found] == ["README.md:2", "tests/tools/language.py"]
