# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Behaviors of the simulated KAZOO cluster (docs/vendors/kazoo.md, "Open points and their switches")."""

from __future__ import annotations

from ...behaviors import Behavior

AUTOMATIC = ("auto", "on", "off")

BEHAVIORS = (
    Behavior("profile", "M", ("M", "5", "4.3"), "generation of KAZOO"),
    Behavior("fields", "auto", AUTOMATIC, "lists return selected keys with ?fields= (auto: on in 5)"),
    Behavior("full_docs", False, bool, "lists return whole documents with ?full_docs=true (only in 5)"),
    Behavior("cb_bulk", False, bool, "the module for GET /bulk is running (only in 4.3)"),
    Behavior("failed_shape", "object", ("object", "array"), "how bulk changes of messages report the failed ids"),
    Behavior(
        "mask_write_errors", "auto", AUTOMATIC, "status 200 for a mailbox that was not saved (auto: on in 4.3 and M)"
    ),
    Behavior("conflict_writes", 0, int, "number of writes to mailboxes that conflict with another client"),
    Behavior(
        "uniqueness_delay",
        0.02,
        float,
        "seconds between the check of a number and the save, in which others may write",
    ),
    Behavior(
        "rate_limit", "off", ("off", "on"), "whether requests are limited to a bucket of 100 tokens, plus 10 per second"
    ),
    Behavior("rate_limit_charge", "logins", ("logins", "all"), "requests that cost tokens"),
    Behavior("rate_limit_cost", 1, int, "tokens per request"),
    Behavior("login_cost", None, int, "tokens per login (none: 2 in 4.3 and M, 35 in 5)"),
    Behavior("token_life", 3600, int, "seconds until a token expires"),
    Behavior("message_retention_days", 93, int, "days until messages expire"),
    Behavior("read_deleted_messages", False, bool, "GET of a deleted message still returns 200"),
    Behavior("arriving_messages", 0, int, "number of messages that arrive, one before each page of a message list"),
    Behavior("strict_schema", False, bool, "booleans and numbers written as text are refused"),
    Behavior("max_pin_length", 6, int, "maximum digits of a PIN"),
    Behavior("billable", False, bool, "new mailboxes and transcription cost money: 402 until the charge is accepted"),
    Behavior("view_lag", 0.0, float, "seconds until a list shows a write"),
    Behavior("document_cache_lag", 0.0, float, "seconds until a read by id shows a write"),
    Behavior("onboarding_ids", "auto", AUTOMATIC, "clients may choose the id of a new mailbox (auto: off in 5)"),
    Behavior("normalize_media", False, bool, "uploaded media are converted to MP3"),
    Behavior("broken_uploads", 0, int, "number of uploads that are answered with a success and not stored"),
    Behavior("customers", 0, int, "number of accounts below accounttwo in a new state"),
    Behavior("short_filters", 0, int, "percent of the mailboxes that a list filtered by revision leaves out"),
    Behavior("page_size", 50, int, "items per page when the client requests none"),
    Behavior("requests_per_connection", 0, int, "requests after which a connection is closed (0: never)"),
)
