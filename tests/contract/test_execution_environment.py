# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Execution environments with the collection, and the credentials that AWX passes to its jobs."""

from __future__ import annotations

import contextlib
import pathlib
import subprocess
import sys
import typing as t

import jinja2.sandbox
import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.modules import CONNECTION
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.documentation_blocks import restructured
from helpers.playbooks import ROOT, play
from helpers.subjects import SUBJECTS
from packaging.specifiers import SpecifierSet

AWX = ROOT / "docs" / "awx"
#: Options that are not credentials. Certificates are files of the environment.
NO_CREDENTIALS = {"timeout", "retry_budget", "workers", "validate_certs", "ca_path", "client_cert", "client_key"}
TYPES = {
    entry["injectors"]["env"]["VOICEMAIL_VENDOR"]: entry
    for entry in yaml.safe_load((AWX / "credential_types.yml").read_text(encoding="utf-8"))
}


def builder(*words: str | pathlib.Path) -> str:
    """Run ansible-builder without a container engine."""
    command = [sys.executable, "-m", "ansible_builder", *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_builder_finds_the_requirements(tmp_path: pathlib.Path) -> None:
    namespace = tmp_path / "ansible_collections" / "telephony"
    namespace.mkdir(parents=True)
    (namespace / "voicemail").symlink_to(ROOT, target_is_directory=True)
    found = yaml.safe_load(builder("introspect", tmp_path))
    wanted = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    assert [line.partition(" ")[0] for line in found["python"]] == wanted
    assert found["system"] == []


def test_the_documented_environment_can_be_built(tmp_path: pathlib.Path) -> None:
    file = AWX / "execution-environment.yml"
    builder("create", "-f", file, "-c", tmp_path / "context", "--output-filename", "Containerfile")
    text = (tmp_path / "context" / "Containerfile").read_text()
    assert f'ARG EE_BASE_IMAGE="{yaml.safe_load(file.read_text())["images"]["base_image"]["name"]}"' in text
    assert 'ARG PYPKG="python3.12"' in text
    listed = yaml.safe_load((tmp_path / "context" / "_build" / "requirements.yml").read_text())
    (collection,) = listed["collections"]
    assert collection["name"] == "telephony.voicemail"
    assert yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"] in SpecifierSet(collection["version"])


def test_credential_types_cover_all_vendors_and_options() -> None:
    assert sorted(TYPES) == sorted(NAMES)
    named = {field["id"] for entry in TYPES.values() for field in entry["inputs"]["fields"]}
    assert named == set(CONNECTION) - NO_CREDENTIALS - {"vendor"}


@pytest.mark.parametrize("name", NAMES)
def test_fields_are_connection_options(name: str) -> None:
    entry = TYPES[name]
    fields = {field["id"]: field for field in entry["inputs"]["fields"]}
    needed = {option for login in vendor(name).credentials for option in login} | {"url", "proxy"}
    assert needed <= set(fields) <= set(CONNECTION) - NO_CREDENTIALS
    for option, field in fields.items():
        assert field["type"] == "string", option
        assert field.get("secret", False) is CONNECTION[option].get("no_log", False), option
    variables = {f"VOICEMAIL_{option.upper()}": f"{{{{ {option} }}}}" for option in fields}
    assert entry["injectors"] == {"env": {"VOICEMAIL_VENDOR": name, **variables}}
    assert entry["inputs"]["required"] == ["url"]
    assert entry["kind"] == "cloud"


def test_the_guide_shows_the_current_credential_type() -> None:
    guide = restructured(ROOT / "docs" / "docsite" / "rst" / "guide_awx.rst")
    shown = {block.caption: block.content for block in guide.blocks if block.caption}
    entry = TYPES[shown["injectors.yml"]["env"]["VOICEMAIL_VENDOR"]]
    assert {"inputs": shown["inputs.yml"], "injectors": shown["injectors.yml"]}.items() <= entry.items()
    environment = yaml.safe_load((AWX / "execution-environment.yml").read_text(encoding="utf-8"))
    assert shown["requirements.yml"] == environment["dependencies"]["galaxy"]


def test_modules_log_in_with_injected_credentials(tmp_path: pathlib.Path) -> None:
    """Set the variables of empty fields to empty text, as AWX does."""
    awx = jinja2.sandbox.ImmutableSandboxedEnvironment()
    tasks: list[dict[str, t.Any]] = []
    subjects = {subject.vendor: subject for subject in SUBJECTS if subject.module == "vmbox"}
    assert sorted(subjects) == sorted(NAMES)
    with contextlib.ExitStack() as stack:
        for name, subject in subjects.items():
            given = {**subject.connection, "url": stack.enter_context(subject.serve(mailboxes=3)).url}
            env = TYPES[name]["injectors"]["env"]
            environment = {variable: awx.from_string(text).render(**given) for variable, text in env.items()}
            assert "" in environment.values()
            tasks.append(
                {
                    "telephony.voicemail.vmbox_info": {},
                    "environment": environment,
                    "register": "found",
                    "failed_when": "found.mailboxes | length < 3",
                }
            )
        run = play(tmp_path, tasks)
    assert run.code == 0, run.output
    assert f"ok={len(NAMES)} " in run.output
