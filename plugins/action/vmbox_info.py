# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load the one action plugin before the workers are forked: Ansible looks for it then by the module's own name."""

from __future__ import annotations

from ansible_collections.telephony.voicemail.plugins.action.vmboxes import ActionModule

__all__ = ("ActionModule",)
