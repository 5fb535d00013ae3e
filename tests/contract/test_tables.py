# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables on each vendor: writing mailboxes to a table and applying it changes nothing."""

from __future__ import annotations

import base64
import pathlib
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.filter.boxes_to_rows import boxes_to_rows
from helpers.runners import RUNNERS, Result
from helpers.subjects import KAZOO, SUBJECTS, Subject
from voicemail_simulator.server import SimulatorServer

ODD = '=1+1; "Ärzte", \'s-Hertogenbosch | \t#'


def run(subject: Subject, server: SimulatorServer, runner: str = "worker", **options: t.Any) -> Result:
    server.journal.clear()
    return RUNNERS[runner](subject.plural, subject.arguments(server, **options), check=False)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_applying_a_table_of_the_read_mailboxes_changes_nothing(
    subject: Subject, ending: str, tmp_path: pathlib.Path
) -> None:
    with subject.serve(mailboxes=3) as server:
        item = {subject.key: subject.number, **subject.create}
        item.update({option: ODD for option in ("name", "description") if option in item})
        made = run(subject, server, **{subject.listed: [item]})
        assert not made["failed"], made
        found = RUNNERS["worker"](subject.info, subject.arguments(server), check=False)[subject.listed]
        written = boxes_to_rows(found, ending, resource=subject.listed)
        source = tmp_path / f"boxes.{ending}"
        source.write_bytes(base64.b64decode(written) if ending == "xlsx" else written.encode())
        result = run(subject, server, src=str(source), prune=subject.can_create)
        assert not result["failed"], result
        assert not result["changed"], result
        assert result["summary"]["unchanged"] == len(found)
        assert subject.writes(server) == []


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_mapped_table_is_read_alike_by_each_runner(runner: str, tmp_path: pathlib.Path) -> None:
    source = tmp_path / "staff.txt"
    source.write_bytes(
        "Nr|Vorname|Nachname|Zone|VM\n7101|Jörg|Groß|W. Europe Standard Time|ja\n7102|A|B||nein\n".encode("cp1252")
    )
    options: dict[str, t.Any] = {
        "src": str(source),
        "columns": {"Nr": "mailbox", "Zone": "timezone"},
        "templates": {"name": "{Vorname} {Nachname}"},
        "only_rows": {"VM": True},
    }
    with KAZOO.serve(mailboxes=0) as server:
        result = run(KAZOO, server, runner, **options)
        assert not result["failed"], result
        (box,) = RUNNERS["worker"]("vmbox_info", KAZOO.arguments(server), check=False)["mailboxes"]
        assert (box["mailbox"], box["name"], box["timezone"]) == ("7101", "Jörg Groß", "Europe/Berlin")
        wrong = run(KAZOO, server, runner, **options | {"columns": {"Nr": "mailbox", "Zone": "pin"}})
        assert wrong["failed"]
        assert f"{source}:2, column Zone: mailbox 7101: `pin` must be 4 to 15 characters long" in wrong["msg"]
        assert "W. Europe" not in wrong["msg"]


def test_invalid_table_options_are_refused_before_the_first_request(tmp_path: pathlib.Path) -> None:
    source = tmp_path / "staff.csv"
    source.write_text("mailbox\n1\n")
    document = tmp_path / "staff.yml"
    document.write_text("mailboxes: []\n")
    with KAZOO.serve() as server:
        for options, text in (
            ({"layout": "freebpx"}, "`layout` freebpx is unknown. Use 3cx, asterisk, freepbx"),
            ({"columns": {"mailbox": ["x"]}}, "`columns` has a list for 'mailbox'"),
            ({"heading_row": -1}, "`heading_row` must not be below 0"),
            ({"list_separator": {"a": 1}}, "`list_separator` must be text"),
            ({"src": None, "mailboxes": [], "sheet": 2}, "`sheet` describes the table in `src`, but `src` is not set"),
            ({"src": str(document), "columns": {"a": "b"}}, "`columns` describes a table, but"),
        ):
            result = run(KAZOO, server, **{"src": str(source), **options})
            assert result["failed"]
            assert text in result["msg"]
            assert len(server.journal) == 0
