# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP: the effect of every value of every behavior."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.portsip import SimulatedPortsip
from voicemail_simulator.vendors.portsip.audio import tone
from voicemail_simulator.vendors.portsip.behaviors import RELEASES

BEHAVIORS = SimulatedPortsip.behavior_definitions
BOX = {"name": "Front desk", "extension_number": "7100", "pin": "259183"}
SYSTEM_LOGIN = {"username": SimulatedPortsip.USERNAME, "password": SimulatedPortsip.PASSWORD}
LOGIN = {**SYSTEM_LOGIN, "username": SimulatedPortsip.ADMIN_USERNAME, "domain": SimulatedPortsip.DOMAIN}


class Pbx:
    """The shared server with some behaviors set, and a client of the tenant's administrator."""

    def __init__(self, server: SimulatorServer) -> None:
        self.server = server
        self.client = httpx.Client(base_url=server.url)

    def set(self, **behaviors: Any) -> None:
        """Set these behaviors, reset all others, seed again and log in."""
        self.server.behaviors.update({one.name: one.default for one in BEHAVIORS} | behaviors)
        self.server.simulation.reset(3, 4)
        self.log_in()

    def log_in(self, login: dict[str, str] | None = None) -> dict[str, Any]:
        """Log in with the token endpoint, which every version has."""
        form = {"grant_type": "password", "scope": "all", "client_id": SimulatedPortsip.CLIENT_ID, **(login or LOGIN)}
        reply = self.client.post("/login/oauth/token", data=form).json()
        if "access_token" in reply:
            self.client.headers["Authorization"] = f"Bearer {reply['access_token']}"
        return reply

    def get(self, path: str, **query: Any) -> Any:
        """Return the body of a successful GET."""
        reply = self.client.get(path, params=query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Return the reply to a POST."""
        return self.client.post(path, json=body, **options) if body is not None else self.client.post(path, **options)

    def create(self, **more: Any) -> str:
        """Create a shared voicemail and return its path."""
        reply = self.post("/shared_voicemails", BOX | more)
        assert reply.status_code == 201, reply.text
        return f"/shared_voicemails/{reply.json()['id']}"

    def first_box(self) -> str:
        """Return the path of the first seeded mailbox."""
        return f"/shared_voicemails/{self.get('/shared_voicemails')['items'][0]['id']}"

    def greeting(self, path: str, content: bytes) -> httpx.Response:
        """Upload a file and attach it."""
        started = self.post("/blobs/uploads").headers
        token = {"PortSIP-Upload-Token": started["PortSIP-Upload-Token"]}
        done = self.post(f"/blobs/uploads/{started['PortSIP-Upload-ID']}/complete", content=content, headers=token)
        return self.post(f"{path}/greetings", {"file_id": done.json()["id"]})


@pytest.fixture(scope="module")
def server() -> Iterator[SimulatorServer]:
    with SimulatorServer("portsip") as running:
        yield running


@pytest.fixture
def pbx(server: SimulatorServer) -> Iterator[Pbx]:
    made = Pbx(server)
    yield made
    made.client.close()


def refused(reply: httpx.Response) -> tuple[str, str]:
    """Return status and code of an error reply."""
    return str(reply.status_code), reply.json()["errors"][0]["code"]


def version(pbx: Pbx, value: str) -> None:
    at_least = float(value)
    box = pbx.first_box()
    message = pbx.get(f"{box}/voicemails")["items"][0]
    assert ("sender_number" in message) == ("sender_name" in message) == (at_least >= 22.6)
    assert message["sender"] == "2125550142"
    user = pbx.get("/user")
    assert ("password" in pbx.get(f"/users/{user['id']}")) == (at_least >= 22.3)
    assert pbx.client.get("/auth/user").status_code == (200 if at_least >= 22.2 else 404)
    assert pbx.post("/auth/sign_in", LOGIN).status_code == (200 if at_least >= 22.2 else 404)
    assert pbx.post(box, {"pin": "2591"}).status_code == (200 if at_least >= 22.3 else 400)
    assert pbx.post(box, {"pin": "582012"}).status_code == 400
    path = f"/users/{user['id']}"
    assert pbx.post(path, {"enable_voicemail_notify": True}).status_code == (400 if at_least >= 22.6 else 200)
    assert pbx.post(path, {"display_name": "x" * 129}).status_code == (400 if at_least >= 22.6 else 200)
    assert pbx.post(path, {"display_name": "Robin"}).status_code == 200
    assert pbx.greeting(box, tone(181)).status_code == (400 if at_least >= 22.6 else 201)
    pbx.log_in({**LOGIN, "username": "user1001"})
    assert ("transcription_status" in pbx.get("/voicemails")["items"][0]) == (at_least >= 22.3)
    pbx.log_in(SYSTEM_LOGIN)
    assert pbx.get("/admin/status") == {"version": RELEASES[value]}


def token_refused_status(pbx: Pbx, value: str) -> None:
    assert refused(pbx.client.get("/user", headers={"Authorization": "Bearer x"})) == (value, "UNAUTHORIZED")


def login_refused_status(pbx: Pbx, value: str) -> None:
    assert refused(pbx.post("/auth/sign_in", LOGIN | {"password": "x"})) == (value, "UNAUTHORIZED")


def login_attempts(pbx: Pbx, value: int) -> None:
    for _attempt in range(2):
        assert refused(pbx.post("/auth/sign_in", LOGIN | {"password": "x"})) == ("400", "UNAUTHORIZED")
    blocked = pbx.post("/auth/sign_in", LOGIN)
    if not value:
        assert blocked.status_code == 200
        return
    assert refused(blocked) == ("400", "DENIED")
    assert "127.0.0.1" in blocked.json()["errors"][0]["message"]
    pbx.server.clock.advance(3601)
    assert pbx.post("/auth/sign_in", LOGIN).status_code == 200


def two_factor(pbx: Pbx, value: str) -> None:
    reply = pbx.post("/auth/sign_in", LOGIN).json()
    assert ("access_token" in reply) == (value == "off")
    if value == "on":
        assert reply["two_factor_enabled"] is True
        handle = {"token": reply["token"]}
        assert pbx.client.get("/user", headers={"Authorization": f"Bearer {reply['token']}"}).status_code == 401
        assert pbx.post("/auth/send_otp", handle).status_code == 200
        assert pbx.post("/auth/send_otp", {"token": "x"}).status_code == 400
        assert pbx.post("/auth/verify_otp", handle | {"code": "1"}).status_code == 400
        code = {"code": SimulatedPortsip.SECOND_FACTOR_CODE}
        assert pbx.post("/auth/verify_otp", handle | code).json()["token_type"] == "Bearer"
        assert pbx.post("/auth/verify_otp", handle | code).status_code == 400


def token_lifetime(pbx: Pbx, value: int) -> None:
    assert pbx.log_in()["expires_in"] == value
    pbx.server.clock.advance(value)
    assert pbx.client.get("/user").status_code == 401


def refresh_rotation(pbx: Pbx, value: str) -> None:
    body = {"refresh_token": pbx.log_in()["refresh_token"]}
    assert pbx.post("/auth/refresh_token", body).status_code == 200
    assert pbx.post("/auth/refresh_token", body).status_code == (200 if value == "keep" else 400)


def refresh_tenant(pbx: Pbx, value: str) -> None:
    refresh_token = pbx.log_in(SYSTEM_LOGIN)["refresh_token"]
    pbx.post("/tenants/switch", params={"id": SimulatedPortsip.ACCOUNT_ID})
    token = pbx.post("/auth/refresh_token", {"refresh_token": refresh_token}).json()["access_token"]
    reply = pbx.client.get("/tenant", headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == (200 if value == "keep" else 403)


def concurrent_login(pbx: Pbx, value: str) -> None:
    former = dict(pbx.client.headers)
    pbx.log_in()
    assert pbx.client.get("/user", headers=former).status_code == (200 if value == "on" else 401)
    assert pbx.client.get("/user").status_code == 200


def field_invalid_status(pbx: Pbx, value: str) -> None:
    for reply in (pbx.post("/shared_voicemails", {}), pbx.client.get("/users", params={"top": 101})):
        assert refused(reply) == (value, "VALIDATE_FAILED")


def number_taken_status(pbx: Pbx, value: str) -> None:
    assert refused(pbx.post("/shared_voicemails", BOX | {"extension_number": "1001"})) == (value, "UNKNOWN")


def missing_read_status(pbx: Pbx, value: str) -> None:
    for path in ("/shared_voicemails/1", "/users/1", "/voicemails/1", "/files/1"):
        assert refused(pbx.client.get(path)) == (value, "UNKNOWN")
    assert refused(pbx.post("/users/1", {"email": "a@example.com"})) == (value, "UNKNOWN")


def missing_mark_status(pbx: Pbx, value: str) -> None:
    for path in ("/voicemails/1", f"{pbx.first_box()}/voicemails/1"):
        assert refused(pbx.post(f"{path}/set_read")) == (value, "UNKNOWN")
        assert refused(pbx.post(f"{path}/set_unread")) == (value, "UNKNOWN")


def missing_destroy(pbx: Pbx, value: str) -> None:
    of_message, of_box = ("404", "400") if value == "documented" else ("400", "404")
    assert refused(pbx.post("/voicemails/1/destroy"))[0] == of_message
    assert refused(pbx.post("/files/1/destroy"))[0] == of_message
    assert refused(pbx.post("/shared_voicemails/1/destroy"))[0] == of_box


def rate_limit(pbx: Pbx, value: int) -> None:
    statuses = [pbx.client.get("/user").status_code for _request in range(16)]
    # A new minute may start in between, so ten requests may succeed.
    assert (429 in statuses, statuses.count(200) <= 10) == (value > 0, value > 0)
    pbx.server.clock.advance(60)
    assert pbx.client.get("/user").status_code == 200


def rate_limit_status(pbx: Pbx, value: str) -> None:
    pbx.server.behaviors.rate_limit = 1
    replies = [pbx.client.get("/user") for _request in range(4)]
    assert value in {str(reply.status_code) for reply in replies}
    assert {str(reply.status_code) for reply in replies} <= {"200", value}


def rate_limit_retry_after(pbx: Pbx, value: bool) -> None:
    pbx.server.behaviors.rate_limit = 1
    limited = [reply for reply in (pbx.client.get("/user") for _request in range(4)) if reply.status_code == 429]
    assert limited
    for reply in limited:
        assert ("Retry-After" in reply.headers) == value
        assert not value or 1 <= int(reply.headers["Retry-After"]) <= 60


def update_omitted(pbx: Pbx, value: str) -> None:
    path = pbx.create(enable_pin=False, recipients="a@example.com", prompt="de-DE")
    assert pbx.post(path, {"name": "New"}).status_code == 200
    box = pbx.get(path)
    shown = (box["name"], box["pin"], box["enable_pin"], box["recipients"], box["prompt"])
    kept = value == "keep"
    assert shown == ("New", "259183", not kept, "a@example.com" if kept else "", "de-DE" if kept else "en-US")
    pbx.post("/user", {"mobile_phone": "5550100", "enable_voicemail_notify": True, "display_name": "Robin"})
    pbx.post("/user", {"enable_voicemail_pin": False})
    user = pbx.get("/user")
    assert (user["mobile_phone"], user["enable_voicemail_notify"]) == (("5550100", True) if kept else ("", False))
    pbx.post("/voicemail", {"min_seconds": 9})
    pbx.post("/voicemail", {"retain_days": 1})
    assert pbx.get("/voicemail")["min_seconds"] == (9 if kept else 1)


def unknown_property(pbx: Pbx, value: str) -> None:
    expected = 200 if value == "ignore" else 400
    assert pbx.post(pbx.first_box(), {"color": "red"}).status_code == expected
    assert pbx.post("/user", {"color": "red"}).status_code == expected
    assert pbx.post(pbx.first_box(), {"extension_number": "7999"}).status_code == 200


def extension_number_in_update(pbx: Pbx, value: str) -> None:
    expected = 200 if value == "ignore" else 400
    assert pbx.post(pbx.first_box(), {"extension_number": "7999"}).status_code == expected
    assert pbx.post("/user", {"extension_number": "7999"}).status_code == expected
    assert pbx.get(pbx.first_box())["extension_number"] == "8001"


def pin_reply(pbx: Pbx, value: str) -> None:
    path = pbx.create()
    expected = {"clear": "259183", "absent": None, "empty": "", "masked": "******"}[value]
    listed = pbx.get("/shared_voicemails", filter="extension_number eq '7100'")["items"][0]
    assert pbx.get(path).get("pin") == listed.get("pin") == expected
    pin = pbx.get("/user").get("voicemail_pin")
    assert re.fullmatch(r"\d{6}", pin) if value == "clear" else pin == expected
    assert ("pin" in listed) == (value != "absent")


def blank_reply(pbx: Pbx, value: str) -> None:
    box, user = pbx.get(pbx.create()), pbx.get("/user")
    assert ("recipients" in box) == ("mobile_phone" in user) == (value != "absent")
    if value != "absent":
        assert box["recipients"] == user["mobile_phone"] == {"empty": "", "null": None}[value]


def id_shape(pbx: Pbx, value: str) -> None:
    for key in (pbx.get("/tenant")["id"], pbx.get("/user")["id"], pbx.create().rpartition("/")[2]):
        digits = key if value == "digits" else base64.b64decode(key, validate=True).decode()
        assert re.fullmatch(r"\d{18}", digits)
    assert pbx.get(pbx.first_box())["extension_number"] == "8001"
    message = pbx.get(f"{pbx.first_box()}/voicemails")["items"][0]
    assert httpx.get(pbx.server.origin + message["file_url"]).status_code == 200


def created_at_shape(pbx: Pbx, value: str) -> None:
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d" + (r"\.\d{6}Z" if value == "microseconds" else "Z")
    shown = pbx.get(f"{pbx.first_box()}/voicemails")["items"][0]["created_at"]
    assert re.fullmatch(form, shown)
    assert re.fullmatch(form, pbx.get("/user")["created_at"])


def create_defaults(pbx: Pbx, value: str) -> None:
    box = pbx.get(pbx.create())
    assert (box["enable_pin"], box["enable_email_notify"], box["recipients"]) == (True, False, "")
    assert (box["prompt"], box["play_datetime"]) == (("en-US", "DISABLE") if value == "set" else ("", ""))


def greeting_enable(pbx: Pbx, value: str) -> None:
    path = pbx.first_box()
    for key in [pbx.greeting(path, tone(1)).json()["id"] for _place in range(2)]:
        pbx.post(f"{path}/greetings/{key}/enable")
    enabled = [one["enabled"] for one in pbx.get(f"{path}/greetings")["items"]]
    assert enabled == [value == "independent", True]


def greeting_audio(pbx: Pbx, value: str) -> None:
    assert pbx.greeting(pbx.first_box(), b"no audio").status_code == (400 if value == "checked" else 201)


def blob_access(pbx: Pbx, value: str) -> None:
    url = pbx.server.origin + pbx.get(f"{pbx.first_box()}/voicemails")["items"][0]["file_url"]
    assert httpx.get(url).status_code == (200 if value == "public" else 401)
    assert pbx.client.get(url).status_code == 200


def download_marks_read(pbx: Pbx, value: bool) -> None:
    path = f"{pbx.first_box()}/voicemails"
    message = pbx.get(path)["items"][0]
    httpx.get(pbx.server.origin + message["file_url"])
    assert pbx.get(f"{path}/{message['id']}")["status"] == ("READ" if value else "UNREAD")


def automatic_cleanup(pbx: Pbx, value: bool) -> None:
    path = f"{pbx.first_box()}/voicemails"
    oldest = pbx.get(path)["items"][0]["id"]
    assert pbx.get(path)["count"] == 4
    pbx.post("/voicemail", {"retain_days": 10})
    assert pbx.get(path)["count"] == (1 if value else 4)
    assert pbx.client.get(f"{path}/{oldest}").status_code == (404 if value else 200)
    pbx.post("/voicemail", {"retain_days": 0})
    assert pbx.get(path)["count"] == (1 if value else 4)


def arriving_messages(pbx: Pbx, value: int) -> None:
    path = f"{pbx.first_box()}/voicemails"
    assert [pbx.get(path)["count"] for _page in range(4)] == [4 + min(value, page) for page in (1, 2, 3, 4)]


def default_order(pbx: Pbx, value: str) -> None:
    pbx.server.simulation.reset(30)
    pbx.log_in()
    created = [str(number) for number in range(8001, 8031)]
    shown = [one["extension_number"] for one in pbx.get("/shared_voicemails")["items"]]
    assert sorted(shown) == created
    assert (shown == created, shown == created[::-1]) == (value == "creation", value == "reverse")
    pages = [pbx.get("/shared_voicemails", top=7, skip=skip)["items"] for skip in range(0, 30, 7)]
    assert [one["extension_number"] for page in pages for one in page] == shown


def page_limit(pbx: Pbx, value: int) -> None:
    page = pbx.get("/shared_voicemails", top=50)
    assert (page["count"], len(page["items"])) == (3, min(3, value))


def filter_support(pbx: Pbx, value: str) -> None:
    reply = pbx.client.get("/shared_voicemails", params={"filter": "extension_number eq '8002'"})
    if value == "refused":
        assert refused(reply) == ("400", "VALIDATE_FAILED")
    else:
        assert reply.json()["count"] == (1 if value == "full" else 3)


def pin_minimum(pbx: Pbx, value: int) -> None:
    pins = {size: "25913846"[:size] for size in (4, 5, 6, 7)}
    accepted = {size for size, pin in pins.items() if pbx.post(pbx.first_box(), {"pin": pin}).status_code == 200}
    assert accepted == {size for size in pins if size >= value}


def pin_maximum(pbx: Pbx, value: int) -> None:
    pins = {size: ("2591384602" * 4)[:size] for size in (8, 10, 12, 32)}
    accepted = {size for size, pin in pins.items() if pbx.post(pbx.first_box(), {"pin": pin}).status_code == 200}
    assert accepted == {size for size in pins if size <= value}


# Each function above has the name of its behavior. A behavior without one fails here.
EFFECTS: dict[str, Callable[[Pbx, Any], None]] = {one.name: globals()[one.name] for one in BEHAVIORS}
# Tested values of numeric behaviors.
NUMBERS = {
    "login_attempts": (0, 2),
    "token_lifetime": (1800, 3600),
    "rate_limit": (0, 5),
    "arriving_messages": (0, 2),
    "page_limit": (100, 2),
    "pin_minimum": (4, 6),
    "pin_maximum": (10, 32),
}
SETTINGS = [
    pytest.param(one.name, value, id=f"{one.name}={value}")
    for one in BEHAVIORS
    for value in (one.accepts if isinstance(one.accepts, tuple) else NUMBERS.get(one.name, (False, True)))
]


@pytest.mark.parametrize(("behavior", "value"), SETTINGS)
def test_effect(pbx: Pbx, behavior: str, value: Any) -> None:
    pbx.set(**{behavior: value})
    EFFECTS[behavior](pbx, value)
