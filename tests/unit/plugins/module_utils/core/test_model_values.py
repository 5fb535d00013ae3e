# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small values of the model: ids, subjects, problems, masks, sealed secrets, time zones and errors of files."""

from __future__ import annotations

import errno
import hashlib
import hmac
import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model import disk, zones
from ansible_collections.telephony.voicemail.plugins.module_utils.model.account import Account
from ansible_collections.telephony.voicemail.plugins.module_utils.model.cautions import (
    Caution,
    grouped,
    not_dialable,
    not_digits,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.mailbox import (
    Box,
    Desired,
    ListQuery,
    SkippedItem,
    is_usable_id,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.model.masks import mask_problems
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Cell, Problem, Subject
from ansible_collections.telephony.voicemail.plugins.module_utils.model.refusals import ValueRefusedError, reason_of
from ansible_collections.telephony.voicemail.plugins.module_utils.model.sealed import SALT_BYTES, Keys, Sealed

MASK = "which is shown in place of a secret. Set the real value, or remove the option"
FULL = "Free space there, or write to another disk"
DENIED = "Check that the user of the task may write there"


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("", False),
        ("a", True),
        ("a" * 200, True),
        ("a" * 201, False),
        ("a\n", False),
        (".", False),
        ("..", False),
        ("...", True),
    ],
)
def test_ids_that_a_url_can_contain(text: str, usable: bool) -> None:
    assert is_usable_id(text) is usable


def test_what_is_known_of_a_box_and_of_a_query() -> None:
    partial = Box("1", "one", {"name": "A", "zone": None}, full=False)
    assert partial.covers(frozenset({"name", "zone"}))
    assert not partial.covers(frozenset({"name", "pin"}))
    assert Box("1", "one", {}).covers(frozenset({"pin"}))
    assert ListQuery().everything
    assert not ListQuery(frozenset()).everything
    assert SkippedItem("1", frozenset(), None, ()).is_known
    assert SkippedItem(None, frozenset("1"), "one", ()).is_known
    assert not SkippedItem(None, frozenset("1"), None, ()).is_known


def test_where_a_declaration_is() -> None:
    desired = Desired(Subject("mailbox", "1", "a.yml:2"), "1", {}, lines={"pin": 4})
    assert (desired.source, desired.at("pin").source, desired.at("name").source) == ("a.yml:2", "a.yml:4", "a.yml:2")
    assert Desired(Subject("mailbox", "1"), "1", {}).source is None


def test_an_account() -> None:
    shown = {"id": "c", "name": "C", "realm": None, "depth": 2, "parent_id": "b"}
    assert Account("c", "C", None, ("a", "b")).as_dict() == shown
    assert Account("c", "C", None).as_dict() == {**shown, "depth": 0, "parent_id": None}


@pytest.mark.parametrize(
    ("subject", "text", "noun"),
    [
        (Subject(), "", ""),
        (Subject("mailbox", "1"), "mailbox 1", "mailbox 1"),
        (Subject("mailbox"), "mailbox", "mailbox"),
        (Subject("mailbox", "1", position=3), "item 3 (mailbox 1)", "mailbox 1"),
        (Subject("mailbox", position=3), "item 3", "mailbox"),
        (Subject("mailbox", "1", "a.yml:2", 3), "a.yml:2: mailbox 1", "mailbox 1"),
        (Subject(source="a.yml:2"), "a.yml:2", ""),
    ],
)
def test_subjects_in_words(subject: Subject, text: str, noun: str) -> None:
    assert (str(subject), subject.noun) == (text, noun)
    assert subject.sentence("is odd") == (f"{text}: is odd" if text else "is odd")


@pytest.mark.parametrize(
    ("subject", "place"),
    [
        (Subject("mailbox", "1", "a.yml:2", 3), "in a.yml:2"),
        (Subject("mailbox", "1", position=3), "by item 3"),
    ],
)
def test_places_in_words(subject: Subject, place: str) -> None:
    assert subject.place == place


@pytest.mark.parametrize(
    ("subject", "short"),
    [
        (Subject("mailbox", "1", "a.yml:2", 3), "1 (a.yml:2)"),
        (Subject("mailbox", "1", position=3, note="first in a.yml:2"), "1 (item 3, first in a.yml:2)"),
        (Subject("mailbox", "1"), "1"),
        (Subject("mailbox", position=3), "item 3"),
        (Subject("mailbox", note="odd"), "odd"),
        (Subject(), ""),
    ],
)
def test_names_in_long_lists(subject: Subject, short: str) -> None:
    assert subject.short == short
    assert subject.plural == ("mailboxes" if subject.kind else "items")


def test_a_subject_at_another_line() -> None:
    subject = Subject("mailbox", "1", "dir/a.yml:2")
    assert subject.at_line(14) == Subject("mailbox", "1", "dir/a.yml:14")
    assert subject.at_line(None) is subject
    assert Subject("mailbox", "1").at_line(14) == Subject("mailbox", "1")


def test_a_problem() -> None:
    problem = Problem("must not be empty", option="pin", hint="Remove it.")
    assert problem.reason == "`pin` must not be empty. Remove it"
    assert Problem("is odd.", hint="Fix it").reason == "is odd. Fix it"
    assert Problem("is odd.").reason == "is odd."
    about = problem.about(Subject("mailbox", "1", "a.yml:2", note="first by item 3"))
    assert str(about) == "a.yml:2: mailbox 1: `pin` must not be empty. Remove it, first by item 3"
    assert about.as_dict() == {
        "subject": "mailbox 1", "option": "pin", "text": "must not be empty", "hint": "Remove it.", "source": "a.yml:2",
        "position": None,
    }  # fmt: skip
    assert Problem("is odd", subject=Subject(position=2)).as_dict() == {
        "subject": None, "option": None, "text": "is odd", "hint": None, "source": None, "position": 2,
    }  # fmt: skip
    assert Cell("a.csv", "row", 3, "column Zone").value == ""


def test_refused_values() -> None:
    error = ValueRefusedError.of("must be a number", "'x'")
    assert (str(error), error.reason, reason_of(error)) == ("must be a number, not 'x'", *["must be a number"] * 2)
    several = ValueRefusedError.entry(2, ValueError("is odd"), alone=False)
    assert (str(several), several.reason) == ("entry 2 is odd", "entry 2 is odd")
    alone = ValueRefusedError.entry(1, ValueError("is odd"), alone=True)
    assert (str(alone), alone.reason) == ("entry 1 is odd", "is odd")
    assert reason_of(ValueError("is odd")) == "is odd"


@pytest.mark.parametrize(
    ("item", "options"),
    [
        ({"a": "x", "b": 1, "c": None}, []),
        ({"a": "(hidden)"}, ["a"]),
        ({"native": {"a": "(hidden)"}, "b": "x ******** y"}, ["b"]),
        ({"a": {"b": {"c": "(hidden, new)"}, "d": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}}, ["a.b.c", "a.d"]),
        ({"a": {"native": "(hidden)"}}, ["a.native"]),
        ({"a": ["x", "(hidden)"], "b": [[{"c": ("(hidden)",)}]], "d": ["x", 1]}, ["a", "b"]),
    ],
)
def test_masks_are_no_values(item: dict[str, t.Any], options: list[str]) -> None:
    assert [problem.option for problem in mask_problems(item)] == options


def test_the_problem_of_a_mask_names_it() -> None:
    texts = ["(hidden)", "(hidden, new)", "********", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"]
    for text in texts:
        assert list(map(str, mask_problems({"a": text}))) == [f"`a` contains {text}, {MASK}"]


def test_keys_and_sealed_secrets() -> None:
    salt = b"s" * SALT_BYTES
    keys = Keys.derive("credential", salt)
    material = hashlib.scrypt(b"credential", salt=salt, n=2**14, r=8, p=1, maxmem=2**26, dklen=64)
    assert keys == Keys(salt, material[:32], material[32:])
    signature = hmac.digest(material[:32], salt + b"content", "sha256").hex()
    assert keys.signature(b"content") == signature
    assert keys.authenticates(b"content", signature)
    assert not keys.authenticates(b"contents", signature)
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in (b"one", b"pin", b"4821"))
    digest = hmac.digest(material[32:], framed, "sha256").hex()
    assert keys.digest(("one", "pin"), "4821") == digest
    sealed = Sealed(keys, ["one", "pin"], digest)
    assert sealed == "4821"
    assert sealed != "4822"
    assert sealed == Sealed(keys, ("one", "pin"), digest)
    assert sealed != Sealed(keys, ("two", "pin"), digest)
    assert (sealed == 4821) is False
    assert repr(sealed) == "(sealed)"
    with pytest.raises(TypeError):
        hash(sealed)


def test_new_keys_have_a_salt_of_their_own() -> None:
    one, other = Keys.derive("credential"), Keys.derive("credential")
    assert len(one.salt) == SALT_BYTES
    assert one.salt != other.salt
    assert Keys.derive("credential", one.salt) == one


def test_names_of_time_zones() -> None:
    assert zones.zone_caution(None) is None
    assert zones.zone_caution("Europe/Paris") is None
    assert zones.zone_caution("Europe/paris") == (
        "Europe/paris is not in the time zone database; did you mean Europe/Paris?"
    )
    assert zones.zone_caution("x/y/z") == "x/y/z is not in the time zone database, such as Europe/Paris"
    assert zones.zone_caution("../Paris") is not None
    assert (zones.is_zone("UTC"), zones.is_zone("nowhere")) == (True, False)
    assert "UTC" in zones.known_names()


def test_zones_on_a_machine_without_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "known_names", frozenset)
    assert zones.is_zone("nowhere")
    assert str(zones.zone_caution("nowhere/known")).startswith("could not be checked, because this machine has no time")


def test_values_that_no_telephone_can_dial() -> None:
    digits = "contains characters other than digits, which no telephone can dial"
    assert not_digits("0123") is not_digits(None) is not_digits(["1", None]) is None
    assert not_digits("12a") == not_digits(["1", "a"]) == not_digits("") == digits
    assert not_dialable("+49#*1") is not_dialable(None) is None
    assert not_dialable("1+") == not_dialable("") == "contains characters that no telephone can dial"


def test_warnings_of_many_items() -> None:
    cautions = [Caution(Subject("mailbox", f"{number}\u200b\x07"), f"text {number}") for number in range(22)]
    lines = grouped(cautions)
    assert len(lines) == 21
    assert lines[0] == "mailbox 0<U+200B><U+0007>: text 0"
    assert lines[-1] == "2 further warnings are not shown"
    assert len(grouped(cautions[:20])) == 20
    assert grouped([]) == []


def test_a_file_is_replaced_as_a_whole(tmp_path: pathlib.Path) -> None:
    path = tmp_path / ("a" * 250)
    disk.replace_file(path, b"first")
    disk.replace_file(path, b"second")
    assert [(one.name, one.read_bytes(), one.stat().st_mode & 0o777) for one in tmp_path.iterdir()] == [
        (path.name, b"second", 0o600)
    ]
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match=r"directory|exists"):
        disk.replace_file(tmp_path / "folder", b"x")
    assert sorted(one.name for one in tmp_path.iterdir()) == [path.name, "folder"]


@pytest.mark.parametrize(
    ("error", "text", "hint", "lasting"),
    [
        (
            OSError(errno.ENOSPC, "x"),
            "No space left on device (the disk is full)",
            "Free space there, or write to another disk",
            True,
        ),
        (
            OSError(errno.EDQUOT, "x"),
            "Disk quota exceeded (the disk quota of the user is used up)",
            "Free space there, or write to another disk",
            True,
        ),
        (OSError(errno.EROFS, "x"), "Read-only file system", DENIED, True),
        (OSError(errno.EACCES, "x"), "Permission denied", DENIED, False),
        (OSError("odd"), "odd", DENIED, False),
        (OSError(), "OSError", DENIED, False),
    ],
)
def test_errors_of_files(error: OSError, text: str, hint: str, lasting: bool) -> None:
    assert (disk.describe(error), disk.hint_for(error), disk.is_lasting(error)) == (text, hint, lasting)
