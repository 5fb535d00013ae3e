# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Greetings of KAZOO mailboxes: media files are uploaded, shared, selected and deleted."""

from __future__ import annotations

import base64
import pathlib
import typing as t

import pytest
from helpers.greeting_subjects import recording
from helpers.kazoo_office import FIELDS, PROFILES, Office
from helpers.runners import RUNNERS
from voicemail_simulator.mp3 import tone
from voicemail_simulator.server import SimulatorServer


@pytest.fixture(params=PROFILES)
def office(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> t.Iterator[Office]:
    with SimulatorServer("kazoo", mailboxes=2, behaviors={"profile": request.param}) as server:
        yield Office(server, tmp_path)


@pytest.fixture
def master(tmp_path: pathlib.Path) -> t.Iterator[Office]:
    with SimulatorServer("kazoo", mailboxes=2) as server:
        yield Office(server, tmp_path)


@pytest.mark.parametrize("kind", FIELDS)
def test_lifecycle_of_a_file(office: Office, kind: str) -> None:
    first, second = recording(1, 1), recording(1, 2)
    other = "temporary" if kind == "unavailable" else "unavailable"
    assert office.settle(kind=kind, state="absent")["action"] == "none"
    done = office.settle(kind=kind, src=office.file(first))
    assert (done["action"], done["removed"], office.heard(kind=kind)) == ("create", [], first)
    assert done["greeting"]["media_id"] == office.pointer(kind=kind)
    assert office.pointer(kind=other) is None
    done = office.settle(kind=kind, src=office.file(second))
    assert (done["action"], done["removed"], office.heard(kind=kind)) == ("update", ["greeting.wav"], second)
    assert len(office.media()) == 1
    # Another name, the same content.
    assert office.run(kind=kind, src=office.file(second, "other.wav"))["action"] == "none"
    mp3 = tone(1, 500)
    done = office.settle(kind=kind, src=office.file(mp3, "greeting.mp3"))
    assert (done["greeting"]["name"], office.heard(kind=kind)) == ("greeting.mp3", mp3)
    done = office.settle(kind=kind, state="absent")
    assert (done["action"], done["greeting"], office.media(), office.pointer(kind=kind)) == ("delete", {}, {}, None)


def test_both_greetings_of_a_mailbox_are_independent(master: Office) -> None:
    master.settle(src=master.file(recording(1, 1)))
    master.settle(kind="temporary", src=master.file(recording(1, 2)))
    assert (master.heard(), master.heard(kind="temporary")) == (recording(1, 1), recording(1, 2))
    master.settle(kind="temporary", state="absent")
    assert (master.heard(), len(master.media())) == (recording(1, 1), 1)


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_foreign_media_file_is_never_deleted(office: Office, state: str) -> None:
    foreign = office.add_media(recording(2, 9))
    office.point(foreign)
    options = {"src": office.file(recording(1, 1))} if state == "present" else {}
    done = office.settle(state=state, **options)
    assert (done["removed"], foreign in office.media()) == ([], True)
    assert office.heard() == (recording(1, 1) if options else None)


def test_a_greeting_recorded_by_phone_is_kept(master: Office) -> None:
    """Check that a greeting survives if the phone menu reuses the document of an uploaded temporary greeting."""
    master.settle(kind="temporary", src=master.file(recording(1, 1)))
    (media,) = master.media().values()
    public = {**media["public"], "media_source": "recording", "source_type": "voicemail"}
    attachment = {**media["attachment"], "base64": base64.b64encode(recording(1, 7)).decode()}
    master.state.save_document(master.state.media, master.account, media["id"], public, attachment=attachment)
    done = master.settle(kind="temporary", src=master.file(recording(1, 1)))
    assert (done["removed"], media["id"] in master.media()) == ([], True)
    assert master.heard(kind="temporary") == recording(1, 1)


def test_an_upload_used_by_another_mailbox_is_kept(office: Office) -> None:
    office.settle(src=office.file(recording(1, 1)))
    shared = office.pointer()
    office.point(shared, "1001")
    done = office.settle(src=office.file(recording(1, 2)))
    assert (done["action"], done["removed"]) == ("update", [])
    assert (office.heard("1001"), office.heard()) == (recording(1, 1), recording(1, 2))
    office.point(shared, kind="temporary")
    assert office.settle(state="absent")["removed"] == ["greeting.wav"]
    assert list(office.media()) == [shared]


def test_the_content_of_the_chosen_media_is_not_uploaded_again(master: Office) -> None:
    master.point(master.add_media(recording(1, 1)))
    assert master.run(src=master.file(recording(1, 1)))["action"] == "none"
    assert len(master.media()) == 1


def test_uploads_of_an_interrupted_run_are_removed_or_used(office: Office) -> None:
    mark = {"mailbox_id": office.box()["id"], "greeting": "unavailable", "file": "greeting.wav", "sha256": "0" * 64}
    empty = office.add_media(None, telephony_voicemail=mark)
    whole = office.add_media(recording(1, 1), telephony_voicemail={**mark, "file": "earlier.wav"})
    done = office.settle(src=office.file(recording(1, 1)))
    assert (done["action"], office.pointer(), list(office.media())) == ("create", whole, [whole])
    assert (done["removed"], empty in office.media()) == (["greeting.wav"], False)


def test_a_media_file_is_selected_by_id_or_name(office: Office) -> None:
    welcome = office.add_media(recording(1, 1), name="Welcome")
    closed = office.add_media(recording(1, 2), name="Closed")
    done = office.settle(media_id=welcome)
    assert (done["action"], done["greeting"]["media_id"], office.pointer()) == ("create", welcome, welcome)
    done = office.settle(media="Closed")
    assert (done["action"], done["greeting"]["name"], office.pointer()) == ("update", "Closed", closed)
    office.settle(src=office.file(recording(1, 3)))
    assert office.settle(media="Welcome")["removed"] == ["greeting.wav"]
    assert sorted(office.media()) == sorted([welcome, closed])


def test_a_missing_or_ambiguous_media_file_is_refused(office: Office) -> None:
    office.add_media(recording(), name="Twice")
    office.add_media(recording(), name="Twice")
    foreign = office.add_media(recording(), account=office.server.vendor.OTHER_ACCOUNT_ID, name="Foreign")
    before = office.box()["rev"]
    for value, words in (
        ("Nothing", "no media file named 'Nothing'"),
        ("Foreign", "no media file named 'Foreign'"),
        ("Twice", "2 media files of the account are named 'Twice'"),
        (foreign, f"no media file with the id {foreign}"),
        ("0" * 32, "no media file with the id"),
    ):
        result = office.run(media_id=value)
        assert (result["failed"], words in result["msg"], "mailbox 1000" in result["msg"]) == (True, True, True), result
        assert office.writes() == []
    assert office.box()["rev"] == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no audio at all", "neither a WAV nor an MP3 file"),
        (b"", "neither a WAV nor an MP3 file"),
        (recording()[:-100], "not a complete recording"),
        (b"ID3\x04\0\0\0\0\0\0" + bytes(500), "not a complete recording"),
        (recording(0), "contains no sound"),
        (recording(300, rate=16000), "larger than 7 MB"),
    ],
    ids=["text", "empty", "cut", "tag", "silent", "large"],
)
@pytest.mark.parametrize("runner", RUNNERS)
def test_an_invalid_greeting_is_not_uploaded(master: Office, content: bytes, words: str, runner: str) -> None:
    master.runner = RUNNERS[runner]
    result = master.run(src=master.file(content))
    assert (result["failed"], words in result["msg"]) == (True, True), result["msg"]
    assert len(master.server.journal) == 0


def test_contradictory_options_are_refused(master: Office) -> None:
    source = master.file(recording())
    assert "both set the greeting" in master.run(src=source, media_id="Welcome")["msg"]
    assert "`src` or `media_id` is missing" in master.run()["msg"]
    assert "for `state: present` only" in master.run(state="absent", media_id="Welcome")["msg"]
    assert "does not exist" in master.run(mailbox="9999", src=source)["msg"]
    assert "does not exist" in master.run(mailbox="9999", state="absent")["msg"]


def test_a_success_reply_without_data_is_an_error(office: Office) -> None:
    office.settle(src=office.file(recording(1, 1)))
    office.server.behaviors.broken_uploads = 1
    result = office.run(src=office.file(recording(1, 2)))
    assert (result["failed"], result["changed"]) == (True, False), result
    assert "without the media document" in result["msg"]
    assert (office.heard(), len(office.media())) == (recording(1, 1), 1)
    assert office.settle(src=office.file(recording(1, 2)))["action"] == "update"


def test_a_server_that_converts_uploads(office: Office) -> None:
    office.server.behaviors.normalize_media = True
    done = office.settle(src=office.file(recording(2, 1)))
    assert done["action"] == "create"
    first = office.heard()
    assert first is not None
    assert first[:4] != b"RIFF"
    assert office.settle(src=office.file(recording(2, 2)))["action"] == "update"
    assert office.heard() not in (first, None)
    # Another client replaces the recording, but keeps the note about its origin.
    (media,) = office.media().values()
    media["attachment"]["base64"] = base64.b64encode(recording(2, 5)).decode()
    assert office.settle(src=office.file(recording(2, 2)))["action"] == "update"


@pytest.mark.parametrize(
    "fault", ["method=PUT,path=.*/media", "method=POST,path=.*/raw", "method=PATCH", "method=DELETE"]
)
def test_a_lost_reply_repeats_nothing(office: Office, fault: str) -> None:
    office.settle(src=office.file(recording(1, 1)))
    office.server.faults.set([f"lost_reply,count=1,{fault}"])
    result = office.run(src=office.file(recording(1, 2)))
    office.server.faults.set(())
    assert (result["failed"], office.heard(), len(office.media())) == (False, recording(1, 2), 1), result
    assert office.run(src=office.file(recording(1, 2)))["action"] == "none"


@pytest.mark.parametrize(
    ("fault", "heard"),
    [
        ("method=PUT,path=.*/media", 1),
        ("method=POST,path=.*/raw", 1),
        ("method=GET,path=.*/raw,skip=1", 1),
        ("method=PATCH", 1),
        ("method=DELETE", 2),
    ],
)
def test_the_next_run_repairs_a_partial_failure(office: Office, fault: str, heard: int) -> None:
    office.settle(src=office.file(recording(1, 1)))
    office.server.faults.set([f"status:400,{fault}"])
    result = office.run(src=office.file(recording(1, 2)))
    office.server.faults.set(())
    assert (result["failed"], office.heard()) == (True, recording(1, heard))
    done = office.run(src=office.file(recording(1, 2)))
    assert (done["failed"], done["changed"]) == (False, True), done
    assert (office.heard(), len(office.media())) == (recording(1, 2), 1)
    assert office.run(src=office.file(recording(1, 2)))["action"] == "none"


def test_a_conflict_in_the_mailbox_is_retried(master: Office) -> None:
    master.server.behaviors.conflict_writes = 1
    result = master.run(src=master.file(recording(1, 1)))
    assert (result["failed"], master.heard()) == (False, recording(1, 1)), result


def test_lagging_lists_are_handled(master: Office) -> None:
    master.server.clock.advance(5)
    master.server.behaviors.view_lag = 0.3
    master.settle(src=master.file(recording(1, 1)))
