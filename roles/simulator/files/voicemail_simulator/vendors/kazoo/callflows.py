# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Callflows: what happens when a number is called (docs/vendors/kazoo_media.md, "Callflows")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response

from ...store import Document
from .call import Call, EmptyReply, Failure, invalid
from .documents import delete_document, find_document, list_documents, reply_document
from .mailboxes import CONFLICT, drop_private, has_conflict, merge, object_of
from .schema import CALLFLOW
from .validation import Errors, check

#: Numbers that KAZOO rewrites to E.164, by the default of the installation.
TELEPHONE_NUMBER = re.compile(r"\+?1?(\d{10})")


def list_callflows(call: Call) -> Response:
    """Handle `GET /callflows`."""
    return list_documents(call, call.vendor.state.callflows, summary)


def summary(callflow: Document) -> dict[str, Any]:
    """Return one item of the list, without the flow."""
    public = callflow["public"]
    shown = {name: public[name] for name in ("name", "numbers", "patterns", "owner_id") if name in public}
    return {
        "id": callflow["id"],
        **shown,
        "featurecode": public.get("featurecode", False),
        "modules": sorted(set(modules_of(public.get("flow")))),
        "flags": public.get("flags", []),
    }


def modules_of(flow: Any) -> Iterator[str]:
    """Yield the modules of a flow and of its children."""
    if isinstance(flow, dict):
        if "module" in flow:
            yield flow["module"]
        for child in flow.get("children", {}).values():
            yield from modules_of(child)


def create_callflow(call: Call) -> Response:
    """Handle `PUT /callflows`."""
    public = validated(call, drop_private(object_of(call)), None)
    if "if-match" in call.headers:
        raise EmptyReply(412)
    state = call.vendor.state
    saved = state.save_document(state.callflows, call.account_id, call.vendor.new_id(), public)
    return reply_document(call, saved, 201)


def validated(call: Call, public: dict[str, Any], own_id: str | None) -> dict[str, Any]:
    """Check a whole callflow and return it with its defaults. Raises Failure."""
    if not public.get("numbers") and not public.get("patterns"):
        message = "Callflows must be assigned at least one number or pattern"
        raise invalid({"numbers": {"required": {"message": message}}})
    errors: Errors = {}
    checked: dict[str, Any] = check(CALLFLOW, public, errors, strict=call.vendor.behaviors.strict_schema)
    if errors:
        raise invalid(errors)
    checked["numbers"] = [
        TELEPHONE_NUMBER.sub(r"+1\1", number, count=1) if is_telephone(number) else number
        for number in checked["numbers"]
    ]
    for key, thing in (("numbers", "Number"), ("patterns", "Pattern")):
        for value in checked[key]:
            other = holder(call, key, value, own_id)
            if other is not None:
                text = f"{thing} {value} exists in callflow {other['id']} {other['public'].get('name', '')}"
                errors[key] = {"unique": {"message": text, "cause": value}}
    if errors:
        raise invalid(errors)
    return checked


def is_telephone(number: str) -> bool:
    """Check whether KAZOO rewrites a number."""
    return TELEPHONE_NUMBER.fullmatch(number) is not None


def holder(call: Call, key: str, value: str, own_id: str | None) -> Document | None:
    """Return another callflow of the account that has a number or pattern, or None."""
    found: list[Document] = [
        other
        for other in call.vendor.state.callflows.values()
        if other["account_id"] == call.account_id and not other["deleted"] and value in other["public"].get(key, ())
    ]
    return next((other for other in found if other["id"] != own_id), None)


def read_callflow(call: Call, callflow_id: str) -> Response:
    """Handle `GET /callflows/{ID}`: the callflow with the names of the objects that it uses."""
    callflow = find_document(call, call.vendor.state.callflows, callflow_id)
    call.check_if_match(callflow["rev"])
    data = (callflow["public"].get("flow") or {}).get("data", {})
    box = call.vendor.state.box(call.account_id, str(data.get("id", "")))
    known = {} if box is None else {box["id"]: {"name": box["public"]["name"], "pvt_type": "vmbox"}}
    return reply_document(call, callflow, metadata=known)


def replace_callflow(call: Call, callflow_id: str) -> Response:
    """Handle `POST /callflows/{ID}`."""
    return write_callflow(call, callflow_id, validated(call, drop_private(object_of(call)), callflow_id))


def patch_callflow(call: Call, callflow_id: str) -> Response:
    """Handle `PATCH /callflows/{ID}`."""
    callflow = find_document(call, call.vendor.state.callflows, callflow_id)
    merged = merge(callflow["public"], drop_private(object_of(call)))
    return write_callflow(call, callflow_id, validated(call, merged, callflow_id))


def write_callflow(call: Call, callflow_id: str, public: dict[str, Any]) -> Response:
    """Replace a callflow by a valid document."""
    state = call.vendor.state
    callflow = find_document(call, state.callflows, callflow_id)
    call.check_if_match(callflow["rev"])
    if has_conflict(call):
        raise Failure(409, "datastore_conflict", CONFLICT)
    return reply_document(call, state.save_document(state.callflows, call.account_id, callflow_id, public))


def delete_callflow(call: Call, callflow_id: str) -> Response:
    """Handle `DELETE /callflows/{ID}`."""
    return delete_document(call, call.vendor.state.callflows, callflow_id)
