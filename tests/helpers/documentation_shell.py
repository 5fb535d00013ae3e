# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check that the commands in the documentation exist: use it for shell examples that cannot be run."""

from __future__ import annotations

import argparse
import functools
import itertools
import pathlib
import re
import shlex
import subprocess
import sys
import typing as t

from ansible.cli import CLI
from ansible.cli.galaxy import GalaxyCLI
from ansible.cli.inventory import InventoryCLI
from ansible.cli.playbook import PlaybookCLI
from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments

ROOT = pathlib.Path(__file__).resolve().parents[2]
NAME = "telephony.voicemail"
#: Files that the documentation mentions and that the reader has.
OWN_FILES = ("telephony-voicemail-1.0.0.tar.gz", "telephony-voicemail-1.1.0.tar.gz", "secrets.yml", "hosts")
#: The clone from the release steps.
RELEASE = "release"
#: Third-party programs, whose use is reviewed manually.
OTHERS = (
    "git",
    "cd",
    "read",
    "rm",
    "mkdir",
    "ansible-vault",
    "ansible-test",
    "antsibull-changelog",
    "ansible-builder",
    "molecule",
    "source",
)
#: The folder in which Ansible installs the collection.
INSTALLED = "~/.ansible/collections/ansible_collections/telephony/voicemail/"
NO_OPTION = "an option does not exist"
Files = t.Collection[str]


def commands(text: str) -> list[list[str]]:
    """Return the commands after each prompt, as words; lines that end in a backslash are joined."""
    joined = re.sub(r"\\\n\s*", "", text)
    found = [shlex.split(line[2:], comments=True) for line in joined.splitlines() if line.startswith("$ ")]
    return [words for line in found for words in _split(line)]


def _split(words: list[str]) -> t.Iterator[list[str]]:
    part: list[str] = []
    for word in [*words, "&&"]:
        if word in ("&&", "|", ";"):
            yield part
            part = []
        else:
            part.append(word)


def problem(words: list[str], files: Files) -> str | None:
    """Return what is wrong with a command, or None.

    :param files: files that its document shows.
    """
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        if (wrong := _variable(words[0])) is not None:
            return wrong
        words = words[1:]
    if not words:
        return None
    program = words[0].removeprefix(".venv/bin/")
    if program in OTHERS:
        return None
    check = _CHECKS.get(program)
    if check is None:
        return f"program {program} is unknown"
    wrong = check(words[1:], files)
    return f"{' '.join(words)}: {wrong}" if wrong else None


def _variable(assignment: str) -> str | None:
    name = assignment.partition("=")[0]
    if name.startswith("VOICEMAIL_") and name.removeprefix("VOICEMAIL_").lower() not in arguments.CONNECTION:
        return f"no option has the variable {name}"
    return None


def _parsed(program: CLI, words: list[str]) -> argparse.Namespace | None:
    """Return the options of a command, parsed by the program, or None where it refuses them."""
    program.init_parser()
    try:
        options: argparse.Namespace = program.parser.parse_args(words)
    except SystemExit:
        return None
    return options


def _make(words: list[str], _files: Files) -> str | None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    named = [word for word in words if "=" not in word]
    return next((f"there is no target {word}" for word in named if word not in targets), None)


def _playbook(words: list[str], files: Files) -> str | None:
    options = _parsed(PlaybookCLI(["ansible-playbook"]), words)
    if options is None:
        return NO_OPTION
    for name in options.args:
        own = name.startswith(f"{NAME}.") and (ROOT / "playbooks" / f"{name.rpartition('.')[2]}.yml").is_file()
        # A playbook without a caption may have any name.
        if not own and name not in files and name not in OWN_FILES and "" not in files:
            return f"the document shows no {name}"
    return None


def _inventory(words: list[str], files: Files) -> str | None:
    options = _parsed(InventoryCLI(["ansible-inventory"]), words)
    if options is None:
        return NO_OPTION
    return next((f"the document shows no {name}" for name in options.inventory or () if name not in files), None)


def _runner(words: list[str], files: Files) -> str | None:
    # The program may be missing here. tests/contract/test_fleets.py runs the command where it is installed.
    playbook = words[words.index("--playbook") + 1] if "--playbook" in words else ""
    return None if words[:1] == ["run"] and playbook in files else f"the document shows no {playbook}"


def _galaxy(words: list[str], files: Files) -> str | None:
    if _parsed(GalaxyCLI(["ansible-galaxy", *words]), words) is None:
        return NO_OPTION
    if words[0] != "collection" or words[1] not in ("build", "install", "publish", "verify"):
        return "only building, installing, publishing and verifying a collection are checked"
    places = [
        pathlib.PurePath(word).name or word
        for before, word in itertools.pairwise(words[1:])
        if not word.startswith("-") and before not in ("-p", "--output-path")
    ]
    known = (NAME, ".", RELEASE, *OWN_FILES)
    return next((f"what is {word}?" for word in places if word not in known and not word.startswith("git+")), None)


def _pip(words: list[str], _files: Files) -> str | None:
    wanted = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    given = [word for word in words if word[0] != "-" and word not in ("install", "ansible-core", "ansible-builder")]
    if given and all(word.endswith("requirements.txt") for word in given):
        return next(
            (f"there is no {word}" for word in given if not (ROOT / word.removeprefix(INSTALLED)).is_file()), None
        )
    return None if not given or given == wanted else f"requirements.txt contains {wanted}"


def _rulebook(words: list[str], _files: Files) -> str | None:
    name = words[words.index("--rulebook") + 1]
    path = ROOT / "extensions" / "eda" / "rulebooks" / f"{name.rpartition('.')[2]}.yml"
    return None if name.startswith(f"{NAME}.") and path.is_file() else f"there is no rulebook {name}"


def _copy(words: list[str], _files: Files) -> str | None:
    own = [word.removeprefix(INSTALLED) for word in words if word.startswith(INSTALLED)]
    return next((f"there is no {word}" for word in own if not (ROOT / word).is_file()), None)


def _doc(words: list[str], _files: Files) -> str | None:
    kind = words[words.index("-t") + 1] if "-t" in words else "module"
    for word in words:
        if word.startswith(f"{NAME}."):
            short = word.rpartition(".")[2]
            folder = {"module": "plugins/modules"}.get(kind, f"plugins/{kind}")
            path = ROOT / "roles" / short if kind == "role" else ROOT / folder / f"{short}.py"
            if not path.exists():
                return f"there is no {kind} {word}"
    return None


@functools.cache
def _simulator_help() -> str:
    command = [sys.executable, "-m", "voicemail_simulator", "--help"]
    place = ROOT / "roles" / "simulator" / "files"
    return subprocess.run(command, cwd=place, stdout=subprocess.PIPE, text=True, check=True).stdout


def _python(words: list[str], _files: Files) -> str | None:
    if words[:2] == ["-m", "voicemail_simulator"]:
        options = [word.partition("=")[0] for word in words if word.startswith("--")]
        return next((f"there is no {option}" for option in options if option not in _simulator_help()), None)
    if words[:2] == ["-m", "venv"]:
        return None
    return None if words and (ROOT / words[0]).is_file() else "there is no such file"


def _export(words: list[str], _files: Files) -> str | None:
    return next((wrong for word in words if (wrong := _variable(word)) is not None), None)


_CHECKS: dict[str, t.Callable[[list[str], Files], str | None]] = {
    "make": _make,
    "ansible-playbook": _playbook,
    "ansible-inventory": _inventory,
    "ansible-runner": _runner,
    "ansible-galaxy": _galaxy,
    "pip": _pip,
    "cp": _copy,
    "ansible-doc": _doc,
    "ansible-rulebook": _rulebook,
    "python": _python,
    "python3": _python,
    "export": _export,
    "pytest": _python,
}
