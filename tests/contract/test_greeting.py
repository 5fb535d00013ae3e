# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Greetings on every vendor that has them, both ways of running."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.greeting_runs import MODULE
from helpers.greeting_subjects import PLACES, Desk, recording, serve
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO, ONSIP, SUBJECTS, TEL4VN, Item
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.portsip import SimulatedPortsip

MEDIA_ID = "1b6f3c2d4e5f60718293a4b5c6d7e8f9"
KNOBS = [
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
every_way = pytest.mark.parametrize("way", RUNNERS)


@every_way
@pytest.mark.parametrize("place", PLACES, ids=lambda place: next(iter(place)))
def test_life_of_a_greeting(place: Item, way: str, tmp_path: pathlib.Path) -> None:
    with serve() as server:
        live(Desk(server, tmp_path, way), place)


@pytest.mark.parametrize(("knob", "value"), KNOBS)
def test_life_under_doubtful_behaviour(knob: str, value: t.Any, tmp_path: pathlib.Path) -> None:
    with serve(**{knob: value}) as server:
        live(Desk(server, tmp_path), PLACES[0])
        live(Desk(server, tmp_path), PLACES[1])


def live(desk: Desk, place: Item) -> None:
    first, second = recording(1, 1), recording(1, 2)
    assert len(first) == len(second)
    assert desk.settle(**place, state="absent")["action"] == "none"
    done = desk.settle(**place, src=desk.file(first))
    assert (done["action"], done["removed"], desk.heard(**place)) == ("create", [], [first])
    # The same name and size, another content.
    done = desk.settle(**place, src=desk.file(second))
    assert (done["action"], done["removed"], desk.heard(**place)) == ("update", ["greeting.wav"], [second])
    assert len(desk.greetings(**place)) == 1
    # Another name, the same content.
    assert desk.run(**place, src=desk.file(second, "other.wav"))["action"] == "none"
    done = desk.settle(**place, src=desk.file(recording(2), "longer.wav"))
    assert (done["greeting"]["name"], done["removed"]) == ("longer.wav", ["greeting.wav"])
    done = desk.settle(**place, state="absent")
    assert (done["action"], done["greeting"], desk.greetings(**place)) == ("delete", {}, {})


def test_greetings_that_are_switched_off_are_kept(tmp_path: pathlib.Path) -> None:
    with serve() as server:
        desk = Desk(server, tmp_path)
        holiday, usual, new = recording(1, 1), recording(2, 2), recording(3, 3)
        desk.run(src=desk.file(holiday, "holiday.wav"))
        (key,) = desk.greetings()
        desk.directory.greetings.change(key, {"enabled": False})
        done = desk.settle(src=desk.file(usual))
        assert (done["action"], done["kept"]) == ("create", ["holiday.wav"])
        done = desk.settle(src=desk.file(new))
        assert sorted(desk.greetings().values()) == sorted([(holiday, False), (new, True)])
        # It is there already, so it is only switched on.
        done = desk.settle(src=desk.file(holiday, "holiday.wav"))
        assert (done["removed"], list(desk.greetings())) == (["greeting.wav"], [key])
        desk.directory.greetings.change(key, {"enabled": False})
        assert desk.settle(state="absent")["kept"] == ["holiday.wav"]
        done = desk.settle(src=desk.file(new), prune=True)
        assert (done["removed"], list(desk.greetings().values())) == (["holiday.wav"], [(new, True)])


def test_a_large_recording_goes_in_pieces(tmp_path: pathlib.Path) -> None:
    with serve() as server:
        desk = Desk(server, tmp_path)
        long = recording(179, 7, rate=48000)
        assert not desk.run(src=desk.file(long))["failed"]
        assert sum(request.endswith("/append") for request in desk.writes()) == -(-len(long) // (4 * 1024 * 1024))
        assert desk.heard() == [long]


@every_way
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
def test_a_recording_that_would_be_refused_never_leaves(
    content: bytes, words: tuple[str, ...], way: str, tmp_path: pathlib.Path
) -> None:
    with serve() as server:
        desk = Desk(server, tmp_path, way)
        result = desk.run(src=desk.file(content))
        assert result["failed"]
        assert [word for word in words if word not in result["msg"]] == []
        assert len(server.journal) == 0


def test_a_file_that_is_too_large_is_not_even_read(tmp_path: pathlib.Path) -> None:
    with serve() as server:
        desk = Desk(server, tmp_path)
        with (tmp_path / "large.wav").open("wb") as file:
            file.truncate(50 * 1024 * 1024 + 1)
        assert "larger than 50 MB" in desk.run(src=str(tmp_path / "large.wav"))["msg"]
        assert "cannot be read" in desk.run(src=str(tmp_path / "nowhere.wav"))["msg"]
        assert "`src` is missing" in desk.run()["msg"]
        assert "for `state: present` only" in desk.run(state="absent", src=str(tmp_path / "nowhere.wav"))["msg"]
        assert "`media_id` is not for portsip" in desk.run(src=desk.file(recording()), media_id=MEDIA_ID)["msg"]
        assert "`kind` temporary is not for portsip" in desk.run(src=desk.file(recording()), kind="temporary")["msg"]
        assert len(server.journal) == 0


@pytest.mark.parametrize("place", [{"shared_voicemail": "9999"}, {"mailbox": "9999"}])
def test_a_box_that_does_not_exist_is_an_error(place: Item, tmp_path: pathlib.Path) -> None:
    with serve() as server:
        desk = Desk(server, tmp_path)
        for options in ({"src": desk.file(recording())}, {"state": "absent"}):
            result = desk.run(**place, **options)
            assert result["failed"]
            assert "9999 does not exist" in result["msg"]
        assert desk.writes() == []


def test_a_user_has_a_greeting_of_their_own(tmp_path: pathlib.Path) -> None:
    login = {"username": "user1001", "password": SimulatedPortsip.PASSWORD, "domain": SimulatedPortsip.DOMAIN}
    with serve() as server:
        desk = Desk(server, tmp_path)
        desk.settle(**login, mailbox="1001", src=desk.file(recording()))
        assert desk.heard(mailbox="1001") == [recording()]
        for place in ({"mailbox": "1002"}, {"shared_voicemail": "8001"}):
            result = desk.run(**login, **place, src=desk.file(recording()))
            assert (result["failed"], result["error"]["kind"]) == (True, "auth")


@every_way
def test_a_kazoo_mailbox_runs_both_ways(way: str, tmp_path: pathlib.Path) -> None:
    source = tmp_path / "greeting.wav"
    source.write_bytes(recording())
    with SimulatorServer("kazoo", mailboxes=1) as server:
        for options, action in (
            ({"src": str(source)}, "create"),
            ({"src": str(source)}, "none"),
            ({"state": "absent"}, "delete"),
        ):
            result = RUNNERS[way](MODULE, KAZOO.arguments(server, mailbox="1000", **options))
            assert (result["failed"], result["action"]) == (False, action), result


@every_way
@pytest.mark.parametrize("subject", [TEL4VN, ONSIP], ids=lambda subject: subject.name)
def test_vendors_without_greetings_say_so_before_the_first_request(subject: t.Any, way: str) -> None:
    with subject.serve() as server:
        for options in ({"src": "x.wav"}, {"media_id": MEDIA_ID}, {"state": "absent"}):
            result = RUNNERS[way](MODULE, subject.arguments(server, mailbox="1000", **options))
            assert result["failed"]
            assert vendor(subject.vendor).title in result["msg"]
            assert "cannot change greetings" in result["msg"]
            assert "kazoo, portsip" in result["msg"]
        assert len(server.journal) == 0


def test_every_vendor_is_tested() -> None:
    assert {subject.vendor for subject in SUBJECTS} == set(NAMES)
    assert {name for name in NAMES if vendor(name).greetings} == {"kazoo", "portsip"}
