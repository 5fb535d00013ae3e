# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look for garbage less often: unit tests create little, next to thousands of objects that last until the end."""

from __future__ import annotations

import gc
import pathlib

import pytest

HERE = pathlib.Path(__file__).resolve().parent


def pytest_collection_finish(session: pytest.Session) -> None:
    """Exclude what imports and the collection of tests created.

    Not in a run with other tests: their clients, which refer to themselves, would stay and search each line of a log.
    """
    if not all(item.path.is_relative_to(HERE) for item in session.items):
        return
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
