# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches for what TEL4VN's documents leave open (contract: TEL4VN 10)."""

from __future__ import annotations

from ...behaviors import Knob

ERROR_SHAPES = (
    "text_or_list",
    "text",
    "list",
    "code",
    "code_list",
    "status",
    "status_message",
    "message",
    "empty_object",
    "html_502",
)

KNOBS = (
    Knob("create_conflict", "400", ("400", "update", "duplicate", "409"), "POST of an extension that has a box"),
    Knob("put_omitted", "unchanged", ("unchanged", "cleared", "default"), "optional fields missing in a PUT"),
    Knob("bool_style", "json", ("json", "text", "null_for_unset"), "how booleans are read back"),
    Knob("get_missing", "404", ("404", "null", "400"), "GET of a box or message that does not exist"),
    Knob("get_envelope", "bare", ("bare", "data"), "whether a single object is wrapped in data"),
    Knob("error_shape", "text_or_list", ERROR_SHAPES, "body of an error reply"),
    Knob("error_status", "real", ("real", "200"), "whether a refused write is told by the HTTP status"),
    Knob("default_limit", 10, int, "rows of a listing without limit"),
    Knob("max_limit", 0, int, "silent cap on limit; 0 for none"),
    Knob("empty_list", "array", ("array", "null"), "data of a listing without rows"),
    Knob("list_order", "insertion", ("insertion", "shuffled", "reshuffled"), "one mixed order, or one per request"),
    Knob("total", "exact", ("exact", "low", "high"), "how far total of a listing can be trusted"),
    Knob("token_ttl", 3540, int, "seconds a token lives"),
    Knob("token_reply", "by_version", ("by_version", "v1", "v3"), "form of the token reply"),
    Knob("strip_spaces_mail_to", True, bool, "spaces in mail_to are removed when it is stored"),
    Knob("password_visible", "clear", ("clear", "masked"), "PIN in replies"),
    Knob("download_host", "same", ("same", "other"), "host in download_url"),
    Knob("download_marks_read", True, bool, "a download marks the message as read"),
    Knob("recording_format", "wav", ("wav", "mp3"), "form of the recordings"),
    Knob("arriving_messages", 0, int, "so many messages are left, one before each page of a list of messages"),
    Knob("create_status", "200", ("200", "201"), "HTTP status of a creation"),
    Knob("delete_status", "200", ("200", "204"), "HTTP status of a deletion; 204 has no body"),
    Knob("delete_missing", "404", ("404", "200"), "deletion of what does not exist"),
)
