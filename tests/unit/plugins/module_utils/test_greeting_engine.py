# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The greetings of a box may change between the plan and each of its steps."""

from __future__ import annotations

import contextlib
import dataclasses
import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.greetings import apply as greeting_engine
from ansible_collections.telephony.voicemail.plugins.module_utils.greetings.plan import Greeting, Recording

NEW = Recording("new.wav", b"new")


class Box:
    """Greetings in memory. Another operator acts before a chosen step."""

    def __init__(self, before: str, act: t.Callable[[Box], None], *greetings: Greeting) -> None:
        self.greetings = {greeting.id: greeting for greeting in greetings}
        self.before, self.act = before, act
        self.done: list[str] = []

    def _happen(self, step: str) -> None:
        self.done.append(step)
        if step == self.before:
            self.before = ""
            self.act(self)

    def choose(self, greeting_id: str) -> None:
        """Enable one greeting and disable all others."""
        self.greetings = {
            key: dataclasses.replace(one, enabled=key == greeting_id) for key, one in self.greetings.items()
        }

    def list(self) -> list[Greeting]:
        self._happen(f"list {sum(step.startswith('list') for step in self.done)}")
        return list(self.greetings.values())

    @contextlib.contextmanager
    def open(self, greeting: Greeting) -> t.Iterator[t.Any]:
        content = b"new" if greeting.name == "new.wav" else b"old"
        yield types.SimpleNamespace(pieces=lambda: [content])

    def upload(self, recording: Recording) -> str:
        self._happen("upload")
        return "file"

    def attach(self, file_id: str) -> str:
        self.greetings["own"] = Greeting("own", "new.wav", 3, False)
        return "own"

    def enable(self, greeting_id: str) -> None:
        self._happen("enable")
        self.choose(greeting_id)

    def delete(self, greeting_id: str) -> None:
        self._happen("delete")
        del self.greetings[greeting_id]


def heard(box: Box) -> list[str | None]:
    return [greeting.name for greeting in box.greetings.values() if greeting.enabled]


OLD, OTHER = Greeting("old", "old.wav", 3, True), Greeting("other", "other.wav", 3, False)


def apply(box: Box, wanted: Recording | None = NEW, prune: bool = False) -> greeting_engine.GreetingReport:
    return greeting_engine.apply(t.cast(t.Any, box), wanted, prune=prune, check=False)


def test_a_concurrently_enabled_greeting_is_not_replaced() -> None:
    box = Box("upload", lambda box: box.choose("other"), OLD, OTHER)
    report = apply(box)
    assert report.error is not None
    assert report.error.kind == "conflict"
    assert "other.wav" in str(report.error)
    assert not report.wrote
    assert heard(box) == ["other.wav"]
    assert set(box.greetings) == {"old", "other"}


def test_nothing_is_deleted_if_another_greeting_was_enabled() -> None:
    box = Box("list 4", lambda box: box.choose("old"), OLD, OTHER)
    report = apply(box)
    assert box.done[-1] == "list 4"
    assert report.error is not None
    assert report.error.kind == "conflict"
    assert heard(box) == ["old.wav"]


@pytest.mark.parametrize("wanted", [NEW, None])
def test_a_greeting_replaced_under_its_id_is_not_deleted(wanted: Recording | None) -> None:
    def replace(box: Box) -> None:
        box.greetings["old"] = dataclasses.replace(box.greetings["old"], name="third.wav")

    box = Box("enable" if wanted else "list 1", replace, OLD)
    report = apply(box, wanted)
    assert report.error is not None
    assert report.error.kind == "conflict"
    assert "old" in box.greetings


def test_a_concurrently_selected_greeting_is_not_pruned() -> None:
    box = Box("list 2", lambda box: box.choose("other"), OLD, OTHER)
    report = apply(box, None, prune=True)
    assert report.error is not None
    assert heard(box) == ["other.wav"]


def test_a_deleted_greeting_is_not_a_conflict() -> None:
    box = Box("enable", lambda box: box.greetings.pop("old"), OLD)
    assert apply(box).error is None
    assert heard(box) == ["new.wav"]
