# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of the repository, as the tools list them: use it for rules that hold for every file."""

from __future__ import annotations

import importlib.util
import pathlib
import types

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load_workspace() -> types.ModuleType:
    """Load the tools' own list of files, so that tests and tools speak of the same repository."""
    specification = importlib.util.spec_from_file_location("workspace", ROOT / "tests" / "tools" / "workspace.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


FILES = [str(name) for name in load_workspace().list_files() if (ROOT / name).is_file()]
