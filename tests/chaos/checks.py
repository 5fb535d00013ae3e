# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check a run: compare the module's results with the server's state."""

from __future__ import annotations

import dataclasses
import typing as t

from chaos.play import History, Snapshot
from chaos.world import comparable
from helpers.runners import Result
from helpers.stored_boxes import Box
from helpers.subjects import Item


@dataclasses.dataclass(frozen=True)
class Row:
    """The reported result of one mailbox."""

    number: str
    action: str
    status: str
    error: str | None


class RunChecks:
    """Find the problems of a history."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.scenario = history.scenario
        self.world = history.scenario.world
        self.subject = self.world.subject
        self.problems: list[str] = []
        behaviors = dict(self.scenario.behaviors)
        self.pins_hidden = any(behaviors.get(name) in values for name, values in self.world.subject.pin_hiding.items())
        #: Numbers that other clients wrote in the first run, so that the last writer is unknown.
        self.disputed = set(history.touched)
        for item in self.scenario.items:
            if {item[self.subject.key], self.number_of(item)} & self.disputed:
                self.disputed |= {item[self.subject.key], self.number_of(item)}

    def problems_found(self) -> list[str]:
        """Return all problems."""
        self.check_first()
        if self.scenario.guarded and self.planned_deletions_with_messages():
            self.check_guarded()
        else:
            self.check_second()
        return self.problems

    def number_of(self, item: Item) -> str:
        """Return the number of a mailbox after its declaration is applied."""
        return str(item.get(f"new_{self.subject.key}", item[self.subject.key]))

    def rows(self, result: Result) -> list[Row] | None:
        """Return the reported results by mailbox, or None if the module reports that it did not start."""
        if self.scenario.shape == "one":
            if "action" not in result:
                return None
            status = "failed" if result["failed"] else "changed" if result["action"] != "none" else "ok"
            number = self.number_of(self.scenario.items[0])
            return [Row(number, result["action"], status, result.get("msg"))]
        if "results" not in result:
            return None
        return [Row(row[self.subject.key], row["action"], row["status"], row["error"]) for row in result["results"]]

    def mismatches(self, item: Item, state: Snapshot, *, created: bool = False) -> list[str]:
        """Return the differences between a declaration and a state."""
        boxes = state.of(self.number_of(item))
        if item.get("state") == "absent":
            return ["it exists"] if boxes else []
        if len(boxes) != 1:
            return [f"there are {len(boxes)}"]
        without = {self.world.pin_wire()} if self.pins_hidden and not created else set()
        if item.get("update_pin") == "on_create" and not created:
            without = {self.world.pin_wire()}
        return self.world.mismatches(item, boxes[0], without)

    def check_first(self) -> None:
        """Check that the run with faults reported the truth."""
        history, result = self.history, self.history.first
        rows = self.rows(result)
        changed = changed_numbers(history.before, history.middle) - self.disputed
        if "unexpected" in str(result.get("msg")):
            self.problems.append(f"an unexpected exception: {result['msg']}")
        if self.scenario.check and (history.check_writes or changed):
            self.problems.append(f"check mode wrote {history.check_writes}, and changed {sorted(changed)}")
        if self.scenario.check:
            return
        if changed and not result.get("changed"):
            self.problems.append(f"it reported no change, but {sorted(changed)} changed")
        if result["failed"] and not result.get("msg"):
            self.problems.append("it failed without a message")
        if rows is None:
            if not result["failed"]:
                self.problems.append("it does not report its changes")
            if changed:
                self.problems.append(f"it reports that it did not start, but {sorted(changed)} changed")
            return
        self.check_rows(rows, changed, result)

    def check_rows(self, rows: list[Row], changed: set[str], result: Result) -> None:
        """Check that each row is true, and that every change is reported."""
        items = {self.number_of(item): item for item in self.scenario.items}
        old_numbers = {item[self.subject.key]: self.number_of(item) for item in self.scenario.items}
        reported = {row.number: row for row in rows}
        missing = set(items) - set(reported) - {self.number_of(i) for i in items.values() if i.get("state") == "absent"}
        if missing:
            self.problems.append(f"no row for {sorted(missing)}")
        interrupted = str(result.get("msg")).lower().startswith("interrupted")
        if (interrupted or any(row.status == "failed" for row in rows)) != result["failed"]:
            self.problems.append(f"failed is {result['failed']}, but the rows differ")
        for number in changed:
            row = reported.get(old_numbers.get(number, number))
            if row is None or row.status in ("ok", "skipped"):
                self.problems.append(f"{number} changed, but the row is {row}")
        for row in rows:
            if row.status == "failed" and not row.error:
                self.problems.append(f"{row.number} failed without a message")
            if row.number in self.disputed or row.status not in ("ok", "changed"):
                continue
            item = items.get(row.number) or {self.subject.key: row.number, "state": "absent"}
            mismatches = self.mismatches(
                item, self.history.middle, created=row.action == "create" and row.status == "changed"
            )
            if mismatches:
                self.problems.append(f"it reports {row}, which differs: {mismatches}")
            numbers = {row.number, item[self.subject.key]}
            if row.status == "changed" and item.get("update_pin") != "always" and not numbers & changed:
                self.problems.append(f"it reports {row}, but nothing changed")

    def planned_deletions_with_messages(self) -> list[Box]:
        """Return the planned deletions of mailboxes with messages."""
        return [box for box in self.planned_deletions() if self.history.middle.messages.get(box.id)]

    def planned_deletions(self) -> list[Box]:
        """Return the planned deletions that the first run left."""
        items = {item[self.subject.key]: item for item in self.scenario.items}
        items.update({self.number_of(item): item for item in self.scenario.items})
        return [
            box
            for box in self.history.middle.boxes.values()
            if items.get(box.number, {}).get("state") == "absent"
            or (self.scenario.shape == "prune" and box.number not in items)
        ]

    def check_guarded(self) -> None:
        """Check that no mailbox with messages was deleted."""
        if not self.history.second["failed"]:
            self.problems.append(
                "it should have deleted boxes with messages without `delete_messages`, but did not fail"
            )
        for box in self.planned_deletions_with_messages():
            if box.id not in self.history.after.boxes:
                self.problems.append(f"{box.number} was deleted with its messages")

    def check_second(self) -> None:
        """Check that another run without faults applies the declaration and loses nothing."""
        history = self.history
        if history.second["failed"]:
            self.problems.append(f"the second run failed: {history.second.get('msg')}")
            return
        for item in self.scenario.items:
            mismatches = self.mismatches(item, history.after)
            if mismatches:
                self.problems.append(f"after the second run {self.number_of(item)} is not as declared: {mismatches}")
        numbers = [box.number for box in history.after.boxes.values()]
        twice = {number for number in numbers if numbers.count(number) > 1}
        if twice:
            self.problems.append(f"there twice: {sorted(twice)}")
        always = any(item.get("update_pin") == "always" for item in self.scenario.items)
        if history.third["failed"] or (history.third["changed"] and not (always and self.pins_hidden)):
            self.problems.append(f"the third run reports a change: {history.third.get('msg') or history.third}")
        if history.third_writes and not always:
            self.problems.append(f"the third run wrote: {history.third_writes}")
        self.check_losses()

    def check_losses(self) -> None:
        """Check that no undeclared mailbox, message or field was lost."""
        items = {item[self.subject.key]: item for item in self.scenario.items}
        pruned = self.scenario.shape == "prune"
        for box in self.history.before.boxes.values():
            item = items.get(box.number)
            goes = item.get("state") == "absent" if item else pruned
            if goes or box.id in self.history.removed:
                continue
            now = self.history.after.boxes.get(box.id)
            if now is None:
                self.problems.append(f"{box.number} is lost, or was deleted and created again")
                continue
            self.check_fields(box, now, item or {})
            lost = self.history.before.messages.get(box.id, set()) - self.history.after.messages.get(box.id, set())
            if lost:
                self.problems.append(f"{box.number} lost {len(lost)} messages")
        if not pruned:
            kept = {box.number for box in self.history.after.boxes.values()}
            lost_rivals = {number for number in self.history.made if number not in items} - kept
            others = {event.number for event in self.scenario.events if event.what == "remove"}
            if lost_rivals - others:
                self.problems.append(f"boxes of another operator are lost: {sorted(lost_rivals)}")

    def check_fields(self, box: Box, now: Box, item: Item) -> None:
        """Check that undeclared fields are unchanged, or have another operator's values."""
        owned = {"mailbox", "Mailbox", "extension", *self.world.expected(item)}
        rival = self.history.touched.get(box.number, {})
        for name in set(box.fields) | set(rival):
            if name in owned:
                continue
            allowed = [rival[name]] if name in rival else [box.fields[name]]
            if name in rival and self.world.replaces:
                # Such a vendor has no conditional writes.
                allowed.append(box.fields.get(name))
            if comparable(now.fields.get(name)) not in [comparable(value) for value in allowed]:
                self.problems.append(
                    f"{box.number}: `{name}` was not declared and is {now.fields.get(name)!r}, not {allowed}"
                )


def changed_numbers(before: Snapshot, after: Snapshot) -> set[str]:
    """Return the numbers of created, changed and deleted mailboxes, and both numbers of renumbered ones."""
    found = set()
    for box_id in before.boxes.keys() | after.boxes.keys():
        old, new = before.boxes.get(box_id), after.boxes.get(box_id)
        if old != new and not (old and new and same(old, new)):
            found.update(box.number for box in (old, new) if box)
    return found


def same(old: Box, new: Box) -> bool:
    """Check whether two states of a box are equal: an explicit default is not a change."""
    names = old.fields.keys() | new.fields.keys()
    return old.number == new.number and all(
        comparable(old.fields.get(name)) == comparable(new.fields.get(name)) for name in names
    )


def problems_of(history: History) -> list[str]:
    """Return the problems of a history."""
    return RunChecks(history).problems_found()


__all__: t.Sequence[str] = ("problems_of",)
