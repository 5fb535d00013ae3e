# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports go downwards only, and what is neutral names no vendor."""

from __future__ import annotations

import ast
import graphlib
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
PACKAGE = "ansible_collections.telephony.voicemail.plugins"
VENDORS = ("kazoo", "portsip", "tel4vn", "onsip")
# PyYAML is no such library: Ansible brings it along, save on managed hosts.
THIRD_PARTY = {"httpcore", "httpx", "pydantic", "tenacity"}

# The layer of a file, by the start of its path below plugins/, and what that layer may import. A layer may always
# import itself. A new file in module_utils has to find its place here.
LAYERS = {
    "modules/": "modules",
    "action/": "action",
    "plugin_utils/": "action",
    "callback/": "plugin",
    "filter/": "plugin",
    "inventory/": "plugin",
    "lookup/": "plugin",
    "doc_fragments/": "documentation",
    "module_utils/task": "task",
    "module_utils/operations": "operations",
    "module_utils/message_operations": "operations",
    "module_utils/greeting_operations": "operations",
    "module_utils/inventory_operations": "operations",
    "module_utils/greeting_engine": "engine",
    "module_utils/message_engine": "engine",
    "module_utils/message_verification": "engine",
    "module_utils/audio": "engine",
    "module_utils/sessions": "operations",
    "module_utils/arguments": "operations",
    "module_utils/refusals": "operations",
    "module_utils/sources": "operations",
    "module_utils/documents": "operations",
    "module_utils/text_options": "operations",
    "module_utils/tables": "operations",
    "module_utils/engine": "engine",
    "module_utils/parallel": "parallel",
    "module_utils/clients": "http",
    "module_utils/steps": "engine",
    "module_utils/duplicates": "engine",
    "module_utils/vendors/protocol": "protocol",
    "module_utils/vendors/messages": "protocol",
    "module_utils/vendors/greetings": "protocol",
    "module_utils/vendors/": "vendors",
    "module_utils/core/": "core",
    "module_utils/http": "http",
    "module_utils/pace": "http",
    "module_utils/json_bodies": "http",
    "module_utils/streams": "http",
    "module_utils/renewal": "http",
    "module_utils/tls": "http",
    "module_utils/transport": "http",
    "module_utils/bodies": "http",
    "module_utils/retry": "http",
    "module_utils/redaction": "http",
    "module_utils/deps": "deps",
    "module_utils/__init__": "deps",
}
ALLOWED = {
    "modules": {"task"},
    "action": {"task", "operations", "protocol", "core", "deps"},
    "plugin": {"task", "operations", "engine", "vendors", "protocol", "core", "http", "deps"},
    "documentation": set(),
    "task": {"operations", "core", "deps"},
    "operations": {"engine", "parallel", "vendors", "protocol", "core", "http", "deps"},
    "engine": {"protocol", "parallel", "core", "deps"},
    "vendors": {"protocol", "parallel", "core", "http", "deps"},
    "protocol": {"core", "http", "deps"},
    "http": {"parallel", "core", "deps"},
    "core": {"deps"},
    "parallel": set(),
    "deps": set(),
    "unplaced": set(),
}
# Ansible itself is known to these layers only; the rest can be used and tested without it.
KNOW_ANSIBLE = {"action", "plugin", "task"}
PLUGIN_FILES = sorted(PLUGINS.rglob("*.py"))


def layer_of(path: str) -> str:
    """The layer of a path below plugins/, "unplaced" for one that nobody gave a place."""
    return next((layer for start, layer in LAYERS.items() if path.startswith(start)), "unplaced")


def absolute(node: ast.ImportFrom, file: pathlib.Path) -> str:
    """The full dotted name that a `from ... import` starts from."""
    if not node.level:
        return node.module or ""
    base = [*PACKAGE.split("."), *file.relative_to(PLUGINS).parent.parts]
    return ".".join([*base[: len(base) - node.level + 1], *([node.module] if node.module else [])])


def imports_of(file: pathlib.Path) -> set[str]:
    """Every dotted name that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = absolute(node, file)
            names |= {f"{start}.{alias.name}" for alias in node.names}
    return names


def inner_layers(names: set[str]) -> set[str]:
    """The layers of this collection among imported names."""
    inner = [name.removeprefix(PACKAGE + ".") for name in names if name.startswith(PACKAGE + ".")]
    return {layer_of(name.replace(".", "/")) for name in inner}


def relative(file: pathlib.Path) -> str:
    return str(file.relative_to(PLUGINS))


def test_there_are_files_to_read() -> None:
    assert {"module_utils/deps.py", "module_utils/http.py", "action/vmboxes.py"} <= set(map(relative, PLUGIN_FILES))


def test_every_file_has_a_layer() -> None:
    assert [path for path in map(relative, PLUGIN_FILES) if layer_of(path) == "unplaced"] == []


@pytest.mark.parametrize("file", PLUGIN_FILES, ids=relative)
def test_imports_go_downwards(file: pathlib.Path) -> None:
    layer = layer_of(relative(file))
    assert inner_layers(imports_of(file)) - {layer} <= ALLOWED[layer]


def test_imports_make_no_circle() -> None:
    """Not even one that is never run, or for types alone: what stands in a circle can only be understood together."""
    modules = {".".join([PACKAGE, *file.relative_to(PLUGINS).with_suffix("").parts]): file for file in PLUGIN_FILES}
    graph = {
        module: {other for name in imports_of(file) for other in (name, name.rpartition(".")[0]) if other in modules}
        for module, file in modules.items()
    }
    graphlib.TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("file", PLUGIN_FILES, ids=relative)
def test_only_the_upper_layers_know_ansible(file: pathlib.Path) -> None:
    if layer_of(relative(file)) not in KNOW_ANSIBLE:
        assert {name for name in imports_of(file) if name.partition(".")[0] == "ansible"} == set()


@pytest.mark.parametrize("file", PLUGIN_FILES, ids=relative)
def test_libraries_come_from_one_guarded_place(file: pathlib.Path) -> None:
    if relative(file) != "module_utils/deps.py":
        assert {name for name in imports_of(file) if name.partition(".")[0] in THIRD_PARTY} == set()


@pytest.mark.parametrize(
    "file", [file for file in PLUGIN_FILES if layer_of(relative(file)) in ("core", "engine")], ids=relative
)
def test_core_and_engine_speak_no_http(file: pathlib.Path) -> None:
    libraries = {name.rpartition(".")[2] for name in imports_of(file) if ".module_utils.deps." in name}
    assert libraries & {"httpcore", "httpx", "tenacity"} == set()


@pytest.mark.parametrize("file", PLUGIN_FILES, ids=relative)
def test_threads_are_started_in_one_place(file: pathlib.Path) -> None:
    """A pool of threads by itself loses what a thread does whose start was interrupted."""
    if relative(file) != "module_utils/parallel.py":
        assert {name for name in imports_of(file) if name.startswith("concurrent")} == set()


NEUTRAL = [
    file for file in PLUGIN_FILES if layer_of(relative(file)) in ("core", "engine", "parallel", "protocol", "http")
]


@pytest.mark.parametrize("file", NEUTRAL, ids=relative)
def test_neutral_code_names_no_vendor(file: pathlib.Path) -> None:
    """Documentation may cite a vendor as the reason for a rule; code may not know one."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            node.value.value = ""
    code = ast.unparse(tree)
    assert re.findall("|".join(VENDORS), code, re.IGNORECASE) == []
