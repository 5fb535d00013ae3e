# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each vendor needs to be tested, such as logins and declarations: use it for tests that run on every vendor."""

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
    :param create: the first declaration; without it the resource cannot be created (it is there already).
    :param update: what changes then.
    :param clear: what is then set back to nothing.
    :param new_number: number to change to, where the vendor can.
    :param numbers: values for the behaviors that are numbers; of words and switches every other value is taken.
    :param unconcerned: behaviors that this resource has nothing to do with.
    :param stubborn: behaviors under which a step cannot succeed, and must say so at every run: behavior and value to step.
    :param without: values under which nothing can be done at all, which have tests of their own.
    :param alone: behaviors that make every other one slow, such as rate limits; they are tested without another.
    :param seeded: boxes that must be there before.
    :param stored: returns every box that the simulator holds, read from inside of it.
    :param simulated: the simulator, where it is not among those of the role.
    :param undeclared: behaviors under which a box has other fields that nobody declares: behavior and value to fields.
    :param pin_field: the field in which the vendor keeps the PIN.
    :param hiding: behaviors that hide it: whether the PIN of a box that was there before took, nobody can say.
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
    hiding: t.Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    unconcerned: frozenset[str] = frozenset()
    new_number: str | None = None
    can_create: bool = True
    stubborn: t.Mapping[tuple[str, t.Any], frozenset[str]] = dataclasses.field(default_factory=dict)
    seeded: int = 0
    undeclared: t.Mapping[tuple[str, t.Any], frozenset[str]] = dataclasses.field(default_factory=dict)
    without: t.Mapping[str, frozenset[t.Any]] = dataclasses.field(default_factory=dict)
    alone: frozenset[str] = frozenset()

    @functools.cached_property
    def behaviors(self) -> dict[str, tuple[t.Any, ...]]:
        """Every doubtful behavior with the values it may have beside its default."""
        values: dict[str, tuple[t.Any, ...]] = {}
        for behavior in (self.simulated or load(self.vendor)).behavior_definitions:
            if behavior.name in self.unconcerned:
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
        """The module for many."""
        return "vmboxes" if self.module == "vmbox" else "shared_voicemails"

    @property
    def listed(self) -> str:
        """The option and result that hold many."""
        return "mailboxes" if self.module == "vmbox" else "shared_voicemails"

    @property
    def info(self) -> str:
        """The module that reads."""
        return f"{self.module}_info"

    def serve(
        self, behaviors: Behaviors | None = None, mailboxes: int | None = None, **options: t.Any
    ) -> SimulatorServer:
        """Prepare a simulator of this vendor."""
        return SimulatorServer(
            self.simulated or self.vendor,
            behaviors=behaviors or {},
            mailboxes=self.seeded if mailboxes is None else mailboxes,
            **options,
        )

    def arguments(self, server: SimulatorServer, **options: t.Any) -> Item:
        """Arguments of a task against that simulator."""
        return {
            "vendor": self.vendor,
            "url": server.url,
            "retry_budget": 20,
            "timeout": 60,
            **self.connection,
            **options,
        }

    def writes(self, server: SimulatorServer) -> list[str]:
        """Requests since the journal was cleared that may have changed a box."""
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
    # The schema of the newest generation has more properties, and gives every box their defaults.
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
    unconcerned=frozenset(("billable", "arriving_messages", "customers", "normalize_media", "broken_uploads")),
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
    hiding={"password_visible": ("masked",)},
    unconcerned=frozenset(("arriving_messages", "recording_format")),
    # Indistinguishable from an outage, so a missing box cannot be known to be absent.
    without={"error_shape": frozenset(("html_502",))},
    # The PIN is part of every update, so one that is hidden and not declared to be written always stops it.
    stubborn={
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
    hiding={"pin_in_replies": ("masked",)},
    # The service is down, and nothing can be done.
    without={"transport": frozenset(("html_502", "exception"))},
    stubborn={
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
_PORTSIP_HIDING = {"pin_reply": ("absent", "empty", "masked")}
# Nothing of an unattended login can answer for a second factor, which has a test of its own.
_PORTSIP_ALONE = frozenset(("rate_limit", "rate_limit_status", "rate_limit_retry_after"))
_PORTSIP_UNCONCERNED = frozenset(("two_factor", "arriving_messages"))
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
    hiding=_PORTSIP_HIDING,
    undeclared={("create_defaults", "unset"): frozenset(("play_datetime",))},
    unconcerned=_PORTSIP_UNCONCERNED,
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
    hiding=_PORTSIP_HIDING,
    unconcerned=_PORTSIP_UNCONCERNED,
    alone=_PORTSIP_ALONE,
    can_create=False,
    seeded=3,
)
SUBJECTS = (KAZOO, SHARED, PERSONAL, TEL4VN, ONSIP)
