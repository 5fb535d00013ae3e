# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a run over messages or recordings: compare the results with the server's state and the folder."""

from __future__ import annotations

import collections
import hashlib
import json
import typing as t

from chaos.message_play import MessageHistory, Notes
from chaos.message_scenario import CALL
from chaos.message_worlds import Note
from helpers.runners import Result

Row = dict[str, t.Any]
MANIFEST = "manifest.json"


class MessageChecks:
    """Find the problems of a history."""

    def __init__(self, history: MessageHistory) -> None:
        self.history = history
        self.scenario = history.scenario
        self.problems: list[str] = []
        #: New messages of callers, also after moves.
        self.strangers = {name for note in history.left.values() for name in (note.id, note.identity)}
        self.changed = self.changed_ids(history.before, history.middle)

    def problems_found(self) -> list[str]:
        """Return all problems."""
        self.check_first()
        self.check_second()
        self.check_losses()
        return self.problems

    def ours(self, note: Note) -> bool:
        """Check that no other client changed a message."""
        return not {note.id, note.identity} & (self.strangers | self.history.meddled)

    def changed_ids(self, before: Notes, after: Notes) -> set[str]:
        """Return the ids of messages that this run created, changed or deleted."""
        notes = {**before, **after}
        return {one for one in notes if before.get(one) != after.get(one) and self.ours(notes[one])}

    def selected(self, notes: Notes) -> list[Note]:
        """Return the selected messages of a state."""
        return [note for note in notes.values() if self.scenario.selects(note, self.history.names)]

    def mismatches(self, note: Note, state: Notes) -> str:
        """Return the differences between a message and its declaration."""
        scenario, now = self.scenario, state.get(note.id)
        if scenario.state in ("read", "unread"):
            return "" if now is not None and now.status == scenario.state else f"it is {now and now.status}"
        if scenario.state == "absent":
            gone = now is None or (now.status == "deleted" and not scenario.permanent)
            return "" if gone else "it exists"
        boxes = collections.Counter(other.box for other in state.values() if other.identity == note.identity)
        if scenario.state == "moved":
            return "" if boxes == {scenario.to[0]: 1} else f"it is in {dict(boxes)}"
        if scenario.state == "copied":
            return "" if all(boxes[number] == 1 for number in {*scenario.to, note.box}) else f"it is in {dict(boxes)}"
        return ""

    def check_first(self) -> None:
        """Check that the run with faults reported the truth."""
        history, result = self.history, self.history.first
        if "unexpected" in str(result.get("msg")):
            self.problems.append(f"an unexpected exception: {result['msg']}")
        if result["failed"] and not result.get("msg"):
            self.problems.append("it failed without a message")
        if self.scenario.check:
            if history.check_writes or self.changed or history.files:
                self.problems.append(
                    f"check mode wrote {history.check_writes}, {self.changed}, {sorted(history.files)}"
                )
            return
        if self.changed and not result.get("changed"):
            self.problems.append(f"it reported no change, but {sorted(self.changed)} changed")
        rows = result.get("results")
        if rows is None:
            if not result["failed"]:
                self.problems.append("it does not report its changes")
            if self.changed or history.files:
                self.problems.append(f"it reports that it did not start, but {sorted(self.changed)} changed")
            return
        if any(row["status"] == "failed" for row in rows) != result["failed"]:
            self.problems.append(f"failed is {result['failed']}, but the rows differ")
        for row in rows:
            if row["status"] == "failed" and not row["error"]:
                self.problems.append(f"{row['id']} failed without a message")
        if self.scenario.state == "download":
            self.check_files(rows, history.files)
        elif self.scenario.state == "present":
            self.check_upload(rows)
        else:
            self.check_rows(rows)

    def check_rows(self, rows: list[Row]) -> None:
        """Check that each row is true, and that every change is reported."""
        reported = {row["id"]: row for row in rows}
        notes = {**self.history.middle, **self.history.before}
        for row in rows:
            note = notes.get(row["id"])
            if row["status"] not in ("ok", "changed") or note is None or not self.ours(note):
                continue
            if mismatches := self.mismatches(note, self.history.middle):
                self.problems.append(f"it reports {row}, but {mismatches}")
            if row["status"] == "changed" and note.id not in self.changed and self.scenario.state != "copied":
                self.problems.append(f"it reports {row}, but nothing changed")
            if row["new_id"] and row["new_id"] not in self.history.middle:
                self.problems.append(f"it reports {row}, but there is no such message")
        calls = {notes[row["id"]].identity: row for row in rows if row["id"] in notes}
        for one in self.changed:
            row = reported.get(one) or calls.get(notes[one].identity)
            if row is None or row["status"] not in ("changed", "failed"):
                self.problems.append(f"{one} changed, but the row is {row}")
        for note in self.selected(self.history.before):
            if self.ours(note) and note.id not in reported:
                self.problems.append(f"no row for {note.id}")

    def check_upload(self, rows: list[Row]) -> None:
        """Check that a reported upload exists."""
        there = [note for note in self.history.middle.values() if note.identity == CALL]
        for row in rows:
            if row["status"] in ("ok", "changed") and [note.id for note in there] != [row["new_id"] or row["id"]]:
                self.problems.append(f"it reports {row}, and there is {there}")

    def check_files(self, rows: list[Row], files: dict[str, bytes]) -> None:
        """Check that reported files exist and are complete."""
        for row in rows:
            if row["status"] not in ("ok", "changed"):
                continue
            content = next((files[name] for name in files if str(row["path"]).endswith(f"/{name}")), None)
            if content is None or hashlib.sha256(content).hexdigest() != row["sha256"]:
                self.problems.append(f"it reports {row}, but the file differs or is missing")
        reported = {row["id"] for row in rows if row["status"] != "ok"}
        for name in files:
            if name != MANIFEST and not any(one in name for one in reported):
                self.problems.append(f"{name} is new, but no row reports it")

    def check_whole(self, files: dict[str, bytes]) -> None:
        """Check that every file with the name of a recording is complete."""
        for name, content in files.items():
            owners = [one for one in self.history.recordings if one in name]
            if name != MANIFEST and [self.history.recordings[one] for one in owners] != [content]:
                self.problems.append(f"{name} differs from the server's recording")
        if MANIFEST in files:
            listed = json.loads(files[MANIFEST])["messages"]
            for entry in listed:
                content = files.get(entry["file"], b"")
                if hashlib.sha256(content).hexdigest() != entry["sha256"]:
                    self.problems.append(f"the manifest is wrong about {entry['file']}")
            if {entry["file"] for entry in listed} != set(files) - {MANIFEST} and not self.history.first["failed"]:
                self.problems.append("the manifest does not list every file")

    def check_second(self) -> None:
        """Check that another run without faults applies the declaration."""
        history, scenario = self.history, self.scenario
        excused = bool(history.names) and bool(history.meddled)
        for reported, result in (("second", history.second), ("third", history.third)):
            if result["failed"] and not (excused and only_missing(result)):
                self.problems.append(f"the {reported} run failed: {result.get('msg')}")
        for note in {
            note.id: note for note in [*self.selected(history.before), *self.selected(history.middle)]
        }.values():
            mismatches = (
                self.mismatches(note, history.after) if self.ours(note) or note in history.middle.values() else ""
            )
            if mismatches and (self.ours(note) or scenario.state in ("read", "unread", "absent")):
                self.problems.append(f"after the second run {note.id} is not as declared: {mismatches}")
        if history.third["changed"]:
            self.problems.append(f"the third run is not silent: {history.third}")
        silent = ("GET", "HEAD")
        noisy = [one for one in history.third_requests if not one.startswith(silent)]
        # Files without a size or a manifest entry are downloaded again and compared.
        if scenario.state == "download" and (scenario.world.states_sizes or dict(scenario.options).get("manifest")):
            noisy += [one for one in history.third_requests if is_download(one)]
        if noisy:
            self.problems.append(f"the third run did {noisy}")
        if scenario.state == "present":
            found = [note for note in history.after.values() if note.identity == CALL]
            if [note.box for note in found] != [scenario.place]:
                self.problems.append(f"the upload is there {len(found)} times")
        if scenario.state == "download":
            self.check_whole(history.files)
            self.check_whole(history.final_files)
            names = list(history.final_files)
            lacking = [note.id for note in self.selected(history.after) if not any(note.id in name for name in names)]
            if lacking:
                self.problems.append(f"not downloaded: {lacking}")
            if any(
                history.final_files.get(name) != content for name, content in history.files.items() if name != MANIFEST
            ):
                self.problems.append("the second run changed files that were whole")

    def check_losses(self) -> None:
        """A message is gone only if it was declared so, exists once, and keeps all other values."""
        history, scenario = self.history, self.scenario
        calls = {note.identity: note for note in history.after.values()}
        planned_deletions = {note.id for state in (history.before, history.middle) for note in self.selected(state)}
        planned_deletions = planned_deletions if scenario.state == "absent" else set()
        filed = scenario.state in ("moved", "copied")
        for note in history.before.values():
            now = history.after.get(note.id) or (calls.get(note.identity) if scenario.state == "moved" else None)
            if not self.ours(note) or (now is None and note.id in planned_deletions):
                continue
            if now is None:
                self.problems.append(f"message {note.id} of mailbox {note.box} is lost")
            elif (now.fields, now.audio) != (note.fields, note.audio) and now.id == note.id:
                self.problems.append(f"message {note.id} is not what it was: {now}")
            elif not scenario.selects(note, history.names) and now != note:
                self.problems.append(f"message {note.id} was not selected, and is {now}, not {note}")
        for note in history.after.values():
            original = next((one for one in history.before.values() if one.identity == note.identity), note)
            if filed and self.ours(note) and (note.fields, note.audio) != (original.fields, original.audio):
                self.problems.append(f"message {note.id} is not what {original.id} was")
        for note in history.left.values():
            # Whether it came before or after the list was read, a message that is selected may be dealt with.
            may_go = (filed or scenario.state == "absent") and scenario.selects(note, history.names)
            if note.id not in history.after and note.id not in history.meddled and not may_go:
                self.problems.append(f"message {note.id}, which a caller left, is lost")
        places = collections.Counter((note.identity, note.box) for note in history.after.values())
        twice = [place for place, count in places.items() if count > 1]
        if twice:
            self.problems.append(f"there twice: {twice}")


def only_missing(result: Result) -> bool:
    """Check whether only missing messages failed."""
    return all("does not exist" in str(row["error"]) for row in result.get("results", ()) if row["status"] == "failed")


def is_download(request: str) -> bool:
    """Check whether a request is a download."""
    return request.endswith(("/raw", "/download")) or "/blobs/" in request


def message_problems(history: MessageHistory) -> list[str]:
    """Return the problems of a history."""
    return MessageChecks(history).problems_found()
