# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of nox: which Pythons are tried, what is installed, and what makes a session fail."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import types

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINT = "WARNING: roles/export/tasks/main.yml:4: fqcn[action-core]: Use FQCN for builtin module actions (copy)."
#: Stands in for the suites: prints their names, and fails where one of them is named so.
RUNNER = "import sys; print('ran', *sys.argv[2:]); sys.exit('demo' in sys.argv)\n"


@functools.cache
def load() -> types.ModuleType:
    """Load the sessions once: nox refuses to register them twice."""
    specification = importlib.util.spec_from_file_location("noxfile", ROOT / "noxfile.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    with pytest.MonkeyPatch.context() as kept:
        # It adds folders.
        kept.setenv("PATH", os.environ["PATH"])
        specification.loader.exec_module(module)
    return module


@pytest.fixture
def noxfile(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    monkeypatch.setenv("PATH", os.environ["PATH"])
    return load()


def nox(*arguments: str, folder: pathlib.Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nox", f"--noxfile={folder / 'noxfile.py'}", "--nocolor", *arguments]
    environment = {"NOX_PARALLEL": "1", "CI": "", **os.environ, **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def pythons(folder: pathlib.Path, *versions: str) -> str:
    """Return a folder with programs of these names, as a value of PATH."""
    folder.mkdir(parents=True)
    for version in versions:
        (folder / f"python{version}").touch()
    return str(folder)


def test_the_pairs_are_those_of_the_pipeline_and_of_this_ansible_core(noxfile: types.ModuleType) -> None:
    from ansible.release import __version__
    from ansible_test._util.target.common.constants import CONTROLLER_PYTHON_VERSIONS

    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    listed = workflow["jobs"]["matrix"]["strategy"]["matrix"]["include"]
    pairs = {f"matrix({core}/{python})" for core, versions in noxfile.SUPPORTED.items() for python in versions}
    assert {f"matrix({entry['ansible-core']}/{entry['python']})" for entry in listed} == pairs
    sessions = {one["session"] for one in json.loads(nox("--list", "--json").stdout)}
    assert sessions == {*pairs, "floors", "galaxy"}
    assert sorted(noxfile.SUPPORTED[__version__.rpartition(".")[0]]) == sorted(CONTROLLER_PYTHON_VERSIONS)


def test_each_core_is_tested_with_an_installed_python(
    noxfile: types.ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    def tried(*present: str) -> list[str]:
        monkeypatch.setenv("PATH", pythons(tmp_path / "-".join(present), *present))
        return [noxfile.first_python(core) for core in noxfile.SUPPORTED]

    assert tried("3.11", "3.12", "3.13") == ["3.11", "3.12", "3.13"]
    assert tried("3.12") == ["3.12", "3.12", "3.12"]
    assert tried("3.10") == ["3.11", "3.12", "3.13"], "nox reports which of them is missing"


def test_the_newest_releases_of_pyenv_come_first(
    noxfile: types.ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    for name in ("3.98.2", "3.98.10", "3.98.11t", "3.98.0rc1", "2.7.18"):
        (tmp_path / "versions" / name / "bin").mkdir(parents=True)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", "before")
    noxfile.add_pythons_of_pyenv()
    newest, older, own, before = os.environ["PATH"].split(os.pathsep)
    assert [newest, older] == [str(tmp_path / "versions" / name / "bin") for name in ("3.98.10", "3.98.2")]
    assert (own, before) == (str(pathlib.Path(sys.executable).parent), "before")


def test_a_floor_is_the_lowest_allowed_version(noxfile: types.ModuleType) -> None:
    assert noxfile.floor("httpx>=0.27,<1") == "httpx==0.27"
    assert noxfile.floor('uvloop>=0.21,<1; sys_platform != "win32"') == 'uvloop==0.21; sys_platform != "win32"'
    with pytest.raises(ValueError, match="httpx<1 has no floor"):
        noxfile.floor("httpx<1")
    floors = set(map(noxfile.floor, noxfile.declared_requirements()))
    assert {"httpx==0.27", "pydantic==2.8", "tenacity==8.3"} <= floors
    assert noxfile.lowest_core() == "2.19.0"


def test_the_tools_of_the_suites_are_installed(noxfile: types.ModuleType) -> None:
    installed = noxfile.test_requirements()
    for name in noxfile.TOOLS:
        assert any(line.startswith(f"{name}>=") for line in installed), name
    assert not set(installed) & set(noxfile.declared_requirements())


@pytest.fixture
def copy(tmp_path: pathlib.Path) -> pathlib.Path:
    """A checkout whose sessions install nothing and run a program in the place of the suites."""
    text = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    text = text.replace("session.install(", "(lambda *_requirements: None)(").replace("import ansible.release, sys", "")
    (tmp_path / "noxfile.py").write_text(text.replace("; print('ansible-core'", "print() #"), encoding="utf-8")
    for name in ("meta/runtime.yml", "requirements.txt", "roles/simulator/files/requirements.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    for name in ("unit", "lint", "contract"):
        (tmp_path / "tests" / "requirements").mkdir(parents=True, exist_ok=True)
        (tmp_path / "tests" / "requirements" / f"{name}.txt").touch()
    for name, content in (("tests/unit/requirements.txt", ""), ("tests/tools/run_suites.py", RUNNER)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def test_a_suite_that_fails_fails_its_session(copy: pathlib.Path) -> None:
    here = f"2.19/3.{sys.version_info.minor}"
    passed = nox("--session", f"matrix({here})", "--", "unit", "sanity", folder=copy)
    assert passed.returncode == 0, passed.stderr
    assert "ran sanity unit" in passed.stdout
    failed = nox("--session", f"matrix({here})", folder=copy)
    assert failed.returncode == 1
    assert "ran sanity unit cycle demo" in failed.stdout


def test_what_cannot_run_is_listed_with_the_reason(copy: pathlib.Path, tmp_path: pathlib.Path) -> None:
    skipped = nox("--session", "matrix(2.20/3.14)", folder=copy, PYENV_ROOT=str(tmp_path))
    if "ran " not in skipped.stdout:
        assert "3.14 not found" in skipped.stderr
        named = nox("--error-on-missing-interpreters", "--session", "matrix(2.20/3.14)", folder=copy)
        assert named.returncode == 1, "a pair that was named must run"
    libraries = nox("--session", "floors", "--", "sanity", folder=copy)
    assert "it runs unit, cycle, demo only" in libraries.stderr
    unknown = nox("--session", "matrix(2.19/3.14)", folder=copy)
    assert unknown.returncode != 0
    assert "2.19/3.14" in unknown.stderr


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ("Loading module vmbox\n{done}\n", []),
        ("Loading module vmbox\n{lint}\n{done}\n", [LINT]),
        (
            "ERROR: no README.md in role export\n",
            ["ERROR: no README.md in role export", "the import was not completed"],
        ),
        ("", ["the import was not completed"]),
    ],
)
def test_every_warning_of_the_importer_is_a_failure(noxfile: types.ModuleType, output: str, found: list[str]) -> None:
    assert noxfile.complaints(output.format(done=noxfile.IMPORTED, lint=LINT)) == found
