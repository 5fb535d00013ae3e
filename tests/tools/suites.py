# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test suites of this collection: their commands, and the proof that they ran tests."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import shutil
import sys
from collections.abc import Callable

import collection_tree
import seed_get_pip
from workspace import CACHE, ROOT, TREE, python_version

REPORTS = CACHE / "reports"
SKIPPED_ALL = re.compile(r"All targets skipped", re.IGNORECASE)
#: Tests that talk to a simulator.
SERVED = ("tests/unit/simulator", "tests/unit/plugins/module_utils/vendors")
#: What sanity checks: everything that the archive contains. Ruff checks the tests as well, and mypy the tools.
SHIPPED: tuple[str, ...] = ("changelogs/", "docs/", "extensions/eda/", "meta/", "playbooks/", "plugins/", "roles/")
SHIPPED += ("CHANGELOG.md", "CHANGELOG.rst", "LICENSE", "README.md", "SECURITY.md", "galaxy.yml", "requirements.txt")
#: Tests that are too long for the inner loop, so they run in the contract suite: some wait for a time limit or start
#: processes.
OUTER = (
    *SERVED,
    "tests/unit/plugins/module_utils/test_audio_manifest.py",
    "tests/unit/plugins/module_utils/test_deps.py",
    "tests/unit/plugins/module_utils/test_transport.py",
)
#: Tests that need nothing but the requirements that the collection declares, and all that check properties: those run
#: with every example there.
PURE = (
    "tests/unit/plugins/module_utils/core/",
    "tests/unit/plugins/filter/",
    "tests/unit/plugins/lookup/",
    *(f"tests/unit/plugins/module_utils/test_{name}.py" for name in ("documents", "plain_addresses", "sources")),
)
NOTHING = re.compile(r"no tests ran|collected 0 items|NO TESTS RAN", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Suite:
    """A step of the test run.

    `commands` run sequentially in `folder`, also after a failure. `proof` must be found in their
    output at least `proofs` times: a tool without work must not count as passed. `report` is a JUnit file
    (or a glob of such files) with the numbers of pytest; a suite without one counts as a single test. Suites of
    one `lane` never run at the same time: those that use all processors, and those that work in the same folder.
    A suite that is not run `by_default` repeats tests of others in another environment.
    """

    name: str
    heading: str
    commands: tuple[tuple[str, ...], ...]
    folder: pathlib.Path = ROOT
    prepare: Callable[[], object] | None = None
    proof: str | None = None
    proofs: int = 1
    report: pathlib.Path | None = None
    lane: str = "tools"
    by_default: bool = True


def prepare_ansible_test() -> None:
    """Update the copy for ansible-test, delete old reports, and provide pip."""
    seed_get_pip.seed()
    collection_tree.refresh()
    shutil.rmtree(TREE / "tests" / "output" / "junit", ignore_errors=True)


def pytest_suite(name: str, heading: str, *arguments: str, processes: int = 2, by_default: bool = True) -> Suite:
    """Return a suite of pytest tests with a report."""
    report = f"--junit-xml={REPORTS / name}.xml"
    commands = ((sys.executable, "-m", "pytest", "-q", "-n", str(processes), "--dist=worksteal", report, *arguments),)
    return Suite(name, heading, commands, report=REPORTS / f"{name}.xml", lane="pytest", by_default=by_default)


def ansible_test(*arguments: str) -> tuple[str, ...]:
    """Return an ansible-test command for this Python. By default it would try every Python on the machine."""
    return ("ansible-test", *arguments, "--python", python_version(), "--color", "no")


def count_scenarios() -> int:
    """Return the number of molecule scenarios, without the one that only creates and destroys."""
    scenarios = (ROOT / "extensions" / "molecule").glob("*/molecule.yml")
    return sum(path.parent.name != "default" for path in scenarios)


def count_targets() -> int:
    """Return the number of integration targets that run independently."""
    aliases = (ROOT / "tests" / "integration" / "targets").glob("*/aliases")
    return sum("hidden" not in path.read_text(encoding="utf-8").split() for path in aliases)


def all_suites() -> list[Suite]:
    """Every suite, in each lane the quickest verdicts first."""
    return [*pytest_suites(), *tool_suites(), *ansible_test_suites()]


def pytest_suites() -> list[Suite]:
    """The suites of pytest tests."""
    return [
        pytest_suite(
            "unit",
            "Unit tests",
            "tests/unit",
            "--hypothesis-profile=quick",
            *(f"--ignore={place}" for place in OUTER),
        ),
        pytest_suite(
            "contract",
            "Contract tests: drivers, modules and simulator against the vendors' contracts",
            "tests/contract",
            "tests/chaos",
            *OUTER,
            # Many of them wait: for a reply that is late, or for the next attempt.
            processes=4,
        ),
        pytest_suite(
            "cycle",
            "Cycle: playbooks and roles against the simulator, out of the contract tests",
            "tests/contract/test_playbooks.py",
            "tests/contract/test_drift_role.py",
            # One vendor is enough to see whether Ansible still does what the collection relies on.
            "-k=not (portsip or tel4vn or onsip)",
            by_default=False,
        ),
    ]


def tool_suites() -> list[Suite]:
    """The suites that run one tool after the other."""
    return [
        Suite(
            "lint",
            "Lint: ruff, mypy, yamllint, ansible-lint, changelog, language",
            (
                ("ruff", "check", "."),
                ("ruff", "format", "--check", "."),
                ("mypy",),
                ("yamllint", "--strict", "."),
                ("ansible-lint", "--nocolor"),
                ("antsibull-changelog", "lint"),
                ("antsibull-changelog", "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml"),
                (sys.executable, "tests/tools/language.py"),
            ),
            proof=r"Success: no issues found in [1-9]",
        ),
        Suite(
            "docs-lint",
            "Documentation: antsibull-docs lint, and whether the generated parts are up to date",
            (
                (
                    "antsibull-docs",
                    "lint-collection-docs",
                    "--plugin-docs",
                    "--validate-collection-refs=all",
                    "--check-extra-docs-refs",
                    ".",
                ),
                (sys.executable, "tests/tools/generate_docs.py", "--check"),
            ),
        ),
        Suite(
            "molecule",
            "Molecule: playbooks as users write them, against the simulator",
            (("molecule", "test", "--all"),),
            proof=r"(?m)^\S+ (?:➜|>) verify: Executed: Successful|\[\S+ > verify\].*Executed: Successful",
            proofs=max(1, count_scenarios()),
        ),
        Suite("demo", "Demo: what `make demo` shows", ((sys.executable, "tests/tools/demo.py"),)),
    ]


def ansible_test_suites() -> list[Suite]:
    """The suites of ansible-test, which works in a copy of the collection."""
    return [
        Suite(
            "sanity",
            "Sanity: ansible-test sanity on everything that is shipped",
            (ansible_test("sanity", "--local", *SHIPPED),),
            folder=TREE,
            lane="ansible-test",
            prepare=prepare_ansible_test,
            proof=r"^Running sanity test \"",
            proofs=15,
        ),
        Suite(
            "ansible-units",
            "Unit tests in an environment with the declared requirements only: ansible-test units",
            (ansible_test("units", "--venv", *PURE),),
            folder=TREE,
            lane="ansible-test",
            prepare=prepare_ansible_test,
            report=TREE / "tests" / "output" / "junit" / "*.xml",
        ),
        Suite(
            "integration",
            "Integration: ansible-test integration against the simulator",
            (ansible_test("integration", "--venv"),),
            folder=TREE,
            lane="ansible-test",
            prepare=prepare_ansible_test,
            proof=r"^Running \S+ integration test role",
            proofs=max(1, count_targets()),
        ),
    ]
