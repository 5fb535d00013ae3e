# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache of one account: what it keeps, which file it trusts, and when the engine reads a mailbox again."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import types
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import dispatch
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes import apply as engine
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.cache import Cache
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.caching import cache_folder, opened_cache
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
from ansible_collections.telephony.voicemail.plugins.module_utils.model.kinds import UNKNOWN
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import Box, Desired, ListQuery
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Subject
from ansible_collections.telephony.voicemail.plugins.module_utils.model.sealed import Keys
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import protocol
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import vendor
from helpers.memory_vendor import TABLE, MemoryMailboxes, Store

PIN = "48217395"
CONNECTION = Connection("kazoo", "http://pbx", api_key="a-long-api-key-of-the-account")
#: Deriving keys is slow on purpose, and the same each time.
DERIVED = functools.cache(Keys.derive)
SALT = b"0123456789abcdef"
IGNORED = "the cache {} is ignored: {}. Every mailbox is read, and the file is replaced"


@pytest.fixture(autouse=True)
def derived_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive the keys of each credential once."""
    monkeypatch.setattr(Keys, "derive", lambda credential, salt=SALT: DERIVED(credential, salt))


class Revised(MemoryMailboxes, protocol.RevisionChecker):
    """A driver whose mailboxes have revisions; it notes what it is asked."""

    generation = "4.3"

    @property
    def asked(self) -> list[tuple[list[str | None], bool]]:
        """The ids of each question, and whether the answer is trusted."""
        found: list[tuple[list[str | None], bool]] = self._session.asked
        return found

    def unchanged(self, boxes: t.Sequence[Box], trusted: bool) -> t.Sequence[Box] | None:
        """Return the boxes that are stored in the same revision."""
        self.asked.append(([box.id for box in boxes], trusted))
        if self._session.is_expensive:
            return None
        return [box for box in boxes if self._store.boxes[str(box.id)].revision == box.revision]

    def update(self, box: Box, writes: t.Mapping[str, t.Any], reread: t.Any = None) -> Box | None:
        """Update a mailbox, which gets another revision."""
        self._store.receive("update", box.number)
        written = kept(box.number, "2", **writes)
        self._store.boxes[str(box.id)] = written
        return written


def driver(store: Store, kind: type[MemoryMailboxes] = Revised, is_expensive: bool = False) -> t.Any:
    """Return a driver of the store, whose listing shows the numbers only."""
    store.summary = frozenset({"none"})
    return kind(types.SimpleNamespace(store=store, asked=[], is_expensive=is_expensive))


def cache(folder: pathlib.Path, connection: Connection = CONNECTION, account: str = "a", **options: t.Any) -> Cache:
    """Return a cache."""
    return Cache(folder, connection, lambda: account, **options)


def kept(number: str, revision: str | None = "1", name: str = "", **fields: t.Any) -> Box:
    """Return a mailbox as the vendor shows it."""
    native = {"mailbox": number, "name": name or f"Desk {number}", "pin": PIN}
    values = {**TABLE.decode(native), "pin": PIN}
    return dataclasses.replace(Box(number, f"id{number}", values, True, native, revision), **fields)


def stored(*numbers: str) -> Store:
    """Return a store of mailboxes with revisions."""
    store = Store()
    for number in numbers:
        box = kept(number)
        store.boxes[str(box.id)] = box
        store.messages[str(box.id)] = 0
    return store


def read(store: Store, folder: pathlib.Path, **options: t.Any) -> tuple[list[str], t.Any, Cache]:
    """Read all mailboxes with a new cache; return the requests, the driver and the cache."""
    boxes, used = driver(store, **options), cache(folder)
    store.requests.clear()
    found = engine.read(boxes, ListQuery(), 1, cache=used)
    assert [(box.number, box.values["name"]) for box in found] == sorted(
        (box.number, box.values["name"]) for box in store.boxes.values()
    )
    return [request for request, _number in store.requests], boxes, used


def test_unchanged_mailboxes_are_read_once(tmp_path: pathlib.Path) -> None:
    store = stored("1000", "1001")
    requests, boxes, used = read(store, tmp_path)
    assert (requests, boxes.asked, used.proven) == (["list", "find", "find"], [], False)
    requests, boxes, used = read(store, tmp_path)
    assert (requests, boxes.asked, used.proven) == (["list"], [(["id1000", "id1001"], False)], True)
    requests, boxes, _used = read(store, tmp_path)
    assert (requests, boxes.asked) == (["list"], [(["id1000", "id1001"], True)])


def test_a_changed_mailbox_is_read_again(tmp_path: pathlib.Path) -> None:
    store = stored("1000", "1001")
    read(store, tmp_path)
    store.boxes["id1000"] = kept("1000", "2", name="New")
    assert read(store, tmp_path)[0] == ["list", "find"]
    assert read(store, tmp_path)[0] == ["list"]
    # Where no answer shows that the server filters correctly, it is asked to prove that again.
    store.boxes = {box_id: dataclasses.replace(box, revision="3") for box_id, box in store.boxes.items()}
    assert not read(store, tmp_path)[2].proven


def test_where_the_question_costs_more_all_are_read(tmp_path: pathlib.Path) -> None:
    store = stored("1000")
    read(store, tmp_path)
    requests, boxes, used = read(store, tmp_path, is_expensive=True)
    assert (requests, len(boxes.asked), used.proven) == (["list", "find"], 1, False)


def test_a_vendor_without_revisions_uses_no_cache(tmp_path: pathlib.Path) -> None:
    for _run in range(2):
        assert read(stored("1000"), tmp_path, kind=MemoryMailboxes)[0] == ["list", "find"]
    assert list(tmp_path.iterdir()) == []


def test_mailboxes_that_are_gone_leave_the_cache(tmp_path: pathlib.Path) -> None:
    store = stored("1000", "1001")
    read(store, tmp_path)
    del store.boxes["id1001"]
    boxes = driver(store)
    boxes.list = lambda wanted: protocol_listing(store)
    used = cache(tmp_path)
    engine.read(boxes, ListQuery(), 1, cache=used)
    reopened = cache(tmp_path)
    reopened.open("4.3")
    assert [box.id for box in reopened.boxes(TABLE, [kept("1000"), kept("1001")])] == ["id1000"]


def protocol_listing(store: Store) -> t.Any:
    """Return a listing of the whole account that shows the numbers only."""
    boxes = tuple(dataclasses.replace(box, full=False, values={}) for box in store.boxes.values())
    return types.SimpleNamespace(boxes=boxes, whole=True)


def apply(store: Store, folder: pathlib.Path, number: str, **fields: t.Any) -> list[str]:
    """Apply a declaration of one mailbox, and one that changes nothing of another; return the requests."""
    store.requests.clear()
    desired = [Desired(Subject("mailbox", "1009"), "1009", {})]
    desired.append(Desired(Subject("mailbox", number), number, **{"values": {}, **fields}))
    engine.apply(driver(store), desired, engine.Options(full=True, verify=False, cache=cache(folder)))
    return [request for request, _number in store.requests]


def cached(folder: pathlib.Path, *numbers: str) -> dict[str, t.Any]:
    """Return the names of mailboxes in the cache by number."""
    used = cache(folder)
    used.open("4.3")
    return {box.number: box.values["name"] for box in used.boxes(TABLE, map(kept, numbers))}


def test_the_cache_follows_writes(tmp_path: pathlib.Path) -> None:
    store = stored("1000", "1001", "1002", "1009")
    read(store, tmp_path)

    assert apply(store, tmp_path, "1000", values={"name": "New"})[0] == "list"
    assert cached(tmp_path, "1000", "1001") == {"1000": "New", "1001": "Desk 1001"}
    assert "find" not in apply(store, tmp_path, "1001", present=False, delete_messages=True)
    assert cached(tmp_path, "1000", "1001", "1002") == {"1000": "New", "1002": "Desk 1002"}
    assert "update" not in apply(store, tmp_path, "1002", values={"name": "Desk 1002"})
    assert cached(tmp_path, "1002") == {"1002": "Desk 1002"}


def test_a_failed_write_removes_its_mailbox(tmp_path: pathlib.Path) -> None:
    store = stored("1000", "1001", "1009")
    read(store, tmp_path)

    def fail(request: str, number: str) -> None:
        if request == "update":
            raise ConnectionError(number)

    store.before = fail
    assert "update" in apply(store, tmp_path, "1000", values={"name": "New"})
    assert cached(tmp_path, "1000", "1001") == {"1001": "Desk 1001"}


def test_what_is_kept(tmp_path: pathlib.Path) -> None:
    used = cache(tmp_path)
    used.open("5")
    boxes = [
        kept("1"),
        kept("2", full=False),
        kept("3", None),
        kept("4", native=None),
        kept("5", values={"pin": UNKNOWN}),
        kept("6", values={"pin": None}),
        kept("7", id=None),
    ]
    used.keep(TABLE, boxes)
    found = used.boxes(TABLE, boxes)
    assert [box.number for box in found] == ["1", "6"]
    first, second = found
    assert (first.id, first.revision, first.full) == ("id1", "1", True)
    assert first.native == {"mailbox": "1", "name": "Desk 1"}
    assert first.values["pin"] == PIN
    assert first.values["pin"] != "48217396"
    assert second.values["pin"] is None
    used.save()
    assert PIN not in next(tmp_path.iterdir()).read_text()


def test_digests_do_not_suffice_where_pins_are_shown(tmp_path: pathlib.Path) -> None:
    used = cache(tmp_path)
    used.open("5")
    used.keep(TABLE, [kept("1")])
    used.save()
    shown = cache(tmp_path, digests_suffice=False)
    shown.open("5")
    assert shown.boxes(TABLE, [kept("1")]) == []
    assert cache(tmp_path).boxes(TABLE, [kept("1")]) == []


def test_a_file_is_written_only_for_changes(tmp_path: pathlib.Path) -> None:
    used = cache(tmp_path)
    used.keep(TABLE, [kept("1")])
    used.save()
    assert list(tmp_path.iterdir()) == []
    used.open("5")
    used.save()
    (path,) = tmp_path.iterdir()
    changed = path.stat().st_mtime_ns, path.stat().st_ino
    used.save()
    again = cache(tmp_path)
    again.open("5")
    again.save()
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == changed
    again.proven = True
    again.save()
    assert path.stat().st_ino != changed[1]
    latest = cache(tmp_path)
    latest.open("5")
    assert latest.proven
    latest.open("another, and not read again")
    assert latest.warnings == []


@pytest.mark.parametrize(
    ("others", "separate", "problem"),
    [
        ({"account": "b"}, True, None),
        ({"connection": dataclasses.replace(CONNECTION, url="http://other")}, True, None),
        ({"generation": "6"}, False, "it belongs to another account, address or generation of the server"),
        (
            {"connection": dataclasses.replace(CONNECTION, api_key="another-long-api-key-of-it")},
            False,
            "it was written with another credential, or it was changed or damaged since",
        ),
    ],
)
def test_a_file_of_somebody_else(
    others: dict[str, t.Any], separate: bool, problem: str | None, tmp_path: pathlib.Path
) -> None:
    used = cache(tmp_path)
    used.open("5")
    used.keep(TABLE, [kept("1")])
    used.save()
    (path,) = tmp_path.iterdir()
    generation = others.pop("generation", "5")
    other = cache(tmp_path, **others)
    other.open(generation)
    assert other.boxes(TABLE, [kept("1")]) == []
    assert other.warnings == ([IGNORED.format(path, problem)] if problem else [])
    other.keep(TABLE, [kept("2")])
    other.save()
    assert len(list(tmp_path.iterdir())) == 1 + separate
    again = cache(tmp_path, **others)
    again.open(generation)
    assert [box.number for box in again.boxes(TABLE, [kept("1"), kept("2")])] == ["2"]


def test_the_credential_that_protects_the_file(tmp_path: pathlib.Path) -> None:
    by_login = Connection("kazoo", "http://pbx", token="t" * 30, username="u", password="p" * 30, domain="d")
    used = cache(tmp_path, by_login)
    used.open("5")
    used.keep(TABLE, [kept("1")])
    used.save()
    for changed, trusted in (({"token": "x" * 30}, True), ({"password": "x" * 30}, False), ({"domain": "x"}, False)):
        again = cache(tmp_path, dataclasses.replace(by_login, **changed))
        again.open("5")
        assert bool(again.boxes(TABLE, [kept("1")])) is trusted


def test_a_file_that_cannot_be_written_costs_a_warning(tmp_path: pathlib.Path) -> None:
    used = cache(tmp_path / "missing")
    used.open("5")
    used.keep(TABLE, [kept("1")])
    used.save()
    (warning,) = used.warnings
    assert "cannot be written: No such file or directory" in warning
    (tmp_path / "missing").mkdir()
    used.save()
    assert len(list((tmp_path / "missing").iterdir())) == 1


def test_the_cache_of_a_task(tmp_path: pathlib.Path) -> None:
    session: t.Any = types.SimpleNamespace(account_key=lambda: "a")
    assert cache_folder(dispatch.Task("vmboxes", {}, {}), vendor("tel4vn"), "mailbox") is None
    for pins in (None, True):
        task = dispatch.Task("vmboxes", {"cache": str(tmp_path / "new"), "include_pins": pins}, {})
        folder = cache_folder(task, vendor("kazoo"), "mailbox")
        assert folder == tmp_path / "new"
        with opened_cache(task, folder, CONNECTION, session) as used:
            assert used is not None
            used.open("5")
            used.keep(TABLE, [kept("1")])
            assert len(used.boxes(TABLE, [kept("1")])) == (0 if pins else 1)
            used.save()
            used.warnings.append("a warning")
        assert task.warnings == ["a warning"]
    with opened_cache(task, None, CONNECTION, session) as unused:
        assert unused is None
