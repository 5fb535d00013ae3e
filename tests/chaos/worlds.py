# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The models of the vendors: options and fields of scenarios, and the simulator's stored mailboxes."""

from __future__ import annotations

from chaos.world import Option, Wire, World, joined, mapped, plain
from helpers import subjects
from helpers.stored_boxes import Box, tenant_of
from voicemail_simulator.server import SimulatorServer

__all__ = ("WORLDS", "Box", "World")

EMAILS = ([], ["one@example.com"], ["two@example.com", "one@example.com"])


class Kazoo(World):
    """KAZOO's mailboxes."""

    subject = subjects.KAZOO
    number_wire = "mailbox"
    listed = ("name",)
    options = {
        "name": plain("name", "Reception", "Front desk", "Ürsula"),
        "pin": plain("pin", "4821", "0137", "9137"),
        "emails": plain("notify_email_addresses", *EMAILS),
        "timezone": plain("timezone", "Europe/Paris", "America/New_York"),
        "require_pin": plain("require_pin", True, False),
        "after_email": Option(
            ("save_after_notify", "delete_after_notify"),
            ("keep", "save", "delete"),
            lambda value: {"save_after_notify": value == "save", "delete_after_notify": value == "delete"},
        ),
        "kazoo.skip_greeting": plain("skip_greeting", True, False),
        "kazoo.flags": plain("flags", ["blue"], ["blue", "green"], []),
    }
    required = ("name",)
    foreign = {"skip_envelope": True, "oldest_message_first": True, "unknown_to_us": "kept", "media": {"a": "b"}}
    first, fresh = 1000, 3000
    writing = ",method=PUT|PATCH|DELETE,path=vmboxes"
    unfit = {"message_retention_days": (1,), "strict_schema": (True,)}

    def messages(self, server: SimulatorServer) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for message in list(server.vendor.state.messages.values()):
            if not message["deleted"]:
                found.setdefault(message["box_id"], set()).add(message["id"])
        return found

    def put(self, server: SimulatorServer, number: str) -> None:
        from voicemail_simulator.vendors.kazoo.schema import mailbox_schema
        from voicemail_simulator.vendors.kazoo.validation import check

        schema = mailbox_schema(server.behaviors.profile, server.behaviors.max_pin_length)
        public = check(schema, {"name": f"Rival {number}", "mailbox": number}, {}, strict=True)
        server.vendor.state.save_box(server.vendor.ACCOUNT_ID, server.vendor.new_id(), public)

    def change(self, server: SimulatorServer, box: Box, fields: Wire) -> None:
        server.vendor.state.save_box(server.vendor.ACCOUNT_ID, box.id, {**box.fields, **fields})

    def remove(self, server: SimulatorServer, box: Box) -> None:
        server.vendor.state.save_box(server.vendor.ACCOUNT_ID, box.id, box.fields, deleted=True)

    def leave_message(self, server: SimulatorServer, box: Box) -> bool:
        from voicemail_simulator.vendors.kazoo.seeds import add_message

        add_message(server.vendor, {"id": box.id, "account_id": server.vendor.ACCOUNT_ID, "public": box.fields}, 5)
        return True


class Tel4vn(World):
    """TEL4VN's mailboxes."""

    subject = subjects.TEL4VN
    number_wire = "extension"
    options = {
        "pin": plain("password", "4821", "9137", "0137"),
        "emails": joined("mail_to", *EMAILS),
        "description": plain("description", "Front desk", "Reception", ""),
        "enabled": plain("enabled", True, False),
        "after_email": mapped("local_after_email", {"keep": True, "delete": False}),
    }
    required = ("pin",)
    foreign = {"unknown_to_us": "kept"}
    first, fresh = 1001, 3000
    writing = ",method=POST|PUT|DELETE,path=voicemail"
    replaces = True

    def messages(self, server: SimulatorServer) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for message in list(server.vendor.state.messages.values()):
            found.setdefault(message["voicemail_id"], set()).add(message["id"])
        return found

    def put(self, server: SimulatorServer, number: str) -> None:
        server.vendor.add_box(number, description="Rival")

    def change(self, server: SimulatorServer, box: Box, fields: Wire) -> None:
        server.vendor.state.boxes[box.id] = {**server.vendor.state.boxes[box.id], **fields}
        server.vendor.state.rebuild()

    def remove(self, server: SimulatorServer, box: Box) -> None:
        server.vendor.state.delete_box(server.vendor.state.boxes[box.id])

    def leave_message(self, server: SimulatorServer, box: Box) -> bool:
        server.vendor.add_message(box.number)
        return True


class Onsip(World):
    """OnSIP's voicemailboxes."""

    subject = subjects.ONSIP
    number_wire = "Mailbox"
    has_messages = False
    options = {
        "name": plain("Fullname", "Reception", "Front desk"),
        "pin": plain("Password", "4821", "9137"),
        "notify": mapped("NotifyEmail", {True: "yes", False: "no"}),
        "emails": joined("Email", ["one@example.com"], ["two@example.com"]),
        "timezone": mapped("Timezone", {"America/Denver": "us_mountain", "America/New_York": "us_eastern"}),
        "announce_time": mapped("SayDatetime", {"enabled": "true", "disabled": "false"}),
        "announce_caller": mapped("SayCallerId", {True: "true", False: "false"}),
    }
    required = ("name", "emails")
    foreign = {"SayDuration": "true", "Mwi": "reception@example.onsip.com", "Pager": "pager@example.com"}
    first, fresh = 1001, 3000
    replaces = True
    unfit = {"delete_in_use": ("refused",)}

    def put(self, server: SimulatorServer, number: str) -> None:
        address = f"vm.rival{number}@example.onsip.com"
        server.vendor.boxes.new_box("61002", address, address_name="Rival", Mailbox=number, Fullname="Rival")

    def change(self, server: SimulatorServer, box: Box, fields: Wire) -> None:
        before = server.vendor.state.boxes[box.id]
        server.vendor.state.update_box(before, {**before, **fields})

    def remove(self, server: SimulatorServer, box: Box) -> None:
        server.vendor.state.delete_box(server.vendor.state.boxes[box.id])


PORTSIP_CLOCK = {"disabled": "DISABLE", "12_hour": "12_HOUR_CLOCK", "24_hour": "24_HOUR_CLOCK"}
PORTSIP_PINS = ("482159", "913728", "052847")


class PortsipShared(World):
    """PortSIP's shared voicemails."""

    subject = subjects.SHARED
    number_wire = "extension_number"
    options = {
        "name": plain("name", "Support", "Help desk"),
        "pin": plain("pin", *PORTSIP_PINS),
        "prompt": plain("prompt", "en-US", "de-DE"),
        "enable_pin": plain("enable_pin", True, False),
        "enable_email_notify": plain("enable_email_notify", True, False),
        "recipients": joined("recipients", *EMAILS),
        "play_datetime": mapped("play_datetime", PORTSIP_CLOCK),
    }
    required = ("name", "pin")
    first, fresh = 8001, 8500
    writing = ",method=POST,path=shared_voicemails"
    replaces = True
    unfit = {"automatic_cleanup": (True,)}
    table = "boxes"

    def messages(self, server: SimulatorServer) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for message in list(server.vendor.state.messages.collection.values()):
            found.setdefault(message["owner_id"], set()).add(message["id"])
        return found

    def put(self, server: SimulatorServer, number: str) -> None:
        directory = server.vendor.state
        rival = {
            "id": directory.new_id(),
            "tenant_id": tenant_of(server),
            "name": "Rival",
            "extension_number": number,
        }
        rest = {"prompt": "en-US", "enable_pin": True, "pin": "286410", "enable_email_notify": False}
        directory.add_box({**rival, **rest, "recipients": "", "play_datetime": "DISABLE"})

    def change(self, server: SimulatorServer, box: Box, fields: Wire) -> None:
        getattr(server.vendor.state, self.table).change(box.id, fields)
        server.vendor.state.rebuild()

    def remove(self, server: SimulatorServer, box: Box) -> None:
        server.vendor.state.remove_box(box.id)

    def leave_message(self, server: SimulatorServer, box: Box) -> bool:
        from voicemail_simulator.vendors.portsip.seeds import add_message

        add_message(server.vendor.state, box.id, 0, server.clock.now())
        return True


class PortsipPersonal(PortsipShared):
    """PortSIP's personal mailboxes, which exist with their users and are never created or deleted."""

    subject = subjects.PERSONAL
    options = {
        "pin": plain("voicemail_pin", *PORTSIP_PINS),
        "require_pin": plain("enable_voicemail_pin", True, False),
        "notify": plain("enable_voicemail_notify", True, False),
        "language": plain("voicemail_prompt", "en-US", "de-DE"),
        "announce_time": mapped("voicemail_play_datetime", PORTSIP_CLOCK),
    }
    required = ()
    foreign = {"mobile_phone": "5550100", "department": "Sales"}
    first = 1001
    writing = ",method=POST,path=users"
    table = "users"


WORLDS: dict[str, World] = {
    world.subject.name: world for world in (Kazoo(), PortsipShared(), PortsipPersonal(), Tel4vn(), Onsip())
}
