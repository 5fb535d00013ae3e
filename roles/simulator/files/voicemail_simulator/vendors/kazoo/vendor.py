# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP API of KAZOO (Crossbar), in its order of checks (docs/vendors/kazoo.md, "Three generations")."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from .bodies import read_body
from .call import Call, DelayedSave, EmptyReply, EndlessLoop, Failure, accepts, bad_identifier
from .installation import Installation
from .login import Authority, unauthorized
from .routes import NEED_NO_TOKEN, find
from .seeds import seed

METHODS = ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"]
#: Letters of path and query. Cowboy refuses a longer request line without a body.
LONGEST_TARGET = 8000
TUNNELLED = ("PUT", "DELETE", "PATCH", "GET")


class SimulatedKazoo(Installation):
    """The API of a KAZOO cluster with three accounts, or more (docs/vendors/kazoo.md, "Three generations")."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.authority = Authority(self)
        self._served: dict[tuple[str, int], int] = {}

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v2/{path:path}", self.respond, methods=METHODS),
            Route("/v1/{path:path}", self.respond, methods=METHODS),
        ]

    def rebuild(self) -> None:
        self.state.rebuild()
        self.authority.buckets.clear()

    def seed(self, mailboxes: int, messages: int) -> None:
        seed(self, mailboxes, messages)

    async def respond(self, request: Request) -> Response:
        """Return the reply to a request."""
        if len(request.scope["raw_path"]) + len(request.scope["query_string"]) > LONGEST_TARGET:
            return Response(None, 414)
        call = Call(self, request)
        try:
            try:
                response = self.dispatch(call, await request.body())
            except DelayedSave as delayed:
                await asyncio.sleep(delayed.seconds)
                response = delayed.finish()
        except Failure as failure:
            response = call.fail(failure)
        except EmptyReply as empty:
            response = Response(None, empty.status, {"x-request-id": call.request_id, **empty.headers})
        except EndlessLoop:
            await self.wait_for_disconnect(request)
            response = Response(None, 500)
        self.limit_connection(request, response)
        return response

    def dispatch(self, call: Call, body: bytes) -> Response:
        """Check a request and run its handler. Raises Failure, EmptyReply and EndlessLoop."""
        if call.path.startswith("/v1/") and call.profile != "4.3":
            text = "API version 1 is not supported. Please upgrade your code to use version 2."
            raise Failure(410, "gone", text, bare=True)
        read_body(call, body)
        self.authority.authenticate(call)
        verb = str(call.query.get("verb") or call.envelope.get("verb") or "").upper()
        if call.method == "POST" and verb in TUNNELLED:
            call.method = verb
        parts = [part for part in call.request.path_params["path"].split("/") if part]
        if parts[:1] == ["account"]:
            if call.claims is None:
                raise unauthorized()
            parts[:1] = ["accounts", call.claims["account_id"]]
        handler = find(call, parts, self.authority).get(call.method)
        if handler is None:
            raise Failure(405, "invalid_method", {"message": "method not allowed"}, bare=True)
        if parts[0] == "accounts":
            self.set_account(call, parts[1])
        if call.claims is None and (parts[0] not in NEED_NO_TOKEN or len(parts) > 2):
            raise unauthorized()
        if call.claims is not None:
            self.authority.charge_request(call)
        if call.account_id:
            self.authority.authorize(call)
        if not accepts_json(call, parts):
            raise EmptyReply(406)
        return handler(call)

    def set_account(self, call: Call, account_id: str) -> None:
        """Set the account of the path. Raises Failure for an unknown account."""
        if account_id not in self.state.accounts:
            if call.profile == "5":
                raise Failure(401, "invalid credentials", {"message": "invalid credentials"}, bare=True)
            if len(account_id) != 32:
                data = {"message": f"invalid account_id '{account_id}'"}
                raise Failure(404, "bad identifier", data, bare=True)
            failure = bad_identifier(account_id)
            failure.bare = True
            raise failure
        call.account_id = account_id

    async def wait_for_disconnect(self, request: Request) -> None:
        """Wait until the client disconnects."""
        try:
            while not await request.is_disconnected():
                await asyncio.sleep(0.05)
        except ClientDisconnect:
            return

    def limit_connection(self, request: Request, response: Response) -> None:
        """Close a connection after a number of requests (behavior `requests_per_connection`)."""
        limit = self.behaviors.requests_per_connection
        if not limit or request.client is None:
            return
        client = (request.client.host, request.client.port)
        served = self._served.pop(client, 0) + 1
        if served >= limit:
            response.headers["connection"] = "close"
        else:
            self._served[client] = served


def accepts_json(call: Call, parts: list[str]) -> bool:
    """Check whether the client accepts JSON. Recordings check their own media types."""
    if parts[-1] == "raw":
        return True
    return accepts(call.headers.get("accept"), ("application/json", "text/csv")) is not None
