# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read, mark, move and delete messages on every vendor that supports it, with each runner."""

from __future__ import annotations

import datetime
import io
import pathlib
import typing as t
import wave

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.capabilities import WORDS
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.message_subjects import MESSAGE_SUBJECTS, PORTSIP_MESSAGES, TEL4VN_MESSAGES, Item, MessageSubject
from helpers.runners import RUNNERS, Result
from helpers.subjects import SUBJECTS
from voicemail_simulator.server import SimulatorServer

KEYS = {
    "id",
    "mailbox",
    "mailbox_id",
    "caller_name",
    "caller_number",
    "received_at",
    "duration_ms",
    "status",
    "folder",
    "call_id",
    "size_bytes",
    "audio_url",
    "transcription",
    "native",
}
#: Secrets of the simulators, which no result may contain.
SECRETS = ("simulator-password", "5f0c1a9e-3b7d-4e62-9a48-c1d2e3f40567")
every_subject = pytest.mark.parametrize("subject", MESSAGE_SUBJECTS, ids=lambda subject: subject.name)
each_runner = pytest.mark.parametrize("runner_name", RUNNERS)
#: Interface of a driver by the text of an error.
INTERFACES = {words: interface for interface, words in WORDS.items()}
BEHAVIORS = [(subject, behavior, value) for subject in MESSAGE_SUBJECTS for behavior, value in subject.behaviors]


class TaskRunner:
    """Run tasks of one subject against one server."""

    def __init__(self, subject: MessageSubject, server: SimulatorServer, runner_name: str = "worker") -> None:
        self.subject = subject
        self.server = server
        self.runner = RUNNERS[runner_name]

    def run(self, module: str, *, check: bool = False, **options: t.Any) -> Result:
        """Run a module, and check that the result contains no secret."""
        self.server.journal.clear()
        result = self.runner(module, self.subject.arguments(self.server, **options), check=check)
        shown = repr({key: value for key, value in result.items() if key != "invocation"})
        assert not [secret for secret in SECRETS if secret in shown]
        assert "unexpected" not in result.get("msg", "")
        return result

    def messages(self, **options: t.Any) -> list[Item]:
        """Read messages, by default of all mailboxes."""
        result = self.run("voicemail_message_info", **(options or self.subject.all))
        assert not result["failed"], result
        found: list[Item] = result["messages"]
        return found

    def change(self, **options: t.Any) -> Result:
        """Run a change in check mode, for real, and again."""
        predicted = self.run("voicemail_message", check=True, **options)
        assert not predicted["failed"], predicted
        assert self.subject.writes(self.server) == []
        done = self.run("voicemail_message", **options)
        assert not done["failed"], done
        assert (done["changed"], done["diff"]) == (predicted["changed"], predicted["diff"])
        # The id of a new message is unpredictable.
        rows = [[{**row, "new_id": None} for row in one["results"]] for one in (predicted, done)]
        assert rows[0] == rows[1]
        again = self.run("voicemail_message", **options)
        assert (again["failed"], again["changed"]) == (False, False), again
        assert self.subject.writes(self.server) == []
        return done


def tone(path: pathlib.Path) -> pathlib.Path:
    """Write a silent recording of a quarter of a second."""
    target = io.BytesIO()
    with wave.open(target, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(8000)
        audio.writeframes(bytes(4000))
    path.write_bytes(target.getvalue())
    return path


@each_runner
@every_subject
def test_messages_have_the_same_fields_on_every_vendor(subject: MessageSubject, runner_name: str) -> None:
    with subject.serve() as server:
        runner = TaskRunner(subject, server, runner_name)
        facts = runner.run("voicemail_message_facts", **subject.all)
        assert (facts["failed"], facts["changed"]) == (False, False), facts
        assert facts["ansible_facts"]["voicemail_messages"] == facts["messages"] == runner.messages()
        assert len(facts["messages"]) == 4 * subject.seeded_boxes(3)
        for message in facts["messages"]:
            assert set(message) == KEYS
            assert message["received_at"].endswith("Z")
            assert message["mailbox"]
            assert message["caller_number"]
            assert message["status"] in (subject.statuses or (None,))
        times = [message["received_at"] for message in facts["messages"]]
        assert times == sorted(times, reverse=True)
        assert len({message["id"] for message in facts["messages"]}) == len(facts["messages"])


#: Requests without the login for 5000 messages in 200 mailboxes, as stated in the guide.
REQUESTS = {"kazoo": 2, "portsip": 204, "tel4vn": 6}


@every_subject
def test_five_thousand_messages_cost_few_requests(subject: MessageSubject) -> None:
    with subject.serve(mailboxes=200, messages=25) as server:
        runner = TaskRunner(subject, server)
        expected = 25 * subject.seeded_boxes(200)
        assert len(runner.messages()) == expected
        assert len(subject.requests(server)) == subject.listing(expected, 200) == REQUESTS[subject.name]


@every_subject
def test_new_messages_between_pages_do_not_repeat_or_hide_others(subject: MessageSubject) -> None:
    with subject.serve(messages=10, behaviors=dict(subject.small_pages)) as server:
        runner = TaskRunner(subject, server)
        before = {message["id"] for message in runner.messages()}
        server.behaviors.arriving_messages = 5
        found = [message["id"] for message in runner.messages()]
        assert len(found) == len(set(found))
        assert before < set(found)
        assert len(runner.messages()) == len(before) + 5 - server.behaviors.arriving_messages
        assert [message["id"] for message in runner.messages()][-len(before) :] == found[-len(before) :]


@every_subject
def test_filters_can_be_combined(subject: MessageSubject) -> None:
    with subject.serve() as server:
        runner = TaskRunner(subject, server)
        everything = runner.messages()
        moment = sorted(message["received_at"] for message in everything)[len(everything) // 2]
        older, newer = (
            runner.messages(**subject.all, older_than=moment),
            runner.messages(**subject.all, newer_than=moment),
        )
        assert [*newer, *older] == everything
        assert older
        caller = everything[0]["caller_number"]
        assert runner.messages(**subject.all, caller=caller) == [
            message for message in everything if caller in message["caller_number"]
        ]
        for status in subject.statuses:
            kept = [message for message in everything if message["status"] == status]
            assert runner.messages(**subject.all, status=status) == kept
        assert runner.messages(**subject.all, limit=2) == everything[:2]
        assert runner.messages(**subject.all, older_than="8w") == []
        ids = [message["id"] for message in everything[1:3]]
        assert [message["id"] for message in runner.messages(**subject.all, ids=ids)] == ids


@every_subject
def test_a_missing_mailbox_is_an_error(subject: MessageSubject) -> None:
    with subject.serve() as server:
        result = TaskRunner(subject, server).run("voicemail_message_info", **subject.unknown)
        assert result["failed"]
        assert next(iter(subject.unknown.values())) in result["msg"]


@each_runner
@every_subject
@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"older_than": "3 weeks ago"}, "90d"),
        ({"older_than": "3 weeks ago", "newer_than": "soon"}, "2 problems"),
        ({"newer_than": "1d", "older_than": "2d"}, "no message can match"),
        ({"limit": 0}, "limit"),
        ({"ids": []}, "ids"),
        ({"caller": ""}, "caller"),
    ],
)
def test_bad_selections_are_refused_before_the_first_request(
    subject: MessageSubject, runner_name: str, options: Item, word: str
) -> None:
    with subject.serve(0, 0) as server:
        result = TaskRunner(subject, server, runner_name).run("voicemail_message_info", **subject.all, **options)
        assert result["failed"]
        assert word in result["msg"]
        assert len(server.journal) == 0


@pytest.mark.parametrize("subject", [PORTSIP_MESSAGES, TEL4VN_MESSAGES], ids=lambda subject: subject.name)
def test_an_invalid_number_is_refused_before_the_first_request(subject: MessageSubject) -> None:
    with subject.serve(0, 0) as server:
        for option in subject.unknown.keys() | {"mailbox"}:
            result = TaskRunner(subject, server).run("voicemail_message_info", **{option: "80'01"})
            assert result["failed"]
            assert f"`{option}` must be" in result["msg"]
            assert "digits only" in result["msg"]
        assert len(server.journal) == 0


@pytest.mark.parametrize("runner_name", RUNNERS)
@pytest.mark.parametrize("name", NAMES)
def test_unsupported_features_are_one_error_before_the_first_request(name: str, runner_name: str) -> None:
    subject = next(subject for subject in SUBJECTS if subject.vendor == name)
    needs = {
        "read messages": ("voicemail_message_info", {}),
        "mark messages": ("voicemail_message", {"state": "read"}),
        "delete messages": ("voicemail_message", {"state": "absent", "max_deletions": 1}),
        "move messages": ("voicemail_message", {"state": "moved", "to_mailbox": "1"}),
        "copy messages": ("voicemail_message", {"state": "copied", "to_mailboxes": ["1"]}),
        "upload messages": ("voicemail_message", {"state": "present", "src": "x", "call_id": "x"}),
        "download audio": ("voicemail_audio", {"dest": "."}),
    }
    lacking = {ability: need for ability, need in needs.items() if not vendor(name).implements(INTERFACES[ability])}
    with subject.serve() as server:
        for ability, (module, options) in lacking.items():
            arguments = subject.arguments(server, mailbox="1000", **options)
            result = RUNNERS[runner_name](module, arguments)
            assert result["failed"], ability
            assert vendor(name).title in result["msg"]
            assert ability in result["msg"]
        assert len(server.journal) == 0


@every_subject
def test_an_unsupported_mailbox_type_is_refused(subject: MessageSubject) -> None:
    options, word = subject.refusing
    with subject.serve(1, 1) as server:
        result = TaskRunner(subject, server).run("voicemail_message_info", **options)
        assert result["failed"]
        assert word in result["msg"]


def live(subject: MessageSubject, server: SimulatorServer, runner_name: str) -> None:
    """Move messages through every state that the vendor supports."""
    runner = TaskRunner(subject, server, runner_name)
    assert len(runner.messages()) == 4 * subject.seeded_boxes(3)
    for state in ("read", "unread"):
        if state in subject.states:
            assert runner.change(**subject.all, state=state)["changed"]
            assert {message["status"] for message in runner.messages()} == {state}
            server.clock.advance(2)
    if "copied" in subject.states:
        done = runner.change(**subject.box, state="copied", to_mailboxes=list(subject.other_boxes))
        assert done["summary"]["copy"] == 4
        assert len(runner.messages(mailbox=subject.other_boxes[0])) == 8
        server.clock.advance(2)
    if "moved" in subject.states:
        calls = {message["call_id"] for message in runner.messages(**subject.box)}
        server.clock.advance(2)
        done = runner.change(**subject.box, state="moved", to_mailbox=subject.other_boxes[1])
        assert runner.messages(**subject.box) == []
        arrived = {message["id"]: message["call_id"] for message in runner.messages(mailbox=subject.other_boxes[1])}
        assert {arrived[row["new_id"]] for row in done["results"]} == calls
        server.clock.advance(2)
    if "absent" in subject.states:
        place = {"mailbox": subject.other_boxes[0]} if "copied" in subject.states else subject.box
        assert runner.change(**place, state="absent", max_deletions=50)["summary"]["delete"]
        assert {message["status"] for message in runner.messages(**place)} <= {"deleted"}
        server.clock.advance(2)
        runner.change(**place, state="absent", max_deletions=50, permanent=True)
        assert runner.messages(**place) == []


@each_runner
@every_subject
def test_messages_reach_every_state(subject: MessageSubject, runner_name: str) -> None:
    with subject.serve() as server:
        live(subject, server, runner_name)


@pytest.mark.parametrize(("subject", "behavior", "value"), BEHAVIORS, ids=lambda part: getattr(part, "name", str(part)))
def test_states_under_behavior_variant(subject: MessageSubject, behavior: str, value: t.Any) -> None:
    with subject.serve(behaviors={behavior: value}) as server:
        live(subject, server, "worker")


@each_runner
@every_subject
def test_an_upload_is_identified_by_its_call_id(
    subject: MessageSubject, runner_name: str, tmp_path: pathlib.Path
) -> None:
    if "present" not in subject.states:
        pytest.skip(f"{subject.name} does not support uploads")
    with subject.serve() as server:
        runner = TaskRunner(subject, server, runner_name)
        source = str(tone(tmp_path / "welcome.wav"))
        wanted = {"src": source, "call_id": "welcome", "caller_name": "Ada", "caller_number": "200@example.com"}
        runner.change(**subject.box, state="present", **wanted)
        (made,) = runner.messages(**subject.box, call_ids=["welcome"])
        assert (made["caller_name"], made["duration_ms"], made["status"]) == ("Ada", 250, "unread")
        assert made["native"]["from"].count("@") == 1
        runner.change(**subject.box, state="absent", call_ids=["welcome"], permanent=True)


@each_runner
@every_subject
def test_unknown_ids_are_reported_and_the_others_are_changed(subject: MessageSubject, runner_name: str) -> None:
    with subject.serve() as server:
        runner = TaskRunner(subject, server, runner_name)
        if "read" in subject.states:
            ids = [message["id"] for message in runner.messages(**subject.box) if message["status"] == "unread"]
            result = runner.run("voicemail_message", **subject.box, state="read", ids=[*ids, "nowhere"])
            assert (result["failed"], result["changed"]) == (True, True)
            assert {row["id"]: row["status"] for row in result["results"]} == {
                **dict.fromkeys(ids, "changed"),
                "nowhere": "failed",
            }
            assert "nowhere" in result["msg"]
        if "absent" in subject.states:
            gone = runner.messages(**subject.box)[0]["id"]
            result = runner.run("voicemail_message", **subject.box, state="absent", ids=[gone, "nowhere"])
            assert (result["failed"], result["changed"], result["summary"]["delete"]) == (False, True, 1)
            assert any("nowhere" in str(warning) for warning in result.get("warnings", ["nowhere"]))


@every_subject
def test_deletions_require_a_sufficient_limit(subject: MessageSubject) -> None:
    if "absent" not in subject.states:
        pytest.skip(f"{subject.name} does not support deletions")
    with subject.serve() as server:
        runner = TaskRunner(subject, server)
        result = runner.run("voicemail_message", **subject.all, state="absent")
        assert "max_deletions" in result["msg"]
        assert len(server.journal) == 0
        everything = len(runner.messages())
        result = runner.run("voicemail_message", **subject.all, state="absent", max_deletions=everything - 1)
        assert result["failed"]
        assert f"{everything} messages would be deleted" in result["msg"]
        assert subject.writes(server) == []
        assert len(runner.messages()) == everything


@every_subject
@pytest.mark.parametrize("state", ["read", "absent", "moved", "copied"])
@pytest.mark.parametrize("fault", ["lost_reply,count=1", "status:503,count=2", "reset_before,count=1"])
def test_faults_do_not_lose_or_repeat_changes(subject: MessageSubject, state: str, fault: str) -> None:
    if state not in subject.states:
        pytest.skip(f"{subject.name} cannot reach {state}")
    options: Item = {
        "read": {},
        "absent": {"max_deletions": 9, "permanent": True},
        "moved": {"to_mailbox": subject.other_boxes[0] if subject.other_boxes else ""},
        "copied": {"to_mailboxes": list(subject.other_boxes)},
    }[state]
    with subject.serve() as server:
        runner = TaskRunner(subject, server)
        before = sorted((message["call_id"] for message in runner.messages()), key=str)
        server.faults.set([f"{fault},method=POST|DELETE,path=.*/(messages|voicemails).*"])
        results = [runner.run("voicemail_message", **subject.box, state=state, **options) for _attempt in range(3)]
        assert not results[-1]["failed"], results
        assert not results[-1]["changed"]
        after = sorted((message["call_id"] for message in runner.messages()), key=str)
        grown = {"absent": -4, "copied": 4 * len(subject.other_boxes)}.get(state, 0)
        assert len(after) == len(before) + grown
        if state == "moved":
            assert after == before


@every_subject
def test_time_windows_return_the_same_messages(subject: MessageSubject) -> None:
    with subject.serve() as server:
        runner = TaskRunner(subject, server)
        everything = runner.messages()
        past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=100)
        assert runner.messages(**subject.all, newer_than=past.isoformat()) == everything
