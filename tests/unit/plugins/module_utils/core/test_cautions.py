# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that are refused, values that only cause a warning, and the number of warnings."""

from __future__ import annotations

import typing as t
import zoneinfo

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, check_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layout import Layout
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.sources import File, read_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.tables import Entry
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import Reader
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.plan import Index, plan
from ansible_collections.telephony.voicemail.plugins.module_utils.model import zones
from ansible_collections.telephony.voicemail.plugins.module_utils.model.artefacts import clean_cell
from ansible_collections.telephony.voicemail.plugins.module_utils.model.cautions import (
    Caution,
    cautions_of,
    grouped,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem, Subject
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor

ADDRESSES = [
    ("mailto:a@example.com", "`mailto:` does not belong to it; write a@example.com"),
    ("MAILTO:a@example.com?subject=x", "`mailto:` does not belong to it; write a@example.com"),
    ("<a@example.com>", "names and angle brackets do not belong to it; write a@example.com"),
    ("Name <a@example.com>", "names and angle brackets do not belong to it; write a@example.com"),
    ("a@example.com.", "it ends with a dot; write a@example.com"),
    ("a@@example.com", "it has more than one @; write a@example.com"),
    ("a@example", "its domain has no dot"),
    ("a @example.com", "it has a space; write a@example.com"),
    ("a@exam ple.com", "it has a space"),
    ("a@example.com;b@example.com", "it has a comma or semicolon; each address is an entry of its own"),
    ("a@example.com,b@example.com", "it has a comma or semicolon; each address is an entry of its own"),
    ("\u200ba@example.com", "it has an invisible character; write a@example.com"),
    ("a@example.com\xa0", "it has a space; write a@example.com"),
    ('"a@example.com"', "quotes do not belong to it; write a@example.com"),
    ("@example.com", "the part before the @ is missing"),
    ("a..b@example.com", "the part before the @ is not valid"),
    ("a@", "the domain is missing"),
    ("a@example..com", "its domain is not valid"),
    ("a@192.0.2.1", "its domain is not valid"),
    (f"{'x' * 65}@example.com", "the part before the @ has more than 64 characters"),
]
GOOD = ["a@example.com", "o'brien+vm_1@mail.example.co.uk", "\xe4@m\xfcller.example", "a@[192.0.2.1]"]
PLACES = [
    ("kazoo", "mailbox", "emails"),
    ("tel4vn", "mailbox", "emails"),
    ("onsip", "mailbox", "emails"),
    ("onsip", "mailbox", "onsip.pager"),
    ("portsip", "shared voicemail", "recipients"),
]
NO_DIGITS = "contains characters other than digits, which no telephone can dial"


@pytest.mark.parametrize(("name", "resource", "option"), PLACES)
def test_invalid_addresses_are_refused_with_a_reason(name: str, resource: str, option: str) -> None:
    kind = vendor(name).tables[resource].by_option[option].kind
    for text, problem in ADDRESSES:
        with pytest.raises(ValueError, match="must be an email address") as caught:
            kind.parse([text] if kind.elements else text)
        assert str(caught.value).endswith(f"must be an email address: {problem}")
    for text in GOOD:
        assert kind.parse([text] if kind.elements else text) == ([text] if kind.elements else text)


def cautions(item: dict[str, t.Any], name: str = "kazoo") -> list[Caution]:
    """Return the warnings about a declaration, which are the same in the plan of its creation."""
    table = vendor(name).tables["mailbox"]
    reader = Reader(table, tuple(arguments.MAILBOX), NAMES)
    desired = reader.read([{"mailbox": "3000", **item}])
    assert reader.problems == []
    found = cautions_of(table, desired[0])
    (step,) = plan(table, desired, Index.of([])).steps
    assert step.warnings == found
    return found


@pytest.mark.parametrize(
    "number",
    ["'1001", "\u200b1001", "10\u200b01", "\ufeff1001", "10\xad01", "tel:+491", '"1001"', "\uff11\uff10\uff10\uff11"],
)
def test_numbers_that_cannot_be_dialed_cause_a_warning(number: str) -> None:
    (caution,) = cautions({"mailbox": number, "name": "x"})
    assert caution.text == f"`mailbox` {NO_DIGITS}"
    (warning,) = grouped([caution])
    # Ansible removes invisible characters from its output, and the number would look correct without them.
    assert warning.isprintable()
    assert "(mailbox 1001)" not in warning
    assert [text for _label, text in cautions({"new_mailbox": number, "name": "x"})] == [f"`new_mailbox` {NO_DIGITS}"]


@pytest.mark.parametrize("pin", ["'0456", "NULL", "12-Mar", "0456\u200b", "\uff10\uff14\uff15\uff16"])
@pytest.mark.parametrize(("name", "further"), [("kazoo", {"name": "x"}), ("tel4vn", {})])
def test_the_warning_about_a_pin_does_not_show_it(pin: str, name: str, further: dict[str, str]) -> None:
    assert cautions({"pin": pin, **further}, name) == [
        Caution(Subject("mailbox", "3000", position=1), f"`pin` {NO_DIGITS}")
    ]


def test_other_numbers_of_a_mailbox_are_checked() -> None:
    own = {"aliases": ["3001", "'3002"], "operator_number": "tel:0", "notify": {"callback": {"number": "\u200b+49"}}}
    options = {text.split()[0] for _label, text in cautions({"name": "x", "kazoo": own})}
    assert options == {"`kazoo.aliases`", "`kazoo.operator_number`", "`kazoo.notify.callback.number`"}
    own = {"aliases": ["3001"], "operator_number": "*0#", "notify": {"callback": {"number": "+4930123"}}}
    assert cautions({"name": "x", "pin": "0456", "timezone": "Europe/Berlin", "kazoo": own}) == []


@pytest.mark.parametrize("zone", ["Europe/Berln", "europe/berlin", "EUROPE/BERLIN", "Europe/Berlin1"])
def test_unknown_time_zones_cause_a_warning(zone: str) -> None:
    zones.zone_caution.cache_clear()
    (caution,) = cautions({"name": "x", "timezone": zone})
    assert caution.text == f"`timezone` {zone} is not in the time zone database; did you mean Europe/Berlin?"


def test_without_a_database_time_zones_are_not_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> t.NoReturn:
        raise zoneinfo.ZoneInfoNotFoundError(name)

    monkeypatch.setattr(zones.zoneinfo, "ZoneInfo", missing)
    monkeypatch.setattr(zones, "known_names", frozenset)
    zones.zone_caution.cache_clear()
    texts = {text for zone in ("Europe/Berlin", "x/y") for _label, text in cautions({"name": "x", "timezone": zone})}
    zones.zone_caution.cache_clear()
    (text,) = texts
    assert "could not be checked, because this machine has no time zone database" in text


def test_thousands_of_equal_warnings_are_grouped() -> None:
    (warning,) = grouped([Caution(Subject("mailbox", str(number)), "`pin` x") for number in range(2000)])
    assert warning == f"2000 mailboxes: `pin` x: {', '.join(map(str, range(10)))} and 1990 more"
    assert grouped([Caution(Subject("mailbox", "1"), "x")] * 2) == ["mailbox 1: x"]
    assert len(grouped([Caution(Subject("mailbox", "1"), f"x{number}") for number in range(2000)])) == 21


def test_lint_warns_by_file_and_line() -> None:
    checks = Checks(vendor="kazoo")
    items = [{"mailbox": "'1001", "name": "x", "pin": "NULL"}, {"mailbox": "1002", "timezone": "Europe/Berln"}]
    entries = [Entry(f"a.yml:{line}", item) for line, item in enumerate(items, 1)]
    assert check_entries(entries, [], checks) == items
    assert checks.warnings == [
        f"a.yml:1: mailbox '1001: `mailbox` {NO_DIGITS}",
        f"a.yml:1: mailbox '1001: `pin` {NO_DIGITS}",
        "a.yml:2: mailbox 1002: `timezone` Europe/Berln is not in the time zone database; did you mean Europe/Berlin?",
    ]
    with pytest.raises(InvalidInputError, match=r"a.yml:3: mailbox 1003: `emails` .*; write a@example.com"):
        check_entries([Entry("a.yml:3", {"mailbox": "1003", "emails": ["a@example.com."]})], [], Checks(vendor="kazoo"))


def test_a_table_from_a_spreadsheet_is_read() -> None:
    row = "'1001;'s-Hertogenbosch;'0456;'a@example.com\u200b;\xa0Europe/Berlin"
    text = f"\ufeff\u200bmailbox;name;pin;emails;'timezone\n{row}\n"
    problems: list[Problem] = []
    (entry,) = read_entries(File(text, "x.csv"), Layout(), problems)
    assert [*problems, *entry.problems] == []
    assert entry.item == {
        "mailbox": "1001",
        "name": "'s-Hertogenbosch",
        "pin": "0456",
        "emails": ["a@example.com"],
        "timezone": "Europe/Berlin",
    }


@pytest.mark.parametrize(
    ("cell", "clean"),
    [
        ("'1001", "1001"),
        ("10\u200b01\ufeff", "1001"),
        ("\xa01001\xa0", "1001"),
        ('"1001"', "1001"),
        ("'1001'", "1001"),
        ("\u201c1001\u201d", "1001"),
        ('\u200b"\'0456" ', "0456"),
        ("\xad", ""),
        ("'", ""),
        ('="0300"', '="0300"'),
        ("o'brien@example.com", "o'brien@example.com"),
    ],
)
def test_spreadsheet_marks_around_a_number_are_removed(cell: str, clean: str) -> None:
    assert clean_cell(cell) == clean


@pytest.mark.parametrize(
    ("cell", "clean"),
    [
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("'=Sales", "=Sales"),
        ('"Reception"', "Reception"),
        ('"Bob" and "Eve"', '"Bob" and "Eve"'),
        ("\ufeffDesk\u200b", "Desk"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
    ],
)
def test_spreadsheet_marks_around_a_name_are_removed(cell: str, clean: str) -> None:
    assert clean_cell(cell, is_name=True) == clean
