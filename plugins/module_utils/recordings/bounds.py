# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limit the size of recordings, whatever a server sends."""

from __future__ import annotations

from ..model.message import Message

#: The highest quality that a vendor records: 48 000 samples per second of 16 bits, in stereo, uncompressed.
HIGHEST_BYTES_PER_SECOND = 48_000 * 2 * 2
#: Room for headers, tags and rounded durations. One vendor accepts uploads of 8 000 000 bytes, and states a duration of
#: one millisecond for those uploaded without a length; a smaller margin would refuse such recordings.
MARGIN_BYTES = 8 * 1024 * 1024
#: Without a stated duration or size, and at most: four hours of telephone quality with 16 bits at 8 kHz.
MOST_BYTES = 256 * 1024 * 1024


def most_bytes(message: Message, chosen: int | None = None) -> int:
    """Return the maximum size of a message's recording in bytes.

    It is ``min(MOST_BYTES, min(duration * HIGHEST_BYTES_PER_SECOND, stated size) + MARGIN_BYTES)``, using the stated
    duration and size as far as known.

    :param chosen: the user's limit, which replaces the formula.
    """
    if chosen is not None:
        return chosen
    plausible = []
    if message.duration_ms is not None and message.duration_ms >= 0:
        plausible.append(message.duration_ms * HIGHEST_BYTES_PER_SECOND // 1000)
    if message.size_bytes is not None and message.size_bytes >= 0:
        plausible.append(message.size_bytes)
    return min(MOST_BYTES, min(plausible) + MARGIN_BYTES) if plausible else MOST_BYTES
