# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PortSIP PBX 22.x: users, shared voicemails, messages and greetings."""

from __future__ import annotations

from .vendor import SimulatedPortsip

__all__ = ["SimulatedPortsip"]
