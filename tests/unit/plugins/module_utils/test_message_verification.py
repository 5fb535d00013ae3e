# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request with a lost reply may still be executed after the search for its effect, so a change is reported."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import RejectedError, TransportError
from ansible_collections.telephony.voicemail.plugins.module_utils.messages import (
    apply as message_engine,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.messages.plan import Order
from ansible_collections.telephony.voicemail.plugins.module_utils.model.message import (
    Message,
    Selection,
    Status,
)
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.messages import Upload

ORDERS = {
    "read": Order("read"),
    "absent": Order("absent", permanent=True, max_deletions=5),
    "moved": Order("moved", to=("1001",)),
    "copied": Order("copied", to=("1001",)),
}
ERRORS = {
    "lost": TransportError("no reply within the timeout", uncertain=True),
    "never sent": TransportError("no connection"),
    "refused": RejectedError("no"),
}


class Slow:
    """A vendor that executes a request later."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def list(self, selection: Selection) -> t.Sequence[Message]:
        """List the earlier messages."""
        message = Message(id="m1", mailbox="1000", mailbox_id="b1", call_id="c1", status=Status.UNREAD)
        return [message] if selection.mailbox == "1000" else []

    def _refuse(self, *_arguments: t.Any) -> None:
        raise self.error

    mark = delete = move = copy = upload = _refuse


pytestmark = pytest.mark.usefixtures("no_waiting")


@pytest.mark.parametrize("cause", ERRORS)
@pytest.mark.parametrize("state", [*ORDERS, "present"])
def test_a_possible_late_change_is_reported_as_a_change(state: str, cause: str) -> None:
    vendor = t.cast(t.Any, Slow(ERRORS[cause]))
    if state == "present":
        wanted = Upload(call_id="c2", audio=b"RIFF", content_type="audio/x-wav", file_name="x.wav")
        report = message_engine.upload(vendor, "1000", wanted, check=False)
    else:
        selection = Selection(mailbox="1000")
        report = message_engine.apply(vendor, selection, ORDERS[state], check=False, workers=1)
    assert [step.status for step in report.steps] == ["failed"]
    assert str(report.steps[0].error).startswith(str(ERRORS[cause]))
    assert report.changed is (cause == "lost")
