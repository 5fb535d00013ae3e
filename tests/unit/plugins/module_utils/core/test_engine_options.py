# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of whole tasks: what is refused before anything is read, files of items, and the shape of results."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import types
import typing as t
from unittest import mock

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import dispatch
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import (
    InvalidInputError,
    UnsupportedError,
    VoicemailError,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import inventory
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.guards import Limits
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.handlers import dictionary_problems, listed
from ansible_collections.telephony.voicemail.plugins.module_utils.model.account import Account
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import protocol, registry
from helpers.memory_vendor import ARGUMENTS, MemoryMailboxes, Store


def refused(store: Store | None = None, **options: t.Any) -> str:
    """Return the error of a task that must not send anything."""
    used = store or Store()
    result = used.run(**options)
    assert result["failed"]
    assert used.requests == []
    return str(result["msg"])


def test_a_resource_that_a_vendor_does_not_have() -> None:
    text = refused(module="shared_voicemails", shared_voicemails=[])
    assert (
        text
        == "KAZOO has no shared voicemails. Only PortSIP PBX has shared voicemails. Use the module vmbox for mailboxes."
    )


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ({"mailboxes": [], "defaults": "x"}, "`defaults` must be a dictionary, not text"),
        ({"mailboxes": "a, b"}, "`mailboxes` must be a list, not text; set `src` to its file"),
    ],
)
def test_types_of_declarations(raw: dict[str, t.Any], problem: str) -> None:
    limits = {field.name: field.default for field in dataclasses.fields(Limits)}
    task = dispatch.Task("vmboxes", {**PARAMS, **limits, "on_guard": "stop", "invalid": "fail"}, raw)
    with pytest.raises(InvalidInputError, match=problem):
        dispatch.run(task)


def test_a_single_mailbox_is_not_an_item() -> None:
    assert "item 1" not in refused(module="vmbox", mailbox="1000", pin="1")
    assert "item 1 (mailbox 1000): `pin`" in refused(mailboxes=[{"mailbox": "1000", "pin": "1"}])


def test_warnings_about_a_declaration() -> None:
    store = Store()
    items = [{"mailbox": 1000, "name": "A", "language": "en"}]
    (ignored, number) = store.run(mailboxes=items, on_unsupported="warn", check=True)["warnings"]
    assert ignored.startswith("item 1 (mailbox 1000): `language` is not supported by KAZOO")
    assert number.startswith("read as text although it is a number, and YAML reads 0123 as 83: item 1 (mailbox 1000)")


def test_guards_are_only_reported_in_check_mode() -> None:
    store = Store().numbered("1000")
    text = refused(store, mailboxes=[], on_guard="report")
    assert "`on_guard` report is allowed in check mode only: a guard must stop a run that writes" in text
    items = [{"mailbox": "1000", "state": "absent"}]
    reported = store.run(mailboxes=items, on_guard="report", max_deletions=0, check=True)
    assert len(reported["guards"]) == 1
    assert f"the real run would be refused: {reported['guards'][0]}" in reported["warnings"]
    stopped = store.run(mailboxes=items, on_guard="stop", max_deletions=0, check=True)
    assert stopped["failed"]
    allowed = store.run(mailboxes=items, check=True)
    assert "guards" not in allowed


def test_options_of_a_table_need_a_file() -> None:
    text = refused(mailboxes=[], delimiter=";", encoding="utf-8")
    assert "`encoding` describes the table in `src`, but `src` is not set" in text
    assert "Set `src`, or use the filter rows_to_mailboxes for a table in a variable" in text


def test_an_unreadable_file_is_reported(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "missing.yml"
    assert f"`src` {path} cannot be read: No such file or directory" in refused(src=str(path))


def test_the_items_of_a_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "office.yml"
    path.write_text('mailboxes:\n  - mailbox: "1000"\n    name: A\n')
    store = Store()
    result = store.run(src=str(path), report="all")
    assert store.stored == {"1000": "A"}
    assert [row["source"] for row in result["results"]] == [f"{path}:2"]
    text = refused(src=str(path), delimiter=";")
    assert f"`delimiter` describes a table, but {path} is not one" in text
    assert "Remove it" in text


RAW = {"src": "office.csv", "vendor": "kazoo"}
CSV = b"mailbox,name,pin\n1000,A,4821\n1001,B,1\n"


def test_values_of_a_table_are_checked_where_they_are() -> None:
    with pytest.raises(InvalidInputError, match=r"office\.csv:3"):
        listed("vmboxes", RAW, CSV)
    (first, second) = listed("vmboxes", {**RAW, "invalid": "skip"}, CSV)["mailboxes"]
    assert (first["mailbox"], first["name"], "invalid" in first) == ("1000", "A", False)
    assert len(second["invalid"]) == 1
    good = CSV.replace(b",1\n", b",4821\n")
    assert [item["source"] for item in listed("vmboxes", RAW, good)["mailboxes"]] == ["office.csv:2", "office.csv:3"]
    semicolons = listed("vmboxes", {**RAW, "delimiter": ";"}, good.replace(b",", b";"))["mailboxes"]
    assert [item["name"] for item in semicolons] == ["A", "B"]


def test_the_vendor_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VOICEMAIL_VENDOR", raising=False)
    content = b"mailbox,name,kazoo.skip_greeting\n1000,A,maybe\n"
    for environment, raw in (("kazoo", {}), ("tel4vn", {"vendor": "kazoo"})):
        monkeypatch.setenv("VOICEMAIL_VENDOR", environment)
        with pytest.raises(InvalidInputError, match="skip_greeting"):
            listed("vmboxes", {"src": "office.csv", **raw}, content)


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        ({}, []),
        ({"kazoo": {"skip_greeting": True}, "portsip": None}, []),
        (
            {"kazoo": "x", "tel4vn": 5},
            ["`kazoo` must be a dictionary, not text", "`tel4vn` must be a dictionary, not a number"],
        ),
        (
            {"kazoo": {"skip_greetings": True}, "mailbox": "1", "pin": "1"},
            ["mailbox 1: `kazoo.skip_greetings` is not a field of this vendor; did you mean `skip_greeting`?"],
        ),
    ],
)
def test_dictionaries_of_vendors(raw: dict[str, t.Any], problems: list[str]) -> None:
    assert list(map(str, dictionary_problems(dispatch.Task("vmbox", {}, raw)))) == problems


def test_what_is_read_is_checked_first() -> None:
    assert "`match` is not a regular expression" in refused(module="vmbox_info", match="(")
    assert "`mailbox` " in refused(module="vmbox_info", mailbox="10 00")
    assert refused(module="vmbox_info", mailbox="") == "`mailbox` must not be empty."
    text = refused(module="vmbox_info", include_options=["onsip.attach", "kazoo.callflow"])
    assert text == "`include_options` names onsip.attach, which KAZOO does not have. Leave it out."


def test_the_compact_result() -> None:
    store = Store()
    for number in ("1000", "1001", "2000"):
        store.add(number, name="Same" + number, timezone="Europe/Paris")
    result = store.run(module="vmbox_info", compact=True, match="^1")
    assert (result["changed"], result["defaults"]) == (False, {"timezone": "Europe/Paris"})
    assert [item["mailbox"] for item in result["mailboxes"]] == ["1000", "1001"]
    single = store.run(module="vmbox_info", mailbox="2000")
    assert [item["mailbox"] for item in single["mailboxes"]] == ["2000"]
    assert not single["changed"]


@pytest.mark.parametrize("check", [True, False])
def test_the_result_of_one_mailbox(check: bool) -> None:
    store = Store()
    created = store.run(module="vmbox", mailbox="1000", name="A", check=check)
    assert (created["changed"], created["action"], created["changed_fields"]) == (True, "create", ["name"])
    assert created["mailbox"]["name"] == "A"
    assert (created["mailbox"]["id"] is None) is check
    assert created["diff"]["before_header"] == "mailbox 1000 (absent)"
    store = Store().numbered("1000")
    same = store.run(module="vmbox", mailbox="1000", name="Desk 1000", check=check)
    assert (same["changed"], same["action"], same["diff"]) == (False, "none", {"before": {}, "after": {}})
    assert same["mailbox"]["id"]
    deleted = store.run(module="vmbox", mailbox="1000", state="absent", check=check)
    assert (deleted["changed"], deleted["action"], deleted["mailbox"]) == (True, "delete", {})


@pytest.mark.parametrize(("exists", "request_name"), [(False, "create"), (True, "update")])
def test_the_result_of_one_mailbox_that_failed(exists: bool, request_name: str) -> None:
    store = Store().numbered(*(["1000"] if exists else []))

    def fail(request: str, _number: str) -> None:
        if request == request_name:
            raise VoicemailError("went wrong")

    store.before = fail
    result = store.run(module="vmbox", mailbox="1000", name="A")
    assert (result["failed"], result["changed"], result["action"]) == (True, False, request_name)
    assert result["error"]["mailbox"] == "1000"
    assert "went wrong" in result["msg"]
    # What is shown is what exists.
    assert result["mailbox"].get("name") == ("Desk 1000" if exists else None)


PARAMS = {**ARGUMENTS, "match": None, "count_messages": False, "include_own_account": False, "on_unsupported": "error"}
TREE = [Account("b", "B", "b.example", ("a",)), Account("a", "A", "a.example"), Account("c", "B", None, ("a",))]


class Accounts(protocol.AccountTree):
    """A driver of the accounts."""

    def list(self) -> list[Account]:
        """Return the accounts."""
        return TREE


def hosts(store: Store, resource: str = "mailboxes", **params: t.Any) -> list[dict[str, t.Any]]:
    """Return what an inventory finds."""
    client = types.SimpleNamespace(workers=2, retries=types.SimpleNamespace(notify=None, long_waits=0), requests=0)
    session = types.SimpleNamespace(client=client, store=store, account_key=lambda: "key", account_name=lambda: "name")

    @contextlib.contextmanager
    def opened(*_arguments: t.Any) -> t.Iterator[t.Any]:
        yield session

    known = registry.vendor("kazoo")
    changed = dataclasses.replace(known, boxes={"mailbox": lambda: MemoryMailboxes}, accounts=lambda: Accounts)
    with mock.patch.dict(registry.VENDORS, kazoo=lambda: changed):
        task = dispatch.Task("vmbox_info", {**PARAMS, "resource": resource, **params}, {}, sessions=opened)
        return inventory.read(task)


def test_mailboxes_as_hosts() -> None:
    store = Store()
    store.add("1001", messages=3)
    store.add("1000")
    store.add("2000", messages=1)
    found = hosts(store, match="^1")
    assert [(one["object"]["mailbox"], one["messages"]) for one in found] == [("1000", None), ("1001", None)]
    counted = hosts(store, count_messages=True)
    assert [(one["object"]["mailbox"], one["messages"]) for one in counted] == [("1000", 0), ("1001", 3), ("2000", 1)]


def test_accounts_as_hosts() -> None:
    assert [one["object"]["id"] for one in hosts(Store(), "accounts")] == ["b", "c"]
    assert [one["object"]["id"] for one in hosts(Store(), "accounts", include_own_account=True)] == ["a", "b", "c"]
    assert hosts(Store(), "accounts", match="^b") == [{"object": TREE[0].as_dict(), "messages": None}]


def test_what_an_inventory_refuses() -> None:
    with pytest.raises(UnsupportedError, match=r"has no shared voicemails\. Set `resource` to mailboxes"):
        hosts(Store(), "shared_voicemails")
    with pytest.raises(InvalidInputError, match="is not a regular expression"):
        hosts(Store(), match="(")
    with pytest.raises(InvalidInputError, match="`mailbox_cache` is for mailboxes, not for accounts"):
        hosts(Store(), "accounts", mailbox_cache="x")
    with pytest.raises(UnsupportedError, match="KAZOO does not show which mailboxes changed, so they cannot"):
        hosts(Store(), mailbox_cache="x")
    others = {**PARAMS, "resource": "accounts", "vendor": "portsip"}
    with pytest.raises(UnsupportedError, match="These can: KAZOO"):
        inventory.read(dispatch.Task("vmbox_info", others, {}))
    assert inventory.address({"vendor": "kazoo", "url": "http://pbx"}) == "http://pbx"
    assert inventory.address({"vendor": "onsip"}) == registry.vendor("onsip").default_url
    assert inventory.address({"vendor": "portsip"}) == ""
