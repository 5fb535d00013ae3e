# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interface to Ansible: run a module with its arguments, in its own process or in the action plugin."""

from __future__ import annotations

import copy
import dataclasses
import functools
import os
import signal
import types
import typing as t

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import AnsibleFallbackNotFound, UnsupportedError

from . import dispatch
from . import modules as arguments
from .arguments.checks import checkable, misplaced, missing_options
from .arguments.masking import masked, without_values
from .arguments.normalize import with_dictionaries, without_nulls
from .deps import IMPORT_ERROR, INSTALL, LIBRARIES
from .errors import InvalidInputError, VoicemailError, unexpected_error
from .mailboxes import handlers as mailboxes
from .mailboxes.parse import did_you_mean
from .model.connection import SECRETS, blank_options, other_logins, read_options
from .model.problem import Problem
from .model.text import clean
from .reporting.printing import printable

#: Argument with the seconds after which Ansible ends the task, for a module in its own process.
TIME_LIMIT = "_ansible_voicemail_time_limit"
#: Argument that is set if Ansible prints the result, for a module in its own process.
PRINTED = "_ansible_voicemail_printed"
Result = dict[str, t.Any]


#: Most characters of Ansible's message about a value.
_LONGEST = 2000


def argument_spec(module: str, ignored: t.Collection[str] = ()) -> dict[str, t.Any]:
    """Return the argument spec of a module.

    :param ignored: options that are not read from the environment.
    """
    spec: dict[str, t.Any] = {}
    for name, option in arguments.CONNECTION.items():
        fallback = {} if name in ignored else {"fallback": (_from_environment, [f"VOICEMAIL_{name.upper()}"])}
        spec[name] = {**option, **fallback}
    spec.update(copy.deepcopy(arguments.own_options(module)))
    return spec


def _from_environment(name: str) -> str:
    """Return an environment variable; an empty one is unset, as for plugins."""
    value = str(env_fallback(name))
    if not value.strip():
        raise AnsibleFallbackNotFound
    return value


class _Module(AnsibleModule):
    """An AnsibleModule that keeps the arguments as written, to distinguish null from unset."""

    raw: dict[str, t.Any]
    time_limit: int
    printed: bool

    def __init__(self, name: str) -> None:
        self._spec_name = name
        super().__init__(argument_spec=argument_spec(name), supports_check_mode=True, **arguments.rules(name))
        self.given = dict(self.params)
        self._mask()

    def fail_json(self, msg: str, **result: t.Any) -> t.NoReturn:
        # Also called during the validation of arguments.
        if not hasattr(self, "given"):
            msg = _refusal(self._spec_name, self.raw, self.params, msg)
        self._mask()
        super().fail_json(msg, **result)

    def _mask(self) -> None:
        # Ansible would remove these values everywhere: a PIN such as 1001 in every number, and a password in
        # the name of a mailbox, which would then be written back. Instead, secrets are masked by their position.
        self.no_log_values = set()
        self.params = masked(self._spec_name, self.params, self.raw)

    def _log_invocation(self) -> None:
        # The system log shows the arguments before this module has checked them.
        params, self.params = self.params, masked(self._spec_name, self.params, self.raw)
        super()._log_invocation()
        self.params = params

    def _load_params(self) -> None:
        super()._load_params()
        self.time_limit = int(self.params.pop(TIME_LIMIT, None) or 0)
        self.printed = bool(self.params.pop(PRINTED, None))
        self.params = with_dictionaries(self.argument_spec, _without_blanks(self.params))
        for option in other_logins(self.params):
            self.argument_spec[option].pop("fallback")
        self.raw = {key: copy.deepcopy(value) for key, value in self.params.items() if not key.startswith("_ansible_")}
        self.params = checkable(_spec(self._spec_name), without_nulls(self.params))


def run_module(name: str) -> None:
    """Run a module in its own process, as the ``main`` of every module."""
    module = _Module(name)
    if IMPORT_ERROR:
        module.fail_json(msg=f"{missing_required_lib(LIBRARIES)}. {INSTALL}", exception=IMPORT_ERROR)
    task = dispatch.Task(name, module.given, module.raw, check=module.check_mode)
    result = _execute_within(task, module.time_limit) if module.time_limit else execute(task)
    if module.printed and module.given.get("report") != "all":
        result = printable(result)
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


@dataclasses.dataclass(frozen=True)
class Worker:
    """What Ansible's worker adds to the arguments of a task.

    :param check: plan without writing.
    :param sessions: returns the session of a connection.
    :param progress: called with the progress of a long plan.
    :param environment: environment variables of the task.
    :param source: content of the file ``src``, decrypted.
    :param notify: shows a text to the user while the task runs.
    """

    check: bool = False
    sessions: t.Any = None
    progress: t.Any = None
    environment: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    source: bytes | None = None
    notify: t.Callable[[str], None] = lambda text: None


def run_in_worker(name: str, raw: t.Mapping[str, t.Any], worker: Worker) -> Result:
    """Run a module inside Ansible's worker, with the same result.

    :param raw: the task's templated and normalized arguments.
    """
    environment = worker.environment
    given = _without_blanks({key: raw[key] for key in raw if not key.startswith("_ansible_")})
    given = with_dictionaries(_spec(name), given)
    # Ansible would copy every item, and checks none of them.
    items = {option: value for option, value in given.items() if option in _unchecked(name) and isinstance(value, list)}
    written = without_nulls({**given, **{option: [] for option in items}}) | _from_task(given, environment)
    validated = _validator(name, other_logins(given)).validate(checkable(_spec(name), written))
    warnings = [f"Both option {pair['option']} and its alias {pair['alias']} are set." for pair in validated._warnings]
    if validated.error_messages:
        message = validated.errors.msg
        if isinstance(validated.errors[0], UnsupportedError):
            message = f"Unsupported parameters for (telephony.voicemail.{name}) module: {message}"
        refused: Result = {"failed": True, "msg": _refusal(name, given, given, message, _from_task(given, environment))}
        refused["invocation"] = {"module_args": masked(name, validated.validated_parameters, given)}
        return {**refused, "warnings": warnings} if warnings else refused
    params = {**validated.validated_parameters, **items}
    task = dispatch.Task(
        name,
        params,
        given,
        check=worker.check,
        sessions=worker.sessions,
        progress=worker.progress,
        source=worker.source,
        notify=worker.notify,
    )
    task.warnings.extend(warnings)
    result = execute(task)
    result["invocation"] = {"module_args": masked(name, params, given)}
    return result


@functools.cache
def _spec(name: str) -> dict[str, t.Any]:
    # Shared by the items of a loop: building it costs as much as using it.
    return argument_spec(name)


@functools.cache
def _unchecked(name: str) -> frozenset[str]:
    """Return the lists of a module whose items Ansible does not check: its handler does."""
    return frozenset(option for option, spec in _spec(name).items() if spec.get("elements") == "raw")


@functools.cache
def _validator(name: str, ignored: frozenset[str]) -> ArgumentSpecValidator:
    spec = argument_spec(name, ignored) if ignored else _spec(name)
    return ArgumentSpecValidator(spec, **arguments.rules(name))


def _without_blanks(given: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return arguments without empty connection options, which count as unset."""
    blank = blank_options(given, arguments.CONNECTION)
    return {name: value for name, value in given.items() if name not in blank}


def _from_task(given: t.Mapping[str, t.Any], environment: t.Mapping[str, str]) -> dict[str, str]:
    """Return the connection options set only by the task's environment; null sets none."""
    ignored = other_logins(given)
    return {
        option: str(environment[variable])
        for option in arguments.CONNECTION
        if option not in ignored
        and given.get(option) is None
        and (variable := f"VOICEMAIL_{option.upper()}") in environment
    }


def _refusal(
    name: str,
    raw: t.Mapping[str, t.Any],
    params: t.Mapping[str, t.Any],
    message: str,
    environment: t.Mapping[str, str] = types.MappingProxyType({}),
) -> str:
    """Return why arguments are refused, with own messages for connections and vendors' dictionaries.

    :param environment: connection options that only the task's environment sets.
    """
    problems = (
        read_options(arguments.CONNECTION, {**raw, **environment}, os.environ)[1]
        or misplaced(_spec(name), raw)
        or mailboxes.dictionary_problems(dispatch.Task(name, {}, raw))
    )
    message = without_values(message)
    strangers = _strangers(name, raw)
    if strangers:
        missing = missing_options(arguments.own_options(name), arguments.rules(name), raw)
        # A misspelled option may be the reason for a missing one.
        problems = [*strangers, *problems, *missing] if problems or missing else problems
    if not problems and len(message) > _LONGEST:
        problems = [Problem(message)]
    refused = str(InvalidInputError.of(problems)) if problems else message
    return str(_redacted(refused, params))


def _strangers(name: str, raw: t.Mapping[str, t.Any]) -> list[Problem]:
    """Return problems with unknown options, each with the most similar option."""
    known = {word for option, spec in _spec(name).items() for word in (option, *spec.get("aliases", ()))}
    return [
        Problem(f"is not an option{did_you_mean(option, known)}", option=option)
        for option in raw
        if option not in known
    ]


def with_items(module: str, raw: t.Mapping[str, t.Any], source: bytes | None) -> Result:
    """Return a task's arguments with the list in place of the file, which the module's host may not have.

    :raises VoicemailError: if the file cannot be understood.
    """
    listed = {} if source is None else mailboxes.listed(module, raw, source)
    if not listed or any(raw.get(option) is not None for option in listed):
        # The module refuses a list in addition to the file.
        return dict(raw)
    # The table is parsed, so the module does not need the options that describe it.
    read = ("src", *arguments.TABLE)
    return {**{name: value for name, value in raw.items() if name not in read}, **listed}


def failure(error: VoicemailError) -> Result:
    """Return the result of a task that changed nothing."""
    result: Result = {"failed": True, "changed": False, "msg": str(error), "error": error.as_dict()}
    if isinstance(error, InvalidInputError) and len(error.problems) > 1:
        # Ansible registers `diff`, and prints it for a failed task only with -vvv.
        result["diff"] = [{"problems": [problem.as_dict() for problem in error.problems]}]
    return result


def execute(task: dispatch.Task) -> Result:
    """Run a task and return its result, even after a failure."""
    try:
        result = dispatch.run(task)
    except VoicemailError as error:
        result = failure(error)
        if task.system and not task.spec.reads_only:
            result["system"] = task.system
    except Exception as error:
        # Ansible would show its message with any quoted data.
        texts = unexpected_error(error)
        may_have_written = not task.check and not task.spec.reads_only
        result = {"failed": True, "changed": may_have_written, "msg": str(texts), "error": texts.as_dict()}
    if task.warnings:
        result["warnings"] = _redacted(list(dict.fromkeys(map(clean, task.warnings))), task.params)
    if result.get("failed"):
        _redact_errors(result, task.params)
    return result


def _redact_errors(result: Result, params: t.Mapping[str, t.Any]) -> None:
    """Remove credentials from the texts of a failure, which may quote the vendor. Data keeps every value."""
    result["msg"] = _redacted(result["msg"], params)
    for texts in ("message", "hint", "details"):
        if texts in result.get("error", {}):
            result["error"][texts] = _redacted(result["error"][texts], params)
    for entry in result.get("diff", ()) if isinstance(result.get("diff"), list) else ():
        if "problems" in entry:
            entry["problems"] = _redacted(entry["problems"], params)
    for row in result.get("results", ()):
        row["error"] = _redacted(row.get("error"), params)


def _execute_within(task: dispatch.Task, seconds: int) -> Result:
    """Run a task with a time limit of Ansible."""

    def end(number: int, frame: t.Any) -> t.NoReturn:
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
        raise KeyboardInterrupt

    timed_out = False
    signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        result = execute(task)
        timed_out = signal.getsignal(signal.SIGALRM) is signal.SIG_IGN
    except KeyboardInterrupt:
        if signal.getsignal(signal.SIGALRM) is not signal.SIG_IGN:
            raise
        return ended(None, seconds)
    finally:
        signal.alarm(0)
    return ended(result, seconds) if timed_out else result


def ended(result: Result | None, seconds: int) -> Result:
    """Return the result of a task that Ansible ended after some seconds, including its changes.

    :param result: None if the task had no result, so that nothing was written.
    """
    outcome = "Nothing was changed" if result is None else "Requests in flight finished and are reported"
    if result is not None and (result.get("summary") or {}).get("skipped"):
        outcome += "; the rest were skipped"
    return {
        **(result or {"changed": False}),
        "failed": True,
        "msg": f"Timed out after {seconds} second(s). {outcome}.",
        "timedout": {"period": seconds},
    }


def _redacted(texts: t.Any, params: t.Mapping[str, t.Any]) -> t.Any:
    return remove_values(texts, [str(params[name]) for name in SECRETS if params.get(name)])


__all__ = ("TIME_LIMIT", "Worker", "argument_spec", "ended", "execute", "failure", "run_in_worker", "run_module")
