# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages: list, read and download (docs/vendors/tel4vn.md, "Messages")."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .audio import MEDIA_TYPES, recording_id, recording_of
from .installation import Installation
from .listing import list_reply
from .replies import Refusal, missing_reply, single

LOCAL_TIME = timezone(timedelta(hours=7))


class Messages:
    """Handlers of `/v1/voicemail/message`.

    :param check_token: raises Refusal for a request without a valid token.
    :param api_hosts: the hosts under which clients have called the API.
    """

    def __init__(self, installation: Installation, check_token: Callable[[Request], None], api_hosts: set[str]) -> None:
        self._installation = installation
        self._behaviors = installation.behaviors
        self._state = installation.state
        self._check_token = check_token
        self._api_hosts = api_hosts

    async def list(self, request: Request) -> Response:
        """Handle `GET /v1/voicemail/message`."""
        extension = request.query_params.get("extension")
        self._add_arriving_message(extension)
        origin = self._download_origin(request)
        return list_reply(
            self._installation, request, "messages", lambda message: shown_message(message, origin), extension
        )

    def _add_arriving_message(self, extension: str | None) -> None:
        if self._behaviors.arriving_messages <= 0:
            return
        if extension is None:
            box = next(iter(self._state.boxes.values()), None)
        else:
            box = self._state.box_of_extension(extension)
        if box is not None:
            self._behaviors.arriving_messages -= 1
            self._installation.add_message(box["extension"])

    async def read(self, request: Request) -> Response:
        """Handle `GET /v1/voicemail/message/{id}`."""
        message = self._state.messages.get(request.path_params["id"])
        if message is None:
            return missing_reply(self._behaviors)
        return single(self._behaviors, shown_message(message, self._download_origin(request)))

    async def download(self, request: Request) -> Response:
        """Handle `GET /v1/voicemail/message/{id}/download`."""
        is_other_host = (
            self._behaviors.download_host == "other" and request.headers.get("host", "") not in self._api_hosts
        )
        if is_other_host and "authorization" in request.headers:
            # The token is for the API's host only. This error exposes clients that send it to another host.
            raise Refusal(403, "the token was sent to another host")
        if not is_other_host:
            self._check_token(request)
        try:
            message = self._state.messages.get(recording_id(request.path_params["id"]))
        except ValueError:
            message = None
        if message is None:
            raise Refusal(404, "Not Found")
        if self._behaviors.download_marks_read and not message["read"]:
            self._state.messages[message["id"]] = message | {"read": True}
        form = self._behaviors.recording_format
        headers = {"content-disposition": f'attachment; filename="msg_{request.path_params["id"]}.{form}"'}
        return Response(recording_of(message, form), media_type=MEDIA_TYPES[form], headers=headers)

    def _download_origin(self, request: Request) -> str:
        host = request.headers.get("host", "")
        return f"{request.url.scheme}://{other_host(host) if self._behaviors.download_host == 'other' else host}"


def shown_message(message: dict[str, Any], origin: str) -> dict[str, Any]:
    """Return a message as replies show it. `origin` is scheme, host and port of the download link."""
    return {
        "id": message["id"],
        "created_at": datetime.fromtimestamp(message["created_epoch"], LOCAL_TIME).isoformat(timespec="seconds"),
        "caller_id_name": message["caller_id_name"],
        "caller_id_number": message["caller_id_number"],
        "duration": message["duration"],
        "extension": message["extension"],
        "download_url": f"{origin}/v1/voicemail/message/{recording_id(message['id'])}/download",
    }


def other_host(host: str) -> str:
    """Return another name, with the same port, under which this simulator is reachable."""
    name, colon, port = host.partition(":")
    return ("127.0.0.1" if name == "localhost" else "localhost") + colon + port
