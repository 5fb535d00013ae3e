# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO before 5 compares numbers as integers: `8000`, `08000` and `008000` are one number.

See docs/vendors/kazoo.md, "Numbers compared as integers".
"""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, check_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.tables import Entry
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo.fields import MAILBOX
from helpers.runners import RUNNERS, Result
from helpers.subjects import KAZOO
from voicemail_simulator.server import SimulatorServer

OLDER = ("4.3", "M")


def run(server: SimulatorServer, module: str = "vmbox", check: bool = False, **options: t.Any) -> Result:
    """Clear the journal and run a module."""
    server.journal.clear()
    return RUNNERS["worker"](module, KAZOO.arguments(server, **options), check=check)


def put(server: SimulatorServer, *numbers: str) -> list[str]:
    """Create mailboxes without the check for duplicates, as concurrent requests do. Return their ids."""
    found = []
    for number in numbers:
        box_id = server.vendor.new_id()
        server.vendor.state.save_box(server.vendor.ACCOUNT_ID, box_id, {"name": "Front desk", "mailbox": number})
        found.append(box_id)
    return found


def stored(server: SimulatorServer) -> dict[str, str]:
    """Return the name of every mailbox by its number."""
    return {box.number: box.fields["name"] for box in KAZOO.stored(server)}


@pytest.mark.parametrize("pair", [("8000", "08000"), ("08000", "+8000"), ("0", "000")])
def test_one_number_in_two_spellings_is_declared_twice(pair: tuple[str, str]) -> None:
    items = [{"mailbox": number, "name": "x"} for number in pair]
    with KAZOO.serve() as server:
        result = run(server, "vmboxes", mailboxes=items)
        assert result["failed"]
        expected = f"mailbox {pair[1]} (for KAZOO the same number as {pair[0]})): is declared twice, first by item 1"
        assert expected in result["msg"]
        assert KAZOO.writes(server) == []
    with pytest.raises(InvalidInputError, match="declared twice"):
        check_entries([Entry("a.yml:1", items[0]), Entry("a.yml:2", items[1])], [], Checks(vendor="kazoo"))


@pytest.mark.parametrize("pair", [("10ab", "010ab"), ("1e3", "1000"), ("1993-1", "1993"), ("'8000", "8000")])
def test_numbers_with_other_characters_are_text(pair: tuple[str, str]) -> None:
    assert not MAILBOX.same_number(*pair)
    check_entries([Entry(number, {"mailbox": number, "name": "x"}) for number in pair], [], Checks(vendor="kazoo"))


@pytest.mark.parametrize("count", [1, 5, 60])
@pytest.mark.parametrize("profile", OLDER)
def test_a_mailbox_in_another_spelling_matches_the_declaration(profile: str, count: int) -> None:
    others = [{"mailbox": str(4000 + position), "name": "x"} for position in range(count - 1)]
    with KAZOO.serve({"profile": profile}) as server:
        (box_id,) = put(server, "08000")
        for name, action in (("Front desk", "none"), ("Reception", "update")):
            for check in (True, False):
                items = [{"mailbox": "8000", "name": name}, *others]
                result = run(server, "vmboxes", check, mailboxes=items, report="all")
                assert not result["failed"], result["msg"]
                row = result["results"][0]
                assert (row["mailbox"], row["id"], row["action"]) == ("08000", box_id, action)
                assert any("KAZOO has it as 08000" in warning for warning in result["warnings"])
        assert stored(server)["08000"] == "Reception"
        assert "8000" not in stored(server)


def test_the_spelling_of_a_number_can_be_changed() -> None:
    with KAZOO.serve() as server:
        put(server, "08000")
        result = run(server, mailbox="08000", new_mailbox="8000")
        assert (result["action"], result["changed_fields"]) == ("update", ["mailbox"])
        assert not run(server, mailbox="08000", new_mailbox="8000")["changed"]
        assert stored(server) == {"8000": "Front desk"}


def test_a_number_occupied_in_another_spelling_is_refused() -> None:
    with KAZOO.serve(mailboxes=1) as server:
        put(server, "08000")
        result = run(server, mailbox="1000", new_mailbox="8000")
        assert "cannot get the number 8000" in result["msg"]
        assert KAZOO.writes(server) == []


@pytest.mark.parametrize("profile", OLDER)
def test_a_deletion_requires_the_exact_spelling(profile: str) -> None:
    with KAZOO.serve({"profile": profile}) as server:
        put(server, "08000")
        result = run(server, mailbox="8000", state="absent")
        assert result["failed"]
        assert "KAZOO has it as 08000; use this spelling to delete it" in result["msg"]
        assert list(stored(server)) == ["08000"]
        # Such a pair is repaired by deleting one of the mailboxes by its spelling.
        put(server, "8000")
        assert run(server, mailbox="8000", state="absent")["action"] == "delete"
        assert list(stored(server)) == ["08000"]


def test_prune_keeps_the_declared_mailbox_in_its_other_spelling() -> None:
    with KAZOO.serve() as server:
        put(server, "08000", "9000")
        items = [{"mailbox": "8000", "name": "Front desk"}]
        result = run(server, "vmboxes", mailboxes=items, prune=True, max_delete_percent=100)
        assert not result["failed"], result["msg"]
        assert list(stored(server)) == ["08000"]


def test_two_spellings_on_the_server_are_an_error() -> None:
    with KAZOO.serve() as server:
        twins = put(server, "8000", "08000")
        result = run(
            server, "vmboxes", mailboxes=[{"mailbox": "008000", "name": "x"}, {"mailbox": "3000", "name": "x"}]
        )
        assert result["failed"]
        assert all(f"{twin}" in result["msg"] for twin in twins), result["msg"]
        assert "2 boxes with this number" in result["msg"]
        assert KAZOO.writes(server) == []


def test_reading_by_number_finds_the_other_spelling() -> None:
    with KAZOO.serve() as server:
        put(server, "08000")
        assert [box["mailbox"] for box in run(server, "vmbox_info", mailbox="8000")["mailboxes"]] == ["08000"]


def test_kazoo_5_compares_numbers_as_text() -> None:
    with KAZOO.serve({"profile": "5"}) as server:
        put(server, "08000")
        assert run(server, mailbox="8000", name="Reception")["action"] == "create"
        assert not run(server, mailbox="8000", name="Reception")["changed"]
        assert run(server, mailbox="08000", state="absent")["action"] == "delete"
        assert stored(server) == {"8000": "Reception"}
