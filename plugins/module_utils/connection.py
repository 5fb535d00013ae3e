# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define a run of a module, and open its session at the vendor. Independent of Ansible."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from .mailboxes import apply as engine
from .model.connection import Connection, missing_credentials, url_problem, value_problems
from .model.problem import Problem
from .modules import MODULES, ModuleSpec
from .vendors.protocol import Session, Vendor

Result = dict[str, t.Any]


@dataclasses.dataclass
class Task:
    """One run of a module.

    :param module: its name.
    :param params: converted options with defaults.
    :param raw: options as written, which distinguish null from unset.
    :param check: plan without writing.
    :param sessions: returns the session of a connection, so that a loop can keep one login.
    :param progress: called with the progress of a long plan.
    :param source: content of the file ``src``, if the caller read and decrypted it.
    :param notify: shows a text to the user while the task runs.
    :param system: the system of the task: vendor, address and account.
    """

    module: str
    params: t.Mapping[str, t.Any]
    raw: t.Mapping[str, t.Any]
    check: bool = False
    sessions: t.Callable[[Vendor, Connection, int], t.ContextManager[Session]] | None = None
    progress: engine.Progress | None = None
    source: bytes | None = None
    notify: t.Callable[[str], None] = lambda text: None
    warnings: list[str] = dataclasses.field(default_factory=list)
    system: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def spec(self) -> ModuleSpec:
        """The specification of the module in the registry."""
        return MODULES[self.module]

    @property
    def resource(self) -> str:
        """The key of the module's resource."""
        return self.spec.resource.key


def connect_options(
    target: Vendor, params: t.Mapping[str, t.Any], *, offline: bool = False
) -> tuple[Connection, list[Problem]]:
    """Return the declared connection, and its problems.

    :param offline: the task does not connect, so the address and the credentials may be missing.
    """
    given = {
        field.name: params[field.name] for field in dataclasses.fields(Connection) if params.get(field.name) is not None
    }
    given.setdefault("url", target.default_url or "")
    problems = value_problems({option: value for option, value in given.items() if option != "url"})
    if (given["url"] or not offline) and (wrong := url_problem(given["url"])):
        problems.append(Problem(wrong, option="url"))
    if not offline and (missing := missing_credentials(given, target.credentials)):
        problems.append(Problem(missing))
    logins = [
        login for login in target.credentials if login != ("token",) and all(given.get(option) for option in login[:1])
    ]
    if len(logins) > 1:
        named = " and ".join(f"`{login[0]}`" for login in logins)
        problems.append(Problem(f"credentials contradict each other: {named} are alternatives; set one"))
    for option, least in (("timeout", 0.001), ("workers", 1), ("retry_budget", 0)):
        if given.get(option) is not None and given[option] < least:
            problems.append(
                Problem(f"must be {'at least' if least in (0, 1) else 'more than'} {int(least)}", option=option)
            )
    if given.get("client_key") and not given.get("client_cert"):
        problems.append(Problem("needs `client_cert`", option="client_key"))
    return Connection(**given), problems


@contextlib.contextmanager
def session_of(target: Vendor, connection: Connection, workers: int) -> t.Iterator[Session]:
    """Open a session for one task."""
    session = target.connect(connection, workers)
    try:
        yield session
    finally:
        session.close()


@contextlib.contextmanager
def opened_session(task: Task, target: Vendor, connection: Connection) -> t.Iterator[Session]:
    """Provide the session of a task, and warn about options that make it unsafe or slower than requested."""
    default, most = target.workers
    workers = min(connection.workers or default, most)
    if connection.workers and connection.workers > most:
        task.warnings.append(f"`workers` is {connection.workers}, more than {target.title} accepts; {most} are used")
    if connection.origin[0] == "http" and connection.origin[1] not in ("127.0.0.1", "localhost", "::1"):
        task.warnings.append("`url` is plain http: anyone on the network path can read credentials and PINs; use https")
    if not connection.validate_certs:
        task.warnings.append(
            "`validate_certs` is false: anyone on the network path can pose as the server and read credentials and PINs"
        )
    task.system = {"vendor": target.name, "url": connection.url.rstrip("/"), "account": ""}
    opener = task.sessions or session_of
    with opener(target, connection, workers) as session:
        retries = session.client.retries
        retries.notify = task.notify
        try:
            yield session
            task.system["account"] = session.account_name()
        finally:
            if retries.long_waits:
                task.warnings.append(
                    f"{target.title} refused requests temporarily: the task waited {retries.long_waits:.0f} s"
                )
