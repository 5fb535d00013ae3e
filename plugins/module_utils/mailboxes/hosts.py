# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Convert objects to hosts of an inventory: their names, variables and groups."""

from __future__ import annotations

import dataclasses
import re
import typing as t

#: Options for host names: the number, realm or id, which always exist.
_NAMES = {
    "mailboxes": ("mailbox",),
    "shared_voicemails": ("extension_number",),
    "accounts": ("realm", "id"),
}
#: The variable that contains the object.
VARIABLES = {
    "mailboxes": "voicemail_mailbox",
    "shared_voicemails": "voicemail_shared_voicemail",
    "accounts": "voicemail_account",
}
#: The supported groupings of each resource.
GROUPINGS = {
    "mailboxes": ("vendor", "owner", "timezone", "messages"),
    "shared_voicemails": ("vendor", "messages"),
    "accounts": ("vendor", "depth", "parent"),
}
#: Groupings that need no further requests.
DEFAULT_GROUPINGS = {
    resource: tuple(grouping for grouping in groupings if grouping != "messages")
    for resource, groupings in GROUPINGS.items()
}


@dataclasses.dataclass(frozen=True, slots=True)
class Host:
    """One host.

    :param groups: names of its groups, before sanitizing.
    """

    name: str
    variables: dict[str, t.Any]
    groups: tuple[str, ...]


def unsupported_groupings(resource: str, groupings: t.Iterable[str]) -> list[str]:
    """Return the groupings that this resource does not support."""
    return [grouping for grouping in groupings if grouping not in GROUPINGS[resource]]


def variables_of(
    resource: str, shown: dict[str, t.Any], messages: int | None, vendor: str, url: str
) -> dict[str, t.Any]:
    """Return the variables of a host.

    :param shown: the object as returned by its module.
    :param messages: number of its messages; None if not counted.
    """
    found = {"voicemail_vendor": vendor, "voicemail_url": url, VARIABLES[resource]: shown}
    return found if messages is None else {**found, "voicemail_messages": messages}


def usual_name(resource: str, shown: t.Mapping[str, t.Any]) -> str:
    """Return the default name of a host."""
    return next(str(shown[key]) for key in _NAMES[resource] if shown.get(key))


def fit_name(text: str) -> str:
    """Return a name without characters of host patterns; empty if nothing is left."""
    return re.sub(r"[^\w.-]", "_", text.strip()).lstrip("-")


def groups_of(
    resource: str, groupings: t.Collection[str], variables: t.Mapping[str, t.Any], names: t.Mapping[str, str]
) -> tuple[str, ...]:
    """Return the groups of a host.

    :param names: names of the hosts by the id of their account.
    """
    shown = variables[VARIABLES[resource]]
    parent = names.get(str(shown.get("parent_id")))
    by_grouping = {
        "vendor": f"vendor_{variables['voicemail_vendor']}",
        "owner": f"owner_{shown['owner_id']}" if shown.get("owner_id") else None,
        "timezone": f"timezone_{shown['timezone']}" if shown.get("timezone") else None,
        "messages": "has_messages" if variables.get("voicemail_messages") else "no_messages",
        "depth": f"depth_{shown.get('depth')}",
        "parent": below(parent) if parent else None,
    }
    return (
        resource,
        *(group for grouping in GROUPINGS[resource] if grouping in groupings and (group := by_grouping[grouping])),
    )


def below(name: str) -> str:
    """Return the group of the accounts below the one with this host name."""
    return f"below_{name}"


def nested_groups(hosts: t.Iterable[Host]) -> list[tuple[str, str]]:
    """Return pairs ``(outer, inner)`` of groups of accounts, so that a group contains its whole branch."""
    known = list(hosts)
    inhabited = {group for host in known for group in host.groups}
    pairs = []
    for host in known:
        outer = [group for group in host.groups if group.startswith(below(""))]
        if outer and below(host.name) in inhabited:
            pairs.append((outer[0], below(host.name)))
    return pairs


def repeated(names: t.Iterable[str]) -> str | None:
    """Return the first repeated name."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


__all__ = (
    "DEFAULT_GROUPINGS",
    "GROUPINGS",
    "VARIABLES",
    "Host",
    "below",
    "fit_name",
    "groups_of",
    "nested_groups",
    "repeated",
    "unsupported_groupings",
    "usual_name",
    "variables_of",
)
