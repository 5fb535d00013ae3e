# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists and replies that media and callflows share (docs/vendors/kazoo_media.md, "Media" and "Callflows")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from ...store import Collection, Document
from .call import Call, Failure, bad_identifier
from .filters import query_test
from .mailbox_list import filtered_value
from .mailboxes import CONFLICT, has_conflict
from .paging import Page, View, list_reply, page_of


def list_documents(call: Call, collection: Collection, summary: Callable[[Document], dict[str, Any]]) -> Response:
    """Return the list of one kind of document, by id."""
    rows, keys, _start = page_of(document_view(call, collection), Page.of(call))
    return list_reply(call, [summary(row) for row in rows], keys)


def document_view(call: Call, collection: Collection) -> View:
    """Return the documents of an account by id. A stale list shows the earlier ones."""
    vendor = call.vendor
    stale: dict[str, Any] | None = vendor.faults.stale(call.request)
    if stale is None and vendor.behaviors.view_lag:
        stale = {"seconds": vendor.behaviors.view_lag}
    found = collection.values() if stale is None else collection.earlier(**stale).values()
    rows = sorted(
        (one for one in found if one["account_id"] == call.account_id and not one["deleted"]),
        key=lambda one: str(one["id"]),
    )
    ids = [one["id"] for one in rows]

    def seek(key: Any) -> int:
        return next((position for position, one in enumerate(ids) if one >= str(key)), len(ids))

    return View(rows, lambda one: one["id"], seek, query_test(call, filtered_value, times=True))


def find_document(call: Call, collection: Collection, identifier: str) -> Document:
    """Return a document of the account. Raises Failure."""
    document: Document | None = collection.get(f"{call.account_id}/{identifier}")
    if document is None or document["deleted"]:
        raise bad_identifier(identifier)
    return document


def reply_document(call: Call, document: Document, status: int = 200, **shown: Any) -> Response:
    """Return a reply with a whole document.

    :param shown: keys that only the reply has.
    """
    data = {**document["public"], **shown, "id": document["id"]}
    metadata: dict[str, Any] = {
        "id": document["id"],
        "created": document["created"],
        "modified": document["modified"],
    }
    if document["deleted"]:
        metadata["deleted"] = True
        if call.profile != "5":
            data["_read_only"] = {"deleted": True}
    if status == 201:
        return call.created(data, document["id"], document["rev"], metadata=metadata)
    return call.reply(data, status, revision=document["rev"], metadata=metadata, etag=f'"{document["rev"]}"')


def delete_document(call: Call, collection: Collection, identifier: str) -> Response:
    """Delete a document softly: its id stays in use."""
    document = find_document(call, collection, identifier)
    call.check_if_match(document["rev"])
    if has_conflict(call):
        raise Failure(409, "datastore_conflict", CONFLICT)
    save = call.vendor.state.save_document
    return reply_document(call, save(collection, call.account_id, identifier, document["public"], deleted=True))
