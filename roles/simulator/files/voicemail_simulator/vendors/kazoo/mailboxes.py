# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes: create, read, replace, patch and delete (docs/vendors/kazoo.md, "Mailboxes")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from ...store import Document
from .call import Call, DelayedSave, EmptyReply, Failure, bad_identifier, invalid
from .schema import mailbox_schema
from .state import searched_number
from .validation import Errors, check, wrong_type

WARNING = {"warning": "214 Transformation applied: attribute notify_email_address replaced"}
CONFLICT = {"message": "conflicting documents"}


def drop_private(data: dict[str, Any]) -> dict[str, Any]:
    """Return request data without the keys that only the server may write."""
    return {name: value for name, value in data.items() if not name.startswith(("_", "pvt_")) and name != "id"}


def drop_nulls(value: Any) -> Any:
    """Return a value without nulls in objects, at any depth."""
    if not isinstance(value, dict):
        return value
    return {name: drop_nulls(one) for name, one in value.items() if one is not None}


def merge(stored: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return a patched document: null removes a key, an empty object replaces it, other objects are merged."""
    merged = drop_nulls(stored)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and value:
            below = merged.get(name)
            merged[name] = merge(below if isinstance(below, dict) else {}, value)
        else:
            merged[name] = value
    return merged


def validate(call: Call, public: dict[str, Any], box_id: str | None) -> dict[str, Any]:
    """Check a whole document and return it with its defaults. Raises Failure."""
    behaviors = call.vendor.behaviors
    errors: Errors = {}
    checked = check(
        mailbox_schema(call.profile, behaviors.max_pin_length), public, errors, strict=behaviors.strict_schema
    )
    if (not errors or call.profile != "5") and not is_unique(call, checked, box_id):
        words = "mailbox number, alias" if call.profile == "5" else "mailbox number"
        errors.setdefault("mailbox", {})["unique"] = {"message": f"Invalid {words} or already exists"}
    if errors:
        raise invalid(errors)
    return checked


def is_unique(call: Call, public: dict[str, Any], box_id: str | None) -> bool:
    """Check whether no other mailbox has the number.

    4.3 and M search for a whole number among the occupied ones. They do not search for other text.
    """
    index = call.vendor.state.indexes[call.account_id]
    mailbox = public.get("mailbox")
    if not isinstance(mailbox, str):
        return True
    if call.profile == "5":
        return all(not index.texts.get(text, set()) - {box_id} for text in {mailbox, *public.get("aliases", ())})
    number = searched_number(mailbox)
    hits = index.numbers.get(number, set()) if number is not None else set()
    return not hits or hits == {box_id}


def object_of(call: Call) -> dict[str, Any]:
    """Return the request's data, which must be an object. Raises Failure."""
    if not isinstance(call.data, dict):
        raise invalid({"": wrong_type("object", call.data)})
    return call.data


def reply_box(call: Call, box: Document, status: int = 200, *, etag: bool = False, deleted: bool = False) -> Response:
    """Return a reply with a whole document."""
    data = call.vendor.public_box(box)
    metadata = {"id": box["id"], "created": box["created"], "modified": box["modified"]}
    if deleted:
        metadata["deleted"] = True
        if call.profile != "5":
            data["_read_only"] = {"deleted": True}
    warn = call.profile != "5" and call.method in ("PUT", "POST", "PATCH") and data.get("notify_email_addresses")
    headers = dict(WARNING) if warn else {}
    if status == 201:
        return call.created(data, box["id"], box["rev"], metadata=metadata, headers=headers)
    tag = f'"{box["rev"]}"' if etag else None
    return call.reply(data, status, revision=box["rev"], metadata=metadata, etag=tag, headers=headers)


def write_failed(call: Call, failure: Failure) -> Response:
    """Raise the failure of a save, or return a success without a write, as 4.3 and M do."""
    if call.vendor.masks_write_errors():
        return call.reply(failure.data)
    raise failure


def has_conflict(call: Call) -> bool:
    """Check whether this write conflicts with another client, and count it (behavior `conflict_writes`)."""
    left = call.vendor.behaviors.conflict_writes
    if left > 0:
        call.vendor.behaviors.conflict_writes = left - 1
    return left > 0


def payment_required(call: Call, public: dict[str, Any], before: dict[str, Any] | None) -> Failure | None:
    """Return the refusal of a write whose charge was not accepted, or None (behavior `billable`)."""
    if not call.vendor.behaviors.billable or str(call.value("accept_charges")).lower() == "true":
        return None
    items = {} if before is not None else {"mailbox": 1}
    if public.get("transcribe") and not (before or {}).get("transcribe"):
        items["transcription"] = 1
    if not items:
        return None
    quote = {name: {"category": "voicemails", "item": name, "quantity": 1, "rate": 1.0} for name in items}
    return Failure(402, "accept charges", {"voicemails": quote})


def create_box(call: Call) -> Response:
    """Handle `PUT /vmboxes`."""
    data = object_of(call)
    box_id = chosen_id(call, data)
    public = validate(call, drop_private(data), None)
    if "if-match" in call.headers:
        raise EmptyReply(412)
    refusal = payment_required(call, public, None)
    if refusal is not None:
        raise refusal
    state = call.vendor.state

    def save() -> Response:
        if box_id is not None and state.is_used(call.account_id, box_id):
            raise Failure(409, "datastore_conflict", CONFLICT)
        return reply_box(call, state.save_box(call.account_id, box_id or call.vendor.new_id(), public), 201)

    return save_checked(call, save)


def save_checked(call: Call, save: Callable[[], Response]) -> Response:
    """Save a checked mailbox, or delay the save as if two nodes checked at the same time (`uniqueness_delay`)."""
    if call.vendor.behaviors.uniqueness_delay > 0:
        raise DelayedSave(call.vendor.behaviors.uniqueness_delay, save)
    return save()


def chosen_id(call: Call, data: dict[str, Any]) -> str | None:
    """Return the id that the client chose, or None where the installation ignores it. Raises Failure."""
    box_id = data.get("id")
    if not isinstance(box_id, str) or not call.vendor.accepts_client_ids():
        return None
    if call.profile == "5" and len(box_id) != 32:
        rule, words = ("minLength", "be at least") if len(box_id) < 32 else ("maxLength", "not be more than")
        message = f"String must {words} 32 characters"
        raise invalid({"id": {rule: {"message": message, "target": 32, "cause": box_id, "value": box_id}}})
    return box_id


def read_box(call: Call, box_id: str) -> Response:
    """Handle `GET /vmboxes/{BOX}`."""
    box = call.vendor.state.cached_box(call.account_id, box_id)
    if box is None:
        raise bad_identifier(box_id)
    call.check_if_match(box["rev"])
    return reply_box(call, box, etag=True)


def replace_box(call: Call, box_id: str) -> Response:
    """Handle `POST /vmboxes/{BOX}`: keys that are not sent are deleted."""
    public = validate(call, drop_private(object_of(call)), box_id)
    return write_box(call, box_id, public)


def patch_box(call: Call, box_id: str) -> Response:
    """Handle `PATCH /vmboxes/{BOX}`: of an unknown mailbox, the patch alone is checked."""
    patch = drop_private(object_of(call))
    box = call.vendor.state.box(call.account_id, box_id)
    public = patch if box is None else merge(box["public"], patch)
    return write_box(call, box_id, validate(call, public, box_id))


def write_box(call: Call, box_id: str, public: dict[str, Any]) -> Response:
    """Replace a mailbox by a valid document."""
    state = call.vendor.state
    box = state.box(call.account_id, box_id)
    if box is None:
        raise bad_identifier(box_id)
    call.check_if_match(box["rev"])
    refusal = payment_required(call, public, box["public"])
    if refusal is not None:
        return write_failed(call, refusal)
    if has_conflict(call):
        return write_failed(call, Failure(409, "datastore_conflict", CONFLICT))

    def save() -> Response:
        return reply_box(call, state.save_box(call.account_id, box_id, public))

    return save_checked(call, save) if public.get("mailbox") != box["public"].get("mailbox") else save()


def delete_box(call: Call, box_id: str) -> Response:
    """Handle `DELETE /vmboxes/{BOX}`: report success even when a message prevents the deletion."""
    state = call.vendor.state
    box = state.box(call.account_id, box_id)
    if box is None:
        raise bad_identifier(box_id)
    call.check_if_match(box["rev"])
    messages = call.vendor.inside_retention(state.messages_of(call.account_id, box_id))
    if any(map(breaks_deletion, messages)):
        call.crash()
        return reply_box(call, box, deleted=True)
    if has_conflict(call):
        raise Failure(409, "datastore_conflict", CONFLICT)
    for message in messages:
        state.save_message(message, deleted=True, metadata={**message["metadata"], "folder": "deleted"})
    if call.query.get("should_soft_delete") == "false":
        state.erase_box(call.account_id, box_id)
    else:
        state.save_box(call.account_id, box_id, box["public"], deleted=True)
    return reply_box(call, box, deleted=True)


def breaks_deletion(message: Document) -> bool:
    """Check whether deleting a message crashes: KAZOO expects exactly one at sign in each address."""
    return any(message["metadata"][name].count("@") != 1 for name in ("from", "to"))
