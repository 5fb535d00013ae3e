# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP's messages under every behavior of the vendor."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    AuthError,
    NotFoundError,
    RejectedError,
    TransportError,
    UnsupportedError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import (
    Message,
    Selection,
    Status,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.portsip.messages import (
    PortsipMessages,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.portsip.vendor import VENDOR
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.portsip import SimulatedPortsip
from voicemail_simulator.vendors.portsip.audio import tone

EVERYTHING = Selection(all_mailboxes=True)
#: Values to test for numeric behaviors. Other behaviors are tested with every value.
NUMBERS: dict[str, tuple[t.Any, ...]] = {
    "login_attempts": (1,),
    "token_lifetime": (1, 30),
    "rate_limit": (600,),
    "page_limit": (1, 2, 3),
    "pin_minimum": (6,),
    "pin_maximum": (6,),
}
BEHAVIORS = [
    (behavior.name, value)
    for behavior in SimulatedPortsip.behavior_definitions
    for value in (
        behavior.accepts if isinstance(behavior.accepts, tuple) else NUMBERS.get(behavior.name, (True, False))
    )
    # A second factor needs a person, and separate tests cover arriving messages.
    if behavior.name not in ("two_factor", "arriving_messages")
]
_TODAY = datetime.datetime.now(datetime.UTC)


class Pbx:
    """A PBX with mailboxes, and its logins."""

    def __init__(self, server: SimulatorServer) -> None:
        self.server = server
        self.table = server.vendor.state.messages

    def messages(self, username: str = SimulatedPortsip.ADMIN_USERNAME, **options: t.Any) -> PortsipMessages:
        """Log in, by default as the tenant's administrator, and return the driver of messages."""
        login = {"username": username, "password": SimulatedPortsip.PASSWORD, "domain": SimulatedPortsip.DOMAIN}
        given = {"vendor": "portsip", "url": self.server.url, "retry_budget": 5.0, **login, **options}
        assert VENDOR.messages
        messages = VENDOR.messages()(VENDOR.connect(Connection(**given), 4))
        assert isinstance(messages, PortsipMessages)
        return messages

    def stored(self, number: str, shared: bool = True) -> list[dict[str, t.Any]]:
        """Return the stored messages of a box."""
        directory = self.server.vendor.state
        table = directory.boxes if shared else directory.users
        (owner,) = [one["id"] for one in table.collection.values() if one["extension_number"] == number]
        return [one for one in self.table.collection.values() if one["owner_id"] == owner]

    def leave(self, number: str, seconds: int = 0, shared: bool = True) -> str:
        """Add a message with a time relative to now, in seconds."""
        like = self.stored(number, shared)[0]
        created_at = (_TODAY + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return self.table.add({**like, "id": self.server.vendor.state.new_id(), "created_at": created_at})

    def on_listing(self, monkeypatch: pytest.MonkeyPatch, event: t.Callable[[int], object]) -> None:
        """Run an action right before each list of messages, with the number of earlier lists."""
        listing = self.server.vendor._context.listing
        page, count = listing.page, [0]

        def paging(request: t.Any, table: t.Any, *arguments: t.Any, **options: t.Any) -> t.Any:
            if table is self.table:
                event(count[0])
                count[0] += 1
            return page(request, table, *arguments, **options)

        monkeypatch.setattr(listing, "page", paging)

    def requests(self, part: str) -> int:
        """Count requests whose path contains a text."""
        return sum(part in entry["path"] for entry in self.server.journal.entries())


def serve(mailboxes: int = 2, messages: int = 5, **behaviors: t.Any) -> SimulatorServer:
    return SimulatorServer("portsip", behaviors=behaviors, mailboxes=mailboxes, messages=messages)


def downloaded(messages: PortsipMessages, message: Message) -> bytes:
    with messages.audio(message) as stream:
        return b"".join(stream.pieces())


def ids(messages: t.Iterable[Message]) -> list[str]:
    return [message.id for message in messages]


@pytest.mark.parametrize(("behavior", "value"), BEHAVIORS, ids=str)
def test_the_lifecycle_of_messages(behavior: str, value: t.Any) -> None:
    with serve(**{behavior: value}) as server:
        pbx = Pbx(server)
        messages = pbx.messages()
        found = list(messages.list(EVERYTHING))
        assert sorted(ids(found)) == sorted(one["id"] for number in ("8001", "8002") for one in pbx.stored(number))
        assert {message.mailbox for message in found} == {"8001", "8002"}
        first, second, *_others = messages.list(Selection(shared_voicemail="8001"))
        kept = {one["id"]: one for one in pbx.stored("8001")}[first.id]
        assert (first.caller_number, first.duration_ms) == (kept["sender_number"], kept["duration"] * 1000)
        assert first.received_at is not None
        assert abs(first.received_at - datetime.datetime.fromisoformat(kept["created_at"])).total_seconds() < 1
        assert str(first.status) == kept["status"].lower()
        for status in (Status.READ, Status.READ, Status.UNREAD, Status.UNREAD):
            messages.mark(first, status)
            assert pbx.table.collection[first.id]["status"] == str(status).upper()
        assert downloaded(messages, first) == tone(kept["duration"])
        assert first.size_bytes == len(tone(kept["duration"]))
        messages.delete(first, permanent=False)
        messages.delete(first, permanent=True)
        with pytest.raises(NotFoundError):
            messages.mark(first, Status.READ)
        with pytest.raises(NotFoundError):
            downloaded(pbx.messages(), first)
        assert [one["id"] for one in pbx.stored("8001")].count(first.id) == 0
        assert second.id in ids(messages.list(Selection(shared_voicemail="8001")))


@pytest.mark.parametrize("version", ["22.0", "22.2", "22.3", "22.6"])
def test_a_user_reads_personal_messages(version: str) -> None:
    with serve(version=version) as server:
        pbx = Pbx(server)
        messages = pbx.messages("user1001")
        found = {message.id: message for message in messages.list(Selection(mailbox="1001"))}
        stored = {one["id"]: one for one in pbx.stored("1001", shared=False)}
        assert set(found) == set(stored)
        # Users cannot list shared voicemails.
        assert set(ids(messages.list(EVERYTHING))) == set(stored)
        for message_id, message in found.items():
            kept = stored[message_id]
            assert (message.mailbox, message.shared) == ("1001", False)
            assert message.caller_number == kept["sender_number"]
            assert message.caller_name == (kept["sender_name"] or None if version == "22.6" else None)
            if version in ("22.0", "22.2"):
                assert message.transcription is None
            else:
                assert message.transcription is not None
                assert message.transcription.status == kept["transcription_status"]
                assert message.transcription.sentiment == kept["transcription_sentiment"]
                assert message.transcription.text is None
        one = next(iter(found.values()))
        messages.mark(one, Status.READ)
        assert downloaded(messages, one) == tone(stored[one.id]["duration"])
        messages.delete(one, permanent=False)
        assert one.id not in ids(messages.list(Selection(mailbox="1001")))


def test_results_do_not_contain_recording_links() -> None:
    with serve() as server:
        for message in Pbx(server).messages().list(EVERYTHING):
            assert message.audio_url is None
            assert "/api/blobs/" not in repr(message.as_dict())


def test_inaccessible_mailboxes_are_reported() -> None:
    with serve() as server:
        pbx = Pbx(server)
        messages = pbx.messages()
        with pytest.raises(UnsupportedError, match="only the user of mailbox"):
            messages.list(Selection(mailbox="1001"))
        with pytest.raises(NotFoundError, match="mailbox 4711 does not exist"):
            messages.list(Selection(mailbox="4711"))
        with pytest.raises(NotFoundError, match="shared voicemail 4711 does not exist"):
            messages.list(Selection(shared_voicemail="4711"))
        user = pbx.messages("user1001")
        with pytest.raises(UnsupportedError, match="the user of 1001"):
            user.list(Selection(mailbox="1002"))
        with pytest.raises(AuthError):
            user.list(Selection(shared_voicemail="8001"))


def test_a_system_administrator_reads_shared_voicemails() -> None:
    with serve() as server:
        pbx = Pbx(server)
        messages = pbx.messages(SimulatedPortsip.USERNAME, domain=None, account_id=SimulatedPortsip.ACCOUNT_ID)
        assert len(messages.list(EVERYTHING)) == 10
        with pytest.raises(UnsupportedError, match="has no mailbox"):
            messages.list(Selection(mailbox="1001"))


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 199, 200, 650])
@pytest.mark.parametrize("order", ["creation", "reverse", "shuffled"])
def test_pages_are_complete(count: int, order: str) -> None:
    with serve(mailboxes=1, messages=count, default_order=order) as server:
        pbx = Pbx(server)
        found = ids(pbx.messages().list(Selection(shared_voicemail="8001")))
        assert sorted(found) == sorted(one["id"] for one in pbx.stored("8001"))
        # Each page after the first repeats one message of the previous page.
        assert pbx.requests("/voicemails") == 1 + max(0, -(-(count - 100) // 99))


@pytest.mark.parametrize("supported", [True, False], ids=["ordered", "order refused"])
@pytest.mark.parametrize("order", ["creation", "reverse", "shuffled"])
def test_new_messages_do_not_repeat_or_hide_others(
    order: str, supported: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(mailboxes=1, messages=450, default_order=order) as server:
        pbx = Pbx(server)
        if not supported:
            refuse_order(monkeypatch)
        before = {one["id"] for one in pbx.stored("8001")}
        pbx.on_listing(monkeypatch, lambda count: [pbx.leave("8001", count * 10 + more) for more in range(3)])
        found = ids(pbx.messages().list(Selection(shared_voicemail="8001")))
        assert len(found) == len(set(found))
        assert before <= set(found)


@pytest.mark.parametrize("order", ["creation", "reverse", "shuffled"])
def test_a_replaced_message_hides_no_other(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(mailboxes=1, messages=250, default_order=order) as server:
        pbx = Pbx(server)
        refuse_order(monkeypatch)
        gone: list[str] = []

        def event(count: int) -> None:
            if count in (1, 3):
                # The same number, so that the total is equal while other rows move up.
                for more, oldest in enumerate(pbx.stored("8001")[:3]):
                    gone.append(oldest["id"])
                    pbx.table.remove(oldest["id"])
                    pbx.leave("8001", count * 10 + more)

        before = {one["id"] for one in pbx.stored("8001")}
        pbx.on_listing(monkeypatch, event)
        found = ids(pbx.messages().list(Selection(shared_voicemail="8001")))
        assert len(found) == len(set(found))
        assert before - set(gone) <= set(found)


def test_a_list_that_always_changes_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(mailboxes=1, messages=450) as server:
        pbx = Pbx(server)
        pbx.on_listing(monkeypatch, lambda count: pbx.table.remove(pbx.stored("8001")[0]["id"]))
        with pytest.raises(TransportError, match="changed in each of 5 attempts"):
            pbx.messages().list(Selection(shared_voicemail="8001"))


def test_messages_of_a_deleted_mailbox_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    for status in ("404", "400"):
        with serve(missing_read_status=status) as server:
            pbx = Pbx(server)
            pbx.on_listing(monkeypatch, lambda count, pbx=pbx: count == 0 and remove_box(pbx, "8002"))
            assert {message.mailbox for message in pbx.messages().list(EVERYTHING)} == {"8001"}


def test_each_mailbox_costs_one_request() -> None:
    with serve(mailboxes=40, messages=25) as server:
        pbx = Pbx(server)
        assert len(pbx.messages().list(EVERYTHING)) == 40 * 25
        # The login, its user and the user's messages, the boxes, and the messages of each.
        assert len(server.journal.entries()) == 1 + 1 + 1 + 1 + 40


@pytest.mark.parametrize("access", ["public", "private"])
def test_the_token_never_leaves_the_configured_origin(access: str) -> None:
    with serve(blob_access=access) as server, SimulatorServer("portsip", mailboxes=1) as stranger:
        messages = Pbx(server).messages()
        (one, *_others) = messages.list(EVERYTHING)
        for url in (
            f"{stranger.origin}/api/blobs/x",
            f"//{stranger.origin.partition('//')[2]}/api/blobs/x",
            "http://[",
            "ftp://files.example.com/x",
        ):
            with pytest.raises(RejectedError, match="must not receive this login") as caught:
                downloaded(messages, dataclasses.replace(one, download_url=url))
            assert url not in str(caught.value)
        assert stranger.journal.entries() == []


def test_a_download_after_the_token_expired() -> None:
    with serve(blob_access="private") as server:
        messages = Pbx(server).messages()
        (one, *_others) = messages.list(EVERYTHING)
        server.clock.advance(7200)
        assert downloaded(messages, one)[:4] == b"RIFF"


def remove_box(pbx: Pbx, number: str) -> None:
    directory = pbx.server.vendor.state
    (key,) = [one["id"] for one in directory.boxes.collection.values() if one["extension_number"] == number]
    directory.remove_box(key)


def refuse_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the PBX refuse every order."""
    from voicemail_simulator.vendors.portsip import filters, listing

    def refusing(text: str, fields: t.Any) -> t.NoReturn:
        raise filters.FilterError("orderby is not supported")

    monkeypatch.setattr(listing, "parse_order", refusing)
