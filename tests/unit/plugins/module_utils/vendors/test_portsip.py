# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The PortSIP driver under every behavior of the vendor: the result is correct, or an error is reported and the next
run repairs it."""

from __future__ import annotations

import typing as t

import pytest
from helpers.portsip_tenant import BOX, OTHER_PIN, PIN, STORED_BOX, Tenant
from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendors.portsip import SimulatedPortsip

VENDOR = "portsip"
NUMBER = {"extension_number": "8500"}
CHANGED = {
    **NUMBER,
    "name": "Back office",
    "pin": OTHER_PIN,
    "prompt": "fr-CA",
    "enable_pin": True,
    "enable_email_notify": False,
    "recipients": ["casey@example.com"],
    "play_datetime": "12_hour",
}
STORED_CHANGED = {
    "name": "Back office",
    "pin": OTHER_PIN,
    "prompt": "fr-CA",
    "enable_pin": True,
    "enable_email_notify": False,
    "recipients": "casey@example.com",
    "play_datetime": "12_HOUR_CLOCK",
}
CLEARED = {**NUMBER, "recipients": [], "play_datetime": None, "enable_email_notify": None, "enable_pin": None}
STORED_CLEARED = {**STORED_CHANGED, "recipients": "", "play_datetime": "DISABLE"}

MAILBOX = {"mailbox": "1001", "require_pin": False, "notify": True, "language": "de-DE", "announce_time": "12_hour"}
STORED_MAILBOX = {
    "enable_voicemail_pin": False,
    "enable_voicemail_notify": True,
    "voicemail_prompt": "de-DE",
    "voicemail_play_datetime": "12_HOUR_CLOCK",
}
OTHER_MAILBOX = {**MAILBOX, "require_pin": True, "language": "fr-CA", "announce_time": "24_hour"}
STORED_OTHER_MAILBOX = {
    **STORED_MAILBOX,
    "enable_voicemail_pin": True,
    "voicemail_prompt": "fr-CA",
    "voicemail_play_datetime": "24_HOUR_CLOCK",
}
CLEARED_MAILBOX = {"mailbox": "1001", "require_pin": None, "notify": None, "announce_time": None}
STORED_CLEARED_MAILBOX = {
    **STORED_OTHER_MAILBOX,
    "enable_voicemail_notify": False,
    "voicemail_play_datetime": "DISABLE",
}
NUMBERS = {
    "login_attempts": (0, 1),
    "token_lifetime": (1, 100, 1800),
    "rate_limit": (0, 100000),
    "page_limit": (1, 2, 100),
    "pin_minimum": (4, 6),
    "pin_maximum": (6, 10),
    # A mailbox that receives messages is not deleted, so its lifecycle is incomplete.
    "arriving_messages": (),
}


def _behavior_values() -> list[tuple[str, t.Any]]:
    pairs = []
    for behavior in SimulatedPortsip.behavior_definitions:
        choices = (
            (True, False)
            if behavior.accepts is bool
            else NUMBERS[behavior.name]
            if behavior.accepts is int
            else behavior.accepts
        )
        pairs.extend((behavior.name, value) for value in choices)
    return pairs


BEHAVIOR_VALUES = _behavior_values()


@pytest.fixture
def tenant(server: SimulatorServer) -> Tenant:
    return Tenant(server).begin()


def _twice(tenant: Tenant, declared: dict[str, t.Any], singular: bool, stored: list[dict[str, t.Any]]) -> None:
    """Declare a box twice: check mode predicts the first run, and the second one writes nothing."""
    declare = (lambda box, **options: tenant.box(**box, **options)) if singular else tenant.boxes
    predicted = declare({**declared, "update_pin": "always"}, check=True)
    assert tenant.writes == 0
    first = declare({**declared, "update_pin": "always"})
    assert not first.get("failed"), first["msg"]
    assert first["changed"]
    assert tenant.writes == 1
    assert predicted["changed"]
    assert predicted["diff"] == first["diff"]
    assert tenant.stored_boxes("8500") == stored
    again = declare(declared)
    assert not again.get("failed"), again["msg"]
    assert not again["changed"]
    assert tenant.writes == 0


@pytest.mark.parametrize("singular", [True, False], ids=["one", "many"])
@pytest.mark.parametrize(("behavior", "value"), BEHAVIOR_VALUES)
def test_the_lifecycle_of_a_shared_voicemail(tenant: Tenant, behavior: str, value: t.Any, singular: bool) -> None:
    tenant.begin(3, 2, **{behavior: value})
    _twice(tenant, BOX, singular, [STORED_BOX])
    _twice(tenant, CHANGED, singular, [STORED_CHANGED])
    # Ansible does not accept null for an option with choices, so a single box uses the choice.
    _twice(tenant, {**CLEARED, "play_datetime": "disabled"} if singular else CLEARED, singular, [STORED_CLEARED])
    _twice(tenant, {**NUMBER, "state": "absent"}, singular, [])
    assert len(tenant.directory.boxes.collection) == 3


@pytest.mark.parametrize("singular", [True, False], ids=["one", "many"])
@pytest.mark.parametrize(("behavior", "value"), BEHAVIOR_VALUES)
def test_the_lifecycle_of_a_personal_mailbox(tenant: Tenant, behavior: str, value: t.Any, singular: bool) -> None:
    tenant.begin(3, **{behavior: value})
    declare = (lambda box, **options: tenant.mailbox(**box, **options)) if singular else tenant.mailboxes
    whole = tenant.stored_user("1001")
    steps = [
        (MAILBOX, STORED_MAILBOX),
        (OTHER_MAILBOX, STORED_OTHER_MAILBOX),
        ({**CLEARED_MAILBOX, "announce_time": "disabled"} if singular else CLEARED_MAILBOX, STORED_CLEARED_MAILBOX),
    ]
    for declared, stored in steps:
        predicted = declare(declared, check=True)
        assert tenant.writes == 0
        first = declare(declared)
        assert not first.get("failed"), first["msg"]
        assert first["changed"]
        assert tenant.writes == 1
        assert predicted["diff"] == first["diff"]
        # Only declared fields of the user may change.
        assert tenant.stored_user("1001") == {**whole, **stored}
        again = declare(declared)
        assert not again.get("failed")
        assert not again["changed"]
        assert tenant.writes == 0


@pytest.mark.parametrize("shown", ["clear", "absent", "empty", "masked"])
@pytest.mark.parametrize("resource", ["user", "box"])
def test_the_pin_is_written_according_to_update_pin(tenant: Tenant, shown: str, resource: str) -> None:
    tenant.begin(1, pin_reply=shown)
    number = {"mailbox": "1001"} if resource == "user" else {"extension_number": "8001"}
    run = tenant.mailbox if resource == "user" else tenant.box
    stored = (
        (lambda: tenant.stored_user("1001")["voicemail_pin"])
        if resource == "user"
        else (lambda: tenant.stored_boxes("8001")[0]["pin"])
    )
    before = stored()
    result = run(**number, pin=PIN, update_pin="on_create")
    assert not result["changed"]
    assert tenant.writes == 0
    assert stored() == before
    result = run(**number, pin=PIN)
    if shown == "clear":
        assert result["changed"]
        assert result["changed_fields"] == ["pin"]
        assert stored() == PIN
    else:
        assert not result["changed"]
        assert tenant.writes == 0
        assert stored() == before
        assert any("update_pin" in warning for warning in result["warnings"])
    result = run(**number, pin=OTHER_PIN, update_pin="always")
    assert result["changed"]
    assert stored() == OTHER_PIN
    result = run(**number, pin=OTHER_PIN, update_pin="always")
    assert result["changed"] == (shown != "clear")
    assert tenant.writes == 1
    assert stored() == OTHER_PIN


@pytest.mark.parametrize("omitted", ["keep", "reset"])
def test_a_pin_older_than_the_policy_is_accepted(tenant: Tenant, omitted: str) -> None:
    tenant.begin(1, update_omitted=omitted, pin_minimum=8)
    pins = [tenant.stored_user("1001")["voicemail_pin"], tenant.stored_boxes("8001")[0]["pin"]]
    assert tenant.mailboxes({"mailbox": "1001", "notify": True})["changed"]
    assert tenant.boxes({"extension_number": "8001", "name": "New name"})["changed"]
    assert [tenant.stored_user("1001")["voicemail_pin"], tenant.stored_boxes("8001")[0]["pin"]] == pins
    assert tenant.stored_boxes("8001")[0]["name"] == "New name"
    result = tenant.boxes({"extension_number": "8001", "name": "Newer name", "pin": PIN})
    assert "pin: must have 8 to 10 digits" in result["msg"]
    assert tenant.writes == 1


@pytest.mark.parametrize("blank", ["empty", "null", "absent"])
@pytest.mark.parametrize("defaults", ["set", "unset"])
@pytest.mark.parametrize("omitted", ["keep", "reset"])
def test_blank_values_are_equal(tenant: Tenant, blank: str, defaults: str, omitted: str) -> None:
    tenant.begin(blank_reply=blank, create_defaults=defaults, update_omitted=omitted)
    plain = {**NUMBER, "name": "Desk", "pin": PIN, "recipients": [], "play_datetime": "disabled", "enable_pin": True}
    assert tenant.boxes(plain)["changed"]
    assert not tenant.boxes(plain)["changed"]
    assert tenant.boxes({**plain, "name": "Counter", "recipients": ["a@example.com"]})["changed"]
    assert tenant.boxes({**plain, "name": "Counter"})["changed"]
    assert not tenant.boxes({**plain, "name": "Counter"})["changed"]
    assert tenant.stored_boxes("8500")[0]["recipients"] == ""


@pytest.mark.parametrize("omitted", ["keep", "reset"])
def test_a_mailbox_is_read_again_before_a_full_write(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, omitted: str
) -> None:
    tenant.begin(2, update_omitted=omitted)
    for run, key, change in (
        (tenant.mailboxes, {"mailbox": "1001", "notify": True}, {"email": "new@example.com"}),
        (tenant.boxes, {"extension_number": "8001", "name": "New name"}, {"recipients": "new@example.com"}),
    ):
        table = tenant.directory.users if "mailbox" in key else tenant.directory.boxes
        number = next(iter(key.values()))
        (found,) = [one["id"] for one in table.collection.values() if one["extension_number"] == number]
        with monkeypatch.context() as patch:
            # After the login and all reads for the plan.
            reads = 4 if "mailbox" in key else 3
            tenant.before_request(
                patch, reads, lambda table=table, found=found, change=change: table.change(found, change)
            )
            result = run(key)
        assert not result.get("failed"), result["msg"]
        stored = table.collection[found]
        assert stored.items() >= change.items()
        assert stored.get("name") == key.get("name", stored["name"])


def test_read_mailboxes_can_be_declared(tenant: Tenant) -> None:
    tenant.begin(5)
    tenant.boxes(BOX)
    found = tenant.run("shared_voicemail_info")["shared_voicemails"]
    assert [box["extension_number"] for box in found] == ["8001", "8002", "8003", "8004", "8005", "8500"]
    assert all("pin" not in box and "pin" not in box["native"] for box in found)
    again = tenant.boxes(*found)
    assert not again.get("failed")
    assert not again["changed"]
    assert tenant.writes == 0
    found = tenant.run("vmbox_info")["mailboxes"]
    assert [box["mailbox"] for box in found] == ["1000", "1001", "1002", "1003", "1004", "1005"]
    hidden = {"password", "extension_password", "voicemail_pin"}
    assert not any(hidden & set(box["native"]) for box in found)
    again = tenant.run("vmboxes", mailboxes=found)
    assert not again.get("failed")
    assert not again["changed"]
    assert tenant.writes == 0
    shown = tenant.run("vmbox_info", mailbox="1001", include_pins=True)["mailboxes"]
    assert [box["pin"] for box in shown] == [tenant.stored_user("1001")["voicemail_pin"]]
