# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The initial state: two tenants with users, mailboxes and messages. All names are invented."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count, islice

from ...clock import Clock
from ...store import Document
from .context import timestamp
from .fields import pin_problem
from .mailboxes import DEFAULTS
from .sessions import SYSTEM_ROLE, TENANT_ADMIN_ROLE
from .state import SYSTEM_SCOPE, State
from .tenants import POLICY_DEFAULTS, SERVICE_DEFAULTS
from .users import CONTACT_FIELDS, VOICEMAIL_DEFAULTS

USER_ROLE = "StandardUser"
ROLE_IDS = {SYSTEM_ROLE: "700000000000000101", TENANT_ADMIN_ROLE: "700000000000000102", USER_ROLE: "700000000000000103"}
ADMIN_NUMBER = "1000"
# Less than the 30 days after which a tenant may delete messages.
OLDEST_MESSAGE_SECONDS = 25 * 86400

FIRST_NAMES = ("Ada", "Bela", "Cleo", "Dario", "Edda", "Finn", "Greta", "Hugo", "Ines", "Jaro", "Kaia", "Lior", "Mina")
LAST_NAMES = (
    "Abendrot",
    "Birkdal",
    "Corvino",
    "Dunmore",
    "Eklind",
    "Fairholt",
    "Grunwald",
    "Hollis",
    "Isaksen",
    "Jurado",
)
BOX_NAMES = ("Reception", "Sales", "Support", "Billing", "Warehouse", "Night desk", "Press", "Returns", "Bookings")
CALLERS = (("Nora Quill", "2125550142"), ("", "3105550177"), ("Otto Reyes", "4155550119"), ("Pia Sandor", "1001"))
TRANSCRIPTIONS = (
    ("TRANSCRIPTION_NOTSTARTED", "", None),
    ("ANALYZE_SUCCEEDED", "Analysis succeeded", "SENTIMENT_POSITIVE"),
    ("ANALYZE_SUCCEEDED", "Analysis succeeded", "SENTIMENT_NEGATIVE"),
    ("TRANSCRIPTION_QUOTALIMITED", "Quota exceeded", None),
)


def user_numbers() -> Iterator[str]:
    """Yield the extensions of seeded users: from 1001, without the numbers of seeded shared voicemails."""
    return map(str, chain(range(1001, 8001), range(9000, 80001), count(800001)))


def box_numbers() -> Iterator[str]:
    """Yield the numbers of seeded shared voicemails: 8001 to 8999, then from 80001."""
    return map(str, chain(range(8001, 9000), count(80001)))


def pin_of(number: str) -> str:
    """Return the PIN of a seeded box: six digits, derived from its number, that every version accepts."""
    value = int(number) * 7919 + 259183
    while pin_problem(f"{value % 1000000:06d}", 6, 10):
        value += 104729
    return f"{value % 1000000:06d}"


class Seeder:
    """Fills an empty state with invented documents."""

    def __init__(self, state: State, clock: Clock, password: str) -> None:
        self._state = state
        self._now = clock.now()
        self._password = password

    def administrator(self, name: str) -> None:
        """Create the system administrator."""
        self._state.add_user(self._user(name, None, "", "System Administrator", SYSTEM_ROLE))

    def tenant(self, digits: str, name: str, domain: str, admin_name: str) -> str:
        """Create a tenant with its administrator and return its id."""
        key = self._state.new_id(digits)
        self._state.add_tenant(
            {
                "id": key,
                "scope": SYSTEM_SCOPE,
                "name": name,
                "domain": domain,
                "enabled": True,
                "voicemail": dict(SERVICE_DEFAULTS),
                "password_policy": dict(POLICY_DEFAULTS),
            }
        )
        admin = self._user(admin_name, key, ADMIN_NUMBER, "Tenant Administrator", TENANT_ADMIN_ROLE)
        self._state.add_user({**admin, "email": f"{admin_name}@{domain}"})
        return key

    def mailboxes(self, tenant_id: str, domain: str, mailboxes: int, messages: int) -> None:
        """Create `mailboxes` users and as many shared voicemails, with `messages` messages each."""
        for position, number in enumerate(islice(user_numbers(), mailboxes)):
            first = FIRST_NAMES[position % len(FIRST_NAMES)]
            last = LAST_NAMES[position // len(FIRST_NAMES) % len(LAST_NAMES)]
            user = self._user(f"user{number}", tenant_id, number, f"{first} {last}", USER_ROLE)
            user["email"] = f"{first}.{last}.{number}@{domain}".lower()
            self._messages(self._state.add_user(user), messages)
        for position, number in enumerate(islice(box_numbers(), mailboxes)):
            box = {
                "id": self._state.new_id(),
                "tenant_id": tenant_id,
                "name": f"{BOX_NAMES[position % len(BOX_NAMES)]} {number}",
                "extension_number": number,
                **DEFAULTS,
                "pin": pin_of(number),
            }
            self._messages(self._state.add_box(box), messages)

    def _user(self, name: str, tenant_id: str | None, number: str, display_name: str, role: str) -> Document:
        return {
            "id": self._state.new_id(),
            "tenant_id": tenant_id,
            "name": name,
            "password": self._password,
            "enabled": True,
            "email": "",
            "display_name": display_name,
            "role": role,
            "role_id": ROLE_IDS[role],
            "role_name": role,
            **dict.fromkeys(CONTACT_FIELDS, ""),
            "extension_number": number,
            "extension_password": self._password,
            "created_at": timestamp(self._now),
            **VOICEMAIL_DEFAULTS,
            "voicemail_pin": pin_of(number or ADMIN_NUMBER),
        }

    def _messages(self, owner_id: str, messages: int) -> None:
        for position in range(messages):
            moment = self._now - OLDEST_MESSAGE_SECONDS * (messages - position) / messages
            add_message(self._state, owner_id, position, moment)


def add_message(state: State, owner_id: str, position: int, moment: float) -> None:
    """Add a message for a user or a shared voicemail.

    :param position: selects the caller, duration, status and transcription.
    :param moment: time of the message in Unix seconds.
    """
    caller_name, caller_number = CALLERS[position % len(CALLERS)]
    status, description, sentiment = TRANSCRIPTIONS[position % len(TRANSCRIPTIONS)]
    created_at = timestamp(moment)
    digits = "".join(letter for letter in created_at[:19] if letter.isdigit())
    state.messages.add(
        {
            "id": state.new_id(),
            "owner_id": owner_id,
            "sender_name": caller_name,
            "sender_number": caller_number,
            "created_at": created_at,
            "duration": 3 + position * 5 % 17,
            "status": "READ" if position % 3 == 2 else "UNREAD",
            "file_name": f"{caller_number}_{digits}.wav",
            "transcription_status": status,
            "transcription_status_desc": description,
            "transcription_sentiment": sentiment,
        }
    )
