# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requirements of a release: declared versions, templates, and a pipeline that runs the documented commands."""

from __future__ import annotations

import pathlib
import re

import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.deps import LIBRARIES

ROOT = pathlib.Path(__file__).resolve().parents[2]
FORMS = ROOT / ".github" / "ISSUE_TEMPLATE"
BLOCK_KINDS = {"checkboxes", "dropdown", "input", "markdown", "textarea"}
BOUNDED = re.compile(r"[\w.-]+>=[\d.]+,<[\d.]+(?:; .+)?")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def requirements(name: str) -> list[str]:
    return [line for line in text_of(name).splitlines() if line and not line.startswith(("#", "-r "))]


@pytest.mark.parametrize(
    "path",
    [
        *ROOT.glob("requirements*.txt"),
        *ROOT.glob("tests/requirements/*.txt"),
        ROOT / "roles/simulator/files/requirements.txt",
        *ROOT.glob("tests/*/requirements.txt"),
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_every_requirement_has_a_floor_and_a_ceiling(path: pathlib.Path) -> None:
    listed = requirements(str(path.relative_to(ROOT)))
    assert listed or "-r " in path.read_text(encoding="utf-8")
    assert [line for line in listed if not BOUNDED.fullmatch(line)] == []


def test_minimum_versions_are_the_same_everywhere() -> None:
    for line in requirements("requirements.txt"):
        name, _floor, lowest = line.partition(",")[0].partition(">=")
        assert f"{name} ({lowest} or newer)" in LIBRARIES
    (core,) = re.findall(r'^requires_ansible: ">=(\d+\.\d+)\.0"$', text_of("meta/runtime.yml"), re.M)
    (python,) = re.findall(r'python_requires: ">=([\d.]+)"', text_of("tests/config.yml"))
    assert f"ansible-core {core} or newer and Python {python} or newer" in text_of("README.md")
    assert f"ansible-core>={core}," in text_of("requirements-demo.txt")


def test_everything_has_a_version_added() -> None:
    """Check `version_added`, from which the changelog lists new content."""
    plugins = [path for kind in ("modules", "lookup", "filter", "callback", "inventory") for path in _plugins(kind)]
    assert len(plugins) > 10
    missing = [str(path) for path in plugins if not re.search(r"^version_added: ", path.read_text(), re.M)]
    for path in ROOT.glob("roles/*/meta/argument_specs.yml"):
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
        missing += [f"{path}: {name}" for name, entry in entries.items() if "version_added" not in entry]
    assert missing == []


def _plugins(kind: str) -> list[pathlib.Path]:
    return [path for path in (ROOT / "plugins" / kind).glob("*.py") if path.name != "__init__.py"]


def test_both_forges_have_the_same_merge_request_template() -> None:
    assert text_of(".gitlab/merge_request_templates/Default.md") == text_of(".github/PULL_REQUEST_TEMPLATE.md")


def test_both_forges_have_a_template_for_every_issue_type() -> None:
    forms = [yaml.safe_load(path.read_text()) for path in FORMS.glob("*.yml") if path.name != "config.yml"]
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / ".gitlab" / "issue_templates").glob("*.md")]
    labels = {label for form in forms for label in form["labels"]}
    assert labels == {label for text in texts for label in re.findall(r"^/label ~(\w+)$", text, re.M)}
    assert len(forms) == len(texts) == len(labels)


@pytest.mark.parametrize("path", sorted(FORMS.glob("*_*.yml")), ids=lambda path: path.stem)
def test_issue_forms_are_valid_for_github(path: pathlib.Path) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(form) == {"name", "description", "labels", "body"}
    asked = [block for block in form["body"] if block["type"] != "markdown"]
    assert {block["type"] for block in form["body"]} <= BLOCK_KINDS
    assert len({block["id"] for block in asked}) == len(asked)
    assert all(block["attributes"]["label"] for block in asked)
    for block in asked:
        assert (block["type"] == "dropdown") == ("options" in block["attributes"]), block["id"]
    assert any(block.get("validations", {}).get("required") for block in asked)


def test_vulnerabilities_are_reported_privately() -> None:
    configuration = yaml.safe_load((FORMS / "config.yml").read_text(encoding="utf-8"))
    repository = yaml.safe_load(text_of("galaxy.yml"))["repository"]
    assert configuration["blank_issues_enabled"] is False
    assert [link["url"] for link in configuration["contact_links"]] == [f"{repository}/security/policy"]
    assert "SECURITY.md" in text_of(".gitlab/issue_templates/Bug.md")


def test_the_pipeline_runs_the_documented_commands() -> None:
    workflow = yaml.safe_load(text_of(".github/workflows/ci.yml"))
    commands = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    targets = re.findall(r"^([a-z-]+):.*##", text_of("Makefile"), re.M)
    assert ".ci/run" in commands
    made = [command.split()[1] for command in commands if command.startswith("make ")]
    assert {"matrix", "galaxy"} <= set(made) <= set(targets)
    assert len(made) + commands.count(".ci/run") == len(commands)
    assert workflow["permissions"] == {"contents": "read"}
    used = [step["uses"] for job in workflow["jobs"].values() for step in job["steps"] if "uses" in step]
    assert {name.partition("/")[0] for name in used} == {"actions"}, (
        "only the forge's own actions can access the checkout"
    )
