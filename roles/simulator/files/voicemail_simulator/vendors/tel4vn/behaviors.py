# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches for what TEL4VN's documents leave open (contract: TEL4VN 10)."""

from __future__ import annotations

from ...behaviors import Behavior

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

BEHAVIORS = (
    Behavior("create_conflict", "400", ("400", "update", "duplicate", "409"), "POST of an extension that has a box"),
    Behavior("put_omitted", "unchanged", ("unchanged", "cleared", "default"), "optional fields missing in a PUT"),
    Behavior("bool_style", "json", ("json", "text", "null_for_unset"), "how booleans are read back"),
    Behavior("get_missing", "404", ("404", "null", "400"), "GET of a box or message that does not exist"),
    Behavior("get_envelope", "bare", ("bare", "data"), "whether a single object is wrapped in data"),
    Behavior("error_shape", "text_or_list", ERROR_SHAPES, "body of an error reply"),
    Behavior("error_status", "real", ("real", "200"), "whether a refused write is told by the HTTP status"),
    Behavior("default_limit", 10, int, "rows of a listing without limit"),
    Behavior("max_limit", 0, int, "silent cap on limit; 0 for none"),
    Behavior("empty_list", "array", ("array", "null"), "data of a listing without rows"),
    Behavior("list_order", "insertion", ("insertion", "shuffled", "reshuffled"), "one mixed order, or one per request"),
    Behavior("total", "exact", ("exact", "low", "high"), "how far total of a listing can be trusted"),
    Behavior("token_ttl", 3540, int, "seconds a token lives"),
    Behavior("token_reply", "by_version", ("by_version", "v1", "v3"), "form of the token reply"),
    Behavior("strip_spaces_mail_to", True, bool, "spaces in mail_to are removed when it is stored"),
    Behavior("password_visible", "clear", ("clear", "masked"), "PIN in replies"),
    Behavior("download_host", "same", ("same", "other"), "host in download_url"),
    Behavior("download_marks_read", True, bool, "a download marks the message as read"),
    Behavior("recording_format", "wav", ("wav", "mp3"), "form of the recordings"),
    Behavior("arriving_messages", 0, int, "so many messages are left, one before each page of a list of messages"),
    Behavior("create_status", "200", ("200", "201"), "HTTP status of a creation"),
    Behavior("delete_status", "200", ("200", "204"), "HTTP status of a deletion; 204 has no body"),
    Behavior("delete_missing", "404", ("404", "200"), "deletion of what does not exist"),
)
