# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated server of each file of tests."""

from __future__ import annotations

import collections.abc

import pytest
from voicemail_simulator.server import SimulatorServer


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> collections.abc.Iterator[SimulatorServer]:
    """Yield a server of the vendor in the test file's ``VENDOR``."""
    with SimulatorServer(request.module.VENDOR) as running:
        yield running
