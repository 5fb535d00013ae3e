# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workflows, hooks, the container for contributors, releases and the coverage badge."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
import typing as t

import coverage_report
import pytest
import release
import yaml
from workspace import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def check_schema(schema: str, *paths: pathlib.Path) -> None:
    """Check files against a schema that is part of check-jsonschema, without a network."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *map(str, paths)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout


def jobs() -> t.Iterator[tuple[str, dict[str, t.Any]]]:
    for path in WORKFLOWS:
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items():
            yield f"{path.name}: {name}", job


def scripts() -> list[tuple[str, str]]:
    """Return the shell scripts of every step, with expressions of the forge replaced by a word."""
    steps = [(place, step) for place, job in jobs() for step in job.get("steps", [])]
    return [(place, re.sub(r"\$\{\{.*?\}\}", "word", step["run"])) for place, step in steps if "run" in step]


def test_workflows_follow_their_schema() -> None:
    assert {path.stem for path in WORKFLOWS} == {"ci", "release", "site"}
    check_schema("vendor.github-workflows", *WORKFLOWS)
    check_schema("custom.github-workflows-require-timeout", *WORKFLOWS)
    check_schema("vendor.dependabot", ROOT / ".github" / "dependabot.yml")


def test_workflows_name_existing_targets_and_files() -> None:
    targets = {target for _place, script in scripts() for target in re.findall(r"\bmake ([a-z-]+)", script)}
    assert {"docs", "coverage", "release", "matrix", "galaxy"} <= targets <= TARGETS
    called = [job["uses"] for _place, job in jobs() if "uses" in job]
    assert called
    assert [name for name in called if not (ROOT / name).is_file()] == []
    assert (ROOT / ".ci" / "run").is_file()
    for name in ("badge.json", "html"):
        assert f".cache/coverage/{name}" in text_of(".github/workflows/site.yml")
        assert name in text_of("tests/tools/coverage_report.py")
    assert ".cache/release/notes.md" in text_of(".github/workflows/release.yml")
    assert release.FOLDER == ROOT / ".cache" / "release"


@pytest.mark.parametrize(("place", "script"), scripts())
def test_scripts_of_workflows_have_valid_syntax(place: str, script: str) -> None:
    done = subprocess.run(["bash", "-n"], input=script, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, f"{place}: {done.stderr}"


def test_scripts_contain_no_expression() -> None:
    """Check that scripts cannot run text from users. Only the matrix is safe, because the workflow defines it."""
    found = []
    for path in WORKFLOWS:
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values():
            for step in job.get("steps", []):
                found += re.findall(r"\$\{\{\s*+(?!matrix\.)(.*?)\s*\}\}", step.get("run", ""))
    assert found == []


def test_one_workflow_makes_a_release() -> None:
    content = yaml.safe_load(text_of(".github/workflows/release.yml"))
    assert list(content["jobs"]) == ["test", "release", "website"]
    steps = "\n".join(step.get("run", "") for step in content["jobs"]["release"]["steps"])
    for part in ("make release", "git push --atomic", "ansible-galaxy collection publish", "gh release create"):
        assert part in steps
    assert content["permissions"] == {"contents": "read"}


def test_contributor_hooks_run_the_same_checks_as_the_tests() -> None:
    (repository,) = yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"]
    required = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "requirements").glob("*.txt"))
    hooks = repository["hooks"]
    assert len({hook["id"] for hook in hooks}) == len(hooks) > 5
    for hook in hooks:
        program, *arguments = hook["entry"].split()
        name = program.removeprefix(".venv/bin/")
        assert name != program, hook["id"]
        scripts_named = [word for word in arguments if word.endswith(".py")]
        assert name == "python" or re.search(rf"^{name}>=", required, re.M), hook["id"]
        assert bool(scripts_named) is (name == "python")
        assert all((ROOT / script).is_file() for script in scripts_named)


def test_hooks_for_users_exist() -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load(text_of(".pre-commit-hooks.yaml"))}
    assert set(hooks) == {"mailbox-schema", "mailbox-lint"}
    assert (ROOT / hooks["mailbox-schema"]["entry"]).is_file()
    used = yaml.safe_load(text_of("examples/office/.pre-commit-config.yaml"))["repos"][0]["hooks"]
    assert {hook["id"] for hook in used} == set(hooks)


def test_the_container_prepares_the_environment() -> None:
    container = json.loads(text_of(".devcontainer/devcontainer.json"))
    targets = re.findall(r"\bmake ([a-z-]+)$", container["postCreateCommand"])
    assert targets == ["environment"]
    assert set(targets) <= TARGETS
    # Programs without which tests are skipped.
    for package in ("chromium", "openssh-server", "default-jre-headless"):
        assert package in container["onCreateCommand"]


def test_updates_cover_every_requirements_file() -> None:
    updates = yaml.safe_load(text_of(".github/dependabot.yml"))["updates"]
    (python,) = [update for update in updates if update["package-ecosystem"] == "pip"]
    listed = {ROOT / folder.lstrip("/") for folder in python["directories"]}
    kept = [*ROOT.glob("requirements*.txt"), *ROOT.glob("roles/*/files/requirements.txt")]
    kept += ROOT.glob("tests/*/requirements.txt")
    assert {path.parent for path in kept} == listed


def test_the_code_of_conduct_names_a_contact() -> None:
    text = text_of("CODE_OF_CONDUCT.md")
    assert "https://docs.ansible.com/projects/ansible/latest/community/code_of_conduct.html" in text
    assert "Report a vulnerability" in text


@pytest.mark.parametrize(
    ("percent", "message", "color"),
    [(91.99, "91 %", "green"), (84.9, "84 %", "yellow"), (69.999, "69 %", "red"), (100, "100 %", "green")],
)
def test_the_badge_never_shows_more_than_was_measured(percent: float, message: str, color: str) -> None:
    assert coverage_report.badge(percent) == {
        "schemaVersion": 1,
        "label": "unit test coverage",
        "message": message,
        "color": color,
    }


@pytest.mark.parametrize(
    ("version", "tags", "status", "summary", "expected"),
    [
        ("1.1.0", ["1.0.0", "latest"], "", True, []),
        ("1.10.0", ["1.9.0"], "", True, []),
        ("v1.1.0", [], "", True, ["version: must be three numbers such as 1.1.0, got v1.1.0. Set VERSION."]),
        ("", [], "", True, ["version: must be three numbers such as 1.1.0, got nothing. Set VERSION."]),
        ("1.9.0", ["1.9.0"], "", True, ["version: must be higher than 1.9.0, which is released, got 1.9.0."]),
        ("1.9.0", ["1.10.0"], "", True, ["version: must be higher than 1.10.0, which is released, got 1.9.0."]),
        ("1.1.0", [], " M README.md", True, ["checkout: has changes that are not committed. Commit or remove them."]),
        ("1.1.0", [], "", False, ["changelog: no fragment has a release_summary. Add one to changelogs/fragments."]),
    ],
)
def test_release_preconditions_are_checked(
    version: str, tags: list[str], status: str, summary: bool, expected: list[str], tmp_path: pathlib.Path
) -> None:
    (tmp_path / "changelogs" / "fragments").mkdir(parents=True)
    (tmp_path / "changelogs" / "fragments" / "1.yml").write_text(f"{'release_summary' if summary else 'bugfixes'}: x\n")
    assert release.problems(version, tmp_path, tags, status) == expected


def test_release_notes_are_the_changelog_section() -> None:
    newer = '<a id="v1-1-0"></a>\n## v1\\.1\\.0\n\n### Minor Changes\n\n* New\\.\n\n'
    changelog = text_of("CHANGELOG.md").replace('<a id="v1-0-0"></a>\n##', f'{newer}<a id="v1-0-0"></a>\n##')
    assert release.section(changelog, "1.1.0") == "### Minor Changes\n\n* New\\.\n"
    assert "Release Summary" in release.section(changelog, "1.0.0") or "Release summary" in release.section(
        changelog, "1.0.0"
    )
    with pytest.raises(ValueError, match=r"no section for 2\.0\.0"):
        release.section(changelog, "2.0.0")
