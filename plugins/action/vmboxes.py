# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the modules of the collection inside Ansible's worker if that gives the same result.

A module needs a new process for each task. For tasks on the controller, this plugin calls the same code
in the worker, and keeps connection and login for the other items of a loop.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import multiprocessing.util
import os
import typing as t

from ansible import constants
from ansible.errors import AnsibleActionFail, AnsibleError, AnsibleFileNotFound, AnsibleUndefinedConfigEntry
from ansible.plugins.action import ActionBase
from ansible_collections.telephony.voicemail.plugins.plugin_utils import bytecode


@contextlib.contextmanager
def _no_collection() -> t.Iterator[None]:
    """Disable garbage collection during imports, which create none: it would visit all of Ansible."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


with _no_collection(), bytecode.kept():
    from ansible_collections.telephony.voicemail.plugins.module_utils import dispatch, task
    from ansible_collections.telephony.voicemail.plugins.module_utils.arguments.normalize import plain
    from ansible_collections.telephony.voicemail.plugins.module_utils.arguments.text_values import refuse_dates
    from ansible_collections.telephony.voicemail.plugins.module_utils.deps import IMPORT_ERROR
    from ansible_collections.telephony.voicemail.plugins.module_utils.errors import VoicemailError
    from ansible_collections.telephony.voicemail.plugins.module_utils.model.connection import Connection
    from ansible_collections.telephony.voicemail.plugins.module_utils.modules import MODULES
    from ansible_collections.telephony.voicemail.plugins.module_utils.reporting.printing import printable
    from ansible_collections.telephony.voicemail.plugins.module_utils.vendors.protocol import Session, Vendor
    from ansible_collections.telephony.voicemail.plugins.plugin_utils import interruption
    from ansible_collections.telephony.voicemail.plugins.plugin_utils.option_check import check_options
    from ansible_collections.telephony.voicemail.plugins.plugin_utils.plan_display import show_outcome
    from ansible_collections.telephony.voicemail.plugins.plugin_utils.progress import Progress
    from ansible_collections.telephony.voicemail.plugins.plugin_utils.refusals import (
        RefusedArgument,
        refusal_in,
        refusal_of,
    )

    if not IMPORT_ERROR:
        # This file is imported before the workers are forked, one for each task.
        dispatch.prepare()

#: Seconds after a task's time limit for a module to finish its requests and report.
_GRACE = 60
_KEPT: dict[tuple[Connection, int, int], Session] = {}


@contextlib.contextmanager
def _kept_session(vendor: Vendor, connection: Connection, workers: int) -> t.Iterator[Session]:
    """Provide the session of an earlier item of the loop, or open one. A fork never uses its parent's."""
    key = (connection, workers, os.getpid())
    session = _KEPT.pop(key, None)
    if session is not None and not session.valid():
        session.close()
        session = None
    if session is None:
        session = vendor.connect(connection, workers)
    else:
        session.client.renew_budget()
    try:
        yield session
    except BaseException:
        # The cause may be the connection or the login, so the next item starts with a new one.
        session.close()
        raise
    if not _KEPT:
        # A worker ends without the usual exit handlers; only those of multiprocessing run.
        multiprocessing.util.Finalize(None, _close_kept, exitpriority=1)
    _KEPT[key] = session


def _close_kept() -> None:
    for session in _KEPT.values():
        session.close()
    _KEPT.clear()


def _shows_invocation(variables: dict[str, t.Any] | None) -> bool:
    """Check whether a result contains the task's arguments: from ansible-core 2.21 on only if requested."""
    try:
        return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=variables))
    except AnsibleUndefinedConfigEntry:
        return True


class ActionModule(ActionBase):
    """Run the task's module in the worker, or hand over to it."""

    _supports_async = True
    _supports_check_mode = True
    _supports_diff = True
    # With persistent connections, such as network_cli, the task runs on the controller, not on the device.
    _requires_connection = False

    #: Name of the module, even if the task uses the name of a redirect.
    module = "vmboxes"
    #: Collection of the module: another collection may have its own modules that register its vendor.
    collection = "telephony.voicemail"
    #: Where an interrupted task is reported; None where there is no terminal or log to write to.
    screen: int | None = interruption.SCREEN

    @classmethod
    def finalize_task_arg(cls, *arguments: t.Any, **options: t.Any) -> t.Any:
        """Return an argument of a task, or a stand-in with the reason why the collection's own plugins refuse it."""
        try:
            return super().finalize_task_arg(*arguments, **options)
        except Exception as error:
            refusal = refusal_of(error)
            if refusal is None:
                raise
            return RefusedArgument.of(refusal)

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the module's result."""
        super().run(tmp, task_vars)
        bytecode.keep()
        refusal = refusal_in(self._task.args)
        if refusal is not None:
            return self._shown({}, task.failure(refusal))
        try:
            refuse_dates(self._task.args)
        except VoicemailError as error:
            raise AnsibleActionFail(str(error)) from error
        environment: dict[str, str] = {}
        self._compute_environment_string(environment)
        try:
            given = plain(self._task.args)
        except ValueError as error:
            raise AnsibleActionFail(f"{self.module}: {error}") from error
        # The file of an upload is binary, and is read where the module runs.
        source = None
        if MODULES[self.module].takes_src:
            source, given = self._source(), self._with_layout(given)
        if IMPORT_ERROR or self._runs_elsewhere(environment):
            return self._shown(given, self._run_as_module(given, source, task_vars))
        # Relative to the folder of the playbook, like Ansible's modules on the controller.
        with contextlib.chdir(self._loader.get_basedir()):
            result = self._run_here(given, source, environment)
        if not _shows_invocation(task_vars):
            result.pop("invocation", None)
        result = self._shown(given, result)
        if result.get("failed"):
            # The value of failed modules if Ansible shows no tracebacks.
            result["exception"] = "(traceback unavailable)"
        return result

    def _shown(self, given: dict[str, t.Any], result: dict[str, t.Any]) -> dict[str, t.Any]:
        """Show additional lines for the user, and return the result in a form that Ansible can print."""
        # A task that only searches shows no plan, which would be read as what is going to happen.
        if not self._task.no_log and self._task.vars.get("voicemail_report") is not False:
            with_plan = bool(self._task.check_mode) and not self._task.diff
            show_outcome(self._display, result, with_plan, given.get("plan_lines"))
        return result if given.get("report") == "all" else printable(result)

    def _run_as_module(
        self, given: dict[str, t.Any], source: bytes | None, task_vars: dict[str, t.Any] | None
    ) -> dict[str, t.Any]:
        try:
            given = task.with_items(self.module, given, source)
        except VoicemailError as error:
            return task.failure(error)
        given[task.PRINTED] = True
        if self._task.timeout and not self._task.async_val:
            # The module then ends itself and reports its changes.
            given[task.TIME_LIMIT] = self._task.timeout
        with interruption.expiring(grace=_GRACE):
            result: dict[str, t.Any] = self._execute_module(
                module_name=f"{self.collection}.{self.module}",
                module_args=given,
                task_vars=task_vars,
                wrap_async=bool(self._task.async_val),
            )
        return result

    def _run_here(self, given: dict[str, t.Any], source: bytes | None, environment: dict[str, str]) -> dict[str, t.Any]:
        progress = None if self._task.no_log else Progress(self._display, self._task.get_name())
        result: dict[str, t.Any] | None = None
        with interruption.awaited() as interrupted, interruption.expiring() as expired:
            try:
                result = task.run_in_worker(
                    self.module,
                    given,
                    task.Worker(
                        check=bool(self._task.check_mode),
                        sessions=_kept_session if self._task.loop is not None else dispatch.session_of,
                        progress=progress,
                        environment=environment,
                        source=source,
                        notify=progress.show if progress is not None else lambda text: None,
                    ),
                )
            except KeyboardInterrupt:
                if expired.error is None:
                    raise
            finally:
                if interrupted.happened or expired.error is not None:
                    _close_kept()
                if interrupted.happened and not self._task.no_log:
                    interruption.show_interrupted(self._task.get_name(), result, self.screen)
        if interrupted.happened:
            # This worker must not start further items of the loop.
            raise KeyboardInterrupt
        if expired.error is not None:
            return task.ended(result, self._task.timeout)
        return t.cast("dict[str, t.Any]", result)

    def _source(self) -> bytes | None:
        """Return the content of the file `src`, found and decrypted as Ansible's own actions do."""
        name = self._task.args.get("src")
        if not isinstance(name, str):
            return None
        try:
            # One character for each byte: a spreadsheet is not text, and a table may be in any encoding.
            text = self._loader.get_text_file_contents(self._find_needle("files", name), encoding="latin-1")
            return str(text).encode("latin-1")
        except AnsibleFileNotFound as error:
            searched = ", ".join(dict.fromkeys(map(str, error.paths or ())))
            places = f" Searched: {searched}" if searched else ""
            raise AnsibleActionFail(f"`src`: the file {name} does not exist.{places}") from None
        except AnsibleError as error:
            raise AnsibleActionFail(f"`src` cannot be read: {error}") from error

    def _with_layout(self, given: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return arguments with the path of a user's layout resolved like other files of Ansible."""
        name = given.get("layout")
        # Layouts of the collection have plain names.
        if not isinstance(name, str) or not name.endswith((".yml", ".yaml", ".json")):
            return given
        try:
            return {**given, "layout": self._find_needle("files", name)}
        except AnsibleError as error:
            raise AnsibleActionFail(f"`layout` cannot be read: {error}") from error

    def _runs_elsewhere(self, environment: t.Mapping[str, str]) -> bool:
        """Check whether the module needs its own process: another host or user, the background, an environment."""
        return (
            bool(self._task.async_val)
            or self._connection.transport != "local"
            or bool(self._connection.become)
            # An empty variable hides the controller's variable only from the module.
            or any(
                not variable.startswith("VOICEMAIL_") or not str(value).strip()
                for variable, value in environment.items()
            )
        )


main = functools.partial(check_options, ActionModule.module)
