# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter mailboxes_for_vendor: translated values, reported losses, and the user's choices."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display
from ansible_collections.telephony.voicemail.plugins.filter.mailboxes_for_vendor import FilterModule

mailboxes_for_vendor = FilterModule().filters()["mailboxes_for_vendor"]
NO_PIN = "PINs were not requested"
Item = dict[str, t.Any]


def losses(result: Item, *, usual: bool = False) -> dict[str, str]:
    """Return the reason of each lost option. Skip defaults, and the PIN that was not requested."""
    return {
        row["option"]: row["reason"] for row in result["losses"] if row["usual"] is usual and row["reason"] != NO_PIN
    }


def one(box: Item, source: str, target: str, **options: t.Any) -> tuple[Item, dict[str, str]]:
    """Translate one valid mailbox."""
    result = mailboxes_for_vendor([{"mailbox": "3000", **box}], source, target, **options)
    (mailbox,) = result["mailboxes"]
    assert mailbox.pop("mailbox") == "3000"
    return mailbox, losses(result)


def problems_of(*arguments: t.Any, **options: t.Any) -> str:
    with pytest.raises(AnsibleFilterError) as caught:
        mailboxes_for_vendor(*arguments, **options)
    return str(caught.value)


def test_notifications_follow_the_behavior_of_the_old_system() -> None:
    kazoo = {"name": "Reception", "emails": ["a@example.com"], "attach_audio": True, "after_email": "delete"}
    mailbox, lost = one(kazoo, "kazoo", "onsip")
    assert mailbox == {**kazoo, "notify": True}
    assert lost == {}
    mailbox, lost = one({"name": "Reception", "attach_audio": False}, "kazoo", "onsip")
    assert mailbox == {"name": "Reception", "notify": False, "attach_audio": False}


def test_an_address_without_notifications_keeps_none() -> None:
    onsip = {"name": "Reception", "emails": ["a@example.com"], "notify": False}
    mailbox, lost = one(onsip, "onsip", "kazoo")
    assert mailbox == {"name": "Reception", "require_pin": True}
    assert lost == {"emails": "`notify` is false, and a KAZOO box notifies by email as soon as it has `emails`"}
    mailbox, lost = one({**onsip, "notify": True}, "onsip", "kazoo")
    assert mailbox == {"name": "Reception", "require_pin": True, "emails": ["a@example.com"]}
    assert lost == {}
    assert one({**onsip, "emails": None, "notify": True}, "onsip", "kazoo")[1] == {
        "notify": "a KAZOO box notifies by email as soon as it has `emails`"
    }


def test_several_addresses_for_a_single_one_are_a_loss() -> None:
    box = {"name": "Reception", "emails": ["a@example.com", "b@example.com"], "attach_audio": True}
    result = mailboxes_for_vendor([{"mailbox": "3000", **box}], "kazoo", "onsip")
    lost = losses(result)
    assert result["mailboxes"] == [{"mailbox": "3000", "name": "Reception"}]
    assert lost["emails"] == "must have at most 1 entries, got 2"
    assert lost["notify"].startswith("`notify` true needs `emails`")
    assert losses(result, usual=True)["attach_audio"].startswith("`attach_audio` true needs `notify`")
    # Dependent values are translated if the user sets one.
    mailbox, lost = one(box, "kazoo", "onsip", overrides={3000: {"emails": ["b@example.com"]}})
    assert mailbox == {"name": "Reception", "emails": ["b@example.com"], "notify": True, "attach_audio": True}
    assert lost == {}


def test_name_and_address_of_a_user_are_translated() -> None:
    native = {"display_name": "Ada Abendrot", "email": "ada@example.com", "enabled": True}
    portsip = {"require_pin": True, "notify": True, "announce_time": "24_hour", "language": "de-DE", "native": native}
    mailbox, lost = one(portsip, "portsip", "kazoo")
    assert mailbox == {"name": "Ada Abendrot", "emails": ["ada@example.com"], "require_pin": True}
    assert set(lost) == {"announce_time", "language"}
    mailbox, lost = one({**portsip, "notify": False}, "portsip", "kazoo")
    assert "emails" not in mailbox
    assert "`notify` is false" in lost["emails"]
    mailbox, _lost = one(portsip, "portsip", "tel4vn", renamed={"name": "description"}, pins={"3000": "904751"})
    assert mailbox["description"] == "Ada Abendrot"


def test_a_missing_name_is_replaced() -> None:
    renamed = {"name": "description", "description": "name"}
    result = mailboxes_for_vendor(
        [{"mailbox": "3000", "description": "Front desk"}], "tel4vn", "onsip", renamed=renamed
    )
    assert result["mailboxes"][0]["name"] == "Front desk"
    assert result["renamed"] == {"description": "name"}
    assert losses(result) == {}
    # Not if the other vendor has a separate value.
    box = {"mailbox": "3000", "name": "Reception", "onsip": {"say_duration": True}}
    kept = mailboxes_for_vendor([box], "onsip", "kazoo", renamed={"onsip.say_duration": "name"})
    assert kept["mailboxes"][0]["name"] == "Reception"
    assert losses(kept) == {"onsip.say_duration": "KAZOO has no such field"}


def test_two_values_are_never_merged_into_one() -> None:
    box = {"mailbox": "3000", "name": "Reception", "timezone": "Europe/Berlin"}
    renamed = {"name": "description", "timezone": "description"}
    result = mailboxes_for_vendor([box], "kazoo", "tel4vn", renamed=renamed, pins={"3000": "904751"})
    assert result["mailboxes"][0]["description"] == "Reception"
    assert losses(result) == {"timezone": "the time zone is a setting of the tenant"}


def test_values_can_be_replaced() -> None:
    box = {"name": "Reception", "timezone": "Europe/Berlin", "emails": ["a@old.example", "b@old.example"]}
    swaps = {"timezone": {"Europe/Berlin": "America/Chicago"}, "emails": {"a@old.example": "a@new.example"}}
    swaps["emails"]["b@old.example"] = None
    mailbox, lost = one(box, "kazoo", "onsip", values=swaps)
    assert mailbox == {
        "name": "Reception",
        "timezone": "America/Chicago",
        "emails": ["a@new.example"],
        "notify": True,
    }
    assert lost == {}
    for nothing in (None, ""):
        mailbox, lost = one(box, "kazoo", "onsip", values={"timezone": {"Europe/Berlin": nothing}})
        assert lost["timezone"] == "left out on request"
        assert "timezone" not in mailbox


def test_the_value_of_a_new_mailbox_is_reported() -> None:
    box = {"mailbox": "3000", "name": "Reception", "timezone": "Europe/Berlin"}

    def instead(**options: t.Any) -> str:
        (row,) = [
            row
            for row in mailboxes_for_vendor([box], "kazoo", "onsip", **options)["losses"]
            if row["value"] == "Europe/Berlin"
        ]
        assert row["mailboxes"] == ["3000"]
        return row["instead"]

    assert instead() == "America/New_York"
    assert instead(defaults={"timezone": "America/Denver"}) == "America/Denver"


def test_default_values_are_reported_separately() -> None:
    boxes = [
        {"mailbox": number, "name": number, "kazoo": {"skip_greeting": number == "3001", "transcribe": False}}
        for number in ("3000", "3001", "3002")
    ]
    rows = {
        (row["option"], row["usual"]): row["mailboxes"]
        for row in mailboxes_for_vendor(boxes, "kazoo", "onsip")["losses"]
        if row["option"].startswith("kazoo.")
    }
    assert rows == {
        ("kazoo.skip_greeting", False): ["3001"],
        ("kazoo.skip_greeting", True): ["3000", "3002"],
        ("kazoo.transcribe", True): ["3000", "3001", "3002"],
    }


@pytest.mark.parametrize("target", ["portsip", "tel4vn", "onsip"])
def test_an_unsupported_number_is_left_out(target: str) -> None:
    box = {"mailbox": "sales", "name": "Sales"}
    pins = {"3005": "904751"}
    result = mailboxes_for_vendor([box], "kazoo", target, present=[], pins=pins)
    assert result["mailboxes"] == []
    assert result["left_out"][0]["mailbox"] == "sales"
    assert "its number must be" in result["left_out"][0]["reason"]
    solved = {"overrides": {"sales": {"mailbox": "3005"}}, "present": ["3005"], "pins": pins}
    result = mailboxes_for_vendor([box], "kazoo", target, **solved)
    assert [box["mailbox"] for box in result["mailboxes"]] == ["3005"]


def test_two_mailboxes_with_one_number_are_both_left_out() -> None:
    boxes = [{"mailbox": number, "name": number} for number in ("3000", "3001")]
    result = mailboxes_for_vendor(boxes, "kazoo", "onsip", overrides={"3001": {"mailbox": "3000"}})
    assert [box["mailbox"] for box in result["left_out"]] == ["3000", "3001"]
    assert "2 boxes would have the number 3000" in result["left_out"][0]["reason"]
    result = mailboxes_for_vendor(boxes, "kazoo", "onsip", overrides={"3001": None, "9999": {"name": "x"}})
    assert result["left_out"] == [{"mailbox": "3001", "reason": "left out on request"}]
    assert result["unused_overrides"] == ["9999"]


def test_mailboxes_that_cannot_be_created_must_exist() -> None:
    boxes = [{"mailbox": "3000", "description": "Front desk"}, {"mailbox": "3001", "description": "Sales"}]
    unknown = mailboxes_for_vendor(boxes, "tel4vn", "kazoo")
    assert (unknown["mailboxes"], unknown["undecided"]) == ([], ["3000", "3001"])
    known = mailboxes_for_vendor(boxes, "tel4vn", "kazoo", present=["3001"])
    assert [box["mailbox"] for box in known["mailboxes"]] == ["3001"]
    assert known["left_out"] == [
        {"mailbox": "3000", "reason": "does not exist there, and cannot be created without `name`"}
    ]
    named = mailboxes_for_vendor(boxes, "tel4vn", "kazoo", defaults={"name": "New"})
    assert (len(named["mailboxes"]), named["undecided"]) == (2, [])
    users = mailboxes_for_vendor(boxes, "tel4vn", "portsip", present=["3001"])
    assert [box["mailbox"] for box in users["mailboxes"]] == ["3001"]
    assert "create the user in PortSIP first" in users["left_out"][0]["reason"]


def test_pins_are_translated_or_reported() -> None:
    box = {"name": "Reception", "pin": "0456"}
    mailbox, lost = one(box, "kazoo", "tel4vn", include_pins=True)
    assert mailbox["pin"] == "0456"
    mailbox, lost = one(box, "kazoo", "onsip", include_pins=True)
    assert "pin" not in mailbox
    assert "must not start with 0" in lost["pin"]
    # A mailbox without a PIN loses none, but a hidden PIN is lost.
    assert "pin" not in one({"name": "Reception"}, "kazoo", "onsip", include_pins=True)[1]
    hidden = {"name": "Reception", "hidden": ["pin"]}
    assert one(hidden, "onsip", "kazoo", include_pins=True)[1]["pin"] == "OnSIP does not show it"
    # A required PIN that the old system hides is generated, and later left to the owner.
    needed = mailboxes_for_vendor([{"mailbox": "3000", "name": "x"}], "kazoo", "tel4vn")
    assert (needed["without_pin"], needed["undecided"]) == (["3000"], ["3000"])
    made, lost = one({"name": "Reception"}, "kazoo", "tel4vn", pins={"3000": "904751"})
    assert made == {"pin": "904751", "update_pin": "on_create"}


def test_shared_voicemails_become_mailboxes() -> None:
    shared = {
        "extension_number": "8500",
        "id": "7",
        "name": "Support",
        "prompt": "en-US",
        "pin": "482159",
        "enable_pin": True,
        "enable_email_notify": True,
        "recipients": ["a@example.com"],
        "play_datetime": "disabled",
        "native": {},
    }
    result = mailboxes_for_vendor([], "portsip", "kazoo", shared_voicemails=[shared], include_pins=True)
    expected = {"mailbox": "8500", "name": "Support", "pin": "482159", "require_pin": True, "emails": ["a@example.com"]}
    assert result["mailboxes"] == [expected]
    assert set(losses(result)) == {"prompt"}
    assert set(losses(result, usual=True)) == {"play_datetime"}
    (refused,) = mailboxes_for_vendor([], "portsip", "portsip", shared_voicemails=[shared])["left_out"]
    assert "PortSIP PBX has its own shared voicemails" in refused["reason"]


def test_ids_are_not_carried_to_another_system() -> None:
    box = {
        "name": "Reception",
        "owner_id": "a" * 32,
        "kazoo": {"skip_greeting": True, "media": {"unavailable": "b" * 32}},
    }
    mailbox, lost = one(box, "kazoo", "kazoo")
    assert mailbox == {"name": "Reception", "kazoo": {"skip_greeting": True}}
    assert set(lost) == {"owner_id", "kazoo.media.unavailable"}


def test_all_problems_of_the_choices_are_reported_together() -> None:
    text = problems_of(
        [{"mailbox": "3000", "name": "x"}],
        "kazoo",
        "onsip",
        defaults={"state": "absent", "mailbox": "1"},
        overrides={"3000": {"id": "7"}, "3001": "x"},
        values={"timezone": "x", "nmae": {}},
    )
    for part in (
        "`defaults` must not contain `state`",
        "`defaults` must not contain `mailbox`",
        "`overrides` of 3000 must not contain `id`",
        "`overrides` of 3001 must be a dictionary",
        "`values.timezone` must be a dictionary",
        "`values` contains the unknown option `nmae`",
    ):
        assert part in text


def test_choices_are_validated_by_the_rules_of_the_target() -> None:
    boxes = [{"mailbox": number, "name": "x"} for number in ("3000", "3001")]
    text = problems_of(
        boxes, "kazoo", "onsip", defaults={"timezone": "Mars"}, overrides={"3001": {"require_pin": True}}
    )
    assert text.count("Mars") == 1
    assert "mailbox 3001: `require_pin` is not supported by OnSIP" in text
    secret = problems_of(boxes, "kazoo", "onsip", overrides={"3001": {"pin": "073194"}})
    assert "`pin` must not start with 0" in secret
    assert "073194" not in secret


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (([], "kazoo", "asterisk"), "`target` must be one of kazoo"),
        (("text", "kazoo", "onsip"), "`boxes` must be a list, not text"),
        (([{"number": "3000"}], "kazoo", "onsip"), "item 1: must be a dictionary with `mailbox`"),
        (([{"mailbox": "3000", "nmae": "x"}], "kazoo", "onsip"), "mailbox 3000: KAZOO has no option `nmae`"),
    ],
)
def test_values_other_than_mailboxes_are_refused(arguments: tuple[t.Any, ...], reported: str) -> None:
    assert reported in problems_of(*arguments)


def test_shared_voicemails_of_a_vendor_without_them_are_refused() -> None:
    assert "KAZOO has no shared voicemails" in problems_of([], "kazoo", "onsip", shared_voicemails=[{}])


def test_a_number_as_key_is_accepted_with_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, text, *_others, **_options: shown.append(text))
    mailbox, _lost = one({"name": "Reception"}, "kazoo", "onsip", overrides={3000: {"name": "Desk"}})
    assert mailbox["name"] == "Desk"
    assert ["`overrides`: 3000" in text and "YAML reads 0123 as 83" in text for text in shown] == [True]


def test_problems_can_be_returned_without_mailboxes() -> None:
    boxes = [{"mailbox": "3000", "name": "Reception"}]
    given = {"source": "kazoo", "target": "onsip", "overrides": {"3000": {"nonsense": 1}}}
    with pytest.raises(AnsibleFilterError, match="nonsense") as caught:
        mailboxes_for_vendor(boxes, **given)
    result = mailboxes_for_vendor(boxes, **given, return_problems=True)
    assert f"mailboxes_for_vendor: {result['problem']}" == str(caught.value)
    assert result["mailboxes"] == []
    fine = mailboxes_for_vendor(boxes, source="kazoo", target="onsip", return_problems=True)
    assert (fine["problem"], len(fine["mailboxes"])) == ("", 1)
    assert "problem" not in mailboxes_for_vendor(boxes, source="kazoo", target="onsip")


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="unknown option nonsense"):
        mailboxes_for_vendor([], source="kazoo", target="onsip", nonsense=True)
