# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A shell on a terminal, in an empty folder, with only the archive: use it to follow a guide as a person does."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import re
import sys
import termios
import time
import typing as t
import urllib.parse

import pexpect
import trustme
from voicemail_simulator.server import SimulatorServer

from helpers.guide_steps import Step
from helpers.loopback import Answer, Loopback

#: Maximum seconds of one command. It is generous, because test machines may be busy.
TIMEOUT = 120
#: Without output for as long, an answer may have been lost.
QUIET_SECONDS = 3
PROMPT = "guide"
VAULT_PASSWORD = "a-vault-password-of-the-reader"
Questions = t.Mapping[str, str]


class StepFailedError(Exception):
    """A step whose exit status or output differs from the guide."""

    def __init__(self, step: Step, output: str) -> None:
        super().__init__(f"{step.place}: {step.text}\n{output[-4000:]}")


class Reader:
    """Write the files of a guide and type its commands: ``with Reader(folder, ...) as reader``.

    :param folder: an empty folder, which becomes HOME and contains the working directory.
    :param collections: folder in which the archive is installed.
    :param network: variables of the reader's network; see :func:`network`.
    :param questions: the answer to a prompt, by regular expression, or to a `read` of the shell, by variable.
    """

    def __init__(
        self, folder: pathlib.Path, collections: pathlib.Path, network: t.Mapping[str, str], questions: Questions
    ) -> None:
        self.folder = folder / "work"
        self.folder.mkdir()
        (folder / ".ansible").mkdir()
        (folder / ".ansible" / "collections").symlink_to(collections, target_is_directory=True)
        self._hidden = {name: typed for name, typed in questions.items() if name.isupper()}
        prompts = {prompt: typed for prompt, typed in questions.items() if prompt not in self._hidden}
        self._questions = {r"(?:New )?[Vv]ault password[^:\n]*: ": VAULT_PASSWORD, **prompts}
        self._environment = {
            "PATH": os.pathsep.join((str(pathlib.Path(sys.executable).parent), os.defpath)),
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
            "PS1": f"{PROMPT} $? ",
            # A pager would wait for a key.
            "PAGER": "cat",
            # All packages of the guides are installed already, so that nothing is downloaded.
            "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            **network,
        }

    def __enter__(self) -> Reader:
        self._shell = pexpect.spawn(
            "bash",
            ["--noprofile", "--norc", "--noediting", "-i"],
            cwd=self.folder,
            env=self._environment,
            encoding="utf-8",
            codec_errors="replace",
            echo=False,
            timeout=TIMEOUT,
            dimensions=(60, 120),
        )
        self._shell.delaybeforesend = None
        self._answer_until_prompt("")
        return self

    def __exit__(self, *_exception: object) -> None:
        self._shell.close(force=True)

    def follow(self, step: Step) -> str:
        """Run a step and return its output.

        :raises StepFailedError: if the exit status or the output differs from the guide.
        """
        if step.name:
            path = self.present_folder / step.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step.text, encoding="utf-8")
            return ""
        status, output = self._type(step.text, step.is_interrupted)
        printed = "\n".join(line.rstrip() for line in output.splitlines())
        if (status != step.status and not step.is_interrupted) or step.prints not in printed:
            raise StepFailedError(step, output)
        return output

    @property
    def present_folder(self) -> pathlib.Path:
        """Return the shell's working directory."""
        return pathlib.Path(self._type("pwd", is_interrupted=False)[1].strip())

    def _type(self, command: str, is_interrupted: bool) -> tuple[int, str]:
        self._shell.sendline(command)
        hidden = re.match(r"read -rs (\w+)", command)
        if hidden:
            self._shell.sendline(self._hidden[hidden[1]])
        if is_interrupted:
            self._shell.expect(r"http://127\.0\.0\.1:\d+")
            self._shell.sendintr()
        return self._answer_until_prompt(command)

    def _answer_until_prompt(self, command: str) -> tuple[int, str]:
        """Return the exit status and the output of a command, and answer its questions."""
        patterns = [rf"{PROMPT} (\d+) $", *self._questions, pexpect.TIMEOUT, pexpect.EOF]
        output = answer = ""
        end = time.monotonic() + TIMEOUT
        while True:
            found = self._shell.expect(patterns, timeout=QUIET_SECONDS)
            if found > len(self._questions):
                if patterns[found] is pexpect.EOF or time.monotonic() > end:
                    raise AssertionError(f"{command}: did not finish, or the shell ended:\n{self._shell.before}")
                if answer and self._waits_for_a_key():
                    # Ansible discards what was typed before it listens, which is after it shows the question.
                    self._shell.sendline(answer)
                continue
            output += self._shell.before
            if found == 0:
                return int(self._shell.match[1]), output.replace("\r\n", "\n")
            output += self._shell.after
            typed = list(self._questions.values())[found - 1]
            # Some answers are quoted in the question, such as the first characters of a checksum.
            answer = typed or self._shell.match["answer"]
            self._shell.sendline(answer)

    def _waits_for_a_key(self) -> bool:
        """Check whether a program reads the terminal key by key, as Ansible does while it asks."""
        return not termios.tcgetattr(self._shell.child_fd)[3] & termios.ICANON


@dataclasses.dataclass(frozen=True)
class TelephoneSystem:
    """A simulator that is reachable at an address of the documentation.

    :param url: that address, with https.
    :param options: options of the simulator.
    """

    vendor: str
    url: str
    options: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def host(self) -> str:
        """Return the host name for the certificate."""
        return urllib.parse.urlsplit(self.url).hostname or ""

    @property
    def authority(self) -> str:
        """Return host and port, as in a CONNECT request."""
        return f"{self.host}:{urllib.parse.urlsplit(self.url).port or 443}"


@contextlib.contextmanager
def network(folder: pathlib.Path, systems: t.Iterable[TelephoneSystem]) -> t.Iterator[dict[str, str]]:
    """Start simulators and yield the environment of a network in which they have the addresses of a guide.

    The network has a proxy and a private certificate authority, as in many companies.

    :param folder: folder for the certificates.
    """
    authority = trustme.CA()
    trusted = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    with contextlib.ExitStack() as stack:
        routes = {}
        for system in systems:
            path = folder / f"{system.vendor}.pem"
            authority.issue_cert(system.host).private_key_and_cert_chain_pem.write_to_path(str(path))
            options = {"tls_cert": str(path), "tls_key": str(path), **system.options}
            server = stack.enter_context(SimulatorServer(system.vendor, **options))
            routes[system.authority] = ("127.0.0.1", urllib.parse.urlsplit(server.origin).port or 0)
        proxy = stack.enter_context(Loopback(lambda _seen: Answer(502), routes=routes))
        yield {"https_proxy": proxy.origin, "SSL_CERT_FILE": str(trusted)}
