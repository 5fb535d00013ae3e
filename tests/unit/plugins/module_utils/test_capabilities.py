# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The features of a vendor follow from the interfaces of its drivers alone."""

from __future__ import annotations

import ast
import inspect
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import capabilities
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import UnsupportedError
from ansible_collections.telephony.voicemail.plugins.module_utils.resources import RESOURCES
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import greetings, messages, protocol
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES, vendor

INTERFACES = [
    kind
    for module in (protocol, messages, greetings)
    for _name, kind in inspect.getmembers(module, inspect.isabstract)
    if kind.__module__ == module.__name__
]
#: Interfaces that optimize an operation, and do not add a feature.
UNSPOKEN = {
    protocol.Boxes,
    protocol.BulkReader,
    protocol.DeclarationValidator,
    protocol.PlanValidator,
    protocol.OptionAdvisor,
    protocol.DuplicateFinder,
    protocol.DuplicateRemover,
    protocol.NameResolver,
    protocol.RevisionChecker,
    messages.BulkMessageWriter,
}
EXPECTED = {
    "kazoo": {
        "create or delete a mailbox",
        "change the number of a mailbox",
        "count the messages of a mailbox",
        "list accounts",
        "read messages",
        "mark messages",
        "delete messages",
        "move messages",
        "copy messages",
        "upload messages",
        "download audio",
        "change greetings",
        "choose greetings by media id",
    },
    "portsip": {
        "create or delete a shared voicemail",
        "count the messages of a shared voicemail",
        "read messages",
        "mark messages",
        "delete messages",
        "download audio",
        "change greetings",
    },
    "tel4vn": {
        "create or delete a mailbox",
        "count the messages of a mailbox",
        "read messages",
        "download audio",
    },
    "onsip": {"create or delete a mailbox", "change the number of a mailbox"},
}


def drivers_of(name: str) -> list[type]:
    target = vendor(name)
    others: tuple[t.Callable[[], type] | None, ...] = (target.messages, target.accounts, target.greetings)
    return [driver() for driver in (*target.boxes.values(), *others) if driver is not None]


def supported_features(name: str) -> set[str]:
    """Return the descriptions of everything that the drivers of a vendor support."""
    return {
        words.format(resource=resource)
        for interface, words in capabilities.WORDS.items()
        for resource in (RESOURCES if "{resource}" in words else (None,))
        if vendor(name).implements(interface, resource)
    }


def test_every_missing_interface_has_a_description() -> None:
    assert set(INTERFACES) == set(capabilities.WORDS) | UNSPOKEN


def test_vendor_features_match_the_vendor_page() -> None:
    assert {name: supported_features(name) for name in NAMES} == EXPECTED


@pytest.mark.parametrize("driver", [driver for name in NAMES for driver in drivers_of(name)])
def test_every_driver_implements_its_interfaces(driver: type) -> None:
    assert not inspect.isabstract(driver)
    inherited = [interface for interface in INTERFACES if issubclass(driver, interface)]
    assert inherited


def methods_that_only_refuse(tree: ast.Module) -> list[str]:
    """Return the functions that only raise, or return a constant."""
    found = []
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        body = [
            node for node in function.body if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        ]
        if len(body) == 1 and (
            isinstance(body[0], ast.Raise)
            or (isinstance(body[0], ast.Return) and isinstance(body[0].value, ast.Constant | None))
        ):
            found.append(function.name)
    return found


@pytest.mark.parametrize("driver", [driver for name in NAMES for driver in drivers_of(name)])
def test_no_method_of_a_driver_only_refuses(driver: type) -> None:
    """Check that drivers omit the interfaces of unsupported features."""
    assert methods_that_only_refuse(ast.parse(inspect.getsource(inspect.getmodule(driver)))) == []


def test_methods_that_only_refuse_are_found() -> None:
    text = (
        "def a():\n    'Text.'\n    raise X\ndef b():\n    return None\ndef c():\n    return\ndef d():\n    return x\n"
    )
    assert methods_that_only_refuse(ast.parse(text)) == ["a", "b", "c"]


@pytest.mark.parametrize(("name", "resource"), [(name, resource) for name in NAMES for resource in vendor(name).tables])
def test_the_field_table_refuses_unsupported_features(name: str, resource: str) -> None:
    """Check that the table contains a reason, which users see before the first request."""
    target = vendor(name)
    table = target.tables[resource]
    assert table.can_create == target.implements(protocol.Creation, resource)
    assert table.can_renumber == target.implements(protocol.Renumbering, resource)
    assert set(target.tables) == set(target.boxes)


@pytest.mark.parametrize("interface", capabilities.WORDS)
@pytest.mark.parametrize("name", NAMES)
def test_the_error_of_a_missing_interface_names_supporting_vendors(name: str, interface: type) -> None:
    target = vendor(name)
    resource = next(iter(RESOURCES)) if "{resource}" in capabilities.WORDS[interface] else None
    if target.implements(interface, resource):
        capabilities.require(target, interface, resource)
        return
    with pytest.raises(UnsupportedError) as caught:
        capabilities.require(target, interface, resource)
    assert target.title in caught.value.message
    assert capabilities.WORDS[interface].format(resource=resource) in caught.value.message
    assert all(other in caught.value.hint for other in capabilities.owners(interface, resource))
