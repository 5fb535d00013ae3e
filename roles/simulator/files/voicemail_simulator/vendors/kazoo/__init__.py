# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""2600Hz KAZOO, Crossbar REST API: voicemail boxes and their messages."""

from __future__ import annotations

from .vendor import SimulatedKazoo

__all__ = ["SimulatedKazoo"]
