# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared by the actions of all resources: times, unknown ids, and Browse.

See docs/vendors/onsip.md, "Listing and paging".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from ...store import Collection, Document
from ...vendor import SimulatedVendor
from .call import Call, NotPermitted
from .state import Order, State
from .tree import Element

ACCOUNT_ID = "58003"


def formatted_time(now: float) -> str:
    """Return Unix seconds in the format of the service."""
    return datetime.fromtimestamp(int(now), UTC).isoformat()


class Actions:
    """Base class of the actions of one resource."""

    def __init__(self, vendor: SimulatedVendor, state: State) -> None:
        self.vendor = vendor
        self.state = state

    def now(self) -> str:
        """Return the current time in the format of the service."""
        return formatted_time(self.vendor.clock.now())

    def unknown(self, call: Call, parameter: str, code: str) -> None:
        """Add the error of an unknown id, or raise NotPermitted (behavior `unknown_id`)."""
        if self.vendor.behaviors.unknown_id == "permission_error":
            raise NotPermitted
        call.refuse(parameter, code, "This is not known to the system.")

    def organization(self, call: Call) -> Document | None:
        """Return the organization that OrganizationId names. Adds an error where it is unknown."""
        text = call.get("OrganizationId")
        if not text:
            return None
        found = self.state.organizations.get(text)
        if found is None:
            self.unknown(call, "OrganizationId", "OrganizationId.Unrecognized")
        return found

    def browse(
        self,
        call: Call,
        container: str,
        collection: Collection,
        shown: Callable[[Document], Element],
        *,
        scopes: tuple[str, ...] = ("AccountId", "OrganizationId"),
        sortable: tuple[str, ...] = (),
    ) -> list[Element]:
        """Return one page of a scope. Raises Invalid and NotPermitted."""
        behaviors = self.vendor.behaviors
        limit = call.integer("Limit", call.get_or("Limit", str(behaviors.default_limit)), 1, behaviors.max_limit)
        offset = call.integer("Offset", call.get_or("Offset", "0"), 0)
        is_counted = call.boolean("CalcFound", call.get_or("CalcFound", "true")) == "true"
        order = self._order(call, sortable)
        scope = self._scope(call, scopes)
        call.check()
        window = slice(offset, offset + limit)
        rows, found = self.state.page(
            collection, scope, order, window, self.vendor.random, self.vendor.faults.stale(call.request)
        )
        element = Element(container, {"Limit": str(limit), "Offset": str(offset)})
        if is_counted and (rows or behaviors.found_on_empty == "0"):
            element.set("Found", str(found))
        element.extend([shown(row) for row in rows])
        return [element]

    def _order(self, call: Call, sortable: tuple[str, ...]) -> Order:
        text = call.get("OrderBy")
        if not sortable or not text:
            return str(self.vendor.behaviors.list_order)
        name, _space, direction = text.partition(" ")
        call.choice("OrderBy", name, sortable)
        if direction:
            call.choice("OrderBy", direction, ("Desc",))
        return name, direction == "Desc"

    def _scope(self, call: Call, scopes: tuple[str, ...]) -> tuple[str, str]:
        present = [name for name in scopes if call.get(name)]
        if not present:
            call.refuse(scopes[0], "Value.Required", f"One of these is needed: {', '.join(scopes)}.")
        elif len(present) > 1:
            call.refuse(present[1], "Value.Conflict", f"Only one of these may be sent: {', '.join(scopes)}.")
        call.check()
        name, value = present[0], call.get(present[0]) or ""
        if name == "AccountId" and value != ACCOUNT_ID:
            raise NotPermitted
        if name == "OrganizationId":
            self.organization(call)
        return name, value
