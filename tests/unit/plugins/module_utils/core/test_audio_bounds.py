# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How large a recording may be."""

from __future__ import annotations

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import Message
from ansible_collections.telephony.voicemail.plugins.module_utils.recordings.bounds import (
    HIGHEST_BYTES_PER_SECOND,
    MARGIN_BYTES,
    MOST_BYTES,
    most_bytes,
)


@pytest.mark.parametrize(
    ("duration_ms", "size_bytes", "most"),
    [
        (1000, None, HIGHEST_BYTES_PER_SECOND + MARGIN_BYTES),
        (0, None, MARGIN_BYTES),
        (None, 5000, 5000 + MARGIN_BYTES),
        # The one that allows less counts: a server cannot raise the limit by altered_replies about the other.
        (1000, 2 * 2**30, HIGHEST_BYTES_PER_SECOND + MARGIN_BYTES),
        (10**15, 5000, 5000 + MARGIN_BYTES),
        (10**15, 10**15, MOST_BYTES),
        (None, None, MOST_BYTES),
        (-1, -1, MOST_BYTES),
    ],
)
def test_the_limit_follows_from_what_the_vendor_states(
    duration_ms: int | None, size_bytes: int | None, most: int
) -> None:
    message = Message("m", duration_ms=duration_ms, size_bytes=size_bytes)
    assert most_bytes(message) == most
    assert most_bytes(message, 77) == 77


def test_an_upload_of_unknown_length_fits() -> None:
    """KAZOO accepts uploads of 8 000 000 bytes and states 1 ms for those whose length was not given."""
    assert most_bytes(Message("m", duration_ms=1)) > 8_000_000


def test_three_minutes_of_the_richest_sound_fit() -> None:
    assert most_bytes(Message("m", duration_ms=180_000)) > 180 * 48_000 * 4
