# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of error is documented in the return values."""

from __future__ import annotations

import importlib
import re

import pytest
import yaml
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import VoicemailError
from ansible_collections.telephony.voicemail.plugins.module_utils.modules import MODULES

FOLDER = "ansible_collections.telephony.voicemail.plugins.modules"


def kinds(error: type[VoicemailError] = VoicemailError) -> set[str]:
    """Return the kinds of an error class and its subclasses, without those of a single module."""
    shared = (special for special in error.__subclasses__() if special.__module__ == VoicemailError.__module__)
    return {error.kind}.union(*(kinds(special) for special in shared))


OF_MESSAGES = {name for name, spec in MODULES.items() if spec.feature == "messages"}


@pytest.mark.parametrize("module", sorted({"vmbox", "shared_voicemail", *OF_MESSAGES}))
def test_kinds(module: str) -> None:
    returned = yaml.safe_load(importlib.import_module(f"{FOLDER}.{module}").RETURN)
    reported = re.findall(r"V\((\w+)\)", returned["error"]["contains"]["kind"]["description"])
    assert kinds() <= set(reported)
