# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check recordings for KAZOO's greetings (docs/vendors/kazoo_media.md, "Greetings")."""

from __future__ import annotations

from ...recordings.container import content_problem, kind_of
from ...recordings.lengths import duration_of

#: Largest upload in bytes, unless the operator allows more.
MOST_BYTES = 8_000_000
CONTENT_TYPES = {"wav": "audio/x-wav", "mp3": "audio/mpeg"}
_CONVERT = "convert it, such as with: ffmpeg -i INPUT -ac 1 -ar 16000 -c:a pcm_s16le OUTPUT.wav"
#: Converters pad to whole frames and may trim silence.
_TOLERATED_MS = 1500


def problem(content: bytes) -> str | None:
    """Return why a file cannot be a greeting and how to convert it, or None if it can."""
    if kind_of(content[:16]) not in CONTENT_TYPES:
        return f"is neither a WAV nor an MP3 file; {_CONVERT}"
    damage = content_problem(content)
    if damage:
        return f"is not a complete recording: {damage}; copy it again"
    if duration_of(content) == 0:
        return "contains no sound"
    return None


def conversion_problem(uploaded: bytes, stored: bytes) -> str | None:
    """Return why stored bytes cannot be a conversion of the upload, or None if they can."""
    if not stored:
        return "nothing"
    if uploaded.startswith(stored):
        return "only a part of it"
    damage = content_problem(stored)
    if damage:
        return damage
    before, after = duration_of(uploaded), duration_of(stored)
    if before is not None and after is not None and abs(before - after) > max(_TOLERATED_MS, before // 10):
        return f"a recording of {after} ms instead of {before} ms"
    return None
