# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup pin: valid PINs, and the file that stores them."""

from __future__ import annotations

import json
import multiprocessing
import os
import pathlib
import re
import stat

import pytest
import yaml
from ansible.errors import AnsibleLookupError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret
from ansible.plugins.loader import lookup_loader
from ansible_collections.telephony.voicemail.plugins.lookup import pin as pin_module
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.examples import examples
from hypothesis import given
from hypothesis import strategies as st

COUNTED = [*(digit * 3 for digit in "0123456789"), *("0123456789"[start : start + 3] for start in range(8))]
RUNS = {*COUNTED, *(run[::-1] for run in COUNTED)}


def look_up(*numbers: object, variables: dict | None = None, **options: object) -> list[str]:
    plugin = lookup_loader.get("telephony.voicemail.pin", loader=DataLoader(), templar=None)
    return plugin.run(list(numbers), variables or {}, **{"vendor": "kazoo", **options})


def refusal(*numbers: object, **options: object) -> str:
    with pytest.raises(AnsibleLookupError) as caught:
        look_up(*numbers, **options)
    return str(caught.value)


def kind_of(name: str) -> pin_module.Kind:
    return vendor(name).tables["mailbox"].by_option["pin"].kind


@given(name=st.sampled_from(NAMES), length=st.integers(4, 7), number=st.from_regex(r"[0-9]{1,9}", fullmatch=True))
@examples(300)
def test_every_pin_complies_with_the_rules(name: str, length: int, number: str) -> None:
    pin = pin_module.make_pin(number, length, kind_of(name))
    assert re.fullmatch(rf"[1-9][0-9]{{{length - 1}}}", pin)
    assert not any(run in pin for run in RUNS)
    assert pin not in (number, number[::-1])
    if len(number) > 2:
        assert number not in pin
        assert number[::-1] not in pin
    assert kind_of(name).parse(pin) == pin


@pytest.mark.parametrize("pin", ["2580", "9135", "112233"])
def test_valid_pins_are_accepted(pin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin_module.secrets, "randbelow", lambda _most: int(pin) - 10 ** (len(pin) - 1))
    assert pin_module.make_pin("3000", len(pin), kind_of("kazoo")) == pin


@pytest.mark.parametrize(
    ("pin", "number"), [("2580", "2580"), ("2580", "0852"), ("1112", "9"), ("4567", "9"), ("9876", "9")]
)
def test_weak_pins_are_rejected(pin: str, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([int(pin) - 1000, 9135 - 1000])
    monkeypatch.setattr(pin_module.secrets, "randbelow", lambda _most: next(drawn))
    assert pin_module.make_pin(number, 4, kind_of("kazoo")) == "9135"


def test_pins_cover_the_whole_range(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(pin_module.secrets, "randbelow", lambda most: asked.append(most) or most - 1 - 864)
    assert pin_module.make_pin("3000", 4, kind_of("kazoo")) == "9135"
    assert asked == [9000]


def test_without_a_file_every_call_returns_new_pins() -> None:
    assert len({pin for _time in range(5) for pin in look_up("3000", "3001")}) > 5
    assert all(len(pin) == 6 for pin in look_up("3000"))


def test_an_unsupported_length_is_refused() -> None:
    assert "there is no PIN of 8 digits for mailbox 3000: a PIN must be 1 to 7 digits" in refusal(
        "3000", vendor="onsip", length=8
    )
    assert "`length` must be at least 4" in refusal("3000", length=3)
    assert "the number of a mailbox is empty" in refusal("3000", " ")


@pytest.mark.parametrize("name", ["pins.yml", "pins.json"])
def test_a_file_keeps_pins_by_vendor_account_and_mailbox(name: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / name
    first = look_up("3000", " 3001 ", file=str(path))
    assert look_up("3001", "3000", file=str(path)) == first[::-1]
    (other,) = look_up("3000", file=str(path), account="other")
    (foreign,) = look_up("3000", file=str(path), vendor="tel4vn", length=8)
    assert yaml.safe_load(path.read_text()) == {
        "kazoo": {"default": {"3000": first[0], "3001": first[1]}, "other": {"3000": other}},
        "tel4vn": {"default": {"3000": foreign}},
    }
    if name.endswith(".json"):
        json.loads(path.read_text())
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    assert sorted(file.name for file in tmp_path.iterdir()) == [name, f"{name}.lock"]


def test_a_complete_file_is_not_rewritten(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "pins.yml"
    pins = look_up("3000", file=str(path))
    before = path.stat()
    assert look_up("3000", file=str(path), length=4) == pins
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    "readonly", [{"variables": {"ansible_check_mode": True}}, {"write": False}], ids=["check", "write"]
)
def test_check_mode_writes_nothing(readonly: dict, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "pins.yml"
    assert len(look_up("3000", file=str(path), **readonly)) == 1
    assert list(tmp_path.iterdir()) == []
    kept = look_up("3000", file=str(path))
    text = path.read_text()
    assert look_up("3000", "3001", file=str(path), **readonly)[0] == kept[0]
    assert path.read_text() == text


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_file_that_others_can_access_is_refused(mode: int, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "pins.yml"
    look_up("3000", file=str(path))
    path.chmod(mode)
    assert f"has mode {mode:04o}, so others can access the PINs in it; set it to 0600" in refusal(
        "3000", file=str(path)
    )
    path.chmod(0o600)
    assert look_up("3000", file=str(path))


def test_a_file_of_another_user_is_refused(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pins.yml"
    look_up("3000", file=str(path))
    stranger = path.stat().st_uid + 1
    monkeypatch.setattr(pin_module.os, "geteuid", lambda: stranger)
    assert "belongs to another user" in refusal("3000", file=str(path))


def test_a_path_that_is_not_a_file_is_refused(tmp_path: pathlib.Path) -> None:
    assert "is not a regular file" in refusal("3000", file=str(tmp_path))
    os.mkfifo(tmp_path / "pipe", mode=0o600)
    assert "is not a regular file" in refusal("3000", file=str(tmp_path / "pipe"))
    assert "cannot be used: No such file or directory" in refusal("3000", file=str(tmp_path / "none" / "pins.yml"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[4821", "pins.yml:2: is not valid YAML"),
        ("kazoo: {default: {'3000': '482159', '3000': '482161'}}", "pins.yml:1: the key `3000` is repeated"),
        ("- '4821'", "must contain PINs by vendor, account and mailbox"),
        ("kazoo: '4821'", "must contain PINs by vendor, account and mailbox"),
        ("kazoo: {default: '4821'}", "must contain PINs by vendor, account and mailbox"),
        ("kazoo: {default: {'3000': [4821]}}", "mailbox 3000 and its PIN must be text; put both in quotes"),
        ("kazoo: {default: {'3000': '482148214821482148'}}", "the PIN of mailbox 3000 must be 4 to 15 characters"),
    ],
)
def test_an_invalid_file_is_not_changed(text: str, problem: str, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "pins.yml"
    path.write_text(text)
    path.chmod(0o600)
    reported = refusal("3000", "3001", file=str(path))
    assert problem in reported
    assert "4821" not in reported
    assert path.read_text() == text


def test_unquoted_digits_are_kept(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "pins.yml"
    path.write_text("kazoo: {default: {0123: 0042, 0x1F: 1_000}}")
    path.chmod(0o600)
    assert look_up("0123", "0x1F", file=str(path)) == ["0042", "1_000"]
    assert look_up("83", "0x1F", "0123", file=str(path), kept=True) == ["0x1F", "0123"]
    lost = tmp_path / "pins.json"
    lost.write_text('{"kazoo": {"default": {"3000": 4821}}}')
    lost.chmod(0o600)
    assert "mailbox 3000 and its PIN must be text; put both in quotes" in refusal("3000", file=str(lost))


def test_reading_stored_pins_generates_none(tmp_path: pathlib.Path) -> None:
    assert look_up("3000", file=str(tmp_path / "pins.yml"), kept=True) == []
    assert list(tmp_path.iterdir()) == []
    assert "`kept` needs `file`" in refusal("3000", kept=True)


def test_an_empty_file_is_filled(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "pins.yml"
    path.touch(mode=0o600)
    assert look_up("3000", file=str(path)) == look_up("3000", file=str(path))


def test_a_link_is_followed_and_kept(tmp_path: pathlib.Path) -> None:
    target, link = tmp_path / "there.yml", tmp_path / "pins.yml"
    look_up("3000", file=str(target))
    link.symlink_to(target)
    look_up("3001", file=str(link))
    assert link.is_symlink()
    assert set(yaml.safe_load(target.read_text())["kazoo"]["default"]) == {"3000", "3001"}


def test_a_failed_write_keeps_the_old_file(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "pins.yml"
    look_up("3000", file=str(path))
    text = path.read_text()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pin_module.os, "fsync", full)
    assert "cannot be used: No space left on device" in refusal("3001", file=str(path))
    assert path.read_text() == text
    assert sorted(file.name for file in tmp_path.iterdir()) == ["pins.yml", "pins.yml.lock"]


def add(path: str, numbers: list[str]) -> None:
    for number in numbers:
        look_up(number, file=path)


def test_runs_at_the_same_time_lose_nothing(tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "pins.json")
    numbers = [str(number) for number in range(3000, 3040)]
    context = multiprocessing.get_context("fork")
    runs = [context.Process(target=add, args=(path, numbers[start::4] + numbers[:5])) for start in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert [run.exitcode for run in runs] == [0] * 4
    assert sorted(json.loads(pathlib.Path(path).read_text())["kazoo"]["default"]) == numbers


@pytest.mark.parametrize(
    "terms",
    [
        [["3000", "3001", "3002"]],
        ["3000", ["3001", ["3002"]]],
        [("3000",), (number for number in ("3001", "3002"))],
        [map(str, range(3000, 3003))],
        [dict.fromkeys(("3000", "3001")).keys(), [[[["3002"]]]]],
    ],
    ids=["list", "nested", "generator", "map", "view"],
)
def test_lists_are_flattened(terms: list[object], tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "pins.json")
    pins = look_up(*terms, file=path)
    assert json.loads((tmp_path / "pins.json").read_text()) == {
        "kazoo": {"default": dict(zip(("3000", "3001", "3002"), pins, strict=True))}
    }


def test_no_numbers_return_no_pins() -> None:
    assert look_up([]) == look_up() == []


@pytest.mark.parametrize(
    ("term", "problem"),
    [
        (83, "the number of a mailbox is the number 83, not text, and YAML reads 0123 as 83"),
        (["3000", [83]], "the number of a mailbox is the number 83, not text"),
        (True, "must be text, not a boolean"),
        (30.5, "must be text, not float"),
        (None, "must be text, not nothing"),
        ({"mailbox": "3000"}, "must be text, not a dictionary"),
        ([{"mailbox": "3000"}], "must be text, not a dictionary"),
        (b"3000", "must be text, not bytes"),
        ([["3000"], ["\t"]], "the number of a mailbox is empty"),
    ],
)
def test_terms_other_than_numbers_are_refused(term: object, problem: str, tmp_path: pathlib.Path) -> None:
    assert problem in refusal(term, "3005", file=str(tmp_path / "pins.yml"))
    assert not (tmp_path / "pins.yml").exists()


def test_all_wrong_terms_are_reported_together() -> None:
    reported = refusal([83, {}, " "])
    assert [word in reported for word in ("number 83", "a dictionary", "is empty")] == [True] * 3


def with_password(password: str | None) -> DataLoader:
    loader = DataLoader()
    loader.set_vault_secrets([("default", VaultSecret(password.encode()))] if password else [])
    return loader


def encrypted(path: pathlib.Path, password: str | None, *numbers: str, **options: object) -> list[str]:
    plugin = lookup_loader.get("telephony.voicemail.pin", loader=with_password(password), templar=None)
    return plugin.run(list(numbers), {}, vendor="kazoo", file=str(path), **options)


def test_an_encrypted_file_stays_encrypted(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "pins.yml"
    first = encrypted(path, "a long password", "3000", encrypt=True)
    # Git makes files readable by a group, which is safe for an encrypted one.
    path.chmod(0o664)
    both = encrypted(path, "a long password", "3000", "3001")
    assert both[:1] == first
    content = path.read_bytes()
    assert content.startswith(b"$ANSIBLE_VAULT;")
    assert not any(pin.encode() in content for pin in both)
    assert encrypted(path, "a long password", "3001") == both[1:]
    assert path.read_bytes() == content


@pytest.mark.parametrize("password", [None, "another password"])
def test_an_encrypted_file_requires_its_password(tmp_path: pathlib.Path, password: str | None) -> None:
    path = tmp_path / "pins.yml"
    encrypted(path, "a long password", "3000", encrypt=True)
    content = path.read_bytes()
    with pytest.raises(
        AnsibleLookupError, match=r"pins.yml cannot be decrypted. Start Ansible with its vault password"
    ):
        encrypted(path, password, "3001")
    assert path.read_bytes() == content


def test_nothing_is_written_without_a_password_to_encrypt_with(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "pins.yml"
    with pytest.raises(AnsibleLookupError, match=r"pins.yml cannot be encrypted. Start Ansible with a vault password"):
        encrypted(path, None, "3000", encrypt=True)
    assert not path.exists()


def test_a_plain_file_becomes_encrypted(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "pins.yml"
    plain = encrypted(path, "a long password", "3000")
    assert not path.read_bytes().startswith(b"$ANSIBLE_VAULT;")
    assert encrypted(path, "a long password", "3000", "3001", encrypt=True)[:1] == plain
    assert path.read_bytes().startswith(b"$ANSIBLE_VAULT;")
