# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Greetings on every vendor that supports them, with each runner."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.greeting_runs import MODULE
from helpers.greeting_subjects import PLACES, TaskRunner, recording, serve
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO, ONSIP, SUBJECTS, TEL4VN, Item
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.portsip import SimulatedPortsip

MEDIA_ID = "1b6f3c2d4e5f60718293a4b5c6d7e8f9"
BEHAVIORS = [
    ("greeting_enable", "independent"),
    ("greeting_audio", "any"),
    ("blob_access", "private"),
    ("missing_destroy", "swapped"),
    ("missing_read_status", "400"),
    ("filter_support", "refused"),
    ("filter_support", "ignored"),
    ("id_shape", "base64"),
    ("blank_reply", "null"),
    ("blank_reply", "absent"),
    ("page_limit", 1),
    ("default_order", "reverse"),
    ("token_lifetime", 1),
    ("token_refused_status", "400"),
    ("version", "22.0"),
    ("version", "22.2"),
    ("version", "22.6"),
]
each_runner = pytest.mark.parametrize("runner_name", RUNNERS)


@each_runner
@pytest.mark.parametrize("place", PLACES, ids=lambda place: next(iter(place)))
def test_the_lifecycle_of_a_greeting(place: Item, runner_name: str, tmp_path: pathlib.Path) -> None:
    with serve() as server:
        live(TaskRunner(server, tmp_path, runner_name), place)


@pytest.mark.parametrize(("behavior", "value"), BEHAVIORS)
def test_greetings_under_behavior_variant(behavior: str, value: t.Any, tmp_path: pathlib.Path) -> None:
    with serve(**{behavior: value}) as server:
        live(TaskRunner(server, tmp_path), PLACES[0])
        live(TaskRunner(server, tmp_path), PLACES[1])


def live(runner: TaskRunner, place: Item) -> None:
    first, second = recording(1, 1), recording(1, 2)
    assert len(first) == len(second)
    assert runner.settle(**place, state="absent")["action"] == "none"
    done = runner.settle(**place, src=runner.file(first))
    assert (done["action"], done["removed"], runner.heard(**place)) == ("create", [], [first])
    # The same name and size, but different content.
    done = runner.settle(**place, src=runner.file(second))
    assert (done["action"], done["removed"], runner.heard(**place)) == ("update", ["greeting.wav"], [second])
    assert len(runner.greetings(**place)) == 1
    # Another name, but the same content.
    assert runner.run(**place, src=runner.file(second, "other.wav"))["action"] == "none"
    done = runner.settle(**place, src=runner.file(recording(2), "longer.wav"))
    assert (done["greeting"]["name"], done["removed"]) == ("longer.wav", ["greeting.wav"])
    done = runner.settle(**place, state="absent")
    assert (done["action"], done["greeting"], runner.greetings(**place)) == ("delete", {}, {})


def test_disabled_greetings_are_kept(tmp_path: pathlib.Path) -> None:
    with serve() as server:
        runner = TaskRunner(server, tmp_path)
        holiday, usual, new = recording(1, 1), recording(2, 2), recording(3, 3)
        runner.run(src=runner.file(holiday, "holiday.wav"))
        (key,) = runner.greetings()
        runner.directory.greetings.change(key, {"enabled": False})
        done = runner.settle(src=runner.file(usual))
        assert (done["action"], done["kept"]) == ("create", ["holiday.wav"])
        done = runner.settle(src=runner.file(new))
        assert sorted(runner.greetings().values()) == sorted([(holiday, False), (new, True)])
        # The greeting exists, so it is only enabled.
        done = runner.settle(src=runner.file(holiday, "holiday.wav"))
        assert (done["removed"], list(runner.greetings())) == (["greeting.wav"], [key])
        runner.directory.greetings.change(key, {"enabled": False})
        assert runner.settle(state="absent")["kept"] == ["holiday.wav"]
        done = runner.settle(src=runner.file(new), prune=True)
        assert (done["removed"], list(runner.greetings().values())) == (["holiday.wav"], [(new, True)])


def test_a_large_recording_is_uploaded_in_parts(tmp_path: pathlib.Path) -> None:
    with serve() as server:
        runner = TaskRunner(server, tmp_path)
        long = recording(179, 7, rate=48000)
        assert not runner.run(src=runner.file(long))["failed"]
        assert sum(request.endswith("/append") for request in runner.writes()) == -(-len(long) // (4 * 1024 * 1024))
        assert runner.heard() == [long]


@each_runner
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (recording(rate=8000), ("8000 Hz", "ffmpeg")),
        (recording(channels=2), ("2 channels", "ffmpeg")),
        (recording(width=1), ("8 bits", "ffmpeg")),
        (recording(rate=44100, channels=2, width=3), ("2 channels", "24 bits", "44100 Hz")),
        (recording(181), ("181 seconds", "shorten")),
        (recording(0), ("no sound",)),
        (recording()[:-100], ("is shorter than",)),
        (b"ID3" + bytes(2000), ("not a WAV file", "ffmpeg")),
        (b"", ("not a WAV file",)),
    ],
    ids=lambda part: "-".join(part) if isinstance(part, tuple) else "",
)
def test_an_invalid_recording_is_not_uploaded(
    content: bytes, words: tuple[str, ...], runner_name: str, tmp_path: pathlib.Path
) -> None:
    with serve() as server:
        runner = TaskRunner(server, tmp_path, runner_name)
        result = runner.run(src=runner.file(content))
        assert result["failed"]
        assert [word for word in words if word not in result["msg"]] == []
        assert len(server.journal) == 0


def test_a_file_above_the_size_limit_is_not_read(tmp_path: pathlib.Path) -> None:
    with serve() as server:
        runner = TaskRunner(server, tmp_path)
        with (tmp_path / "large.wav").open("wb") as file:
            file.truncate(50 * 1024 * 1024 + 1)
        assert "larger than 50 MB" in runner.run(src=str(tmp_path / "large.wav"))["msg"]
        assert "cannot be read" in runner.run(src=str(tmp_path / "nowhere.wav"))["msg"]
        assert "`src` is missing" in runner.run()["msg"]
        assert "for `state: present` only" in runner.run(state="absent", src=str(tmp_path / "nowhere.wav"))["msg"]
        assert "`media_id` is not for PortSIP" in runner.run(src=runner.file(recording()), media_id=MEDIA_ID)["msg"]
        assert (
            "`kind` temporary is not for PortSIP" in runner.run(src=runner.file(recording()), kind="temporary")["msg"]
        )
        assert len(server.journal) == 0


@pytest.mark.parametrize("place", [{"shared_voicemail": "9999"}, {"mailbox": "9999"}])
def test_a_missing_mailbox_is_an_error(place: Item, tmp_path: pathlib.Path) -> None:
    with serve() as server:
        runner = TaskRunner(server, tmp_path)
        for options in ({"src": runner.file(recording())}, {"state": "absent"}):
            result = runner.run(**place, **options)
            assert result["failed"]
            assert "9999 does not exist" in result["msg"]
        assert runner.writes() == []


def test_a_user_has_a_personal_greeting(tmp_path: pathlib.Path) -> None:
    login = {"username": "user1001", "password": SimulatedPortsip.PASSWORD, "domain": SimulatedPortsip.DOMAIN}
    with serve() as server:
        runner = TaskRunner(server, tmp_path)
        runner.settle(**login, mailbox="1001", src=runner.file(recording()))
        assert runner.heard(mailbox="1001") == [recording()]
        for place in ({"mailbox": "1002"}, {"shared_voicemail": "8001"}):
            result = runner.run(**login, **place, src=runner.file(recording()))
            assert (result["failed"], result["error"]["kind"]) == (True, "auth")


@each_runner
def test_a_kazoo_greeting_with_each_runner(runner_name: str, tmp_path: pathlib.Path) -> None:
    source = tmp_path / "greeting.wav"
    source.write_bytes(recording())
    with SimulatorServer("kazoo", mailboxes=1) as server:
        for options, action in (
            ({"src": str(source)}, "create"),
            ({"src": str(source)}, "none"),
            ({"state": "absent"}, "delete"),
        ):
            result = RUNNERS[runner_name](MODULE, KAZOO.arguments(server, mailbox="1000", **options))
            assert (result["failed"], result["action"]) == (False, action), result


@each_runner
@pytest.mark.parametrize("subject", [TEL4VN, ONSIP], ids=lambda subject: subject.name)
def test_vendors_without_greetings_are_reported_before_the_first_request(subject: t.Any, runner_name: str) -> None:
    with subject.serve() as server:
        for options in ({"src": "x.wav"}, {"media_id": MEDIA_ID}, {"state": "absent"}):
            result = RUNNERS[runner_name](MODULE, subject.arguments(server, mailbox="1000", **options))
            assert result["failed"]
            assert vendor(subject.vendor).title in result["msg"]
            assert "cannot change greetings" in result["msg"]
            assert "KAZOO, PortSIP PBX" in result["msg"]
        assert len(server.journal) == 0


def test_every_vendor_is_tested() -> None:
    assert {subject.vendor for subject in SUBJECTS} == set(NAMES)
    assert {name for name in NAMES if vendor(name).greetings} == {"kazoo", "portsip"}
