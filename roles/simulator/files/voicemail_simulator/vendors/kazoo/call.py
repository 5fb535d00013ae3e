# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request, the errors that end it, and the reply envelopes (docs/vendors/kazoo.md, "Addresses and envelopes")."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .installation import Installation

VERSIONS = {"4.3": "4.3.142", "M": "4.0.0", "5": "5.3.12"}
EXPIRES = "Fri, 01 Jan 1999 00:00:00 GMT"
NODE = "simulatornode"


class Failure(Exception):
    """An error reply. `bare` replies have no Content-Type, like those that KAZOO sends before it selects a module."""

    def __init__(self, status: int, message: str, data: Any, *, bare: bool = False) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.data = data
        self.bare = bare


class EmptyReply(Exception):
    """A reply of the HTTP layer itself: a status with an empty body."""

    def __init__(self, status: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(str(status))
        self.status = status
        self.headers = headers or {}


class EndlessLoop(Exception):
    """A request that causes an endless loop in KAZOO. It is never answered."""


def bad_identifier(cause: Any) -> Failure:
    """Return the 404 of an unknown document."""
    return Failure(404, "bad_identifier", {"message": "bad identifier", "cause": cause})


def invalid(errors: Mapping[str, Any], *, bare: bool = False) -> Failure:
    """Return the 400 with errors by field."""
    return Failure(400, "validation error", dict(errors), bare=bare)


def faulty_request(message: str) -> Failure:
    """Return the 404 of an invalid query parameter."""
    return Failure(404, "faulty_request", {"message": message})


class DelayedSave(Exception):
    """A valid request that is saved after a delay, in which other requests are served.

    :param finish: saves and returns the reply. It may raise Failure.
    """

    def __init__(self, seconds: float, finish: Callable[[], Response]) -> None:
        super().__init__()
        self.seconds = seconds
        self.finish = finish


class Call:
    """A request with its parsed content, and methods that build its reply."""

    def __init__(self, vendor: Installation, request: Request) -> None:
        self.vendor = vendor
        self.request = request
        self.profile: str = vendor.behaviors.profile
        self.method = request.method
        self.path = request.scope["path"].rstrip("/")
        self.query = request.query_params
        self.headers = request.headers
        self.request_id = self.headers.get("x-request-id") or vendor.new_id()
        self.content_type = ""
        self.envelope: dict[str, Any] = {}
        self.data: Any = {}
        self.files: list[tuple[str, bytes, str | None]] = []
        self.parsed = True
        self.token: str | None = None
        self.claims: dict[str, Any] | None = None
        self.account_id = ""
        self.remaining = 100
        # Errors of downloads are JSON with the media type of the download.
        self.error_type = "application/json"

    def now(self) -> int:
        """Return the time in Gregorian seconds."""
        return self.vendor.state.now()

    def value(self, name: str) -> Any:
        """Return a request parameter from data, envelope or query string, in that order."""
        if isinstance(self.data, dict) and name in self.data:
            return self.data[name]
        if name in self.envelope:
            return self.envelope[name]
        return self.query.get(name)

    def reply(
        self,
        data: Any,
        status: int = 200,
        *,
        revision: str | None = None,
        metadata: dict[str, Any] | None = None,
        page: dict[str, Any] | None = None,
        etag: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Return a success envelope around `data`."""
        body = {**(page or {}), **self._common(metadata), "data": data}
        if revision is not None:
            body["revision"] = revision
        body["status"] = "success"
        sent = {"x-request-id": self.request_id}
        if etag is not None:
            sent["etag"] = etag
        if self.method == "GET":
            sent["expires"] = EXPIRES
        if headers:
            sent.update(headers)
        return Response(self._render(body), status, sent, media_type="application/json")

    def created(self, data: Any, identifier: str, revision: str | None, **more: Any) -> Response:
        """Return a 201 with the location of the new document."""
        headers = {"location": f"{self.path}/{identifier}", **more.pop("headers", {})}
        return self.reply(data, 201, revision=revision, headers=headers, **more)

    def fail(self, failure: Failure, page: dict[str, Any] | None = None) -> Response:
        """Return an error envelope."""
        body = {
            **(page or {}),
            **self._common(None),
            "data": failure.data,
            "error": str(failure.status),
            "message": failure.message,
            "status": "error",
        }
        sent = {"x-request-id": self.request_id}
        if not failure.bare:
            sent["content-type"] = self.error_type
        return Response(self._render(body), failure.status, sent)

    def _common(self, metadata: dict[str, Any] | None) -> dict[str, Any]:
        moment = datetime.fromtimestamp(self.vendor.clock.now(), UTC)
        common: dict[str, Any] = {}
        if self.claims is not None or self.profile == "4.3":
            common["version"] = VERSIONS[self.profile]
        common["timestamp"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        common["node"] = NODE
        common["request_id"] = self.request_id
        if self.profile != "4.3":
            common["tokens"] = {"consumed": 1, "remaining": self.remaining}
        if self.token is not None:
            common["auth_token"] = self.token
        if self.profile == "5":
            common["metadata"] = metadata or {}
        return common

    def _render(self, body: dict[str, Any]) -> bytes:
        if self.query.get("pretty_print") == "true":
            return json.dumps(body, indent=2, separators=(",", " : ")).encode()
        return json.dumps(body, separators=(",", ":")).encode()

    def crash(self) -> None:
        """Simulate a crashing handler: 5 returns 500 (raises Failure), 4.3 and M continue without an error."""
        if self.profile == "5":
            raise Failure(500, "request execution failed", {})

    def check_if_match(self, revision: str | None) -> None:
        """Raise 412 where the client's precondition fails, and 304 where it already has this revision."""
        requested = self.headers.get("if-match")
        if requested is not None and (revision is None or not etag_matches(requested, revision)):
            raise EmptyReply(412)
        known = self.headers.get("if-none-match")
        if known is not None and revision is not None and self.method == "GET" and etag_matches(known, revision):
            raise EmptyReply(304, {"etag": f'"{revision}"', "expires": EXPIRES})


def etag_matches(header: str, revision: str) -> bool:
    """Check whether a precondition header names this revision."""
    return any(one.strip() in ("*", f'"{revision}"') for one in header.split(","))


def accepts(header: str | None, offered: tuple[str, ...]) -> str | None:
    """Return the first offered media type that an Accept header allows, or None."""
    if not header:
        return offered[0]
    requested = [part.split(";")[0].strip().lower() for part in header.split(",")]
    for one in requested:
        for offer in offered:
            if one in ("*/*", offer, offer.split("/")[0] + "/*"):
                return offer
    return None
