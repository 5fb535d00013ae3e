# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the return values to each module, because doc fragments cannot contain them."""

from __future__ import annotations

import pathlib
import re
import typing as t

import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.modules import MODULES, ModuleSpec

FOLDER = pathlib.Path(__file__).with_name("return_values")
NOTE = "# Written by tests/tools/generate_docs.py from tests/tools/return_values; change those files instead.\n"
_BLOCK = re.compile(r'(?:^# Written by [^\n]*\n)*^RETURN = r"""\n.*?^"""\n', re.S | re.M)
#: The order of the keys of a value.
_KEYS = ("description", "returned", "type", "elements", "version_added", "sample", "contains")


class _Dumper(yaml.SafeDumper):
    """A YAML dumper without aliases, because Ansible's documentation tools read each block separately."""

    def ignore_aliases(self, data: t.Any) -> bool:
        return True


class _Sample:
    """A sample, which is written in one line."""

    def __init__(self, value: t.Any) -> None:
        self.value = value


def _represent_sample(dumper: yaml.SafeDumper, sample: _Sample) -> yaml.Node:
    node = dumper.represent_data(sample.value)
    if isinstance(node, yaml.CollectionNode):
        node.flow_style = True
    return node


_Dumper.add_representer(_Sample, _represent_sample)


def block(spec: ModuleSpec, sources: t.Mapping[str, t.Any], shared: t.Mapping[str, t.Any]) -> str:
    """Return the block of a module, by its name or its shape."""
    resource = spec.resource
    words = {
        "kind": resource.key,
        "kinds": resource.keys,
        "number": resource.number,
        "singular": resource.singular,
        "plural": resource.plural,
        "bulk_module": resource.bulk_module,
    }
    values = _values(_filled(sources[spec.name if spec.name in sources else spec.shape], words), _filled(shared, words))
    dumped = yaml.dump(values, Dumper=_Dumper, sort_keys=False, width=130, allow_unicode=False)
    return f'{NOTE}RETURN = r"""\n{dumped}"""\n'


def _filled(value: t.Any, words: t.Mapping[str, str]) -> t.Any:
    """Replace the words in angle brackets."""
    if isinstance(value, dict):
        return {_filled(key, words): _filled(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, words) for inner in value]
    if isinstance(value, str):
        return re.sub(r"<(\w+)>", lambda match: words[match[1]], value)
    return value


def _values(values: t.Mapping[str, t.Any], shared: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {name: _value(value, shared) for name, value in values.items()}


def _value(value: t.Mapping[str, t.Any], shared: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the documentation of a value, including shared parts."""
    while "use" in value:
        own = {key: one for key, one in value.items() if key != "use"}
        value = {**shared[value["use"]], **own}
    found = {key: value[key] for key in _KEYS if key in value}
    if "sample" in found:
        found["sample"] = _Sample(found["sample"])
    if "contains" in found:
        found["contains"] = _values(found["contains"], shared)
    return found


def outputs(modules: pathlib.Path) -> dict[pathlib.Path, str]:
    """Return every module with its return values.

    :param modules: the folder of the modules.
    :raises KeyError: for a module without a source.
    """
    files = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.yml")}
    shared = files.pop("shared")
    sources = {name: values for content in files.values() for name, values in content.items()}
    found = {}
    for name, spec in MODULES.items():
        path = modules / f"{name}.py"
        content = path.read_text(encoding="utf-8")
        old = _BLOCK.search(content)
        if old is None:
            raise ValueError(f"{name} has no RETURN")
        found[path] = content[: old.start()] + block(spec, sources, shared) + content[old.end() :]
    return found
