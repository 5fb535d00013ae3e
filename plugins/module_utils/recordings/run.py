# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan, download and verify one recording at a time."""

from __future__ import annotations

import email.message
import pathlib
import threading
import time
import typing as t

from ..errors import (
    ConflictError,
    NotFoundError,
    RejectedError,
    TransportError,
    VoicemailError,
    unexpected_error,
)
from ..model.message import Message
from ..model.operation import Operation
from ..results import Status
from ..vendors.messages import Recordings
from .bounds import most_bytes
from .container import container_problem, kind_of
from .files import FileProblem, Folder, ending_of, sha256_of, starts_with
from .manifest import Manifest
from .order import Order
from .part import BusyError, Part
from .report import Recording

#: Attempts to download a recording; each one continues where the last one stopped.
ATTEMPTS = 4
#: Seconds to wait for another task that downloads the same recording, usually a moment.
BUSY_SECONDS = 60.0
BUSY_POLL_SECONDS = 0.05


def _received_problem(part: Part, expected: int | None, operation: Operation) -> str | None:
    """Return the problem of a completely received recording.

    :param expected: its size, if the vendor states it.
    :raises TransportError: when it is not all of it.
    :raises NotFoundError: when it is empty.
    """
    if expected is not None and part.size != expected:
        received = part.size
        if received > expected:
            part.restart()
        raise TransportError(f"{received} of {expected} bytes were received", "Run the task again", operation=operation)
    if not part.size:
        raise NotFoundError("the recording is empty", "", operation=operation)
    problem = container_problem(part.path)
    if problem and kind_of(part.start) and expected is None:
        # Nothing else reveals that the end is missing.
        raise TransportError(f"it ended early: {problem}", "Run the task again", operation=operation)
    return problem


class Run:
    """The state shared by all downloads of a task."""

    def __init__(
        self, messages: Recordings, order: Order, folder: Folder, manifest: Manifest | None, check: bool
    ) -> None:
        self.messages = messages
        self.order = order
        self.folder = folder
        self.manifest = manifest
        self.check = check
        self.stop = threading.Event()

    def plan(self, message: Message, stem: tuple[str, ...]) -> Recording:
        """Find the file of a message, and evidence that it is the recording."""
        recording = Recording(message.id, message, stem, self.folder.root.joinpath(*stem))
        try:
            path = self.folder.find(stem)
            if path is not None and self._is_archived(recording, path):
                self._settle(recording, path)
        except VoicemailError as error:
            recording.fail(error)
        except OSError as error:
            recording.fail(FileProblem(f"cannot use the file of message {message.id}", error))
        return recording

    def _is_archived(self, recording: Recording, path: pathlib.Path) -> bool:
        """Check whether a file is the recording, by the manifest or the vendor's stated size.

        The right name alone proves nothing: such a file is downloaded again and compared.
        """
        message = t.cast(Message, recording.message)
        size = path.stat().st_size
        if size == 0 or message.size_bytes not in (None, size):
            return False
        entry = self.manifest.entry(message, path) if self.manifest else None
        if entry is None:
            # The same size is not sufficient before a message is deleted.
            if message.size_bytes is None or self.order.verify or container_problem(path):
                return False
            digest = sha256_of(path)
        elif entry.get("size_bytes") != size:
            return False
        else:
            digest = entry["sha256"]
            # The vendor may have sent an incomplete recording.
            if (self.order.verify or container_problem(path)) and sha256_of(path) != digest:
                return False
            recording.content_type = entry.get("content_type")
        recording.size_bytes, recording.sha256 = size, digest
        return True

    def _settle(self, recording: Recording, path: pathlib.Path) -> None:
        """Keep an existing file, and correct its mode if necessary."""
        recording.path, recording.status, recording.action = path, Status.OK, "none"
        if path.stat().st_mode & 0o7777 != self.order.mode:
            if not self.check:
                path.chmod(self.order.mode)
            recording.status, recording.action = Status.CHANGED, "mode"

    def fetch(self, recording: Recording) -> None:
        """Download one recording. Errors become its outcome."""
        if self.stop.is_set():
            return
        try:
            self._fetch_alone(recording)
        except NotFoundError as error:
            if self.order.ignore_missing:
                recording.status, recording.error = Status.SKIPPED, error
            else:
                recording.fail(error)
        except VoicemailError as error:
            if getattr(error, "fatal", False):
                # A full disk affects the other recordings as well.
                self.stop.set()
            recording.fail(error)
        except OSError as error:
            recording.fail(FileProblem(f"cannot use the file of message {recording.id}", error))
        except Exception as error:
            recording.fail(unexpected_error(error))

    def _fetch_alone(self, recording: Recording) -> None:
        """Download one recording while no other task does; compare a file that another task left.

        :raises BusyError: if another task takes too long.
        """
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                with Part(self.folder, recording.stem) as part:
                    self._fetch(recording, part)
                return
            except BusyError:
                if time.monotonic() > deadline or self.stop.wait(BUSY_POLL_SECONDS):
                    raise

    def _fetch(self, recording: Recording, part: Part) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            size = part.size
            try:
                self._keep(recording, part, self._receive(recording, part))
                return
            except RejectedError as error:
                # The recording is incomplete, but the server has no further bytes.
                if error.status != 416 or not part.size:
                    raise
                part.restart()
            except TransportError:
                if self.stop.is_set() or (attempt == ATTEMPTS and part.size <= size):
                    raise
                if part.size == size:
                    part.restart()
        operation = Operation("download", "message", recording.id)
        raise TransportError(
            f"the transfer was interrupted {ATTEMPTS} times", "Run the task again", operation=operation
        )

    def _receive(self, recording: Recording, part: Part) -> str:
        """Write a recording to its part, and return its ending.

        :raises TransportError: if the transfer is interrupted; the received bytes are kept.
        :raises RejectedError: if it is too large.
        """
        message = t.cast(Message, recording.message)
        most = most_bytes(message, self.order.max_bytes)
        with self.messages.audio(message, part.size) as stream:
            identity = (stream.size, stream.headers.get("etag"))
            begins = stream.start
            if begins != part.size or part.identity not in (None, identity):
                part.restart()
                if begins:
                    raise TransportError("it changed meanwhile", "Run the task again", operation=stream.operation)
            part.identity = identity
            if stream.size is not None and stream.size > most:
                raise self._too_large(message, most)
            for piece in stream.pieces():
                if self.stop.is_set():
                    raise TransportError("the task was stopped", "Run the task again", operation=stream.operation)
                if part.size + len(piece) > most:
                    raise self._too_large(message, most)
                part.write(piece)
            expected = stream.size if stream.size is not None else message.size_bytes
            recording.problem = _received_problem(part, expected, stream.operation)
            name = email.message.Message()
            name["content-disposition"] = stream.headers.get("content-disposition", "")
            recording.content_type = stream.content_type or None
            return ending_of(stream.content_type, part.start, name.get_filename() or "")

    def _too_large(self, message: Message, most: int) -> RejectedError:
        operation = Operation("download", "message", message.id)
        if self.order.max_bytes is not None:
            return RejectedError(
                f"it is larger than `max_bytes`, which is {most}",
                "Raise `max_bytes` if the recording is valid",
                operation=operation,
            )
        stated = [
            *([f"a duration of {message.duration_ms} ms"] if message.duration_ms is not None else []),
            *([f"a size of {message.size_bytes} bytes"] if message.size_bytes is not None else []),
        ]
        fits = f"a message with {' and '.join(stated)}" if stated else "a message without a stated duration or size"
        return RejectedError(
            f"it is larger than {most} bytes, the most for {fits}",
            "Check the message at the vendor, and set `max_bytes` if the recording is valid",
            operation=operation,
        )

    def _keep(self, recording: Recording, part: Part, ending: str) -> None:
        """Rename the received file, unless its name is in use.

        :raises ConflictError: if the name is in use by another recording that this collection did not write.
        """
        earlier = self.folder.find(recording.stem)
        recording.size_bytes = part.size
        if earlier is not None:
            digest = sha256_of(earlier)
            if digest == part.sha256:
                recording.sha256 = digest
                self._settle(recording, earlier)
                return
            if not self._may_replace(recording, earlier, digest, part):
                raise ConflictError(
                    f"{earlier} differs from the vendor's recording",
                    "Move it elsewhere, or use another `name_template`",
                    subject=recording.subject,
                )
        recording.path = part.finish(ending)
        if earlier is not None and earlier != recording.path:
            earlier.unlink()
        recording.sha256, recording.status, recording.wrote = part.sha256, Status.CHANGED, True

    def _may_replace(self, recording: Recording, earlier: pathlib.Path, digest: str, part: Part) -> bool:
        """Check that replacing a file loses nothing: it is not playable, or this collection wrote it."""
        if container_problem(earlier) or starts_with(part.path, earlier):
            return True
        if recording.problem:
            return False
        entry = self.manifest.entry(t.cast(Message, recording.message), earlier) if self.manifest else None
        return entry is not None and entry["sha256"] == digest

    def verify(self, recording: Recording) -> None:
        """Read a kept file again, and fail if it is not the complete received recording."""
        if not recording.kept or recording.path is None:
            return
        try:
            if sha256_of(recording.path) != recording.sha256:
                text = f"{recording.path} differs from the received recording"
                recording.fail(ConflictError(text, "Run the task again", subject=recording.subject))
                return
            problem = container_problem(recording.path)
        except VoicemailError as error:
            recording.fail(error)
            return
        except OSError as error:
            recording.fail(FileProblem(f"cannot read {recording.path}", error))
            return
        if problem:
            recording.fail(
                RejectedError(
                    f"{recording.path} is not a complete recording: {problem}",
                    "Listen to the message at the vendor; it does not count as archived",
                    subject=recording.subject,
                )
            )
            return
        recording.verified = True
