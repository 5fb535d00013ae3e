# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the objects with a number have in common: users and shared voicemails."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from .context import Call, Context
from .listing import ListKind
from .refusal import Refusal
from .state import Table


class NumberedObjects:
    """Handlers of one kind of numbered objects."""

    def __init__(self, context: Context, table: Table) -> None:
        self._context = context
        self._state = context.state
        self._behaviors = context.behaviors
        self._table = table

    def find(self, call: Call, missing: Refusal) -> str:
        """Return the id in the path. Raises `missing` where the tenant has no such object."""
        key = call.path("id")
        if self._table.find(key, call.tenant_id) is None:
            raise missing
        return key

    def page(self, call: Call, kind: ListKind, shown: Sequence[str]) -> Response:
        """Return a page of the objects, each with the fields that are shown."""
        page = self._context.listing.page(
            call.request,
            self._table,
            call.tenant_id,
            kind,
            by_number=lambda number: self._state.owner_of_number(call.tenant_id, number),
        )
        return self._context.show_page(page, shown)
