# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulated vendor holds, read from inside of it: the witness of what a run really did."""

from __future__ import annotations

import dataclasses
import typing as t

from voicemail_simulator.server import SimulatorServer

#: The PortSIP tenant that the suites log in to.
PORTSIP_DOMAIN = "voicemail.example.com"


@dataclasses.dataclass(frozen=True)
class Box:
    """A box as the server stores it: what nobody declared is part of it."""

    id: str
    number: str
    fields: dict[str, t.Any]


def tenant_of(server: SimulatorServer) -> str:
    """Id of the PortSIP tenant that the suites log in to."""
    return str(server.vendor.state.tenant_of_domain(PORTSIP_DOMAIN)["id"])


def of_kazoo(server: SimulatorServer) -> list[Box]:
    """Return the mailboxes of all accounts that are not deleted."""
    return [
        Box(box["id"], box["public"]["mailbox"], dict(box["public"]))
        for box in list(server.vendor.state.boxes.values())
        if not box["deleted"]
    ]


def of_tel4vn(server: SimulatorServer) -> list[Box]:
    """Return every mailbox."""
    return [Box(box["id"], box["extension"], dict(box)) for box in list(server.vendor.state.boxes.values())]


def of_onsip(server: SimulatorServer) -> list[Box]:
    """Return every mailbox."""
    shown = [dict(box) for box in list(server.vendor.state.boxes.values())]
    return [
        Box(box["VoicemailboxId"], box["Mailbox"], {name: box[name] for name in box if name != "Modified"})
        for box in shown
    ]


def of_portsip_shared(server: SimulatorServer) -> list[Box]:
    """Return the shared voicemails of the tenant."""
    return _portsip(server, "boxes")


def of_portsip_users(server: SimulatorServer) -> list[Box]:
    """Return the users of the tenant, whose mailboxes are part of them."""
    return _portsip(server, "users")


def _portsip(server: SimulatorServer, table: str) -> list[Box]:
    collection, tenant = getattr(server.vendor.state, table).collection, tenant_of(server)
    found = [one for one in list(collection.values()) if one["tenant_id"] == tenant and one.get("extension_number")]
    return [Box(one["id"], one["extension_number"], dict(one)) for one in found]
