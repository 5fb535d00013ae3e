# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup mailbox_files: files, folders and vaults become one list, and problems name file and line."""

from __future__ import annotations

import os
import pathlib

import pytest
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.plugins.loader import lookup_loader


def read(*terms: str, loader: DataLoader | None = None, place: pathlib.Path | None = None, **options: object) -> list:
    plugin = lookup_loader.get("telephony.voicemail.mailbox_files", loader=loader or DataLoader(), templar=None)
    variables = {"ansible_search_path": [str(place)]} if place else {}
    return plugin.run(list(terms), variables, **options)


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    (tmp_path / "b.csv").write_text("mailbox;name;emails\n3001;Workshop;\n")
    (tmp_path / "a.yml").write_text("mailboxes: [{mailbox: '3000', name: '{{ 1 + 1 }}'}]")
    (tmp_path / "c.JSON").write_text('[{"mailbox": "3002", "name": "Board"}]')
    (tmp_path / "README.md").write_text("not read")
    (tmp_path / ".hidden.yml").write_text("[")
    return tmp_path


def test_a_folder_is_read_in_alphabetical_order(folder: pathlib.Path) -> None:
    assert read(str(folder), vendor="kazoo", defaults={"timezone": "Europe/Paris"}) == [
        {"timezone": "Europe/Paris", "mailbox": "3000", "name": "{{ 1 + 1 }}"},
        {"timezone": "Europe/Paris", "mailbox": "3001", "name": "Workshop"},
        {"timezone": "Europe/Paris", "mailbox": "3002", "name": "Board"},
    ]


def test_a_file_next_to_the_playbook_is_read_once(folder: pathlib.Path) -> None:
    assert [box["mailbox"] for box in read("b.csv", str(folder), "b.csv", place=folder)] == ["3001", "3000", "3002"]


def test_a_given_folder_is_the_only_search_path(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "old").mkdir()
    assert [box["mailbox"] for box in read("b.csv", folder="old/..")] == ["3001"]
    with pytest.raises(AnsibleLookupError, match=r"the file or folder .*b\.csv does not exist"):
        read("b.csv", folder="old", place=folder)


def test_all_problems_of_all_files_are_reported_together(folder: pathlib.Path) -> None:
    (folder / "d.csv").write_text("mailbox,nmae\n3003\n")
    (folder / "e.yml").write_text("x: ]")
    (folder / "f.yml").write_text("[{mailbox: '3000', timezone: '?'}]")
    with pytest.raises(AnsibleLookupError) as caught:
        read(str(folder), vendor="kazoo")
    assert str(caught.value).splitlines()[1:] == [
        "- d.csv:1: unknown column 'nmae'; did you mean `name`?",
        "- e.yml:1: is not valid YAML at column 4: did not find expected node content: x: ]",
        "- f.yml:1: mailbox 3000: `timezone` must be an IANA time zone such as Europe/Paris",
        "- f.yml:1: mailbox 3000: is declared twice, first in a.yml:1.",
    ]


@pytest.mark.parametrize("name", ["old", "notes.doc", "staff.yml.bak", "a.yml~", "dangling.yml", "pipe.yml", "Readme"])
def test_other_files_are_refused_by_name(name: str, folder: pathlib.Path) -> None:
    """Check that no file is skipped silently, because its mailboxes would be pruned."""
    path = folder / name
    {
        "old": path.mkdir,
        "dangling.yml": lambda: path.symlink_to(folder / "nowhere.yml"),
        "pipe.yml": lambda: os.mkfifo(path),
    }.get(name, lambda: path.write_text("mailboxes: []"))()
    with pytest.raises(AnsibleLookupError) as caught:
        read(str(folder))
    assert str(caught.value).startswith(f"mailbox_files: {name}: ")
    assert "`exclude`" in str(caught.value)
    assert len(read(str(folder), exclude=[f"{name[:3]}*", "*.md"])) >= 2


@pytest.mark.parametrize("text", ["", "# nothing", "mailbox: []", "mailboxes:\n", "mailboxes: []\nmailboxes: []"])
def test_a_file_without_a_list_among_others_is_reported(text: str, folder: pathlib.Path) -> None:
    (folder / "d.yml").write_text(text)
    with pytest.raises(AnsibleLookupError, match=r"mailbox_files: d\.yml:"):
        read(str(folder))


@pytest.mark.parametrize("content", [b"\xff\xfe- mailbox", "mailbox,name\n3000,Søren".encode("latin-1")])
def test_an_unknown_encoding_is_reported(content: bytes, folder: pathlib.Path) -> None:
    (folder / "d.csv").write_bytes(content)
    with pytest.raises(AnsibleLookupError, match=r"d\.csv: is not (UTF-8|utf-16-le) text.*`encoding: cp1252`"):
        read(str(folder))


class ForbiddenLoader(DataLoader):
    """A loader that denies access, because root can read every file."""

    def get_text_file_contents(self, file_name: str, encoding: str | None = None) -> str:
        raise PermissionError(13, "Permission denied", file_name)


def test_an_unreadable_file_is_reported(folder: pathlib.Path) -> None:
    with pytest.raises(AnsibleLookupError, match=r"- a\.yml: cannot be read: Permission denied\n"):
        read(str(folder), loader=ForbiddenLoader())


def test_numbers_keep_their_digits_and_their_line(folder: pathlib.Path) -> None:
    (folder / "a.yml").write_text("mailboxes:\n- mailbox: 0123\n  pin: 0042\n- mailbox: 12:30\n")
    found = read(str(folder / "a.yml"), sources=True, vendor="kazoo")
    assert found == [
        {"mailbox": "0123", "pin": "0042", "source": "a.yml:2"},
        {"mailbox": "12:30", "source": "a.yml:4"},
    ]


def test_options_of_tables_are_applied(folder: pathlib.Path) -> None:
    (folder / "x.csv").write_text("No|Mail|Age\n1|a@b.c d@e.f|9\n")
    options = {"columns": {"No": "mailbox", "Mail": "emails"}, "list_separator": " ", "ignore_unknown_columns": True}
    assert read(str(folder / "x.csv"), **options) == [{"mailbox": "1", "emails": ["a@b.c", "d@e.f"]}]


def test_a_vault_is_decrypted(folder: pathlib.Path) -> None:
    secrets = [("default", VaultSecret(b"a password"))]
    path = folder / "vault.csv"
    path.write_bytes(VaultLib(secrets).encrypt(b"mailbox,pin\n3009,0042\n"))
    loader = DataLoader()
    loader.set_vault_secrets(secrets)
    assert read(str(path), loader=loader) == [{"mailbox": "3009", "pin": "0042"}]


def test_a_missing_file_is_reported(tmp_path: pathlib.Path) -> None:
    with pytest.raises(AnsibleLookupError, match=r"the file or folder none\.yml does not exist"):
        read("none.yml", place=tmp_path)
    with pytest.raises(AnsibleLookupError, match="contains no file that ends in"):
        read(str(tmp_path))


def test_lists_of_names_are_flattened(folder: pathlib.Path) -> None:
    names = [[str(folder / "a.yml")], [[str(folder / "b.csv")]], (str(folder / name) for name in ["c.JSON"])]
    assert [box["mailbox"] for box in read(*names)] == ["3000", "3001", "3002"]  # type: ignore[arg-type]
    assert read([]) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("term", [83, None, {"a.yml": 1}, " ", ["", "a.yml"], True])
def test_terms_other_than_names_are_refused(term: object, folder: pathlib.Path) -> None:
    with pytest.raises(AnsibleLookupError, match="the name of a file or folder"):
        read(term, place=folder)  # type: ignore[arg-type]


@pytest.mark.parametrize("wanted", ["error", "ignore"])
def test_unsupported_options_are_refused_on_request(folder: pathlib.Path, wanted: str) -> None:
    (folder / "a.yml").write_text("- mailbox: '3000'\n  name: x\n  description: y\n")
    if wanted == "ignore":
        assert read(str(folder / "a.yml"), vendor="kazoo", on_unsupported=wanted)[0]["description"] == "y"
        return
    with pytest.raises(AnsibleLookupError, match=r"a\.yml:3: mailbox 3000: `description` is not supported by KAZOO"):
        read(str(folder / "a.yml"), vendor="kazoo", on_unsupported=wanted)
