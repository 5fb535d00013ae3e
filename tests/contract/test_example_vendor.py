# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example vendor passes the tests of every vendor, and only has to be registered."""

from __future__ import annotations

import json
import pathlib
import shutil
import typing as t

import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils import task
from ansible_collections.telephony.voicemail.plugins.module_utils.arguments import masking
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors import registry
from example_vendor import vendor as example
from example_vendor.subject import ACORN
from helpers.lifecycle import Lifecycle, differences, serve
from helpers.playbooks import play, registered
from helpers.runners import RUNNERS

EXAMPLE = pathlib.Path(__file__).resolve().parents[1] / "example_vendor"
MOST_LINES = 250
IMPORT_VENDOR = """from ansible_collections.acme.pbx.plugins.module_utils.acorn.vendor import VENDOR
from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.registry import register
"""
MODULE = f"""#!/usr/bin/python
{IMPORT_VENDOR}
from ansible_collections.telephony.voicemail.plugins.module_utils.task import run_module

register(VENDOR)

if __name__ == "__main__":
    run_module("vmboxes")
"""
ACTION = f"""{IMPORT_VENDOR}
from ansible_collections.telephony.voicemail.plugins.action import vmboxes

register(VENDOR)


class ActionModule(vmboxes.ActionModule):
    collection = "acme.pbx"
"""


@pytest.fixture(autouse=True)
def acorn() -> t.Iterator[None]:
    """Register the example for one test, and then reset the cached options."""
    caches = (task._spec, task._validator, masking._options)
    for cache in caches:
        cache.cache_clear()
    registry.register(example.VENDOR)
    yield
    registry.unregister("acorn")
    for cache in caches:
        cache.cache_clear()


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("shows_box", [True, False])
def test_the_lifecycle_of_a_mailbox(runner: str, shows_box: bool) -> None:
    behaviors = {"reply_shows_box": shows_box}
    with serve(ACORN, behaviors) as server:
        history = Lifecycle(ACORN, server, RUNNERS[runner]).run()
        assert differences(ACORN, behaviors, history) == []
    assert [moment.step for moment in history] == ["create", "update", "clear", "delete"]


def test_a_file_of_many_mailboxes_is_applied_and_pruned(tmp_path: pathlib.Path) -> None:
    source = tmp_path / "boxes.yml"
    source.write_text(yaml.safe_dump([{"mailbox": str(number), "name": "Desk"} for number in range(2000, 2100)]))
    with serve(ACORN) as server:
        options = ACORN.arguments(server, src=str(source), prune=True, max_delete_percent=100)
        result = RUNNERS["module"]("vmboxes", options)
        assert (result["summary"]["created"], result["summary"]["deleted"]) == (100, 2), result
        assert RUNNERS["module"]("vmboxes", options)["changed"] is False


def test_features_that_are_not_implemented_are_refused() -> None:
    with serve(ACORN) as server:
        messages = RUNNERS["worker"]("voicemail_message_info", ACORN.arguments(server, all_mailboxes=True))
        assert "Acorn PBX cannot read messages" in messages["msg"]
        renumbered = RUNNERS["worker"]("vmbox", ACORN.arguments(server, mailbox="1001", new_mailbox="1009"))
        assert "Acorn cannot change the number of a mailbox" in renumbered["msg"]
        assert server.journal.entries() == []


def test_an_option_of_the_vendor_is_checked_by_its_table() -> None:
    with serve(ACORN) as server:
        result = RUNNERS["worker"]("vmbox", ACORN.arguments(server, mailbox="1001", acorn={"lamps": True}))
        assert "acorn.lamps" in result["msg"]


def test_two_vendors_cannot_have_one_name() -> None:
    other = type(example.VENDOR)(**{**vars(example.VENDOR), "title": "Another Acorn"})
    with pytest.raises(ValueError, match="is registered already"):
        registry.register(other)
    registry.register(example.VENDOR)
    assert registry.NAMES.count("acorn") == 1


def test_the_example_is_small() -> None:
    lines = [line for path in EXAMPLE.glob("*.py") for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) <= MOST_LINES


def write_other_collection(folder: pathlib.Path) -> None:
    """Write a third-party collection that adds the example."""
    plugins = folder / "ansible_collections" / "acme" / "pbx" / "plugins"
    driver = plugins / "module_utils" / "acorn"
    driver.mkdir(parents=True)
    for name in ("fields", "driver", "vendor"):
        shutil.copy(EXAMPLE / f"{name}.py", driver)
    for kind, text in (("modules", MODULE), ("action", ACTION)):
        (plugins / kind).mkdir()
        (plugins / kind / "vmboxes.py").write_text(text)


def test_another_collection_adds_a_vendor(tmp_path: pathlib.Path) -> None:
    """Run in the worker, and as a module, whose archive must contain the other collection's driver."""
    write_other_collection(tmp_path / "collections")
    with serve(ACORN) as server:
        options = ACORN.arguments(server, mailboxes=[{"mailbox": "3000", "name": "Desk", "acorn": {"lamp": False}}])
        tasks = [
            {"acme.pbx.vmboxes": options, "check_mode": True, "register": "worker"},
            {"acme.pbx.vmboxes": options, "register": "module", "environment": {"ELSEWHERE": "1"}},
            {"acme.pbx.vmboxes": options, "register": "again"},
            registered(tmp_path, "worker", "module", "again"),
        ]
        run = play(tmp_path, tasks, preloaded=False)
        assert run.code == 0, run.output
        results = json.loads((tmp_path / "results.json").read_text())
        assert [result["changed"] for result in results.values()] == [True, True, False]
        assert results["worker"]["diff"] == results["module"]["diff"]
        assert [box.fields["lamp"] for box in ACORN.stored(server) if box.number == "3000"] == [False]
