# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports go to lower layers only, and neutral code names no vendor."""

from __future__ import annotations

import ast
import functools
import graphlib
import pathlib
import re
import typing as t

from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import NAMES

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
PACKAGE = "ansible_collections.telephony.voicemail.plugins"
# Except PyYAML, which is part of Ansible, but may be missing on managed hosts.
THIRD_PARTY = {"httpcore", "httpx", "openpyxl", "pydantic", "tenacity"}

# The layer of a file, by the start of its path below plugins/, and what that layer may import. A layer may always
# import itself. A new file in module_utils must be added here.
LAYERS = {
    "modules/": "modules",
    "action/": "action",
    "plugin_utils/report_files": "plugin",
    "plugin_utils/lookup_options": "plugin",
    "plugin_utils/": "action",
    "callback/": "plugin",
    "filter/": "plugin",
    "inventory/": "plugin",
    "lookup/": "plugin",
    "doc_fragments/": "documentation",
    "module_utils/task": "task",
    "module_utils/arguments/normalize": "task",
    # One handler for each module: arguments in, result out.
    "module_utils/dispatch": "handlers",
    "module_utils/capabilities": "handlers",
    "module_utils/mailboxes/handlers": "handlers",
    "module_utils/mailboxes/inventory": "handlers",
    "module_utils/mailboxes/validate": "handlers",
    "module_utils/mailboxes/caching": "handlers",
    "module_utils/messages/handlers": "handlers",
    "module_utils/greetings/handlers": "handlers",
    "module_utils/arguments/": "handlers",
    "module_utils/imports/": "handlers",
    "module_utils/modules": "handlers",
    "module_utils/connection": "handlers",
    # Code that reads and writes through a driver.
    "module_utils/mailboxes/apply": "feature",
    "module_utils/mailboxes/write": "feature",
    "module_utils/mailboxes/execute": "feature",
    "module_utils/mailboxes/duplicates": "feature",
    "module_utils/messages/apply": "feature",
    "module_utils/messages/verify": "feature",
    "module_utils/greetings/apply": "feature",
    "module_utils/recordings/bounds": "planning",
    "module_utils/recordings/container": "planning",
    "module_utils/recordings/lengths": "planning",
    "module_utils/recordings/names": "planning",
    "module_utils/recordings/": "feature",
    # Pure code: plans, comparisons, reports. It sends no requests.
    "module_utils/mailboxes/": "planning",
    "module_utils/messages/": "planning",
    "module_utils/greetings/": "planning",
    "module_utils/migration/": "planning",
    # Grouping of texts for people, which errors with many problems use.
    "module_utils/reporting/grouping": "model",
    "module_utils/reporting/ranges": "model",
    # These know every module.
    "module_utils/reporting/run_report": "handlers",
    "module_utils/reporting/gathering": "handlers",
    "module_utils/reporting/changes": "handlers",
    "module_utils/reporting/": "planning",
    "module_utils/results": "planning",
    "module_utils/model/": "model",
    "module_utils/errors": "model",
    "module_utils/resources": "model",
    "module_utils/vendors/protocol": "protocol",
    "module_utils/vendors/messages": "protocol",
    "module_utils/vendors/greetings": "protocol",
    "module_utils/vendors/": "vendors",
    "module_utils/transport/": "transport",
    "module_utils/concurrency": "concurrency",
    "module_utils/waiting": "concurrency",
    "module_utils/deps": "deps",
    "module_utils/__init__": "deps",
}
PURE = {"planning", "model"}
ALLOWED = {
    "modules": {"task"},
    "action": {"task", "handlers", "protocol", "deps", *PURE},
    "plugin": {"task", "handlers", "feature", "vendors", "protocol", "transport", "deps", *PURE},
    "documentation": set(),
    "task": {"handlers", "deps", *PURE},
    "handlers": {"feature", "concurrency", "vendors", "protocol", "transport", "deps", *PURE},
    "feature": {"protocol", "concurrency", "deps", *PURE},
    "vendors": {"protocol", "concurrency", "transport", "deps", *PURE},
    "protocol": {"transport", "deps", *PURE},
    "transport": {"concurrency", "model", "deps"},
    "planning": {"model", "deps"},
    "model": {"deps"},
    "concurrency": set(),
    "deps": set(),
    "unplaced": set(),
}
# Only these layers import Ansible. The rest can be used and tested without it.
KNOW_ANSIBLE = {"action", "plugin", "task"}
PLUGIN_FILES = sorted(PLUGINS.rglob("*.py"))


def layer_of(path: str) -> str:
    """Return the layer of a path below plugins/, or "unplaced"."""
    return next((layer for start, layer in LAYERS.items() if path.startswith(start)), "unplaced")


def absolute(node: ast.ImportFrom, file: pathlib.Path) -> str:
    """Return the full dotted name of a `from ... import`."""
    if not node.level:
        return node.module or ""
    base = [*PACKAGE.split("."), *file.relative_to(PLUGINS).parent.parts]
    return ".".join([*base[: len(base) - node.level + 1], *([node.module] if node.module else [])])


@functools.cache
def imports_of(file: pathlib.Path) -> frozenset[str]:
    """Return every dotted name that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = absolute(node, file)
            names |= {f"{start}.{alias.name}" for alias in node.names}
    return frozenset(names)


def inner_layers(names: frozenset[str]) -> set[str]:
    """Return the layers of this collection among imported names."""
    inner = [name.removeprefix(PACKAGE + ".") for name in names if name.startswith(PACKAGE + ".")]
    return {layer_of(name.replace(".", "/")) for name in inner}


def relative(file: pathlib.Path) -> str:
    return str(file.relative_to(PLUGINS))


def files_in(*layers: str) -> list[pathlib.Path]:
    """Return the files of some layers."""
    return [file for file in PLUGIN_FILES if layer_of(relative(file)) in layers]


def importers(files: list[pathlib.Path], forbidden: t.Callable[[str], bool]) -> dict[str, set[str]]:
    """Return the files that import a forbidden name, with those names."""
    found = {relative(file): set(filter(forbidden, imports_of(file))) for file in files}
    return {name: names for name, names in found.items() if names}


def library_of(name: str) -> str:
    """Return the package of a dotted name."""
    return name.partition(".")[0]


def test_there_are_files_to_read() -> None:
    assert {"module_utils/deps.py", "module_utils/transport/client.py", "action/vmboxes.py"} <= set(
        map(relative, PLUGIN_FILES)
    )


def test_every_file_has_a_layer() -> None:
    assert [path for path in map(relative, PLUGIN_FILES) if layer_of(path) == "unplaced"] == []


def test_imports_go_to_lower_layers_only() -> None:
    upward = {}
    for file in PLUGIN_FILES:
        layer = layer_of(relative(file))
        upward[relative(file)] = inner_layers(imports_of(file)) - {layer} - ALLOWED[layer]
    assert {name: layers for name, layers in upward.items() if layers} == {}


def test_imports_have_no_cycle() -> None:
    """Check for cycles, including imports that never run or are for types only."""
    modules = {".".join([PACKAGE, *file.relative_to(PLUGINS).with_suffix("").parts]): file for file in PLUGIN_FILES}
    graph = {
        module: {other for name in imports_of(file) for other in (name, name.rpartition(".")[0]) if other in modules}
        for module, file in modules.items()
    }
    graphlib.TopologicalSorter(graph).prepare()


def test_only_the_upper_layers_import_ansible() -> None:
    lower = [file for file in PLUGIN_FILES if layer_of(relative(file)) not in KNOW_ANSIBLE]
    assert importers(lower, lambda name: library_of(name) == "ansible") == {}


def test_libraries_are_imported_in_one_guarded_place() -> None:
    others = [file for file in PLUGIN_FILES if relative(file) != "module_utils/deps.py"]
    assert importers(others, lambda name: library_of(name) in THIRD_PARTY) == {}


def test_plans_and_features_send_no_http() -> None:
    sending = {f"{PACKAGE}.module_utils.deps.{library}" for library in ("httpcore", "httpx", "tenacity")}
    assert importers(files_in("planning", "model", "feature"), sending.__contains__) == {}


def test_threads_are_started_in_one_place() -> None:
    """A plain thread pool loses the work of a thread whose start was interrupted."""
    others = [file for file in PLUGIN_FILES if relative(file) != "module_utils/concurrency.py"]
    assert importers(others, lambda name: name.startswith("concurrent")) == {}


def vendors_named_in(file: pathlib.Path) -> list[str]:
    """Return the vendors that code names. Documentation may cite one as the reason for a rule."""
    text = file.read_text(encoding="utf-8")
    if not re.search("|".join(NAMES), text, re.IGNORECASE):
        return []
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = ""
    return re.findall("|".join(NAMES), ast.unparse(tree), re.IGNORECASE)


def test_neutral_code_names_no_vendor() -> None:
    neutral = files_in("planning", "model", "feature", "concurrency", "protocol", "transport")
    named = {relative(file): vendors_named_in(file) for file in neutral}
    assert {name: vendors for name, vendors in named.items() if vendors} == {}
