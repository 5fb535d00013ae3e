# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option `cache`: the same results with fewer requests, and only for mailboxes that the server confirms."""

from __future__ import annotations

import errno
import pathlib
import tempfile
import typing as t

import pytest
from helpers.caching import CHANGED_PIN, PIN, SINGLY, documents, overwrite, requests, run
from helpers.leaks import contains_secret
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO, ONSIP, PERSONAL, TEL4VN, Subject
from voicemail_simulator.vendors.kazoo import mailbox_list


def cache_file(folder: pathlib.Path) -> pathlib.Path:
    (found,) = folder.iterdir()
    return found


@pytest.mark.parametrize("profile", SINGLY)
@pytest.mark.parametrize(("count", "first", "later"), [(1, 1, 1), (50, 2, 1), (150, 2, 1), (151, 2, 2), (301, 3, 3)])
def test_unchanged_mailboxes_are_not_read_again(
    profile: str, count: int, first: int, later: int, tmp_path: pathlib.Path
) -> None:
    with KAZOO.serve({"profile": profile}, mailboxes=count) as server:
        items = run(server, cache=str(tmp_path / "cache"))["mailboxes"]
        for filtered in (first, later):
            result = run(server, "vmboxes", check=True, mailboxes=items, cache=str(tmp_path / "cache"))
            assert not result["changed"]
            assert "warnings" not in result
            assert requests(server) == 1 + filtered
        assert len(items) == count


def test_the_cache_is_unused_where_lists_contain_whole_mailboxes(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve({"profile": "5"}, mailboxes=20) as server:
        for _run in range(2):
            assert len(run(server, cache=str(tmp_path))["mailboxes"]) == 20
            assert requests(server) == 1
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("runner", RUNNERS)
def test_results_are_the_same_with_the_cache(runner: str, tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=10) as server:
        expected = run(server, runner=runner)["mailboxes"]
        for _run in range(3):
            assert run(server, runner=runner, cache=str(tmp_path))["mailboxes"] == expected
        assert requests(server) < 5


@pytest.mark.parametrize("profile", SINGLY)
def test_a_changed_pin_is_detected_by_its_digest(profile: str, tmp_path: pathlib.Path) -> None:
    items = [{"mailbox": str(1000 + number), "pin": PIN} for number in range(10)]
    with KAZOO.serve({"profile": profile}, mailboxes=10) as server:
        run(server, "vmboxes", mailboxes=items, cache=str(tmp_path))
        assert not run(server, "vmboxes", check=True, mailboxes=items, cache=str(tmp_path))["changed"]
        assert requests(server) <= 3
        content = cache_file(tmp_path).read_text()
        assert not contains_secret(PIN, content)
        assert len(set(content.split('"pin":'))) == 11, "equal PINs of two mailboxes have different digests"
        overwrite(server, documents(server)[3], pin=CHANGED_PIN)
        result = run(server, "vmboxes", check=True, mailboxes=items, cache=str(tmp_path))
        assert [row["changed_fields"] for row in result["results"]] == [["pin"]]
        assert requests(server) == 3
        # The declaration changes, but the mailbox does not.
        items[5]["pin"] = CHANGED_PIN
        result = run(server, "vmboxes", check=True, mailboxes=items, cache=str(tmp_path))
        assert [row["changed_fields"] for row in result["results"]] == [["pin"], ["pin"]]
        assert requests(server) == 2
        assert not contains_secret(CHANGED_PIN, cache_file(tmp_path).read_text())


def test_requested_pins_are_read(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=3) as server:
        shown = run(server, include_pins=True)["mailboxes"]
        for _run in range(2):
            assert run(server, include_pins=True, cache=str(tmp_path))["mailboxes"] == shown
            assert requests(server) == 4
        assert all(box["pin"] for box in shown)
        assert "pin" not in run(server, cache=str(tmp_path))["mailboxes"][0]


@pytest.mark.parametrize("profile", SINGLY)
def test_the_next_run_uses_the_written_state(profile: str, tmp_path: pathlib.Path) -> None:
    items: list[dict[str, t.Any]] = [
        {"mailbox": str(1000 + number), "name": f"Desk {number}", "timezone": "Europe/Paris"} for number in range(60)
    ]
    with KAZOO.serve({"profile": profile}, mailboxes=50) as server:
        result = run(server, "vmboxes", mailboxes=items, cache=str(tmp_path))
        assert (result["summary"]["created"], result["summary"]["updated"]) == (10, 50)
        for _run in range(2):
            assert not run(server, "vmboxes", mailboxes=items, cache=str(tmp_path))["changed"]
        assert requests(server) == 2
        result = run(server, "vmboxes", mailboxes=items[:58], prune=True, cache=str(tmp_path))
        assert result["summary"]["deleted"] == 2
        assert not run(server, "vmboxes", mailboxes=items[:58], prune=True, cache=str(tmp_path))["changed"]
        assert requests(server) == 2
        assert all(box["id"] in cache_file(tmp_path).read_text() for box in documents(server))
        assert cache_file(tmp_path).read_text().count('"revision"') == 58


def test_an_update_names_the_revision_of_the_cache(tmp_path: pathlib.Path) -> None:
    items = [{"mailbox": str(1000 + number), "timezone": "Europe/Paris"} for number in range(60)]
    with KAZOO.serve(mailboxes=60) as server:
        run(server, cache=str(tmp_path))
        run(server, cache=str(tmp_path))
        assert run(server, "vmboxes", mailboxes=items, cache=str(tmp_path))["summary"]["updated"] == 60
        # A list, a filter and one PATCH for each mailbox, without a read before it.
        assert requests(server) == 62


@pytest.mark.parametrize("percent", [15, 100])
@pytest.mark.parametrize("profile", SINGLY)
def test_mailboxes_missing_from_a_list_are_read(profile: str, percent: int, tmp_path: pathlib.Path) -> None:
    with KAZOO.serve({"profile": profile}, mailboxes=100) as server:
        expected = run(server, cache=str(tmp_path))["mailboxes"]
        server.behaviors.set("short_filters", percent)
        for _run in range(2):
            assert run(server, cache=str(tmp_path))["mailboxes"] == expected
            assert requests(server) > 10


def test_a_server_that_ignores_the_filter_is_not_trusted(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KAZOO.serve(mailboxes=40) as server:
        run(server, cache=str(tmp_path))
        monkeypatch.setattr(mailbox_list, "query_test", lambda *_arguments, **_options: None)
        overwrite(server, documents(server)[0], timezone="Europe/Paris")
        for _run in range(2):
            found = run(server, cache=str(tmp_path))["mailboxes"]
            assert [box["timezone"] for box in found].count("Europe/Paris") == 1


def test_a_revision_of_another_mailbox_is_not_accepted(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=40) as server:
        run(server, cache=str(tmp_path))
        first, second, *_others = documents(server)
        overwrite(server, second, deleted=True)
        # The first mailbox now has the second one's number and revision.
        state = server.vendor.state
        overwrite(server, first, **second["public"])
        key = f"{first['account_id']}/{first['id']}"
        state.boxes[key] = {**state.boxes[key], "rev": second["rev"]}
        found = {box["id"]: box for box in run(server, cache=str(tmp_path))["mailboxes"]}
        assert len(found) == 39
        assert found[first["id"]]["mailbox"] == second["public"]["mailbox"]
        assert found[first["id"]]["name"] == second["public"]["name"]


def _tampered(path: pathlib.Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("position", [0, 22, 25, 60, 125, 200, 2000, -1])
def test_a_modified_file_is_ignored_and_replaced(position: int, tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=10) as server:
        expected = run(server, cache=str(tmp_path))["mailboxes"]
        _tampered(cache_file(tmp_path), position)
        result = run(server, cache=str(tmp_path))
        assert result["mailboxes"] == expected
        assert len(result["warnings"]) == 1
        assert "is ignored" in result["warnings"][0]
        assert requests(server) == 11
        run(server, cache=str(tmp_path))
        assert "warnings" not in run(server, cache=str(tmp_path))
        assert requests(server) == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"telephony.voicemail cache 1 ab cd\n{}"])
def test_a_damaged_file_is_ignored(content: bytes, tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=10) as server:
        run(server, cache=str(tmp_path))
        path = cache_file(tmp_path)
        path.write_bytes(content)
        assert "it is damaged or not a cache file" in run(server, cache=str(tmp_path))["warnings"][0]
        path.unlink()
        path.mkdir()
        result = run(server, cache=str(tmp_path))
        assert len(result["mailboxes"]) == 10
        assert "is ignored" in result["warnings"][0]
        assert "cannot be written" in result["warnings"][1]


def test_a_file_of_another_version_credential_account_or_generation_is_ignored(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=10) as server:
        run(server, cache=str(tmp_path))
        path = cache_file(tmp_path)
        written = path.read_bytes()
        path.write_bytes(written.replace(b"cache 1 ", b"cache 2 ", 1))
        assert "another version" in run(server, cache=str(tmp_path))["warnings"][0]
        path.write_bytes(written)
        arguments = {"username": None, "password": None, "domain": None, "api_key": server.vendor.API_KEY}
        assert "another credential" in run(server, cache=str(tmp_path), **arguments)["warnings"][0]
        path.write_bytes(written)
        server.behaviors.set("profile", "4.3")
        assert "generation" in run(server, cache=str(tmp_path))["warnings"][0]
        assert requests(server) == 11


def test_each_account_has_a_separate_file(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=5) as server:
        key = {"username": None, "password": None, "domain": None, "api_key": server.vendor.MASTER_API_KEY}
        accounts = (server.vendor.ACCOUNT_ID, server.vendor.OTHER_ACCOUNT_ID)
        for account in accounts:
            run(server, "vmbox", mailbox="7001", name="Desk", account_id=account, **key)
            run(server, "vmbox", mailbox="7002", name="Desk", account_id=account, **key)
            run(server, cache=str(tmp_path), account_id=account, **key)
        one, other = tmp_path.iterdir()
        written = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(written)
        for account in accounts:
            result = run(server, cache=str(tmp_path), account_id=account, **key)
            assert "another account" in result["warnings"][0]
        assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_link_is_not_followed(tmp_path: pathlib.Path) -> None:
    with KAZOO.serve(mailboxes=5) as server:
        folder = tmp_path / "cache"
        run(server, cache=str(folder))
        path, target = cache_file(folder), tmp_path / "precious"
        target.write_text("precious")
        path.unlink()
        path.symlink_to(target)
        assert "cannot be read" in run(server, cache=str(folder))["warnings"][0]
        assert target.read_text() == "precious"
        assert not path.is_symlink()


def _shared(folder: pathlib.Path) -> str:
    folder.chmod(0o777)
    return "can be written to by other users"


def _group(folder: pathlib.Path) -> str:
    folder.chmod(0o770)
    return "can be written to by other users"


def _file(folder: pathlib.Path) -> str:
    folder.rmdir()
    folder.write_text("")
    return "is not a folder"


@pytest.mark.parametrize("spoil", [_shared, _group, _file])
@pytest.mark.parametrize("module", ["vmbox_info", "vmboxes"])
def test_an_unusable_folder_is_one_error_before_the_first_request(
    module: str, spoil: t.Callable[[pathlib.Path], str], tmp_path: pathlib.Path
) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    problem = spoil(folder)
    declared = {"mailboxes": [{"mailbox": "1000", "name": "New"}]} if module == "vmboxes" else {}
    with KAZOO.serve(mailboxes=1) as server:
        result = run(server, module, cache=str(folder), **declared)
        assert result["failed"]
        assert f"`cache`: {folder} {problem}" in result["msg"]
        assert server.journal.entries() == []


def test_a_read_only_disk_is_an_error_before_the_first_request(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: t.Any, **_options: t.Any) -> t.NoReturn:
        raise OSError(errno.EROFS, "Read-only file system")

    items = [{"mailbox": "1000", "name": "New"}]
    with KAZOO.serve(mailboxes=1) as server:
        monkeypatch.setattr(tempfile, "mkstemp", refuse)
        result = run(server, "vmboxes", mailboxes=items, cache=str(tmp_path))
        assert result["msg"] == (
            f"`cache`: {tmp_path} cannot be written to: Read-only file system."
            " Check that the user of the task may write there."
        )
        assert server.journal.entries() == []


def test_a_full_disk_is_a_warning_and_the_task_continues(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = tempfile.mkstemp
    calls: list[str] = []

    def fill(*arguments: t.Any, **options: t.Any) -> tuple[int, str]:
        calls.append("")
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return create(*arguments, **options)

    with KAZOO.serve(mailboxes=2) as server:
        monkeypatch.setattr(tempfile, "mkstemp", fill)
        result = run(
            server, "vmboxes", mailboxes=[{"mailbox": "1000", "timezone": "Europe/Paris"}], cache=str(tmp_path)
        )
        assert result["changed"]
        assert not result["failed"]
        assert "the disk is full" in result["warnings"][0]
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("subject", [PERSONAL, TEL4VN, ONSIP], ids=lambda subject: subject.name)
def test_other_vendors_fail_with_one_error(subject: Subject, tmp_path: pathlib.Path) -> None:
    with subject.serve(mailboxes=1) as server:
        result = RUNNERS["worker"](subject.info, subject.arguments(server, cache=str(tmp_path / "cache")))
        assert result["error"]["kind"] == "unsupported"
        assert "`cache`: " in result["msg"]
        assert server.journal.entries() == []
        assert not (tmp_path / "cache").exists()
