# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be switched on a KAZOO (contract: KAZOO 10)."""

from __future__ import annotations

from ...behaviors import Behavior

AUTOMATIC = ("auto", "on", "off")

BEHAVIORS = (
    Behavior("profile", "M", ("M", "5", "4.3"), "generation of KAZOO"),
    Behavior("fields", "auto", AUTOMATIC, "lists answer chosen keys with ?fields= (auto: on in 5)"),
    Behavior("full_docs", False, bool, "lists answer whole documents with ?full_docs=true (only in 5)"),
    Behavior("cb_bulk", False, bool, "the module behind GET /bulk was started (only in 4.3)"),
    Behavior("failed_shape", "object", ("object", "array"), "how bulk changes of messages name the failed ids"),
    Behavior("mask_write_errors", "auto", AUTOMATIC, "a box that could not be saved is a 200 (auto: on in 4.3 and M)"),
    Behavior("conflict_writes", 0, int, "so many next POST, PATCH or DELETE of boxes collide with another writer"),
    Behavior(
        "uniqueness_delay", 0.0, float, "seconds from the check that a number is free to the save, which may overlap"
    ),
    Behavior("rate_limit", "off", ("off", "on"), "bucket of 100 tokens, 10 more each second"),
    Behavior("rate_limit_charge", "logins", ("logins", "all"), "what is charged"),
    Behavior("rate_limit_cost", 1, int, "tokens for a request"),
    Behavior("login_cost", None, int, "tokens for a login (none: 2 in 4.3 and M, 35 in 5)"),
    Behavior("token_life", 3600, int, "seconds until a token ends"),
    Behavior("message_retention_days", 93, int, "days that messages are kept"),
    Behavior("read_deleted_messages", False, bool, "GET of a deleted message still answers 200"),
    Behavior("arriving_messages", 0, int, "so many messages are left, one before each page of a list of messages"),
    Behavior("strict_schema", False, bool, "text that spells a boolean or a number is refused"),
    Behavior("max_pin_length", 6, int, "longest PIN"),
    Behavior("billable", False, bool, "new boxes and transcription cost money: 402 until the charge is accepted"),
    Behavior("view_lag", 0.0, float, "seconds until a list shows a write"),
    Behavior("document_cache_lag", 0.0, float, "seconds until reading a box by its id shows a write"),
    Behavior("onboarding_ids", "auto", AUTOMATIC, "a client may choose the id of a new box (auto: off in 5)"),
    Behavior("customers", 0, int, "accounts below accounttwo that a new state begins with"),
    Behavior("page_size", 50, int, "items of a page when the client does not say"),
    Behavior("requests_per_connection", 0, int, "close a connection after so many requests (0: never)"),
)
