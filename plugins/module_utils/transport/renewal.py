# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the content of replacing requests again if it may be outdated."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ..errors import VoicemailError

#: Seconds after which a waiting request is built again.
FRESH_SECONDS = 1.0


def renewing(exchange: t.Callable[[], t.Any], request: dict[str, t.Any]) -> t.Callable[[], t.Any]:
    """Return an exchange that rebuilds its request when it is repeated or was delayed.

    :param exchange: sends ``request`` and returns the reply.
    :param request: its ``renew`` is removed: a function that reads again and returns the dependent parts,
        if any, or raises to prevent the request.
    """
    renew: t.Callable[[], t.Mapping[str, t.Any] | None] | None = request.pop("renew", None)
    if renew is None:
        return exchange
    made_at = time.monotonic()
    sent = False
    uncertain = False

    def renewed() -> t.Any:
        nonlocal made_at, sent, uncertain
        if sent or time.monotonic() - made_at > FRESH_SECONDS:
            try:
                request.update(renew() or {})
            except VoicemailError as error:
                raise dataclasses.replace(error, wrote=error.wrote or uncertain) from None
        made_at, sent, before = time.monotonic(), True, uncertain
        # An attempt without a reply may have been carried out; one refused by a rate limit was not.
        uncertain = True
        reply = exchange()
        uncertain = before or getattr(reply, "status", 0) != 429
        return reply

    return renewed


__all__ = ("renewing",)
