# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages in docs/vendors name the simulator's behaviors for each open point."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from voicemail_simulator.vendors import VENDORS, load

PAGES = Path(__file__).resolve().parents[3] / "docs" / "vendors"
# Behaviors of the simulation that are not open points of a vendor.
SETUP = {"arriving_messages", "customers", "page_size"}


@pytest.mark.parametrize("vendor", VENDORS)
def test_open_points_name_their_behaviors(vendor: str) -> None:
    page = (PAGES / f"{vendor}.md").read_text(encoding="utf-8")
    table = page.partition("\n## Open points and their switches\n")[2]
    named = [name for row in re.findall(r"^\|.*\|(.*)\|$", table, re.M) for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted({one.name for one in load(vendor).behavior_definitions} - SETUP)
