# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each recording."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

from ..errors import NotFoundError, VoicemailError
from ..model.message import Message, undated_rows, undated_warnings
from ..model.problem import Subject
from ..reporting.sentences import Nouns
from ..results import ListedStep, RunReport, Status


@dataclasses.dataclass(slots=True)
class Recording(ListedStep):
    """One recording of a task.

    :param stem: parts of its path below the folder, without an ending.
    :param path: its file; without an ending where it is not known yet.
    :param action: ``download``, ``mode`` where only the mode of the file was wrong, or ``none``.
    :param problem: why what the vendor sent is not a complete recording.
    :param verified: the file was read from disk, and is the complete recording that the vendor sent.
    """

    id: str
    message: Message | None
    stem: tuple[str, ...] = ()
    path: pathlib.Path | None = None
    action: str = "download"
    size_bytes: int | None = None
    sha256: str | None = None
    content_type: str | None = None
    problem: str | None = None
    verified: bool = False

    @classmethod
    def missing(cls, identifier: str) -> Recording:
        """Return what to tell of a message that was named and does not exist."""
        recording = cls(identifier, None, action="none")
        text = "does not exist in what was selected"
        recording.fail(NotFoundError(text, "List them again", subject=recording.subject))
        return recording

    @property
    def action_name(self) -> str:
        """The action."""
        return self.action

    @property
    def label(self) -> str:
        """The id of the message."""
        return self.id

    @property
    def subject(self) -> Subject:
        """The message, as errors name it."""
        return Subject("message", self.id)

    @property
    def reason(self) -> str:
        """The error without the id."""
        return self.error.reason(self.subject) if self.error else ""

    @property
    def changed(self) -> bool:
        """Tell whether its file was written, also by a run that then failed or was not to keep it."""
        return self.wrote or self.status is Status.CHANGED

    @property
    def kept(self) -> bool:
        """Tell whether its file is there and complete."""
        return self.sha256 is not None and self.is_done

    def as_row(self) -> dict[str, t.Any]:
        """Return the outcome for a module's result."""
        return {
            "id": self.id,
            "mailbox": self.message.mailbox if self.message else None,
            "action": self.action,
            "status": str(self.status),
            "path": str(self.path) if self.path else None,
            "size_bytes": self.size_bytes,
            "sha256": self.sha256,
            "content_type": self.content_type,
            "verified": self.verified,
            "error": str(self.error) if self.error else None,
        }

    def difference(self) -> dict[str, t.Any]:
        """Return the difference in the form that Ansible prints, and what a plan shows of the recording."""
        header = str(self.path) if self.path else f"message {self.id}"
        after = {"message": self.id} if self.action == "download" else {"mode": "as declared"}
        return {
            "mailbox": self.message.mailbox if self.message else None,
            "id": self.id,
            "action": self.action,
            "label": header,
            "before_header": header,
            "after_header": header,
            "before": {},
            "after": {} if self.action == "none" else after,
        }


@dataclasses.dataclass(slots=True)
class AudioReport(RunReport[Recording]):
    """What became of a task.

    :param undated: messages that only filters by time may leave out, and whose time cannot be read.
    :param manifest_error: why the manifest could not be written, though the recordings are kept.
    """

    undated: list[Message] = dataclasses.field(default_factory=list)
    manifest_changed: bool = False
    manifest_error: VoicemailError | None = None

    actions: t.ClassVar[tuple[str, ...]] = ("download", "mode", "none")

    @property
    def nouns(self) -> Nouns:
        """Recordings."""
        return Nouns("recording", "recordings")

    @property
    def notes(self) -> list[str]:
        """What was left out, or is not what it should be, and is no failure."""
        left_out = [str(one.error) for one in self.steps if one.status is Status.SKIPPED and one.error is not None]
        strange = [one for one in self.steps if one.wrote and one.problem and one.status is Status.CHANGED]
        incomplete = [
            f"message {one.id}: the vendor sent an incomplete recording, which is stored as it came: {one.problem}"
            for one in strange
        ]
        return [*self.warnings, *left_out, *incomplete, *undated_warnings(self.undated)]

    def further_counts(self) -> dict[str, int]:
        """Count the bytes that were downloaded."""
        fetched = [one for one in self.steps if one.is_done and one.action == "download"]
        return {"bytes": sum(one.size_bytes or 0 for one in fetched)}

    def as_result(self, everything: bool) -> dict[str, t.Any]:
        """Return the result of the module; see :meth:`RunReport.as_result`."""
        # Slots make another class of this one, which super() without arguments does not know.
        result = RunReport.as_result(self, everything)
        result["changed"] = result["changed"] or self.manifest_changed
        result["undated"] = undated_rows(self.undated)
        if self.manifest_error is not None:
            problem = f"the recordings are kept, and not their manifest: {self.manifest_error}"
            result.update(failed=True, msg=problem, error=self.manifest_error.as_dict())
        return result
