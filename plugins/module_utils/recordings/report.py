# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report the outcomes of recordings."""

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
    """The outcome for one recording of a task.

    :param stem: parts of its path below the folder, without an ending.
    :param path: its file; without an ending if unknown.
    :param action: ``download``, ``mode`` if only the mode of the file was wrong, or ``none``.
    :param problem: why the received recording is incomplete.
    :param verified: whether the file was read again and is the complete received recording.
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
        """Return the outcome for a named message that does not exist."""
        recording = cls(identifier, None, action="none")
        text = "does not exist in the selection"
        recording.fail(NotFoundError(text, "List the messages again", subject=recording.subject))
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
        """The subject of errors."""
        return Subject("message", self.id)

    @property
    def changed(self) -> bool:
        """Check whether its file was written, even if the run then failed or did not keep it."""
        return self.wrote or self.status is Status.CHANGED

    @property
    def kept(self) -> bool:
        """Check whether its file exists and is complete."""
        return self.sha256 is not None and self.is_done

    @property
    def _file(self) -> str:
        """Its file below the folder; empty if unknown."""
        return "/".join(self.path.parts[-len(self.stem) :]) if self.path and self.stem else ""

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
        """Return the difference as Ansible prints it, and the data of the recording for a plan."""
        header = str(self.path) if self.path else f"message {self.id}"
        after = {"message": self.id} if self.action == "download" else {"mode": "as declared"}
        return {
            "mailbox": self.message.mailbox if self.message else None,
            "id": self.id,
            "action": self.action,
            "label": self._file or header,
            "before_header": header,
            "after_header": header,
            "before": {},
            "after": {} if self.action == "none" else after,
        }


@dataclasses.dataclass(slots=True)
class AudioReport(RunReport[Recording]):
    """The report of a task.

    :param undated: messages without a readable time that filters by time may exclude.
    :param manifest_error: why the manifest could not be written, although the recordings are kept.
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
        """Notes on skipped or irregular recordings that are not failures."""
        left_out = [str(one.error) for one in self.steps if one.status is Status.SKIPPED and one.error is not None]
        strange = [one for one in self.steps if one.wrote and one.problem and one.status is Status.CHANGED]
        incomplete = [
            f"message {one.id}: the vendor sent an incomplete recording, which is stored unchanged: {one.problem}"
            for one in strange
        ]
        return [*self.warnings, *left_out, *incomplete, *undated_warnings(self.undated)]

    def message(self) -> str:
        """Return the outcome for people; see :meth:`RunReport.message`."""
        if self.manifest_changed and not self.changed and not self.failures and not self.interrupted:
            kept = self.nouns.counted(len(self.steps))
            return f"{kept} unchanged, manifest {'to write' if self.planned else 'written'}."
        return RunReport.message(self)

    def further_counts(self) -> dict[str, int]:
        """Count the bytes that were downloaded."""
        fetched = [one for one in self.steps if one.is_done and one.action == "download"]
        return {"bytes": sum(one.size_bytes or 0 for one in fetched)}

    def as_result(self, everything: bool) -> dict[str, t.Any]:
        """Return the result of the module; see :meth:`RunReport.as_result`."""
        # Slots replace the class, which super() without arguments does not know.
        result = RunReport.as_result(self, everything)
        result["changed"] = result["changed"] or self.manifest_changed
        result["undated"] = undated_rows(self.undated)
        if self.manifest_error is not None:
            problem = f"the recordings are kept, but not their manifest: {self.manifest_error}"
            result.update(failed=True, msg=problem, error=self.manifest_error.as_dict())
        return result
