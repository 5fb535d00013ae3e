# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KAZOO's particular behavior: numbers and ids, differences between generations, errors in success replies."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import dispatch, task
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo.fields import MAILBOX
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo.schema import Limits
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.kazoo.session import (
    Envelope,
    KazooSession,
)
from helpers.runners import RUNNERS, Result
from helpers.subjects import KAZOO
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.kazoo.schema import mailbox_schema
from voicemail_simulator.vendors.kazoo.seeds import add_user

GENERATIONS = ("4.3", "M", "5")


def run(server: SimulatorServer, module: str = "vmbox", check: bool = False, **options: t.Any) -> Result:
    """Clear the journal and run a module."""
    server.journal.clear()
    return RUNNERS["worker"](module, KAZOO.arguments(server, **options), check=check)


def ids(server: SimulatorServer) -> dict[str, str]:
    """Return the id of every box by its number."""
    return {box["mailbox"]: box["id"] for box in run(server, "vmbox_info")["mailboxes"]}


@pytest.mark.parametrize("profile", GENERATIONS)
def test_the_number_of_another_mailbox_is_refused(profile: str) -> None:
    with KAZOO.serve({"profile": profile}, mailboxes=2) as server:
        first, second = ids(server)["1000"], ids(server)["1001"]
        asked: list[dict[str, str]] = [
            {"mailbox": "1000", "new_mailbox": "1001"},
            {"id": first, "new_mailbox": "1001"},
            {"id": first, "mailbox": "1001"},
        ]
        for item in asked:
            for check in (True, False):
                result = run(server, check=check, **item)
                assert result["failed"], result
                assert f"cannot get the number 1001: mailbox 1001 exists (id {second})" in result["msg"]
                assert KAZOO.writes(server) == []
        assert run(server, id=first, new_mailbox="1002")["changed_fields"] == ["mailbox"]
        assert set(ids(server)) == {"1001", "1002"}


def test_the_current_number_is_not_a_renumbering() -> None:
    with KAZOO.serve(mailboxes=1) as server:
        assert not run(server, mailbox="1000", new_mailbox="1000")["changed"]
        assert run(server, mailbox="2000", new_mailbox="2000", name="x")["action"] == "create"


def test_a_renumbering_is_reported_with_both_numbers() -> None:
    with KAZOO.serve(mailboxes=1) as server:
        reported = run(server, mailbox="1000", new_mailbox="1002")["diff"]
        assert (reported["before_header"], reported["after_header"]) == ("mailbox 1000", "mailbox 1002")


def test_a_mailbox_declared_by_number_and_by_id_is_a_duplicate() -> None:
    with KAZOO.serve(mailboxes=2) as server:
        box_id = ids(server)["1000"]
        items = [{"id": box_id, "name": "A"}, {"mailbox": "1001", "name": "B"}, {"mailbox": "1000", "name": "C"}]
        result = run(server, "vmboxes", mailboxes=items)
        assert result["failed"]
        assert "item 3 (mailbox 1000): is the same mailbox as item 1" in result["msg"]
        assert box_id in result["msg"]
        assert KAZOO.writes(server) == []


def test_a_mismatch_of_id_and_number_prevents_deletion() -> None:
    with KAZOO.serve(mailboxes=2) as server:
        box_id = ids(server)["1000"]
        result = run(server, id=box_id, mailbox="1001", state="absent")
        assert f"id {box_id} is mailbox 1000; correct one of the two" in result["msg"]
        assert KAZOO.writes(server) == []
        assert run(server, id=box_id, mailbox="1000", state="absent")["action"] == "delete"


def test_short_time_zone_names_are_accepted() -> None:
    with KAZOO.serve({"profile": "5"}, mailboxes=1) as server:
        for zone in ("UTC", "GB"):
            assert run(server, mailbox="1000", timezone=zone)["mailbox"]["timezone"] == zone
        exported = run(server, "vmbox_info")["mailboxes"]
        assert not run(server, "vmboxes", mailboxes=exported)["changed"]


@pytest.mark.parametrize("profile", GENERATIONS)
def test_schema_violations_of_all_mailboxes_are_reported_before_the_first_write(profile: str) -> None:
    zone = "Mars/Base" if profile == "5" else "UTC"
    items = [
        {"mailbox": "1000", "pin": "4821365"},
        {"mailbox": "1001", "timezone": zone},
        {"mailbox": "1002", "pin": "482136"},
        {"mailbox": "3000", "name": "x", "pin": "longer than 6"},
    ]
    with KAZOO.serve({"profile": profile}, mailboxes=3) as server:
        for check in (True, False):
            result = run(server, "vmboxes", check=check, mailboxes=items)
            assert result["error"]["kind"] == "invalid"
            assert "item 1 (mailbox 1000): `pin` must be 4 to 6 characters long on this server, got 7" in result["msg"]
            assert "item 2 (mailbox 1001): `timezone` " in result["msg"]
            assert "item 4 (mailbox 3000): `pin` must be 4 to 6" in result["msg"]
            assert "item 3" not in result["msg"]
            assert KAZOO.writes(server) == []
            assert "4821365" not in str(result)
    with KAZOO.serve({"profile": profile, "max_pin_length": 15}, mailboxes=3) as server:
        items[1] = {"mailbox": "1001", "timezone": "Europe/Paris"}
        assert run(server, "vmboxes", mailboxes=items)["summary"]["failed"] == 0
        assert sum("schemas" in entry["path"] for entry in server.journal.entries()) == 1
        assert not run(server, "vmboxes", mailboxes=items)["changed"]
        assert not any("schemas" in entry["path"] for entry in server.journal.entries())


def test_without_a_schema_the_server_validates() -> None:
    with KAZOO.serve(mailboxes=1, faults=["status:404,path=.*schemas.*"]) as server:
        assert run(server, mailbox="1000", pin="abcd")["changed"]
        result = run(server, mailbox="1000", pin="4821365")
        assert "KAZOO refuses to update mailbox 1000: pin: String must not be more than 6 characters" in result["msg"]


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"pattern": "^[0-9]+$"}, "does not match ^[0-9]+$, as this server requires"),
        ({"minLength": 5}, "must be 5 or more characters long on this server, got 4"),
        ({"enum": ["0000", None]}, "is not a value that this server supports"),
        ({"pattern": "(", "maxLength": 4, "enum": ["abcd"]}, None),
        ({"description": "PIN"}, None),
    ],
)
def test_schema_rules_are_checked(schema: dict[str, t.Any], problem: str | None) -> None:
    assert Limits.model_validate(schema).problem("abcd") == problem


ID = "a" * 32
EVERYTHING: dict[str, t.Any] = {
    "name": "Everything",
    "pin": "4821",
    "require_pin": "yes",
    "emails": ["b@Example.com", "a@example.com"],
    "attach_audio": False,
    "after_email": "delete",
    "timezone": "Europe/Paris",
    "owner_id": ID,
    "kazoo": {
        "after_forward_action": "prompt",
        "aliases": ["5001", 5000],
        "announcement_only": True,
        "check_if_owner": False,
        "envelope_type": "caller_and_time",
        "flags": ["b", "a", "b"],
        "include_transcription_on_notify": False,
        "is_setup": True,
        "is_voicemail_ff_rw_enabled": True,
        "media": {"unavailable": ID, "temporary_unavailable": ID},
        "media_extension": "wav",
        "members": [{"type": "user", "id": ID}, {"id": "b" * 32, "type": "group"}],
        "not_configurable": True,
        "notify": {
            "callback": {
                "attempts": 3,
                "disabled": True,
                "interval_s": "60",
                "number": 5550100,
                "schedule": [60, 30],
                "timeout_s": 9,
            }
        },
        "oldest_message_first": True,
        "operator_number": 0,
        "seek_duration_ms": "500",
        "shared_vmbox": True,
        "shared_vmbox_notify_owner_email": True,
        "silence_hits": 2,
        "silence_threshold": 3,
        "skip_envelope": True,
        "skip_greeting": True,
        "skip_instructions": True,
        "transcribe": True,
        "vm_message_forward_type": "prepend_forward",
    },
}


def test_every_property_of_the_schema_has_an_option() -> None:
    wires = {field.wire.partition(".")[0] for field in MAILBOX.fields} | {
        wire for composite in MAILBOX.composites for wire in composite.wires
    }
    assert wires - {""} | {"mailbox"} == set(mailbox_schema("5", 6)["properties"])
    declared = {*EVERYTHING, *(f"kazoo.{name}" for name in EVERYTHING["kazoo"])} - {"kazoo"}
    # Names of objects and callflows are not part of a mailbox.
    fields = [field for field in MAILBOX.fields if not field.on_demand]
    assert declared == {".".join(field.option.split(".")[:2]) for field in fields}


@pytest.mark.parametrize("profile", GENERATIONS)
def test_every_property_is_set_and_cleared_once(profile: str) -> None:
    nothing = {
        **{option: None for option in EVERYTHING if option not in ("name", "pin", "kazoo")},
        "kazoo": dict.fromkeys(EVERYTHING["kazoo"]),
    }
    with KAZOO.serve({"profile": profile}, mailboxes=1) as server:
        state = server.vendor.state
        state.save_document(state.media, server.vendor.ACCOUNT_ID, ID, {"name": "x", "media_source": "upload"})
        add_user(server.vendor, server.vendor.ACCOUNT_ID, ID, "owner", "user")
        for declared in (EVERYTHING, nothing):
            item = {"mailbox": "1000", **declared}
            predicted, real = run(server, check=True, **item), run(server, **item)
            assert not real["failed"], real
            for key in ("changed", "action", "changed_fields", "diff", "mailbox"):
                assert predicted[key] == real[key]
            assert len(real["changed_fields"]) >= len(MAILBOX.always_read) - 2
            assert not run(server, **item)["changed"]
            assert KAZOO.writes(server) == []
            exported = run(server, "vmbox_info", include_pins=True)["mailboxes"]
            assert not run(server, "vmboxes", mailboxes=exported)["changed"]


def test_booleans_stored_as_text_are_read() -> None:
    with KAZOO.serve(mailboxes=1) as server:
        state = server.vendor.state
        box = state.box(server.vendor.ACCOUNT_ID, ids(server)["1000"])
        state.save_box(
            server.vendor.ACCOUNT_ID,
            box["id"],
            {**box["public"], "save_after_notify": "false", "delete_after_notify": "true", "require_pin": "true"},
        )
        assert run(server, mailbox="1000", require_pin=True)["mailbox"]["after_email"] == "delete"
        assert not run(server, mailbox="1000", after_email="delete", require_pin=True)["changed"]


@pytest.mark.parametrize("number", ["10ab", "3000"])
def test_a_creation_with_a_lost_reply_is_searched_until_lists_show_it(number: str) -> None:
    """Use a text number, which is not unique before KAZOO 5, so that only waiting prevents a second creation."""
    with KAZOO.serve({"view_lag": 0.3}, faults=["lost_reply,method=PUT,path=vmboxes,count=1"]) as server:
        assert run(server, mailbox=number, name="x")["changed"]
        assert len(KAZOO.writes(server)) == 1
        time.sleep(0.4)
        assert len(run(server, "vmbox_info")["mailboxes"]) == 1


@pytest.mark.parametrize("profile", GENERATIONS)
def test_a_charge_in_a_success_reply_is_reported(profile: str) -> None:
    with KAZOO.serve({"profile": profile, "billable": True}, mailboxes=1) as server:
        result = run(server, mailbox="1000", kazoo={"transcribe": True})
        assert result["failed"]
        assert result["error"]["status"] == 402
        assert "would charge" in result["msg"]
        assert not result["changed"]
        assert result["mailbox"]["kazoo"]["transcribe"] is False


def test_a_failed_task_returns_the_current_mailbox() -> None:
    with KAZOO.serve({"max_pin_length": 4}, mailboxes=1) as server:
        assert run(server, mailbox="3000", name="x", pin="482159")["mailbox"] == {}
        kept = run(server, mailbox="1000", name="x", pin="482159")["mailbox"]
        assert (kept["mailbox"], kept["name"]) == ("1000", "Mailbox 1000")
        server.faults.set(["status:409,method=DELETE"])
        kept = run(server, mailbox="1000", state="absent")["mailbox"]
        assert (kept["mailbox"], kept["name"]) == ("1000", "Mailbox 1000")


@pytest.mark.parametrize("path", ["", "/v1", "/elsewhere"])
@pytest.mark.parametrize("key", [None, "k" * 64])
def test_a_login_at_a_wrong_address_does_not_blame_the_credentials(path: str, key: str | None) -> None:
    with KAZOO.serve() as server:
        credentials = {"api_key": key, "username": None, "password": None, "domain": None} if key else {}
        url = server.url.removesuffix("/v2") + path
        result = run(server, mailbox="3000", name="x", **{**credentials, "url": url})
        assert result["msg"] == "KAZOO has no login at this address. Check `url`: it must end in /v2."
        if key:
            assert "Check `api_key`" in run(server, mailbox="3000", name="x", **credentials)["msg"]


@pytest.mark.parametrize("profile", GENERATIONS)
def test_a_wrong_account_is_reported(profile: str) -> None:
    with KAZOO.serve({"profile": profile}) as server:
        for account_id in ("0" * 32, "a/../b"):
            result = run(server, mailbox="3000", name="x", account_id=account_id)
            assert result["failed"]
            assert "`account_id`" in result["msg"]
            assert KAZOO.writes(server) == []


def test_only_affected_mailboxes_are_read() -> None:
    with KAZOO.serve(mailboxes=30) as server:
        found = run(server, "vmbox_info", match="^100[12]$")["mailboxes"]
        assert [box["mailbox"] for box in found] == ["1001", "1002"]
        assert len(server.journal) == 1 + 1 + 2


def test_a_pin_for_new_mailboxes_requires_no_read() -> None:
    items = [{"mailbox": f"{1000 + n}", "name": f"Mailbox {1000 + n}", "pin": "4821"} for n in range(30)]
    with KAZOO.serve(mailboxes=29) as server:
        defaults = {"update_pin": "on_create"}
        made = run(server, "vmboxes", mailboxes=items, defaults=defaults)
        # Login, list, creation, and the list that shows duplicates of other clients.
        assert (made["summary"]["create"], made["summary"]["requests"]) == (1, 4)
        again = run(server, "vmboxes", mailboxes=items, defaults=defaults)
        assert (again["changed"], again["summary"]["requests"]) == (False, 2)
        assert len(ids(server)) == 30
        shown = run(server, "vmbox_info", include_pins=True)["mailboxes"]
        assert {box["pin"] for box in shown if box["mailbox"] != "1029"} == {f"{n:04d}" for n in range(29)}


def test_mailboxes_read_individually_are_counted() -> None:
    items = [{"mailbox": str(number), "pin": "4821"} for number in range(1000, 1005)]
    reported: list[tuple[t.Any, ...]] = []
    with KAZOO.serve(mailboxes=5) as server:
        arguments = KAZOO.arguments(server, mailboxes=items)
        worker = task.Worker(sessions=dispatch.session_of, progress=lambda *now: reported.append(now))
        task.run_in_worker("vmboxes", arguments, worker)
    assert reported[:5] == [(count, 5, 0, "read") for count in range(1, 6)]
    assert {now[1:] for now in reported[5:]} == {(5, 0, "done")}


def test_a_number_that_looks_like_a_list_is_one_number() -> None:
    with KAZOO.serve(mailboxes=1, faults=["lost_reply,method=PUT,path=vmboxes,count=1"]) as server:
        assert run(server, mailbox='["1000"]', name="x")["mailbox"]["mailbox"] == '["1000"]'
        assert not run(server, mailbox='["1000"]', name="x")["changed"]
        assert len(ids(server)) == 2


def test_mailboxes_missing_from_a_bulk_reply_are_read_individually(monkeypatch: pytest.MonkeyPatch) -> None:
    call = KazooSession.call

    def lossy(session: KazooSession, method: str, path: str, *rest: t.Any, **request: t.Any) -> Envelope:
        envelope = call(session, method, path, *rest, **request)
        return envelope.model_copy(update={"data": envelope.data[3:]}) if path == "/bulk" else envelope

    monkeypatch.setattr(KazooSession, "call", lossy)
    with KAZOO.serve({"profile": "4.3", "cb_bulk": True}, mailboxes=50) as server:
        assert len(ids(server)) == 50
        # The login, the list, one bulk read and three single reads.
        assert len(server.journal) == 1 + 1 + 1 + 3


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"max_deletions": -1}, "`max_deletions` must be at least 0"),
        ({"max_delete_percent": 101}, "`max_delete_percent` must be between 0 and 100"),
        ({"max_delete_percent": -1}, "`max_delete_percent` must be between 0 and 100"),
    ],
)
def test_invalid_limits_are_refused(limits: dict[str, int], said: str) -> None:
    with KAZOO.serve() as server:
        assert said in run(server, "vmboxes", mailboxes=[{"mailbox": "1"}], **limits)["msg"]
        assert len(server.journal) == 0


def test_a_guard_lists_the_planned_deletions() -> None:
    with KAZOO.serve(mailboxes=120) as server:
        message = run(server, "vmboxes", mailboxes=[{"mailbox": "1000"}], prune=True, max_delete_percent=100)["msg"]
        assert message.startswith("119 deletions planned, more than `max_deletions`, which is 10: mailbox 1001-1119. ")
        assert "Set `max_deletions` to 119" in message
