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

    :param realm: its unique domain; None if the vendor does not show it.
    :param ancestors: ids of the accounts above it, from the top of the listing to its parent; empty for
        the top.
    """

    id: str
    name: str
    realm: str | None
    ancestors: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, t.Any]:
        """Return the account for display, with its depth and its parent."""
        return {
            "id": self.id,
            "name": self.name,
            "realm": self.realm,
            "depth": len(self.ancestors),
            "parent_id": self.ancestors[-1] if self.ancestors else None,
        }
