# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of these tests: a folder of recordings."""

from __future__ import annotations

import pathlib

import pytest
from helpers.recordings import Archive


@pytest.fixture
def archive(tmp_path: pathlib.Path) -> Archive:
    """Return an empty folder for the recording of one message."""
    return Archive(tmp_path)
