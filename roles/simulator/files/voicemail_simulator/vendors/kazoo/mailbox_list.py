# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of boxes: summaries, fields, full documents and the bulk module.

See docs/vendors/kazoo.md, "Listing and paging" and "Reading many mailboxes".
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Iterator, Sequence
from typing import Any

from starlette.responses import Response

from ...store import Document
from . import start_keys
from .call import Call, faulty_request, invalid
from .collation import sort_key
from .filters import MISSING, query_test, value_at
from .paging import Page, View, list_reply, page_of
from .validation import required

AFTER_EVERY_ID = "\uffff"


def private_keys(box: Document) -> dict[str, Any]:
    """Return the keys of a stored document that filters can use and replies do not show."""
    return {
        "_id": box["id"],
        "_rev": box["rev"],
        "pvt_type": "vmbox",
        "pvt_created": box["created"],
        "pvt_modified": box["modified"],
        "pvt_account_id": box["account_id"],
    }


def filtered_value(box: Document, path: str) -> Any:
    """Return the value of a key for the filters, private keys included."""
    found = value_at(box["public"], path)
    if found is MISSING:
        return box["id"] if path == "id" else private_keys(box).get(path, MISSING)
    return found


def counters(call: Call, box: Document) -> dict[str, Any]:
    """Return the number of messages in a mailbox, without those of the current second."""
    state = call.vendor.state
    ids = state.indexes[call.account_id].messages.get(box["id"])
    folders = {"saved": 0, "new": 0}
    now = call.now()
    for one in ids or ():
        metadata = state.messages[f"{call.account_id}/{one}"]["metadata"]
        if metadata["folder"] in folders and now - call.vendor.retention() <= metadata["timestamp"] < now:
            folders[metadata["folder"]] += 1
    total = folders["saved"] + folders["new"]
    return {"messages": total, "folders": folders} if total else {"messages": 0}


def summary(call: Call, box: Document) -> dict[str, Any]:
    """Return one item of a list."""
    public = box["public"]
    item = {"id": box["id"], "name": public["name"], "mailbox": public["mailbox"]}
    if "owner_id" in public:
        item["owner_id"] = public["owner_id"]
    count = counters(call, box)
    if call.profile != "5" or count["messages"]:
        item["messages"] = count["messages"]
    item["flags"] = public.get("flags", [])
    if "folders" in count:
        item["folders"] = count["folders"]
    return item


def requested_fields(call: Call) -> list[str]:
    """Return the paths of the `fields` parameter, an empty list where the profile ignores it. Raises Failure."""
    text = call.query.get("fields")
    if text is None or not call.vendor.has_fields():
        return []
    try:
        fields = json.loads(text)
    except json.JSONDecodeError:
        raise faulty_request("invalid fields") from None
    if isinstance(fields, str):
        fields = fields.split(",")
    elif isinstance(fields, dict):
        fields = [name for name, requested in fields.items() if requested is True]
    if not isinstance(fields, list) or not all(isinstance(one, str) for one in fields):
        raise faulty_request("invalid fields")
    return [one for one in fields if not one.startswith(("_", "pvt_")) and one != "id"]


def projection(call: Call, box: Document, fields: list[str]) -> dict[str, Any]:
    """Return the requested keys of a document, without missing ones."""
    item: dict[str, Any] = {"id": box["id"]}
    for path in fields:
        value = value_at(box["public"], path)
        if value is MISSING:
            continue
        *parents, last = path.split(".")
        target = item
        for step in parents:
            target = target.setdefault(step, {})
        target[last] = value
    count = counters(call, box)
    return {**item, **count} if count["messages"] else item


def list_boxes(call: Call) -> Response:
    """Handle `GET /vmboxes`, also below a user, where the owner is ignored."""
    page = Page.of(call)
    fields = requested_fields(call)
    lost = call.vendor.behaviors.short_filters if "filter__rev" in call.query else 0
    view = box_view(call)
    rows, keys, start = page_of(view, page)
    if page.size is None:
        # A loaded server answers with too few, and with success.
        rows = [row for row in rows if not lost or call.vendor.random.random() * 100 >= lost]
    elif start is not None:
        keys["start_key"] = start_keys.encode(start)
    # Pages are read from the end of the alphabet, and each page is reversed for the reply.
    if call.profile != "4.3":
        rows.reverse()
    if fields:
        items = [projection(call, box, fields) for box in rows]
    elif call.profile == "5" and call.vendor.behaviors.full_docs and call.query.get("full_docs") == "true":
        items = [{**box["public"], **private_keys(box)} for box in rows]
    else:
        items = [summary(call, box) for box in rows]
    return list_reply(call, items, keys)


class LazyRows(Sequence[Document]):
    """Mailboxes by their ids, loaded only when a page needs them."""

    def __init__(self, ids: Sequence[Any], load: Any) -> None:
        self.ids = ids
        self.load = load

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, position: Any) -> Any:
        found = self.ids[position]
        return [self.load(one) for one in found] if isinstance(position, slice) else self.load(found)

    def __iter__(self) -> Iterator[Document]:
        return map(self.load, self.ids)


class Reversed(Sequence[Any]):
    """A reversed sequence, without a copy."""

    def __init__(self, content: Sequence[Any]) -> None:
        self.content = content

    def __len__(self) -> int:
        return len(self.content)

    def __getitem__(self, position: Any) -> Any:
        if not isinstance(position, slice):
            return self.content[-1 - position]
        start, stop, _step = position.indices(len(self.content))
        return self.content[len(self.content) - stop : len(self.content) - start][::-1]

    def __iter__(self) -> Iterator[Any]:
        return reversed(self.content)


def box_view(call: Call) -> View:
    """Return the boxes of an account in the order of the profile's view."""
    boxes, names, ids = view_source(call)
    test = query_test(call, filtered_value, times=True)
    descending = call.query.get("ascending") != "true" and call.query.get("descending") != "false"
    if call.profile == "M":

        def seek_name(name: Any) -> int:
            requested = sort_key(name if isinstance(name, str) else "")
            if descending:
                return len(names) - bisect.bisect_right(names, (requested, AFTER_EVERY_ID))
            return bisect.bisect_left(names, (requested, ""))

        rows = LazyRows(Reversed(names) if descending else names, lambda entry: boxes(entry[1]))
        return View(rows, lambda box: box["public"]["name"], seek_name, test)

    descending = descending and call.profile == "5"

    def seek_id(key: Any) -> int:
        requested = key[-1] if isinstance(key, list) and key else key
        if not isinstance(requested, str):
            return 0
        return len(ids) - bisect.bisect_right(ids, requested) if descending else bisect.bisect_left(ids, requested)

    def edge(box: Document) -> Any:
        return ["vmbox", box["id"]] if call.profile == "5" else box["id"]

    return View(LazyRows(Reversed(ids) if descending else ids, boxes), edge, seek_id, test)


def view_source(call: Call) -> tuple[Any, list[Any], list[str]]:
    """Return a function that loads a mailbox, and the entries by name and by id.

    They are the earlier ones for a stale list, and where the view lags.
    """
    vendor, account_id = call.vendor, call.account_id
    stale: dict[str, Any] | None = vendor.faults.stale(call.request)
    if stale is None and vendor.behaviors.view_lag:
        stale = {"seconds": vendor.behaviors.view_lag}
    if stale is None:
        index = vendor.state.indexes[account_id]
        return (lambda box_id: vendor.state.boxes[f"{account_id}/{box_id}"]), index.names, index.ids
    earlier = vendor.state.boxes.earlier(**stale)
    existing = {box["id"]: box for box in earlier.values() if box["account_id"] == account_id and not box["deleted"]}
    names = sorted((sort_key(box["public"]["name"]), one) for one, box in existing.items())
    return existing.__getitem__, names, sorted(existing)


def read_bulk(call: Call) -> Response:
    """Handle `GET /bulk` of 4.3: full documents by id, without unknown ones. Raises Failure."""
    ids = call.data.get("ids") if isinstance(call.data, dict) else None
    if not isinstance(ids, list):
        raise invalid({"ids": required("ids")})
    if not ids:
        raise faulty_request("no ids")
    found = [call.vendor.state.box(call.account_id, one) for one in ids if isinstance(one, str)]
    return call.reply([call.vendor.public_box(box) for box in found if box is not None])
