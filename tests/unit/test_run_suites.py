# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runner of the suites: a suite without tests has failed."""

from __future__ import annotations

import fnmatch
import pathlib
import sys
import types
import typing as t

import pytest
import yaml

TOOLS = pathlib.Path(__file__).resolve().parents[1] / "tools"


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> types.ModuleType:
    """Return the runner with temporary folders for logs and reports."""
    import run_suites
    import suites

    monkeypatch.setattr(run_suites, "LOGS", tmp_path)
    monkeypatch.setattr(run_suites, "REPORTS", tmp_path)
    monkeypatch.setattr(suites, "REPORTS", tmp_path)
    return run_suites


def saying(text: str, status: int = 0) -> tuple[tuple[str, ...], ...]:
    """Return a command that prints a text and exits with a status."""
    return ((sys.executable, "-c", f"print({text!r}); raise SystemExit({status})"),)


def run(runner: types.ModuleType, text: str = "", status: int = 0, **options: t.Any) -> t.Any:
    return runner.run_suite(runner.Suite("sample", "A sample", saying(text, status), **options))


def write_report(path: pathlib.Path, **numbers: int) -> tuple[str, ...]:
    """Return a command that writes a JUnit report with these numbers."""
    attributes = " ".join(f'{name}="{number}"' for name, number in numbers.items())
    content = f"<testsuites><testsuite {attributes}/></testsuites>"
    return (sys.executable, "-c", f"import pathlib; pathlib.Path({str(path)!r}).write_text({content!r})")


def test_a_plain_suite_counts_as_one_test(runner: types.ModuleType) -> None:
    result = run(runner, "fine")
    assert (result.passed, result.failed, result.reason) == (1, 0, None)


def test_a_failing_command_fails_the_suite(runner: types.ModuleType) -> None:
    result = run(runner, "fine", status=3)
    assert (result.passed, result.failed) == (0, 1)
    assert "status 3" in result.reason


def test_a_missing_program_fails_the_suite(runner: types.ModuleType) -> None:
    result = runner.run_suite(runner.Suite("sample", "A sample", (("no-such-program-anywhere",),)))
    assert "127" in result.reason


def test_a_later_command_does_not_hide_an_earlier_failure(runner: types.ModuleType) -> None:
    commands = saying("first", 1) + saying("second")
    assert runner.run_suite(runner.Suite("sample", "A sample", commands)).failed == 1


def test_skipped_targets_fail_the_suite(runner: types.ModuleType) -> None:
    assert run(runner, "WARNING: All targets skipped.").reason == "every test was skipped"


@pytest.mark.parametrize(("found", "passes"), [(0, False), (1, False), (2, True), (3, True)])
def test_proof_lines_are_counted(runner: types.ModuleType, found: int, passes: bool) -> None:
    result = run(runner, "\n".join(["Running a test"] * found), proof="^Running", proofs=2)
    assert (result.reason is None) == passes


def test_proof_lines_are_found_in_colored_output(runner: types.ModuleType) -> None:
    assert run(runner, "\x1b[32mRunning\x1b[0m a test", proof="^Running a test").reason is None


@pytest.mark.parametrize(
    ("numbers", "expected", "passes"),
    [
        ({"tests": 7, "failures": 0, "errors": 0, "skipped": 2}, (5, 0, 2), True),
        ({"tests": 7, "failures": 1, "errors": 1, "skipped": 2}, (3, 2, 2), False),
        ({"tests": 0, "failures": 0, "errors": 0, "skipped": 0}, (0, 1, 0), False),
        ({"tests": 2, "failures": 0, "errors": 0, "skipped": 2}, (0, 1, 2), False),
    ],
)
def test_numbers_come_from_the_report(
    runner: types.ModuleType, tmp_path: pathlib.Path, numbers: dict[str, int], expected: tuple[int, ...], passes: bool
) -> None:
    report = tmp_path / "sample.xml"
    suite = runner.Suite("sample", "A sample", (write_report(report, **numbers),), report=report)
    result = runner.run_suite(suite)
    assert (result.passed, result.failed, result.skipped) == expected
    assert (result.reason is None) == passes


def test_an_old_report_does_not_count(runner: types.ModuleType, tmp_path: pathlib.Path) -> None:
    report = tmp_path / "sample.xml"
    report.write_text('<testsuite tests="5" failures="0" errors="0" skipped="0"/>')
    assert run(runner, "fine", report=report).reason == "no test ran"


def test_suites_do_not_inherit_connection_variables(
    runner: types.ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    monkeypatch.setenv("VOICEMAIL_URL", "https://pbx.example.com")
    monkeypatch.setenv("ANSIBLE_INVENTORY", "production")
    code = "import os; print([name for name in os.environ if name in ('VOICEMAIL_URL', 'ANSIBLE_INVENTORY')])"
    runner.run_suite(runner.Suite("sample", "A sample", ((sys.executable, "-c", code),)))
    assert (tmp_path / "sample.log").read_text().strip() == "[]"


def test_lanes_run_concurrently(runner: types.ModuleType, tmp_path: pathlib.Path) -> None:
    """Run two suites that each wait until the other one has started."""
    code = (
        "import pathlib, sys, time; mine, other = map(pathlib.Path, sys.argv[1:]); mine.touch(); "
        "end = time.monotonic() + 30\n"
        "while not other.exists(): time.sleep(0.01) if time.monotonic() < end else sys.exit('alone')"
    )
    names = ("one", "two")
    suites = [
        runner.Suite(
            name, name, ((sys.executable, "-c", code, str(tmp_path / name), str(tmp_path / other)),), lane=name
        )
        for name, other in (names, reversed(names))
    ]
    assert [(result.suite.name, result.reason) for result in runner.run_lanes(suites)] == [("one", None), ("two", None)]


def test_suites_of_a_lane_run_sequentially(runner: types.ModuleType, tmp_path: pathlib.Path) -> None:
    """Check that two suites of a lane never run at the same time."""
    code = (
        "import pathlib, sys, time; busy = pathlib.Path(sys.argv[1]); busy.touch(exist_ok=False); time.sleep(0.2); "
        "busy.unlink()"
    )
    command = (sys.executable, "-c", code, str(tmp_path / "busy"))
    results = runner.run_lanes([runner.Suite(name, name, (command,)) for name in ("one", "two")])
    assert [result.reason for result in results] == [None, None]


def test_output_of_another_lane_is_not_interleaved(runner: types.ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    def suite(name: str, lane: str) -> t.Any:
        return runner.Suite(name, "A sample", saying("\n".join([name] * 50)), lane=lane)

    runner.run_lanes([suite("live", "first"), suite("kept", "second"), suite("later", "second")])
    lines = [line for line in capfd.readouterr().out.splitlines() if line in ("kept", "later")]
    assert lines == ["kept"] * 50 + ["later"] * 50


def test_sanity_covers_every_file_of_the_archive() -> None:
    import suites
    import workspace

    ignored = yaml.safe_load((TOOLS.parents[1] / "galaxy.yml").read_text(encoding="utf-8"))["build_ignore"]
    for file in workspace.list_files():
        parts = [str(part) for part in (file, *file.parents)]
        if not any(fnmatch.fnmatch(part, pattern) for part in parts for pattern in ignored):
            assert any(str(file) == name or str(file).startswith(name) for name in suites.SHIPPED), file
    assert [name for name in suites.SHIPPED if not (TOOLS.parents[1] / name).exists()] == []
