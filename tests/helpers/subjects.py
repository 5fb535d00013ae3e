# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test data of each vendor, such as logins and declarations: use it for tests that run on every vendor."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from voicemail_simulator.server import SimulatorServer
from voicemail_simulator.vendor import SimulatedVendor
from voicemail_simulator.vendors import load

from helpers import stored_boxes

Item = dict[str, t.Any]
Behaviors = dict[str, t.Any]
LOGIN_PATHS = ("user_auth", "api_auth", "/auth", "oauth", "sign_in", "refresh_token", "sign_out", "tenants/switch")


@dataclasses.dataclass(frozen=True)
class Subject:
    """One resource of one vendor.

    :param connection: credentials of the simulator.
    :param module: the singular module; its plural and its reader are derived.
    :param key: option of the number.
    :param create: the first declaration. See `can_create`.
    :param update: the options that change in the second step.
    :param clear: the options that the third step clears.
    :param new_number: the number after renumbering, where the vendor supports it.
    :param numbers: values to test for numeric behaviors. Other behaviors are tested with every value but the default.
    :param unaffected: behaviors that do not affect this resource.
    :param expected_failures: steps that must fail on every run, by behavior and value.
    :param without: values under which every task fails. They have separate tests.
    :param alone: behaviors that slow down a run, such as rate limits. They are not combined with others.
    :param seeded: number of initial mailboxes.
    :param stored: returns every mailbox in the simulator's state.
    :param simulated: the simulator class, if it is not one of the role's.
    :param undeclared: fields that differ although nobody declares them, by behavior and value.
    :param pin_field: the vendor's field for the PIN.
    :param pin_hiding: values of behaviors under which replies hide the PIN, so that a changed PIN cannot be
        verified.
    """

    name: str
    vendor: str
    connection: Item
    module: str
    key: str
    number: str
    create: Item
    update: Item
    clear: Item
    numbers: t.Mapping[str, tuple[t.Any, ...]]
    pin_field: str
    stored: t.Callable[[SimulatorServer], list[stored_boxes.Box]]
    simulated: type[SimulatedVendor] | None = None
    pin_hiding: t.Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    unaffected: frozenset[str] = frozenset()
    new_number: str | None = None
    can_create: bool = True
    expected_failures: t.Mapping[tuple[str, t.Any], frozenset[str]] = dataclasses.field(default_factory=dict)
    seeded: int = 0
    undeclared: t.Mapping[tuple[str, t.Any], frozenset[str]] = dataclasses.field(default_factory=dict)
    without: t.Mapping[str, frozenset[t.Any]] = dataclasses.field(default_factory=dict)
    alone: frozenset[str] = frozenset()

    @functools.cached_property
    def behaviors(self) -> dict[str, tuple[t.Any, ...]]:
        """Return each undocumented behavior with its values other than the default."""
        values: dict[str, tuple[t.Any, ...]] = {}
        for behavior in (self.simulated or load(self.vendor)).behavior_definitions:
            if behavior.name in self.unaffected:
                continue
            if isinstance(behavior.accepts, tuple):
                left_out = {behavior.default, *self.without.get(behavior.name, ())}
                values[behavior.name] = tuple(word for word in behavior.accepts if word not in left_out)
            elif behavior.accepts is bool:
                values[behavior.name] = (not behavior.default,)
            else:
                values[behavior.name] = self.numbers[behavior.name]
        return values

    @property
    def plural(self) -> str:
        """Return the name of the plural module."""
        return "vmboxes" if self.module == "vmbox" else "shared_voicemails"

    @property
    def listed(self) -> str:
        """Return the name of the option and result of the plural module."""
        return "mailboxes" if self.module == "vmbox" else "shared_voicemails"

    @property
    def info(self) -> str:
        """Return the name of the info module."""
        return f"{self.module}_info"

    def serve(
        self, behaviors: Behaviors | None = None, mailboxes: int | None = None, **options: t.Any
    ) -> SimulatorServer:
        """Return a simulator of this vendor."""
        return SimulatorServer(
            self.simulated or self.vendor,
            behaviors=behaviors or {},
            mailboxes=self.seeded if mailboxes is None else mailboxes,
            **options,
        )

    def arguments(self, server: SimulatorServer, **options: t.Any) -> Item:
        """Return the arguments of a task against a simulator."""
        return {
            "vendor": self.vendor,
            "url": server.url,
            "retry_budget": 20,
            "timeout": 60,
            **self.connection,
            **options,
        }

    def writes(self, server: SimulatorServer) -> list[str]:
        """Return the requests since the journal was cleared that may have changed a mailbox."""
        found = []
        for entry in server.journal.entries():
            reported = entry.get("action") or entry["method"]
            reading = (
                reported in ("GET", "HEAD")
                or str(reported).endswith(("Browse", "Read"))
                or str(reported).startswith("Session")
            )
            if not reading and not any(path in entry["path"] for path in LOGIN_PATHS):
                found.append(f"{reported} {entry['path']}")
        return found


KAZOO = Subject(
    name="kazoo",
    stored=stored_boxes.of_kazoo,
    vendor="kazoo",
    connection={"username": "admin", "password": "simulator-password", "domain": "accountone.example.com"},
    module="vmbox",
    key="mailbox",
    number="3000",
    create={
        "name": "Reception",
        "pin": "4821",
        "emails": ["b@example.com", "a@Example.com"],
        "timezone": "Europe/Paris",
        "kazoo": {"skip_greeting": True, "notify": {"callback": {"number": "5550100"}}},
    },
    update={
        "name": "Front desk",
        "pin": "9137",
        "after_email": "save",
        "kazoo": {"skip_greeting": False, "flags": ["x"]},
    },
    clear={"emails": [], "timezone": None, "kazoo": {"notify": None, "flags": None}},
    new_number="3100",
    numbers={
        "conflict_writes": (1, 2),
        "uniqueness_delay": (0.0,),
        "rate_limit_cost": (5,),
        "login_cost": (35,),
        "token_life": (30,),
        "message_retention_days": (1,),
        "max_pin_length": (4, 15),
        "view_lag": (0.3,),
        "document_cache_lag": (0.3,),
        "page_size": (1, 2),
        "requests_per_connection": (1, 3),
        "short_filters": (15, 100),
    },
    pin_field="pin",
    # The schema of the newest generation has more properties, and every mailbox has their defaults.
    undeclared={
        ("profile", "5"): frozenset(
            (
                "after_forward_action",
                "aliases",
                "envelope_type",
                "shared_vmbox",
                "shared_vmbox_notify_owner_email",
                "vm_message_forward_type",
            )
        )
    },
    # A box that costs money cannot be made at all, which has a test of its own; into one where messages arrive, nothing
    # is deleted. Other accounts have their own boxes.
    unaffected=frozenset(("billable", "arriving_messages", "customers", "normalize_media", "broken_uploads")),
    alone=frozenset(
        ("rate_limit", "rate_limit_charge", "rate_limit_cost", "login_cost", "view_lag", "document_cache_lag")
    ),
)
TEL4VN = Subject(
    name="tel4vn",
    stored=stored_boxes.of_tel4vn,
    vendor="tel4vn",
    connection={"api_key": "5f0c1a9e-3b7d-4e62-9a48-c1d2e3f40567"},
    module="vmbox",
    key="mailbox",
    number="3000",
    create={"pin": "4821", "emails": ["b@example.com", "a@example.com"], "description": "Front desk", "enabled": True},
    update={"pin": "9137", "enabled": False, "after_email": "delete", "description": "Reception"},
    clear={"emails": [], "description": None},
    numbers={"default_limit": (25, 50), "max_limit": (1, 2), "token_ttl": (30,)},
    pin_field="password",
    pin_hiding={"password_visible": ("masked",)},
    unaffected=frozenset(("arriving_messages", "recording_format")),
    # Indistinguishable from an outage, so a missing box cannot be known to be absent.
    without={"error_shape": frozenset(("html_502",))},
    # The PIN is part of every update, so one that is hidden and not declared to be written always stops it.
    expected_failures={
        ("password_visible", "masked"): frozenset(
            ("check update", "update", "update again", "check clear", "clear", "clear again")
        )
    },
)
ONSIP = Subject(
    name="onsip",
    stored=stored_boxes.of_onsip,
    vendor="onsip",
    connection={"username": "admin", "password": "simulator-password", "domain": "example.onsip.com"},
    module="vmbox",
    key="mailbox",
    number="3000",
    create={
        "name": "Reception",
        "pin": "4821",
        "emails": ["a@example.com"],
        "notify": True,
        "timezone": "America/Denver",
        "announce_time": "enabled",
    },
    update={
        "name": "Front desk",
        "pin": "9137",
        "attach_audio": True,
        "announce_caller": True,
        "timezone": "America/New_York",
    },
    clear={"notify": False, "attach_audio": False, "emails": []},
    new_number="3100",
    numbers={
        "session_idle": (1,),
        "drop_session_before_call": (2, 3),
        "login_lock": (1,),
        "default_limit": (1, 2),
        "max_limit": (500,),
    },
    pin_field="Password",
    pin_hiding={"pin_in_replies": ("masked",)},
    # The service is down, and nothing can be done.
    without={"transport": frozenset(("html_502", "exception"))},
    expected_failures={
        ("edit_fullname", "ignored"): frozenset(("update", "update again", "check update")),
        ("empty_value", "required"): frozenset(("clear", "clear again", "check clear")),
        ("empty_value", "ignored"): frozenset(("clear", "clear again", "check clear")),
    },
)
_PORTSIP_LOGIN = {"username": "voicemail-admin", "password": "simulator-password", "domain": "voicemail.example.com"}
_PORTSIP_NUMBERS = {
    "login_attempts": (1,),
    "token_lifetime": (30,),
    "rate_limit": (600,),
    "page_limit": (1, 2),
    "pin_minimum": (6,),
    "pin_maximum": (6,),
}
_PORTSIP_PIN_HIDING = {"pin_reply": ("absent", "empty", "masked")}
# Nothing of an unattended login can answer for a second factor, which has a test of its own.
_PORTSIP_ALONE = frozenset(("rate_limit", "rate_limit_status", "rate_limit_retry_after"))
_PORTSIP_UNAFFECTED = frozenset(("two_factor", "arriving_messages"))
SHARED = Subject(
    name="portsip-shared",
    stored=stored_boxes.of_portsip_shared,
    vendor="portsip",
    connection=_PORTSIP_LOGIN,
    module="shared_voicemail",
    key="extension_number",
    number="8500",
    create={
        "name": "Support",
        "pin": "482159",
        "prompt": "en-US",
        "enable_pin": True,
        "enable_email_notify": True,
        "recipients": ["b@example.com", "a@example.com"],
    },
    update={"name": "Help desk", "pin": "913728", "play_datetime": "24_hour", "enable_pin": False},
    clear={"recipients": [], "enable_email_notify": False},
    numbers=_PORTSIP_NUMBERS,
    pin_field="pin",
    pin_hiding=_PORTSIP_PIN_HIDING,
    undeclared={("create_defaults", "unset"): frozenset(("play_datetime",))},
    unaffected=_PORTSIP_UNAFFECTED,
    alone=_PORTSIP_ALONE,
)
PERSONAL = Subject(
    name="portsip-personal",
    stored=stored_boxes.of_portsip_users,
    vendor="portsip",
    connection=_PORTSIP_LOGIN,
    module="vmbox",
    key="mailbox",
    number="1001",
    create={"pin": "482159", "require_pin": True, "notify": True},
    update={"pin": "913728", "announce_time": "24_hour", "require_pin": False, "language": "de-DE"},
    clear={"notify": False},
    numbers=_PORTSIP_NUMBERS,
    pin_field="voicemail_pin",
    pin_hiding=_PORTSIP_PIN_HIDING,
    unaffected=_PORTSIP_UNAFFECTED,
    alone=_PORTSIP_ALONE,
    can_create=False,
    seeded=3,
)
SUBJECTS = (KAZOO, SHARED, PERSONAL, TEL4VN, ONSIP)
