# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are masked by their position: other data with the same text is unchanged, and a mask is never written."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.masks import MASKS
from helpers.greeting_subjects import recording
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO, ONSIP, PERSONAL, SHARED, SUBJECTS, TEL4VN, Item, Subject

#: Texts that contain the credential of the login or the PIN of the mailbox.
QUOTING: dict[str, t.Callable[[str, str], Item]] = {
    KAZOO.name: lambda secret, pin: {
        "name": f"The {secret} desk {pin}",
        "emails": [f"{secret}.{pin}@example.com"],
        "kazoo": {"flags": [secret, pin], "notify": {"callback": {"number": pin}}},
    },
    TEL4VN.name: lambda secret, pin: {"description": f"The {secret} desk {pin}", "emails": [f"{secret}@example.com"]},
    ONSIP.name: lambda secret, pin: {
        "name": f"The {secret} desk {pin}",
        "emails": [f"{secret}@example.com"],
        "onsip": {"pager": f"{secret}.{pin}@example.com"},
    },
    SHARED.name: lambda secret, pin: {
        "name": f"The {secret} desk {pin}",
        "recipients": [f"{secret}.{pin}@example.com"],
    },
    # It has no text option. See the test of vendor data.
    PERSONAL.name: lambda secret, pin: {},
}
#: Places for text in a declaration: options, vendors' dictionaries, lists, and the number itself.
TEXTS: dict[str, tuple[tuple[str, ...], ...]] = {
    KAZOO.name: (
        ("mailbox",),
        ("id",),
        ("new_mailbox",),
        ("name",),
        ("pin",),
        ("emails", "[]"),
        ("timezone",),
        ("owner_id",),
        ("description",),
        ("kazoo", "flags", "[]"),
        ("kazoo", "notify", "callback", "number"),
        ("kazoo", "operator_number"),
        ("onsip", "pager"),
    ),
    TEL4VN.name: (("description",), ("pin",), ("emails", "[]"), ("mailbox",)),
    ONSIP.name: (("name",), ("pin",), ("emails", "[]"), ("onsip", "pager"), ("onsip", "attach", "name")),
    SHARED.name: (("name",), ("pin",), ("prompt",), ("recipients", "[]"), ("extension_number",)),
    PERSONAL.name: (("pin",), ("language",)),
}


def credential(subject: Subject) -> str:
    """Return the secret of the login."""
    return str(subject.connection.get("password") or subject.connection["api_key"])


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_data_that_contains_a_credential_is_returned_unchanged(subject: Subject, runner: str) -> None:
    run, secret, pin = RUNNERS[runner], credential(subject), str(subject.create["pin"])
    key, number = subject.key, subject.number
    quoting = QUOTING[subject.name](secret, pin)
    with subject.serve() as server:
        item = {key: number, **subject.create, **quoting}
        made = run(subject.module, subject.arguments(server, **item))
        assert not made["failed"], made["msg"]
        assert quoting.items() <= {**made[subject.module.replace("vmbox", "mailbox")], **_inner(quoting)}.items()
        read = run(subject.info, subject.arguments(server, **{key: number}))
        (box,) = read[subject.listed]
        for option, value in quoting.items():
            assert _within(box[option], value), (option, box[option])
        assert "********" not in json.dumps([made, read])
        assert json.dumps(made["invocation"]).count(secret) == json.dumps(quoting).count(secret)
        again = run(subject.plural, subject.arguments(server, **{subject.listed: read[subject.listed]}, report="all"))
        assert not again["failed"], again["msg"]
        assert not again["changed"]
        stored = {box.number: box.fields for box in subject.stored(server)}[number]
        assert "********" not in json.dumps(stored)


@pytest.mark.parametrize("runner", RUNNERS)
def test_vendor_data_is_returned_unchanged(runner: str) -> None:
    with PERSONAL.serve() as server:
        name = f"The {credential(PERSONAL)} desk"
        (found,) = [box for box in PERSONAL.stored(server) if box.number == "1001"]
        server.vendor.state.users.change(found.id, {"display_name": name})
        (box,) = RUNNERS[runner]("vmbox_info", PERSONAL.arguments(server, mailbox="1001"))["mailboxes"]
        assert box["native"]["display_name"] == name


def _inner(quoting: Item) -> Item:
    """Yield inner values to compare, because lists are returned sorted and dictionaries with more keys."""
    return {option: value for option, value in quoting.items() if not isinstance(value, str)}


def _within(found: t.Any, declared: t.Any) -> bool:
    if isinstance(declared, dict):
        return all(_within(found[key], value) for key, value in declared.items())
    return sorted(found) == sorted(declared) if isinstance(declared, list) else bool(found == declared)


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_diff_shows_a_name_that_contains_a_credential(runner: str) -> None:
    with KAZOO.serve(mailboxes=1) as server:
        name = f"The {credential(KAZOO)} desk"
        result = RUNNERS[runner]("vmboxes", KAZOO.arguments(server, mailboxes=[{"mailbox": "1000", "name": name}]))
        assert [one["after"]["name"] for one in result["diff"]] == [name]


@pytest.mark.parametrize("runner", RUNNERS)
def test_an_error_hides_a_credential_quoted_by_the_vendor(runner: str) -> None:
    with KAZOO.serve(mailboxes=1) as server:
        secret = credential(KAZOO)
        result = RUNNERS[runner]("vmbox", KAZOO.arguments(server, mailbox="1000", name="x", timezone=f"{secret}/x" * 9))
        assert result["failed"]
        assert secret not in json.dumps([result["msg"], result["error"]])


def _declare(path: tuple[str, ...], text: str) -> t.Any:
    if not path:
        return text
    inner = _declare(path[1:], text)
    return ["plain@example.com", inner] if path[0] == "[]" else {path[0]: inner}


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_a_mask_is_never_written(subject: Subject, mask: str, tmp_path: pathlib.Path) -> None:
    key = subject.key
    with subject.serve(mailboxes=3) as server:
        before = subject.stored(server)
        seeded = before[0].number
        for path in TEXTS[subject.name]:
            declared = _declare(path, f"a {mask} b")
            item = declared if path[0] == key else {key: seeded, **declared}
            source = tmp_path / "boxes.json"
            source.write_text(json.dumps([item]))
            option = ".".join(part for part in path if part != "[]")
            plural = (
                {subject.listed: [{key: seeded}], "defaults": declared} if path[0] != key else {subject.listed: [item]}
            )
            for module, arguments, place in (
                (subject.module, item, ""),
                (subject.plural, {subject.listed: [item]}, "item 1"),
                (subject.plural, plural, "item 1"),
                (subject.plural, {"src": str(source)}, "boxes.json:1"),
            ):
                result = RUNNERS["worker"](module, subject.arguments(server, **arguments))
                assert result["failed"], (module, arguments)
                assert f"`{option}` contains {mask}" in result["msg"], result["msg"]
                assert place in result["msg"]
        assert subject.writes(server) == []
        assert subject.stored(server) == before


def test_a_pin_of_asterisks_is_never_written() -> None:
    with KAZOO.serve(mailboxes=1) as server:
        result = RUNNERS["worker"]("vmbox", KAZOO.arguments(server, mailbox="1000", pin="****"))
        assert "must not look like a hidden PIN" in result["msg"]


@pytest.mark.parametrize("option", ["caller_name", "caller_number", "call_id"])
def test_a_mask_is_not_uploaded_with_a_message(option: str, tmp_path: pathlib.Path) -> None:
    source = tmp_path / "message.wav"
    source.write_bytes(recording(0.1))
    with KAZOO.serve(mailboxes=1) as server:
        given = {"mailbox": "1000", "state": "present", "src": str(source), "call_id": "one", option: "a ********"}
        result = RUNNERS["worker"]("voicemail_message", KAZOO.arguments(server, **given))
        assert f"`{option}` contains ********" in result["msg"]
        assert KAZOO.writes(server) == []


def test_a_mask_is_not_selected_as_a_greeting() -> None:
    with KAZOO.serve(mailboxes=1) as server:
        result = RUNNERS["worker"]("voicemail_greeting", KAZOO.arguments(server, mailbox="1000", media_id="********"))
        assert "`media_id` contains ********" in result["msg"]
        assert KAZOO.writes(server) == []
