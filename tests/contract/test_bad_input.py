# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input is one clear error with the item, the option and the remedy, and nothing is written."""

from __future__ import annotations

import typing as t

import pytest
from helpers.runners import RUNNERS
from helpers.stored_boxes import Box
from helpers.subjects import KAZOO, ONSIP, PERSONAL, SHARED, SUBJECTS, TEL4VN, Subject
from voicemail_simulator.server import SimulatorServer

Case = tuple[Subject, dict[str, t.Any], tuple[str, ...]]

GENERAL: list[tuple[dict[str, t.Any], tuple[str, ...]]] = [
    ({"pin": 482159}, ("pin", "quotes")),
    ({"pin": 83}, ("pin", "quotes")),
    ({"pin": ""}, ("pin", "empty")),
    ({"update_pin": "never"}, ("update_pin", "if_changed")),
    ({"id": "../../accounts"}, ("id", "/")),
]
SPECIAL: list[Case] = [
    (KAZOO, {"mailbox": "3000", "name": "x", "pin": "123"}, ("mailbox 3000", "pin", "4 to 15 characters")),
    (KAZOO, {"mailbox": "3000", "name": "x", "notify": True}, ("notify", "KAZOO", "emails", "on_unsupported")),
    (KAZOO, {"mailbox": "3000", "name": "x", "kazoo": {"skip_greting": True}}, ("skip_greting", "skip_greeting")),
    (
        KAZOO,
        {"mailbox": "3000", "name": "x", "kazoo": {"pin": "4821"}},
        ("`kazoo.pin`", "the option `pin`", "use that"),
    ),
    (KAZOO, {"mailbox": "3000", "kazoo": {"pin": "4821", "media_extension": "ogg"}}, ("kazoo.pin", "mp3, mp4, wav")),
    (KAZOO, {"mailbox": "3000", "name": ""}, ("name", "cleared")),
    (KAZOO, {"mailbox": "3000", "name": "x", "emails": ["nobody"]}, ("emails", "nobody", "email address")),
    (KAZOO, {"mailbox": "3000"}, ("mailbox 3000", "name", "required")),
    (KAZOO, {"mailbox": "3000", "name": "x", "owner_id": "short"}, ("owner_id", "32")),
    (KAZOO, {"mailbox": "3000", "name": None}, ("name", "cleared")),
    (KAZOO, {"id": "0" * 32, "name": "x"}, ("0" * 32, "does not belong to a mailbox")),
    (KAZOO, {"mailbox": "3000", "onsip": {"mwi": "a@b"}}, ("onsip", "KAZOO")),
    (PERSONAL, {"mailbox": "1001", "state": "absent"}, ("mailbox 1001", "state")),
    (PERSONAL, {"mailbox": "7777", "pin": "482159"}, ("mailbox 7777",)),
    (PERSONAL, {"mailbox": "1001", "pin": "111222"}, ("pin",)),
    (PERSONAL, {"mailbox": "1001", "pin": "123890"}, ("pin",)),
    (PERSONAL, {"mailbox": "1001", "pin": "48"}, ("pin",)),
    (PERSONAL, {"mailbox": "1001", "name": "x"}, ("name", "PortSIP")),
    (PERSONAL, {"mailbox": "abc", "pin": "482159"}, ("mailbox", "digits")),
    (SHARED, {"extension_number": "8500", "name": "x"}, ("pin", "required")),
    (
        SHARED,
        {
            "extension_number": "8500",
            "name": "x",
            "pin": "482159",
            "recipients": [f"a{n}@example.com" for n in range(16)],
        },
        ("recipients", "15"),
    ),
    (SHARED, {"extension_number": "85a", "name": "x", "pin": "482159"}, ("extension_number", "digits")),
    (SHARED, {"extension_number": "8500", "name": "x", "pin": "482159", "recipients": ["x"]}, ("recipients", "email")),
    (SHARED, {"extension_number": "8500", "name": "x", "pin": "48"}, ("pin", "4 to")),
    (SHARED, {"extension_number": "8500", "name": "x", "pin": "111222"}, ("pin", "repeat")),
    (SHARED, {"extension_number": "8500", "name": "x", "pin": "123890"}, ("pin", "count up")),
    (TEL4VN, {"mailbox": "3000"}, ("pin", "required")),
    (TEL4VN, {"mailbox": "3000", "pin": "4821", "emails": ["nobody"]}, ("emails", "nobody", "email address")),
    (TEL4VN, {"mailbox": "3000", "pin": "deFauLt"}, ("pin", "keeps an extension's password")),
    (TEL4VN, {"mailbox": "30x", "pin": "4821"}, ("mailbox", "digits")),
    (TEL4VN, {"mailbox": "3000", "pin": "4821", "timezone": "Asia/Saigon"}, ("timezone", "TEL4VN")),
    (TEL4VN, {"mailbox": "3000", "new_mailbox": "3001", "pin": "4821"}, ("new_mailbox", "TEL4VN")),
    (ONSIP, {"mailbox": "3000", "name": "x", "pin": "0821"}, ("pin", "zero")),
    (
        ONSIP,
        {"mailbox": "3000", "name": "x", "timezone": "Europe/Paris"},
        ("timezone", "New_York", "Chicago", "Denver", "Los_Angeles"),
    ),
    (ONSIP, {"mailbox": "3000", "name": "x", "attach_audio": True, "notify": False}, ("attach_audio", "notify")),
    (ONSIP, {"mailbox": "30000000", "name": "x"}, ("mailbox", "1 to 7 digits")),
    (ONSIP, {"mailbox": "30x", "name": "x"}, ("mailbox", "digits")),
    (ONSIP, {"mailbox": "3000", "name": "x", "pin": "48219137"}, ("pin", "1 to 7 digits")),
    (ONSIP, {"mailbox": "3000", "name": "x", "emails": ["nobody"]}, ("emails", "nobody", "email address")),
    (ONSIP, {"mailbox": "3000", "name": "x", "onsip": {"mwi": "nobody"}}, ("onsip.mwi", "SIP address")),
    (ONSIP, {"mailbox": "3000", "name": "x", "notify": True}, ("notify", "emails")),
    (ONSIP, {"mailbox": "3000", "name": "x", "emails": ["a@example.com", "b@example.com"]}, ("emails",)),
    (ONSIP, {"mailbox": "3000", "name": "x", "language": "en-US"}, ("language", "OnSIP")),
]
CREDENTIALS: list[tuple[Subject, dict[str, t.Any], tuple[str, ...]]] = [
    (KAZOO, {"password": None}, ("password", "missing")),
    (KAZOO, {"api_key": "k" * 64}, ("api_key", "username", "contradict")),
    (TEL4VN, {"api_key": None}, ("api_key", "missing")),
    (ONSIP, {"password": None}, ("password", "missing")),
    (SHARED, {"password": None}, ("password", "missing")),
    (KAZOO, {"url": "pbx.example.com"}, ("url", "https://")),
    (TEL4VN, {"url": None}, ("url", "missing")),
    (KAZOO, {"url": "https://user:pass@pbx.example.com/v2"}, ("url", "username")),
    (KAZOO, {"timeout": -1}, ("timeout",)),
    (KAZOO, {"workers": 0}, ("workers",)),
]


def refused(subject: Subject, runner: str, said: tuple[str, ...], **options: t.Any) -> None:
    """Run a task and check that it is refused without a write."""
    with subject.serve(mailboxes=subject.seeded) as server:
        arguments = {
            key: value
            for key, value in subject.arguments(server, **options).items()
            if value is not None or key == "name"
        }
        for check in (True, False):
            result = RUNNERS[runner](subject.module, arguments, check=check)
            assert result["failed"], result
            assert not result.get("changed")
            for part in said:
                assert part in result["msg"], result["msg"]
            assert subject.writes(server) == []


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize(("item", "said"), GENERAL, ids=lambda part: str(part)[:40])
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_bad_values_of_shared_options_are_refused(
    subject: Subject, item: dict[str, t.Any], said: tuple[str, ...], runner: str
) -> None:
    number = {} if "id" in item else {subject.key: subject.number}
    refused(subject, runner, said, **{**subject.create, **number, **item})


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize(("subject", "item", "said"), SPECIAL, ids=lambda part: getattr(part, "name", str(part)[:60]))
def test_bad_values_of_vendor_options_are_refused(
    subject: Subject, item: dict[str, t.Any], said: tuple[str, ...], runner: str
) -> None:
    refused(subject, runner, said, **item)


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize(
    ("subject", "options", "said"), CREDENTIALS, ids=lambda part: getattr(part, "name", str(part)[:60])
)
def test_connection_options(subject: Subject, options: dict[str, t.Any], said: tuple[str, ...], runner: str) -> None:
    refused(subject, runner, said, **{subject.key: subject.number, **subject.create, **options})


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_all_problems_of_all_items_are_reported_together(subject: Subject) -> None:
    items: list[t.Any] = [{subject.key: f"{3000 + position}", "no_such": 1, "pin": 4821} for position in range(50)]
    with subject.serve() as server:
        arguments = subject.arguments(server, **{subject.listed: [*items, "text", {subject.key: "3000"}]})
        for runner in RUNNERS.values():
            result = runner(subject.plural, arguments)
            assert result["failed"]
            (details,) = result["diff"]
            options = [(one["position"], one["option"]) for one in details["problems"]]
            assert {(position, "no_such") for position in range(1, 51)} <= set(options)
            assert {(position, "pin") for position in range(1, 51)} <= set(options)
            assert result["msg"].count("no_such") == 1
            assert "and 40 more" in result["msg"]
            assert "item 51" in result["msg"]
            assert "is declared twice, first by item 1" in result["msg"]
            assert len(server.journal) == 0


@pytest.mark.parametrize("runner", RUNNERS)
def test_text_instead_of_a_list_is_one_problem(runner: str) -> None:
    text = '[{"mailbox": "3000", "name": "x"}]'
    with KAZOO.serve() as server:
        result = RUNNERS[runner]("vmboxes", KAZOO.arguments(server, mailboxes=text))
        assert result["msg"].startswith("`mailboxes` must be a list, not text; set `src` to its file")
        result = RUNNERS[runner]("vmboxes", KAZOO.arguments(server, mailboxes=[], defaults="neither JSON nor pairs"))
        assert "defaults" in result["msg"]
        assert "dict" in result["msg"]
        assert len(server.journal) == 0


def _duplicate_in_kazoo(server: SimulatorServer, box: Box) -> None:
    server.vendor.state.save_box(server.vendor.ACCOUNT_ID, server.vendor.new_id(), box.fields)


def _duplicate_in_onsip(server: SimulatorServer, box: Box) -> None:
    server.vendor.state.boxes["60001"] = {**server.vendor.state.boxes[box.id], "VoicemailboxId": "60001"}
    server.vendor.state.rebuild()


def _duplicate_in_portsip(server: SimulatorServer, box: Box) -> None:
    server.vendor.state.add_box({**box.fields, "id": server.vendor.state.new_id()})


TWINS: list[tuple[Subject, t.Callable[[SimulatorServer, Box], None]]] = [
    (KAZOO, _duplicate_in_kazoo),
    (SHARED, _duplicate_in_portsip),
    (TEL4VN, lambda server, box: server.vendor.add_box(box.number)),
    (ONSIP, _duplicate_in_onsip),
]


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize(("subject", "make_twin"), TWINS, ids=lambda part: getattr(part, "name", ""))
def test_duplicates_on_the_server_are_reported_with_both_ids(
    subject: Subject, make_twin: t.Callable[[SimulatorServer, Box], None], runner: str
) -> None:
    with subject.serve(mailboxes=2) as server:
        box = subject.stored(server)[0]
        make_twin(server, box)
        twins = [other.id for other in subject.stored(server) if other.number == box.number]
        assert len(twins) == 2
        declared = {subject.key: box.number, **subject.create}
        one = [{subject.key: box.number, "state": "absent"}, declared]
        many = [declared, {**subject.create, subject.key: subject.number}]
        # TEL4VN reads a single mailbox by its number, and searches for duplicates only before a deletion. PortSIP
        # requires unique numbers, so its simulator finds one by number.
        seen = {TEL4VN.name: one[:1], SHARED.name: []}.get(subject.name, one)
        tasks = [*((subject.module, item) for item in seen), (subject.plural, {subject.listed: many})]
        for module, options in tasks:
            for check in (True, False):
                result = RUNNERS[runner](module, subject.arguments(server, **options), check=check)
                assert result["failed"]
                assert all(twin in result["msg"] for twin in twins), result["msg"]
                assert "2 boxes with this number" in result["msg"]
        assert subject.writes(server) == []


def test_a_charge_is_reported_and_never_confirmed() -> None:
    with KAZOO.serve({"billable": True}) as server:
        result = RUNNERS["worker"]("vmbox", KAZOO.arguments(server, mailbox="3000", name="x"))
        assert result["failed"]
        assert "charge" in result["msg"]
        assert result["error"]["status"] == 402
        assert len(KAZOO.writes(server)) == 1


def test_a_word_that_yaml_reads_as_a_boolean() -> None:
    with ONSIP.serve() as server:
        arguments = ONSIP.arguments(server, mailbox="3000", name="x", notify=False)
        assert RUNNERS["worker"]("vmbox", arguments)["changed"]
        assert not RUNNERS["worker"]("vmbox", {**arguments, "notify": "no"})["changed"]
