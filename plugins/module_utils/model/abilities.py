# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a vendor may be able to do beyond mailboxes: the words of ``Vendor.abilities`` and of errors."""

from __future__ import annotations

READ = "read messages"
MARK = "mark messages"
DELETE = "delete messages"
MOVE = "move messages"
COPY = "copy messages"
UPLOAD = "upload messages"
AUDIO = "download audio"
UPLOAD_GREETINGS = "upload greetings"
CHOOSE_GREETINGS = "choose greetings by media id"
