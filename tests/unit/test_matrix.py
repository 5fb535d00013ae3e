# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version matrix: detection of Pythons, installed versions, and failed runs."""

from __future__ import annotations

import pathlib
import subprocess
import sys
import types

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tests" / "tools"
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
SHIM = "#!/bin/sh\necho 'command not found' >&2\nexit 127\n"


@pytest.fixture
def matrix(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> types.ModuleType:
    """Return the matrix on a machine with only the running Python."""
    import matrix

    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(matrix, "FOLDER", tmp_path / "matrix")
    monkeypatch.setattr(matrix, "CACHE", tmp_path)
    return matrix


def program(path: pathlib.Path, text: str) -> pathlib.Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def python(path: pathlib.Path, version: str) -> pathlib.Path:
    """Return a program that reports a Python version."""
    return program(path, f"#!/bin/sh\necho {version}\n")


def test_the_running_python_is_present(matrix: types.ModuleType) -> None:
    assert matrix.find_python(HERE) == pathlib.Path(sys.executable)
    assert matrix.find_python("3.99") is None


def test_a_program_counts_only_if_it_is_that_python(matrix: types.ModuleType, tmp_path: pathlib.Path) -> None:
    """Check programs by running them, because pyenv's shims fail unless their version is active."""
    program(tmp_path / "bin" / "python3.98", SHIM)
    python(tmp_path / "bin" / "python3.97", "3.96")
    found = python(tmp_path / "bin" / "python3.96", "3.96")
    assert [matrix.find_python(version) for version in ("3.98", "3.97", "3.96")] == [None, None, found]


def test_the_newest_release_of_pyenv_is_used(matrix: types.ModuleType, tmp_path: pathlib.Path) -> None:
    program(tmp_path / "bin" / "python3.98", SHIM)
    for name in ("3.98.2", "3.98.10", "3.98.11t", "3.98.0rc1", "3.9.8"):
        python(tmp_path / "pyenv" / "versions" / name / "bin" / "python", "3.98")
    assert matrix.find_python("3.98") == tmp_path / "pyenv" / "versions" / "3.98.10" / "bin" / "python"


def test_the_folder_of_pyenv_is_queried(
    matrix: types.ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.delenv("PYENV_ROOT")
    program(tmp_path / "bin" / "pyenv", f'#!/bin/sh\n[ "$1" = root ] && echo {tmp_path}/elsewhere\n')
    found = python(tmp_path / "elsewhere" / "versions" / "3.98.1" / "bin" / "python", "3.98")
    assert matrix.find_python("3.98") == found


def test_the_pairs_are_supported_by_ansible_core(matrix: types.ModuleType) -> None:
    from ansible.release import __version__
    from ansible_test._util.target.common.constants import CONTROLLER_PYTHON_VERSIONS

    assert sorted(matrix.SUPPORTED[__version__.rpartition(".")[0]]) == sorted(CONTROLLER_PYTHON_VERSIONS)


def test_each_core_is_tested_with_an_installed_python(
    matrix: types.ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def chosen(*arguments: str, present: str) -> list[str]:
        monkeypatch.setattr(matrix, "find_python", lambda version: version if version in present.split() else None)
        return [pair.name for pair in matrix.choose(matrix.parse(list(arguments)))]

    assert chosen(present="3.11 3.12 3.13") == ["2.19-3.11", "2.20-3.12", "2.21-3.13"]
    assert chosen(present="3.12") == ["2.19-3.12", "2.20-3.12", "2.21-3.12"]
    assert len(chosen("--all", present="3.12")) == 9
    assert chosen("2.21/3.12", present="") == ["2.21-3.12"]
    assert chosen("--floors", present="3.12 3.13") == ["2.19.0-3.12-floors"]


def test_a_floor_is_the_lowest_allowed_version(matrix: types.ModuleType) -> None:
    assert matrix.floor("httpx>=0.27,<1") == "httpx==0.27"
    assert matrix.floor('uvloop>=0.21,<1; sys_platform != "win32"') == 'uvloop==0.21; sys_platform != "win32"'
    with pytest.raises(ValueError, match="httpx<1 has no floor"):
        matrix.floor("httpx<1")


def test_every_declared_requirement_has_a_floor(matrix: types.ModuleType) -> None:
    installed = matrix.requirements_of(matrix.Pair("2.19.0", "3.11", floors=True))
    assert {"ansible-core==2.19.0", "httpx==0.27", "pydantic==2.8", "tenacity==8.3"} <= set(installed)
    usual = matrix.requirements_of(matrix.Pair("2.20", "3.12"))
    assert {"ansible-core~=2.20.0", "httpx>=0.27,<1"} <= set(usual)
    for name in matrix.TOOLS:
        assert any(line.startswith(f"{name}>=") for line in usual), name


def test_an_unknown_pair_is_refused(matrix: types.ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        matrix.main(["2.19/3.14"])
    assert "2.19/3.14 is not a supported pair; use one of 2.19/3.11" in capsys.readouterr().err


@pytest.fixture
def suites(matrix: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Replace the suites by their exit status."""
    statuses: dict[str, int] = {}

    def run(command: list, **_options: object) -> subprocess.CompletedProcess[str]:
        count_file = pathlib.Path(str(command[3]).partition("=")[2])
        count_file.parent.mkdir(parents=True, exist_ok=True)
        status = statuses.get(command[2], 0)
        count_file.write_text(f"{3 - status} passed, {status} failed\n")
        return subprocess.CompletedProcess(command, status)

    monkeypatch.setattr(matrix.subprocess, "run", run)
    monkeypatch.setattr(matrix, "provide", lambda *_arguments: pathlib.Path("python"))
    monkeypatch.setattr(matrix, "exact_versions", lambda _python: "exact versions")
    monkeypatch.setattr(matrix, "find_python", lambda version: pathlib.Path(version) if version == "3.13" else None)
    return statuses


def test_missing_versions_are_listed_with_the_reason(
    matrix: types.ModuleType, suites: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert matrix.main(["--all"]) == 0
    shown = capsys.readouterr().out
    assert "2.19/3.11            not run: Python 3.11 is not on this machine" in shown
    assert "2.20/3.13            ok      exact versions\n" in shown
    assert "unit     3 passed\n" in shown


def test_a_failed_suite_fails_the_run(
    matrix: types.ModuleType, suites: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    suites["cycle"] = 1
    assert matrix.main(["2.20/3.13"]) == 1
    shown = capsys.readouterr().out
    assert "2.20/3.13            FAILED" in shown
    assert "cycle    2 passed, 1 failed" in shown
    assert "demo     3 passed" in shown
    assert matrix.main(["2.20/3.13", "--suite=demo"]) == 0
    assert "cycle" not in capsys.readouterr().out


def test_an_empty_run_fails(
    matrix: types.ModuleType, suites: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert matrix.main(["2.19/3.11"]) == 1
    assert "No pair ran." in capsys.readouterr().out
    assert matrix.main(["2.19/3.11", "2.19/3.13"]) == 1, "a pair that was asked for cannot run"
    assert matrix.main(["--floors", "--suite=sanity"]) == 1, "sanity reads the code without any library"


def test_a_failed_installation_fails_the_run(
    matrix: types.ModuleType,
    suites: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refuse(*_arguments: object) -> pathlib.Path:
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(matrix, "provide", refuse)
    assert matrix.main(["2.20/3.13"]) == 1
    assert "FAILED  its requirements could not be installed" in capsys.readouterr().out


def test_the_pipeline_tests_every_pair(matrix: types.ModuleType) -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    listed = workflow["jobs"]["matrix"]["strategy"]["matrix"]["include"]
    supported = {(core, version) for core, versions in matrix.SUPPORTED.items() for version in versions}
    assert {(entry["ansible-core"], entry["python"]) for entry in listed} == supported
