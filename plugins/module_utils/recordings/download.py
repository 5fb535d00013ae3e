# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Download recordings to a folder: each once, complete or not at all, concurrently and in little memory."""

from __future__ import annotations

import dataclasses
import typing as t

from ..concurrency import run_all
from ..errors import InvalidInputError, VoicemailError
from ..messages.apply import Progress, read
from ..model.message import Message, Selection
from ..model.problem import Problem
from ..results import Status
from ..vendors.messages import MessageReader, Recordings
from .files import Folder
from .manifest import Manifest
from .names import clashes, file_stem
from .order import Order
from .report import AudioReport, Recording
from .run import Run


def download(
    messages: MessageReader,
    selection: Selection,
    order: Order,
    folder: Folder,
    *,
    check: bool,
    workers: int,
    progress: Progress | None = None,
) -> AudioReport:
    """Download the missing recordings of the selected messages.

    :param check: read the list without writing.
    :param workers: most concurrent downloads.
    :param progress: called as recordings are done.
    :raises InvalidInputError: if the manifest is unusable, or two files would have the same name; nothing was written.
    :raises VoicemailError: if the messages could not be listed.
    """
    manifest = Manifest.open(folder, order.manifest) if order.manifest else None
    found, missing, undated = read(messages, dataclasses.replace(selection, with_native=False))
    stems = _stems(found, order)
    run = Run(t.cast(Recordings, messages), order, folder, manifest, check)
    recordings = [run.plan(message, stems[message.id]) for message in found]
    recordings += [Recording.missing(identifier) for identifier in missing]
    report = AudioReport(recordings, planned=check, undated=undated)
    waiting = [recording for recording in recordings if not recording.status]
    if check:
        for recording in waiting:
            recording.status = Status.CHANGED
    else:
        _fetch_all(run, waiting, workers, progress, report)
    if manifest is not None:
        _write_manifest(manifest, report, order.mode, check)
    if order.verify:
        # Written last, so that it describes the files on disk, not the planned ones.
        for recording in recordings:
            run.verify(recording)
    return report


def _write_manifest(manifest: Manifest, report: AudioReport, mode: int, check: bool) -> None:
    try:
        report.manifest_changed = manifest.write(report.steps, mode, check)
    except VoicemailError as error:
        # Downloaded files exist and are reported.
        report.manifest_error = error


def _stems(found: t.Sequence[Message], order: Order) -> dict[str, tuple[str, ...]]:
    """Return the folders and the name without ending of each file, by message.

    :raises InvalidInputError: when two files would have one name.
    """
    stems = {message.id: file_stem(order.name_template, message) for message in found}
    same = clashes(stems)
    if same:
        pairs = ", ".join(f"{one} and {other}" for one, other in same[:5])
        raise InvalidInputError.of([Problem(f"gives the same name to messages {pairs}", option="name_template")])
    return stems


def _fetch_all(
    run: Run, waiting: list[Recording], workers: int, progress: Progress | None, report: AudioReport
) -> None:
    done = failed = 0

    def fetch(recording: Recording) -> Recording:
        run.fetch(recording)
        return recording

    def show(recording: Recording) -> None:
        nonlocal done, failed
        done += 1
        failed += recording.status is Status.FAILED
        if progress is not None:
            progress(done, len(waiting), failed, "done")

    report.interrupted = run_all(fetch, waiting, workers, show, stop=run.stop.set)
    for recording in waiting:
        recording.status = recording.status or Status.SKIPPED
