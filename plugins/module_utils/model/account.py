# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts of a vendor that has a tree of them."""

from __future__ import annotations

import dataclasses
import typing as t


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """One account.

    :param realm: its domain, which no other account has; None where the vendor does not tell.
    :param ancestors: ids of the accounts above it, from the one that the listing began with to its parent; empty for
        that account itself.
    """

    id: str
    name: str
    realm: str | None
    ancestors: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, t.Any]:
        """Return the account for a user: how many levels down it is, and which one is right above it."""
        return {
            "id": self.id,
            "name": self.name,
            "realm": self.realm,
            "depth": len(self.ancestors),
            "parent_id": self.ancestors[-1] if self.ancestors else None,
        }
