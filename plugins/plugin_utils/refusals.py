# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report what a lookup or filter of the collection refuses as the result of the task that uses it.

Ansible would put the names of the task, option and plugin in front of the message.
"""

from __future__ import annotations

import traceback
import typing as t

from ansible.errors import AnsibleError
from ansible_collections.telephony.voicemail.plugins.module_utils.errors import InvalidInputError, VoicemailError
from ansible_collections.telephony.voicemail.plugins.module_utils.model.problem import Problem

_COLLECTION = "ansible_collections.telephony.voicemail."


class RefusedArgument(str):
    """Replaces an argument that could not be evaluated, until the action of the task runs."""

    __slots__ = ("error",)

    error: VoicemailError

    @classmethod
    def of(cls, error: VoicemailError) -> t.Self:
        """Return the stand-in with the reason."""
        argument = cls("(refused)")
        argument.error = error
        return argument


def refusal_of(error: BaseException | None) -> VoicemailError | None:
    """Return the error of the collection that caused an error of Ansible, or None."""
    seen: set[int] = set()
    found: VoicemailError | None = None
    while error is not None and id(error) not in seen:
        if isinstance(error, VoicemailError):
            return error
        if isinstance(error, AnsibleError) and _is_raised_here(error):
            found = InvalidInputError.of([Problem(str(error))])
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return found


def _is_raised_here(error: AnsibleError) -> bool:
    """Check whether a plugin of the collection raised an error."""
    frames = [frame for frame, _line in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and str(frames[-1].f_globals.get("__name__", "")).startswith(_COLLECTION)


def refusal_in(arguments: t.Mapping[str, t.Any]) -> VoicemailError | None:
    """Return the reason why the first refused argument of a task could not be evaluated, or None."""
    found = (value.error for value in arguments.values() if isinstance(value, RefusedArgument))
    return next(found, None)


__all__ = ("RefusedArgument", "refusal_in", "refusal_of")
