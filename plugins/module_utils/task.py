# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only place that knows Ansible: arguments in, result out, the same for a module and for the action plugin."""

from __future__ import annotations

import copy
import functools
import typing as t

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import AnsibleFallbackNotFound, UnsupportedError

from . import arguments, operations
from .core.connection import SECRETS
from .core.errors import InvalidInputError, VoicemailError, unforeseen
from .core.text import clean
from .deps import IMPORT_ERROR, LIBRARIES
from .refusals import masked, without_values

Result = dict[str, t.Any]


#: Letters of a message that Ansible has made of a value.
_LONGEST = 2000


def argument_spec(module: str) -> dict[str, t.Any]:
    """Return the argument spec of a module."""
    spec: dict[str, t.Any] = {}
    for name, option in arguments.CONNECTION.items():
        spec[name] = {**option, "fallback": (_from_environment, [f"VOICEMAIL_{name.upper()}"])}
    spec.update(copy.deepcopy(arguments.own_options(module)))
    return spec


def _from_environment(name: str) -> str:
    """Return a variable of the environment; an empty one is unset, as for the plugins."""
    value = str(env_fallback(name))
    if not value.strip():
        raise AnsibleFallbackNotFound
    return value


class _Module(AnsibleModule):
    """An AnsibleModule that keeps what was written, so that null can be told from not given."""

    raw: dict[str, t.Any]

    def __init__(self, name: str) -> None:
        self._spec_name = name
        super().__init__(argument_spec=argument_spec(name), supports_check_mode=True, **arguments.rules(name))
        self.given = dict(self.params)
        self._mask()

    def fail_json(self, msg: str, **result: t.Any) -> t.NoReturn:
        # Also called while the arguments are still being validated.
        if not hasattr(self, "given"):
            msg = _refusal(self._spec_name, self.raw, self.params, msg)
        self._mask()
        super().fail_json(msg, **result)

    def _mask(self) -> None:
        # Ansible would blank these values wherever they occur: a PIN such as 1001 in every number, and a password in
        # the name of a mailbox, which would then be written back. Secrets are masked by their position instead.
        self.no_log_values = set()
        self.params = masked(self._spec_name, self.params, self.raw)

    def _log_invocation(self) -> None:
        # The log of the system shows what was asked for, before this module has looked at it.
        params, self.params = self.params, masked(self._spec_name, self.params, self.raw)
        super()._log_invocation()
        self.params = params

    def _load_params(self) -> None:
        super()._load_params()
        self.raw = {key: copy.deepcopy(value) for key, value in self.params.items() if not key.startswith("_ansible_")}
        self.params = arguments.checkable(_spec(self._spec_name), _without_nulls(self.params))


def run_module(name: str) -> None:
    """Run a module in its own process: the whole of every module's ``main``."""
    module = _Module(name)
    if IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib(LIBRARIES), exception=IMPORT_ERROR)
    task = operations.Task(name, module.given, module.raw, check=module.check_mode, diff=module._diff)
    result = execute(task)
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


def run_in_worker(
    name: str,
    raw: t.Mapping[str, t.Any],
    check: bool,
    diff: bool,
    sessions: t.Any,
    progress: t.Any,
    environment: t.Mapping[str, str],
    source_text: str | None = None,
    notify: t.Callable[[str], None] = lambda text: None,
) -> Result:
    """Run a module inside the worker that would otherwise start it, with the same result.

    :param raw: the task's arguments, templated.
    :param environment: variables that the task sets for its module.
    :param source_text: content of the file ``src``, decrypted.
    :param notify: shows a text to the user while the task runs.
    """
    given = {key: value for key, value in raw.items() if not key.startswith("_ansible_")}
    for option in arguments.CONNECTION:
        variable = f"VOICEMAIL_{option.upper()}"
        if option not in given and variable in environment:
            given[option] = environment[variable]
    validated = _validator(name).validate(arguments.checkable(_spec(name), _without_nulls(given)))
    if validated.error_messages:
        message = validated.errors.msg
        if isinstance(validated.errors[0], UnsupportedError):
            message = f"Unsupported parameters for (telephony.voicemail.{name}) module: {message}"
        message = _refusal(name, given, given, message)
        return {"failed": True, "msg": message, "invocation": {"module_args": masked(name, given)}}
    params = validated.validated_parameters
    task = operations.Task(
        name, params, given, check=check, diff=diff, sessions=sessions, progress=progress, source_text=source_text
    )
    task.notify = notify
    result = execute(task)
    result["invocation"] = {"module_args": masked(name, params, given)}
    return result


@functools.cache
def _spec(name: str) -> dict[str, t.Any]:
    return argument_spec(name)


@functools.cache
def _validator(name: str) -> ArgumentSpecValidator:
    # The items of a loop share it: making it costs as much as using it.
    return ArgumentSpecValidator(argument_spec(name), **arguments.rules(name))


def _refusal(name: str, raw: t.Mapping[str, t.Any], params: t.Mapping[str, t.Any], message: str) -> str:
    """Return why arguments are refused: of the vendors' dictionaries in our words, which name what to use instead."""
    problems = arguments.misplaced(_spec(name), raw) or operations.dictionary_problems(operations.Task(name, {}, raw))
    message = without_values(message)
    refused = str(InvalidInputError.of(problems or [message])) if problems or len(message) > _LONGEST else message
    return str(_redacted(refused, params))


def with_items(module: str, raw: t.Mapping[str, t.Any], source_text: str | None) -> Result:
    """Return a task's arguments with the list in place of the file: the host that the module runs on may not have it.

    :raises VoicemailError: when the file cannot be understood.
    """
    listed = {} if source_text is None else operations.listed(module, str(raw["src"]), source_text)
    if not listed or any(raw.get(option) is not None for option in listed):
        # A list beside the file is for the module to refuse.
        return dict(raw)
    return {**{name: value for name, value in raw.items() if name != "src"}, **listed}


def execute(task: operations.Task) -> Result:
    """Run a task and return its result, also when it failed."""
    try:
        result = operations.run(task)
    except VoicemailError as error:
        result = {"failed": True, "changed": False, "msg": str(error), "error": error.as_dict()}
    except Exception as error:
        # Ansible would show its message, and with it whatever data it quotes.
        told = unforeseen(error)
        may_have_written = not task.check and not task.module.endswith(("_info", "_facts"))
        result = {"failed": True, "changed": may_have_written, "msg": str(told), "error": told.as_dict()}
    if task.warnings:
        result["warnings"] = _redacted(list(dict.fromkeys(map(clean, task.warnings))), task.params)
    if result.get("failed"):
        _redact_errors(result, task.params)
    return result


def _redact_errors(result: Result, params: t.Mapping[str, t.Any]) -> None:
    """Take the credentials out of what a failure tells, which may quote the vendor. Data keeps every value."""
    result["msg"] = _redacted(result["msg"], params)
    for told in ("message", "hint", "details"):
        if told in result.get("error", {}):
            result["error"][told] = _redacted(result["error"][told], params)
    for row in result.get("results", ()):
        row["error"] = _redacted(row.get("error"), params)


def _redacted(told: t.Any, params: t.Mapping[str, t.Any]) -> t.Any:
    return remove_values(told, [str(params[name]) for name in SECRETS if params.get(name)])


def _without_nulls(value: t.Any) -> t.Any:
    """Return arguments as Ansible can check them: to it, null is no choice; to us, it clears."""
    if isinstance(value, dict):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


__all__ = ("argument_spec", "execute", "run_in_worker", "run_module")
