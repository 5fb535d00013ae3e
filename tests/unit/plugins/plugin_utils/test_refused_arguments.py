# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Only what the collection itself refuses in an argument becomes the result of the task."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError, AnsibleValueOmittedError
from ansible_collections.telephony.voicemail.plugins.action import vmboxes
from ansible_collections.telephony.voicemail.plugins.filter.rows_to_mailboxes import rows_to_mailboxes
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem
from ansible_collections.telephony.voicemail.plugins.plugin_utils.refusals import refusal_in, refusal_of


class Templar:
    """Fails to evaluate an argument."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def template(self, value: t.Any) -> t.Any:
        raise AnsibleError("Error rendering template.") from self._error


def finalized(error: Exception) -> t.Any:
    return vmboxes.ActionModule.finalize_task_arg("mailboxes", "{{ boxes }}", Templar(error), None)


def test_refusal_of_the_collection() -> None:
    refusal = InvalidInputError.of([Problem("is missing", option="mailbox")])
    outer = AnsibleError("The lookup plugin failed.")
    outer.__cause__ = refusal
    argument = finalized(outer)
    assert refusal_in({"vendor": "kazoo", "mailboxes": argument}) is refusal


def test_error_of_a_filter_without_a_cause() -> None:
    with pytest.raises(AnsibleError) as caught:
        rows_to_mailboxes([], vendor="asterisk")
    refusal = refusal_in({"mailboxes": finalized(caught.value)})
    assert refusal is not None
    assert str(refusal).startswith("rows_to_mailboxes: `vendor` must be one of")


@pytest.mark.parametrize("error", [AnsibleError("nothing is undefined"), KeyError("x")])
def test_other_errors_stay_those_of_ansible(error: Exception) -> None:
    with pytest.raises(AnsibleError, match="Error rendering template"):
        finalized(error)


def test_omitted_argument_stays_omitted() -> None:
    class Omitting:
        def template(self, value: t.Any) -> t.Any:
            raise AnsibleValueOmittedError

    with pytest.raises(AnsibleValueOmittedError):
        vmboxes.ActionModule.finalize_task_arg("mailboxes", "{{ omit }}", Omitting(), None)


def test_chain_of_errors_with_a_cycle_ends() -> None:
    first, second = AnsibleError("first"), AnsibleError("second")
    first.__cause__, second.__cause__ = second, first
    assert refusal_of(first) is None
