# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading lists from files: formats, places, and errors."""

from __future__ import annotations

import csv
import io
import json

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.imports import documents
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, check_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.delimited import read_delimited
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layout import Layout
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.options import item_options
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.sources import File, read_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.tables import Entry, likeness_of, read_sheet
from ansible_collections.telephony.voicemail.plugins.module_utils.model.artefacts import clean_cell
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem
from helpers.examples import examples
from hypothesis import example, given
from hypothesis import strategies as st

ITEMS = [{"mailbox": "3000", "name": "Reception"}, {"mailbox": "3001", "emails": ["a@example.com"]}]


def items(text: str, name: str) -> list:
    """Return the items of a file."""
    problems: list[Problem] = []
    entries = read_entries(File(text, name), Layout(), problems)
    return check_entries(entries, problems, Checks())


def problems_of(text: str, name: str) -> tuple[str, ...]:
    with pytest.raises(InvalidInputError) as caught:
        items(text, name)
    return tuple(map(str, caught.value.problems))


@pytest.mark.parametrize("content", [ITEMS, {"mailboxes": ITEMS}], ids=["list", "dictionary"])
@pytest.mark.parametrize("name", ["boxes.json", "boxes.yml", "boxes.YAML", "boxes"])
def test_json_and_yaml_are_read(content: object, name: str) -> None:
    assert items(json.dumps(content), name) == ITEMS


def test_json_with_a_byte_order_mark_is_read() -> None:
    assert items("\ufeff" + json.dumps(ITEMS), "boxes.json") == ITEMS


def test_a_host_without_pyyaml_reads_the_other_formats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "yaml", None)
    assert items(json.dumps(ITEMS), "boxes.json") == ITEMS
    reported = "boxes.yml: cannot be read without PyYAML. Install it with `pip install PyYAML`, or use JSON or CSV"
    assert problems_of("- mailbox: '3000'", "boxes.yml") == (reported,)


@pytest.mark.parametrize("name", ["boxes.yml", "boxes.json"])
@pytest.mark.parametrize("text", ["[]", '{"mailboxes": []}'])
def test_an_empty_list_must_be_explicit(text: str, name: str) -> None:
    assert items(text, name) == []


DEFAULTS = """
defaults: {timezone: Europe/Paris, attach_audio: no, kazoo: {skip_greeting: yes, skip_envelope: true}}
mailboxes:
  - {mailbox: 0300, timezone: null, kazoo: {skip_greeting: no}}
  - {mailbox: 0301}
"""


def test_a_document_has_defaults_for_its_entries() -> None:
    shared = {"timezone": "Europe/Paris", "attach_audio": False}
    assert items(DEFAULTS, "boxes.yml") == [
        {"mailbox": "0300", **shared, "timezone": None, "kazoo": {"skip_greeting": False, "skip_envelope": True}},
        {"mailbox": "0301", **shared, "kazoo": {"skip_greeting": True, "skip_envelope": True}},
    ]
    # The document's defaults override those of a task or role.
    text = '{"defaults": {"name": "a"}, "mailboxes": [{"mailbox": "1"}]}'
    (entry,) = read_entries(File(text, "b.json"), Layout(), [])
    assert check_entries([entry], [], Checks({"name": "b", "notify": True})) == [
        {"mailbox": "1", "name": "a", "notify": True}
    ]


@pytest.mark.parametrize(
    ("defaults", "problem"),
    [
        ("[1]", "boxes.yml:1: `defaults` must be a dictionary of options, not a list"),
        (
            "{mailbox: 3000}",
            "boxes.yml:1: `defaults` must not contain `mailbox`, which identifies one entry. Move it to the entry",
        ),
        ("{id: x}", "boxes.yml:1: `defaults` must not contain `id`, which identifies one entry. Move it to the entry"),
    ],
)
def test_invalid_defaults_of_a_document_are_refused(defaults: str, problem: str) -> None:
    assert problems_of(f"defaults: {defaults}\nmailboxes: []\n", "boxes.yml") == (problem,)


EMPTY = "Write `mailboxes: []` for an empty list, or remove the file"


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        ("", "boxes.yml", f"boxes.yml: is empty. {EMPTY}"),
        ("", "boxes.json", f"boxes.json: is empty. {EMPTY}"),
        ("\n \n", "boxes.csv", f"boxes.csv: is empty. {EMPTY}"),
        ("\ufeff", "boxes.csv", f"boxes.csv: is empty. {EMPTY}"),
        ("sep=;\n", "boxes.csv", "boxes.csv: is empty. For an empty list, use `[]` in a YAML or JSON file"),
        (
            "mailbox,name\n,\n",
            "boxes.csv",
            "boxes.csv: has headings but no rows. For an empty list, use `[]` in a YAML or JSON file",
        ),
        ("# nothing\n", "boxes.yml", f"boxes.yml: contains no list. {EMPTY}"),
        ("---\n", "boxes.yml", f"boxes.yml: contains no list. {EMPTY}"),
        ("null", "boxes.json", f"boxes.json: contains no list. {EMPTY}"),
        ("# list\nmailboxes:\n", "boxes.yml", f"boxes.yml:2: contains no list. {EMPTY}"),
        (
            "mailboxes: {}",
            "boxes.yml",
            "boxes.yml:1: must contain a list, or a dictionary with a list under `mailboxes`",
        ),
        ("3000", "boxes.yml", "boxes.yml: must contain a list, or a dictionary with a list under `mailboxes`"),
        ("boxes: []", "boxes.yml", f"boxes.yml: there is no key `mailboxes`. {EMPTY}"),
        (
            "mailbox:\n- mailbox: 3000",
            "boxes.yml",
            "boxes.yml:1: unknown key `mailbox`. The list belongs under `mailboxes`",
        ),
        (
            "mailboxes: []\nmailboxs: []",
            "boxes.yml",
            "boxes.yml:2: unknown key `mailboxs`. The list belongs under `mailboxes`",
        ),
        (
            "mailboxes: []\n---\nmailboxes: []",
            "boxes.yml",
            "boxes.yml:3: a second YAML document begins here. Keep one document in a file",
        ),
        ("[\n['3000']]", "boxes.yml", "boxes.yml:2: must be a dictionary with `mailbox`, not a list"),
        ("- {mailbox: 1}\n-", "boxes.yml", "boxes.yml:2: must be a dictionary with `mailbox`, not nothing"),
        (
            "[{mailbox: 1, source: x}]",
            "boxes.yml",
            "boxes.yml:1: `source` is not an option. The collection sets it itself",
        ),
        ("[1,\n2", "boxes.json", "boxes.json:2: is not valid JSON at column 2: `,` or `]` is missing"),
        (
            '[{"a": 1,\n\n"b": }]',
            "boxes.json",
            'boxes.json:3: is not valid JSON at column 6: a value is missing: "b": }]',
        ),
        (
            '[{"mailbox": NaN}]',
            "boxes.json",
            "boxes.json:1: is not valid JSON at column 14: not a valid JSON number",
        ),
        (
            '[{"mailbox": 0123}]',
            "boxes.json",
            "boxes.json:1: is not valid JSON at column 15: `,` or `}` is missing",
        ),
        ('["x\n"]', "boxes.json", "boxes.json:1: is not valid JSON at column 4: Invalid control character at"),
        ("[] []", "boxes.json", "boxes.json:1: is not valid JSON at column 4: more text after the end"),
        ('[{"a"\n1}]', "boxes.json", "boxes.json:2: is not valid JSON at column 1: `:` is missing"),
        (
            "[{a: 1}]",
            "boxes.json",
            "boxes.json:1: is not valid JSON at column 3: a key in double quotes is missing",
        ),
        (
            "[" * 100_000,
            "boxes.json",
            "boxes.json:1: is not valid JSON at column 101: nested deeper than 100 levels",
        ),
        (
            "[" * 100_000,
            "boxes.yml",
            "boxes.yml:1: is not valid YAML at column 1001: exceeded maximum nesting depth",
        ),
        ("[" * 500 + "]" * 500, "boxes.yml", "boxes.yml:1: is nested deeper than 100 levels"),
        (
            "a: 1\nb: ]\nc: 2",
            "boxes.yml",
            "boxes.yml:2: is not valid YAML at column 4: did not find expected node content",
        ),
        (
            "- pin: *4821",
            "boxes.yml",
            "boxes.yml:1: is not valid YAML at column 8: found undefined alias",
        ),
        ("- &a [*a]", "boxes.yml", "boxes.yml:1: an anchor contains itself"),
        ("- ? [a]\n  : b", "boxes.yml", "boxes.yml:1: a key must be text"),
        ("- <<: 3", "boxes.yml", "boxes.yml:1: `<<` must refer to a dictionary, or a list of dictionaries"),
        (
            "!!python/object:os.system {}",
            "boxes.yml",
            "boxes.yml:1: the tag `!!python/object:os.system` is not supported",
        ),
        (
            "- pin: !vault |\n    $ANSIBLE_VAULT",
            "boxes.yml",
            "boxes.yml:1: the tag `!vault` is not supported. Encrypt the whole file instead",
        ),
        ("mailbox\n'\n\"3000", "boxes.csv", "boxes.csv:3: is not a CSV file: unexpected end of data"),
    ],
)
def test_an_invalid_file_is_never_an_empty_list(text: str, name: str, problem: str) -> None:
    (found,) = problems_of(text, name)
    # The text of the line follows.
    assert found == problem or (found.startswith(f"{problem}: ") and " at column " in problem)


def test_alias_expansion_is_limited() -> None:
    """Refuse twelve lines that would expand to a trillion values."""
    lines = ["- &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"- &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12)]
    assert problems_of("\n".join(lines), "boxes.yml") == (
        "boxes.yml:8: aliases expand this to more than 20000000 values",
    )


@pytest.mark.parametrize("name", ["boxes.csv", "boxes.yml", "boxes.json"])
def test_a_file_in_another_encoding_is_reported(name: str) -> None:
    text = "mailbox;name\n3000;M\xfcller\n".encode("latin-1").decode(errors="surrogateescape")
    assert problems_of(text, name) == (f"{name}: is not UTF-8 text. Save it as UTF-8",)


def test_csv_is_read() -> None:
    text = "mailbox,name,emails,kazoo.skip_greeting,kazoo.flags\n 3000 , Reception ,a@b.c; d@e.f,yes,\n3001,,,,x\n"
    assert items(text, "boxes.csv") == [
        {"mailbox": "3000", "name": "Reception", "emails": ["a@b.c", "d@e.f"], "kazoo": {"skip_greeting": True}},
        {"mailbox": "3001", "kazoo": {"flags": ["x"]}},
    ]


def test_short_rows_are_padded_and_long_ones_are_reported() -> None:
    assert items("mailbox,name\n3000\n", "b.csv") == [{"mailbox": "3000"}]
    assert problems_of("mailbox,name\n3000\n3001,x,y\n\n,\n3002,x\n3003,x,\n3004,x,,z", "b.csv") == (
        "b.csv:3, column 3: is beyond the headings",
        "b.csv:8, column 4: is beyond the headings",
    )


def test_lines_are_counted_through_breaks_in_cells_and_blank_lines() -> None:
    assert problems_of('\nmailbox,name\n\n3000,"a\r\nb\nc"\n3001,x,y\n', "b.csv") == (
        "b.csv:7, column 3: is beyond the headings",
    )


@pytest.mark.parametrize("heading", ["kazoo,kazoo.flags", "mailbox,mailbox"])
def test_contradictory_columns_are_refused(heading: str) -> None:
    assert problems_of(f"{heading}\na,b\n", "b.csv")[0].startswith("b.csv:1: ")


def cells(excluded: str) -> st.SearchStrategy[str]:
    """Return a strategy for texts of a cell without some characters."""
    return st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters=excluded))


@given(
    delimiter=st.sampled_from(",;\t|"),
    # Separate tests cover values altered by spreadsheets, such as 3E3 for 3000, and formula errors.
    rows=st.lists(st.tuples(cells("eE#.,="), cells("#"), cells("#")), min_size=1),
    mark=st.sampled_from(["", "\ufeff"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@example(delimiter=",", rows=[("", "0", "'")], mark="", end="\n", quoting=csv.QUOTE_MINIMAL)
@examples(200)
def test_every_csv_of_a_spreadsheet_is_read(
    delimiter: str, rows: list[tuple[str, ...]], mark: str, end: str, quoting: int
) -> None:
    """Generate names and addresses with every possible delimiter. Only the first row reveals the right one."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([("mailbox", "name", "description"), *rows])
    problems: list[Problem] = []
    found = table(mark + written.getvalue(), problems)
    if all(not clean_cell(cell) for row in rows for cell in row):
        assert [str(problem).partition(".")[0] for problem in problems] == ["the table: has headings but no rows"]
        return
    assert problems == []
    expected = [
        {
            option: text
            for option, cell in zip(("mailbox", "name", "description"), row, strict=True)
            # A cell with only an apostrophe is blank, even where a name may start with one.
            if clean_cell(cell) and (text := clean_cell(cell, option != "mailbox"))
        }
        for row in rows
        if any(map(clean_cell, row))
    ]
    assert [entry.item for entry in found] == [item for item in expected if item]


def table(text: str, problems: list[Problem]) -> list[Entry]:
    """Return the entries of CSV text."""
    options = item_options("vmbox")
    sheet = read_delimited(text, "", None, likeness_of(Layout(), options))
    return read_sheet(sheet, Layout(), options, problems)


def test_the_sep_line_sets_the_delimiter() -> None:
    problems: list[Problem] = []
    found = table("sep=|\r\nmailbox|name\r\n3000|x; y\r\n", problems)
    assert ([(entry.place, entry.item) for entry in found], problems) == (
        [("line 3", {"mailbox": "3000", "name": "x; y"})],
        [],
    )


def test_options_include_every_vendor() -> None:
    options = item_options("vmbox")
    names = set(options.types)
    assert {"mailbox", "extension", "pin", "state", "kazoo.notify.callback.number", "onsip.username"} <= names
    assert options.is_list("emails")
    assert options.is_list("kazoo.flags")
    assert not options.is_list("kazoo.members")
    assert options.addresses == {"emails"}
    assert names.isdisjoint({"kazoo", "kazoo.notify", "on_unsupported", "verify", "vendor", "password"})


def test_valid_entries_are_returned_with_their_line() -> None:
    problems: list[Problem] = []
    entries = read_entries(File("mailbox,name\n3000,x,y\n3001,x\n", "staff.csv"), Layout(), problems)
    assert [(entry.place, entry.item) for entry in entries if not entry.problems] == [
        ("staff.csv:3", {"mailbox": "3001", "name": "x"})
    ]
    assert [str(problem) for problem in entries[0].problems] == ["staff.csv:2, column 3: is beyond the headings"]


def test_mailboxes_of_several_files_are_checked_together() -> None:
    entries = [
        Entry("a.yml:1", {"mailbox": 3000, "timezone": "?"}),
        Entry("b.csv:2", {"extension": "3000", "name": "x"}),
        Entry("b.csv:3", "3001"),
        Entry("b.csv:4", {"name": "x"}),
        Entry("b.csv:5", {"id": "x", "kazoo": {"flogs": []}}),
    ]
    with pytest.raises(InvalidInputError) as caught:
        check_entries(entries, [Problem("known before")], Checks({"kazoo": {"skip_greeting": True}}, "kazoo"))
    assert sorted(map(str, caught.value.problems)) == sorted(
        (
            "known before",
            "b.csv:3: must be a dictionary with `mailbox`, not text",
            "a.yml:1: mailbox 3000: `timezone` must be an IANA time zone such as Europe/Paris",
            "b.csv:2: mailbox 3000: is declared twice, first in a.yml:1",
            "b.csv:4: mailbox: `mailbox` is missing",
            "b.csv:5: mailbox x: `kazoo.flogs` is not a field of this vendor; did you mean `flags`?",
        )
    )


def test_defaults_apply_to_every_mailbox() -> None:
    entries = [
        Entry("item 1", {"mailbox": "1", "kazoo": {"flags": ["x"]}}),
        Entry("item 2", {"mailbox": "2", "name": None}),
    ]
    assert check_entries(entries, [], Checks({"name": "New", "kazoo": {"skip_greeting": True}})) == [
        {"mailbox": "1", "name": "New", "kazoo": {"skip_greeting": True, "flags": ["x"]}},
        {"mailbox": "2", "name": None, "kazoo": {"skip_greeting": True}},
    ]


@pytest.mark.parametrize("vendor_name", [None, "kazoo"])
def test_a_mask_in_a_file_is_reported_with_its_item(vendor_name: str | None) -> None:
    entries = [Entry("desks.yml item 2", {"mailbox": "1001", "kazoo": {"flags": ["a ********"]}})]
    with pytest.raises(InvalidInputError, match=r"desks\.yml item 2.*`kazoo\.flags` contains \*{8}"):
        check_entries(entries, [], Checks(vendor=vendor_name))
