# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists in files: the same result in every process, and no deletion by an invalid file."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import dispatch, task
from helpers.playbooks import play
from helpers.runners import Result, as_module
from helpers.subjects import KAZOO, ONSIP, SUBJECTS, Subject

CREATING = [subject for subject in SUBJECTS if subject.can_create]
creating = pytest.mark.parametrize("subject", CREATING, ids=lambda subject: subject.name)


def in_worker(name: str, arguments: t.Mapping[str, t.Any], source: str, check: bool) -> Result:
    """Run in the worker, which receives the file's content from the action plugin."""
    result = task.run_in_worker(
        name,
        arguments,
        task.Worker(check=check, sessions=dispatch.session_of, source=pathlib.Path(source).read_bytes()),
    )
    plain: Result = json.loads(json.dumps(result))
    plain.setdefault("failed", False)
    return plain


def packed(name: str, arguments: t.Mapping[str, t.Any], source: str, check: bool) -> Result:
    """Run as a packed module, which receives the items instead of the file."""
    try:
        given = task.with_items(name, arguments, pathlib.Path(source).read_text())
    except dispatch.VoicemailError as error:
        return {"failed": True, "changed": False, "msg": str(error)}
    return as_module(name, json.loads(json.dumps(given)), check=check)


def by_itself(name: str, arguments: t.Mapping[str, t.Any], source: str, check: bool) -> Result:
    """Run as a module that reads the file itself."""
    return as_module(name, arguments, check=check)


READERS = (in_worker, packed, by_itself)


def run_all(subject: Subject, given: dict[str, t.Any], check: bool) -> list[Result]:
    """Run a task in every process that may read the file, and compare the results."""
    found = []
    for run in READERS:
        result = run(subject.plural, given, given["src"], check)
        found.append({key: result.get(key) for key in ("failed", "changed", "msg", "results", "plan_checksum", "diff")})
    return found


@creating
def test_unquoted_numbers_keep_their_digits(subject: Subject, tmp_path: pathlib.Path) -> None:
    source = tmp_path / "boxes.yml"
    item = {key: value for key, value in subject.create.items() if key != "pin"}
    pin = subject.create["pin"]
    # Numbers at OnSIP cannot begin with 0.
    number = "300" if subject is ONSIP else "0300"
    text = f"{subject.listed}:\n- {{{subject.key}: {number}, pin: {pin}, {json.dumps(item)[1:-1]}}}\n"
    source.write_text(text)
    with subject.serve() as server:
        given = subject.arguments(server, src=str(source), prune=True)
        first, *others = run_all(subject, given, check=True)
        assert not first["failed"], first
        assert others == [first, first]
        made = in_worker(subject.plural, given, str(source), check=False)
        assert (made["failed"], made["summary"]["create"]) == (False, 1), made
        assert "read as text" not in str(made.get("warnings"))
        assert [box.number for box in subject.stored(server)] == [number]
        source.write_text(text.replace(" pin", " state: absent, pin"))
        gone = in_worker(subject.plural, {**given, "prune": False}, str(source), check=True)
        assert (gone["failed"], gone["summary"]["delete"]) == (False, 1), gone


def test_results_name_file_and_line(tmp_path: pathlib.Path) -> None:
    source = tmp_path / "boxes.csv"
    source.write_text("mailbox,name,pin\n3000,Reception,4821\n3001,Sales,482159\n")
    with KAZOO.serve({"max_pin_length": 4}) as server:
        given = KAZOO.arguments(server, src=str(source))
        predicted, *others = run_all(KAZOO, given, check=True)
        assert [row["source"] for row in predicted["results"]] == [f"{source}:2", f"{source}:3"]
        assert others == [predicted, predicted]
        done = in_worker("vmboxes", given, str(source), check=False)
        assert done["failed"]
        assert done["msg"].startswith(f"1 of 2 mailboxes failed; 1 was applied:\n- {source}:3: ")
        assert {row["source"]: row["status"] for row in done["results"]} == {
            f"{source}:2": "changed",
            f"{source}:3": "failed",
        }


SPOILT = {
    "empty.yml": ("", ": is empty"),
    "comment.yml": ("# gone\n", ": contains no list"),
    "null.yml": ("LISTED:\n", ":1: contains no list"),
    "other.yml": ("others: []\n", ": there is no key `LISTED`"),
    "key.yml": ("LISTED: []\nLISTED: []\n", ":2: the key `LISTED` is repeated, first in line 1"),
    "item.yml": ("LISTED:\n- KEY: 8283\n  name: a\n  name: b\n", ":4: the key `name` is repeated, first in line 3"),
    "key.json": ('{"LISTED": [],\n"LISTED": []}', ":2: the key `LISTED` is repeated, first in line 1"),
    "item.json": ('[{"KEY": "8283",\n"name": "a", "name": "b"}]', ":2: the key `name` is repeated, first in line 2"),
    "documents.yml": ("LISTED: []\n---\nLISTED: []\n", ":3: a second YAML document begins here"),
    "empty.json": ("", ": is empty"),
    "empty.csv": ("", ": is empty"),
    "headings.csv": ("KEY,name\n", ": has headings but no rows"),
    "deep.json": ("[" * 100_000, ":1: is not valid JSON at column 101: nested deeper than 100 levels"),
    "forgotten.csv": ("8283,Reception,hunter2secret\n8284,x,y\n", ":1: column 1 has no heading"),
}


@creating
@pytest.mark.parametrize("name", SPOILT)
def test_an_invalid_file_deletes_nothing(subject: Subject, name: str, tmp_path: pathlib.Path) -> None:
    text, problem = (part.replace("LISTED", subject.listed).replace("KEY", subject.key) for part in SPOILT[name])
    source = tmp_path / name
    source.write_text(text)
    with subject.serve() as server:
        given = {"src": str(source), "prune": True, "allow_empty": True, "max_delete_percent": 100}
        first, *others = run_all(subject, subject.arguments(server, **given), check=False)
        assert first["failed"]
        assert f"{source}{problem}" in first["msg"], first["msg"]
        assert "hunter2secret" not in str([first, *others])
        assert [other["msg"] for other in others] == [first["msg"], first["msg"]]
        assert len(server.journal) == 0


def test_problems_of_items_name_file_and_line(tmp_path: pathlib.Path) -> None:
    source = tmp_path / "boxes.yml"
    source.write_text("- mailbox: 0300\n  name: x\n  pin: 12\n- mailbox: 0301\n  name: y\n")
    with KAZOO.serve() as server:
        first, *others = run_all(KAZOO, KAZOO.arguments(server, src=str(source)), check=False)
        assert first["msg"] == f"{source}:3: mailbox 0300: `pin` must be 4 to 15 characters long, got 2."
        assert [other["msg"] for other in others] == [first["msg"], first["msg"]]
        source.write_text("- mailbox: 0300\n  name: x\n- mailbox: 0300\n  name: y\n")
        (first, *others) = run_all(KAZOO, KAZOO.arguments(server, src=str(source)), check=False)
        assert first["msg"] == f"{source}:3: mailbox 0300: is declared twice, first in {source}:1."
        assert [other["msg"] for other in others] == [first["msg"], first["msg"]]


@pytest.mark.parametrize("kind", ["dangling", "folder", "missing", "latin"])
def test_an_unreadable_file_is_reported(kind: str, tmp_path: pathlib.Path) -> None:
    source = tmp_path / "boxes.yml"
    {
        "dangling": lambda: source.symlink_to(tmp_path / "nowhere.yml"),
        "folder": source.mkdir,
        "missing": lambda: None,
        "latin": lambda: source.write_bytes("- name: Müller".encode("latin-1")),
    }[kind]()
    with KAZOO.serve() as server:
        result = as_module("vmboxes", KAZOO.arguments(server, src=str(source), prune=True))
        assert result["failed"]
        encoding = f"{source}: is not UTF-8 text. Save it as UTF-8."
        expected = encoding if kind == "latin" else f"`src` {source} cannot be read: "
        assert result["msg"].startswith(expected)
        assert len(server.journal) == 0


def test_a_play_reads_files_on_the_controller(tmp_path: pathlib.Path) -> None:
    """Run in the worker and as a packed module. A broken link fails the task."""
    (tmp_path / "boxes.yml").write_text("mailboxes:\n- mailbox: 0300\n  name: on\n  pin: 0042\n")
    (tmp_path / "wrong.yml").write_text("mailboxes:\n- mailbox: 0300\n  name: x\n  name: y\n")
    (tmp_path / "gone.yml").symlink_to(tmp_path / "nowhere.yml")
    with KAZOO.serve(mailboxes=1) as server:
        before = [box.number for box in KAZOO.stored(server)]

        def of(name: str, **keywords: t.Any) -> dict[str, t.Any]:
            return {"telephony.voicemail.vmboxes": KAZOO.arguments(server, src=name), **keywords}

        run = play(
            tmp_path,
            [
                of("boxes.yml", register="first"),
                of("boxes.yml", register="second", **{"async": 60, "poll": 1}),
                {"ansible.builtin.assert": {"that": ["first is changed", "second is not changed"]}},
                *(of(name, ignore_errors=True) for name in ("wrong.yml", "gone.yml")),
                of("wrong.yml", ignore_errors=True, **{"async": 60, "poll": 1}),
            ],
        )
        assert run.code == 0, run.output
        assert "ignored=3" in run.output
        assert "wrong.yml:4: the key `name` is repeated, first in line 3" in run.output
        assert "`src`: the file" in run.output
        boxes = {box.number: box.fields for box in KAZOO.stored(server)}
        assert sorted(boxes) == sorted(["0300", *before])
        assert (boxes["0300"]["name"], boxes["0300"]["pin"]) == ("on", "0042")
