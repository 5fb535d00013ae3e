# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commit, tag and build a release: `make release VERSION=1.1.0`. Nothing is pushed or published.

The workflow `.github/workflows/release.yml` runs this and publishes the result. The archive is built from a fresh clone
of the tag, installed and verified, so that nothing else from the checkout is in it.
"""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
import sys

from workspace import CACHE, ROOT, environment, link_collection

FOLDER = CACHE / "release"
VERSION = re.compile(r"\d+\.\d+\.\d+")
OWN_VERSION = re.compile(r"^version: (.+)$", re.M)
SUMMARY = re.compile(r"^release_summary:", re.M)


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, for comparing."""
    return tuple(map(int, version.split(".")))


def problems(version: str, root: pathlib.Path, tags: list[str], status: str) -> list[str]:
    """Return why a version cannot be released from a checkout.

    :param tags: the tags that exist.
    :param status: what `git status --porcelain` prints.
    """
    if not VERSION.fullmatch(version):
        return [f"version: must be three numbers such as 1.1.0, got {version or 'nothing'}. Set VERSION."]
    found = []
    released = sorted((tag for tag in tags if VERSION.fullmatch(tag)), key=numbers)
    if released and numbers(version) <= numbers(released[-1]):
        found.append(f"version: must be higher than {released[-1]}, which is released, got {version}.")
    if status:
        found.append("checkout: has changes that are not committed. Commit or remove them.")
    fragments = (root / "changelogs" / "fragments").glob("*.yml")
    if not any(SUMMARY.search(path.read_text(encoding="utf-8")) for path in fragments):
        found.append("changelog: no fragment has a release_summary. Add one to changelogs/fragments.")
    return found


def section(changelog: str, version: str) -> str:
    """Return the text of a version in the changelog in Markdown, without its heading."""
    name = re.escape(version).replace(r"\.", r"\\?\.")
    start = re.search(rf'^(?:<a id="[^"]*"></a>\n)?## v{name}\n', changelog, re.M)
    if start is None:
        raise ValueError(f"CHANGELOG.md has no section for {version}")
    rest = changelog[start.end() :]
    following = re.search(r'^(?:<a id="v\d[^"]*"></a>\n)?## v\d', rest, re.M)
    return rest[: following.start() if following else None].strip() + "\n"


def run(*command: str | pathlib.Path, folder: pathlib.Path = ROOT, **variables: str) -> str:
    """Run a program and return its output; end with it if the program fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment() | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{command[0]} failed with status {done.returncode}")
    return done.stdout


def commit(version: str) -> None:
    """Set the version, write the changelog, commit and tag."""
    path = ROOT / "galaxy.yml"
    path.write_text(OWN_VERSION.sub(f"version: {version}", path.read_text(encoding="utf-8")), encoding="utf-8")
    link_collection()
    run("antsibull-changelog", "release", "--reload-plugins", "--version", version)
    run("git", "add", "--all", ".")
    run("git", "commit", "--quiet", "--message", f"Release {version}")
    run("git", "tag", "--annotate", "--message", f"Release {version}", version)


def build(version: str) -> pathlib.Path:
    """Build the archive from a fresh clone of the tag, install it elsewhere, and verify it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    clone, installed = FOLDER / "clone", FOLDER / "installed"
    run("git", "clone", "--quiet", "--branch", version, ROOT, clone)
    run("ansible-galaxy", "collection", "build", "--output-path", FOLDER, clone)
    archive = FOLDER / f"telephony-voicemail-{version}.tar.gz"
    # By force, because the checkout itself counts as installed.
    run("ansible-galaxy", "collection", "install", "--offline", "--force", "-p", installed, archive)
    verify = ("ansible-galaxy", "collection", "verify", "--offline", "telephony.voicemail")
    run(*verify, ANSIBLE_COLLECTIONS_PATH=str(installed))
    return archive


def main() -> int:
    """Release the version named on the command line."""
    version = sys.argv[1] if len(sys.argv) > 1 else ""
    tags = run("git", "tag", "--list").split()
    found = problems(version, ROOT, tags, run("git", "status", "--porcelain"))
    if found:
        sys.exit("\n".join(found))
    commit(version)
    archive = build(version)
    notes = section((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), version)
    (FOLDER / "notes.md").write_text(notes, encoding="utf-8")
    print(f"Committed and tagged {version}. The archive is {archive.relative_to(ROOT)}; nothing was pushed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
