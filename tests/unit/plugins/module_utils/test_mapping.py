# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Columns, values, templates and conditions of tables, and errors about their mapping."""

from __future__ import annotations

import re
import typing as t
import zoneinfo

import pytest
from ansible_collections.telephony.voicemail.plugins.filter.rows_to_mailboxes import rows_to_mailboxes
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.values import truth
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.windows_zones import WINDOWS_ZONES
from helpers.tabular import problems_of, read

TRUE = [
    "TRUE",
    "True",
    "yes",
    "1",
    "ja",
    "oui",
    "VRAI",
    "WAHR",
    "sí",
    "verdadero",
    "SIM",
    "vero",
    "tak",
    "có",
    "on",
    "x",
]
FALSE = ["FALSE", "no", "0", "nein", "non", "FAUX", "FALSCH", "falso", "não", "nie", "không", "off"]


def one(headings: str, cells: str, **options: t.Any) -> dict[str, t.Any]:
    """Return the item of a table with one row."""
    (item,) = read(f"mailbox;{headings}\n1;{cells}\n", "a.csv", **options)
    return {key: value for key, value in item.items() if key != "mailbox"}


@pytest.mark.parametrize(("words", "value"), [(TRUE, True), (FALSE, False)])
def test_booleans_are_read_in_many_languages(words: list[str], value: bool) -> None:
    for word in words:
        assert one("attach_audio", word) == {"attach_audio": value}, word
    assert one("name", words[0]) == {"name": words[0]}


def test_no_word_is_true_and_false() -> None:
    assert [word for word in (*TRUE, *FALSE) if truth(word) is None] == []
    assert truth("perhaps") is None


def test_choices_ignore_case_and_accept_integers() -> None:
    found = one("After_Email;STATE;kazoo.media_extension;kazoo.seek_duration_ms", "Delete;Present;WAV;0500")
    assert found == {
        "after_email": "delete",
        "state": "present",
        "kazoo": {"media_extension": "wav", "seek_duration_ms": 500},
    }


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("romance standard time", "Europe/Paris"),
        ("W. Europe Daylight Time", "Europe/Berlin"),
        ("Eastern Standard Time", "America/New_York"),
        ("US Mountain Standard Time", "America/Phoenix"),
        ("SE Asia Standard Time", "Asia/Bangkok"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("UTC", "UTC"),
    ],
)
def test_windows_time_zones_are_translated(name: str, zone: str) -> None:
    assert one("timezone", name) == {"timezone": zone}


def test_every_windows_zone_is_in_the_database() -> None:
    assert len(WINDOWS_ZONES) > 140
    assert set(WINDOWS_ZONES.values()) <= zoneinfo.available_timezones()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("1", "delete"), ("0", "keep"), ("Save", "save"), ("", None)],
)
def test_value_maps_are_applied(cell: str, expected: str | None) -> None:
    columns = {"vm": {"option": "after_email", "values": {1: "delete", 0: "keep"}}}
    assert one("vm", cell, columns=columns).get("after_email") == expected


@pytest.mark.parametrize(
    ("option", "values", "cell"),
    [
        ("after_email", {1: "delete", 0: "keep"}, "later"),
        ("after_email", {1: "delete", 0: "keep"}, "01"),
        ("notify", {"mail": True, "none": False}, "fax"),
        ("timezone", {"Berlin": "Europe/Berlin", "Paris": "Europe/Paris"}, "Rom"),
    ],
)
def test_unmapped_values_are_refused_with_the_known_ones(option: str, values: dict[t.Any, t.Any], cell: str) -> None:
    columns = {"vm": {"option": option, "values": values}}
    (problem,) = problems_of(f"mailbox,vm\n1,{cell}\n", "a.csv", columns=columns)
    assert problem == (
        f"a.csv:2, column vm, value '{cell}': `{option}` has a value that its column does not map."
        f" `values` has {', '.join(map(str, values)).lower()}"
    )


def test_valid_option_values_need_no_mapping() -> None:
    zones = {"option": "timezone", "values": {"Berlin": "Europe/Berlin"}}
    assert one("vm", "Asia/Tokyo", columns={"vm": zones}) == {"timezone": "Asia/Tokyo"}
    assert one("vm", "Romance Standard Time", columns={"vm": zones}) == {"timezone": "Europe/Paris"}
    names = {"option": "name", "values": {"-": None}}
    assert one("vm", "Ada", columns={"vm": names}) == {"name": "Ada"}


def test_value_maps_can_match_empty_and_other_cells() -> None:
    values = {"": "Europe/Paris", "*": None, "Berlin": "W. Europe Standard Time", "New\nYork": "America/New_York"}
    columns = {"site": {"option": "timezone", "values": values}}
    found = [one("site", cell, columns=columns).get("timezone") for cell in ("", "Rome", "BERLIN", '"new york"')]
    assert found == ["Europe/Paris", None, "Europe/Berlin", "America/New_York"]


def test_a_value_can_set_several_options() -> None:
    columns = {"mode": {"values": {"off": {"notify": False}, 2: {"notify": True, "kazoo.skip_greeting": True}}}}
    assert one("mode", "2", columns=columns) == {"notify": True, "kazoo": {"skip_greeting": True}}
    assert one("mode", "no", columns=columns) == {"notify": False}
    assert problems_of("mailbox;mode\n1;3\n2;maybe\n", "a.csv", columns=columns) == [
        "a.csv:2, column mode, value '3': must be one of off, 2",
        "a.csv:3, column mode, value 'maybe': must be one of off, 2",
    ]


def test_templates_join_columns() -> None:
    options = {"templates": {"name": "{First} {Last} ({Room})"}, "optional_columns": ["Room"]}
    assert one("First;Last", "Ada;Moss", **options) == {"name": "Ada Moss ()"}
    assert one("First;Last", ";", **options) == {}
    joined = {"templates": {"name": ["First", "Middle", "Last"], "kazoo.operator_number": "0{mailbox}"}}
    assert one("First;Middle;Last", "Ada;;Moss", **joined) == {"name": "Ada Moss", "kazoo": {"operator_number": "01"}}
    rows = [{"First": "Ada", "Last": None, "Nr": 3000.0}]
    assert rows_to_mailboxes(rows, {"Nr": "mailbox"}, templates={"name": "{First} {Last}"}) == [
        {"mailbox": 3000, "name": "Ada"}
    ]


@pytest.mark.parametrize("cell", ["a@x.example;b@x.example", "a@x.example, b@x.example", "a@x.example|b@x.example"])
@pytest.mark.parametrize("extra", ["", ";"])
def test_addresses_are_split_at_separators(cell: str, extra: str) -> None:
    assert one("emails", f'"{cell}{extra}"') == {"emails": ["a@x.example", "b@x.example"]}
    assert one("emails", f'"{cell.replace("|", " ").replace(", ", chr(10))}"') == {
        "emails": ["a@x.example", "b@x.example"]
    }


def test_several_columns_of_addresses_are_joined() -> None:
    columns = {"Mail 1": "emails", "Mail 2": "emails"}
    assert one("Mail 1;Mail 2", "a@x.example;b@x.example", columns=columns) == {
        "emails": ["a@x.example", "b@x.example"]
    }
    assert one("Mail 1;Mail 2", ";b@x.example", columns=columns) == {"emails": ["b@x.example"]}
    assert problems_of("mailbox;A;B\n1;x;y\n", "a.csv", columns={"A": "name", "B": "name"}) == [
        "a.csv:1: two columns contain `name`. Map one of them to null, or join them in `templates`"
    ]


def test_a_name_with_an_address_is_reported_with_the_correct_value() -> None:
    (reported,) = problems_of('mailbox;emails\n1;"Ada Moss <ada@x.example>"\n', "a.csv", "kazoo")
    assert "column emails, value 'Ada Moss <ada@x.example>'" in reported
    assert reported.endswith("write ada@x.example")


def test_other_separators_can_be_set() -> None:
    assert one("kazoo.flags", "a b, c") == {"kazoo": {"flags": ["a b, c"]}}
    assert one("kazoo.flags", "a b, c", list_separator=[",", " "]) == {"kazoo": {"flags": ["a", "b", "c"]}}


TABLE = "mailbox;Voicemail;Floor\n1;1;2\n2;0;2\n3;yes;3\n4;novm;\n"


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({"only_rows": {"voicemail": 1}}, "1"),
        ({"only_rows": {"Voicemail": True}}, "13"),
        ({"only_rows": {"Voicemail": [1, "YES"]}}, "13"),
        ({"skip_rows": {"Voicemail": ["novm", 0]}}, "13"),
        ({"skip_rows": {"Voicemail": "novm", "Floor": 3}}, "12"),
        ({"only_rows": {"Voicemail": True, "Floor": 2}}, "1"),
        ({"only_rows": {"Floor": None}}, "4"),
        ({"skip_rows": {"Floor": ""}}, "123"),
        ({"only_rows": {"Gone": 1}, "optional_columns": ["G*"]}, "1234"),
    ],
)
def test_conditions_select_rows(options: dict[str, t.Any], numbers: str) -> None:
    found = read(TABLE, "a.csv", ignore_unknown_columns=True, **options)
    assert "".join(item["mailbox"] for item in found) == numbers


def test_conditions_without_a_match_or_column_are_refused() -> None:
    assert problems_of(TABLE, "a.csv", ignore_unknown_columns=True, only_rows={"Floor": 9}) == [
        (
            "a.csv: has no row that matches `only_rows` and `skip_rows`. For an empty list, use `[]` in a YAML"
            " or JSON file"
        )
    ]
    assert problems_of(TABLE, "a.csv", ignore_unknown_columns=True, skip_rows={"Voicemial": 1}) == [
        "a.csv:1: `skip_rows` refers to 'Voicemial', but there is no such column. Its heading may be 'Voicemail'"
    ]


def test_only_mapped_columns_are_read() -> None:
    text = "Ext;name;description\n1;secret name;x\n"
    assert read(text, "a.csv", columns={"Ext": "mailbox"}, only_mapped_columns=True) == [{"mailbox": "1"}]
    named = read(text, "a.csv", columns={"Ext": "mailbox"}, templates={"name": "{name}"}, only_mapped_columns=True)
    assert named == [{"mailbox": "1", "name": "secret name"}]


def test_optional_columns_may_be_missing() -> None:
    columns = {"Mail": "emails", "Fax": None, "VM": "notify"}
    assert problems_of("mailbox;Mail\n1;\n", "a.csv", columns=columns, optional_columns=["F*"]) == [
        "a.csv:1: `columns` refers to 'VM', but there is no such column. Add it, or list it in `optional_columns`"
    ]
    assert read("mailbox;Mail\n1;\n", "a.csv", columns=columns, optional_columns=["*"]) == [{"mailbox": "1"}]


def test_a_marker_clears_an_option() -> None:
    found = one("name;emails;timezone;kazoo.flags", "-;-;Europe/Paris;- ", clear_marker="-")
    assert found == {"name": None, "emails": [], "timezone": "Europe/Paris", "kazoo": {"flags": []}}
    assert one("name", "-") == {"name": "-"}


PIN = "48219377"


def test_errors_contain_no_pin_in_any_column() -> None:
    text = f"mailbox;name;pin;notify;emails;timezone\n1;A;{PIN};{PIN};{PIN};{PIN}\n2;B;12;{PIN}x;#{PIN};a{PIN}\n"
    reported = problems_of(text, "a.csv", "kazoo", templates={"description": "{pin}"}, columns={"name": "after_email"})
    assert len(reported) > 4
    assert PIN not in "".join(reported)


def test_every_error_names_file_line_column_and_value() -> None:
    text = "Nr;Zone;Keep;Mail\n1;UTC+1;sometimes;x y\n2;Europe/Paris;Keep;a@b.example\n"
    columns = {"Nr": "mailbox", "Zone": "timezone", "Keep": "after_email", "Mail": "emails"}
    assert problems_of(text, "a.csv", "onsip", columns=columns) == [
        (
            "a.csv:2, column Zone, value 'UTC+1': mailbox 1: `timezone` must be one of America/New_York, "
            "America/Chicago, America/Denver, America/Los_Angeles; OnSIP supports only these four zones"
        ),
        "a.csv:2, column Keep, value 'sometimes': mailbox 1: `after_email` must be one of keep, delete",
        "a.csv:2, column Mail, value 'x y': mailbox 1: `emails` must be an email address",
        (
            "a.csv:3, column Zone, value 'Europe/Paris': mailbox 2: `timezone` must be one of America/New_York,"
            " America/Chicago, America/Denver, America/Los_Angeles; OnSIP supports only these four zones"
        ),
    ]


def test_the_filter_accepts_the_same_options() -> None:
    text = "3000;Ada;1\n3001;Ben;0\n"
    found = rows_to_mailboxes(
        text,
        {"A": "mailbox", "B": "name", "C": {"option": "after_email", "values": {1: "delete"}}},
        heading_row=0,
        only_rows={"C": 1},
        delimiter=";",
    )
    assert found == [{"mailbox": "3000", "name": "Ada", "after_email": "delete"}]
    skipped = rows_to_mailboxes("mailbox;timezone\n1;?\n2;UTC\n", vendor="kazoo", invalid="skip")
    assert skipped[0]["invalid"] == [
        "line 2, column timezone, value '?': mailbox 1: `timezone` must be an IANA time zone such as Europe/Paris"
    ]
    assert skipped[1] == {"mailbox": "2", "timezone": "UTC", "source": "line 3"}


def test_fifty_mistakes_are_grouped() -> None:
    """Check that each of fifty different values is shown with its row."""
    zones = ["Mars", "Moon", "Venus", "UTC+1", "Berlin?"]
    rows = "".join(f"{3000 + row},{zones[row % 5]}\n" for row in range(50))
    with pytest.raises(InvalidInputError) as caught:
        read(f"mailbox,Zone\n{rows}", "staff.csv", "onsip", columns={"Zone": "timezone"})
    text = str(caught.value)
    assert len(text.encode()) < 2000
    assert text.count("\n") == 1
    (table,) = re.findall(r"staff\.csv, column Zone: lines (.*)\.$", text)
    shown = {value: numbers.split(", ") for numbers, value in re.findall(r"([\d, ]+) '([^']+)'", table)}
    assert {zone: len(numbers) for zone, numbers in shown.items()} == dict.fromkeys(zones, 10)


def test_mistakes_are_grouped_by_column() -> None:
    rows = "".join(f"{3000 + row},Mars,x{row}\n" for row in range(25))
    with pytest.raises(InvalidInputError) as caught:
        read(f"mailbox,timezone,emails\n{rows}", "staff.csv", "onsip")
    lines = str(caught.value).splitlines()[1:]
    assert [line.partition(":")[0] for line in lines] == ["- 25 mailboxes", "- 25 mailboxes"]
    assert "column timezone: lines 2-9, 10-26 'Mars'" in lines[0]
