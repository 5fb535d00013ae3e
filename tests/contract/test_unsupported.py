# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One file for several vendors: unsupported options are an error, a warning or ignored, as the user chooses."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor
from helpers.loopback import module_warnings
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO, ONSIP, PERSONAL, TEL4VN, Subject

__all__ = ("module_warnings",)


def product(subject: Subject) -> str:
    """Return the name of a vendor in sentences."""
    return vendor(subject.vendor).tables["mailbox"].product


#: An unsupported option of each vendor.
UNSUPPORTED: list[tuple[Subject, str, t.Any]] = [
    (KAZOO, "notify", True),
    (PERSONAL, "name", "Ada"),
    (TEL4VN, "timezone", "Asia/Ho_Chi_Minh"),
    (ONSIP, "language", "en-US"),
]
CASES = pytest.mark.parametrize(
    ("subject", "option", "value"), UNSUPPORTED, ids=[subject.name for subject, _option, _value in UNSUPPORTED]
)


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("choice", ["warn", "ignore"])
@CASES
def test_supported_options_are_applied(
    subject: Subject, option: str, value: t.Any, choice: str, runner: str, warned: list[str]
) -> None:
    others: dict[str, t.Any] = {name: {} for name in NAMES if name != subject.vendor}
    item = {subject.key: subject.number, **subject.create, option: value, **others}
    states = []
    for declared in ({subject.key: subject.number, **subject.create}, item):
        with subject.serve() as server:
            reported = []
            for check in (True, False, False):
                warned.clear()
                arguments = subject.arguments(server, on_unsupported=choice, **declared)
                result = RUNNERS[runner](subject.module, arguments, check=check)
                assert not result["failed"], result
                assert option not in result["changed_fields"]
                reported.append(result["changed"])
                told_of = [text for text in [*result.get("warnings", ()), *warned] if f"`{option}`" in str(text)]
                assert len(told_of) == (choice == "warn" and declared is item)
                assert all(product(subject) in str(text) for text in told_of)
            assert reported == [True, True, False]
            plural = RUNNERS[runner](
                subject.plural, subject.arguments(server, on_unsupported=choice, **{subject.listed: [declared]})
            )
            assert (plural["failed"], plural["changed"]) == (False, False)
            states.append(
                [{**box.fields, "id": None} for box in subject.stored(server) if box.number == subject.number]
            )
    for state in states:
        for volatile in ("VoicemailboxId", "Created", "created_at"):
            state[0].pop(volatile, None)
    assert states[0] == states[1]


@CASES
def test_unsupported_options_are_errors_by_default(subject: Subject, option: str, value: t.Any) -> None:
    with subject.serve() as server:
        arguments = subject.arguments(server, **{subject.key: subject.number, **subject.create, option: value})
        for extra in ({}, {"on_unsupported": "error"}):
            result = RUNNERS["worker"](subject.module, {**arguments, **extra})
            assert result["failed"]
            for part in (f"`{option}`", product(subject), "`on_unsupported`"):
                assert part in result["msg"]
            assert len(server.journal) == 0
