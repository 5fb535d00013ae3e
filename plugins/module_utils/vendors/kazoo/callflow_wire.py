# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encode callflows for KAZOO, and recognize those that this collection created by their flags.

See docs/vendors/kazoo_media.md, "Callflows".
"""

from __future__ import annotations

import dataclasses
import typing as t

#: Flag of every callflow created by this collection. A second flag appends the purpose after a colon.
FLAG = "telephony.voicemail"
#: Purpose of the feature code that plays messages. The purpose of a direct number is the id of its mailbox.
CHECK = "check"


@dataclasses.dataclass(frozen=True)
class Callflow:
    """A callflow as shown in the list.

    :param modules: all modules of its flow; None if the list does not show them.
    """

    id: str
    name: str
    numbers: tuple[str, ...]
    flags: tuple[str, ...]
    modules: tuple[str, ...] | None = None

    @property
    def purpose(self) -> str | None:
        """The purpose for which this collection created it; None for callflows created by others."""
        found = [flag.removeprefix(f"{FLAG}:") for flag in self.flags if flag.startswith(f"{FLAG}:")]
        return found[0] if FLAG in self.flags and found else None


def flow_for(purpose: str) -> dict[str, t.Any]:
    """Return the flow of a purpose."""
    data = {"action": "check"} if purpose == CHECK else {"id": purpose}
    return {"module": "voicemail", "data": data, "children": {}}


def serves(native: t.Mapping[str, t.Any], purpose: str) -> bool:
    """Check whether a callflow of any origin serves a purpose and does nothing else first."""
    flow = native.get("flow")
    data = flow.get("data") if isinstance(flow, dict) and flow.get("module") == "voicemail" else None
    if not isinstance(data, dict) or data.get("skip_module") is True:
        return False
    action = data.get("action", "compose")
    if purpose == CHECK:
        return bool(action == "check") and not data.get("id")
    return bool(action == "compose") and data.get("id") == purpose


def served(native: t.Mapping[str, t.Any]) -> str | None:
    """Return the purpose of a callflow of any origin, or None."""
    flow = native.get("flow")
    data = flow.get("data") if isinstance(flow, dict) else None
    mailbox = data.get("id") if isinstance(data, dict) else None
    purposes = (str(mailbox) if mailbox else CHECK, CHECK)
    return next((purpose for purpose in purposes if serves(native, purpose)), None)


def document_for(purpose: str, number: str, label: str) -> dict[str, t.Any]:
    """Return a new callflow.

    :param label: description of the mailbox for the callflow's name.
    """
    document: dict[str, t.Any] = {
        "name": "Check voicemail" if purpose == CHECK else f"Voicemail of {label}",
        "numbers": [number],
        "flow": flow_for(purpose),
        "flags": [FLAG, f"{FLAG}:{purpose}"],
    }
    if purpose == CHECK:
        document["featurecode"] = {"name": "voicemail[action=check]", "number": number.lstrip("*") or number}
    return document


def rewritten(native: t.Mapping[str, t.Any], purpose: str, numbers: t.Sequence[str]) -> dict[str, t.Any]:
    """Return an existing callflow with the numbers and flow of a purpose; everything else is kept."""
    public = {
        name: value
        for name, value in native.items()
        if not name.startswith(("_", "pvt_")) and name not in ("id", "metadata")
    }
    flags = [flag for flag in public.get("flags") or () if not str(flag).startswith(FLAG)]
    own = [FLAG, f"{FLAG}:{purpose}"]
    flow = native.get("flow") if serves(native, purpose) else flow_for(purpose)
    return {**public, "numbers": list(numbers), "flow": flow, "flags": [*flags, *own]}
