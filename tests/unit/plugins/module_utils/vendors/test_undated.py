# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Message times in every format, and unreadable ones, in every module that selects messages."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

import pytest
from helpers.altered_replies import Alteration, altered_replies, run
from voicemail_simulator.server import SimulatorServer

EPOCH = 1_700_000_000
GREGORIAN = EPOCH + 62167219200
WHEN = "2023-11-14T22:13:20Z"
#: By vendor: a mailbox, the end of the path of its messages, the key of the rows, and the field of the time.
PLACES: dict[str, tuple[dict[str, str], str, str, str]] = {
    "kazoo": ({"mailbox": "1000"}, "/messages", "data", "timestamp"),
    "tel4vn": ({"mailbox": "1001"}, "/voicemail/message", "data", "created_at"),
    "portsip": ({"shared_voicemail": "8001"}, "/voicemails", "items", "created_at"),
}
FORMS = (EPOCH, str(EPOCH), float(EPOCH), 1.7e9, GREGORIAN, str(GREGORIAN), float(GREGORIAN), WHEN, WHEN[:-1])
NO_TIMES = (None, "", "soon", 0, -5, True, [], "0001-01-01T00:00:00Z", 10**15, {"at": EPOCH})


def dated(rows: str, field: str, time: t.Any, only_first: bool = False) -> Alteration:
    """Return an alteration that changes the time of messages."""

    def alter(value: t.Any) -> t.Any:
        listed = value[rows]
        for row in listed[:1] if only_first else listed:
            row[field] = time
        return value

    return alter


@pytest.fixture(scope="module")
def servers() -> t.Iterator[dict[str, SimulatorServer]]:
    with (
        SimulatorServer("kazoo", mailboxes=2, messages=3, seed=1) as kazoo,
        SimulatorServer("tel4vn", mailboxes=2, messages=3, seed=1) as tel4vn,
        SimulatorServer("portsip", mailboxes=2, messages=3, seed=1) as portsip,
    ):
        yield {"kazoo": kazoo, "tel4vn": tel4vn, "portsip": portsip}


@pytest.mark.parametrize("form", FORMS, ids=repr)
@pytest.mark.parametrize("vendor", PLACES)
def test_times_in_every_format_are_selected(servers: dict[str, SimulatorServer], vendor: str, form: t.Any) -> None:
    place, end, rows, field = PLACES[vendor]
    with altered_replies(lambda request: request.url.path.endswith(end), dated(rows, field, form)):
        old = run(servers[vendor], vendor, "voicemail_message_info", **place, older_than="2023-11-15")
        young = run(servers[vendor], vendor, "voicemail_message_info", **place, older_than="2023-11-14")
    assert [message["received_at"] for message in old["messages"]] == [WHEN] * 3
    assert young["messages"] == []
    assert old["undated"] == young["undated"] == []
    assert not old.get("warnings")


@pytest.mark.parametrize("time", NO_TIMES, ids=repr)
@pytest.mark.parametrize("vendor", PLACES)
def test_a_message_without_a_usable_time_is_counted_and_warned_about(
    servers: dict[str, SimulatorServer], vendor: str, time: t.Any, tmp_path: pathlib.Path
) -> None:
    place, end, rows, field = PLACES[vendor]
    with altered_replies(
        lambda request: request.url.path.endswith(end), dated(rows, field, time, only_first=True)
    ) as sent:
        results = [
            run(servers[vendor], vendor, module, **place, older_than="2999-01-01", **options)
            for module, options in modules(vendor, tmp_path)
        ]
    for result in results:
        assert not result["failed"], result
        assert len(result["undated"]) == 1
        assert result["undated"][0]["mailbox"] == next(iter(place.values()))
        name = result["undated"][0]["id"]
        warning = f"the time of 1 messages cannot be read, so `older_than` and `newer_than` never select them: {name}"
        assert warning in result["warnings"]
        assert name not in [message["id"] for message in result.get("messages", result.get("results"))]
    assert not [request for request in sent if name in request and not request.startswith("GET")]


def modules(vendor: str, folder: pathlib.Path) -> list[tuple[str, dict[str, t.Any]]]:
    """Return modules that select messages, with their options."""
    found: list[tuple[str, dict[str, t.Any]]] = [
        ("voicemail_message_info", {}),
        ("voicemail_message_facts", {}),
        ("voicemail_audio", {"dest": str(folder), "report": "all"}),
    ]
    if vendor != "tel4vn":
        found.append(("voicemail_message", {"state": "read", "report": "all"}))
    return found


def test_a_filter_of_another_kind_leaves_undated_messages_uncounted(servers: dict[str, SimulatorServer]) -> None:
    place, end, rows, field = PLACES["kazoo"]
    with altered_replies(lambda request: request.url.path.endswith(end), dated(rows, field, None)):
        result = run(servers["kazoo"], "kazoo", "voicemail_message_info", **place, caller="nobody at all")
        named = run(servers["kazoo"], "kazoo", "voicemail_message_info", **place)
    assert result["undated"] == []
    assert len(named["undated"]) == len(named["messages"]) == 3


def test_a_time_in_year_1_is_never_deleted(servers: dict[str, SimulatorServer]) -> None:
    place, end, rows, field = PLACES["kazoo"]
    for time in (0, 63, "0001-01-01T00:00:00Z", -(10**6)):
        with altered_replies(lambda request: request.url.path.endswith(end), dated(rows, field, time)) as sent:
            result = run(
                servers["kazoo"],
                "kazoo",
                "voicemail_message",
                **place,
                older_than=datetime.date(2020, 1, 1).isoformat(),
                state="absent",
                permanent=True,
                max_deletions=100,
            )
        assert result["changed"] is False
        assert len(result["undated"]) == 3
        assert not [request for request in sent if request.startswith("DELETE")]
