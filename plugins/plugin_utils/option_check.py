# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the options of a task without running it: ``main`` of every action plugin, which ansible-lint calls."""

from __future__ import annotations

import typing as t

from ansible.module_utils import basic
from ansible_collections.telephony.voicemail.plugins.module_utils import modules as arguments
from ansible_collections.telephony.voicemail.plugins.module_utils import task


def check_options(module: str) -> None:
    """Validate the options on standard input by the module's argument spec, and exit with an error if one is invalid.

    ansible-lint looks for the options of a module in the file that runs its tasks, and replaces ``AnsibleModule``
    meanwhile, so the class is accessed here and not imported.
    """

    class Check(basic.AnsibleModule):
        def _load_params(self) -> None:
            super()._load_params()
            _ignore_templates(self.argument_spec, self.params)

    spec = task.argument_spec(module)
    # The vendor of a task often comes from module_defaults or from the environment.
    spec["vendor"]["required"] = False
    Check(argument_spec=spec, supports_check_mode=True, **arguments.rules(module))


def _ignore_templates(spec: dict[str, t.Any], params: t.Mapping[str, t.Any]) -> None:
    """Accept any value for an option with a template, whose result is not known yet."""
    for name, option in spec.items():
        for written in (name, *option.get("aliases", ())):
            value = params.get(written)
            if isinstance(value, dict) and option.get("options"):
                _ignore_templates(option["options"], value)
            elif _is_template(value):
                for key in ("choices", "elements", "options"):
                    option.pop(key, None)
                option["type"] = "raw"


def _is_template(value: t.Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_template, value))
    return isinstance(value, str) and ("{{" in value or "{%" in value)


__all__ = ("check_options",)
