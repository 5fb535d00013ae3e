# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The size limit of recordings."""

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
        # The smaller limit applies, so that a server cannot raise it with one wrong value.
        (1000, 2 * 2**30, HIGHEST_BYTES_PER_SECOND + MARGIN_BYTES),
        (10**15, 5000, 5000 + MARGIN_BYTES),
        (10**15, 10**15, MOST_BYTES),
        (None, None, MOST_BYTES),
        (-1, -1, MOST_BYTES),
    ],
)
def test_the_limit_follows_from_the_stated_values(duration_ms: int | None, size_bytes: int | None, most: int) -> None:
    message = Message("m", duration_ms=duration_ms, size_bytes=size_bytes)
    assert most_bytes(message) == most
    assert most_bytes(message, 77) == 77


def test_an_upload_of_unknown_length_fits() -> None:
    """Check that an upload of 8 000 000 bytes, KAZOO's maximum, fits. KAZOO states 1 ms if its length is unknown."""
    assert most_bytes(Message("m", duration_ms=1)) > 8_000_000


def test_three_minutes_at_the_highest_quality_fit() -> None:
    assert most_bytes(Message("m", duration_ms=180_000)) > 180 * 48_000 * 4
