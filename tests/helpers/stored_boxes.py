# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulated vendor holds, read from inside of it: the witness of what a run really did."""

from __future__ import annotations

import dataclasses
import typing as t

from voicemail_simulator.server import SimulatorServer

from helpers.subjects import PERSONAL, SHARED, Subject


@dataclasses.dataclass(frozen=True)
class Box:
    """A box as the server stores it: what nobody declared is part of it."""

    id: str
    number: str
    fields: dict[str, t.Any]


def boxes_of(subject: Subject, server: SimulatorServer) -> list[Box]:
    """Every box there is."""
    return _READERS[subject.name](server)


def tenant_of(server: SimulatorServer) -> str:
    """Id of the PortSIP tenant that the suites log in to."""
    return str(server.vendor.state.tenant_of_domain(SHARED.connection["domain"])["id"])


def _kazoo(server: SimulatorServer) -> list[Box]:
    return [
        Box(box["id"], box["public"]["mailbox"], dict(box["public"]))
        for box in list(server.vendor.state.boxes.values())
        if not box["deleted"]
    ]


def _tel4vn(server: SimulatorServer) -> list[Box]:
    return [Box(box["id"], box["extension"], dict(box)) for box in list(server.vendor.state.boxes.values())]


def _onsip(server: SimulatorServer) -> list[Box]:
    shown = [dict(box) for box in list(server.vendor.state.boxes.values())]
    return [
        Box(box["VoicemailboxId"], box["Mailbox"], {name: box[name] for name in box if name != "Modified"})
        for box in shown
    ]


def _portsip(server: SimulatorServer, table: str) -> list[Box]:
    collection, tenant = getattr(server.vendor.state, table).collection, tenant_of(server)
    found = [one for one in list(collection.values()) if one["tenant_id"] == tenant and one.get("extension_number")]
    return [Box(one["id"], one["extension_number"], dict(one)) for one in found]


_READERS: dict[str, t.Callable[[SimulatorServer], list[Box]]] = {
    "kazoo": _kazoo,
    "tel4vn": _tel4vn,
    "onsip": _onsip,
    SHARED.name: lambda server: _portsip(server, "boxes"),
    PERSONAL.name: lambda server: _portsip(server, "users"),
}
