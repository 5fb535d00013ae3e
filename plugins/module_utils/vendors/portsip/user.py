# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is signed in at PortSIP (docs/vendors/portsip.md, "Tenants and roles")."""

from __future__ import annotations

from ...deps import pydantic
from ...errors import AuthError, ExpiredError
from ...model.operation import Operation
from .session import PortsipSession


class User(pydantic.BaseModel):
    """A user of a tenant.

    :param extension_number: number of the mailbox.
    """

    id: str | int
    extension_number: str | None = None


def signed_in(session: PortsipSession) -> User | None:
    """Return the user of the login; None for a system administrator, who has no mailbox."""
    try:
        return session.call("GET", "/user", Operation("read", "the user of the login")).parse(User)
    except AuthError as error:
        if isinstance(error, ExpiredError) or error.status != 403:
            raise
        return None
