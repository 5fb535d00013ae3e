# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Organizations (docs/vendors/onsip.md, "Attaching a mailbox to a user")."""

from __future__ import annotations

from ...store import Document
from .actions import Actions
from .call import Call
from .tree import Element, branch


def shown_organization(organization: Document) -> Element:
    """Return the Organization element."""
    return branch("Organization", organization)


class OrganizationActions(Actions):
    """OrganizationRead and OrganizationBrowse."""

    def read(self, call: Call) -> list[Element]:
        domain = call.get("Domain")
        if domain:
            found = self.state.organization_of_domain(domain)
            if found is None:
                call.refuse("Domain", "Domain.Unrecognized", "This domain is not known to the system.")
        else:
            call.require("OrganizationId")
            found = self.organization(call)
        call.check()
        return [shown_organization(found)] if found else []

    def browse_all(self, call: Call) -> list[Element]:
        return self.browse(
            call,
            "Organizations",
            self.state.organizations,
            shown_organization,
            scopes=("AccountId",),
            sortable=("OrganizationId",),
        )
