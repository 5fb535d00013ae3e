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
from ..results import summarized


@dataclasses.dataclass(slots=True)
class Recording:
    """One recording of a task.

    :param stem: parts of its path below the folder, without an ending.
    :param path: its file; without an ending where it is not known yet.
    :param status: ``ok``, ``changed``, ``failed`` or ``skipped``; empty as long as nothing was tried.
    :param action: ``download``, ``mode`` where only the mode of the file was wrong, or ``none``.
    :param problem: why what the vendor sent is not a complete recording.
    :param verified: the file was read from disk, and is the complete recording that the vendor sent.
    :param wrote: the file was written by this run, whatever became of it.
    """

    id: str
    message: Message | None
    stem: tuple[str, ...] = ()
    path: pathlib.Path | None = None
    status: str = ""
    action: str = "download"
    size_bytes: int | None = None
    sha256: str | None = None
    content_type: str | None = None
    error: VoicemailError | None = None
    problem: str | None = None
    verified: bool = False
    wrote: bool = False

    @classmethod
    def missing(cls, identifier: str) -> Recording:
        """Return what to tell of a message that was named and does not exist."""
        recording = cls(identifier, None, action="none")
        recording.fail(NotFoundError(f"message {identifier} does not exist in what was selected", "List them again"))
        return recording

    def fail(self, error: VoicemailError) -> None:
        """Keep what went wrong."""
        self.status, self.error = "failed", error

    @property
    def kept(self) -> bool:
        """Tell whether its file is there and complete."""
        return self.sha256 is not None and self.status in ("ok", "changed")

    def as_dict(self) -> dict[str, t.Any]:
        """Return the outcome for a module's result."""
        return {
            "id": self.id,
            "mailbox": self.message.mailbox if self.message else None,
            "action": self.action,
            "status": self.status,
            "path": str(self.path) if self.path else None,
            "size_bytes": self.size_bytes,
            "sha256": self.sha256,
            "content_type": self.content_type,
            "verified": self.verified,
            "error": str(self.error) if self.error else None,
        }

    def difference(self) -> dict[str, t.Any]:
        """Return the difference in the form that Ansible prints."""
        header = str(self.path)
        after = {"message": self.id} if self.action == "download" else {"mode": "as declared"}
        return {"before_header": header, "after_header": header, "before": {}, "after": after}


@dataclasses.dataclass(slots=True)
class AudioReport:
    """What became of a task.

    :param undated: messages that only filters by time may leave out, and whose time cannot be read.
    :param manifest_error: why the manifest could not be written, though the recordings are kept.
    """

    recordings: list[Recording]
    undated: list[Message] = dataclasses.field(default_factory=list)
    requests: int = 0
    manifest_changed: bool = False
    manifest_error: VoicemailError | None = None
    interrupted: bool = False

    @property
    def failures(self) -> list[Recording]:
        """Recordings that failed."""
        return [recording for recording in self.recordings if recording.status == "failed"]

    @property
    def warnings(self) -> list[str]:
        """What was left out, or is not what it should be, and is no failure."""
        left_out = [str(one.error) for one in self.recordings if one.status == "skipped" and one.error is not None]
        strange = [one for one in self.recordings if one.wrote and one.problem and one.status == "changed"]
        incomplete = [
            f"message {one.id}: the vendor sent an incomplete recording, which is stored as it came: {one.problem}"
            for one in strange
        ]
        return [*left_out, *incomplete, *undated_warnings(self.undated)]

    def summary(self) -> dict[str, int]:
        """Count recordings by what became of them, beside bytes downloaded and requests sent."""
        done = [recording for recording in self.recordings if recording.status in ("ok", "changed")]
        fetched = [recording for recording in done if recording.action == "download"]
        counts = {
            action: sum(recording.action == action for recording in done) for action in ("download", "mode", "none")
        }
        return summarized(
            counts,
            failed=len(self.failures),
            skipped=sum(recording.status == "skipped" for recording in self.recordings),
            bytes=sum(recording.size_bytes or 0 for recording in fetched),
            requests=self.requests,
        )

    def as_result(self, everything: bool, diff: bool) -> dict[str, t.Any]:
        """Return the module's result.

        :param everything: also tell of recordings that needed nothing.
        """
        changed = [recording for recording in self.recordings if recording.status == "changed"]
        shown = [recording for recording in self.recordings if everything or recording.status != "ok"]
        result: dict[str, t.Any] = {
            "changed": any(one.wrote for one in self.recordings) or bool(changed) or self.manifest_changed,
            "results": [recording.as_dict() for recording in shown],
            "summary": self.summary(),
            "undated": undated_rows(self.undated),
        }
        if diff:
            result["diff"] = [recording.difference() for recording in changed]
        if self.manifest_error is not None:
            told = f"the recordings are kept, and not their manifest: {self.manifest_error}"
            result.update(failed=True, msg=told, error=self.manifest_error.as_dict())
        elif self.failures:
            counted = f"{len(self.failures)} of {len(self.recordings)} recordings failed"
            result.update(failed=True, msg=f"{counted}, the first: {self.failures[0].error}")
        elif self.interrupted:
            result.update(failed=True, msg="interrupted: what is complete is told, the next run goes on with the rest")
        return result
