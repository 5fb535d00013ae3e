# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Behaviors of the simulated TEL4VN tenant (docs/vendors/tel4vn.md, "Open points and their switches")."""

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
    Behavior(
        "create_conflict",
        "400",
        ("400", "update", "duplicate", "409"),
        "what POST does for an extension with a mailbox",
    ),
    Behavior(
        "put_omitted", "unchanged", ("unchanged", "cleared", "default"), "what PUT does with missing optional fields"
    ),
    Behavior("bool_style", "json", ("json", "text", "null_for_unset"), "format of booleans in replies"),
    Behavior("get_missing", "404", ("404", "null", "400"), "GET of an unknown mailbox or message"),
    Behavior("get_envelope", "bare", ("bare", "data"), "whether a single object is wrapped in data"),
    Behavior("error_shape", "text_or_list", ERROR_SHAPES, "body of an error reply"),
    Behavior("error_status", "real", ("real", "200"), "whether a refused write has an error status"),
    Behavior("default_limit", 10, int, "rows of a list without limit"),
    Behavior("max_limit", 0, int, "maximum of limit, applied without an error (0: none)"),
    Behavior("empty_list", "array", ("array", "null"), "data of an empty list"),
    Behavior(
        "list_order",
        "insertion",
        ("insertion", "shuffled", "reshuffled"),
        "order of lists: by creation, one random order, or a new one per request",
    ),
    Behavior("total", "exact", ("exact", "low", "high"), "whether total of a list is correct"),
    Behavior("token_ttl", 3540, int, "seconds until a token expires"),
    Behavior("token_reply", "by_version", ("by_version", "v1", "v3"), "format of the token reply"),
    Behavior("strip_spaces_mail_to", True, bool, "whether spaces in mail_to are removed"),
    Behavior("password_visible", "clear", ("clear", "masked"), "PIN in replies"),
    Behavior("download_host", "same", ("same", "other"), "host in download_url"),
    Behavior("download_marks_read", True, bool, "whether a download marks the message as read"),
    Behavior("recording_format", "wav", ("wav", "mp3"), "format of recordings"),
    Behavior("arriving_messages", 0, int, "number of messages that arrive, one before each page of a message list"),
    Behavior("create_status", "200", ("200", "201"), "HTTP status of a creation"),
    Behavior("delete_status", "200", ("200", "204"), "HTTP status of a deletion; 204 has no body"),
    Behavior("delete_missing", "404", ("404", "200"), "DELETE of an unknown mailbox"),
)
