# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter boxes_to_yaml: every reader returns the vendor's characters."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.telephony.voicemail.plugins.filter.boxes_to_yaml import boxes_to_yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.check import Checks, check_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.layout import Layout
from ansible_collections.telephony.voicemail.plugins.module_utils.imports.sources import File, read_entries
from ansible_collections.telephony.voicemail.plugins.module_utils.mailboxes.parse import Reader
from ansible_collections.telephony.voicemail.plugins.module_utils.model.masks import HIDDEN, HIDDEN_NEW
from ansible_collections.telephony.voicemail.plugins.module_utils.modules import MAILBOX
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.examples import examples
from hypothesis import example, given
from hypothesis import strategies as st

Box = dict[str, t.Any]


def items(text: str, name: str) -> list[Box]:
    """Return the items of a file with their places."""
    return check_entries(read_entries(File(text, name), Layout(), []), [], Checks(sources=True))


UNSEEN = [
    *map(chr, range(0x300)),
    *map(chr, range(0x2000, 0x2070)),
    *"\u061c\u180e\u3000\ud7ff\ue000\ufdd0\ufeff\ufff9\ufffd\ufffe\uffff",
    *"\U0001f600\U0001f468\u200d\U0001f469\U000e0001\U0010fffe\U0010ffff",
]
# Numbers, dates, booleans and nulls of any version of YAML, and text that looks like its syntax.
AMBIGUOUS = [
    "0",
    "7",
    "0123",
    "1_000",
    "0x1F",
    "0o17",
    "0b11",
    "1e3",
    "1.5",
    "-1",
    "+5",
    ".5",
    "5.",
    "12:30",
    "1:2:3",
    ".inf",
    "-.INF",
    ".nan",
    "2026-01-31",
    "2026-01-31T10:00:00Z",
    "31.01.2026",
    "1/2",
    "y",
    "Y",
    "n",
    "yes",
    "No",
    "on",
    "OFF",
    "true",
    "False",
    "null",
    "NULL",
    "Null",
    "none",
    "~",
    "=",
    "<<",
    "-",
    "--",
    "---",
    "...",
    "?",
    ":",
    "|",
    ">",
    ">",
    "{}",
    "[]",
    "{a",
    "[a]",
    '"a"',
    "'a'",
    "#a",
    "a#",
    "&",
    "&a",
    "*a",
    "!a",
    "!!str",
    "%",
    "@a",
    "`",
    ",",
    "a:",
    "+49-30-123",
    "1,5",
    "2026-01-31_10:00",
    "!unsafe",
    "!vault",
    "'x",
    '"x',
    "x'",
    'x"',
    "\\",
    "\\n",
    "\\u0041",
    "$ANSIBLE_VAULT;1.1;AES256",
]
TEMPLATES = [
    "{{ 7 * 7 }}",
    "{% if true %}x{% endif %}",
    "{# note #}",
    "a {{",
    "}} {{ lookup('pipe', 'id') }}",
    "{{'x'}}\u2028",
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40) | st.lists(
    st.sampled_from([*UNSEEN, *AMBIGUOUS, *TEMPLATES, " ", "\r\n", "x"]), min_size=1, max_size=6
).map("".join)


def ansible_reading(content: str, folder: pathlib.Path) -> t.Any:
    """Return a file as Ansible reads it, with `vars_files` and a template of the variable."""
    file = folder / "vars.yml"
    file.write_text(content, encoding="utf-8", newline="")
    loader = DataLoader()
    variables = loader.load_from_file(str(file), cache="none", trusted_as_template=True)
    return Templar(loader, variables).template(variables)


def readings(names: list[str], folder: pathlib.Path) -> list[list[str]]:
    """Export boxes, and return their names from every reader."""
    boxes = [{"mailbox": str(3000 + position), "name": name} for position, name in enumerate(names)]
    (file,) = boxes_to_yaml(boxes, vendor="kazoo")
    content = file["content"]
    found = [
        items(content, file["name"]),
        yaml.load(content, yaml.CSafeLoader)["mailboxes"],
        ansible_reading(content, folder)["mailboxes"],
    ]
    return [[box["name"] for box in sorted(each, key=lambda box: box["mailbox"])] for each in found]


@pytest.fixture(scope="module", autouse=True)
def unsafe_is_text() -> t.Iterator[None]:
    """Make plain PyYAML read Ansible's tag `!unsafe`."""
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        loader.add_constructor("!unsafe", lambda own, node: own.construct_scalar(node))
    yield
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        del loader.yaml_constructors["!unsafe"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("export")


def test_invisible_characters_are_preserved_in_every_place(folder: pathlib.Path) -> None:
    names = [name for each in UNSEEN for name in (each, f"{each}x{each}{each}y{each}")]
    for found in readings(names, folder):
        assert found == names


def test_every_character_of_the_basic_plane_is_preserved(folder: pathlib.Path) -> None:
    characters = [chr(code) for code in (*range(0xD800), *range(0xE000, 0x10000), *range(0x1F000, 0x20000))]
    names = ["".join(characters[start : start + 100]) for start in range(0, len(characters), 100)]
    for found in readings(names, folder):
        assert found == names


@pytest.mark.parametrize("kind", ["ambiguous", "templates"])
def test_ambiguous_text_is_preserved(kind: str, folder: pathlib.Path) -> None:
    texts = AMBIGUOUS if kind == "ambiguous" else TEMPLATES
    for found in readings(texts, folder):
        assert found == texts
        assert {isinstance(name, str) for name in found} == {True}


@pytest.mark.parametrize(
    "text", ["0123", "1e3", "0o17", "2026-01-31", "12:30", "yes", "n", "null", "~", ".inf", "1_000", "-5"]
)
def test_values_that_other_yaml_versions_convert_are_quoted(text: str) -> None:
    assert f'name: "{text}"\n' in boxes_to_yaml([{"mailbox": "3000", "name": text}])[0]["content"]


@pytest.mark.parametrize(
    "text", ["Reception", "Ärzte & Co. (2nd floor)", "5th floor", "Lobby \U0001f600", "3rd-party: no"]
)
def test_ordinary_names_are_not_quoted(text: str) -> None:
    assert text in boxes_to_yaml([{"mailbox": "3000", "name": text}])[0]["content"]


@given(name=TEXTS, flag=TEXTS)
@example(name="Sales\x85desk", flag="a\u2028b\u2029c")
@examples(200)
def test_an_export_declares_the_same_box(name: str, flag: str) -> None:
    """Check that all text is preserved, also in lists and vendor dictionaries."""
    box = {"mailbox": "3000", "name": name, "kazoo": {"flags": [flag, "0123"], "operator_number": flag}}
    (file,) = boxes_to_yaml([box], vendor="kazoo", split=True)
    (item,) = items(file["content"], file["name"])
    assert {key: value for key, value in item.items() if key not in ("source", "source_lines")} == box
    reader = Reader(vendor("kazoo").tables["mailbox"], tuple(MAILBOX), NAMES)
    is_refused = "\0" in name + flag or {HIDDEN, HIDDEN_NEW} & {name, flag}
    (desired,) = [None] if is_refused else reader.read([item])
    if desired is not None:
        assert desired.values["name"] == name
        assert desired.values["kazoo.flags"] == sorted({flag, "0123"})


@pytest.mark.parametrize("path", [("name",), ("emails", 0), ("kazoo", "operator_number")])
def test_a_lone_surrogate_is_refused_by_name(path: tuple[t.Any, ...]) -> None:
    bad = "x\ud800"
    box: Box = {
        "mailbox": "3000",
        "name": "Board",
        path[0]: bad if len(path) == 1 else [bad] if path[1] == 0 else {path[1]: bad},
    }
    with pytest.raises(AnsibleFilterError, match=f"mailbox 3000: `{path[0]}` has a character that no file can contain"):
        boxes_to_yaml([box])


def test_the_unsafe_tag_is_read_on_lists_and_dictionaries() -> None:
    item = "{mailbox: !unsafe 0123, name: !unsafe '{{ x }}', emails: !unsafe [a@example.com]}"
    text = f"mailboxes: !unsafe\n- !unsafe {item}\n"
    (found,) = items(text, "boxes.yml")
    assert found == {"mailbox": "0123", "name": "{{ x }}", "emails": ["a@example.com"], "source": "boxes.yml:2"}
