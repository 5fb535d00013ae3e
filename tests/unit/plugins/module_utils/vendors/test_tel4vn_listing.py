# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of the TEL4VN driver: complete or an error, and their number of requests."""

from __future__ import annotations

import itertools
import re
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import extent
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.tel4vn import listing
from helpers.tel4vn_tenant import BOX, Tenant
from voicemail_simulator.server import SimulatorServer

VENDOR = "tel4vn"
BOTH = [{"mailbox": "1001"}, {"mailbox": "1002"}]
PAGE = listing.PAGE_SIZES[0]


@pytest.fixture
def tenant(server: SimulatorServer) -> Tenant:
    return Tenant(server).begin()


def _numbers(result: dict[str, t.Any]) -> list[str]:
    assert not result.get("failed"), result["msg"]
    return [box["mailbox"] for box in result["mailboxes"]]


@pytest.mark.parametrize("order", ["insertion", "shuffled", "reshuffled"])
@pytest.mark.parametrize("total", ["exact", "low", "high"])
@pytest.mark.parametrize("mailboxes", [0, 1, 10, 11, 95])
def test_small_pages_hide_no_mailbox(tenant: Tenant, mailboxes: int, total: str, order: str) -> None:
    tenant.begin(mailboxes=mailboxes, max_limit=10, list_order=order, total=total, empty_list="null")
    shown = _numbers(tenant.run("vmbox_info"))
    assert shown == [str(1001 + position) for position in range(mailboxes)]


@pytest.mark.parametrize("mailboxes", [PAGE, PAGE + 1, 3 * PAGE])
def test_large_tenants_cost_one_request_per_page_and_one_more(tenant: Tenant, mailboxes: int) -> None:
    tenant.begin(mailboxes=mailboxes)
    assert len(_numbers(tenant.run("vmbox_info"))) == mailboxes
    assert tenant.sent("GET") == -(-mailboxes // PAGE) + 1
    unchanged = tenant.many(*({"mailbox": str(1001 + position), "enabled": True} for position in range(mailboxes)))
    assert unchanged["changed"] is False
    # The pages, the empty page at the end, and the login.
    assert unchanged["summary"]["requests"] == -(-mailboxes // PAGE) + 2


def test_the_number_of_requests_of_each_action(tenant: Tenant) -> None:
    login = 1
    listed = 2
    tenant.begin(mailboxes=5)
    made = tenant.many(*(BOX | {"mailbox": str(number)} for number in range(7001, 7011)))
    # Another list after creations, to find duplicates of other clients.
    assert made["summary"]["requests"] == login + listed + 10 + listed
    changed = tenant.many({"mailbox": "7001", "description": "Back office"}, {"mailbox": "7002"})
    # Read, written, and read back.
    assert changed["summary"]["requests"] == login + listed + 3
    # Its messages are counted for the plan. Then it is read, its messages are counted again, and it is deleted and
    # searched.
    gone = tenant.many({"mailbox": "7001", "state": "absent"}, {"mailbox": "7002"})
    assert gone["summary"]["requests"] == login + listed + 1 + 4
    tenant.one(mailbox="7099", state="absent")
    assert (tenant.sent("GET"), tenant.writes) == (1, 0)
    tenant.one(mailbox="7003", enabled=True)
    assert tenant.sent("GET") == 1
    assert _numbers(tenant.run("vmbox_info", mailbox="7099")) == []
    assert tenant.sent("GET") == 1


def test_a_refused_page_size_is_reduced(tenant: Tenant) -> None:
    tenant.begin(mailboxes=60)
    tenant.server.faults.set(["status:400,path=/voicemail$,count=1"])
    assert len(_numbers(tenant.run("vmbox_info"))) == 60
    queries = [one["query"] for one in tenant.server.journal.entries() if one["path"].endswith("/voicemail")]
    assert [re.search(r"limit=(\d+)", query)[1] for query in queries] == ["1000", "50", "50", "50"]


@pytest.mark.parametrize(
    "fault",
    ["status:500,skip=1", "html,skip=1", "truncated,skip=2", "reset_before,skip=1", "timeout:0.5,skip=1", "status:403"],
)
def test_an_incomplete_list_is_refused(tenant: Tenant, fault: str) -> None:
    tenant.begin(mailboxes=30, max_limit=10)
    tenant.server.faults.set([f"{fault},path=/voicemail$"])
    result = tenant.many({"mailbox": "1001"}, prune=True, max_deletions=100, max_delete_percent=100, timeout=0.3)
    assert result["failed"] is True
    assert tenant.writes == 0
    assert len(tenant.vendor.state.boxes) == 30


@pytest.mark.parametrize(
    "body",
    [{}, {"message": "successfully"}, {"data": {}}, {"data": [{"extension": "1001"}]}, {"data": ["1001"]}, None, [], 7],
)
def test_an_invalid_list_is_not_an_empty_one(tenant: Tenant, monkeypatch: pytest.MonkeyPatch, body: t.Any) -> None:
    tenant.begin(mailboxes=3)
    _answer_lists_with(monkeypatch, lambda rows, limit, offset, total: body)
    result = tenant.many(*BOTH)
    assert result["failed"] is True
    assert "/v1" in result["msg"] or "base address" in result["msg"]


def test_a_server_that_ignores_the_offset_is_an_error(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.begin(mailboxes=3)
    boxes = list(tenant.vendor.state.boxes.values())
    _answer_lists_with(monkeypatch, lambda rows, limit, offset, total: {"data": boxes, "total": 3})
    result = tenant.many(*BOTH)
    assert result["failed"] is True
    assert "the same rows are repeated" in result["msg"]
    assert len(tenant.server.journal) < 20


def test_a_mailbox_deleted_between_pages_hides_no_other(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delete a row of an earlier page, so that later rows move up and the first row of the next page is missed."""
    tenant.begin(mailboxes=30, max_limit=10)
    first = next(iter(tenant.vendor.state.boxes.values()))

    def vanish(rows: list[t.Any], limit: int, offset: int, total: int) -> dict[str, t.Any]:
        if offset == 0 and first["id"] in tenant.vendor.state.boxes:
            tenant.vendor.state.delete_box(first)
        return {"data": rows, "limit": limit, "offset": offset, "total": total}

    _answer_lists_with(monkeypatch, vanish)
    assert _numbers(tenant.run("vmbox_info")) == [str(number) for number in range(1002, 1031)]


def test_shuffled_rows_are_read_until_complete(tenant: Tenant) -> None:
    tenant.begin(mailboxes=100, max_limit=7, list_order="reshuffled")
    assert len(_numbers(tenant.run("vmbox_info"))) == 100


def test_rows_that_always_move_are_an_error(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.begin(mailboxes=3)
    totals = itertools.count(3)
    _answer_lists_with(monkeypatch, lambda rows, limit, offset, total: {"data": rows, "total": next(totals)})
    result = tenant.many(*BOTH)
    assert result["failed"] is True
    assert "rows move between pages" in result["msg"]


def test_an_endless_list_is_an_error(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant.begin(mailboxes=9, max_limit=2)
    monkeypatch.setattr(extent, "MOST_ROWS", 6)
    result = tenant.run("vmbox_info")
    assert result["failed"]
    assert "cannot list mailboxes: the listing does not end" in result["msg"]


def _answer_lists_with(monkeypatch: pytest.MonkeyPatch, reply: t.Callable[[list[t.Any], int, int, int], t.Any]) -> None:
    from starlette.responses import JSONResponse
    from voicemail_simulator.vendors.tel4vn import listing

    def answer(behaviors: t.Any, rows: list[t.Any], limit: int, offset: int, total: int) -> JSONResponse:
        return JSONResponse(reply(rows, limit, offset, total))

    monkeypatch.setattr(listing, "listing", answer)
