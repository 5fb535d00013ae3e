# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TEL4VN vendor: routes, logins and what they do to the state (contract: TEL4VN)."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from ...vendor import SimulatedVendor
from . import login
from .behaviors import BEHAVIORS
from .messages import MEDIA_TYPES, other_host, recording_id, recording_of, shown_message
from .replies import SUCCESS, Refusal, error_reply, listing, shown_box, single
from .requests import checked_box, paging, read_json, stored_mail_to
from .seeds import fill
from .state import State

Handler = Callable[[Request], Awaitable[Response]]


class SimulatedTel4vn(SimulatedVendor):
    """One TEL4VN tenant. Log in with USERNAME and PASSWORD, or with API_KEY."""

    name = "tel4vn"
    base_path = "/v1"
    behavior_definitions = BEHAVIORS
    USERNAME = login.USERNAME
    PASSWORD = login.PASSWORD
    API_KEY = login.API_KEY

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.state = State(self.store)
        self._api_hosts: set[str] = set()

    def rebuild(self) -> None:
        self.state.rebuild()

    def seed(self, mailboxes: int, messages: int) -> None:
        fill(self, mailboxes, messages)

    def routes(self) -> list[BaseRoute]:
        table: list[tuple[str, str, Handler]] = [
            ("POST", "/v1/auth", self.login),
            ("POST", "/v1/auth/token", self.create_token),
            ("POST", "/v3/auth/token", self.create_token),
            ("GET", "/v1/voicemail", self.guarded(self.list_boxes)),
            ("POST", "/v1/voicemail", self.guarded(self.create_box)),
            # Before the box itself: the word message is no extension.
            ("GET", "/v1/voicemail/message", self.guarded(self.list_messages)),
            ("GET", "/v1/voicemail/message/{id}", self.guarded(self.read_message)),
            ("GET", "/v1/voicemail/message/{id}/download", self.download),
            ("GET", "/v1/voicemail/{id}", self.guarded(self.read_box)),
            ("PUT", "/v1/voicemail/{id}", self.guarded(self.update_box)),
            ("DELETE", "/v1/voicemail/{id}", self.guarded(self.delete_box)),
        ]
        return [Route(path, self.answering(handler), methods=[method]) for method, path, handler in table]

    def answering(self, handler: Handler) -> Handler:
        """Turn what a handler refuses into an error reply."""

        async def call(request: Request) -> Response:
            try:
                return await handler(request)
            except Refusal as refusal:
                is_write = request.method in ("POST", "PUT", "DELETE") and "/auth" not in request.url.path
                return error_reply(self.behaviors, refusal, is_write=is_write)

        return call

    def guarded(self, handler: Handler) -> Handler:
        """Let a handler run only for requests with a valid token."""

        async def call(request: Request) -> Response:
            self.check_token(request)
            self._api_hosts.add(request.headers.get("host", ""))
            return await handler(request)

        return call

    def check_token(self, request: Request) -> None:
        """Raise Refusal unless the request bears a token that is known and not over."""
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        known = self.state.tokens.get(token.strip()) if scheme.lower() == "bearer" else None
        if known is None:
            raise Refusal(401, "token is invalid")
        if known["expires"] <= self.clock.now():
            raise Refusal(401, "token is expired")

    async def login(self, request: Request) -> Response:
        return JSONResponse({"data": login.check_login(await read_json(request))})

    async def create_token(self, request: Request) -> Response:
        login.check_api_key(await read_json(request))
        now = self.clock.now()
        token = f"{self.random.getrandbits(256):064x}"
        self.state.tokens[token] = {"expires": now + self.behaviors.token_ttl}
        form = self.behaviors.token_reply
        if form == "by_version":
            form = request.url.path[1:3]
        return JSONResponse(login.token_reply(form, token, now, now + self.behaviors.token_ttl))

    async def list_boxes(self, request: Request) -> Response:
        return self._listing(request, "boxes", None, lambda box: shown_box(self.behaviors, box))

    async def list_messages(self, request: Request) -> Response:
        origin = self.download_origin(request)
        extension = request.query_params.get("extension")
        box = (
            next(iter(self.state.boxes.values()), None) if extension is None else self.state.box_of_extension(extension)
        )
        if self.behaviors.arriving_messages > 0 and box is not None:
            self.behaviors.arriving_messages -= 1
            self.add_message(box["extension"])
        return self._listing(request, "messages", extension, lambda message: shown_message(message, origin))

    def _listing(
        self, request: Request, kind: str, extension: str | None, shown: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> Response:
        limit, offset = paging(request, self.behaviors)
        rows, total = self.state.page(
            kind,
            offset,
            limit,
            extension=extension,
            order=self.behaviors.list_order,
            chance=self.random,
            stale=self.faults.stale(request),
        )
        return listing(self.behaviors, [shown(row) for row in rows], limit, offset, total)

    def missing(self) -> Response:
        """The reply to a GET of what does not exist. Raises Refusal."""
        if self.behaviors.get_missing == "null":
            return single(self.behaviors, None)
        if self.behaviors.get_missing == "400":
            raise Refusal(400, "record not found")
        raise Refusal(404, "Not Found")

    async def read_box(self, request: Request) -> Response:
        box = self.state.box(request.path_params["id"])
        return self.missing() if box is None else single(self.behaviors, shown_box(self.behaviors, box))

    async def create_box(self, request: Request) -> Response:
        given = checked_box(await read_json(request), ("extension", "password", "enabled"))
        existing = self.state.box_of_extension(given["extension"])
        conflict = self.behaviors.create_conflict
        if existing is not None and conflict in ("400", "409"):
            raise Refusal(int(conflict), "extension is already taken")
        status = int(self.behaviors.create_status)
        if existing is not None and conflict == "update":
            box = existing | self._stored(given)
            self.state.boxes[box["id"]] = box
            status = 200
        else:
            unset = {"mail_to": "", "local_after_email": None, "description": ""}
            box = {"id": self.new_id()} | unset | self._stored(given)
            self.state.add_box(box)
        return JSONResponse({"data": shown_box(self.behaviors, box), "message": SUCCESS}, status)

    async def update_box(self, request: Request) -> Response:
        box = self.state.box(request.path_params["id"])
        if box is None:
            raise Refusal(404, "Not Found")
        given = checked_box(await read_json(request), ("password", "enabled"))
        given.pop("extension", None)
        omitted: dict[str, Any] = {}
        if self.behaviors.put_omitted == "cleared":
            omitted = {"local_after_email": False, "mail_to": "", "description": ""}
        elif self.behaviors.put_omitted == "default":
            omitted = {"local_after_email": None, "mail_to": "", "description": ""}
        self.state.boxes[box["id"]] = box | omitted | self._stored(given)
        return JSONResponse({"message": SUCCESS})

    def _stored(self, given: dict[str, Any]) -> dict[str, Any]:
        if "mail_to" in given:
            given["mail_to"] = stored_mail_to(self.behaviors, given["mail_to"])
        return given

    async def delete_box(self, request: Request) -> Response:
        box = self.state.box(request.path_params["id"])
        if box is not None:
            self.state.delete_box(box)
        elif self.behaviors.delete_missing == "404":
            raise Refusal(404, "Not Found")
        return (
            Response(status_code=204) if self.behaviors.delete_status == "204" else JSONResponse({"message": SUCCESS})
        )

    async def read_message(self, request: Request) -> Response:
        message = self.state.messages.get(request.path_params["id"])
        if message is None:
            return self.missing()
        return single(self.behaviors, shown_message(message, self.download_origin(request)))

    def download_origin(self, request: Request) -> str:
        """Scheme, host and port of download links."""
        host = request.headers.get("host", "")
        return f"{request.url.scheme}://{other_host(host) if self.behaviors.download_host == 'other' else host}"

    async def download(self, request: Request) -> Response:
        foreign = self.behaviors.download_host == "other" and request.headers.get("host", "") not in self._api_hosts
        if foreign and "authorization" in request.headers:
            # The token is for the API's host only; a client that carries it elsewhere is to be found out.
            raise Refusal(403, "the token was sent to another host")
        if not foreign:
            self.check_token(request)
        try:
            message = self.state.messages.get(recording_id(request.path_params["id"]))
        except ValueError:
            message = None
        if message is None:
            raise Refusal(404, "Not Found")
        if self.behaviors.download_marks_read and not message["read"]:
            self.state.messages[message["id"]] = message | {"read": True}
        form = self.behaviors.recording_format
        headers = {"content-disposition": f'attachment; filename="msg_{request.path_params["id"]}.{form}"'}
        return Response(recording_of(message, form), media_type=MEDIA_TYPES[form], headers=headers)

    def new_id(self) -> str:
        """A new uuid from the seeded random numbers."""
        while True:
            candidate = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
            # The same seed over a state file of an earlier run gives the same numbers again.
            if candidate not in self.state.boxes and candidate not in self.state.messages:
                return candidate

    def add_box(self, extension: str, **fields: Any) -> dict[str, Any]:
        """Put a box in without a request; `fields` are those of the voicemail object."""
        box = {
            "id": self.new_id(),
            "extension": extension,
            "password": f"{self.random.randrange(1000, 10000)}",
            "mail_to": "",
            "local_after_email": True,
            "enabled": True,
            "description": "",
        } | fields
        self.state.add_box(box)
        return box

    def add_message(self, extension: str, **fields: Any) -> dict[str, Any]:
        """Leave a message in the box of an extension, as a caller would. Raises KeyError where there is no box.

        `fields` may give created_epoch (Unix seconds), caller_id_name, caller_id_number, duration (seconds) and read.
        """
        box = self.state.box_of_extension(extension)
        if box is None:
            raise KeyError(extension)
        number = f"0890{self.random.randrange(1_000_000):06d}"
        message = {
            "id": self.new_id(),
            "voicemail_id": box["id"],
            "extension": extension,
            "created_epoch": int(self.clock.now()),
            "caller_id_name": number,
            "caller_id_number": number,
            "duration": self.random.randrange(2, 60),
            "read": False,
        } | fields
        self.state.add_message(message)
        return message
