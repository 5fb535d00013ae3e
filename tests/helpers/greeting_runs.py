# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run voicemail_greeting against a vendor, with the checks that apply to every run."""

from __future__ import annotations

import abc
import pathlib
import typing as t

from voicemail_simulator.server import SimulatorServer

from helpers.leaks import contains_secret
from helpers.runners import RUNNERS, Result
from helpers.subjects import Subject

MODULE = "voicemail_greeting"


class GreetingRuns(abc.ABC):
    """A vendor whose greetings are managed."""

    subject: t.ClassVar[Subject]

    def __init__(self, server: SimulatorServer, folder: pathlib.Path, runner: str = "worker") -> None:
        self.server = server
        self.runner = RUNNERS[runner]
        self.folder = folder

    @abc.abstractmethod
    def box_of(self, options: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the options of the default mailbox, if no mailbox is named."""

    def secrets(self) -> tuple[str, ...]:
        """Return texts that no result may show."""
        return ("simulator-password",)

    def file(self, content: bytes, name: str = "greeting.wav") -> str:
        """Write a file."""
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def run(self, *, check: bool = False, **options: t.Any) -> Result:
        """Run the module, and check that the result contains no secret."""
        self.server.journal.clear()
        arguments = self.subject.arguments(self.server, **self.box_of(options), **options)
        result = self.runner(MODULE, arguments, check=check)
        shown = repr({key: value for key, value in result.items() if key != "invocation"})
        assert not [secret for secret in self.secrets() if contains_secret(secret, shown)]
        assert "unexpected" not in result.get("msg", "")
        return result

    def settle(self, **options: t.Any) -> Result:
        """Run the module in check mode, for real, and again."""
        predicted = self.run(check=True, **options)
        assert not predicted["failed"], predicted
        assert self.writes() == []
        done = self.run(**options)
        assert not done["failed"], done
        for key in ("changed", "action", "diff", "removed", "kept"):
            assert done[key] == predicted[key], key
        ids = {"id": None, "media_id": None}
        assert {**done["greeting"], **ids} == {**predicted["greeting"], **ids} or not done["greeting"]
        again = self.run(**options)
        assert (again["failed"], again["changed"], again["action"]) == (False, False, "none"), again
        assert again["diff"]["before"] == again["diff"]["after"]
        assert self.writes() == []
        return done

    def writes(self) -> list[str]:
        """Return the requests of the last run that may have changed something."""
        return self.subject.writes(self.server)
