# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large a recording may be, whatever a server sends."""

from __future__ import annotations

from ..model.message import Message

#: The richest sound a vendor records: 48 000 samples a second of 16 bits, in stereo, not compressed.
HIGHEST_BYTES_PER_SECOND = 48_000 * 2 * 2
#: Room for headers, tags and rounded durations. One vendor accepts uploads of 8 000 000 bytes, and states a duration of
#: one millisecond for those whose length was not given with them; less would refuse such recordings.
MARGIN_BYTES = 8 * 1024 * 1024
#: Where neither duration nor size is stated, and at most: four hours of the telephone's own 16 bits at 8 kHz.
MOST_BYTES = 256 * 1024 * 1024


def most_bytes(message: Message, chosen: int | None = None) -> int:
    """Return the most bytes that the recording of a message may have.

    It is ``min(MOST_BYTES, min(duration * HIGHEST_BYTES_PER_SECOND, stated size) + MARGIN_BYTES)``, of the duration and
    the size those that the vendor states.

    :param chosen: the user's own limit, which takes the place of the formula.
    """
    if chosen is not None:
        return chosen
    plausible = []
    if message.duration_ms is not None and message.duration_ms >= 0:
        plausible.append(message.duration_ms * HIGHEST_BYTES_PER_SECOND // 1000)
    if message.size_bytes is not None and message.size_bytes >= 0:
        plausible.append(message.size_bytes)
    return min(MOST_BYTES, min(plausible) + MARGIN_BYTES) if plausible else MOST_BYTES
