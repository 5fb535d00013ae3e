# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invented boxes and messages to start with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .vendor import SimulatedTel4vn

FIRST_EXTENSION = 1001
GIVEN_NAMES = ("Avery", "Robin", "Minh", "Linh", "Jordan", "Thao", "Casey", "Quang")
FAMILY_NAMES = ("Quill", "Hale", "Tran", "Marsh", "Vo", "Winter", "Pham")
SECONDS_BETWEEN_MESSAGES = 5400


def fill(vendor: SimulatedTel4vn, mailboxes: int, messages: int) -> None:
    """Add `mailboxes` boxes from extension 1001 on, each with `messages` messages, the newest of this moment."""
    now = int(vendor.clock.now())
    for position in range(mailboxes):
        extension = str(FIRST_EXTENSION + position)
        given = GIVEN_NAMES[position % len(GIVEN_NAMES)]
        family = FAMILY_NAMES[position % len(FAMILY_NAMES)]
        vendor.add_box(
            extension,
            mail_to=f"{given}.{family}.{extension}@example.com".lower(),
            description=f"{given} {family}",
        )
        for age in range(messages):
            vendor.add_message(extension, created_epoch=now - age * SECONDS_BETWEEN_MESSAGES)
