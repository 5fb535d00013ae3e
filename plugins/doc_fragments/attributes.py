# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module supports of Ansible's features."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes of modules that write, and of those that only read."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and report changes without making them.
    support: full
  diff_mode:
    description: Returns the differences in diff mode. Secrets are hidden.
    support: full
  idempotent:
    description: When run twice in a row, the second run changes nothing.
    support: full
  action:
    description: >-
      On the controller, the task runs inside Ansible's worker without a new process. On other hosts, with C(async) and with
      C(become), the module itself runs; the result is the same.
    support: full
  async:
    description: Can be run with C(async).
    support: full
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    description: Only reads, also in C(check_mode).
    support: full
  diff_mode:
    description: Only reads, so there are no differences.
    support: N/A
  idempotent:
    description: Only reads.
    support: N/A
  action:
    description: >-
      On the controller, the task runs inside Ansible's worker without a new process. On other hosts, with C(async) and with
      C(become), the module itself runs; the result is the same.
    support: full
  async:
    description: Can be run with C(async).
    support: full
"""
