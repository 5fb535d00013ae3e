# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the whole repository: file headers and sizes, routing of modules, content of the archive."""

from __future__ import annotations

import functools
import os
import pathlib
import re
import subprocess
import sys
import tarfile

import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES
from helpers.repository_files import FILES

ROOT = pathlib.Path(__file__).resolve().parents[2]

HEADER = (
    "# Copyright (c) 2026, telephony.voicemail contributors",
    "# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
)
LONGEST_FILE = 400
TEXT_SUFFIXES = (".cfg", ".j2", ".json", ".md", ".py", ".rst", ".toml", ".txt", ".xml", ".yaml", ".yml", "")
# Generated or third-party files, which are not read as a whole.
UNMEASURED = ("LICENSE", "CHANGELOG.md", "CHANGELOG.rst", "changelogs/changelog.yaml")
MEASURED_SUFFIXES = (".cfg", ".j2", ".md", ".py", ".rst", ".toml", ".yaml", ".yml", "")

# Concatenated, so that this file does not contain the forbidden text.
MACHINE_PATH = re.compile(r"(?<![\w.})\]~-])/(?:" + "|".join(("work", "home", "root", "Users")) + r")/\w")
REGISTRY_HOSTS = tuple(
    ".".join(parts) for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"))
)

ARCHIVE_ALLOWED = re.compile(
    r"""
    (?: FILES\.json | MANIFEST\.json | LICENSE | README\.md | CHANGELOG\.(?:md|rst) | requirements\.txt
      | meta/(?:runtime|execution-environment)\.yml
      | changelogs/(?:changelog|config)\.yaml
      | SECURITY\.md
      | docs/(?!images|website)[\w./-]+\.(?:md|rst|yml|svg)
      | docs/schemas/(?:[\w.-]+\.json|check\.py)
      | extensions/eda/[\w./-]+\.(?:py|yml)
      | playbooks/[\w./-]+\.(?:yml|j2|csv)
      | plugins/[\w./-]+\.py
      | plugins/module_utils/imports/known_layouts/\w+\.yml
      | roles/[a-z_]+/README\.md
      | roles/[a-z_]+/(?:defaults|handlers|meta|tasks|vars)/[\w.-]+\.yml
      | roles/[a-z_]+/templates/[\w.-]+\.j2
      | roles/export/files/[\w.-]+\.py
      | roles/simulator/files/requirements\.txt
      | roles/simulator/files/voicemail_simulator/[\w./-]+\.py
    )
    """,
    re.VERBOSE,
)


PYTHON_FILES = [name for name in FILES if name.endswith(".py")]
TEXT_FILES = [name for name in FILES if pathlib.PurePath(name).suffix in TEXT_SUFFIXES]


@functools.cache
def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def modules() -> set[str]:
    return {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")} - {"__init__"}


def runtime() -> dict:
    return yaml.safe_load(text_of("meta/runtime.yml"))


def test_the_repository_was_found() -> None:
    assert "galaxy.yml" in FILES
    assert len(PYTHON_FILES) > 10


def header_of(name: str) -> tuple[str, ...]:
    """Return the first three lines of a Python file, after an interpreter line."""
    lines = text_of(name).splitlines()
    if lines[0].startswith("#!"):
        lines = lines[2:] if lines[1:2] == [""] else lines[1:]
    return tuple(lines[:3])


def test_python_files_carry_the_license_header() -> None:
    assert [name for name in PYTHON_FILES if text_of(name) and header_of(name) != HEADER] == []


def test_python_files_postpone_annotations() -> None:
    written = [name for name in PYTHON_FILES if not name.endswith("__init__.py")]
    assert [name for name in written if "\nfrom __future__ import annotations\n" not in text_of(name)] == []


def test_no_file_is_too_long() -> None:
    measured = [
        name for name in TEXT_FILES if pathlib.PurePath(name).suffix in MEASURED_SUFFIXES and name not in UNMEASURED
    ]
    lengths = {name: len(text_of(name).splitlines()) for name in measured}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_files_contain_no_machine_path() -> None:
    found = {name: MACHINE_PATH.findall(text_of(name)) for name in TEXT_FILES if name != "LICENSE"}
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_files_contain_no_registry_host() -> None:
    assert [(name, host) for name in TEXT_FILES for host in REGISTRY_HOSTS if host in text_of(name)] == []


def test_there_are_no_shell_scripts() -> None:
    """Shell scripts would require a linter that is not a Python package."""
    assert [name for name in FILES if name.endswith(".sh")] == []


def test_every_module_is_in_the_action_group() -> None:
    group = runtime()["action_groups"]["all"]
    assert group == sorted(group)
    assert set(group) == modules()


def test_every_module_has_a_separate_action_plugin() -> None:
    """Check for separate plugins, because Ansible would look up module defaults of a redirect under another name."""
    assert "plugin_routing" not in runtime()
    assert {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")} == modules()


def requirements(name: str) -> set[str]:
    return {line for line in text_of(name).splitlines() if line and not line.startswith(("#", "-r"))}


@pytest.mark.parametrize("kind", ["unit", "integration"])
def test_ansible_test_requirements_include_those_of_users(kind: str) -> None:
    """Check that the files agree, because ansible-test does not support included requirements."""
    listed = requirements(f"tests/{kind}/requirements.txt")
    assert requirements("requirements.txt") | requirements("roles/simulator/files/requirements.txt") <= listed


def test_the_archive_contains_exactly_the_files_for_users(tmp_path: pathlib.Path) -> None:
    command = [
        sys.executable,
        "-m",
        "ansible.cli.galaxy",
        "collection",
        "build",
        "--output-path",
        str(tmp_path),
        str(ROOT),
    ]
    variables = os.environ | {"ANSIBLE_HOME": str(tmp_path / "ansible"), "LC_ALL": "C.UTF-8"}
    built = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (archive,) = tmp_path.glob("telephony-voicemail-*.tar.gz")
    with tarfile.open(archive) as opened:
        names = [member.name for member in opened.getmembers() if not member.isdir()]
    assert [name for name in names if not ARCHIVE_ALLOWED.fullmatch(name)] == []
    needed = ("README.md", "LICENSE", "meta/runtime.yml", "plugins/action/vmboxes.py", "playbooks/demo.yml")
    needed += ("meta/execution-environment.yml", "docs/awx/execution-environment.yml", "docs/awx/credential_types.yml")
    needed += ("plugins/module_utils/imports/known_layouts/freepbx.yml",)
    needed += ("docs/pipelines/github.yml", "docs/pipelines/gitlab-ci.yml", "docs/docsite/rst/architecture.svg")
    needed += tuple(f"docs/vendors/{vendor}.md" for vendor in NAMES)
    for name in needed:
        assert name in names
