# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Behaviors of the simulated PortSIP PBX, and its versions.

See docs/vendors/portsip.md, "Open points and their switches".
"""

from __future__ import annotations

from ...behaviors import Behavior, Behaviors

# Release numbers as `GET /admin/status` shows them (docs/vendors/portsip.md, "Addresses and versions").
RELEASES = {"22.0": "22.0.38", "22.2": "22.2.11", "22.3": "22.3.21", "22.6": "22.6.0"}

BEHAVIORS = (
    Behavior("version", "22.3", tuple(RELEASES), "PBX version: fields of messages, PIN rules, /auth, display_name"),
    Behavior("token_refused_status", "401", ("401", "400"), "status for a missing, wrong or expired token"),
    Behavior("login_refused_status", "400", ("400", "401"), "status for a wrong user or password; 401 as 22.6 may do"),
    Behavior("login_attempts", 0, int, "failed logins that block an address for an hour (0: never)"),
    Behavior("two_factor", "off", ("off", "on"), "whether /auth/sign_in asks for a second factor (from 22.2)"),
    Behavior("token_lifetime", 1800, int, "seconds until an access token expires"),
    Behavior("refresh_rotation", "keep", ("keep", "rotate"), "whether a refresh token works more than once"),
    Behavior("refresh_tenant", "keep", ("keep", "lose"), "whether a refreshed token keeps the selected tenant"),
    Behavior("concurrent_login", "on", ("on", "off"), "off: a new login ends the user's earlier sessions"),
    Behavior("field_invalid_status", "400", ("400", "422"), "status for an invalid or missing field"),
    Behavior("number_taken_status", "400", ("400", "409"), "status for an extension number that is in use"),
    Behavior("missing_read_status", "404", ("404", "400"), "status for an unknown id that is read or updated"),
    Behavior("missing_mark_status", "400", ("400", "404"), "status for an unknown id in set_read and set_unread"),
    Behavior(
        "missing_destroy",
        "documented",
        ("documented", "swapped"),
        "status for an unknown id in destroy: 404, and 400 for shared voicemails, or swapped",
    ),
    Behavior("rate_limit", 0, int, "allowed requests per minute and address (0: unlimited)"),
    Behavior("rate_limit_status", "429", ("429", "403", "503"), "status for a request over the rate limit"),
    Behavior("rate_limit_retry_after", False, bool, "whether refused requests have a Retry-After header"),
    Behavior("update_omitted", "keep", ("keep", "reset"), "what happens to writable fields that an update leaves out"),
    Behavior("unknown_property", "ignore", ("ignore", "refuse"), "what happens to an unknown property"),
    Behavior("extension_number_in_update", "ignore", ("ignore", "refuse"), "what happens to the number in an update"),
    Behavior("pin_reply", "clear", ("clear", "absent", "empty", "masked"), "how replies show a PIN"),
    Behavior("blank_reply", "empty", ("empty", "null", "absent"), "how replies show an optional value that is blank"),
    Behavior("id_shape", "digits", ("digits", "base64"), "format of new ids: 18 digits, or base64 of 18 digits"),
    Behavior("created_at_shape", "microseconds", ("microseconds", "seconds"), "precision of times in replies"),
    Behavior("create_defaults", "set", ("set", "unset"), "whether create sets prompt, recipients and play_datetime"),
    Behavior("greeting_enable", "exclusive", ("exclusive", "independent"), "whether enabling one disables the others"),
    Behavior(
        "greeting_audio",
        "checked",
        ("checked", "any"),
        "whether a greeting must be a documented WAV format",
    ),
    Behavior("blob_access", "public", ("public", "private"), "whether a download works without a token"),
    Behavior("download_marks_read", False, bool, "whether downloading a message marks it as read"),
    Behavior("automatic_cleanup", False, bool, "whether messages are deleted after the tenant's retain_days"),
    Behavior("arriving_messages", 0, int, "number of messages that arrive, one before each page of a message list"),
    Behavior("default_order", "creation", ("creation", "reverse", "shuffled"), "order of lists without orderby"),
    Behavior("page_limit", 100, int, "maximum items per page, whatever `top` requests"),
    Behavior("filter_support", "full", ("full", "refused", "ignored"), "how lists treat `filter`"),
    Behavior("pin_minimum", 4, int, "minimum digits of a PIN from 22.3, where the tenant's policy applies"),
    Behavior("pin_maximum", 10, int, "maximum digits of a PIN from 22.3"),
)


def since(behaviors: Behaviors, version: str) -> bool:
    """Check whether the simulated PBX has this version or a newer one."""
    return float(behaviors.version) >= float(version)
