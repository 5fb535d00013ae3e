# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TEL4VN's messages under every behavior of the vendor."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    NotFoundError,
    RejectedError,
    TransportError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import (
    Message,
    Selection,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.tel4vn.messages import Tel4vnMessages
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.tel4vn.vendor import VENDOR
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.tel4vn import SimulatedTel4vn
from voicemail_simulator.vendors.tel4vn.audio import recording_of

EVERYTHING = Selection(all_mailboxes=True)
#: Values to test for numeric behaviors. Other behaviors are tested with every value.
NUMBERS: dict[str, tuple[t.Any, ...]] = {
    "default_limit": (1, 50),
    "max_limit": (1, 3, 1000),
    "token_ttl": (1, 30),
    "arriving_messages": (2,),
}
BEHAVIORS = [
    (behavior.name, value)
    for behavior in SimulatedTel4vn.behavior_definitions
    for value in (
        behavior.accepts if isinstance(behavior.accepts, tuple) else NUMBERS.get(behavior.name, (True, False))
    )
]


def serve(mailboxes: int = 3, messages: int = 5, **behaviors: t.Any) -> SimulatorServer:
    return SimulatorServer("tel4vn", behaviors=behaviors, mailboxes=mailboxes, messages=messages)


def messages_of(server: SimulatorServer, **options: t.Any) -> Tel4vnMessages:
    given = {"vendor": "tel4vn", "url": server.url, "retry_budget": 0.0, "api_key": SimulatedTel4vn.API_KEY, **options}
    assert VENDOR.messages
    messages = VENDOR.messages()(VENDOR.connect(Connection(**given), 4))
    assert isinstance(messages, Tel4vnMessages)
    return messages


def stored(server: SimulatorServer, extension: str | None = None) -> dict[str, dict[str, t.Any]]:
    """Return the stored messages by id."""
    return {
        key: dict(message)
        for key, message in server.vendor.state.messages.items()
        if extension in (None, message["extension"])
    }


def downloaded(messages: Tel4vnMessages, message: Message) -> bytes:
    with messages.audio(message) as stream:
        return b"".join(stream.pieces())


@pytest.mark.parametrize(("behavior", "value"), BEHAVIORS, ids=str)
def test_messages_are_read_and_downloaded(behavior: str, value: t.Any) -> None:
    with serve(**{behavior: value}) as server:
        messages = messages_of(server)
        found = list(messages.list(EVERYTHING))
        everything = stored(server)
        assert sorted(message.id for message in found) == sorted(everything)
        for message in found:
            kept = everything[message.id]
            assert message.mailbox == kept["extension"]
            assert message.received_at == datetime.datetime.fromtimestamp(kept["created_epoch"], datetime.UTC)
            assert str(message.as_dict()["received_at"]).endswith("Z")
            assert message.duration_ms == kept["duration"] * 1000
            assert (message.caller_name, message.caller_number) == (kept["caller_id_name"], kept["caller_id_number"])
            assert (message.status, message.folder, message.shared) == (None, None, False)
        of_box = messages.list(Selection(mailbox="1002"))
        assert sorted(message.id for message in of_box) == sorted(stored(server, "1002"))
        assert downloaded(messages, of_box[0]) == recording_of(
            everything[of_box[0].id], server.behaviors.recording_format
        )
        assert server.vendor.state.messages[of_box[0].id]["read"] is bool(server.behaviors.download_marks_read)


@pytest.mark.parametrize("empty_list", ["array", "null"])
@pytest.mark.parametrize("get_missing", ["404", "null", "400"])
def test_an_empty_mailbox_differs_from_a_missing_one(empty_list: str, get_missing: str) -> None:
    with serve(messages=0, empty_list=empty_list, get_missing=get_missing) as server:
        messages = messages_of(server)
        assert messages.list(Selection(mailbox="1001")) == []
        with pytest.raises(NotFoundError, match="mailbox 4711 does not exist"):
            messages.list(Selection(mailbox="4711"))


def test_a_server_that_ignores_the_extension_is_handled(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve() as server:
        page = server.vendor.state.page

        def every_page(*positions: t.Any, extension: str | None = None, **options: t.Any) -> t.Any:
            return page(*positions, **options)

        monkeypatch.setattr(server.vendor.state, "page", every_page)
        found = messages_of(server).list(Selection(mailbox="1002"))
        assert {message.id for message in found} == set(stored(server, "1002"))


@pytest.mark.parametrize("order", ["insertion", "shuffled", "reshuffled"])
@pytest.mark.parametrize("total", ["exact", "low", "high"])
def test_new_messages_do_not_repeat_or_hide_others(order: str, total: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(mailboxes=4, messages=10, list_order=order, max_limit=17, total=total) as server:
        before = set(stored(server))
        page, arriving = server.vendor.state.page, iter(range(4))

        def paging(*positions: t.Any, **options: t.Any) -> t.Any:
            if next(arriving, None) is not None:
                server.vendor.add_message("1001")
            return page(*positions, **options)

        monkeypatch.setattr(server.vendor.state, "page", paging)
        found = [message.id for message in messages_of(server).list(EVERYTHING)]
        assert len(found) == len(set(found))
        assert before <= set(found)
        assert set(found) == set(stored(server))


def test_a_list_that_always_changes_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(max_limit=4) as server:
        page = server.vendor.state.page

        def paging(*positions: t.Any, **options: t.Any) -> t.Any:
            server.vendor.add_message("1001")
            return page(*positions, **options)

        monkeypatch.setattr(server.vendor.state, "page", paging)
        with pytest.raises(TransportError, match="cannot list the messages of all mailboxes"):
            messages_of(server).list(EVERYTHING)


def test_messages_cost_few_requests() -> None:
    with serve(mailboxes=200, messages=25) as server:
        assert len(messages_of(server).list(EVERYTHING)) == 5000
        # The token, 5 pages of 1000, and the empty page at the end.
        assert len(server.journal.entries()) == 1 + 5 + 1


def test_the_token_never_leaves_the_configured_origin() -> None:
    with serve() as server, serve() as stranger:
        messages = messages_of(server)
        (one, *_others) = messages.list(EVERYTHING)
        for url in (
            f"{stranger.origin}/elsewhere/1",
            f"{stranger.origin}/v1/voicemail/message/../../auth",
            f"{stranger.origin}/v1/voicemail/message/",
            "http://[",
        ):
            with pytest.raises(RejectedError, match="must not receive this token"):
                downloaded(messages, dataclasses.replace(one, audio_url=url))
        # The same service under another name is contacted under the configured one.
        path = str(one.audio_url).removeprefix(server.origin)
        for url in (f"{stranger.origin}{path}", path):
            assert downloaded(messages, dataclasses.replace(one, audio_url=url))[:4] == b"RIFF"
        assert stranger.journal.entries() == []


@pytest.mark.parametrize(
    "shape",
    [
        shape
        for behavior in SimulatedTel4vn.behavior_definitions
        if behavior.name == "error_shape"
        for shape in behavior.accepts
    ],
)
def test_a_deleted_recording_is_reported(shape: str) -> None:
    with serve(error_shape=shape) as server:
        messages = messages_of(server)
        (one, *_others) = messages.list(EVERYTHING)
        del server.vendor.state.messages[one.id]
        # A gateway's page contains no reason, so it is a failure of the server.
        expected = TransportError if shape == "html_502" else NotFoundError
        with pytest.raises(expected, match=f"cannot download message {one.id}"):
            downloaded(messages, one)
        with pytest.raises(NotFoundError):
            downloaded(messages, dataclasses.replace(one, audio_url=None))


def test_a_download_after_the_token_expired() -> None:
    with serve() as server:
        messages = messages_of(server)
        (one, *_others) = messages.list(EVERYTHING)
        server.clock.advance(7200)
        assert downloaded(messages, one)[:4] == b"RIFF"
