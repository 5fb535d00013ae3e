# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the collection and its simulator importable from any working directory."""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import importlib.util
import itertools
import os
import pathlib
import pkgutil
import random
import shutil
import signal
import sys
import tempfile
import typing as t

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
SIMULATOR = ROOT / "roles" / "simulator" / "files"


def _collection_is_importable() -> bool:
    """Check whether `ansible_collections.telephony.voicemail` is this checkout."""
    try:
        found = importlib.util.find_spec("ansible_collections.telephony.voicemail")
    except ImportError:
        return False
    places = (found.submodule_search_locations or []) if found else []
    return any(pathlib.Path(place).resolve() == ROOT for place in places)


def _make_collection_importable() -> None:
    """Register a folder with Ansible's loader in which this checkout is the installed collection."""
    from ansible.plugins.loader import init_plugin_loader  # imported here because managed hosts do not have it

    tree = pathlib.Path(tempfile.mkdtemp(prefix="telephony-voicemail-"))
    atexit.register(shutil.rmtree, tree, ignore_errors=True)
    namespace = tree / "ansible_collections" / "telephony"
    namespace.mkdir(parents=True)
    (namespace / "voicemail").symlink_to(ROOT, target_is_directory=True)
    init_plugin_loader([str(tree)])


with contextlib.suppress(ImportError):
    import hypothesis

    # The duration of an example depends on the machine, so there is no deadline. The examples are the same in every
    # run,
    # so that a change never fails for an unrelated reason. --hypothesis-profile=explore generates new ones.
    always = hypothesis.settings(deadline=None, derandomize=True)
    hypothesis.settings.register_profile("repository", always)
    hypothesis.settings.register_profile("quick", always, max_examples=10)  # for quick runs during development
    hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
    hypothesis.settings.load_profile("repository")

# Shells start background programs with interrupts ignored, but tests interrupt their programs.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Ansible requires UTF-8, and tests expect system messages in English.
os.environ["LC_ALL"] = "C.UTF-8"

# The only place that changes the path. It adds the simulator, the packages `helpers` and `chaos`, and the tools.
sys.path[:0] = [
    str(place) for place in (SIMULATOR, ROOT / "tests", ROOT / "tests" / "tools") if str(place) not in sys.path
]
if not _collection_is_importable():
    _make_collection_importable()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that changes the order of tests."""
    parser.addoption("--shuffle", type=int, metavar="SEED", help="shuffle files and the tests of each")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Change the order of tests. Those of a file stay together, since they share a simulator."""
    seed = config.getoption("--shuffle")
    if seed is None:
        return
    chance = random.Random(seed)
    files = [list(tests) for _path, tests in itertools.groupby(items, key=lambda item: item.path)]
    chance.shuffle(files)
    for tests in files:
        chance.shuffle(tests)
    items[:] = [test for tests in files for test in tests]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Import all code before a test replaces a part of it.

    Modules that are imported while a function is replaced would keep the replacement for all tests that follow.
    """
    if "monkeypatch" in getattr(item, "fixturenames", ()):
        _import_everything()


@functools.cache
def _import_everything() -> None:
    package = importlib.import_module("ansible_collections.telephony.voicemail.plugins.module_utils")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)


@pytest.fixture(name="no_waiting")
def without_waiting() -> t.Iterator[None]:
    """End each wait of the engine and the drivers immediately."""
    # Imported here, since the path of the helpers is set above.
    from helpers.virtual_time import virtual_time

    with virtual_time(lambda _seconds: None):
        yield
