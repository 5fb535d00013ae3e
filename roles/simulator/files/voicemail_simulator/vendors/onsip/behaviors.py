# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Behaviors of the simulated OnSIP service (docs/vendors/onsip.md, "Open points and their switches")."""

from __future__ import annotations

from ...behaviors import Behavior

BEHAVIORS = (
    Behavior("edit_omitted", "default", ("unchanged", "default"), "what VoicemailboxEdit does with missing parameters"),
    Behavior("edit_fullname", "applied", ("applied", "ignored"), "whether VoicemailboxEdit changes Fullname"),
    Behavior("pin_in_replies", "clear", ("clear", "masked"), "Password in Browse, Read and Edit; Add always shows it"),
    Behavior("pin_leading_zero", "kept", ("kept", "stripped"), "leading zeros of a Password"),
    Behavior("unknown_id", "request_error", ("request_error", "permission_error"), "how an unknown id is refused"),
    Behavior(
        "empty_value",
        "clears",
        ("clears", "required", "ignored"),
        "what an Edit does with an empty Email, Pager or Mwi",
    ),
    Behavior("found_on_empty", "absent", ("absent", "0"), "attribute Found of an empty Browse"),
    Behavior(
        "delete_in_use", "allowed", ("allowed", "refused"), "VoicemailboxDelete of a mailbox that a user forwards to"
    ),
    Behavior("session_idle", 1440.0, float, "seconds without a call until a session ends"),
    Behavior("drop_session_before_call", 0, int, "call before which all sessions end, counted from 1 (0: never)"),
    Behavior("login_lock", 5, int, "failed logins that lock a login for 10 minutes (0: never)"),
    Behavior("default_limit", 20, int, "rows of a Browse without Limit"),
    Behavior("max_limit", 25000, int, "maximum Limit"),
    Behavior("list_order", "insertion", ("insertion", "shuffled", "reshuffled"), "order of a Browse without OrderBy"),
    Behavior(
        "transport",
        "normal",
        ("normal", "html_502", "exception"),
        "normal replies, a proxy's error page, or a service exception",
    ),
)
