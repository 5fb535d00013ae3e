# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the collection and its simulator importable, wherever pytest is started from."""

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
    """Whether `ansible_collections.telephony.voicemail` is this very checkout."""
    try:
        found = importlib.util.find_spec("ansible_collections.telephony.voicemail")
    except ImportError:
        return False
    places = (found.submodule_search_locations or []) if found else []
    return any(pathlib.Path(place).resolve() == ROOT for place in places)


def _make_collection_importable() -> None:
    """Hand Ansible's own loader a folder in which the checkout has the place of an installed collection."""
    from ansible.plugins.loader import init_plugin_loader  # only where it is needed: managed hosts lack it

    tree = pathlib.Path(tempfile.mkdtemp(prefix="telephony-voicemail-"))
    atexit.register(shutil.rmtree, tree, ignore_errors=True)
    namespace = tree / "ansible_collections" / "telephony"
    namespace.mkdir(parents=True)
    (namespace / "voicemail").symlink_to(ROOT, target_is_directory=True)
    init_plugin_loader([str(tree)])


with contextlib.suppress(ImportError):
    import hypothesis

    # How long an example takes says something of the machine, and nothing of the code. The examples are the same each
    # time, so that nobody's change fails by what somebody else's left behind; with --hypothesis-profile=explore they
    # are not.
    always = hypothesis.settings(deadline=None, derandomize=True)
    hypothesis.settings.register_profile("repository", always)
    hypothesis.settings.register_profile("quick", always, max_examples=10)  # for the inner loop
    hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
    hypothesis.settings.load_profile("repository")

# Shells start programs in the background with interrupts ignored, and tests interrupt what they run.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Ansible refuses to run without UTF-8, and tests read the system's own messages in English, whatever the user's locale.
os.environ["LC_ALL"] = "C.UTF-8"

# The one place that changes the path: the simulator, the packages `helpers` and `chaos`, and the tools.
sys.path[:0] = [
    str(place) for place in (SIMULATOR, ROOT / "tests", ROOT / "tests" / "tools") if str(place) not in sys.path
]
if not _collection_is_importable():
    _make_collection_importable()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that changes the order of tests."""
    parser.addoption("--shuffle", type=int, metavar="SEED", help="run files, and the tests of each, in another order")


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
    """Import the whole code before a test replaces a part of it.

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
    """End every wait of the engine and the drivers immediately."""
    # Imported here, since the path of the helpers is set above.
    from helpers.virtual_time import virtual_time

    with virtual_time(lambda _seconds: None):
        yield
