# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test data of Acorn: its login, declarations, and the state of its simulator."""

from __future__ import annotations

from helpers.stored_boxes import Box
from helpers.subjects import Subject

from .simulator import TOKEN, SimulatedAcorn

ACORN = Subject(
    name="acorn",
    vendor="acorn",
    simulated=SimulatedAcorn,
    stored=lambda server: [Box(box["id"], box["number"], dict(box)) for box in server.vendor.boxes.values()],
    connection={"token": TOKEN},
    module="vmbox",
    key="mailbox",
    number="3000",
    create={"name": "Reception", "pin": "482159", "emails": ["b@example.com", "a@example.com"]},
    update={"name": "Front desk", "pin": "913728", "after_email": "delete", "acorn": {"lamp": False}},
    clear={"emails": []},
    numbers={},
    pin_field="pin",
)
