# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions that need an environment other than the checkout's own, for `make matrix` and `make galaxy`."""

from __future__ import annotations

import os
import pathlib
import re
import sys

import nox
from packaging.requirements import Requirement

ROOT = pathlib.Path(__file__).resolve().parent
#: The Pythons that each ansible-core supports on a controller, the one to try first in front.
SUPPORTED = {
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.13", "3.14"),
    "2.21": ("3.13", "3.12", "3.14"),
}
SUITES = ("sanity", "unit", "cycle", "demo")
#: Sanity reads the code without any library, and with the tools of its own ansible-core.
FLOOR_SUITES = ("unit", "cycle", "demo")
#: Which of the requirements of the suites are needed.
TOOLS = ("allpairspy", "antsibull-changelog", "pytest", "pytest-timeout", "pytest-xdist")
IMPORTED = "Importer processing completed successfully"
VERSIONS = "import ansible.release, sys; print('ansible-core', ansible.release.__version__, 'Python', sys.version)"

nox.options.envdir = str(ROOT / ".cache" / "nox")
nox.options.reuse_venv = "yes"
nox.options.download_python = "never"


def add_pythons_of_pyenv() -> None:
    """Put the Pythons of pyenv on PATH, the newest first. Its own programs run the active version only."""
    root = pathlib.Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    releases = [one for one in root.glob("versions/3.*") if one.name.replace(".", "").isdecimal()]
    releases.sort(key=lambda one: [int(part) for part in one.name.split(".")], reverse=True)
    places = [*(one / "bin" for one in releases), pathlib.Path(sys.executable).parent]
    os.environ["PATH"] = os.pathsep.join([*map(str, places), os.environ.get("PATH", os.defpath)])


def first_python(core: str) -> str:
    """Return the first Python of an ansible-core that is on PATH, or the first one if none is."""
    folders = [pathlib.Path(folder) for folder in os.environ["PATH"].split(os.pathsep) if folder]
    present = [one for one in SUPPORTED[core] if any((folder / f"python{one}").is_file() for folder in folders)]
    return (present or list(SUPPORTED[core]))[0]


def lowest_core() -> str:
    """Return the ansible-core that the collection declares to need, such as 2.19.0."""
    (declared,) = re.findall(r'^requires_ansible: ">=([\d.]+)"$', (ROOT / "meta" / "runtime.yml").read_text(), re.M)
    return str(declared)


def floor(requirement: str) -> str:
    """Return a requirement for the lowest version that it allows.

    :raises ValueError: if it allows any.
    """
    parsed = Requirement(requirement)
    versions = [one.version for one in parsed.specifier if one.operator == ">="]
    if not versions:
        raise ValueError(f"{requirement} has no floor")
    return f"{parsed.name}=={versions[0]}" + (f"; {parsed.marker}" if parsed.marker else "")


def requirements(*names: str) -> list[str]:
    """Return the requirements of files, without those of the files that they include."""
    lines = [line.strip() for name in names for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def declared_requirements() -> list[str]:
    """Return what the collection and its simulator need."""
    return requirements("requirements.txt", "roles/simulator/files/requirements.txt")


def test_requirements() -> list[str]:
    """Return what the suites need besides."""
    files = [f"tests/requirements/{name}.txt" for name in ("unit", "lint", "contract")]
    tools = [line for line in requirements(*files) if Requirement(line).name in TOOLS]
    libraries = requirements("tests/unit/requirements.txt")
    return [*(line for line in libraries if line not in declared_requirements()), *tools]


def run_suites(session: nox.Session, suites: tuple[str, ...]) -> None:
    """Run those of the suites that the command line names, or all, with logs in a folder of the session."""
    chosen = [suite for suite in suites if suite in (session.posargs or suites)]
    if not chosen:
        session.skip(f"it runs {', '.join(suites)} only")
    session.run("python", "-c", VERSIONS)
    logs = ROOT / ".cache" / "logs" / re.sub(r"[^\w.]+", "-", session.name).strip("-")
    session.run("python", "tests/tools/run_suites.py", f"--logs={logs}", *chosen)


add_pythons_of_pyenv()


@nox.session
@nox.parametrize(
    ("python", "core"),
    [
        nox.param(python, core, id=f"{core}/{python}", tags=["first"] if python == first_python(core) else [])
        for core, pythons in SUPPORTED.items()
        for python in pythons
    ],
)
def matrix(session: nox.Session, core: str) -> None:
    """Run suites with another ansible-core and Python."""
    session.install(f"ansible-core~={core}.0", *declared_requirements(), *test_requirements())
    run_suites(session, SUITES)


@nox.session(python=first_python(lowest_core().rpartition(".")[0]))
def floors(session: nox.Session) -> None:
    """Run suites with the lowest version of every requirement."""
    lowest = map(floor, declared_requirements())
    session.install(f"ansible-core=={lowest_core()}", *lowest, *test_requirements())
    run_suites(session, FLOOR_SUITES)


@nox.session
def galaxy(session: nox.Session) -> None:
    """Import the archive as Ansible Galaxy does when it is published. Every warning is a failure."""
    session.install("galaxy-importer>=0.4.44,<0.5")
    folder = pathlib.Path(session.create_tmp())
    # The importer looks for the collection where it unpacks the archive.
    variables = {"ANSIBLE_COLLECTIONS_PATH": None, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    for earlier in folder.glob("*.tar.gz"):
        earlier.unlink()
    session.run("ansible-galaxy", "collection", "build", "--force", "--output-path", folder, ROOT, env=variables)
    (archive,) = folder.glob("*.tar.gz")
    session.chdir(folder)
    output = str(session.run("python", "-m", "galaxy_importer.main", archive, env=variables, silent=True))
    session.log(output)
    found = complaints(output)
    if found:
        session.error("\n".join(["", *found]))


def complaints(output: str) -> list[str]:
    """Return what the importer found, from its output."""
    found = re.findall(r"^(?:WARNING|ERROR|CRITICAL): .*$", output, re.MULTILINE)
    return found if IMPORTED in output else [*found, "the import was not completed"]
