# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role provision refuses bad input before any write. One run has a host for each case."""

from __future__ import annotations

import contextlib
import typing as t

import pytest
from helpers.provisioning import Bench, Run, assert_refused, run_together
from voicemail_simulator.server import SimulatorServer

#: Invalid mailbox files, with a part of the reported problem.
BAD_FILES: dict[str, tuple[dict[str, str], str]] = {
    "duplicate": (
        {"a.yml": "[{mailbox: 3000, name: x}]", "b.csv": "mailbox,name\n3001,x\n3000,x\n"},
        "b.csv:3: mailbox 3000: is declared twice, first in a.yml:1",
    ),
    "column": ({"a.csv": "mailbox,nmae\n3000,x\n"}, "a.csv:1: unknown column 'nmae'; did you mean `name`?"),
    "key": (
        {"a.yml": "[{mailbox: 3000, name: x, kazoo: {skip_greting: true}}]"},
        "a.yml:1: mailbox 3000: `kazoo.skip_greting` is not a field of this vendor; did you mean `skip_greeting`?",
    ),
    "foreign": (
        {"a.yml": "[{mailbox: 3000, onsip: {}}]"},
        "`onsip` is the only dictionary of a vendor, but the vendor is KAZOO",
    ),
    "no-dictionary": ({"a.yml": "['3000']"}, "a.yml:1: must be a dictionary with `mailbox`, not text"),
    "pin": (
        {"a.json": '[{"mailbox": 3000, "name": "x", "pin": 4821}]'},
        "a.json:1: mailbox 3000: `pin` was read by YAML as a number",
    ),
    "empty": (
        {"a.yml": "[{mailbox: 3000, name: x}]", "b.yml": ""},
        "b.yml: is empty. Write `mailboxes: []` for an empty list, or remove the file",
    ),
    "folder": ({"a.yml": "[{mailbox: 3000, name: x}]", "old/b.yml": "[]"}, "old: is a folder, which is not read"),
}


def refused_input() -> t.Iterator[tuple[str, dict[str, str], dict[str, t.Any]]]:
    """Yield refused input: the name of a host, its files and its variables."""
    for name, (files, _problem) in BAD_FILES.items():
        yield name, {f"boxes/{file}": text for file, text in files.items()}, {"sources": ["boxes"]}
    good = "".join(f"{number},Box,Europe/Paris\n" for number in range(4000, 4050))
    wrong = "".join(f"{number},Box,?\n" for number in range(3000, 3050))
    yield "fifty-lines", {"many.csv": f"mailbox,name,timezone\n{good}{wrong}"}, {"sources": ["many.csv"]}
    items = [{"mailbox": str(number), "name": "Box", "emials": []} for number in range(3000, 3050)]
    yield "fifty-items", {}, {"mailboxes": [{"mailbox": "4000", "name": "Good"}, *items]}
    yield "empty-list", {"none.yml": "mailboxes: []"}, {"sources": ["none.yml"], "prune": True}
    renamed = "".join(f"{number},Wrong column\n" for number in range(1000, 1003))
    updates = {"sources": ["wrong.csv"], "max_updates": 3, "max_update_percent": 50}
    yield "updates", {"wrong.csv": f"mailbox,name\n{renamed}3000,New\n"}, updates


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[dict[str, tuple[Bench, Run]]]:
    """Run the role for all hosts together."""
    folder = tmp_path_factory.mktemp("refusals")
    benches, declared = {}, {}
    with contextlib.ExitStack() as stack:
        for name, files, variables in refused_input():
            server = stack.enter_context(SimulatorServer("kazoo", mailboxes=3 if name == "updates" else 0))
            benches[name], declared[name] = Bench(folder / name, server), variables
            for file, text in files.items():
                benches[name].write(file, text)
        runs = run_together(folder, benches, declared)
        yield {name: (bench, runs[name]) for name, bench in benches.items()}


def test_fifty_wrong_items_are_reported_together_before_any_write(refusals: dict[str, tuple[Bench, Run]]) -> None:
    bench, run = refusals["fifty-lines"]
    assert_refused(bench, run)
    for text in (run.message, run.output, run.markdown):
        assert "50 mailboxes: " in text
        assert "many.csv, column timezone: lines 52-99, 100, 101" in text


def test_fifty_wrong_items_of_a_variable_are_summarized(refusals: dict[str, tuple[Bench, Run]]) -> None:
    bench, run = refusals["fifty-items"]
    assert_refused(bench, run)
    names = ", ".join(f"{position + 2998} (item {position})" for position in range(2, 12))
    assert f"50 mailboxes: `emials` is not an option; did you mean `emails`?: {names} and 40 more" in run.message


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_input_is_reported(refusals: dict[str, tuple[Bench, Run]], name: str) -> None:
    bench, run = refusals[name]
    assert_refused(bench, run)
    assert BAD_FILES[name][1] in run.message
    assert bench.boxes() == {}


def test_an_empty_list_with_prune_is_refused(refusals: dict[str, tuple[Bench, Run]]) -> None:
    bench, run = refusals["empty-list"]
    assert_refused(bench, run)
    assert "the list is empty and `prune` is set" in run.message


def test_more_updates_than_allowed_are_refused(refusals: dict[str, tuple[Bench, Run]]) -> None:
    bench, run = refusals["updates"]
    assert_refused(bench, run)
    assert "100 percent of the 3 declared ones that exist" in run.message
    assert "`max_update_percent`, which is 50" in run.message
