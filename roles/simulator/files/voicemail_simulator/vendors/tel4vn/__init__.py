# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TEL4VN (Pitel) PBX: voicemail boxes, messages and recordings of one tenant."""

from __future__ import annotations

from .vendor import SimulatedTel4vn

__all__ = ["SimulatedTel4vn"]
