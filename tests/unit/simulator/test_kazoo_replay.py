# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replay every recorded exchange of a real KAZOO, in order, against profile M of the simulator.

Ids and times are set to the recorded ones, because they decide the order of lists and are part of paging keys. State
that
the recording assumes from requests that it does not show is created first, see `PREPARATIONS`.
"""

from __future__ import annotations

import calendar
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from helpers.kazoo_transcripts import TRANSCRIPTS, Exchange, differences, read_transcripts
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.kazoo import SimulatedKazoo
from voicemail_simulator.vendors.kazoo.login import digest
from voicemail_simulator.vendors.kazoo.tones import tone

if not TRANSCRIPTS.exists():
    pytest.skip("the recorded exchanges of a live KAZOO are not part of the collection", allow_module_level=True)

# The recorded password is unknown: its hashes are replaced by those of the simulator's password.
CREDENTIALS = {
    "62f668d46bb0a72671903c65eb5b21ad": digest("md5", SimulatedKazoo.USERNAME, SimulatedKazoo.PASSWORD),
    "6b3c78f1c542b6c50869507521863be8786620cf": digest("sha", SimulatedKazoo.USERNAME, SimulatedKazoo.PASSWORD),
    "<API_KEY>": SimulatedKazoo.API_KEY,
}
EXCHANGES = read_transcripts(CREDENTIALS)
NEW_ID = re.compile(r"(?:\d{6}-)?([0-9a-f]{32})$")
META = {"caller_id_name": "Alice", "caller_id_number": "5551234567", "to": "1001", "length": 1000, "folder": "new"}
TONE = tone(seconds=1.0)
A_SECOND = 0.3

# Headings of the recording that mention requests without showing them. Tested in test_kazoo_vendor.py.
NOT_SHOWN = {
    "8 parallel PUTs with the same mailbox number": "only the count of status codes was recorded",
    "8 parallel PATCHes of one box": "only the count of status codes was recorded",
    "user_auth in a burst from one address": "160 requests, of which one reply is shown without its request",
    "authenticated list requests in a burst": "only the count of status codes was recorded",
    "authenticated creates+deletes: sequential PATCHes of one box in a burst": "only the count was recorded",
}


class Replay:
    """The server, the tokens, and the preparation of some exchanges."""

    def __init__(self, server: SimulatorServer) -> None:
        self.server = server
        self.vendor = server.vendor
        self.client = httpx.Client(timeout=10, headers={"accept-encoding": "identity"}, trust_env=False)
        self.random_id = self.vendor.new_id
        self.queue: list[str] = []
        self.vendor.new_id = self.next_id  # type: ignore[method-assign]
        self.set_time("2026-11-20T17:37:16Z")
        self.tokens = {
            "admin": self.vendor.authority.issue(SimulatedKazoo.ACCOUNT_ID, SimulatedKazoo.USER_ID, "cb_user_auth"),
            "plain": self.vendor.authority.issue(
                SimulatedKazoo.ACCOUNT_ID, SimulatedKazoo.PLAIN_USER_ID, "cb_user_auth"
            ),
            "key": self.vendor.authority.issue(SimulatedKazoo.ACCOUNT_ID, None, "cb_api_auth"),
            "master": self.vendor.authority.issue(SimulatedKazoo.MASTER_ID, None, "cb_api_auth"),
            "other": self.vendor.authority.issue(SimulatedKazoo.OTHER_ACCOUNT_ID, None, "cb_api_auth"),
        }

    def next_id(self) -> str:
        return self.queue.pop(0) if self.queue else self.random_id()

    def set_time(self, text: str) -> None:
        moment = calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))
        # Replies show whole seconds, and may be slow on a busy machine.
        self.server.clock.now = lambda: float(moment + A_SECOND)

    def token_for(self, exchange: Exchange) -> str:
        if "accounts/" + SimulatedKazoo.OTHER_ACCOUNT_ID in exchange.path and "sibling" not in exchange.name:
            return self.tokens["other"]
        if exchange.name.startswith("api_auth token") or exchange.path.startswith("/user_auth/"):
            return self.tokens["key"]
        if exchange.name.startswith("master"):
            return self.tokens["master"]
        if exchange.name.startswith("plain user"):
            return self.tokens["plain"]
        if exchange.name.startswith("tampered"):
            return self.tokens["admin"][:-6] + "AAAAAA"
        return self.tokens["admin"]

    def send(self, exchange: Exchange) -> httpx.Response | None:
        """Send the recorded request. Returns None without a reply."""
        recorded = exchange.json
        if isinstance(recorded, dict) and "timestamp" in recorded:
            self.set_time(recorded["timestamp"])
        prepare = PREPARATIONS.get(exchange.name)
        if prepare is not None:
            prepare(self)
        token = self.token_for(exchange)
        headers = {name: value.replace("<JWT>", token) for name, value in exchange.headers.items()}
        headers.setdefault("x-request-id", f"{len(exchange.name):032x}")
        content, kind = body_of(exchange)
        if kind is not None:
            headers["content-type"] = kind
        revisions = ("if-match", "if-none-match")
        for name in revisions:
            if name in headers and "00000000000000000000000000000000" not in headers[name]:
                headers[name] = self.real_revision(exchange, headers[name])
        self.queue = recorded_ids(exchange)
        path = re.sub(r"eyJ[\w.-]+", token, exchange.path)
        url = path.replace("http://127.0.0.1:8000", self.server.origin)
        url = url if url.startswith("http") else self.server.url + url
        timeout = 10.0 if exchange.reply_status is not None else 0.5
        try:
            return self.client.request(exchange.method, url, headers=headers, content=content, timeout=timeout)
        except httpx.ReadTimeout:
            return None
        finally:
            self.queue = []

    def real_revision(self, exchange: Exchange, recorded: str) -> str:
        """Return our revision with the recorded number. A later number stays stale."""
        key = f"{SimulatedKazoo.ACCOUNT_ID}/{exchange.path.split('/')[4]}"
        ours = self.vendor.state.boxes[key]["rev"]
        same = ours.split("-")[0] == recorded.strip('"').split("-")[0]
        return f'"{ours}"' if same else recorded

    # Steps that the recording does not show

    def create_box(self, account_id: str, box_id: str, **public: Any) -> None:
        self.queue = [self.random_id(), box_id, self.random_id()]
        token = self.tokens["admin" if account_id == SimulatedKazoo.ACCOUNT_ID else "other"]
        url = f"{self.server.url}/accounts/{account_id}/vmboxes"
        reply = self.client.put(url, headers={"x-auth-token": token}, json={"data": public})
        assert reply.status_code == 201, reply.text
        self.queue = []

    def rename_boxes(self) -> None:
        for key, box in list(self.vendor.state.boxes.items()):
            if box["public"]["name"] in ("b", "p") or key.endswith("b9c732f1671fbf64f76e51278d1ad846"):
                public = {**box["public"], "name": f"Box {box['public']['mailbox']}"}
                self.vendor.state.save_box(box["account_id"], box["id"], public)

    def add_messages(self) -> None:
        """Create the mailbox of the message chapters, and five older messages in other mailboxes."""
        self.create_box(SimulatedKazoo.ACCOUNT_ID, "8310211871c9042d540820e81226d3af", name="Box 1100", mailbox="1100")
        wide = next(one for one in EXCHANGES if one.name == "account wide messages list").json["data"]
        for item in wide:
            ((box_id, listed),) = item.items()
            if box_id != "8310211871c9042d540820e81226d3af":
                self.add_message(box_id, listed)

    def add_message(self, box_id: str, listed: dict[str, Any]) -> None:
        parts = {}
        for side in ("from", "to"):
            parts[f"{side}_user"], _at, parts[f"{side}_realm"] = listed[side].partition("@")
        self.vendor.state.save_message(
            {
                "id": listed["media_id"],
                "account_id": SimulatedKazoo.ACCOUNT_ID,
                "box_id": box_id,
                "created": listed["timestamp"],
                "deleted": False,
                "name": "mailbox",
                "utc_seconds": listed["timestamp"],
                "metadata": {**listed, **parts},
            }
        )

    def add_many_boxes(self) -> None:
        recorded = next(one for one in EXCHANGES if one.name == "list paginate=false, 55 boxes").json["data"]
        for item in recorded:
            self.create_box(SimulatedKazoo.OTHER_ACCOUNT_ID, item["id"], name=item["name"], mailbox=item["mailbox"])

    def add_box_with_message(self) -> None:
        box_id = "a6a0fba5b6a3bf0d720962e7be65018e"
        self.create_box(SimulatedKazoo.ACCOUNT_ID, box_id, name="with message", mailbox="1610")
        url = f"{self.server.url}/accounts/{SimulatedKazoo.ACCOUNT_ID}/vmboxes/{box_id}/messages"
        reply = self.client.put(url, headers={"x-auth-token": self.tokens["admin"]}, json={"data": {}})
        assert reply.status_code == 201

    def delete_box(self, box_id: str) -> None:
        url = f"{self.server.url}/accounts/{SimulatedKazoo.ACCOUNT_ID}/vmboxes/{box_id}"
        assert self.client.delete(url, headers={"x-auth-token": self.tokens["admin"]}).status_code == 200


BOX_1500 = "101e0756ec34f065ac950ffad012a722"
BOX_1400 = "bbd6590fa63d552269c6a093c01721fc"
PREPARATIONS: dict[str, Callable[[Replay], None]] = {
    "page walk again, now that all names are unique: page_size=3": Replay.rename_boxes,
    "list messages of a box, empty": Replay.add_messages,
    "list, no parameters, 55 boxes": Replay.add_many_boxes,
    "list immediately after create": lambda replay: replay.create_box(
        SimulatedKazoo.ACCOUNT_ID, BOX_1500, name="raw", mailbox="1500"
    ),
    "list immediately after delete": lambda replay: replay.delete_box(BOX_1500),
    "boxes with number 1400 afterwards": lambda replay: replay.create_box(
        SimulatedKazoo.ACCOUNT_ID, BOX_1400, name="race0", mailbox="1400"
    ),
    "delete a box that has a message": Replay.add_box_with_message,
}


def body_of(exchange: Exchange) -> tuple[bytes | None, str | None]:
    """Return the body to send, and its type where that includes a boundary."""
    if exchange.parts:
        parts = []
        for text in exchange.parts:
            name, _equals, rest = text.partition("=")
            kind = rest.split("type=")[1]
            content = json.dumps({"data": META}).encode() if "json" in kind else TONE
            head = (
                f'--limit\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\nContent-Type: {kind}'
            )
            parts.append(head.encode() + b"\r\n\r\n" + content + b"\r\n")
        kind = exchange.headers.get("content-type", "multipart/form-data")
        return b"".join(parts) + b"--limit--\r\n", f"{kind}; boundary=limit"
    if exchange.body is None:
        return None, None
    if exchange.body == "<contents of tone.wav>":
        return TONE, None
    return exchange.body.encode(), None


def recorded_ids(exchange: Exchange) -> list[str]:
    """Yield the ids that the server must choose, in order."""
    if exchange.name.startswith("move to other box"):
        return [exchange.json["data"]["_id"].split("-")[1]]
    if exchange.name.startswith("copy to other box"):
        return [exchange.json["data"]["succeeded"][0].split("-")[1]]
    found = NEW_ID.search(exchange.reply_headers.get("location", ""))
    creates = exchange.method == "PUT" and exchange.reply_status == 201 and "auth" not in exchange.path
    return [found[1]] if found and creates and "/raw" not in exchange.path else []


@pytest.fixture(scope="module")
def outcomes() -> Iterator[dict[int, list[str]]]:
    """Return the differences of every exchange by position. Exchanges depend on earlier ones."""
    with SimulatorServer("kazoo", behaviors={"profile": "M"}) as server:
        replay = Replay(server)
        found: dict[int, list[str]] = {}
        for position, exchange in enumerate(EXCHANGES):
            response = replay.send(exchange)
            if response is not None and exchange.reply_status is not None:
                found[position] = differences(exchange, response)
            elif response is None and exchange.reply_status is None:
                found[position] = []
            else:
                found[position] = [f"answered {response}, recorded {exchange.reply_status}"]
        yield found


@pytest.mark.parametrize("position", range(len(EXCHANGES)), ids=[one.name.replace(" ", "_") for one in EXCHANGES])
def test_recorded_exchange(position: int, outcomes: dict[int, list[str]]) -> None:
    assert not outcomes[position], "\n".join(outcomes[position])


def test_every_recorded_exchange_is_replayed() -> None:
    headings = re.findall(r"^### (.+)$", TRANSCRIPTS.read_text(encoding="utf-8"), flags=re.M)
    assert len(EXCHANGES) == len(headings) - len(NOT_SHOWN)
    assert set(headings) - {one.name for one in EXCHANGES} == set(NOT_SHOWN)
    assert len(EXCHANGES) >= 270
