# Copyright (c) 2026, telephony.voicemail contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins: one per task, renewed once after it expires, never retried after a refusal."""

from __future__ import annotations

import threading
import time
import typing as t

import pytest
from ansible_collections.telephony.voicemail.plugins.module_utils import task
from helpers.loopback import Answer, Loopback, Seen, forward_to
from helpers.runners import RUNNERS
from helpers.subjects import KAZOO, LOGIN_PATHS, ONSIP, PERSONAL, SHARED, SUBJECTS, TEL4VN, Subject

each_runner = pytest.mark.parametrize("runner", RUNNERS)
every_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
NUMBERS = [str(number) for number in range(5000, 5020)]


def logins(server: t.Any) -> int:
    """Count the logins at a simulator."""
    return sum(
        entry.get("action") == "SessionCreate"
        or (not entry.get("action") and any(path in entry["path"] for path in LOGIN_PATHS))
        for entry in server.journal.entries()
    )


def many(subject: Subject) -> list[dict[str, t.Any]]:
    """Return twenty declarations, of existing mailboxes where the vendor cannot create them."""
    if subject is PERSONAL:
        return [{subject.key: str(1000 + position), "notify": True} for position in range(20)]
    pins = {"pin": "482159"} if subject in (SHARED, TEL4VN) else {}
    names = {} if subject is TEL4VN else {"name": "Box"}
    return [{subject.key: number, **names, **pins} for number in NUMBERS]


@each_runner
@every_subject
def test_one_login_and_at_most_one_connection_per_worker(subject: Subject, runner: str) -> None:
    with subject.serve(mailboxes=20) as simulator:
        forward = forward_to(simulator.origin)

        def respond(seen: Seen) -> Answer:
            time.sleep(0.01)
            return forward(seen)

        with Loopback(respond) as server:
            url = simulator.url.replace(simulator.origin, server.origin)
            declared = {subject.listed: many(subject), "workers": 3, "url": url}
            result = RUNNERS[runner](subject.plural, {**subject.arguments(simulator), **declared})
        assert not result["failed"], result
        assert result["changed"]
        assert logins(simulator) == 1
        # The logout is sent after the requests were counted.
        assert result["summary"]["requests"] in (len(server.seen), len(server.seen) - 1)
    assert 2 <= server.most_open <= 3


@each_runner
@every_subject
def test_a_refused_login_is_not_retried(subject: Subject, runner: str) -> None:
    wrong = {name: "wrong-" + "x" * 58 for name in ("password", "api_key") if name in subject.connection}
    with subject.serve(mailboxes=3) as server:
        arguments = subject.arguments(server, **{subject.listed: many(subject)}, workers=8, **wrong)
        result = RUNNERS[runner](subject.plural, arguments)
        requests = len(server.journal)
    assert result["failed"]
    assert result["error"]["kind"] == "auth"
    assert any(name in result["error"]["hint"] for name in wrong)
    assert "wrong-x" not in repr(result)
    assert requests == 1


def expiring_tokens(forward: t.Callable[[Seen], Answer], after: int) -> t.Callable[[Seen], Answer]:
    """Reply 401 to the first token after a number of requests."""
    lock, first, served = threading.Lock(), [""], [0]

    def respond(seen: Seen) -> Answer:
        token = seen.headers.get("x-auth-token") or seen.headers.get("authorization") or ""
        with lock:
            first[0] = first[0] or token
            lost = token != "" and token == first[0] and served[0] >= after
            served[0] += token != ""
        return Answer(401, body=b"{}") if lost else forward(seen)

    return respond


@each_runner
@pytest.mark.parametrize("subject", [KAZOO, SHARED, PERSONAL, TEL4VN], ids=lambda subject: subject.name)
def test_an_expired_token_is_renewed(subject: Subject, runner: str) -> None:
    with subject.serve(mailboxes=20) as simulator:
        with Loopback(expiring_tokens(forward_to(simulator.origin), after=8)) as server:
            url = simulator.url.replace(simulator.origin, server.origin)
            declared = {subject.listed: many(subject), "workers": 4, "url": url}
            result = RUNNERS[runner](subject.plural, {**subject.arguments(simulator), **declared})
        assert not result["failed"], result
        # PortSIP uses the refresh token, whose path also counts as a login.
        assert logins(simulator) == 2
        again = RUNNERS[runner](subject.plural, subject.arguments(simulator, **{subject.listed: many(subject)}))
    assert not again["changed"], again


@each_runner
def test_an_expired_session_is_renewed(runner: str) -> None:
    with ONSIP.serve({"drop_session_before_call": 6}) as server:
        result = RUNNERS[runner]("vmboxes", ONSIP.arguments(server, mailboxes=many(ONSIP), workers=1))
        assert not result["failed"], result
        assert logins(server) == 2


@each_runner
@every_subject
def test_an_invalid_token_without_credentials_is_reported(subject: Subject, runner: str) -> None:
    token = "a-token-that-was-valid-once"
    with subject.serve(mailboxes=3) as server:
        hidden = dict.fromkeys(("username", "password", "api_key"))
        arguments = subject.arguments(server, **{**hidden, "token": token, "account_id": "0" * 32})
        given = {name: value for name, value in arguments.items() if value is not None}
        result = RUNNERS[runner](subject.info, given)
        requests = len(server.journal)
    assert result["failed"]
    assert "token" in result["msg"]
    assert "`token`" in result["error"]["hint"]
    assert token not in repr(result)
    assert requests == 1


CREDENTIALS = ("token", "api_key", "username", "password")


@each_runner
@every_subject
def test_own_login_wins_over_the_environment(subject: Subject, runner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for option in CREDENTIALS:
        monkeypatch.setenv(f"VOICEMAIL_{option.upper()}", f"{option}-of-another-system-000000000000")
    with subject.serve(mailboxes=3) as server:
        result = RUNNERS[runner](subject.info, subject.arguments(server))
    assert not result["failed"], result
    assert len(result[subject.listed]) >= 3


@each_runner
def test_two_logins_in_the_environment_contradict_each_other(runner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for option in ("api_key", "username", "password"):
        monkeypatch.setenv(f"VOICEMAIL_{option.upper()}", f"{option}-of-the-environment-00000000000")
    result = RUNNERS[runner]("vmbox_info", {"vendor": "kazoo", "url": "https://127.0.0.1:9", "domain": "example.com"})
    assert "credentials contradict each other: `api_key` and `username`" in result["msg"]


def test_environment_of_the_task_is_no_login_of_its_own() -> None:
    with KAZOO.serve(mailboxes=1) as server:
        environment = {"VOICEMAIL_API_KEY": "key-of-another-system-000000000000", "VOICEMAIL_TOKEN": "another-token"}
        result = task.run_in_worker("vmbox_info", KAZOO.arguments(server), task.Worker(environment=environment))
    assert len(result["mailboxes"]) == 1, result
