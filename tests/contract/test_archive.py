# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection works if installed from the published archive, and does not use the checkout."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import subprocess
import sys

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE_WATCH = ROOT / "tests" / "helpers" / "file_watch"


@dataclasses.dataclass(frozen=True)
class Installed:
    """The collection, installed in a separate folder as users have it."""

    folder: pathlib.Path

    @property
    def place(self) -> pathlib.Path:
        return self.folder / "collections" / "ansible_collections" / "telephony" / "voicemail"

    @property
    def home(self) -> pathlib.Path:
        return self.folder / "home"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program of Ansible with an empty home, in a folder with an unusual name."""
        elsewhere = self.folder / "a folder, größer als nötig"
        for folder in (elsewhere, self.home):
            folder.mkdir(exist_ok=True)
        return subprocess.run(
            [sys.executable, "-m", "ansible", *command],
            env={
                "PATH": os.pathsep.join((str(pathlib.Path(sys.executable).parent), os.defpath)),
                "HOME": str(self.home),
                "TMPDIR": str(self.folder),
                "LC_ALL": "C.UTF-8",
                "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "collections"),
                "ANSIBLE_NOCOLOR": "1",
                **self.watch_variables,
            },
            cwd=elsewhere,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )

    @property
    def watch_variables(self) -> dict[str, str]:
        """Return variables with which Python records its use of the checkout and the installed collection."""
        return {
            "PYTHONPATH": str(FILE_WATCH),
            "FILE_WATCH_RECORD": str(self.folder / "notes"),
            "FILE_WATCH_FOLDERS": os.pathsep.join((str(ROOT), os.path.realpath(self.place))),
            "FILE_WATCH_EXCLUDED": os.path.realpath(sys.prefix),
        }

    def forget_uses(self) -> None:
        """Clear the records."""
        (self.folder / "notes").write_text("")

    def used(self, folder: pathlib.Path) -> set[str]:
        """Return the used files below a folder, without the recorder itself."""
        notes = [pathlib.Path(line) for line in (self.folder / "notes").read_text(encoding="utf-8").splitlines()]
        real = folder.resolve()
        return {
            str(path.relative_to(real))
            for path in notes
            if path.is_relative_to(real) and not path.is_relative_to(FILE_WATCH)
        }


def test_the_archive_is_complete(tmp_path: pathlib.Path) -> None:
    """Build, install and verify the archive, and run the demonstration without the checkout."""
    installed = Installed(tmp_path)
    built = installed.run("galaxy", "collection", "build", "--output-path", str(tmp_path), str(ROOT))
    assert built.returncode == 0, built.stdout
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    archive = tmp_path / f"telephony-voicemail-{version}.tar.gz"
    done = installed.run("galaxy", "collection", "install", str(archive), "-p", str(tmp_path / "collections"))
    assert done.returncode == 0, done.stdout
    verified = installed.run("galaxy", "collection", "verify", "--offline", "telephony.voicemail")
    assert verified.returncode == 0, verified.stdout
    assert "Successfully verified" in verified.stdout

    assert "galaxy.yml" in installed.used(ROOT), "building uses the checkout"
    installed.forget_uses()
    demo = installed.run("playbook", "telephony.voicemail.demo")
    assert demo.returncode == 0, demo.stdout
    assert "5 mailboxes created, then 0 changed" in demo.stdout
    exported = installed.home / ".cache" / "telephony.voicemail" / "demo" / "mailboxes.yml"
    assert len(yaml.safe_load(exported.read_text(encoding="utf-8"))["mailboxes"]) == 5
    simulator = "roles/simulator/files/voicemail_simulator"
    used = {name.replace("__pycache__/", "").partition(".")[0] for name in installed.used(installed.place)}
    assert {"playbooks/demo", "plugins/action/vmboxes", f"{simulator}/background", f"{simulator}/server"} <= used
    assert installed.used(ROOT) == set()


@pytest.mark.parametrize(
    ("code", "used"),
    [
        ("open('link')", "galaxy.yml"),
        ("import os; os.listdir({root!r} + '/docs')", "docs"),
        ("import subprocess; subprocess.run(['true'], cwd={root!r} + '/docs')", "docs"),
        ("import subprocess; subprocess.run(['true', {root!r} + '/README.md'])", "README.md"),
    ],
)
def test_use_of_the_checkout_is_detected(tmp_path: pathlib.Path, code: str, used: str) -> None:
    (tmp_path / "link").symlink_to(ROOT / "galaxy.yml")
    one = Installed(tmp_path)
    command = [sys.executable, "-c", code.format(root=str(ROOT))]
    subprocess.run(command, env={**os.environ, **one.watch_variables}, cwd=tmp_path, check=True)
    assert one.used(ROOT) == {used}
