# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the options of a lookup, with errors that name every wrong option and show no value."""

from __future__ import annotations

import typing as t

from ansible import constants
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.telephony.voicemail.plugins.module_utils.deps import IMPORT_ERROR, INSTALL, LIBRARIES
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import checked


def set_lookup_options(
    lookup: LookupBase, name: str, variables: t.Mapping[str, t.Any] | None, given: t.Mapping[str, t.Any]
) -> None:
    """Set the options of a lookup from its arguments.

    :param name: its name in errors.
    :raises AnsibleLookupError: if a library is missing, or options are wrong.
    """
    if IMPORT_ERROR:
        raise AnsibleLookupError(f"{name} needs {LIBRARIES}. {INSTALL}")
    definitions = constants.config.get_configuration_definitions("lookup", lookup._load_name)
    values, problems = checked(definitions, given)
    if problems:
        refusal = InvalidInputError.of(problems)
        raise AnsibleLookupError(f"{name}: {refusal}") from refusal
    lookup.set_options(var_options=variables, direct=values)


__all__ = ("set_lookup_options",)
