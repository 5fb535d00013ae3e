# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Downloads recordings into a folder: each once, complete or not at all, many at a time, in little memory."""

from __future__ import annotations

import dataclasses
import email.message
import pathlib
import threading
import typing as t

from .audio_files import FileProblem, Folder, Part, ending_of, sha256_of
from .audio_manifest import Manifest
from .audio_report import AudioReport, Recording
from .core.audio_names import clashes, file_stem, template_problem
from .core.errors import InvalidInputError, NotFoundError, RejectedError, TransportError, VoicemailError, unforeseen
from .core.messages import Message, Selection
from .message_engine import Progress, read
from .parallel import run_all
from .vendors.messages import Messages

#: Attempts at a recording whose download breaks off; each goes on where the last one stopped.
ATTEMPTS = 4


@dataclasses.dataclass(frozen=True)
class Order:
    """How recordings are kept.

    :param dest: folder.
    :param name_template: of the files, without their ending.
    :param mode: of the files.
    :param manifest: path of the list of what was archived, below ``dest`` unless it begins with /; None for none.
    :param ignore_missing: a message without a recording is told and is no failure.
    """

    dest: str
    name_template: str
    mode: int
    manifest: str | None = None
    ignore_missing: bool = False

    @classmethod
    def of(cls, params: t.Mapping[str, t.Any], problems: list[str]) -> Order:
        """Read the options of a task, and add what is wrong with them."""
        problem = template_problem(params["name_template"])
        if problem:
            problems.append(problem)
        mode = params["mode"]
        try:
            number = mode if isinstance(mode, int) and not isinstance(mode, bool) else int(str(mode), 8)
        except ValueError:
            number = -1
        if not 0 <= number <= 0o777:
            problems.append('`mode` must be three or four octal digits in quotes, such as "0600"')
        return cls(params["dest"], params["name_template"], number, params.get("manifest"), params["ignore_missing"])


def download(
    messages: Messages,
    selection: Selection,
    order: Order,
    folder: Folder,
    *,
    check: bool,
    workers: int,
    progress: Progress | None = None,
) -> AudioReport:
    """Download the recordings of the selected messages that are not there yet.

    :param check: read the list, and write nothing.
    :param workers: most downloads at once.
    :param progress: called as recordings are done.
    :raises InvalidInputError: when the manifest cannot be used, or two files would have one name; nothing was written.
    :raises VoicemailError: when the messages could not be listed.
    """
    manifest = Manifest.open(folder, order.manifest) if order.manifest else None
    found, missing, undated = read(messages, selection)
    stems = {message.id: file_stem(order.name_template, message) for message in found}
    same = clashes(stems)
    if same:
        pairs = ", ".join(f"{one} and {other}" for one, other in same[:5])
        raise InvalidInputError.of([f"`name_template` gives the same name to messages {pairs}"])
    run = _Run(messages, order, folder, manifest, check)
    recordings = [run.plan(message, stems[message.id]) for message in found]
    recordings += [Recording.missing(identifier) for identifier in missing]
    report = AudioReport(recordings, undated=undated)
    waiting = [recording for recording in recordings if not recording.status]
    if check:
        for recording in waiting:
            recording.status = "changed"
    else:
        _fetch_all(run, waiting, workers, progress, report)
    if manifest is not None:
        try:
            report.manifest_changed = manifest.write(recordings, order.mode, check)
        except VoicemailError as error:
            # What was downloaded is there, and is told.
            report.manifest_error = error
    return report


def _fetch_all(
    run: _Run, waiting: list[Recording], workers: int, progress: Progress | None, report: AudioReport
) -> None:
    done = failed = 0

    def fetch(recording: Recording) -> Recording:
        run.fetch(recording)
        return recording

    def tell(recording: Recording) -> None:
        nonlocal done, failed
        done += 1
        failed += recording.status == "failed"
        if progress is not None:
            progress(done, len(waiting), failed, "done")

    # What was begun when the user interrupts stays as a part, from which the next run goes on.
    report.interrupted = run_all(fetch, waiting, workers, tell, stop=run.stop.set)
    for recording in waiting:
        recording.status = recording.status or "skipped"


class _Run:
    """What all downloads of a task share."""

    def __init__(
        self, messages: Messages, order: Order, folder: Folder, manifest: Manifest | None, check: bool
    ) -> None:
        self.messages = messages
        self.order = order
        self.folder = folder
        self.manifest = manifest
        self.check = check
        self.stop = threading.Event()

    def plan(self, message: Message, stem: tuple[str, ...]) -> Recording:
        """Look for the file of a message: one that is there was complete when it got its name."""
        recording = Recording(message.id, message, stem, self.folder.root.joinpath(*stem))
        try:
            path = self.folder.find(stem)
            if path is None:
                return recording
            status = path.stat()
            entry = self.manifest.entry(message.id) if self.manifest else None
            expected = message.size_bytes if message.size_bytes is not None else (entry or {}).get("size_bytes")
            if status.st_size == 0 or expected not in (None, status.st_size):
                return recording
            self._settle(recording, path, status.st_size, entry)
            if status.st_mode & 0o7777 != self.order.mode:
                if not self.check:
                    path.chmod(self.order.mode)
                recording.status, recording.action = "changed", "mode"
        except VoicemailError as error:
            recording.fail(error)
        except OSError as error:
            recording.fail(FileProblem(f"cannot use the file of message {message.id}", error))
        return recording

    def _settle(self, recording: Recording, path: pathlib.Path, size: int, entry: t.Mapping[str, t.Any] | None) -> None:
        known = entry is not None and entry.get("size_bytes") == size and entry.get("file") == self._relative(path)
        recording.path, recording.size_bytes, recording.status = path, size, "ok"
        recording.action = "none"
        recording.content_type = entry.get("content_type") if entry and known else None
        recording.sha256 = entry["sha256"] if entry and known and "sha256" in entry else sha256_of(path)

    def _relative(self, path: pathlib.Path) -> str:
        return path.relative_to(self.folder.root).as_posix()

    def fetch(self, recording: Recording) -> None:
        """Download one recording; whatever goes wrong becomes its outcome."""
        if self.stop.is_set():
            return
        try:
            with Part(self.folder, recording.stem) as part:
                self._fetch(recording, part)
        except NotFoundError as error:
            if self.order.ignore_missing:
                recording.status, recording.error = "skipped", error
            else:
                recording.fail(error)
        except VoicemailError as error:
            if getattr(error, "fatal", False):
                # A disk that is full stays full for the others.
                self.stop.set()
            recording.fail(error)
        except Exception as error:
            recording.fail(unforeseen(error))

    def _fetch(self, recording: Recording, part: Part) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            size = part.size
            try:
                self._receive(recording, part)
                return
            except RejectedError as error:
                # There is nothing after what an earlier run left: it is complete or wrong, and only a whole tells.
                if error.status != 416 or not part.size:
                    if not part.size:
                        part.remove()
                    raise
                part.restart()
            except TransportError:
                if self.stop.is_set() or (attempt == ATTEMPTS and part.size <= size):
                    raise
            except NotFoundError:
                part.remove()
                raise
        raise TransportError(
            f"cannot download message {recording.id}: it broke off {ATTEMPTS} times", "Run the task again: it goes on"
        )

    def _receive(self, recording: Recording, part: Part) -> None:
        message = t.cast(Message, recording.message)
        with self.messages.audio(message, part.size) as stream:
            if stream.start != part.size:
                part.restart()
                if stream.start:
                    raise TransportError(f"cannot {stream.what}: the vendor begins in the middle", "Run the task again")
            for piece in stream.pieces():
                if self.stop.is_set():
                    raise TransportError(f"cannot {stream.what}: the task was stopped", "Run the task again")
                part.write(piece)
            expected = stream.size if stream.size is not None else message.size_bytes
            if expected is not None and part.size != expected:
                if part.size > expected:
                    part.restart()
                raise TransportError(
                    f"cannot {stream.what}: {part.size} of {expected} bytes came", "Run the task again"
                )
            if not part.size:
                part.remove()
                raise NotFoundError(f"cannot {stream.what}: the recording is empty", "")
            name = email.message.Message()
            name["content-disposition"] = stream.headers.get("content-disposition", "")
            ending = ending_of(stream.content_type, part.start, name.get_filename() or "")
            recording.content_type = stream.content_type or None
        recording.path = part.finish(ending)
        recording.size_bytes, recording.sha256, recording.status = part.size, part.sha256, "changed"
