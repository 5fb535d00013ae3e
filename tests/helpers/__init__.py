# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Code that tests share: `from helpers.subjects import KAZOO`. `tests/conftest.py` makes the package importable.

Run a task with `runners` (in process, the default choice) or `playbooks` (only where Ansible itself is tested), against
a vendor of `subjects` or a configurable server of `loopback`. Read the vendor's state with
`stored_boxes`, and search output for secrets with `leaks`.
"""
