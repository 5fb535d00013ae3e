# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The invented mailboxes and messages of a new simulator."""

from __future__ import annotations

from .installation import Installation

FIRST_EXTENSION = 1001
GIVEN_NAMES = ("Avery", "Robin", "Minh", "Linh", "Jordan", "Thao", "Casey", "Quang")
FAMILY_NAMES = ("Quill", "Hale", "Tran", "Marsh", "Vo", "Winter", "Pham")
SECONDS_BETWEEN_MESSAGES = 5400


def seed(installation: Installation, mailboxes: int, messages: int) -> None:
    """Add `mailboxes` mailboxes from extension 1001 on, each with `messages` messages, the newest from this moment."""
    now = int(installation.clock.now())
    for position in range(mailboxes):
        extension = str(FIRST_EXTENSION + position)
        given = GIVEN_NAMES[position % len(GIVEN_NAMES)]
        family = FAMILY_NAMES[position % len(FAMILY_NAMES)]
        installation.add_box(
            extension,
            mail_to=f"{given}.{family}.{extension}@example.com".lower(),
            description=f"{given} {family}",
        )
        for age in range(messages):
            installation.add_message(extension, created_epoch=now - age * SECONDS_BETWEEN_MESSAGES)
