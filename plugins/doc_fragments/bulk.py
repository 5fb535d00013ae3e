# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the modules that take a list, without the list itself."""

from __future__ import annotations


class ModuleDocFragment:
    """How a list of declarations is carried out."""

    DOCUMENTATION = r"""
options:
  defaults:
    description:
      - Default options for every entry. The entry takes precedence.
    type: dict
  prune:
    description:
      - Delete what exists and is not listed.
    type: bool
    default: false
  prune_match:
    description:
      - A regular expression. Only objects whose whole number matches may be pruned.
      - An empty text and a number without quotes are errors.
    type: str
  max_deletions:
    description:
      - Refuse a plan with more deletions than this, before anything is written.
    type: int
    default: 10
  max_delete_percent:
    description:
      - Refuse a plan that would prune a larger percentage than this of all existing ones, before anything is written.
    type: int
    default: 30
  allow_empty:
    description:
      - Allow O(prune) with a list that is empty or contains only entries to delete. This deletes everything.
    type: bool
    default: false
  on_guard:
    description:
      - What to do in check mode if a guard stops the plan, such as O(max_deletions) or O(delete_messages).
      - V(fail) fails like the real run. V(report) returns the plan, and the reasons in RV(guards).
    type: str
    choices: [fail, report]
    default: fail
    version_added: 1.1.0
  delete_messages:
    description:
      - Allow deleting mailboxes that contain messages. They are deleted with them; a warning shows how many. Without it, that is an error,
        if the vendor can count messages.
    type: bool
    default: false
  max_updates:
    description:
      - Refuse a plan with more updates than this, before anything is written. By default there is no limit.
      - One wrong column of a table changes every mailbox. This guard stops such a plan.
    type: int
    version_added: 1.1.0
  max_update_percent:
    description:
      - Refuse a plan that updates a larger percentage than this of the entries that already exist, before anything is written.
        By default there is no limit.
      - Entries to create do not count.
    type: int
    version_added: 1.1.0
  invalid:
    description:
      - V(fail) writes nothing if an entry is invalid.
      - V(skip) skips it and applies the others. RV(results) lists it with the status V(skipped) and the error.
      - The mailbox of an invalid entry is never pruned. If its number is uncertain, nothing is pruned, with a warning.
      - A file that cannot be read as a whole, or whose headings are wrong, fails in both cases.
    type: str
    choices: [fail, skip]
    default: fail
    version_added: 1.1.0
  on_error:
    description:
      - V(continue) applies the other entries after a failure, V(stop) starts no further ones. The task fails in both cases.
    type: str
    choices: [continue, stop]
    default: continue
  expect_checksum:
    description:
      - Apply the plan only if it equals the reviewed one, identified by the RV(plan_checksum) of an earlier run in check mode.
      - The checksum covers O(vendor), O(url) and the account as well, so a plan reviewed for one system is refused by another one.
      - A checksum of version 1.0 does not cover them and is refused; plan and review again.
    type: str
  validate_only:
    description:
      - Validate the options and the declaration by the rules of the vendor, and do nothing else. The vendor is not contacted, so O(url) and
        the credentials may be missing.
      - What depends on existing mailboxes, such as O(max_deletions), is only checked by a plan.
    type: bool
    default: false
    version_added: 1.1.0
  report:
    description:
      - Whether RV(results) lists only changed, failed and skipped entries, or all.
      - Ansible prints the whole result of a failed task. With V(changed), RV(results) then lists only as much as fits on a screen,
        failures first, and RV(omitted) lists the others. RV(diff) still has every row, and V(all) lists everything.
    type: str
    choices: [changed, all]
    default: changed
  plan_lines:
    description:
      - Number of changes that check mode shows one by one, deletions first, when Ansible does not show differences. V(0) shows
        only their number.
      - They are shown on the controller, and hidden with C(no_log).
    type: int
    default: 20
    version_added: 1.1.0
  on_unsupported:
    description:
      - What to do with a shared option that this vendor does not support.
      - V(error) stops before the first write, V(warn) skips the option with a warning, V(ignore) skips it.
    type: str
    choices: [error, warn, ignore]
    default: error
  verify:
    description:
      - Read back what was written, and fail if an option was not applied.
    type: bool
    default: true
"""
