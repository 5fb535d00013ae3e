# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Former findings of the suite, each as the smallest scenario."""

from __future__ import annotations

import re
import typing as t

import pytest
from chaos.checks import problems_of
from chaos.corrupting_server import CorruptingServer, declared, run_corrupted
from chaos.message_checks import message_problems
from chaos.message_play import play_messages
from chaos.message_scenario import MessageScenario
from chaos.message_worlds import MESSAGE_WORLDS
from chaos.play import History, play
from chaos.scenario import Scenario
from chaos.worlds import WORLDS
from helpers.runners import in_worker
from helpers.virtual_time import virtual_time


def run(subject: str, shape: str, item: dict[str, object], **changes: object) -> History:
    """Run a scenario of one mailbox, which must have no problem."""
    history = play(Scenario(subject, 1, shape, 3, 0, (item,), **changes))  # type: ignore[arg-type]
    assert problems_of(history) == []
    return history


def test_a_creation_whose_reply_and_lookup_are_lost_is_reported_as_a_possible_change() -> None:
    lost = ("lost_reply,method=POST,path=voicemail,count=1", "status:500,method=GET,path=voicemail,skip=1")
    history = run("tel4vn", "one", {"mailbox": "3000", "pin": "0137"}, faults=lost, options=(("retry_budget", 0),))
    assert history.first["failed"]
    assert history.first["changed"]


def test_a_creation_possibly_in_progress_is_not_sent_again() -> None:
    # The server stores both mailboxes if it receives two creations of one number.
    history = run(
        "tel4vn",
        "one",
        {"mailbox": "3000", "pin": "0137"},
        faults=("timeout:0.4,method=POST,path=voicemail,count=1",),
        behaviors=(("create_conflict", "duplicate"),),
    )
    assert history.first["failed"]
    assert len(history.after.of("3000")) == 1


def test_a_creation_is_not_repeated_if_reading_it_back_fails() -> None:
    history = run(
        "onsip",
        "one",
        {"mailbox": "3000", "name": "Reception", "emails": ["one@example.com"], "pin": "4821"},
        behaviors=(("pin_in_replies", "masked"),),
        faults=("lost_reply,skip=4,count=1",),
        options=(("retry_budget", 60),),
    )
    assert len(history.middle.of("3000")) == 1


def test_a_colliding_deletion_is_retried() -> None:
    gone = {"mailbox": "1001", "state": "absent"}
    history = run("kazoo", "many", gone, behaviors=(("conflict_writes", 3),), options=(("retry_budget", 0),))
    assert not history.first["failed"]


def _with_a_list(field: bytes) -> t.Callable[[int, list[object], bytes], tuple[int, list[object], bytes]]:
    """Return a corruption that replaces the text of a field by a list."""

    def corrupt(status: int, headers: list[object], body: bytes) -> tuple[int, list[object], bytes]:
        before, found, after = body.partition(b'"' + field + b'":"')
        return status, headers, before + found[:-1] + b'["x"]' + after.partition(b'"')[2] if found else body

    return corrupt


def test_a_list_instead_of_a_word_is_another_value() -> None:
    lies = run_corrupted(WORLDS["portsip-personal"], "vmbox_info", 1, _with_a_list(b"voicemail_play_datetime"), True)
    assert not lies.result["failed"], lies.result["msg"]


def test_a_list_instead_of_a_plain_value_is_refused() -> None:
    """Check a list in OnSIP's replies, which are converted from XML and contain lists for repeated elements."""
    lies = run_corrupted(WORLDS["onsip"], "vmbox_info", 1, _with_a_list(b"Timezone"), True)
    assert lies.result["failed"]
    assert "was not understood: expected a plain value as `Timezone`" in lies.result["msg"]


def test_a_mailbox_is_created_if_the_reply_has_no_pin() -> None:
    def corrupt(status: int, headers: list[object], body: bytes) -> tuple[int, list[object], bytes]:
        return status, headers, re.sub(rb'"Password":"[^"]*",?', b"", body)

    world = WORLDS["onsip"]
    with world.subject.serve(mailboxes=1) as server, virtual_time(server.clock.advance):
        server.simulation.faults = CorruptingServer(server, world, 1, corrupt, True)  # type: ignore[assignment]
        item = {"mailbox": "3000", "name": "Reception", "verify": False}
        result = in_worker("vmbox", world.subject.arguments(server, **item))
    assert "unexpected" not in result.get("msg", "")
    assert result["changed"]


@pytest.mark.parametrize("name", ["kazoo", "tel4vn"])
def test_a_deeply_nested_refusal_is_a_refusal(name: str) -> None:
    def corrupt(_status: int, headers: list[object], _body: bytes) -> tuple[int, list[object], bytes]:
        return 400, headers, b"[" * 100_000

    lies = run_corrupted(WORLDS[name], "vmboxes", 1, corrupt, True)
    assert lies.result["failed"]
    assert "refuses" in lies.result["msg"], declared(WORLDS[name])
    assert lies.before == lies.after


@pytest.mark.parametrize("name", [name for name in MESSAGE_WORLDS if name.endswith("-audio")])
@pytest.mark.parametrize("times", [1, 6])
def test_a_proxy_page_is_not_a_recording(name: str, times: int) -> None:
    """Check a proxy page, which later runs would treat as a complete recording without a stated size."""
    world = MESSAGE_WORLDS[name]
    fault = f"html,count={times}{world.downloading}"
    place = next(iter(world.subject.box.values()))
    history = play_messages(MessageScenario(name, 1, "download", place, 1, faults=(fault,)))
    assert message_problems(history) == []
    assert history.first["failed"] is (times > 1)
    assert len(history.files) == (times == 1)
    if times > 1:
        assert "text/html instead of a recording" in history.first["msg"]
