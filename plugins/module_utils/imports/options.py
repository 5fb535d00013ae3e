# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which options the items of a file have, and what each of them holds."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .. import modules as arguments
from ..model.kinds import Addresses
from ..vendors.registry import NAMES, vendor

Visit = t.Callable[[str, t.Mapping[str, t.Any]], None]


@dataclasses.dataclass(frozen=True)
class ItemOptions:
    """Every option of an item by name, dotted inside the vendors' dictionaries, aliases included.

    :param key: option that names an item, for errors.
    :param keys: every option that names an item.
    :param types: option to its type in an argument spec: ``str``, ``list``, ``bool``, ``int`` or ``raw``.
    :param choices: option to the words that it takes.
    :param elements: option that is a list to the type of its entries.
    :param addresses: options that are lists of email addresses.
    """

    key: str = "mailbox"
    keys: tuple[str, ...] = ("mailbox", "extension", "id")
    types: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    choices: t.Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    elements: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    addresses: frozenset[str] = frozenset()

    def is_list(self, option: str) -> bool:
        """Check whether an option is a list of texts or numbers."""
        return option in self.elements and self.elements[option] != "dict"


def is_pin(option: str | None) -> bool:
    """Check whether an option is a PIN, whose value no message shows."""
    return option is not None and option.rpartition(".")[2] == "pin"


def walk_options(module: str, visit: Visit) -> None:
    """Visit every option of an item, with dots inside the vendors' dictionaries, aliases included.

    :param module: the singular module: vmbox or shared_voicemail.
    """

    def walk(spec: t.Mapping[str, t.Any], above: str) -> None:
        for name, option in spec.items():
            if option.get("options"):
                walk(option["options"], f"{above}{name}.")
                continue
            for word in (name, *option.get("aliases", ())):
                visit(above + word, option)

    own = {
        name: option
        for name, option in arguments.own_options(module).items()
        if name not in ("on_unsupported", "verify")
    }
    walk(own, "")


@functools.cache
def item_options(module: str) -> ItemOptions:
    """Return the options of the items of a module.

    :param module: the singular module: vmbox or shared_voicemail.
    """
    types: dict[str, str] = {}
    choices: dict[str, tuple[str, ...]] = {}
    elements: dict[str, str] = {}

    def visit(name: str, option: t.Mapping[str, t.Any]) -> None:
        types[name] = option["type"]
        if option.get("choices"):
            choices[name] = tuple(option["choices"])
        if option["type"] == "list":
            elements[name] = option.get("elements", "str")

    walk_options(module, visit)
    resource = arguments.MODULES[module].resource
    tables = [table for name in NAMES if (table := vendor(name).tables.get(resource.key)) is not None]
    addresses = {field.option for table in tables for field in table.fields if isinstance(field.kind, Addresses)}
    keys = tuple(option for option in (resource.number, "extension", "id") if option in types)
    return ItemOptions(resource.number, keys, types, choices, elements, frozenset(addresses))


__all__ = ("ItemOptions", "is_pin", "item_options", "walk_options")
