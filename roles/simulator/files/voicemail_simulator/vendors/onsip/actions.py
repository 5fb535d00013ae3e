# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the actions of all resources share: times, unknown ids, and Browse (contract: OnSIP 5.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from ...store import Collection, Document
from ...vendor import SimulatedVendor
from .call import Call, NotPermitted
from .state import Order, State
from .tree import Element

ACCOUNT_ID = "58003"


def moment(now: float) -> str:
    """Unix seconds as the service writes times."""
    return datetime.fromtimestamp(int(now), UTC).isoformat()


class Actions:
    """Base of the actions of one resource."""

    def __init__(self, vendor: SimulatedVendor, state: State) -> None:
        self.vendor = vendor
        self.state = state

    def now(self) -> str:
        """This moment as the service writes it."""
        return moment(self.vendor.clock.now())

    def unknown(self, call: Call, parameter: str, code: str) -> None:
        """Note that an id is not known, or raise NotPermitted: the service may not tell the two apart."""
        if self.vendor.behaviors.unknown_id == "permission_error":
            raise NotPermitted
        call.refuse(parameter, code, "This is not known to the system.")

    def organization(self, call: Call) -> Document | None:
        """The organization that OrganizationId names; an error is noted where there is none."""
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
        """Answer a page of the rows of one scope. Raises Invalid and NotPermitted."""
        behaviors = self.vendor.behaviors
        limit = call.integer("Limit", call.get_or("Limit", str(behaviors.default_limit)), 1, behaviors.max_limit)
        offset = call.integer("Offset", call.get_or("Offset", "0"), 0)
        is_counted = call.boolean("CalcFound", call.get_or("CalcFound", "true")) == "true"
        order = self._order(call, sortable)
        scope = self._scope(call, scopes)
        call.check()
        rows, found = self.state.page(
            collection, scope, order, offset, limit, self.vendor.random, self.vendor.faults.stale(call.request)
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
        given = [name for name in scopes if call.get(name)]
        if not given:
            call.refuse(scopes[0], "Value.Required", f"One of these is needed: {', '.join(scopes)}.")
        elif len(given) > 1:
            call.refuse(given[1], "Value.Conflict", f"Only one of these may be given: {', '.join(scopes)}.")
        call.check()
        name, value = given[0], call.get(given[0]) or ""
        if name == "AccountId" and value != ACCOUNT_ID:
            raise NotPermitted
        if name == "OrganizationId":
            self.organization(call)
        return name, value
