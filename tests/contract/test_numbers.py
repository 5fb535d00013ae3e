# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Numbers that YAML may have changed create and update with a warning, and never delete or prune."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from helpers.loopback import module_warnings
from helpers.message_subjects import MESSAGE_SUBJECTS, MessageSubject
from helpers.runners import RUNNERS, Result
from helpers.subjects import KAZOO, PERSONAL, SHARED, SUBJECTS, Subject

__all__ = ("module_warnings",)
CREATING = [subject for subject in SUBJECTS if subject.can_create]
WARNING = "read as text although it is a number, and YAML reads 0123 as 83: "
FIX = 'Quote it in YAML, such as {option}: "0123", and end an expression with `| string`'
every_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
creating = pytest.mark.parametrize("subject", CREATING, ids=lambda subject: subject.name)
each_runner = pytest.mark.parametrize("runner", RUNNERS)


def warnings_of(result: Result, warned: list[str]) -> list[str]:
    """Return the warnings about numbers from a module or the worker, and clear the module's warnings."""
    reported = [*warned, *result.get("warnings", ())]
    warned.clear()
    return [text for text in reported if text.startswith("read as text")]


@each_runner
@every_subject
def test_a_number_creates_and_updates_with_one_warning(subject: Subject, runner: str, warned: list[str]) -> None:
    number = int(subject.number)
    with subject.serve() as server:
        for module, options in (
            (subject.module, {subject.key: number, **subject.create}),
            (subject.plural, {subject.listed: [{subject.key: number, **subject.update}]}),
        ):
            result = RUNNERS[runner](module, subject.arguments(server, **options))
            assert not result["failed"], result
            (reported,) = warnings_of(result, warned)
            assert reported.startswith(WARNING)
            assert f"`{subject.key}`" in reported
        assert subject.number in [box.number for box in subject.stored(server)]
        quoted = RUNNERS[runner](subject.module, subject.arguments(server, **{subject.key: subject.number}))
        assert warnings_of(quoted, warned) == []


@each_runner
@creating
@pytest.mark.parametrize("option", ["key", "id"])
def test_a_number_never_deletes(subject: Subject, option: str, runner: str) -> None:
    named = subject.key if option == "key" else "id"
    with subject.serve() as server:
        made = RUNNERS[runner](
            subject.module, subject.arguments(server, **{subject.key: subject.number}, **subject.create)
        )
        assert not made["failed"], made
        server.journal.clear()
        item = {named: int(subject.number), "state": "absent"}
        for module, options in ((subject.module, item), (subject.plural, {subject.listed: [item]})):
            for check in (True, False):
                result = RUNNERS[runner](module, subject.arguments(server, **options), check=check)
                assert result["failed"]
                assert f"`{named}` is a number, not text" in result["msg"]
                assert FIX.format(option=named) in result["msg"]
        assert subject.writes(server) == []
        assert [box.number for box in subject.stored(server)] == [subject.number]


@each_runner
@creating
def test_a_number_prevents_pruning(subject: Subject, runner: str) -> None:
    with subject.serve() as server:
        items = [{subject.key: "8283", **subject.create}, {subject.key: int(subject.number), **subject.create}]
        result = RUNNERS[runner](subject.plural, subject.arguments(server, **{subject.listed: items}, prune=True))
        assert result["failed"]
        assert "item 2 (" in result["msg"]
        assert "`prune` could delete the intended one" in result["msg"]
        assert FIX.format(option=subject.key) in result["msg"]
        assert len(server.journal) == 0


def test_a_number_in_another_option_does_not_prevent_pruning(warned: list[str]) -> None:
    item = {"mailbox": "3000", "name": "x", "kazoo": {"operator_number": 5, "notify": {"callback": {"number": 7}}}}
    with KAZOO.serve() as server:
        result = RUNNERS["worker"]("vmboxes", KAZOO.arguments(server, mailboxes=[item], prune=True))
        assert not result["failed"], result
        (reported,) = warnings_of(result, warned)
        assert (
            "item 1 (mailbox 3000): `kazoo.operator_number`, item 1 (mailbox 3000): `kazoo.notify.callback" in reported
        )


@each_runner
def test_new_numbers_and_defaults_are_checked_too(runner: str, warned: list[str]) -> None:
    with KAZOO.serve() as server:
        items = [{"mailbox": "3000", "new_mailbox": 3100}]
        pruning = KAZOO.arguments(server, mailboxes=items, prune=True)
        assert "`new_mailbox` is a number" in RUNNERS[runner]("vmboxes", pruning)["msg"]
        many = [{"mailbox": str(number)} for number in range(3000, 3008)]
        given = KAZOO.arguments(server, mailboxes=many, defaults={"name": 12, "kazoo": {"aliases": [7]}})
        (reported,) = warnings_of(RUNNERS[runner]("vmboxes", given), warned)
        assert "item 1 (mailbox 3000): `name`" in reported
        assert "and 11 more" in reported


@each_runner
@pytest.mark.parametrize("value", [3000.0, 1e3, True], ids=str)
@pytest.mark.parametrize("option", ["mailbox", "name", "pin", "owner_id", "timezone"])
def test_values_other_than_text_are_refused(option: str, value: t.Any, runner: str) -> None:
    with KAZOO.serve() as server:
        item = {"mailbox": "3000", "name": "x", option: value}
        for module, options in (("vmbox", item), ("vmboxes", {"mailboxes": [item]})):
            result = RUNNERS[runner](module, KAZOO.arguments(server, **options))
            assert result["failed"]
            problem = "was read by YAML as a number" if option == "pin" else "must be text, not "
            assert f"`{option}` {problem}" in result["msg"]
            assert "put it in quotes" in result["msg"]
        assert len(server.journal) == 0


@each_runner
@creating
def test_expressions_that_result_in_numbers_are_refused(subject: Subject, runner: str) -> None:
    with subject.serve() as server:
        for module, options in (
            (subject.info, {"match": 30}),
            (subject.plural, {subject.listed: [{subject.key: "8283"}], "prune": True, "prune_match": 30}),
        ):
            (option,) = [name for name in options if name in ("match", "prune_match")]
            result = RUNNERS[runner](module, subject.arguments(server, **options))
            assert result["failed"]
            assert f"`{option}` is a number, not text" in result["msg"]
        assert len(server.journal) == 0


@each_runner
@creating
@pytest.mark.parametrize("pattern", ["", " "])
def test_an_empty_prune_match_is_refused(subject: Subject, pattern: str, runner: str) -> None:
    with subject.serve() as server:
        items = [{subject.key: subject.number, **subject.create}]
        given = {subject.listed: items, "prune": True, "prune_match": pattern}
        result = RUNNERS[runner](subject.plural, subject.arguments(server, **given))
        assert result["failed"]
        assert result["msg"].startswith("`prune_match` is empty")
        assert subject.writes(server) == []


@each_runner
@creating
def test_a_list_of_absent_items_is_empty(subject: Subject, runner: str) -> None:
    with subject.serve() as server:
        made = RUNNERS[runner](
            subject.module, subject.arguments(server, **{subject.key: subject.number}, **subject.create)
        )
        assert not made["failed"], made
        server.journal.clear()
        given = subject.arguments(server, **{subject.listed: [{subject.key: "8283", "state": "absent"}]}, prune=True)
        result = RUNNERS[runner](subject.plural, given)
        assert result["failed"]
        assert result["msg"].startswith("the list has only items with `state` absent and `prune` is set")
        assert subject.writes(server) == []
        allowed = RUNNERS[runner](subject.plural, {**given, "allow_empty": True, "max_delete_percent": 100})
        assert allowed["summary"]["delete"] == 1, allowed


@each_runner
@pytest.mark.parametrize("subject", MESSAGE_SUBJECTS, ids=lambda subject: subject.name)
def test_messages_are_never_deleted_by_a_number(subject: MessageSubject, runner: str, warned: list[str]) -> None:
    with subject.serve() as server:
        for option in ("mailbox", "ids", "caller"):
            place = {} if option == "mailbox" else {"mailbox": "1001"}
            value: t.Any = [1001] if option == "ids" else 1001
            given = subject.arguments(server, **place, **{option: value}, state="absent", max_deletions=5)
            server.journal.clear()
            result = RUNNERS[runner]("voicemail_message", given)
            assert result["failed"]
            if "cannot delete" not in result["msg"]:
                assert f"`{option}` is a number, not text" in result["msg"]
            assert subject.writes(server) == []
        read = RUNNERS[runner]("voicemail_message_info", subject.arguments(server, mailbox=1001))
        assert [text.startswith(f"{WARNING}`mailbox`. ") for text in warnings_of(read, warned)] == [True]
        date = RUNNERS[runner]("voicemail_message_info", subject.arguments(server, mailbox="1001", caller=1.5))
        assert "`caller` must be text, not a number with a fraction" in date["msg"]


@each_runner
def test_greetings_are_never_removed_by_a_number(tmp_path: pathlib.Path, runner: str) -> None:
    with SHARED.serve(mailboxes=3) as server:
        for options in ({"state": "absent"}, {"src": str(tmp_path / "x.wav"), "prune": True}):
            given = PERSONAL.arguments(server, mailbox=1001, **options)
            assert "`mailbox` is a number, not text" in RUNNERS[runner]("voicemail_greeting", given)["msg"]
        assert len(server.journal) == 0
