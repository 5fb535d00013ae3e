# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes: the handlers of each path, and the schemas (docs/vendors/kazoo.md, "Mailboxes" and "Messages")."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from . import accounts, audio, callflows, mailbox_list, mailboxes, media, message_changes, messages
from .call import Call, Failure, bad_identifier, invalid
from .login import Authority
from .schema import published
from .seeds import add_arriving_message
from .validation import Errors, check

Handler = Callable[[Call], Response]
Table = dict[str, Handler]

NEED_NO_TOKEN = ("user_auth", "api_auth", "schemas")


def not_found() -> Failure:
    """Return the 404 of an unknown path."""
    return Failure(404, "not_found", {"message": "not found"}, bare=True)


def find(call: Call, parts: list[str], authority: Authority) -> Table:
    """Return the handlers of a path by method. Raises Failure for an unknown path."""
    match parts:
        case ["user_auth"]:
            return {"PUT": authority.user_auth}
        case ["user_auth", _]:
            return {"GET": forbidden}
        case ["api_auth"]:
            return {"PUT": authority.api_auth}
        case ["token_auth"]:
            return {"GET": authority.token_auth, "DELETE": authority.token_auth}
        case ["schemas"]:
            return {"GET": list_schemas}
        case ["schemas", name]:
            return {"GET": lambda call: read_schema(call, name)}
        case ["schemas", name, "validation"]:
            return {"PUT": lambda call: validate_schema(call, name)}
        case ["accounts", _, *rest]:
            return find_account_path(call, rest)
    raise not_found()


def find_account_path(call: Call, rest: list[str]) -> Table:
    """Return the handlers of a path below an account by method. Raises Failure for an unknown path."""
    match rest:
        case []:
            return {"GET": accounts.read_account}
        case ["children"]:
            return {"GET": accounts.list_children}
        case ["descendants"]:
            return {"GET": accounts.list_descendants}
        case ["users"]:
            return {"GET": accounts.list_users}
        case ["users", user_id]:
            return {"GET": lambda call: accounts.read_user(call, user_id)}
        case ["users", _, "vmboxes"]:
            return {"GET": mailbox_list.list_boxes}
        case ["bulk"] if call.profile == "4.3" and call.vendor.behaviors.cb_bulk:
            return {"GET": mailbox_list.read_bulk}
        case ["vmboxes", *further]:
            return find_box_path(further)
        case ["callflows"]:
            return {"GET": callflows.list_callflows, "PUT": callflows.create_callflow}
        case ["callflows", callflow_id]:
            return {
                "GET": lambda call: callflows.read_callflow(call, callflow_id),
                "POST": lambda call: callflows.replace_callflow(call, callflow_id),
                "PATCH": lambda call: callflows.patch_callflow(call, callflow_id),
                "DELETE": lambda call: callflows.delete_callflow(call, callflow_id),
            }
        case ["media", *further]:
            return find_media_path(further)
    raise not_found()


def find_box_path(rest: list[str]) -> Table:
    """Return the handlers of a path below `/vmboxes` by method. Raises Failure for an unknown path."""
    match rest:
        case []:
            return {"GET": mailbox_list.list_boxes, "PUT": mailboxes.create_box}
        case ["messages"]:
            return {"GET": lambda call: list_messages(call, None)}
        case [box_id]:
            return {
                "GET": lambda call: mailboxes.read_box(call, box_id),
                "POST": lambda call: mailboxes.replace_box(call, box_id),
                "PATCH": lambda call: mailboxes.patch_box(call, box_id),
                "DELETE": lambda call: mailboxes.delete_box(call, box_id),
            }
        case [box_id, "messages"]:
            return {
                "GET": lambda call: list_messages(call, box_id),
                "PUT": lambda call: messages.create_message(call, box_id),
                "POST": lambda call: message_changes.change_messages(call, box_id),
                "DELETE": lambda call: message_changes.delete_messages(call, box_id),
            }
        case [box_id, "messages", "raw"]:
            return {"POST": lambda call: audio.download_several(call, box_id)}
        case [box_id, "messages", message_id]:
            return {
                "GET": lambda call: messages.read_message(call, box_id, message_id),
                "POST": lambda call: message_changes.change_message(call, box_id, message_id),
                "DELETE": lambda call: message_changes.delete_message(call, box_id, message_id),
            }
        case [box_id, "messages", message_id, "raw"]:
            return {
                "GET": lambda call: audio.download(call, box_id, message_id),
                "PUT": lambda call: audio.upload(call, box_id, message_id),
            }
    raise not_found()


def find_media_path(rest: list[str]) -> Table:
    """Return the handlers of a path below `/media` by method. Raises Failure for an unknown path."""
    match rest:
        case []:
            return {"GET": media.list_media, "PUT": media.create_media}
        case [media_id]:
            return {
                "GET": lambda call: media.read_media(call, media_id),
                "POST": lambda call: media.replace_media(call, media_id),
                "DELETE": lambda call: media.delete_media(call, media_id),
            }
        case [media_id, "raw"]:
            return {
                "GET": lambda call: media.download_media(call, media_id),
                "POST": lambda call: media.upload_media(call, media_id),
            }
    raise not_found()


def list_messages(call: Call, box_id: str | None) -> Response:
    """Handle `GET .../messages`. Another message may arrive before it."""
    add_arriving_message(call, box_id)
    return messages.list_messages(call, box_id)


def forbidden(call: Call) -> Response:
    """Refuse to return a token."""
    raise Failure(403, "forbidden", {"message": "forbidden"})


def list_schemas(call: Call) -> Response:
    """Handle `GET /schemas`."""
    return call.reply(sorted(published(call.profile, call.vendor.behaviors.max_pin_length)))


def read_schema(call: Call, name: str) -> Response:
    """Handle `GET /schemas/{NAME}`."""
    schema = published(call.profile, call.vendor.behaviors.max_pin_length).get(name)
    if schema is None:
        raise bad_identifier(name)
    revision = "1-" + f"{len(name):032x}"
    data = {"$schema": "http://json-schema.org/draft-04/schema#", **schema, "id": name}
    return call.reply(data, revision=revision, etag=f'"{revision}"')


def validate_schema(call: Call, name: str) -> Response:
    """Handle `PUT /schemas/{NAME}/validation`."""
    schema = published(call.profile, call.vendor.behaviors.max_pin_length).get(name)
    if schema is None:
        raise bad_identifier(name)
    errors: Errors = {}
    data = check(schema, call.data, errors, strict=call.vendor.behaviors.strict_schema)
    if errors:
        raise invalid(errors)
    return call.reply(data)
