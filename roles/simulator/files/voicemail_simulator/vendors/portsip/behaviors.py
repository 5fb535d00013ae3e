# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches of the PortSIP vendor (contract: PortSIP 9), and what a version means."""

from __future__ import annotations

from ...behaviors import Behavior, Behaviors

# Release numbers as `GET /admin/status` shows them (contract: PortSIP 1).
RELEASES = {"22.0": "22.0.38", "22.2": "22.2.11", "22.3": "22.3.21", "22.6": "22.6.0"}

BEHAVIORS = (
    Behavior("version", "22.3", tuple(RELEASES), "PBX version: fields of messages, PIN rules, /auth, display_name"),
    Behavior("token_refused_status", "401", ("401", "400"), "status for a missing, wrong or expired token"),
    Behavior("login_refused_status", "400", ("400", "401"), "status for a wrong user or password; 401 as 22.6 may do"),
    Behavior("login_attempts", 0, int, "failed logins after which an address is blocked for an hour; 0 never blocks"),
    Behavior("two_factor", "off", ("off", "on"), "whether /auth/sign_in asks for a second factor (from 22.2)"),
    Behavior("token_lifetime", 1800, int, "seconds until an access token expires"),
    Behavior("refresh_rotation", "keep", ("keep", "rotate"), "whether a refresh token works once more after its use"),
    Behavior("refresh_tenant", "keep", ("keep", "lose"), "whether a refreshed token keeps the tenant switched to"),
    Behavior("concurrent_login", "on", ("on", "off"), "off: a newer login ends the older ones of that user"),
    Behavior("field_invalid_status", "400", ("400", "422"), "status for an invalid or missing field"),
    Behavior("number_taken_status", "400", ("400", "409"), "status for an extension number that is in use"),
    Behavior("missing_read_status", "404", ("404", "400"), "status for an unknown id that is read or updated"),
    Behavior("missing_mark_status", "400", ("400", "404"), "status for an unknown id in set_read and set_unread"),
    Behavior(
        "missing_destroy",
        "documented",
        ("documented", "swapped"),
        "status for an unknown id in destroy: 404, for shared voicemails 400, or the other way round",
    ),
    Behavior("rate_limit", 0, int, "requests a minute from one address; 0 is no limit"),
    Behavior("rate_limit_status", "429", ("429", "403", "503"), "status for a request over the rate limit"),
    Behavior("rate_limit_retry_after", False, bool, "whether a request over the limit is told when to come back"),
    Behavior("update_omitted", "keep", ("keep", "reset"), "what happens to writable fields that an update leaves out"),
    Behavior("unknown_property", "ignore", ("ignore", "refuse"), "what happens to a property nobody knows"),
    Behavior("extension_number_in_update", "ignore", ("ignore", "refuse"), "what an update with the number leads to"),
    Behavior("pin_reply", "clear", ("clear", "absent", "empty", "masked"), "how replies show a PIN"),
    Behavior("blank_reply", "empty", ("empty", "null", "absent"), "how replies show an optional value that is blank"),
    Behavior("id_shape", "digits", ("digits", "base64"), "shape of ids made from now on: 18 digits, or base64 of them"),
    Behavior("created_at_shape", "microseconds", ("microseconds", "seconds"), "how replies write a time"),
    Behavior(
        "create_defaults", "set", ("set", "unset"), "whether create fills in prompt, recipients and play_datetime"
    ),
    Behavior("greeting_enable", "exclusive", ("exclusive", "independent"), "whether enabling one disables the others"),
    Behavior(
        "greeting_audio", "checked", ("checked", "any"), "whether a greeting must be a WAV file of the right form"
    ),
    Behavior("blob_access", "public", ("public", "private"), "whether a download works without a token"),
    Behavior("download_marks_read", False, bool, "whether downloading a message marks it as read"),
    Behavior("automatic_cleanup", False, bool, "whether messages vanish after the tenant's retain_days"),
    Behavior("arriving_messages", 0, int, "so many messages are left, one before each page of a list of messages"),
    Behavior("default_order", "creation", ("creation", "reverse", "shuffled"), "order of lists without orderby"),
    Behavior("page_limit", 100, int, "items a page holds at most, whatever `top` asks for"),
    Behavior("filter_support", "full", ("full", "refused", "ignored"), "what a list does with `filter`"),
    Behavior("pin_minimum", 4, int, "least digits of a PIN from 22.3, where the tenant's policy rules"),
    Behavior("pin_maximum", 10, int, "most digits of a PIN from 22.3"),
)


def since(behaviors: Behaviors, version: str) -> bool:
    """Tell whether the simulated PBX is of this version or newer."""
    return float(behaviors.version) >= float(version)
