# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules against a simulated KAZOO and count the requests: use it for the option `cache`."""

from __future__ import annotations

import typing as t

from voicemail_simulator.server import SimulatorServer

from helpers.runners import RUNNERS, Result
from helpers.subjects import KAZOO

#: The generations that return mailboxes one by one.
SINGLY = ("4.3", "M")
PIN = "583927"
CHANGED_PIN = "740516"


def run(
    server: SimulatorServer,
    module: str = "vmbox_info",
    *,
    check: bool = False,
    runner: str = "worker",
    **options: t.Any,
) -> Result:
    """Clear the journal and run a module."""
    server.journal.clear()
    return RUNNERS[runner](module, KAZOO.arguments(server, **options), check=check)


def requests(server: SimulatorServer) -> int:
    """Count the requests of the latest run, without its login."""
    return sum(not entry["path"].endswith("_auth") for entry in server.journal.entries())


def documents(server: SimulatorServer) -> list[dict[str, t.Any]]:
    """Return the documents of the account's existing mailboxes."""
    account = server.vendor.ACCOUNT_ID
    boxes = server.vendor.state.boxes.values()
    return [box for box in boxes if box["account_id"] == account and not box["deleted"]]


def overwrite(server: SimulatorServer, box: dict[str, t.Any], *, deleted: bool = False, **public: t.Any) -> None:
    """Change a mailbox as another operator, or the telephone, would."""
    server.vendor.state.save_box(box["account_id"], box["id"], {**box["public"], **public}, deleted=deleted)
