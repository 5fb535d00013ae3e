# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin that starts simulated telephone systems for the tests of your playbooks.

Enable it in `conftest.py` with `pytest_plugins = ["voicemail_simulator.pytest_plugin"]`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest

from .server import SimulatorServer


@pytest.fixture
def voicemail_simulator() -> Iterator[Callable[..., SimulatorServer]]:
    """Return a function that starts a simulator, such as `voicemail_simulator("kazoo", mailboxes=10)`.

    Its options are those of `SimulatorServer`. Each simulator listens on a free port and stops after the test.
    """
    with contextlib.ExitStack() as stack:

        def start(vendor: str, **options: object) -> SimulatorServer:
            return stack.enter_context(SimulatorServer(vendor, **options))  # type: ignore[arg-type]

        yield start
