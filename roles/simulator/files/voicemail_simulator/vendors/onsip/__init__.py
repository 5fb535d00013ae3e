# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OnSIP: voicemailboxes of an organization and the SIP addresses that lead to them."""

from __future__ import annotations

from .vendor import SimulatedOnsip

__all__ = ["SimulatedOnsip"]
